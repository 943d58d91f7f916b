"""Opening a page without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

APP = Path(__file__).parents[2] / "dashboard" / "app.py"


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
        return app

    return run
