"""The house style: one style sheet, one palette."""

from importlib.resources import as_file, files

import matplotlib.pyplot as plt

COLORS = {
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "grey": "#5A5F66",
}
"""The palette of Okabe and Ito (2008), safe for colour-blind readers; the style's colour cycle, by name."""


def use_house_style() -> None:
    """Makes the book's style sheet the default of all figures that follow."""
    with as_file(files("ntkbook.plotting") / "house.mplstyle") as sheet:
        plt.style.use(sheet)
