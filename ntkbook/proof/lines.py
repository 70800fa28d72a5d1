"""Long equations in several lines: how wide LaTeX is, about, and where it may be broken."""

import re

WIDEST = 56
"""What a line of the page holds, in widths of a letter; on a narrow screen a longer line scrolls."""

TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|.", re.DOTALL)
WIDTHS = {
    **dict.fromkeys((r"\left", r"\right", r"\bigl", r"\bigr", r"\operatorname", r"\mathbb", "{", "}", " "), 0.0),
    **dict.fromkeys("=+-:", 2.1),
    **dict.fromkeys("()[]|,", 0.8),
    r"\log": 3.0,
    r"\exp": 3.0,
    r"\cos": 3.0,
    r"\sin": 3.0,
    r"\max": 3.0,
    r"\lim": 3.0,
    r"\tanh": 4.0,
    r"\,": 0.35,
    r"\sum": 2.2,
    r"\to": 2.6,
}
"""In widths of a letter, fitted by eye to what MathJax draws: nine in ten within a fifth."""


def equation(left: str, relation: str, right: str, *, hidden: bool = False) -> str:
    """Left side, relation and right side, in as many lines as they need; a hidden left side keeps its place."""
    shown = rf"\phantom{{{left}}}" if hidden else left
    if width(f"{left} {relation} {right}") <= WIDEST:
        return f"{shown} {relation} {right}"
    (start, *more), (first, *others) = _filled(left), _filled(right)
    above = [] if hidden else [f"& {start}", *(rf"& \quad {line}" for line in more)]
    rows = [*above, rf"& \quad {relation} {first}", *(rf"& \quad \phantom{{{relation}}} {line}" for line in others)]
    return r"\begin{{aligned}} {} \end{{aligned}}".format(r" \\ ".join(rows))


def width(tex: str) -> float:
    """About how wide LaTeX is, in widths of a letter. A fraction is as wide as its wider part."""
    total, place = 0.0, 0
    while place < len(tex):
        token = TOKEN.match(tex, place).group()
        place += len(token)
        if token == r"\frac":
            above, place = _group(tex, place)
            below, place = _group(tex, place)
            total += max(width(above), width(below)) + 0.3
        elif token in "_^":
            script, place = _group(tex, place)
            total += 0.6 * width(script)
        else:
            total += WIDTHS.get(token, 1.1)
    return total


def _group(tex, place):
    """The group or the token that starts at a place, and where it ends."""
    if tex[place] != "{":
        token = TOKEN.match(tex, place).group()
        return token, place + len(token)
    depth = 0
    for end in range(place, len(tex)):
        depth += {"{": 1, "}": -1}.get(tex[end], 0)
        if depth == 0:
            return tex[place + 1 : end], end + 1
    raise ValueError(f"unbalanced braces in {tex}")


def _terms(tex):
    """LaTeX cut before each plus and minus that stands in no bracket."""
    cuts, depth, place = [0], 0, 0
    while place < len(tex):
        token = TOKEN.match(tex, place).group()
        depth += (token in "{([") - (token in "})]")
        if depth == 0 and place and tex.startswith((" + ", " - "), place):
            cuts.append(place)
            place += 2
        place += len(token)
    return [tex[a:b].strip() for a, b in zip(cuts, [*cuts[1:], len(tex)], strict=True)]


def _filled(tex):
    """Lines of as many terms as fit."""
    lines = []
    for term in _terms(tex):
        if lines and width(f"{lines[-1]} {term}") <= WIDEST - 4:
            lines[-1] += f" {term}"
        else:
            lines.append(term)
    return lines
