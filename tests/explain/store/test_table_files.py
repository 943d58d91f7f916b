import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from explain.store.table_files import all_texts, as_texts, kinds_in, read_rows
from explain.store.whole_files import write_table

ROWS = 300_000  # more than two groups of Parquet


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Write a table in runs of one metric each, and give it with its file."""
    place = np.arange(ROWS)
    table = pd.DataFrame(
        {
            "image": [f"i{number % 1000:03d}" for number in place],
            "label": np.where(place % 1000 < 400, "cat", "dog"),
            "model": np.where(place // 1000 % 2 == 0, "one", "two"),
            "metric": np.array(["entropy", "area", "gini"])[place // 100_000],
            "value": place / 7,
            "right": pd.array(place % 3 == 0, dtype="boolean"),
        }
    )
    store = tmp_path_factory.mktemp("store")
    return table, store / write_table(store, "metrics", table)


def test_a_whole_table_is_what_was_written(written):
    table, file = written
    pd.testing.assert_frame_equal(read_rows(file), table)


def test_texts_that_are_kept_as_numbers_make_the_same_file(written, tmp_path):
    table, file = written
    texts = ["image", "label", "model", "metric"]
    kept = table.astype(dict.fromkeys(texts, "category"))
    assert not all_texts(kept)
    pd.testing.assert_frame_equal(as_texts(kept), table)
    assert (tmp_path / write_table(tmp_path, "metrics", kept)).read_bytes() == file.read_bytes()


def test_a_table_without_rows_has_its_columns_whatever_they_are_kept_as(tmp_path):
    table = pd.DataFrame({"image": pd.Categorical([]), "value": np.zeros(0)})
    found = read_rows(tmp_path / write_table(tmp_path, "metrics", table))
    assert (list(found.columns), len(found)) == (["image", "value"], 0)


def test_rows_and_columns_are_those_that_were_asked_for(written):
    table, file = written
    found = read_rows(file, ("image", "value", "absent"), {"metric": ("area",), "label": ("cat",), "unknown": ("x",)})
    expected = table[(table["metric"] == "area") & (table["label"] == "cat")][["image", "value"]]
    pd.testing.assert_frame_equal(found, expected.reset_index(drop=True))


def test_nothing_wanted_is_an_empty_table_of_the_same_columns(written):
    table, file = written
    found = read_rows(file, where={"model": ()})
    assert found.empty
    assert list(found.columns) == list(table.columns)


def test_kinds_are_the_different_rows_in_their_order(written):
    table, file = written
    expected = table[["label", "model", "metric"]].drop_duplicates().reset_index(drop=True)
    pd.testing.assert_frame_equal(kinds_in(file, ("label", "model", "metric")), expected)


def test_rows_of_one_kind_are_packed_by_themselves_where_there_are_enough_of_them(tmp_path):
    table = pd.DataFrame(
        {"metric": np.repeat(["radius", "area", "gini", "few"], [150_000, 9_000, 9_000, 10]), "value": 0.5}
    )
    file = tmp_path / write_table(tmp_path, "metrics", table)
    groups = pq.ParquetFile(file).metadata
    held = [groups.row_group(number).column(0).statistics for number in range(groups.num_row_groups)]
    assert [(each.min, each.max, each.num_values) for each in held] == [
        ("radius", "radius", 2**17), ("radius", "radius", 150_000 - 2**17), ("area", "area", 9_000),
        ("gini", "gini", 9_000), ("few", "few", 10),
    ]  # fmt: skip
    pd.testing.assert_frame_equal(read_rows(file), table)


def test_a_table_without_rows_is_asked_for_some(tmp_path):
    """Nothing says then that a column holds texts."""
    file = tmp_path / write_table(tmp_path, "skill", pd.DataFrame({"model": [], "value": []}))
    found = read_rows(file, ("value", "model"), {"model": ("one",)})
    assert found.empty
    assert list(found.columns) == ["value", "model"]
