"""What can go wrong with a derivation, each with its own name."""


class DerivationError(Exception):
    """A derivation is refused. The message names the step and says what to do."""


class IllFormedStep(DerivationError):
    """The step says nothing that could be checked: a label, symbol, rule or value is out of place."""


class FalseStep(DerivationError):
    """The numbers contradict the step. The message carries a counterexample."""


class UndecidedStep(DerivationError):
    """Algebra could neither prove nor refute the step, and the author gave no reason for leaving it so."""
