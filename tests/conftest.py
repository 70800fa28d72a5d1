"""What every test runs under: float64, and no silent change of a dtype or a rank."""

import jax
import matplotlib

# At import, so that no test module makes an array before.
jax.config.update("jax_enable_x64", True)
jax.config.update("jax_default_matmul_precision", "highest")
jax.config.update("jax_numpy_dtype_promotion", "strict")
jax.config.update("jax_numpy_rank_promotion", "raise")

matplotlib.use("agg")

try:
    import hypothesis
except ModuleNotFoundError:
    pass
else:
    # The same examples every time, and no deadline: the first call of a JAX function compiles it.
    hypothesis.settings.register_profile("book", derandomize=True, deadline=None, database=None)
    hypothesis.settings.load_profile("book")


def pytest_collection_modifyitems(items):
    """The site first: its tests take longest, and stay on one worker while the other goes on."""
    items.sort(key=lambda item: item.get_closest_marker("site") is None)
