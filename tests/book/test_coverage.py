"""Pages and derivations agree: what a page shows is registered, and what is registered is shown.

The experiment that a limit names as its evidence exists.
"""

from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("nbformat", reason="the tests of the book need the packages of requirements.txt")

from tests.book.notebook_lint import printed_labels, read_book

BOOK = Path(__file__).parents[2] / "book"


def disagreements(shown: dict[str, str], derivations) -> list[str]:
    """What pages show (label: page) against the steps of the derivations, as sentences."""
    registered = {d.equation_label(step.label): (d.name, step.label) for d in derivations for step in d.statements}
    strange = [
        f"{page} shows {label!r}, which no registered derivation has. Register it in ntkbook.derivations."
        for label, page in shown.items()
        if label not in registered
    ]
    missing = [
        f"step {step!r} of the derivation {name!r} is on no page. Show it, or remove it."
        for label, (name, step) in registered.items()
        if label not in shown
    ]
    return strange + missing


def labels_of_the_book() -> dict[str, str]:
    """Every equation label that a page prints, with the page."""
    return {label: page for page, notebook in read_book(BOOK).items() for _, label in printed_labels(notebook)}


def test_pages_and_derivations_agree():
    shown = labels_of_the_book()
    if not shown:
        pytest.skip("no page shows an equation yet")
    from ntkbook.derivations import registered

    problems = disagreements(shown, registered())
    assert not problems, "\n".join(problems)


def fake(name, *steps):
    """A derivation, as far as this test looks at one."""
    labels = tuple(SimpleNamespace(label=step) for step in steps)
    return SimpleNamespace(name=name, statements=labels, equation_label=lambda step: f"eq-{name}-{step}")


def test_agreement_passes():
    shown = {"eq-flow-chain": "flow.ipynb", "eq-flow-insert": "flow.ipynb"}
    assert disagreements(shown, (fake("flow", "chain", "insert"),)) == []


def test_a_step_on_no_page_is_refused():
    (problem,) = disagreements({"eq-flow-chain": "flow.ipynb"}, (fake("flow", "chain", "insert"),))
    assert "step 'insert' of the derivation 'flow' is on no page" in problem


def test_an_equation_without_a_derivation_is_refused():
    shown = {"eq-flow-chain": "flow.ipynb", "eq-made-up": "other.ipynb"}
    (problem,) = disagreements(shown, (fake("flow", "chain"),))
    assert "other.ipynb shows 'eq-made-up'" in problem


def missing_experiments(derivations) -> list[str]:
    """Experiments that limits name, `chapter.function`, and that `ntkbook.experiments` does not have."""
    return [
        f"step {step.label!r} of {d.name!r} names the experiment {step.experiment!r}, which does not exist."
        for d in derivations
        for step in d.statements
        if step.experiment and not exists(step.experiment)
    ]


def exists(experiment: str) -> bool:
    """Whether `chapter.function` is a function of `ntkbook.experiments.chapter`."""
    chapter, _, function = experiment.partition(".")
    try:
        return callable(getattr(import_module(f"ntkbook.experiments.{chapter}"), function, None))
    except ModuleNotFoundError:
        return False


def test_every_limit_has_its_experiment():
    from ntkbook.derivations import registered

    problems = missing_experiments(registered())
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("name", ["rate.no_such_function", "no_such_chapter.covariance", "rate"])
def test_an_experiment_that_does_not_exist_is_refused(name):
    step = SimpleNamespace(label="limit", experiment=name)
    (problem,) = missing_experiments([SimpleNamespace(name="wide", statements=(step,))])
    assert repr(name) in problem
    assert exists("rate.fit_rate")


def unshown_slips(slips, notebook) -> list[str]:
    """Slips that the errata page does not show, as sentences."""
    shown = "\n".join(
        output["data"].get("text/plain", "")
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if "data" in output
    )
    return [
        f"The slip {slip.name!r} is not on the errata page." for slip in slips if f"{slip.name}: refuted" not in shown
    ]


def test_every_slip_is_on_the_errata_page():
    from ntkbook.derivations import errata

    slips = [slip for chapter in errata.SLIPS for slip in chapter()]
    problems = unshown_slips(slips, read_book(BOOK)[str(BOOK / "errata.ipynb")])
    assert not problems, "\n".join(problems)


def test_a_slip_that_is_not_shown_is_refused():
    display = {"data": {"text/plain": "lost_factor: refuted at N = 2"}}
    notebook = SimpleNamespace(cells=[{"outputs": [display]}, {}])
    assert unshown_slips([SimpleNamespace(name="lost_factor")], notebook) == []
    (problem,) = unshown_slips([SimpleNamespace(name="lost_sign")], notebook)
    assert "'lost_sign' is not on the errata page" in problem
