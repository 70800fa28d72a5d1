"""Each slip is refuted, by the step of a chapter that holds; none is written down twice."""

from collections import Counter

import pytest

from ntkbook.derivations import errata, registered
from ntkbook.proof import Verdict, refuted, verify

SLIPS = [slip for chapter in errata.SLIPS for slip in chapter()]


def test_names_are_unique():
    assert max(Counter(slip.name for slip in SLIPS).values()) == 1


@pytest.mark.parametrize("slip", SLIPS, ids=[slip.name for slip in SLIPS])
def test_what_is_printed_fails_and_what_holds_is_settled(slip):
    point = refuted(slip)
    assert abs(point.left - point.right) > 1e-3 * max(abs(point.left), abs(point.right))
    (result,) = (r for r in verify(slip.derivation) if r.step.label == slip.label)
    assert result.verdict in (Verdict.PROVED, Verdict.PROVED_AT_SIZES, Verdict.NUMERIC)
    assert any(slip.derivation == d for d in registered())
