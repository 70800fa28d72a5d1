"""The site, built as `make book` builds it, and opened in a browser: from a server, and from disk."""

import functools
import http.server
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

pytest.importorskip("jupyter_book", reason="the tests of the site need the packages of requirements.txt")

from tests.site.browser import DESK, PHONE, address, barriers, launched, visit, window
from tests.site.pages import broken_links, equation_numbers, read, redirects, repeated_numbers, unresolved

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.site


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of a fresh build; a warning fails it."""
    out = tmp_path_factory.mktemp("site")
    jupyter_book = Path(sys.executable).with_name("jupyter-book")
    command = [jupyter_book, "build", ROOT, "--path-output", out, "--all", "-W", "-n", "--keep-going"]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert run.returncode == 0, (run.stdout + run.stderr)[-4000:]
    return out / "_build" / "html"


@pytest.fixture(scope="module")
def pages(site):
    return read(site)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a line per request."""

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server(site):
    """The address at which this machine serves the site to itself."""
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser():
    """A browser; without one these tests are skipped, but for continuous integration, where they fail.

    Of module scope, since playwright's event loop must be gone before a notebook's kernel is started.
    """
    from playwright.sync_api import Error

    running = launched()
    try:
        chromium = running.__enter__()
    except Error as error:
        reason = f"no browser (install chromium, or set CHROMIUM to one): {error.message.splitlines()[0]}"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    yield chromium
    running.__exit__(None, None, None)


def test_equation_numbers_are_unique(pages):
    assert not repeated_numbers(pages)


def test_links_lead_somewhere(pages):
    assert not broken_links(pages)
    assert not unresolved(pages)


def problems_of(pages, context, site, server=None):
    """What is wrong with any page: what the browser met, what axe-core found, and a second search field."""
    problems = []
    for path, soup in pages.items():
        if redirects(soup):
            continue
        with visit(context, address(path, site, server)) as (page, sight):
            problems += sight.problems()
            if path.parent != site:  # there stand the theme's own pages: search, and the index of names
                problems += barriers(page)
                searches = page.locator(".search-button__button:visible, input[type=search]:visible").count()
                if searches != 1:
                    problems.append(f"{page.url}: shows {searches} search fields")
    return problems


def test_pages_from_a_server_on_a_desk(browser, pages, site, server):
    with window(browser, DESK) as context:
        problems = problems_of(pages, context, site, server)
    assert not problems, "\n".join(problems)


def test_pages_from_disk_on_a_phone_in_the_dark(browser, pages, site):
    with window(browser, PHONE, "dark") as context:
        problems = problems_of(pages, context, site)
    assert not problems, "\n".join(problems)


def test_search_finds_the_book(browser, server):
    with window(browser) as context, visit(context, f"{server}/search.html?q=kernel") as (page, sight):
        page.wait_for_selector("#search-results li a", timeout=10_000)
        assert not sight.problems()


# --- These checks can fail. ---


def write_pages(folder, **bodies):
    """Small pages, parsed."""
    for name, body in bodies.items():
        (folder / f"{name}.html").write_text(f"<!doctype html><body>{body}</body>", "utf8")
    return read(folder)


def test_a_number_used_twice_is_refused(tmp_path):
    equation = "<div class='math'><span class='eqno'>(1.1)<a>#</a></span></div>"
    pages = write_pages(tmp_path, one=equation, two=equation)
    assert equation_numbers(pages[tmp_path / "one.html"]) == ["(1.1)"]
    assert repeated_numbers(pages) == ["(1.1) numbers 2 equations"]


@pytest.mark.parametrize("link", ["gone.html", "#gone", "two.html#gone"])
def test_a_link_to_nowhere_is_refused(tmp_path, link):
    pages = write_pages(tmp_path, one=f"<a href='{link}'>x</a><a href='two.html#here'>y</a>", two="<p id='here'>")
    assert broken_links(pages) == [f"one.html: the link {link!r} leads nowhere"]


def test_a_redirection_to_nowhere_is_refused(tmp_path):
    pages = write_pages(tmp_path, one="<meta http-equiv='Refresh' content='0; url=gone.html'>")
    assert redirects(pages[tmp_path / "one.html"])
    assert broken_links(pages) == ["one.html: the link 'gone.html' leads nowhere"]


def test_a_reference_left_as_text_is_refused(tmp_path):
    pages = write_pages(tmp_path, one="<p>by {eq}`eq-a`</p><code>{eq}`eq-a`</code>")
    assert unresolved(pages) == ["one.html: 'by {eq}`eq-a`' was left as text"]


BAD_BODIES = {
    "script error": ("<script>throw new Error('broken')</script>", "script error: broken"),
    "console error": ("<script>console.error('broken')</script>", "console error: broken"),
    "missing file": ("<img src='gone.png'>", "failed request"),
    "other host": ("<img src='https://other.invalid/pixel.png'>", "asks another host: https://other.invalid/pixel.png"),
    "raw formula": ("<span class='math'>\\(a\\)</span>", "1 formulas, 0 drawn"),
    "bad formula": ("<p class='math'><mjx-container><mjx-merror></mjx-merror></mjx-container>", "1 with an error"),
    "too wide": ("<div style='width: 2000px'>wide</div>", "px wide on a screen of 390 px"),
}


@pytest.mark.parametrize(("body", "says"), BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_bad_page_is_refused(browser, tmp_path, body, says):
    (path,) = write_pages(tmp_path, bad=body + "<meta name='viewport' content='width=device-width'>")
    with window(browser, PHONE) as context, visit(context, path.as_uri()) as (_, sight):
        assert any(says in problem for problem in sight.problems()), sight.problems()


def test_a_barrier_is_refused(browser, tmp_path):
    (path,) = write_pages(tmp_path, bad="<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>")
    with window(browser) as context, visit(context, path.as_uri()) as (page, _):
        assert any("image-alt" in barrier for barrier in barriers(page))
