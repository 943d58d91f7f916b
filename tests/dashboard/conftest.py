"""Opening a page without a browser."""

import functools
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.boundary import BROKEN

APP = Path(__file__).parents[2] / "dashboard" / "app.py"


@pytest.fixture(scope="session", autouse=True)
def what_is_installed_is_looked_through_once():
    """Keep what each new AppTest looks for in every library that is installed: it took half of a page's time."""
    from streamlit.components.v2 import manifest_scanner

    with pytest.MonkeyPatch.context() as patch:
        found = functools.cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", found)
        yield


@pytest.fixture(scope="session", autouse=True)
def pages_are_compiled_once():
    """Keep the code of pages between runs, as a server does: each run of an AppTest would compile them anew."""
    from streamlit.runtime.scriptrunner.script_cache import ScriptCache
    from streamlit.testing.v1 import local_script_runner

    with pytest.MonkeyPatch.context() as patch:
        kept = ScriptCache()
        patch.setattr(local_script_runner, "ScriptCache", lambda: kept)
        yield


@pytest.fixture
def opened(monkeypatch):
    """Give a function that opens a page on the stores of a cache with what a link says, and expects no exception."""

    def run(cache, stem, **params):
        monkeypatch.setenv("EXPLAIN_CACHE", str(cache))
        app = AppTest.from_file(str(APP), default_timeout=60)
        app.switch_page(f"views/{stem}.py")
        for name, value in params.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception, app.exception
        assert not [error.value for error in app.error if error.value.startswith(f"This page {BROKEN}")]
        return app

    return run
