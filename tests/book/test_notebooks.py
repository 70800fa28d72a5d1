"""Every notebook keeps the rules, and every rule refuses a notebook that breaks it."""

from pathlib import Path

import pytest

pytest.importorskip("nbformat", reason="the tests of the book need the packages of requirements.txt")

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.book.notebook_lint import lint_book, lint_notebook, main, read_book

BOOK = Path(__file__).parents[2] / "book"
FIGURE = {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure>"}
CAPTIONED = {"mystnb": {"image": {"alt": "A falling curve."}, "figure": {"caption": "It falls.", "name": "fig-fall"}}}


def test_the_book_keeps_the_rules():
    problems = lint_book(read_book(BOOK))
    assert not problems, "\n".join(map(str, problems))


def page(*cells, title="# A page"):
    """A notebook as it should be, holding the given cells."""
    notebook = new_notebook(cells=[new_markdown_cell(title), *cells])
    for count, cell in enumerate((c for c in cells if c.cell_type == "code"), start=1):
        cell.setdefault("execution_count", count)
        if cell.execution_count is None:
            cell.execution_count = count
    return notebook


def printed(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def shown(**data):
    return new_output("display_data", data={kind.replace("_", "/"): value for kind, value in data.items()})


def equation(label):
    return shown(text_markdown=f"$$\na = b\n$$ ({label})\n\n<div class='ntk-step'>...</div>\n")


def figure(**metadata):
    return new_code_cell("curve = falling()", outputs=[new_output("display_data", data=FIGURE)], metadata=metadata)


def test_a_good_page_passes():
    cells = [
        new_markdown_cell(
            "Inline $a$, and `$$` as code.\n\n```{prf:theorem}\n:label: thm-a\nIn words, {eq}`eq-a`.\n```"
        ),
        new_code_cell("from ntkbook import stax"),
        new_code_cell("show('a')", outputs=[equation("eq-a")], metadata={"tags": ["hide-input"]}),
        new_code_cell("print(rate)", outputs=[printed("slope -0.5012 in [-0.52, -0.48], 10 seeds\n")]),
        figure(**CAPTIONED),
    ]
    assert lint_book({"good.ipynb": page(*cells)}) == []


BROKEN_CELLS = {
    "long cell": (new_code_cell("\n".join(["a = 1"] * 16)), "16 lines"),
    "empty cell": (new_code_cell(" \n"), "empty"),
    "function": (new_code_cell("def f():\n    return 1"), "defines"),
    "class": (new_code_cell("if True:\n    class A:\n        pass"), "defines"),
    "try": (new_code_cell("try:\n    a = 1\nexcept ValueError:\n    a = 2"), "try/except"),
    "warning filter": (new_code_cell("import warnings\nwarnings.simplefilter('ignore')"), "filters warnings"),
    "line magic": (new_code_cell("%matplotlib inline"), "magic"),
    "shell": (new_code_cell("!ls"), "magic"),
    "pip": (new_code_cell("%pip install jax"), "magic"),
    "subprocess": (new_code_cell("import subprocess"), "another program"),
    "semicolon": (new_code_cell("plot(a);"), "does not silence"),
    "not Python": (new_code_cell("a ="), "not Python"),
    "dollars": (new_markdown_cell("So\n$$\na = b\n$$"), "display math"),
    "math directive": (new_markdown_cell("```{math}\na = b\n```"), "display math"),
    "colon directive": (new_markdown_cell(":::{math}\na = b\n:::"), "display math"),
    "brackets": (new_markdown_cell(r"\[ a = b \]"), "display math"),
    "environment": (new_markdown_cell("\\begin{align}\na = b\n\\end{align}"), "display math"),
    "error": (
        new_code_cell("1 / 0", outputs=[new_output("error", ename="ZeroDivisionError", evalue="x", traceback=[])]),
        "stores the error ZeroDivisionError",
    ),
    "stderr": (new_code_cell("run()", outputs=[printed("a warning", "stderr")]), "wrote to stderr"),
    "no alternative text": (figure(mystnb={"figure": {"caption": "c", "name": "fig-c"}}), "without alternative text"),
    "no caption": (figure(mystnb={"image": {"alt": "a"}, "figure": {"name": "fig-c"}}), "without a caption"),
    "no figure name": (figure(mystnb={"image": {"alt": "a"}, "figure": {"caption": "c"}}), "without a name"),
    "two figures": (
        new_code_cell("a(), b()", outputs=[new_output("display_data", data=FIGURE)] * 2, metadata=CAPTIONED),
        "shows 2 figures",
    ),
    "address": (new_code_cell("f", outputs=[shown(text_plain="<f at 0x7f3a2b1c>")]), "a memory address"),
    "device": (new_code_cell("d", outputs=[printed("[CpuDevice(id=0)]")]), "a device name"),
    "gpu": (new_code_cell("d", outputs=[printed("on cuda:0")]), "a device name"),
    "timing": (new_code_cell("t", outputs=[printed("took 3.2 s")]), "a timing"),
    "milliseconds": (new_code_cell("t", outputs=[printed("14 ms per step")]), "a timing"),
    "raw float": (new_code_cell("x", outputs=[shown(text_plain="0.36787944117")]), "an unrounded number"),
    "timestamps": (new_code_cell("x", metadata={"execution": {"iopub.status.busy": "2026"}}), "when it ran"),
    "removed claim": (
        new_code_cell("show('a')", outputs=[equation("eq-a")], metadata={"tags": ["remove-input"]}),
        "remove-input takes it off",
    ),
    "unlabelled display": (
        new_code_cell("show('a')", outputs=[new_output("display_data", data={"text/markdown": "$$\na = b\n$$\n"})]),
        "without a label",
    ),
    "LaTeX of its own": (
        new_code_cell("a + b", outputs=[new_output("display_data", data={"text/latex": "$\\displaystyle a + b$"})]),
        "no number and no verdict",
    ),
    "removed assertion": (
        new_code_cell("assert a == b", metadata={"tags": ["remove-cell"]}),
        "remove-cell takes it off",
    ),
}


@pytest.mark.parametrize(("cell", "says"), BROKEN_CELLS.values(), ids=BROKEN_CELLS)
def test_a_broken_cell_is_refused(cell, says):
    (problem,) = (problem for problem in lint_notebook("bad.ipynb", page(cell)) if problem.cell)
    assert says in problem.message
    assert str(problem).startswith("bad.ipynb: cell 2: ")


BROKEN_PAGES = {
    "stripped": (page(new_code_cell("a = 1")), [None], "Run `make execute`"),
    "out of order": (page(new_code_cell("a = 1"), new_code_cell("b = 1")), [2, 1], "[2, 1], not 1 to 2"),
    "run twice": (page(new_code_cell("a = 1")), [3], "[3], not 1 to 1"),
}


@pytest.mark.parametrize(("notebook", "counts", "says"), BROKEN_PAGES.values(), ids=BROKEN_PAGES)
def test_a_notebook_not_run_from_top_to_bottom_is_refused(notebook, counts, says):
    for cell, count in zip(notebook.cells[1:], counts, strict=True):
        cell.execution_count = count
    (problem,) = lint_notebook("bad.ipynb", notebook)
    assert says in problem.message
    assert str(problem).startswith("bad.ipynb: notebook: ")


def test_a_notebook_of_long_cells_is_refused():
    cells = [new_code_cell("\n".join(["a = 1"] * 6)) for _ in range(3)]
    (problem,) = lint_notebook("bad.ipynb", page(*cells))
    assert "median code cell has 6 lines" in problem.message


@pytest.mark.parametrize("title", ["No title", "## Too low"])
def test_a_page_without_a_title_is_refused(title):
    (problem,) = lint_notebook("bad.ipynb", page(title=title))
    assert "'# Title'" in problem.message


@pytest.mark.parametrize(
    "second",
    [
        new_code_cell("show('a')", outputs=[equation("eq-a")]),
        new_markdown_cell("```{prf:lemma}\n:label: eq-a\nWords.\n```"),
        new_markdown_cell("(eq-a)=\n## Words"),
        figure(mystnb={"image": {"alt": "a"}, "figure": {"caption": "c", "name": "eq-a"}}),
    ],
    ids=["equation", "theorem", "target", "figure"],
)
def test_a_label_used_twice_in_the_book_is_refused(second):
    first = page(new_code_cell("show('a')", outputs=[equation("eq-a")]))
    (problem,) = lint_book({"one.ipynb": first, "two.ipynb": page(second)})
    assert str(problem).startswith("two.ipynb: cell 2: label 'eq-a' is used already in one.ipynb, cell 2")


def test_the_command_line_says_what_is_wrong(tmp_path, capsys):
    import nbformat

    nbformat.write(page(new_code_cell("%pip install jax")), tmp_path / "bad.ipynb")
    assert main([str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert "bad.ipynb: cell 2: has a magic" in out
    assert "1 problems in 1 notebooks" in out
