"""What can be read off the built HTML without a browser."""

from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlparse

from bs4 import BeautifulSoup


def read(root: Path) -> dict[Path, BeautifulSoup]:
    """The pages of a site, parsed."""
    paths = sorted(path for path in root.rglob("*.html") if "_static" not in path.parts)
    return {path: BeautifulSoup(path.read_text("utf8"), "html.parser") for path in paths}


def redirects(soup: BeautifulSoup) -> bool:
    """Whether a page only sends the reader on, as the site's root does."""
    return soup.select_one('meta[http-equiv="Refresh" i]') is not None


def equation_numbers(soup: BeautifulSoup) -> list[str]:
    """The numbers of the displayed equations of a page, as a reader sees them."""
    return [tag.get_text().strip().removesuffix("#") for tag in soup.select("div.math > .eqno")]


def repeated_numbers(pages: dict[Path, BeautifulSoup]) -> list[str]:
    """Equation numbers that the book uses more than once."""
    counts = Counter(number for soup in pages.values() for number in equation_numbers(soup))
    return [f"{number} numbers {count} equations" for number, count in counts.items() if count > 1]


def broken_links(pages: dict[Path, BeautifulSoup]) -> list[str]:
    """Links within the site that lead nowhere: no such page, or no such place on it."""
    places = {path.resolve(): {tag["id"] for tag in soup.select("[id]")} for path, soup in pages.items()}
    broken = []
    for path, soup in pages.items():
        links = [tag["href"] for tag in soup.select("a[href]")]
        links += [tag["content"].partition("url=")[2] for tag in soup.select('meta[http-equiv="Refresh" i]')]
        for link in links:
            target, place = urldefrag(link)
            if urlparse(target).scheme or link in ("", "#"):
                continue
            page = (path.parent / unquote(target)).resolve() if target else path.resolve()
            known = place in places[page] if place and page in places else page.exists()
            if not known:
                broken.append(f"{path.name}: the link {link!r} leads nowhere")
    return broken


def unresolved(pages: dict[Path, BeautifulSoup]) -> list[str]:
    """References that Sphinx left as text."""
    return [
        f"{path.name}: {text.strip()[:60]!r} was left as text"
        for path, soup in pages.items()
        for text in soup.find_all(string=lambda string: "{eq}`" in string or "{numref}`" in string)
        if text.find_parent(["code", "pre", "script"]) is None
    ]
