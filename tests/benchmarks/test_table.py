import importlib
import json

import pytest

from benchmarks.libraries import OURS, THEIRS
from benchmarks.table import RESULTS, SCRIPTS, TARGETS, reached, render, target_row


def record(ratio, peak=5e8):
    one = {"median_s": 1.0, "min_s": 0.9, "max_s": 1.2, "runs_s": [1.0] * 5, "first_result_s": 2.0, "peak_bytes": peak}
    return {"contestants": {OURS: one, THEIRS: one}, "fastest_other": THEIRS, "ratio": ratio}


def test_the_page_is_what_the_files_give():
    page = RESULTS / "README.md"
    assert page.read_text("utf8") == render(RESULTS), "run `make bench`, or `python -m benchmarks.table`"


def test_reached_is_computed():
    quick, small = (next(t for t in TARGETS if bool(t.most_bytes) == limited) for limited in (False, True))
    assert reached(quick, record(quick.ratio)) == "yes"
    assert reached(quick, record(quick.ratio * 0.999)) == "no"
    assert reached(quick, record(None)) == "no"
    assert reached(quick, None) == "not measured"
    assert reached(small, record(small.ratio, peak=small.most_bytes - 1)) == "yes"
    assert reached(small, record(small.ratio, peak=small.most_bytes)) == "no"


def test_a_row_shows_why_a_number_is_missing():
    failed = record(None) | {"fastest_other": None}
    failed["contestants"] = {OURS: {"failure": "no result within 60 s"}, THEIRS: {"failure": "out of memory at 13 GB"}}
    text = target_row(TARGETS[0], failed)
    assert "no result within 60 s" in text
    assert "out of memory at 13 GB" in text


def test_every_target_is_a_workload_and_the_other_way_round():
    for name in SCRIPTS:
        workloads = importlib.import_module(f"benchmarks.{name}").WORKLOADS
        assert len({w.name for w in workloads}) == len(workloads)
        assert {w.name for w in workloads if w.target} == {t.workload for t in TARGETS if t.script == name}


@pytest.mark.parametrize("path", sorted(RESULTS.glob("*.json")), ids=lambda path: path.stem)
def test_results_hold_no_path_of_a_machine(path):
    text = json.dumps(json.loads(path.read_text("utf8")))
    assert not [mark for mark in ("/home/", "/root/", "/tmp/", "/usr/", "/work/") if mark in text]
