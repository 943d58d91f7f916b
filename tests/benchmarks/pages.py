"""What a reader waits for in a real browser: pages opened, and controls moved until the pictures have followed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from data import open_dataset
from explain.building.build import build
from explain.models.specification import load_specifications
from tests.benchmarks.measuring import Section, Settings, figure, run_part

ROOT = Path(__file__).parents[2]
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
RUNS = 5
SHOWN = "[data-testid=stMain] img, .cards img, .claims img, .invitation img"
PICTURES = f"""[document, ...[...document.querySelectorAll('*')].map((element) => element.shadowRoot)]
  .flatMap((root) => root ? [...root.querySelectorAll('{SHOWN}')] : [])"""
STANDS = f"""() => {{
  const app = document.querySelector('[data-testid=stApp]');
  const pictures = {PICTURES};
  return app?.dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-stale=true], [data-testid=stSkeleton]')
    && pictures.length >= %d && pictures.every((image) => image.complete && image.naturalWidth > 0);
}}"""
CARDS = 24
CARDS_STAND = f"() => location.pathname.endsWith('/gallery') && ({STANDS % CARDS})()"
FIRST_CARD = f"() => ({PICTURES})[0]?.src"
NTH_MAP = """() => {
  const host = [...document.querySelectorAll('*')].find((each) => each.shadowRoot?.querySelector('.panels'));
  const map = host?.shadowRoot.querySelectorAll('.map canvas')[%d];
  if (!map?.width) return null;
  const rows = [0.25, 0.5, 0.75].map((share) => map.getContext('2d').getImageData(0, share * map.height, map.width, 1));
  const drawn = rows.some(({ data }) => data.some(Boolean));
  return drawn ? rows.map(({ data }) => data.join()).join() : null;
}"""  # three rows of it: whoever reads all of a picture again and again slows down what is timed
OVERVIEW_PICTURES = 20  # five of the invitation, and at least so many of claims
OVERVIEW_STANDS = STANDS % OVERVIEW_PICTURES
MAPS_ARE_DRAWN = f"() => [{', '.join(f'({NTH_MAP % number})()' for number in range(4))}].every(Boolean)"
TIMEOUT = 60_000  # milliseconds
POLLING = 20
ACTS = '["keydown", "pointerdown", "input"]'
"""Events by which a reader's hand is heard."""
RESTS = 500  # milliseconds after which the server has heard of a control
ONE_LINE = "import streamlit as st\nst.title('One line')\n"


