"""The linters, as tests, and the sizes of files."""

import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "ntkbook").rglob("*.py"))
PYTHON = [
    path for folder in ("ntkbook", "tests", "benchmarks", "book/_ext") for path in sorted((ROOT / folder).rglob("*.py"))
]


def line_count(path: Path) -> int:
    return len(path.read_text("utf8").splitlines())


@pytest.mark.parametrize("command", ["ruff format --check .", "ruff check .", "lint-imports --no-logo"])
def test_the_linters_are_content(command):
    program, *arguments = command.split()
    found = shutil.which(program, path=str(Path(sys.executable).parent)) or shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed (it is in requirements.txt)")
    run = subprocess.run([found, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_files_can_be_read_in_one_sitting():
    assert [f"{path.relative_to(ROOT)}: {line_count(path)} lines" for path in PYTHON if line_count(path) > 400] == []


def test_the_median_module_is_short():
    lengths = [n for n in map(line_count, MODULES) if n]
    assert not lengths or statistics.median(lengths) < 150
