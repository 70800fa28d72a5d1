"""Runs the methods of a `Soundness` class for each derivation of its chapter."""


def pytest_generate_tests(metafunc):
    if "make" in metafunc.fixturenames and hasattr(metafunc.cls, "derivations"):
        makers = metafunc.cls.derivations
        metafunc.parametrize("make", makers, ids=[make.__name__ for make in makers])
