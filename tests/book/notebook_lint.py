"""The rules for a notebook of the book, checked on its file alone: `python -m tests.book.notebook_lint book`.

Strict nbval shows that stored outputs are what the code gives. It passes a notebook without outputs, and it
says nothing about style: that is done here. Each rule is a function in `CELL_RULES` or `NOTEBOOK_RULES` that
yields messages; a message says what to do.
"""

import ast
import re
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

MAX_LINES = 15
MEDIAN_LINES = 5
SET = "Set the cell metadata"
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
TRIES = (ast.Try, ast.TryStar)
DISPLAY_MATH = re.compile(r"\$\$|\\\[|\\begin\s*\{|(?:`{3,}|:{3,})\s*\{math\}")
INLINE_CODE = re.compile(r"(?<!`)`[^`\n]+`(?!`)")
NUMBERED = re.compile(r"^\$\$\s*\(([^()\s]+)\)\s*$", re.MULTILINE)
DECLARED = re.compile(r"^\s*:(?:label|name):\s*(\S+)\s*$|^\(([^()\s]+)\)=\s*$", re.MULTILINE)
UNSTABLE = {
    "a memory address": re.compile(r"0x[0-9a-fA-F]{6,}"),
    "a device name": re.compile(
        r"\b(?:Cpu|Cuda|Gpu|Tpu|TFRT_CPU_?)Device|\b(?:cpu|cuda|gpu|tpu):\d|TFRT_CPU|NVIDIA|\bDevice\(id="
    ),
    "a timing": re.compile(
        r"\b\d+(?:\.\d+)?\s?(?:ns|µs|μs|us|ms|s|secs?|seconds|minutes)\b|\bit/s\b"
        r"|\b[Ww]all time\b|\bCPU times\b"
    ),
    "an unrounded number": re.compile(r"\d\.\d{7,}"),
}


@dataclass(frozen=True)
class Problem:
    """One breach of a rule. `cell` counts all cells from 1, as a reader does; 0 is the notebook itself."""

    path: str
    cell: int
    message: str

    def __str__(self) -> str:
        """One line: where, what, and what to do."""
        return f"{self.path}: {f'cell {self.cell}' if self.cell else 'notebook'}: {self.message}"


def code_lines(cell: NotebookNode) -> int:
    """Number of lines of a cell."""
    return len(cell.source.strip().splitlines())


def output_texts(cell: NotebookNode) -> Iterator[str]:
    """Every text among the stored outputs of a cell, but for Markdown: in a formula, "2 s" is no time."""
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            yield output.text
        for mimetype, data in output.get("data", {}).items():
            if mimetype.startswith("text/") and mimetype != "text/markdown":
                yield data


def cell_length(cell: NotebookNode) -> Iterator[str]:
    """A cell fits on a phone, and makes one point."""
    if not cell.source.strip():
        yield "is empty. Delete it."
    if code_lines(cell) > MAX_LINES:
        yield f"has {code_lines(cell)} lines, at most {MAX_LINES} fit. Split it, or move code into ntkbook."


def plain_code(cell: NotebookNode) -> Iterator[str]:
    """Code of the book lives in the package: a cell calls it, and hides nothing."""
    if re.search(r"^\s*[%!]|\bget_ipython\b", cell.source, re.MULTILINE):
        yield "has a magic or a shell command. Write plain Python; requirements.txt says what to install."
        return
    if cell.source.rstrip().endswith(";"):
        yield "ends in ';', which does not silence it under nbval. Assign the value that should not show."
    try:
        nodes = list(ast.walk(ast.parse(cell.source)))
    except SyntaxError as error:
        yield f"is not Python: {error.msg} in line {error.lineno}. Correct it and run `make execute`."
        return
    names = {getattr(node, "id", getattr(node, "attr", None)) for node in nodes}
    imported = {alias.name for node in nodes for alias in getattr(node, "names", []) if isinstance(alias, ast.alias)}
    if any(isinstance(node, DEFINITIONS) for node in nodes):
        yield "defines a function or a class. Move it into ntkbook, and import it."
    if any(isinstance(node, TRIES) for node in nodes):
        yield "has try/except. An error shown on purpose is a result: return it from a function of ntkbook."
    if "warnings" in names | imported or "filterwarnings" in names | imported:
        yield "filters warnings. Remove their cause."
    if {"pip", "subprocess"} & (names | imported):
        yield "runs another program. What to install stands in requirements.txt."


def no_errors(cell: NotebookNode) -> Iterator[str]:
    """The site would show a stored error or warning without complaint."""
    for output in cell.outputs:
        if output.output_type == "error":
            yield f"stores the error {output.ename}: {output.evalue}. Correct it and run `make execute`."
        if output.output_type == "stream" and output.name == "stderr":
            yield f"wrote to stderr: {output.text.strip()[:60]!r}. Remove its cause (a warning, a bar)."


def stable_outputs(cell: NotebookNode) -> Iterator[str]:
    """Outputs are the same on every machine and from run to run."""
    for text in output_texts(cell):
        for what, pattern in UNSTABLE.items():
            if found := pattern.search(text):
                yield f"prints {what}: {found.group()!r}. Round it, or do not print it."
    if "execution" in cell.metadata:
        yield "stores when it ran (metadata.execution). Run it with `make execute`."


