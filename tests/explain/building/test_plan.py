"""What determines a result is named in its digest: code that changes pixels or maps must recompute them."""

from pathlib import Path

import pytest

import data
from explain.building.plan import ARRAY_CODE, plan_maps, table_files
from explain.explainers.registry import EXPLAINERS
from explain.store.digests import code_digest, modules_behind


@pytest.fixture
def written(tmp_path):
    (tmp_path / "a.py").write_text("a = 1\n")
    (tmp_path / "b.py").write_text("b = 1\n")
    return lambda *names: code_digest.__wrapped__(tuple(tmp_path / name for name in names))


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


BEFORE = """
from x import Parameter
K = Parameter("k", "K of FEM", 2.0, help="Old words.")
def f(a):
    return a + 1
"""


@pytest.mark.parametrize(
    ("after", "same"),
    [
        ('"""A docstring."""\n' + BEFORE + "# a comment", True),
        (BEFORE.replace("Old words", "New words"), True),
        (BEFORE.replace("    return", '    """Add one."""\n    return'), True),
        (BEFORE.replace("from x", "if TYPE_CHECKING:\n    import y\nfrom x"), True),
        (BEFORE.replace("a + 1", "a + 2"), False),
        (BEFORE.replace("2.0", "3.0"), False),
    ],
)
def test_words_change_no_digest_and_code_does(tmp_path, after, same):
    file = tmp_path / "a.py"
    file.write_text(BEFORE)
    before = code_digest.__wrapped__((file,))
    file.write_text(after)
    assert (code_digest.__wrapped__((file,)) == before) == same


@pytest.mark.parametrize("reader", ["decode_image", "read_mask"])
def test_reading_pixels_is_part_of_what_determines_maps_and_tables(reader):
    file = Path(getattr(data, reader).__code__.co_filename).resolve()
    assert file in ARRAY_CODE
    assert file in table_files()


def test_every_file_that_is_named_is_there():
    assert all(file.is_file() for file in (*ARRAY_CODE, *table_files()))


def test_tables_are_determined_by_every_measure_and_claim_and_by_no_page_or_figure():
    names = {file.stem for file in table_files()}
    assert {
        "spread",
        "agreement",
        "resampling",
        "claims",
        "verdicts",
        "hypothesis_tests",
        "tables",
        "map_ranges",
    } <= names
    assert not any("figures" in file.parts or "dashboard" in file.parts for file in table_files())


@pytest.mark.parametrize("name", EXPLAINERS)
def test_an_explainers_maps_are_determined_by_its_own_file_and_by_no_other_methods(name):
    module = EXPLAINERS[name].maps.__module__
    files = {file.stem for file in modules_behind([module], ("explain.explainers",))}
    assert module.rpartition(".")[2] in files
    assert "registry" not in files


def test_the_digest_of_maps_follows_the_model():
    one, two = (plan_maps(model, EXPLAINERS["fem"]).digest for model in ("a", "b"))
    assert one != two
