"""Rows of sharded arrays against Zarr's own reading, and what is damaged or absent."""

import numpy as np
import pytest

from explain.errors import StoreError
from explain.store.arrays import ArrayReader, StoredArrays
from explain.store.filesystem import files_below
from explain.store.shards import Layout, ShardError
from explain.store.writing import ArrayWriter

ROWS = 23


@pytest.fixture
def values(tmp_path, monkeypatch):
    """Write a group of several shards and several chunks in each, without row 5."""
    monkeypatch.setattr("explain.store.writing._BLOCK", 4)
    monkeypatch.setattr("explain.store.writing.SMALL_SHARD", 8)
    monkeypatch.setattr("explain.store.shard_files.SMALL_SHARD", 8)
    monkeypatch.setattr("explain.store.shard_files._SMALL_CHUNK", 2 * 3 * 5 * 4)
    rng = np.random.default_rng(3)
    made = {
        "large": rng.random((ROWS, 6, 2)).astype(np.float16),
        "small": rng.random((ROWS, 3, 5)).astype(np.float32),
    }
    writer = ArrayWriter(tmp_path / "group", "arrays.zarr", ROWS, ("large",))
    for rows in ([0, 1, 2, 3, 4], list(range(6, ROWS))):
        writer.write(rows, {name: value[rows] for name, value in made.items()})
    writer.finish({"head": np.arange(4, dtype=np.float32)})
    made["small"][5] = 0
    made["large"][5] = np.nan
    return made


@pytest.mark.parametrize("name", ["large", "small"])
@pytest.mark.parametrize(
    "chosen", [0, 4, 22, -1, slice(None), slice(3, 9), slice(8, 16), slice(21, 99), slice(4, 4), slice(0, 20, 3), 5]
)
def test_rows_are_those_that_were_written(tmp_path, values, name, chosen):
    array = StoredArrays(tmp_path / "group" / "arrays.zarr")[name]
    np.testing.assert_array_equal(array[chosen], values[name][chosen])
    assert array.shape == values[name].shape
    assert array.dtype == values[name].dtype


@pytest.mark.parametrize("name", ["large", "small"])
@pytest.mark.parametrize("rows", [[], [7], [22, 0, 3, 3, 11], list(range(ROWS)), [5, 6]])
def test_some_rows_come_in_the_order_in_which_they_are_asked_for(tmp_path, values, name, rows):
    array = StoredArrays(tmp_path / "group" / "arrays.zarr")[name]
    np.testing.assert_array_equal(array.some(rows), values[name][rows])


@pytest.mark.parametrize("small", [0, 2**20])
def test_a_reader_gives_rows_whether_it_keeps_the_array_or_not(tmp_path, values, small, monkeypatch):
    monkeypatch.setattr("explain.store.arrays._SMALL", small)
    reader = ArrayReader(tmp_path / "group")
    for rows in ([9, 2], 3, None, [0, 22]):
        expected = values["small"] if rows is None else values["small"][rows]
        np.testing.assert_array_equal(reader.read("arrays.zarr", "small", rows), expected)


def test_arrays_without_a_row_per_image_are_read_by_zarr(tmp_path, values):
    arrays = StoredArrays(tmp_path / "group" / "arrays.zarr")
    assert np.asarray(arrays["head"]).tolist() == [0, 1, 2, 3]
    assert ("head" in arrays, "tail" in arrays) == (True, False)


@pytest.mark.parametrize("damage", ["flipped", "cut", "emptied", "gone"])
def test_what_is_damaged_is_an_error_and_its_neighbours_are_read(tmp_path, values, damage):
    shard = tmp_path / "group" / "arrays.zarr" / "large" / "c" / "1" / "0" / "0"
    content = shard.read_bytes()
    if damage == "gone":
        shard.unlink()
    else:
        flipped = content[:3] + bytes([content[3] ^ 1]) + content[4:]
        shard.write_bytes({"flipped": flipped, "cut": content[:-1], "emptied": b""}[damage])
    reader = ArrayReader(tmp_path)
    for row in (4, None):
        with pytest.raises(StoreError, match="Run: python -m explain build"):
            reader.read("group/arrays.zarr", "large", row)
    np.testing.assert_array_equal(reader.read("group/arrays.zarr", "large", 3), values["large"][3])
    if damage == "flipped":
        np.testing.assert_array_equal(reader.read("group/arrays.zarr", "large", 6), values["large"][6])


def test_every_flipped_bit_of_a_shard_is_found(tmp_path, values):
    """Of one small shard; those of the padding after the last row too."""
    shard = files_below(tmp_path / "group")["arrays.zarr/small/c/2/0/0"]
    content = shard.read_bytes()
    for byte in range(len(content)):
        shard.write_bytes(content[:byte] + bytes([content[byte] ^ 4]) + content[byte + 1 :])
        with pytest.raises(ShardError):
            StoredArrays(tmp_path / "group" / "arrays.zarr")["small"][16:ROWS]


def test_a_row_that_was_never_written_is_missing_not_zero(tmp_path, values):
    with pytest.raises(StoreError, match="missing"):
        ArrayReader(tmp_path).read("group/arrays.zarr", "large", 5)


def test_a_shard_tells_which_of_its_chunks_are_whole():
    layout = Layout((2,), np.dtype(np.float32), 1, 4)
    chunk = layout.encode(np.ones((1, 2), np.float32))
    content = layout.join({1: chunk, 3: chunk})
    assert layout.whole_chunks(content) == {1, 3}
    assert layout.whole_chunks(bytes([content[0] ^ 1]) + content[1:]) == {3}
