"""Long equations are broken, in front of a plus that stands in no bracket; short ones stay as they are."""

import pytest

from ntkbook.proof.lines import WIDEST, equation, width

LONG = r"\left(\sum_{i=1}^{N} a_{i} + b\right)"


@pytest.mark.parametrize(
    ("wider", "narrower"),
    [("aa", "a"), (r"\frac{aaa}{b}", "aaa"), ("a_{bcde}", "abc"), (r"\sum_{i=1}^{N} a", r"\alpha")],
)
def test_width_orders(wider, narrower):
    assert width(wider) > width(narrower)


def test_a_fraction_is_as_wide_as_its_wider_part():
    assert width(r"\frac{a}{bbbb}") == width(r"\frac{bbbb}{a}") < width("bbbb") + 1


def test_a_short_equation_is_one_line():
    assert equation("a", "=", "b + c") == "a = b + c"
    assert equation("a", "=", "b", hidden=True) == r"\phantom{a} = b"


def test_a_long_one_starts_a_line_at_its_relation():
    terms = " + ".join([LONG] * 6)
    broken = equation(LONG, "=", terms)
    rows = broken.removeprefix(r"\begin{aligned} ").removesuffix(r" \end{aligned}").split(r" \\ ")
    assert rows[0] == f"& {LONG}"
    assert rows[1].startswith(r"& \quad = ")
    assert all(row.startswith(r"& \quad \phantom{=} + ") for row in rows[2:])
    assert all(width(row) <= WIDEST for row in rows)
    assert "".join(rows).count(LONG) == 7


def test_a_hidden_left_side_takes_no_line():
    broken = equation(LONG, "=", " - ".join([LONG] * 6), hidden=True)
    assert broken.startswith(r"\begin{aligned} & \quad = ")


def test_brackets_are_never_broken():
    body = r"\left({}\right)".format(" + ".join(["a_{i} b_{i} c_{i}"] * 20))
    assert body in equation("a", "=", body)
