"""Eight devices and two processes share the work, and find what one device finds."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

JOBS = Path(__file__).with_name("jobs.py")
ROOT = JOBS.parents[2]


def start(*arguments, devices):
    environment = os.environ | {
        "JAX_PLATFORMS": "cpu",
        "XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, str(JOBS), *map(str, arguments)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def reports(jobs):
    """What each job printed, and its stderr; no job outlives this."""
    try:
        streams = [job.communicate(timeout=240) for job in jobs]
    finally:
        for job in jobs:
            job.kill()
    for job, (_, err) in zip(jobs, streams, strict=True):
        assert job.returncode == 0, err
    return [(json.loads(out.splitlines()[-1]), err) for out, err in streams]


def free_port():
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]


def test_eight_devices_find_what_one_finds():
    [(report, _)] = reports([start("devices", devices=8)])
    assert report["devices"] == 8
    assert report["at work"] == 8
    assert report["symmetric"] <= 1e-14
    assert report["asymmetry"] == 0
    assert report["two axes"] <= 1e-14
    assert report["empirical"] <= 1e-13


def test_two_processes_return_the_whole_matrix_and_refuse_different_inputs():
    port = free_port()
    found = reports([start("process", port, number, devices=1) for number in range(2)])
    for report, _ in found:
        assert (report["devices"], report["of this process"]) == (2, 1)
        assert report["difference"] <= 1e-14
        assert "process 1" in report["error"]
    assert ["Gram matrix" in err for _, err in found] == [True, False]