def run(settings: Settings) -> Section:
    """Build the store, serve it, and visit it RUNS times after one visit that does not count."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as cache:
        specs = load_specifications(settings.models)
        build(open_dataset(settings.dataset), specs, Path(cache), batch_size=settings.batch_size)
        line = Path(cache) / "alone" / "one_line.py"  # its folder is watched for changes, and holds nothing else
        line.parent.mkdir()
        line.write_text(ONE_LINE)
        with _served(cache) as address, _served(cache, line) as bare, sync_playwright() as playwright:
            found = next(filter(None, map(shutil.which, BROWSERS)), None)
            browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
            seconds: dict[str, list[float]] = {}
            for _ in range(RUNS + 1):
                Visitor(browser, bare, seconds).one_line()
                Visitor(browser, address, seconds).overview()
                Visitor(browser, address, seconds).gallery()
                Visitor(browser, address, seconds).compare()
            browser.close()
    return Section(
        "pages",
        "Pages in a browser",
        "Headless Chromium and the server share the machine. A gallery counts as there when its script has ended and "
        "all 24 pictures are drawn; Compare, when the four maps are drawn; a control, when the picture it changes has "
        "changed, from the key or click on and by the page's own clock. First visit: a browser with an empty cache, "
        "which fetches Streamlit's own scripts. Again: by address, with those scripts in its cache. From within: by a "
        "click on another page. One line: what Streamlit itself takes for a page with a heading and nothing else. The "
        "column cold is the server's first visitor.",
        tuple(figure(name, runs) for name, runs in seconds.items()),
        {},
    )


class Visitor:
    """A fresh browser context that times what it does; it is closed after one page's tour.

    Parameters
    ----------
    browser : playwright.sync_api.Browser
    address : str
    seconds : dict of str to list of float
        Where each thing's seconds are added.
    """

    def __init__(self, browser: Any, address: str, seconds: dict[str, list[float]]) -> None:
        self._page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        self._page.set_default_timeout(TIMEOUT)
        self._address, self._seconds = address, seconds

    def one_line(self) -> None:
        """Open a page that is Streamlit and one heading."""
        heading = "() => document.querySelector('[data-testid=stMain] h1') !== null"
        self._opened("One line", "/", heading)
        self._page.context.close()

    def overview(self) -> None:
        """Open it by its address."""
        self._opened("Overview", "/overview", OVERVIEW_STANDS)
        self._page.context.close()

    def gallery(self) -> None:
        """Open it in three ways, and change what it shows."""
        self._opened("Gallery", "/gallery", CARDS_STAND)
        self._page.get_by_role("link", name="About").click()
        self._page.wait_for_function("() => location.pathname.endsWith('/about')")
        self._page.wait_for_function(STANDS % 0)
        menu = self._page.get_by_role("link", name="Gallery", exact=True)
        self._timed("Gallery: opened from within", menu.click, CARDS_STAND)
        pages = self._page.locator("[data-testid=stPagination]")
        for name, control in (
            ("Gallery: next page", pages.get_by_text("2", exact=True).first),
            ("Gallery: another order", self._page.get_by_role("radio", name="Descending")),
            ("Gallery: photographs, no maps", self._page.get_by_role("radio", name="Photograph")),
        ):
            self._changed(name, FIRST_CARD, control.click, CARDS_STAND)
        self._page.get_by_role("combobox", name="Class").click()
        label = self._page.get_by_role("option", name="American black bear")
        self._changed("Gallery: one class", FIRST_CARD, label.click, CARDS_STAND)
        self._page.context.close()

    def compare(self) -> None:
        """Open it in three ways, move two sliders by one step, choose other colours, and go to the next image."""
        self._opened("Compare", "/compare", MAPS_ARE_DRAWN)
        self._page.get_by_role("link", name="Gallery", exact=True).click()
        self._page.wait_for_function(CARDS_STAND)
        menu = self._page.get_by_role("link", name="Compare", exact=True)
        self._timed("Compare: opened from within", menu.click, MAPS_ARE_DRAWN)
        self._page.wait_for_function(STANDS % 0)
        for name, number, control in (("Compare: K moved", 2, "K of FEM"), ("Compare: opacity moved", 0, "Opacity")):
            self._page.get_by_role("group", name=control).get_by_role("slider").focus()
            self._changed(name, NTH_MAP % number, self._step)
            self._page.wait_for_timeout(RESTS)
            self._page.wait_for_function(STANDS % 0)
        colours = self._page.locator(".controls").get_by_role("combobox", name="Colours")
        choose = partial(colours.select_option, "magma")
        self._changed("Compare: other colours", NTH_MAP % 0, choose)
        self._page.wait_for_timeout(RESTS)
        self._page.wait_for_function(STANDS % 0)
        following = self._page.get_by_role("link", name="Next").click
        self._changed("Compare: next image", NTH_MAP % 0, following)
        self._page.context.close()

    def _step(self) -> None:
        self._page.keyboard.press("ArrowRight")

    def _opened(self, name: str, path: str, condition: str) -> None:
        for visit in ("first visit", "again"):
            self._timed(f"{name}: {visit}", lambda: self._page.goto(f"{self._address}{path}"), condition)
            self._page.wait_for_function(STANDS % 0)
            if visit == "first visit":
                self._page.goto("about:blank")

    def _timed(self, name: str, act: Callable[[], object], condition: str) -> None:
        started = time.perf_counter()
        act()
        self._page.wait_for_function(condition, polling=POLLING)
        self._seconds.setdefault(name, []).append(time.perf_counter() - started)

    def _changed(self, name: str, picture: str, act: Callable[[], object], condition: str = "() => true") -> None:
        """Time, by the page's clock, from a key or a click until a picture has changed and the page stands."""
        self._page.evaluate(
            f"""() => {{
              const [picture, stands] = [{picture}, {condition}];
              const before = picture();
              window.waited = new Promise((tell) => {{
                const begin = ({{ timeStamp }}) => {{
                  for (const act of {ACTS}) window.removeEventListener(act, begin, true);
                  const look = () => {{
                    const now = picture();
                    if (now && now !== before && stands()) tell(performance.now() - timeStamp);
                    else setTimeout(look, {POLLING});
                  }};
                  setTimeout(look);
                }};
                for (const act of {ACTS}) window.addEventListener(act, begin, true);
              }});
            }}"""
        )
        act()
        self._seconds.setdefault(name, []).append(self._page.evaluate("() => window.waited") / 1e3)


@contextmanager
def _served(cache: str, script: Path = ROOT / "dashboard" / "app.py") -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    environment = os.environ | {"EXPLAIN_CACHE": cache}
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=2)
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(20)


if __name__ == "__main__":
    run_part(run)
