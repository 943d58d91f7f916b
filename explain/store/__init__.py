"""The store: what was computed, verified by digests, and read without TensorFlow.

A store is one folder, ``<cache>/<dataset digest>``, on disk or below a URL. Whatever determined a result names the
place where the result lies, so nothing in a store is ever changed in place: a new ``manifest.json``, put down
atomically at the end of a build, is what makes new results visible.
"""

from explain.errors import StoreError
from explain.store.amending import amend_store
from explain.store.checking import check_store
from explain.store.layout import default_cache
from explain.store.manifest import DatasetInfo, ModelInfo
from explain.store.opening import list_stores, named_stores, newest_stores, open_store, unreadable_stores
from explain.store.reading import Store

__all__ = [
    "DatasetInfo",
    "ModelInfo",
    "Store",
    "StoreError",
    "amend_store",
    "check_store",
    "default_cache",
    "list_stores",
    "named_stores",
    "newest_stores",
    "open_store",
    "unreadable_stores",
]
