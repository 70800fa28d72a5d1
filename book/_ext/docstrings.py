"""Show the package's docstrings, which are written for a terminal, as pages: Markdown's mathematics and code in RST.

A docstring has paragraphs, `code`, $mathematics$, displays between double dollars, indented blocks (taken as they
are), and at the end sections that open with "Args:", "Returns:" and the like, on their line or indented below.
"""

import re
from collections.abc import Iterator
from textwrap import dedent, indent

SECTIONS = "Convention|Args|Args of the call|Args of the constructor|Fields|Returns|Raises|Accuracy|Source"
SECTION = re.compile(rf"^({SECTIONS}):(?: (.*))?$")
DISPLAY = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
INLINE = re.compile(r"(``[^`]+``|`[^`]+`|\$[^$]+\$)")
SPECIAL = re.compile(r"[\\*|_`]")
ERROR = re.compile(r"\b[A-Z]\w*(?:Error|Warning)\b")


def inline(text: str) -> str:
    """A paragraph on one line: code and mathematics marked up, all else taken as it stands."""
    # Split at a group, so that every other piece is markup.
    pieces = INLINE.split(" ".join(text.split()))
    marked = [_marked(piece) if n % 2 else SPECIAL.sub(r"\\\g<0>", piece) for n, piece in enumerate(pieces)]
    # What follows markup need not be a space, as in "`Layer`s"; an escaped space ends it, and is not shown.
    return r"\ ".join(piece for piece in marked if piece)


def _marked(part: str) -> str:
    return f":math:`{part[1:-1]}`" if part[0] == "$" else f"``{part.strip('`')}``"


def prose(text: str) -> str:
    """Paragraphs, displays and indented blocks."""
    blocks = []
    for position, part in enumerate(DISPLAY.split(text)):
        if position % 2:
            # Statements side by side stand one below the other: a phone has no room beside.
            blocks += [f".. math::\n\n   {statement.strip()}" for statement in " ".join(part.split()).split(r"\qquad")]
        else:
            blocks += [_block(paragraph) for paragraph in re.split(r"\n\s*\n", part.strip("\n")) if paragraph.strip()]
    return "\n\n".join(blocks)


def _block(paragraph: str) -> str:
    if not paragraph[0].isspace():
        return inline(paragraph)
    # Columns are a table, which has no colours; all else is code.
    language = "text" if re.search(r"\S {3,}\S", paragraph) else "python"
    return f".. code-block:: {language}\n\n" + indent(dedent(paragraph), "   ")


def entries(text: str) -> str:
    """The list below "Args:": names, and below each what it is."""
    blocks = []
    for item in re.split(r"\n(?=\S)", dedent(text).strip("\n")):
        names, _, meaning = item.partition(": ")
        blocks.append(", ".join(f"``{name}``" for name in names.split(", ")) + "\n" + indent(inline(meaning), "   "))
    return "\n\n".join(blocks)


def field(name: str, lines: list[str]) -> str:
    """One section, as a field of a list."""
    if lines[0]:
        text = "\n".join(lines)
        body = inline(ERROR.sub(r"`\g<0>`", text) if name == "Raises" else text)
    else:
        body = entries("\n".join(lines[1:]))
    return f":{name}:\n" + indent(body, "   ")


def parts(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Sections by name, and the prose around them under no name."""
    name, gathered = "", []
    for position, line in enumerate(lines):
        opened = SECTION.match(line)
        resumed = name and line[:1].strip() and not lines[position - 1].strip()
        if opened or resumed:
            yield name, gathered
            name, gathered = (opened[1], [opened[2] or ""]) if opened else ("", [line])
        else:
            gathered.append(line)
    yield name, gathered


def to_rst(lines: list[str]) -> list[str]:
    """A docstring in reStructuredText."""
    blocks = [
        field(name, gathered) if name else prose("\n".join(gathered)) for name, gathered in parts(lines) if gathered
    ]
    return [*"\n\n".join(blocks).splitlines(), ""]


def rewrite(app, what, name, obj, options, lines) -> None:
    """Put the RST in the place of the docstring, before it is parsed."""
    lines[:] = to_rst(lines)


def setup(app):
    """Register with Sphinx."""
    app.connect("autodoc-process-docstring", rewrite)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
