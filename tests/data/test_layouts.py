"""Folders that people have: images without class folders, train and test, two folders of one name."""

import shutil

import pytest
from PIL import Image

from data import DataError, open_dataset
from data.records import UNLABELLED


def put(*paths):
    for number, path in enumerate(paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 6), (number, 8, 7)).save(path)


def test_images_without_class_folders_are_one_class_that_means_none(tmp_path):
    put(tmp_path / "a.png", tmp_path / "b.jpg", tmp_path / "a.jpg")
    (tmp_path / "notes").mkdir()
    found = open_dataset(tmp_path)
    assert found.labels == (UNLABELLED,)
    assert len({record.image for record in found.records}) == 3
    assert "b" in {record.image for record in found.records}
    assert all(record.sha256 and record.synset is None for record in found.records)
    (warning,) = found.warnings
    assert "3 images in the folder itself" in warning
    assert "no labels" in warning


def test_a_link_that_leads_out_is_not_followed_there_either(tmp_path):
    put(tmp_path / "photos" / "a.png", tmp_path / "secret.png")
    (tmp_path / "photos" / "b.png").symlink_to("../secret.png")
    by_id = {record.image: record for record in open_dataset(tmp_path / "photos").records}
    assert by_id["a"].sha256
    assert (by_id["b"].sha256, "leads out" in by_id["b"].fault) == ("", True)


def test_class_folders_count_where_there_are_some(tmp_path):
    put(tmp_path / "cat" / "a.png", tmp_path / "loose.png")
    assert open_dataset(tmp_path).labels == ("cat",)


def test_splits_are_named_with_the_path_to_give(tmp_path):
    put(*(tmp_path / "photos" / split / "cat" / "a.png" for split in ("train", "val", "test")))
    with pytest.raises(
        DataError, match=r"such folders are test, train, val: give one of them, --dataset \S*photos/test"
    ):
        open_dataset(tmp_path / "photos")
    with pytest.raises(DataError, match=r"such folders are photos/test, photos/train, photos/val"):
        open_dataset(tmp_path)


def test_a_folder_without_images_names_none(tmp_path):
    (tmp_path / "cat" / "deep").mkdir(parents=True)
    with pytest.raises(DataError, match=r"No images were found") as error:
        open_dataset(tmp_path)
    assert "such folders" not in str(error.value)


def test_a_name_is_for_people_and_changes_no_identity(tmp_path):
    put(tmp_path / "photos" / "cat" / "a.png")
    plain, named = open_dataset(tmp_path / "photos"), open_dataset(tmp_path / "photos", "Cats of 2026")
    assert (plain.name, named.name, named.title) == ("photos", "Cats of 2026", "Cats of 2026")
    assert plain.digest == named.digest
    shutil.copytree(tmp_path / "photos", tmp_path / "elsewhere" / "photos")
    assert open_dataset(tmp_path / "elsewhere" / "photos").digest == plain.digest
    for bad in ("", "  ", "two\nlines", "x" * 81):
        with pytest.raises(DataError, match="cannot stand on pages"):
            open_dataset(tmp_path / "photos", bad)


def test_a_path_longer_than_any_is_a_sentence():
    with pytest.raises(DataError, match="does not exist"):
        open_dataset("x" * 5000)
