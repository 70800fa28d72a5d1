import json
import sys

import pytest

from benchmarks.command import store
from benchmarks.growth import exponent
from benchmarks.libraries import OURS, THEIRS
from benchmarks.side_by_side import compare
from benchmarks.workload import Limits, Workload

TOYS = "tests.benchmarks.toys"
QUICK = Limits(brief_s=0.0, call_s=20.0)


@pytest.fixture(autouse=True)
def one_interpreter(monkeypatch):
    monkeypatch.setenv("NEURAL_TANGENTS_PYTHON", sys.executable)


def run(limits=QUICK, fresh=0, **contestants):
    labels = {"ours": OURS, "theirs": THEIRS, "also_theirs": f"{THEIRS} jit"}
    chosen = {labels[name]: settings for name, settings in contestants.items()}
    return compare(TOYS, Workload("toy", {}, chosen, work=8.0, fresh=fresh), limits)


def test_medians_ratio_and_the_fastest_way_of_the_other_library():
    record = run(ours={"seconds": 0.05}, theirs={"seconds": 0.3}, also_theirs={"seconds": 0.2})
    ours = record["contestants"][OURS]
    assert len(ours["runs_s"]) == 5
    # A sleep lasts at least as long as it was asked to, and on a busy machine somewhat longer.
    assert 0.05 <= ours["min_s"] <= ours["median_s"] <= ours["max_s"]
    assert record["fastest_other"] == f"{THEIRS} jit"
    assert record["ratio"] == record["contestants"][f"{THEIRS} jit"]["median_s"] / ours["median_s"]
    assert 1.5 < record["ratio"] < 4.1
    assert ours["work_per_s"] == 8.0 / ours["median_s"]
    assert 1e7 < ours["peak_bytes"] < 1e9


def test_fresh_processes_time_first_calls_only():
    record = run(ours={"seconds": 0.1}, theirs={"seconds": 0.1}, fresh=2)
    assert len(record["contestants"][OURS]["runs_s"]) == 2
    assert record["first_result_ratio"] == record["ratio"]


def test_results_are_compared():
    record = run(ours={}, theirs={"scale": 1.25}, also_theirs={"act": "nan"})
    assert record["relative_difference"] == {THEIRS: 0.25, f"{THEIRS} jit": "NaN or infinity in a result"}


def test_failures_stay_in_the_record_with_their_reason():
    record = run(ours={}, theirs={"act": "raise"}, also_theirs={"act": "exit"})
    raised, ended = (record["contestants"][label]["failure"] for label in (THEIRS, f"{THEIRS} jit"))
    assert raised == "ValueError: of file.py: no such thing"
    assert ended == "the process ended with 3"
    assert (record["ratio"], record["fastest_other"]) == (None, None)
    assert len(record["contestants"][OURS]["runs_s"]) == 5


def test_limits_of_time_and_memory():
    limits = Limits(brief_s=0.0, call_s=5.0, memory_bytes=10**9)
    record = run(limits, ours={}, theirs={"act": "swell"}, also_theirs={"seconds": 60.0})
    assert record["contestants"][THEIRS]["failure"] == "out of memory at 1 GB"
    assert record["contestants"][f"{THEIRS} jit"]["failure"] == "no result within 5 s"


def test_of_a_long_run_one_is_enough_and_of_a_brief_one_there_are_more():
    record = run(Limits(long_s=0.2, brief_s=0.1), ours={}, theirs={"seconds": 0.3})
    assert [len(record["contestants"][label]["runs_s"]) for label in (OURS, THEIRS)] == [10, 1]


def test_without_the_other_environment_nothing_is_timed(monkeypatch):
    monkeypatch.setenv("NEURAL_TANGENTS_PYTHON", "/no/such/python")
    with pytest.raises(FileNotFoundError, match="make bench"):
        run(ours={}, theirs={})


def test_a_label_names_its_library():
    with pytest.raises(ValueError, match="jaxpy"):
        compare(TOYS, Workload("toy", {}, {"jaxpy": {}}), QUICK)


def test_records_replace_those_of_the_same_name_and_keep_the_order(tmp_path):
    path = tmp_path / "toys.json"
    for record in ({"name": "b"}, {"name": "a", "value": 1}, {"name": "a", "value": 2}):
        store(path, "toys", record, ["a", "b"], lambda records: {"count": len(records)})
    content = json.loads(path.read_text("utf8"))
    assert content["workloads"] == [{"name": "a", "value": 2}, {"name": "b"}]
    assert content["count"] == 2


def test_exponent_of_a_power_and_of_a_bend():
    sizes = [1.0, 2.0, 4.0, 8.0]
    exact = exponent(sizes, [3.0 * size**2 for size in sizes])
    assert exact["exponent"] == pytest.approx(2.0, abs=1e-12)
    assert exact["half_width"] < 1e-6
    bent = exponent(sizes, [3.0 * size**2 + 20.0 for size in sizes])
    assert bent["exponent"] + bent["half_width"] > 1.0
    assert bent["half_width"] > 0.1
    assert bent["exponent"] < bent["last"] < 2.0
