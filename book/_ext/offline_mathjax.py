"""Ship MathJax with the site, so that a page asks no other host for anything, and opens from disk.

The package `sphinx-mathjax-offline` holds all of MathJax (24 MB). A page needs one file of it, which draws
equations as SVG: unlike web fonts, that also works in a browser that refuses fonts to `file://` pages.
"""

import importlib.util
import shutil
from pathlib import Path

COMPONENT = "tex-svg-full.js"


def installed_component() -> Path:
    """Where the installed package keeps the MathJax component."""
    spec = importlib.util.find_spec("sphinx-mathjax-offline")
    if spec is None or spec.origin is None:
        raise RuntimeError("the package sphinx-mathjax-offline is missing: install requirements.txt (`make book`)")
    return Path(spec.origin).parent / "static" / "mathjax" / COMPONENT


def copy_component(app, exception) -> None:
    """Copy the component beside the finished HTML pages."""
    if exception is not None or app.builder.format != "html":
        return
    target = Path(app.outdir) / "_static" / "mathjax" / COMPONENT
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(installed_component(), target)


def setup(app):
    """Register with Sphinx."""
    app.connect("config-inited", lambda app, config: setattr(config, "mathjax_path", f"mathjax/{COMPONENT}"))
    app.connect("build-finished", copy_component)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
