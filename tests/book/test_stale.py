"""Strict nbval refuses a stale output; and why the lint must look for what nbval lets pass."""

import subprocess
import sys

import pytest

pytest.importorskip("nbval", reason="the tests of the book need the packages of requirements.txt")

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.book.notebook_lint import lint_notebook

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def write(path, number, *, stripped=False):
    """A notebook that prints 1 + 1, storing the given number."""
    cell = new_code_cell("print(1 + 1)")
    if not stripped:
        cell.execution_count = 1
        cell.outputs = [new_output("stream", name="stdout", text=f"{number}\n")]
    notebook = new_notebook(cells=[new_markdown_cell("# A page"), cell], metadata=KERNEL)
    nbformat.write(notebook, path)
    return notebook


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    """What `pytest --nbval`, as `make test` calls it, says about three notebooks."""
    folder = tmp_path_factory.mktemp("stale")
    write(folder / "right.ipynb", 2)
    write(folder / "stale.ipynb", 3)
    write(folder / "stripped.ipynb", 0, stripped=True)
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider", "-rA", "."]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    lines = [line.split() for line in run.stdout.splitlines() if line.startswith(("PASSED", "FAILED"))]
    return run.returncode, {words[1].split("::")[0]: words[0] for words in lines}


def test_a_stale_number_is_refused(verdicts):
    code, outcomes = verdicts
    assert code == 1
    assert outcomes["right.ipynb"] == "PASSED"
    assert outcomes["stale.ipynb"] == "FAILED"


def test_a_stripped_notebook_passes_nbval_and_is_refused_by_the_lint(verdicts, tmp_path):
    assert verdicts[1]["stripped.ipynb"] == "PASSED"
    (problem,) = lint_notebook("stripped.ipynb", write(tmp_path / "stripped.ipynb", 0, stripped=True))
    assert "make execute" in problem.message
