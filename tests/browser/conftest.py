"""A real Chromium on a real dashboard: the demo store, one server, fresh contexts."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.browser.visiting import KeptContexts, visiting
from tests.serving import sharing

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--process-per-site",
)  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def dashboard(demo_store):
    """Serve the demo store, to all processes of a run; give the address."""
    with sharing(demo_store, demo_store.parent) as address:
        yield address


@pytest.fixture(scope="session")
def chromium():
    """Start the browser that is installed: CHROMIUM, one on the path, or Playwright's own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
        found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
        if found is None and not own.is_file():
            pytest.skip(
                "No Chromium: install it (apt-get install chromium, or playwright install chromium), or set CHROMIUM"
            )
        browser = playwright.chromium.launch(executable_path=found or own, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def contexts(chromium):
    """Give the contexts that visits take and give back."""
    return KeptContexts(chromium)


@pytest.fixture
def visitor(contexts, dashboard):
    """Give a function that opens a page of the dashboard in a browser of its own, and waits until it stands."""
    with visiting(contexts, dashboard) as open_page:
        yield open_page
