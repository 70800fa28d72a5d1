"""Chapter 3, signal propagation: how each step is settled, and the statements against a reader's own numbers."""

from ntkbook.derivations import signal_propagation as chapter
from tests.derivations.soundness import Soundness

DERIVATIONS = chapter.DERIVATIONS


class TestSoundness(Soundness):
    derivations = DERIVATIONS
