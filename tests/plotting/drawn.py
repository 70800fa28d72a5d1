"""What a figure shows, for the tests of figures."""

import io

import numpy as np


def lines(axes):
    """The lines of a panel, each as rows (x, y)."""
    return [np.column_stack(line.get_data()) for line in axes.get_lines()]


def holds(axes, x, y):
    """Whether a panel has the line through exactly these points."""
    wanted = np.column_stack([x, y])
    return any(line.shape == wanted.shape and np.array_equal(line, wanted) for line in lines(axes))


def check_page(figure):
    """Every panel says what it shows, and the figure can be written."""
    for axes in figure.axes:
        shared = axes.get_shared_y_axes().get_siblings(axes)[1:]
        assert axes.get_ylabel() or axes.get_title("left") or shared or axes.get_label() == "<colorbar>"
    assert any(axes.get_xlabel() for axes in figure.axes)
    page = io.BytesIO()
    figure.savefig(page, format="png")
    assert page.getbuffer().nbytes > 5000
