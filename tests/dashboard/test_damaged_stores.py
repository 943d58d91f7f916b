"""Whatever is broken in a store, every page says it in a sentence, without traces or the server's folders."""

import json
import logging
import shutil
import sys

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import dashboard.first_store
from dashboard.boundary import BROKEN, public
from dashboard.first_store import FirstBuild
from dashboard.pages import PAGES
from tests.dashboard.conftest import APP

pytestmark = pytest.mark.slow


def remove(store, pattern, most=10**6):
    found = sorted(store.glob(pattern))[:most]
    assert found
    for path in found:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def cut(store, pattern):
    for path in store.glob(pattern):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(store, pattern):
    files = [each for each in store.glob(pattern) if each.is_file()]
    assert files
    for path in files:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 0xFF
        path.write_bytes(content)


def flip_index(store, pattern):
    """Change the name of the last picture, as the end of its archive has it."""
    for path in store.glob(pattern):
        content = bytearray(path.read_bytes())
        content[content.rindex(b".jpg") - 1] ^= 1
        path.write_bytes(content)


def fill(store, pattern, content):
    for path in store.glob(pattern):
        path.write_bytes(content)


TABLES = ("images", "predictions", "metrics", "findings")
ONE_OF_ALL = "one thumbnail gone"  # what pages do without any, they do without this one
ONE_CHANGED, ONE_RENAMED = "one thumbnail changed", "one thumbnail under another's name"
DAMAGE = {
    **{f"no {table}": lambda store, table=table: remove(store, f"tables/{table}-*") for table in TABLES},
    **{f"half of {table}": lambda store, table=table: cut(store, f"tables/{table}-*") for table in TABLES[:1]},
    "flipped bytes in tables": lambda store: flip(store, "tables/*"),
    "no table of any kind": lambda store: remove(store, "tables"),
    "no maps": lambda store: remove(store, "maps"),
    "maps of one method gone": lambda store: remove(store, "maps/*/*", 1),
    "flipped bytes in maps": lambda store: flip(store, "maps/**/c/**/*"),
    "no arrays": lambda store: remove(store, "models/*/arrays.zarr"),
    "flipped bytes in arrays": lambda store: flip(store, "models/*/arrays.zarr/**/c/**/*"),
    ONE_OF_ALL: lambda store: remove(store, "thumbnails/*", 1),
    ONE_CHANGED: lambda store: flip(store, "thumbnails/*"),
    ONE_RENAMED: lambda store: flip_index(store, "thumbnails/*"),
    "no thumbnails": lambda store: remove(store, "thumbnails"),
    "half thumbnails": lambda store: cut(store, "thumbnails/*"),
    "no photographs": lambda store: remove(store, "photographs"),
    "photographs that are none": lambda store: fill(store, "photographs/*", b"no picture"),
    "masks that are none": lambda store: fill(store, "masks/*", b"no picture"),
    "half a manifest": lambda store: cut(store, "manifest.json"),
    "a manifest of another kind": lambda store: fill(store, "manifest.json", b'{"schema": 2}'),
    "an empty manifest": lambda store: fill(store, "manifest.json", b""),
    "a manifest that is a list": lambda store: fill(store, "manifest.json", b"[]"),
    "no manifest": lambda store: remove(store, "manifest.json"),
}


ENDS_AT_ONCE = (sys.executable, "-I", "-S", "-c", """print('{"error": "Not here."}')""")


@pytest.fixture
def damaged(request, built, tmp_path, monkeypatch):
    """Give a cache with a copy of the store that is damaged in one way, in an app that builds no other in its place."""
    monkeypatch.setattr(dashboard.first_store, "FirstBuild", lambda cache: FirstBuild(cache, ENDS_AT_ONCE))
    cache = tmp_path / "cache"
    shutil.copytree(built[0], cache)
    (store,) = (each.parent for each in cache.glob("*/manifest.json"))
    DAMAGE[request.param](store)
    st.cache_data.clear()
    st.cache_resource.clear()
    return cache


def said(app):
    shown = (app.title, app.caption, app.markdown, app.warning, app.info, app.error, app.text, app.exception)
    return " ".join(str(element.value) for elements in shown for element in elements)


@pytest.mark.parametrize("damaged", [name for name in DAMAGE if not name.startswith("one ")], indirect=True)
def test_every_page_stands_and_names_no_folder_of_the_server(damaged, monkeypatch, caplog):
    monkeypatch.setenv("EXPLAIN_CACHE", str(damaged))
    for stem in PAGES:
        caplog.clear()
        app = AppTest.from_file(str(APP), default_timeout=60)
        app.switch_page(f"views/{stem}.py")
        app.query_params["layer"] = "overlay"
        with caplog.at_level(logging.ERROR):
            app.run()
        assert not app.exception, (stem, app.exception)
        assert [title.value for title in app.title], stem
        text = said(app)
        assert str(damaged) not in text.replace("\\", ""), stem
        assert "Traceback" not in text
        if BROKEN in text:
            assert any(record.exc_info for record in caplog.records), stem


def parts(app):
    """Give what the page's own parts are sent, without those that every page has."""
    sent = [each.proto for each in app.get("bidi_component")]
    return [part.json for part in sent if not part.component_name.endswith(("menu", "walk", "share", "controls"))]


@pytest.mark.parametrize("damaged", [ONE_OF_ALL, "half thumbnails"], indirect=True)
def test_a_picture_that_is_missing_costs_its_card_alone(damaged, opened):
    (cards,) = parts(opened(damaged, "gallery", layer="overlay"))
    assert cards.count('"link"') == 7
    assert BROKEN not in cards


@pytest.mark.parametrize(("damaged", "lost"), [(ONE_CHANGED, 1), (ONE_RENAMED, 6)], indirect=["damaged"])
def test_a_picture_that_was_changed_is_not_shown_and_its_card_says_so(damaged, lost, opened, caplog):
    with caplog.at_level(logging.ERROR):
        (cards,) = parts(opened(damaged, "gallery", layer="photo"))
    pictures = [each for card in json.loads(cards)["cards"] for each in card["pictures"]]
    assert len(pictures) == 6
    assert pictures.count("") == lost  # a card without its picture says that it is missing
    assert "was changed after it was written" in caplog.text


@pytest.mark.parametrize(
    ("damaged", "stem"),
    [("no maps", "overview"), ("no arrays", "compare"), ("no maps", "compare")],
    indirect=["damaged"],
)
def test_parts_that_are_missing_leave_the_rest_of_their_page(damaged, opened, stem):
    app = opened(damaged, stem, layer="overlay")  # which expects that the page itself stands
    assert app.get("page_link") or parts(app)


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("The file '/srv/stores/ab/manifest.json' is not JSON: no.", "The file 'manifest.json' is not JSON: no."),
        ("nowhere://stores cannot be opened; 3/4 of it.", "nowhere://stores cannot be opened; 3/4 of it."),
        (r"C:\stores\ab\x.json is gone", "x.json is gone"),
    ],
)
def test_sentences_lose_the_folders_that_they_name(sentence, shown):
    assert public(sentence) == shown
