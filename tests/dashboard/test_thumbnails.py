"""Photographs by their address: those of stores that pages show, and nothing else."""

import pytest
from starlette.requests import Request

from dashboard.thumbnails import address_of_thumbnails, path_of_thumbnails, thumbnail
from explain.store import newest_stores

pytestmark = pytest.mark.slow


@pytest.fixture
def asked(built, monkeypatch):
    monkeypatch.setenv("EXPLAIN_CACHE", str(built[0]))

    def ask(address):
        path, _, query = address.partition("?")
        assert path == f".{path_of_thumbnails()}"
        return thumbnail(Request({"type": "http", "query_string": query.encode(), "headers": []}))

    return ask


def test_an_image_s_address_gives_its_thumbnail_and_may_be_kept(asked, built):
    (store,) = newest_stores(built[0])
    answer = asked(f"{address_of_thumbnails(store)}bear_003")
    assert answer.status_code == 200
    assert answer.body == store.thumbnail("bear_003")
    assert answer.headers["content-type"] == "image/jpeg"
    assert "private" in answer.headers["cache-control"]


@pytest.mark.parametrize("image", ["nobody", "zz_broken", "../../manifest.json", "", "bear_003%00"])
def test_what_there_is_not_is_not_found(asked, built, image):
    (store,) = newest_stores(built[0])
    assert asked(f"{address_of_thumbnails(store)}{image}").status_code == 404


def test_another_store_is_not_found(asked):
    assert asked("./thumbnail?store=0000&image=bear_003").status_code == 404
    assert asked("./thumbnail").status_code == 404
