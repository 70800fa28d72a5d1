"""Every figure of these tests is drawn in the house style, and closed behind its test."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from ntkbook import plotting


@pytest.fixture(autouse=True)
def _house_style():
    with mpl.rc_context():
        plotting.use_house_style()
        yield
    plt.close("all")
