"""What determines a result is named in its digest: code that changes pixels or maps must recompute them."""

from pathlib import Path

import pytest

import explain
from explain.building import plan as provenance

PACKAGE = Path(explain.__file__).parent


@pytest.fixture
def written(tmp_path):
    (tmp_path / "a.py").write_text("a = 1\n")
    (tmp_path / "b.py").write_text("b = 1\n")
    return lambda *names: provenance.code_digest.__wrapped__(tuple(str(tmp_path / name) for name in names))


def test_a_digest_of_code_changes_with_each_file_and_with_their_order(written, tmp_path):
    before = written("a.py", "b.py")
    assert written("a.py", "b.py") == before
    assert written("b.py", "a.py") != before
    (tmp_path / "b.py").write_text("b = 2\n")
    assert written("a.py", "b.py") != before


def test_what_moves_between_files_is_a_change(written, tmp_path):
    before = written("a.py", "b.py")
    (tmp_path / "a.py").write_text("a = 1\nb = 1\n")
    (tmp_path / "b.py").write_text("")
    assert written("a.py", "b.py") != before


@pytest.mark.parametrize("reader", ["decode_image", "read_mask"])
def test_reading_pixels_is_part_of_what_determines_maps_and_tables(reader):
    import data

    file = Path(getattr(data, reader).__code__.co_filename).resolve()
    for names in (provenance.MAP_CODE, provenance.TABLE_CODE):
        assert file in {(PACKAGE / name).resolve() for name in names}


def test_every_file_that_is_named_is_there():
    for name in (*provenance.MAP_CODE, *provenance.TABLE_CODE):
        assert (PACKAGE / name).is_file(), name
