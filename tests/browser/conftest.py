"""A real Chromium on a real dashboard: the demo store, one server, fresh contexts."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.browser.visiting import visiting

ROOT = Path(__file__).parents[2]
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
)  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def demo_store(made_once):
    """Build the demo store, once per run; give the folder of stores that it lies in."""

    def fill(cache):
        build = [sys.executable, "-m", "explain", "build", "--dataset", "demo", "--cache", cache]
        subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=1200)

    return made_once("demo", fill)


@pytest.fixture(scope="session")
def dashboard(demo_store):
    """Serve the demo store; give the address."""
    environment = os.environ | {"EXPLAIN_CACHE": str(demo_store), "TF_CPP_MIN_LOG_LEVEL": "3"}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py", "--server.port", str(port)]
    command += ["--server.address", "127.0.0.1"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        _await_health(f"{address}/_stcore/health", server)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


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


@pytest.fixture
def visitor(chromium, dashboard):
    """Give a function that opens a page of the dashboard in a browser of its own, and waits until it stands."""
    with visiting(chromium, dashboard) as open_page:
        yield open_page


def _await_health(url, server):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"The dashboard ended with status {server.returncode} before it served a page.")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError("The dashboard did not start within two minutes.")
