"""The demo with the mark, as the networks of its own see it: one store for every proof in this folder."""

import pytest

from explain.store import newest_stores, open_store


@pytest.fixture(scope="module")
def marked_store(marked_cache):
    (store,) = newest_stores(marked_cache)
    return open_store(store.path)
