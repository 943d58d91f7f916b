import pandas as pd
import pytest

from dashboard.cached_store import kinds_in, rows, summary, table
from explain.store import newest_stores
from explain.store.selection import Selection

pytestmark = pytest.mark.slow


@pytest.fixture
def store(built):
    (found,) = newest_stores(built[0])
    return found


def test_visitors_share_one_table_and_have_no_copies(store):
    selection = Selection.of(store)
    assert table(store, "metrics") is table(store, "metrics")
    assert summary(store, selection) is summary(store, selection)


def test_a_part_of_a_table_is_that_part_of_the_whole(store):
    whole = store.table("metrics")
    found = rows(store, "metrics", ("image", "value"), {"metric": ("entropy",)})
    expected = whole.loc[whole["metric"] == "entropy", ["image", "value"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected)
    assert rows(store, "metrics", ("image", "value"), {"metric": ("entropy",)}) is found


def test_kinds_of_rows_are_listed(store):
    whole = store.table("metrics")[["model", "method", "metric"]].drop_duplicates().reset_index(drop=True)
    pd.testing.assert_frame_equal(kinds_in(store, "metrics", ("model", "method", "metric")), whole)
