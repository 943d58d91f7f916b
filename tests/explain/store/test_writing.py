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
from explain.store.writing import ArrayWriter, rows_per_chunk

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
    left.write_bytes(b"half")
    writer.finish()
    assert not left.exists()
    assert "partial" not in (tmp_path / "group" / CHECKSUMS).read_text()


def test_chunks_hold_many_small_rows_and_few_large_ones():
    assert rows_per_chunk((13, 13), np.float32, 100_000) == 256
    assert rows_per_chunk((13, 13), np.float32, 102) == 102
    assert rows_per_chunk((299, 299), np.float32, 100_000) == 2
    assert rows_per_chunk((4000, 4000), np.float32, 10) == 1