def figures(cell: NotebookNode) -> Iterator[str]:
    """A figure has a caption, a name to refer to, and words for those who do not see it."""
    images = sum(any(kind.startswith("image/") for kind in output.get("data", {})) for output in cell.outputs)
    if images == 0:
        return
    settings = cell.metadata.get("mystnb", {})
    if images > 1:
        yield f"shows {images} figures: one caption cannot serve them. Give each its own cell."
    if not settings.get("image", {}).get("alt", "").strip():
        yield f"has a figure without alternative text. {SET} {{'mystnb': {{'image': {{'alt': ...}}}}}}."
    for key in ("caption", "name"):
        if not settings.get("figure", {}).get(key, "").strip():
            yield f"has a figure without a {key}. {SET} {{'mystnb': {{'figure': {{'{key}': ...}}}}}}."


def nothing_removed(cell: NotebookNode) -> Iterator[str]:
    """Who reads the page can see the code behind every claim."""
    removed = [tag for tag in cell.metadata.get("tags", []) if tag.startswith("remove-")]
    if removed and (cell.outputs or "assert" in cell.source):
        yield f"holds a claim, and the tag {removed[0]} takes it off the page. Use hide-input."


def inline_math(cell: NotebookNode) -> Iterator[str]:
    """Displayed equations are printed by checked steps; nobody types one."""
    if found := DISPLAY_MATH.search(INLINE_CODE.sub("", cell.source)):
        yield f"types display math ({found.group()!r}). Show a checked step instead, or use inline math."


def labelled_displays(cell: NotebookNode) -> Iterator[str]:
    """An output shows an equation only with a number: as a checked step prints it."""
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if "text/latex" in data:
            yield "prints LaTeX of its own, which has no number and no verdict. Show a checked step instead."
        opened_and_closed = data.get("text/markdown", "").count("$$")
        if opened_and_closed != 2 * len(NUMBERED.findall(data.get("text/markdown", ""))):
            yield "displays an equation without a label. Show a checked step instead."


def execution_order(notebook: NotebookNode) -> Iterator[str]:
    """Stored outputs come from one run from top to bottom (nbval passes a notebook that was never run)."""
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    if counts != list(range(1, len(counts) + 1)):
        yield f"execution counts are {counts}, not 1 to {len(counts)} in order. Run `make execute`."


def median_length(notebook: NotebookNode) -> Iterator[str]:
    """Code serves the text."""
    lengths = [code_lines(cell) for cell in notebook.cells if cell.cell_type == "code"]
    if lengths and statistics.median(lengths) > MEDIAN_LINES:
        yield (
            f"the median code cell has {statistics.median(lengths):g} lines, at most {MEDIAN_LINES}. "
            "Move code into ntkbook."
        )


def one_title(notebook: NotebookNode) -> Iterator[str]:
    """The title of a page stands in the page, once, at its top."""
    first = notebook.cells[0] if notebook.cells else None
    if first is None or first.cell_type != "markdown" or not first.source.startswith("# "):
        yield "does not open with a Markdown cell whose first line is '# Title'."


CODE_RULES = (cell_length, plain_code, no_errors, stable_outputs, figures, nothing_removed, labelled_displays)
MARKDOWN_RULES = (inline_math,)
NOTEBOOK_RULES = (execution_order, median_length, one_title)


def lint_notebook(path: str, notebook: NotebookNode) -> list[Problem]:
    """All problems of one notebook, in the order of its cells."""
    problems = [Problem(path, 0, message) for rule in NOTEBOOK_RULES for message in rule(notebook)]
    rules = {"code": CODE_RULES, "markdown": MARKDOWN_RULES}
    for number, cell in enumerate(notebook.cells, start=1):
        for rule in rules.get(cell.cell_type, ()):
            problems += [Problem(path, number, message) for message in rule(cell)]
    return problems


def printed_labels(notebook: NotebookNode) -> list[tuple[int, str]]:
    """Labels of the equations that cells print, with the cell that prints each."""
    return [
        (number, label)
        for number, cell in enumerate(notebook.cells, start=1)
        for output in cell.get("outputs", [])
        for label in NUMBERED.findall(output.get("data", {}).get("text/markdown", ""))
    ]


def all_labels(notebook: NotebookNode) -> list[tuple[int, str]]:
    """Printed labels, and those that Markdown cells and figures declare."""
    labels = printed_labels(notebook)
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "markdown":
            labels += [(number, first or second) for first, second in DECLARED.findall(cell.source)]
        if name := cell.metadata.get("mystnb", {}).get("figure", {}).get("name"):
            labels.append((number, name))
    return labels


def lint_book(notebooks: dict[str, NotebookNode]) -> list[Problem]:
    """All problems of the book, given as path and notebook: those of each page, then labels used twice."""
    problems = [problem for path, notebook in notebooks.items() for problem in lint_notebook(path, notebook)]
    owner: dict[str, str] = {}
    for path, notebook in notebooks.items():
        for number, label in all_labels(notebook):
            if label in owner:
                problems.append(
                    Problem(path, number, f"label {label!r} is used already in {owner[label]}. Rename one.")
                )
            owner.setdefault(label, f"{path}, cell {number}")
    return problems


def read_book(folder: Path) -> dict[str, NotebookNode]:
    """The notebooks of a folder, by path."""
    return {str(path): nbformat.read(path, as_version=4) for path in sorted(folder.glob("*.ipynb"))}


def main(arguments: list[str]) -> int:
    """Print the problems of the notebooks in a folder; 1 if there are any."""
    notebooks = read_book(Path(arguments[0] if arguments else "book"))
    problems = lint_book(notebooks)
    for problem in problems:
        print(problem)
    print(f"Notebook rules: {len(problems)} problems in {len(notebooks)} notebooks.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
