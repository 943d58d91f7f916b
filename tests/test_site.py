"""The documentation as a site: it builds without a warning, links lead somewhere, nobody else is asked for anything."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow


class Page(HTMLParser):
    """What a page is called by, links to, and loads."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loads = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids |= {given[key] for key in ("id", "name") if given.get(key)}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif given.get("src") or (tag == "link" and given.get("href")):
            self.loads.append(given.get("src") or given["href"])


@pytest.fixture(scope="module")
def site(demo_store, tmp_path_factory):
    """Build the site of this tree."""
    for name in ("mkdocs", "material", "mkdocstrings", "latex2mathml"):
        pytest.importorskip(name, reason=f"{name} is not installed: pip install '.[docs]'")
    out = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(out)],
        cwd=ROOT, env=os.environ | {"EXPLAIN_CACHE": str(demo_store)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {file: Page(file.read_text("utf-8")) for file in out.rglob("*.html")}


def test_every_link_and_anchor_leads_somewhere(site):
    lost = []
    for file, page in site.items():
        if file.name == "404.html":
            continue
        for link in [*page.links, *page.loads]:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            to = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            if not to.exists() or (parts.fragment and to in site and unquote(parts.fragment) not in site[to].ids):
                lost.append(f"{file.name}: {link}")
    assert lost == []


def test_nothing_is_loaded_from_another_host(site):
    assert [load for page in site.values() for load in page.loads if urlsplit(load).netloc] == []
    folder = min(site, key=lambda file: len(file.parts)).parent
    styles = [text for file in folder.rglob("*.css") for text in re.findall(r"url\(([^)]+)\)", file.read_text("utf-8"))]
    assert [address for address in styles if re.match(r"""['"]?(https?:)?//""", address)] == []


def test_pages_hold_what_is_made_for_them(site):
    by_name = {file.name: file.read_text("utf-8") for file in site}
    assert all("<!-- made:" not in text and "<!-- picture:" not in text for text in by_name.values())
    assert "--batch-size" in by_name["command-line.html"]
    assert "&lt;local|ray&gt;" in by_name["command-line.html"].replace("&#124;", "|")
    assert re.findall(r"<th[^>]*></th>", by_name["command-line.html"]) == []
    assert "<math" in by_name["formulas.html"]
    assert "explain.explaining.loading.load" in by_name["library.html"]
    assert not re.search(r":(func|class|data|mod|meth):", by_name["library.html"])
    assert "supported" in by_name["claims.html"]
