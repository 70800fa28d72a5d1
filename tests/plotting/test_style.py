import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.colors import to_rgb

from ntkbook.plotting import COLORS, use_house_style


def luminance(color):
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_style_is_loaded_from_the_package():
    with mpl.rc_context():
        use_house_style()
        assert plt.rcParams["axes.prop_cycle"].by_key()["color"] == list(COLORS.values())
        paper = plt.rcParams["savefig.facecolor"]
        # Text as WCAG asks (4.5), the colours that carry a figure's lines as it asks of graphics (3).
        for key in ("text.color", "axes.labelcolor", "xtick.labelcolor", "ytick.labelcolor"):
            assert contrast(plt.rcParams[key], paper) > 4.5
        for name in ("blue", "vermilion", "green", "grey"):
            assert contrast(COLORS[name], paper) > 3
