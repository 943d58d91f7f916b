"""The demo with the mark: composed once, every rendering twice, and masks that know the mark."""

import json

import numpy as np
import pytest
from PIL import Image

from data import DataError, decode_image, open_dataset, read_mask
from data.datasets import DEMO_FOLDER
from data.marked_demo import composed, unmarked


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLAIN_DATA", str(tmp_path_factory.mktemp("data")))
        yield open_dataset("demo-marked")


def test_every_rendering_is_there_without_and_with_the_mark(opened):
    demo = {record.image: record for record in open_dataset("demo").records}
    assert len(opened.records) == 2 * len(demo)
    assert not opened.warnings
    for record in opened.records:
        plain = demo[unmarked(record.image)]
        assert (record.label, record.boxes, record.size) == (plain.label, plain.boxes, plain.size)
        if record.image == plain.image:
            assert (record.sha256, record.mask_sha256) == (plain.sha256, plain.mask_sha256)


def test_masks_know_the_mark_and_elsewhere_the_animal(opened):
    of_mark = next(number for number, name in opened.parts.items() if name == "mark")
    assert opened.beside == ("mark",)
    assert dict(opened.parts).keys() - {of_mark} == open_dataset("demo").parts.keys()
    records = {record.image: record for record in opened.records}
    for image in ("bear_000", "elephant_050"):
        plain, mask = (read_mask(records[name].mask) for name in (image, f"{image}_marked"))
        covered = mask == of_mark
        assert 0.015 < covered.mean() < 0.03
        assert not (plain == of_mark).any()
        np.testing.assert_array_equal(plain[~covered], mask[~covered])
        pictures = (np.asarray(decode_image(records[name].path), int) for name in (image, f"{image}_marked"))
        difference = np.abs(np.subtract(*pictures)).max(axis=2)
        assert difference[covered].mean() > 30
        assert difference[~covered].mean() < 3  # what compressing once more does


def test_it_is_composed_once_and_the_same_each_time(opened, tmp_path):
    again = open_dataset(composed(DEMO_FOLDER, tmp_path))
    assert again.digest == opened.digest
    before = {file: file.stat().st_mtime_ns for file in again.root.rglob("*")}
    assert composed(DEMO_FOLDER, tmp_path) == again.root
    assert {file: file.stat().st_mtime_ns for file in again.root.rglob("*")} == before
    assert [file.name for file in tmp_path.iterdir()] == [again.root.name]


def test_another_demo_makes_another_folder(tmp_path):
    demo = tmp_path / "demo"
    (demo / "bear").mkdir(parents=True)
    Image.new("RGB", (80, 60)).save(demo / "bear" / "one.jpg")
    Image.new("L", (80, 60)).save(demo / "bear" / "one.mask.png")
    (demo / "parts.json").write_text(json.dumps({"1": "body"}))
    for synset in ("n1", "n2"):
        (demo / "manifest.csv").write_text(f"path,label,synset,width,height,boxes\nbear/one.jpg,bear,{synset},80,60,\n")
        composed(demo, tmp_path / "made")
    made = list((tmp_path / "made").iterdir())
    assert len(made) == 2
    assert {record.image for record in open_dataset(made[0]).records} == {"one", "one_marked"}


def test_where_it_cannot_be_written_one_sentence_says_what_to_do(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="Set EXPLAIN_DATA to a folder that can be written"):
        composed(DEMO_FOLDER, tmp_path / "file" / "below")
