import csv

import numpy as np
import pytest
from PIL import Image

from explain.compact.photographs import VALIDATION_SOURCES, counts, load_photographs


@pytest.fixture
def folders(tmp_path):
    """One image to train on; of a held-out source its copy, its mirror image made darker, and another image."""
    rng = np.random.default_rng(0)
    coarse, other = (Image.fromarray(rng.integers(0, 256, (12, 12, 3), np.uint8)) for _ in range(2))
    scene, elsewhere = (x.resize((120, 90), Image.Resampling.BICUBIC) for x in (coarse, other))
    darker = scene.transpose(Image.Transpose.FLIP_LEFT_RIGHT).resize((64, 64)).point(lambda v: v * 0.7)
    held_out = VALIDATION_SOURCES[0]
    rows = [
        ("train.jpg", "somebody/else", scene),
        ("copy.jpg", held_out, scene),
        ("mirror.jpg", held_out, darker),
        ("new.jpg", held_out, elsewhere),
    ]
    photos, renderings = tmp_path / "photos", tmp_path / "renderings"
    photos.mkdir()
    renderings.mkdir()
    with (photos / "sources.csv").open("w", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(("file", "label", "repo"))
        for name, source, image in rows:
            image.save(photos / name)
            writer.writerow((name, "elephant", source))
    (renderings / "manifest.csv").write_text("path,label,seed\n")
    return [photos], renderings


def test_a_copy_of_a_training_image_is_no_validation_image(folders):
    found = {p.path.name: p.validation for p in load_photographs(*folders)}
    assert found == {"train.jpg": False, "copy.jpg": False, "mirror.jpg": False, "new.jpg": True}


def test_a_collection_that_proposes_a_split_is_split_so(folders, tmp_path):
    second = tmp_path / "second"
    second.mkdir()
    rng = np.random.default_rng(1)
    with (second / "sources.csv").open("w", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(("file", "label", "repo", "split_hint"))
        for name, split in (("kept.jpg", "val"), ("learnt.jpg", "train")):
            Image.fromarray(rng.integers(0, 256, (40, 40, 3), np.uint8)).save(second / name)
            writer.writerow((name, "black_bear", VALIDATION_SOURCES[0], split))
    photos, renderings = folders
    found = {p.path.name: p.validation for p in load_photographs([*photos, second], renderings)}
    assert found["kept.jpg"]
    assert not found["learnt.jpg"]


def test_a_folder_without_a_manifest_is_refused_by_name(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"sources\.csv"):
        load_photographs([tmp_path], tmp_path)


def test_images_are_counted_by_group_and_by_what_they_are_for(folders):
    assert counts(load_photographs(*folders))["elephant"] == (3, 1)
