"""Groups of arrays against a dictionary in memory: rows in any cut, kills, torn files, and whatever is read back."""

import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from explain.store.filesystem import files_below, open_arrays
from explain.store.layout import CHECKSUMS
from explain.store.shard_files import small_layout
from explain.store.shards import layout_of
from explain.store.writing import ArrayWriter

ROWS, LARGE = 7, ("large",)


def values_of(rows, seed):
    """Give the values that rows have under a seed: the same however the rows are cut."""
    made = [np.random.default_rng([seed, row]) for row in rows]
    return {
        "large": np.stack([rng.random((3, 2)).astype(np.float16) for rng in made]),
        "small": np.stack([rng.random(4).astype(np.float32) for rng in made]),
    }


class Writing(RuleBasedStateMachine):
    """A writer that is killed, opened again, torn and finished."""

    @initialize()
    def begin(self):
        self.folder = Path(tempfile.mkdtemp())
        self.writer = ArrayWriter(self.folder / "group", "arrays.zarr", ROWS, LARGE)
        self.model: set[int] = set()

    def teardown(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    @precondition(lambda self: not self.writer.complete)
    @rule(rows=st.sets(st.integers(0, ROWS - 1), min_size=1))
    def write(self, rows):
        rows = sorted(rows - self.model)
        self.writer.write(rows, values_of(rows, 1) if rows else {})
        self.model |= set(rows)

    @rule()
    def killed_and_opened_again(self):
        self.writer = ArrayWriter(self.folder / "group", "arrays.zarr", ROWS, LARGE)

    @precondition(lambda self: self.model and not self.writer.complete)
    @rule(data=st.data())
    def torn_by_a_power_cut(self, data):
        """Empty a chunk that was not synced, or a piece of the journal: its rows must not count as done."""
        files = {name: file for name, file in files_below(self.folder / "group").items() if "zarr.json" not in name}
        name = data.draw(st.sampled_from(sorted(files)))
        files[name].write_bytes(b"")
        self.killed_and_opened_again()
        assert self.writer.done < self.model
        self.model = set(self.writer.done)

    @precondition(lambda self: self.model and not self.writer.complete)
    @rule()
    def finish(self):
        self.writer.finish({"whole": np.arange(3, dtype=np.float32)})
        arrays = open_arrays(self.folder / "group" / "arrays.zarr")
        rows = sorted(self.model)
        expected = values_of(rows, 1)
        np.testing.assert_array_equal(arrays["small"][:][rows], expected["small"])
        assert not arrays["small"][:][sorted(set(range(ROWS)) - self.model)].any()
        for row, value in zip(rows, expected["large"], strict=True):
            np.testing.assert_array_equal(arrays["large"][row], value)
        np.testing.assert_array_equal(arrays["whole"][:], [0, 1, 2])
        assert not any("done/" in name or name.endswith(".partial") for name in files_below(self.folder / "group"))

    @invariant()
    def what_is_done_is_what_was_written(self):
        if hasattr(self, "writer") and not self.writer.complete:
            assert self.writer.done == self.model

    @invariant()
    def complete_means_that_the_checksums_are_there(self):
        if hasattr(self, "writer"):
            assert self.writer.complete == (self.folder / "group" / CHECKSUMS).exists()


TestWriting = Writing.TestCase
TestWriting.settings = settings(
    max_examples=25, stateful_step_count=8, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip


@pytest.mark.parametrize("cut", [[[0, 1, 2], [3, 4, 5, 6]], [[6], [0, 2, 4], [1, 3, 5]], [[0, 1, 2, 3, 4, 5, 6]]])
def test_the_same_rows_end_as_the_same_bytes_however_they_were_cut(tmp_path, cut):
    found = []
    for name, parts in (("cut", cut), ("whole", [list(range(ROWS))])):
        writer = ArrayWriter(tmp_path / name, "arrays.zarr", ROWS, LARGE)
        for rows in parts:
            writer.write(rows, values_of(rows, 2))
        writer.finish()
        found.append({key: file.read_bytes() for key, file in files_below(tmp_path / name).items()})
    assert found[0] == found[1]


def test_what_a_kill_left_in_the_middle_of_a_chunk_is_gone_at_the_end(tmp_path):
    writer = ArrayWriter(tmp_path / "group", "arrays.zarr", ROWS, LARGE)
    writer.write([0, 1], values_of([0, 1], 1))
    left = tmp_path / "group" / "arrays.zarr" / "large" / "c" / "0" / "0" / "0.abc.partial"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    writer.finish()
    assert not left.exists()
    assert "partial" not in (tmp_path / "group" / CHECKSUMS).read_text()


def test_chunks_hold_many_small_rows_and_few_large_ones():
    assert small_layout((13, 13), np.float32, 100_000).chunk == 32
    assert small_layout((299, 299), np.float32, 100_000).chunk == 1
    assert small_layout((4000, 4000), np.float32, 10).shard == 10
    for rows in (1, 3, 102, 4096, 100_000):
        layout = small_layout((10,), np.float32, rows)
        assert layout.shard % layout.chunk == 0
        assert layout.shard >= min(rows, 4096)


@pytest.fixture
def blocks_of_three(monkeypatch):
    """Let a block, and a shard of small arrays, have three rows, so that seven rows need three of each."""
    monkeypatch.setattr("explain.store.writing._BLOCK", 3)
    monkeypatch.setattr("explain.store.writing.SMALL_SHARD", 4)
    monkeypatch.setattr("explain.store.shard_files.SMALL_SHARD", 4)


def test_a_full_block_leaves_one_file_of_each_large_array_and_one_piece_of_the_journal(tmp_path, blocks_of_three):
    writer = ArrayWriter(tmp_path / "group", "arrays.zarr", ROWS, LARGE)
    for rows in ([0], [2], [1, 3]):
        writer.write(rows, values_of(rows, 1))
    names = files_below(tmp_path / "group")
    assert [name for name in names if name.startswith("done/")] == ["done/000000-000002.npz", "done/000003-000003.npz"]
    assert [name for name in names if "/c/" in name] == ["arrays.zarr/large/c/0/0/0"]


@pytest.mark.parametrize("cut", [[[0, 1, 2, 3, 4, 5]], [[5], [4], [3], [1], [0], [2]], [[0, 2, 4], [1, 3, 5]]])
def test_blocks_end_as_the_bytes_that_zarr_itself_writes(tmp_path, blocks_of_three, cut):
    """The last row stays unwritten, as that of an image that cannot be read."""
    writer = ArrayWriter(tmp_path / "group", "arrays.zarr", ROWS, LARGE)
    for rows in cut:
        writer.write(rows, values_of(rows, 2))
        writer = ArrayWriter(tmp_path / "group", "arrays.zarr", ROWS, LARGE)  # killed after every call
    writer.finish()
    ours = open_arrays(tmp_path / "group" / "arrays.zarr")
    theirs = open_arrays(tmp_path / "zarr", write=True)
    values = values_of(range(ROWS), 2)
    values["small"][6] = 0
    for name, value in values.items():
        codecs = layout_of(ours[name]).codecs
        array = theirs.create_array(name, shape=value.shape, **codecs)
        rows = 6 if name == "large" else ROWS
        array[:rows] = value[:rows]
        np.testing.assert_array_equal(ours[name][:rows], value[:rows])
        assert np.isnan(np.asarray(ours[name][rows:])).all()
    expected = {name: file.read_bytes() for name, file in files_below(tmp_path / "zarr").items()}
    found = {name: file.read_bytes() for name, file in files_below(tmp_path / "group" / "arrays.zarr").items()}
    assert found == expected


def test_a_shard_that_a_power_cut_took_is_missed_though_its_journal_is_there(tmp_path, blocks_of_three):
    writer = ArrayWriter(tmp_path / "group", "arrays.zarr", ROWS, LARGE)
    writer.write([0, 1, 2, 3], values_of([0, 1, 2, 3], 1))
    shard = tmp_path / "group" / "arrays.zarr" / "large" / "c" / "0" / "0" / "0"
    for damage in (bytes(shard.stat().st_size), shard.read_bytes()[:-9]):
        shard.write_bytes(damage)
        again = ArrayWriter(tmp_path / "group", "arrays.zarr", ROWS, LARGE)
        assert again.done == {3}
        again.write([0, 1, 2], values_of([0, 1, 2], 1))
    shard.unlink()
    assert ArrayWriter(tmp_path / "group", "arrays.zarr", ROWS, LARGE).done == {3}


def test_a_block_that_gains_a_row_later_keeps_what_its_shard_held(tmp_path, blocks_of_three):
    """As when a finish was killed after it had closed a block with a gap."""
    writer = ArrayWriter(tmp_path / "group", "arrays.zarr", ROWS, LARGE)
    writer.write([0, 2], values_of([0, 2], 1))
    writer._close(0)
    again = ArrayWriter(tmp_path / "group", "arrays.zarr", ROWS, LARGE)
    assert again.done == {0, 2}
    again.write([1], values_of([1], 1))
    assert ArrayWriter(tmp_path / "group", "arrays.zarr", ROWS, LARGE).done == {0, 1, 2}


def test_what_an_older_version_left_unfinished_is_written_anew(tmp_path):
    """It kept large rows in the group at once, a file each, and small ones in the journal."""
    group = open_arrays(tmp_path / "group" / "arrays.zarr", write=True)
    values = values_of(range(ROWS), 1)
    group.create_array("large", shape=values["large"].shape, chunks=(1, 3, 2), dtype=np.float16)[:] = values["large"]
    (tmp_path / "group" / "done").mkdir()
    np.savez(tmp_path / "group" / "done" / "000000-000006.npz", small=values["small"])
    writer = ArrayWriter(tmp_path / "group", "arrays.zarr", ROWS, LARGE)
    assert writer.done == frozenset()
    writer.write(list(range(ROWS)), values)
    writer.finish()
    fresh = ArrayWriter(tmp_path / "fresh", "arrays.zarr", ROWS, LARGE)
    fresh.write(list(range(ROWS)), values)
    fresh.finish()
    found, expected = (
        {n: f.read_bytes() for n, f in files_below(tmp_path / each).items()} for each in ("group", "fresh")
    )
    assert found == expected
