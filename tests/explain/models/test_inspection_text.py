"""Measured alignments are put into a file of tables, and nothing else of it changes."""

import tomllib
from pathlib import Path
from types import SimpleNamespace

from explain.models.inspection_text import with_alignments

TEXT = """# Two networks.
[one]
file = "nets/one.keras" # beside this file
alignment = [1.0, 1.0]
classes = ["a", "b"]

[ 'two words' ]
file = '/elsewhere/two.keras'
input_size = 32
[three]
alignment = [5.0, 5.0]
application = "ResNet50"
"""


def test_alignments_replace_what_stood_there_and_paths_hold_anywhere():
    placed = {
        "one": SimpleNamespace(alignment=(-10.1, -10.0)),
        "two words": SimpleNamespace(alignment=(0.0, 2.5)),
        "three": None,
    }
    folder = Path("/some/folder")
    written = with_alignments(TEXT, placed, folder)
    before, after = tomllib.loads(TEXT), tomllib.loads(written)
    assert [after[name]["alignment"] for name in after] == [[-10.1, -10.0], [0.0, 2.5], [5.0, 5.0]]
    assert [Path(after[name]["file"]) for name in ("one", "two words")] == [
        folder / "nets/one.keras", Path("/elsewhere/two.keras"),
    ]  # fmt: skip
    for tables in (before, after):
        for table in tables.values():
            table.pop("alignment", None), table.pop("file", None)
    assert before == after
    assert "# Two networks." in written
    assert "# beside this file" in written


def test_a_second_measurement_gives_the_same_file():
    placed = {"one": SimpleNamespace(alignment=(-10.1, -10.0))}
    once = with_alignments(TEXT, placed, Path("/some/folder"))
    assert with_alignments(once, placed, Path("/another")) == once
