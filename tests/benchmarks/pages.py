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
from pathlib import Path
from typing import Any

from data import open_dataset
from explain.build import build
from explain.specification import load_specifications
from tests.benchmarks.measuring import Section, Settings, figure, run_part

ROOT = Path(__file__).parents[2]
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
RUNS = 5
STANDS = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  const pictures = [...document.querySelectorAll('[data-testid=stMain] img')];
  return app?.dataset.testScriptState === 'notRunning' && !document.querySelector('[data-stale=true]')
    && pictures.length >= %d && pictures.every((image) => image.complete && image.naturalWidth > 0);
}"""
FIRST_CARD = "() => document.querySelector('[data-testid=stMain] [data-testid=stImage] img')?.src"
NTH_MAP = """() => {
  const host = [...document.querySelectorAll('*')].find((e) => e.shadowRoot?.querySelector('.panels'));
  return host?.shadowRoot.querySelectorAll('.map img')[%d]?.src ?? null;
}"""
MAP_IS_THERE = NTH_MAP % 3
TIMEOUT = 60_000  # milliseconds
POLLING = 20
CARDS = 20


def run(settings: Settings) -> Section:
    """Build the store, serve it, and visit it RUNS times after one visit that does not count."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as cache:
        specs = load_specifications(settings.models)
        build(open_dataset(settings.dataset), specs, Path(cache), batch_size=settings.batch_size)
        with _served(cache) as address, sync_playwright() as playwright:
            found = next(filter(None, map(shutil.which, BROWSERS)), None)
            browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
            seconds: dict[str, list[float]] = {}
            for _ in range(RUNS + 1):
                visitor = _Visitor(browser, address, seconds)
                visitor.gallery()
                visitor.compare()
            browser.close()
    return Section(
        "pages",
        "Pages in a browser",
        "Headless Chromium and the server share the machine. A page counts as there when its script has ended and all "
        "of its pictures are drawn; a control, when the picture it changes has changed. The first visit is apart.",
        tuple(figure(name, runs) for name, runs in seconds.items()),
        {},
    )


class _Visitor:
    """A fresh browser context that times what it does on one page."""

    def __init__(self, browser: Any, address: str, seconds: dict[str, list[float]]) -> None:
        self._page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        self._page.set_default_timeout(TIMEOUT)
        self._address, self._seconds = address, seconds

    def gallery(self) -> None:
        """Open it, and change what it shows."""
        cards = STANDS % CARDS
        self._timed("Gallery: opened, 20 cards", lambda: self._page.goto(f"{self._address}/gallery"), cards)
        pages = self._page.locator("[data-testid=stPagination]")
        for name, control in (
            ("Gallery: next page", pages.get_by_text("2", exact=True).first),
            ("Gallery: another order", self._page.get_by_role("radio", name="Descending")),
            ("Gallery: photographs, no maps", self._page.get_by_role("radio", name="Photograph")),
        ):
            self._timed(name, lambda control=control: self._changed(FIRST_CARD, control.click), cards)

    def compare(self) -> None:
        """Open it, and move two sliders by one step."""
        self._timed("Compare: opened", lambda: self._page.goto(f"{self._address}/compare"), MAP_IS_THERE)
        self._page.wait_for_function(STANDS % 0)
        for name, number, control in (("Compare: K moved", 2, 0), ("Compare: opacity moved", 0, 1)):
            slider = self._page.get_by_role("slider").nth(control)
            slider.focus()
            self._timed(name, lambda number=number: self._changed(NTH_MAP % number, self._step), "() => true")
            self._page.wait_for_function(STANDS % 0)
        self._page.context.close()

    def _step(self) -> None:
        self._page.keyboard.press("ArrowRight")

    def _timed(self, name: str, act: Callable[[], object], condition: str) -> None:
        started = time.perf_counter()
        act()
        self._page.wait_for_function(condition, polling=POLLING)
        self._seconds.setdefault(name, []).append(time.perf_counter() - started)

    def _changed(self, picture: str, act: Callable[[], object]) -> None:
        """Do something, and wait until a picture is another one."""
        before = self._page.evaluate(picture)
        act()
        self._page.wait_for_function(
            f"(before) => {{ const now = ({picture})(); return now && now !== before; }}", arg=before, polling=POLLING
        )


@contextmanager
def _served(cache: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py", "--server.port", str(port)]
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
