"""The reference shows every public name of the library, and docstrings become pages."""

import importlib
import importlib.util
import re
from pathlib import Path

import pytest

BOOK = Path(__file__).parents[2] / "book"
PARTS = (
    "stax",
    "predict",
    "spectra",
    "datasets",
    "empirical",
    "dynamics",
    "losses",
    "gram",
    "experiments",
    "conventions",
)
DIRECTIVE = re.compile(r"^\.\. auto(?:function|class):: (ntkbook[\w.]+)", re.MULTILINE)
LINK = re.compile(r"\{py:obj\}`\w+ <(ntkbook[\w.]+)>`")


def differences(public: set[str], shown: list[str], linked: list[str]) -> list[str]:
    """What the reference lacks, has twice, or has on one of its two levels alone, as sentences."""
    missing = [f"{name} is on no page of book/api: add a directive." for name in public - set(shown)]
    twice = [f"{name} is documented twice." for name in set(shown) if shown.count(name) > 1]
    levels = [f"{name} is not both in book/api.md and on a page." for name in set(shown) ^ set(linked)]
    return sorted(missing + twice + levels)


def test_the_reference_is_complete():
    public = {f"ntkbook.{part}.{name}" for part in PARTS for name in importlib.import_module(f"ntkbook.{part}").__all__}
    pages = "\n".join(path.read_text("utf8") for path in sorted((BOOK / "api").glob("*.md")))
    found = differences(public, DIRECTIVE.findall(pages), LINK.findall((BOOK / "api.md").read_text("utf8")))
    assert not found, "\n".join(found)


def test_a_gap_in_the_reference_is_found():
    assert differences({"a", "b"}, ["a", "b"], ["a", "b"]) == []
    assert differences({"a", "b"}, ["a"], ["a"]) == ["b is on no page of book/api: add a directive."]
    assert differences({"a"}, ["a", "a"], ["a"]) == ["a is documented twice."]
    assert differences({"a"}, ["a"], ["a", "c"]) == ["c is not both in book/api.md and on a page."]


@pytest.fixture(scope="module")
def docstrings():
    """The extension, which is no part of a package."""
    spec = importlib.util.spec_from_file_location("docstrings", BOOK / "_ext" / "docstrings.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_sections_become_fields(docstrings):
    lines = [
        "Sum of `x`, |x|_1.",
        "",
        "$$a = b, \\qquad",
        "c$$",
        "",
        "Args:",
        "  x, y: numbers,",
        "    of *any* size.",
        "  **kwargs: handed on.",
        "Raises: ValueError: $x < 0$.",
        "",
        "An example:",
        "",
        "    x = add(1, 2)",
    ]
    assert docstrings.to_rst(lines) == [
        r"Sum of \ ``x``\ , \|x\|\_1.",
        "",
        ".. math::",
        "",
        "   a = b,",
        "",
        ".. math::",
        "",
        "   c",
        "",
        ":Args:",
        "   ``x``, ``y``",
        r"      numbers, of \*any\* size.",
        "",
        "   ``**kwargs``",
        "      handed on.",
        "",
        ":Raises:",
        r"   ``ValueError``\ : \ :math:`x < 0`\ .",
        "",
        "An example:",
        "",
        ".. code-block:: python",
        "",
        "   x = add(1, 2)",
        "",
    ]


def test_prose_that_follows_a_section_is_prose(docstrings):
    assert docstrings.to_rst(["Convention: ours,", "with 1/N.", "", "More."]) == [
        ":Convention:",
        "   ours, with 1/N.",
        "",
        "More.",
        "",
    ]
