"""A headless browser, and what it sees on a page."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlparse

# The flags keep the browser itself from asking other hosts for updates.
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PHONE = 390
DESK = 1280
LOOK = """() => ({
  math: document.querySelectorAll('.math').length,
  rendered: [...document.querySelectorAll('.math')].filter(e => e.querySelector('mjx-container')).length,
  errors: document.querySelectorAll('mjx-merror, [data-mjx-error], [data-mml-node=merror]').length,
  width: document.documentElement.scrollWidth,
})"""


@dataclass
class Sight:
    """What one visit to one page found."""

    url: str
    viewport: int
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    math: int = 0
    rendered: int = 0
    errors: int = 0
    width: int = 0

    def problems(self) -> list[str]:
        """Everything that a reader should not meet, as sentences."""
        found = [f"{self.url}: {complaint}" for complaint in self.complaints]
        found += [f"{self.url}: asks another host: {stranger}" for stranger in self.strangers]
        if self.rendered < self.math or self.errors:
            found.append(f"{self.url}: {self.math} formulas, {self.rendered} drawn, {self.errors} with an error")
        if self.width > self.viewport:
            found.append(f"{self.url}: is {self.width} px wide on a screen of {self.viewport} px")
        return found


def executable() -> str | None:
    """The browser: $CHROMIUM, or one that is installed; None leaves the choice to playwright."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@contextmanager
def launched() -> Iterator:
    """A running browser, or playwright's error that there is none."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        yield browser
        browser.close()


def is_stranger(url: str) -> bool:
    """Whether a request leaves this machine."""
    parts = urlparse(url)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in ("127.0.0.1", "localhost")


@contextmanager
def window(browser, width: int = DESK, scheme: str = "light") -> Iterator:
    """A browser window. The pages that are opened in it share a cache."""
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    try:
        yield context
    finally:
        context.close()


@contextmanager
def visit(context, url: str) -> Iterator[tuple]:
    """Open a page, wait until its formulas are drawn; gives the page, still open, and what was seen."""
    page = context.new_page()
    sight = Sight(url, page.viewport_size["width"])
    page.on("console", lambda m: m.type == "error" and sight.complaints.append(f"console error: {m.text}"))
    page.on("pageerror", lambda error: sight.complaints.append(f"script error: {error}"))
    page.on("requestfailed", lambda r: sight.complaints.append(f"failed request: {r.url}"))
    page.on("response", lambda r: r.status >= 400 and sight.complaints.append(f"status {r.status}: {r.url}"))
    page.on("request", lambda r: is_stranger(r.url) and sight.strangers.append(r.url))
    try:
        page.goto(url, wait_until="load")
        page.evaluate("() => window.MathJax?.startup ? window.MathJax.startup.promise.then(() => 1) : 0")
        for name, value in page.evaluate(LOOK).items():
            setattr(sight, name, value)
        yield page, sight
    finally:
        page.close()


def barriers(page) -> list[str]:
    """What axe-core finds on an open page, one sentence for each broken rule."""
    from axe_playwright_python.sync_playwright import Axe

    # Without preload: axe-core would fetch the style sheets again, which a page from disk may not. And it need not
    # describe each of the thousands of elements that pass, which takes it longer than to look at them.
    options = {"preload": False, "resultTypes": ["violations"]}
    violations = Axe().run(page, options=options).response["violations"]
    return [f"{page.url}: {v['id']}: {v['help']}: {v['nodes'][0]['html'][:200]}" for v in violations]


def address(path: Path, root: Path, server: str | None) -> str:
    """The address of a built page: from the server, or from disk."""
    return f"{server}/{path.relative_to(root).as_posix()}" if server else path.as_uri()
