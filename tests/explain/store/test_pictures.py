"""Archives of pictures against a dictionary, what any unzip finds in them, and what is damaged, lost or older."""

import io
import shutil
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from explain.building.build import build
from explain.errors import StoreError
from explain.store import check_store, open_store
from explain.store.filesystem import files_below
from explain.store.picture_packs import Packs
from explain.store.pictures import Pictures, PictureWriter, encode_pictures, packs_of, rows_with_pictures


@pytest.fixture
def packs_of_four(monkeypatch):
    monkeypatch.setattr("explain.store.picture_packs.PACK", 4)
    monkeypatch.setattr("explain.store.pictures.PACK", 4)


def made(row):
    """Give pictures that are told apart; every third image has a mask."""
    return Pictures(b"photograph %d" % row, b"thumbnail %d" % row * 9, b"mask %d" % row if row % 3 == 0 else None)


def held(store, rows):
    packs = packs_of(store)
    return {row: Pictures(*(packs[kind].read(row) for kind in ("photographs", "thumbnails", "masks"))) for row in rows}


@pytest.mark.parametrize("order", [[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]], [[9, 3], [4, 0, 7], [8, 1, 2], [6, 5]]])
def test_pictures_are_read_as_they_were_written_in_whatever_order_and_the_bytes_are_the_same(
    tmp_path, packs_of_four, order
):
    for name, parts in (("here", order), ("there", [list(range(10))])):
        writer = PictureWriter(tmp_path / name, range(10))
        for rows in parts:
            writer.take(rows, {row: made(row) for row in rows if row != 5})  # the sixth cannot be read
    assert held(tmp_path / "here", [0, 3, 6, 9]) == {row: made(row) for row in (0, 3, 6, 9)}
    assert held(tmp_path / "here", [5])[5] == Pictures(None, None, None)
    assert rows_with_pictures(tmp_path / "here") == set(range(10)) - {5}
    found, expected = (
        {name: file.read_bytes() for name, file in files_below(tmp_path / each).items()} for each in ("here", "there")
    )
    assert found == expected
    assert list(found)[-1] == "thumbnails/000008-000011.zip"
    with zipfile.ZipFile(io.BytesIO(found["photographs/000004-000007.zip"])) as archive:
        assert archive.namelist() == ["000004.jpg", "000006.jpg", "000007.jpg"]
        assert archive.read("000006.jpg") == b"photograph 6"
        assert archive.testzip() is None


def test_a_killed_build_makes_what_an_archive_lacks_and_keeps_the_rest(tmp_path, packs_of_four):
    PictureWriter(tmp_path, [0, 1]).take([0, 1], {row: made(row) for row in (0, 1)})
    assert rows_with_pictures(tmp_path) == {0, 1}
    PictureWriter(tmp_path, [2, 3]).take([2, 3], {row: made(row) for row in (2, 3)})
    PictureWriter(tmp_path / "whole", range(4)).take(range(4), {row: made(row) for row in range(4)})
    for name in ("masks", "photographs", "thumbnails"):
        file = f"{name}/000000-000003.zip"
        assert (tmp_path / file).read_bytes() == (tmp_path / "whole" / file).read_bytes()


def test_a_reader_follows_when_an_archive_is_replaced(tmp_path, packs_of_four):
    packs = Packs(tmp_path / "photographs", ".jpg")
    packs.write(0, {0: b"old", 1: b"other"})
    reader = Packs(tmp_path / "photographs", ".jpg")
    assert reader.read(1) == b"other"
    packs.write(0, {0: b"new and longer", 1: b"OTHER"})
    assert (reader.read(0), reader.read(1)) == (b"new and longer", b"OTHER")


def without_checksum(archive):
    """Give an archive as older versions wrote it: without a comment."""
    return archive[:-10] + b"\0\0"


@pytest.mark.parametrize("older", [False, True])
def test_every_flipped_bit_of_an_archive_gives_the_right_picture_or_a_sentence(tmp_path, packs_of_four, older):
    """Names of neighbours differ in one bit, and the second image has no picture."""
    pictures = {0: b"first picture", 2: b"third picture", 3: b"fourth picture"}
    packs = Packs(tmp_path / "photographs", ".jpg")
    packs.write(0, pictures)
    (file,) = (tmp_path / "photographs").iterdir()
    content = without_checksum(file.read_bytes()) if older else file.read_bytes()
    said = []
    for bit in range(8 * len(content)):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        file.write_bytes(flipped)
        for row in range(4):
            try:
                found = Packs(tmp_path / "photographs", ".jpg").read(row)
            except StoreError as error:
                said.append(str(error))
                continue
            assert found == pictures.get(row) or (older and found is None)  # whose name was lost with its checksum
    assert set(said) == {"photographs/000000-000003.zip was changed after it was written. Build the store anew."}
    assert len(said) > 8 * len(b"".join(pictures.values()))
    file.write_bytes(content)
    assert [packs.read(row) for row in range(4)] == [pictures.get(row) for row in range(4)]


def test_a_picture_that_was_changed_is_named_and_its_neighbours_are_shown(parts, folder):
    dataset, path, specs = parts
    (file,) = (path / "thumbnails").glob("*.zip")
    images = [image for image in open_store(path).table("images")["image"] if "broken" not in image]
    before = {image: open_store(path).thumbnail(image) for image in images}
    at = file.read_bytes().index(before[images[1]]) + len(before[images[1]]) // 2
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)
    store = open_store(path)
    with pytest.raises(StoreError, match=f"The picture of '{images[1]}' cannot be read: thumbnails/.* was changed"):
        store.thumbnail(images[1])
    assert [store.thumbnail(image) == before[image] for image in images if image != images[1]] == [True] * 6
    assert store.photograph(images[1])
    assert build(dataset, specs, folder / "cache", batch_size=4).healed
    assert open_store(path).thumbnail(images[1]) == before[images[1]]


def as_schema_2(path):
    """Unpack a store's pictures into files, as older versions kept them, and make its manifest say so."""
    import json

    for kind in ("masks", "photographs", "thumbnails"):
        for archive in (path / kind).glob("*.zip"):
            with zipfile.ZipFile(archive) as packed:
                packed.extractall(path / kind)
            archive.unlink()
    from explain.store.pictures import pictures_digest
    from explain.store.whole_files import manifest_digest

    manifest = json.loads((path / "manifest.json").read_text())
    manifest |= {"schema": 2, "pictures": pictures_digest(path)}
    manifest["digest"] = manifest_digest(manifest)
    (path / "manifest.json").write_text(json.dumps(manifest))


def test_a_store_whose_pictures_are_files_is_read_checked_kept_and_packed_when_it_is_forced(parts, folder):
    dataset, path, specs = parts
    before = open_store(path)
    images = [image for image in before.table("images")["image"] if "broken" not in image]
    pictures = [(before.photograph(image), before.thumbnail(image)) for image in images]
    as_schema_2(path)
    older = open_store(path)
    assert [(older.photograph(image), older.thumbnail(image)) for image in images] == pictures
    assert check_store(older) == ()
    assert build(dataset, specs, folder / "cache", batch_size=4).computed == 0
    assert open_store(path).provenance["schema"] == 2
    build(dataset, [replace(specs[0], name="second", title="Second")], folder / "cache", batch_size=4)
    assert open_store(path).provenance["schema"] == 3
    assert not list((path / "photographs").glob("*.zip"))  # nothing was decoded for pictures that are there
    build(dataset, specs, folder / "cache", batch_size=4, force=True)
    assert not list((path / "photographs").glob("*.jpg"))
    newest = open_store(path)
    assert [(newest.photograph(image), newest.thumbnail(image)) for image in images] == pictures
    assert check_store(newest) == ()


def test_a_build_over_lost_archives_ends_with_the_same_bytes(parts, folder):
    dataset, path, specs = parts
    before = {name: file.read_bytes() for name, file in files_below(path / "photographs").items()}
    shutil.rmtree(path / "photographs")
    assert build(dataset, specs, folder / "cache", batch_size=4).healed
    assert {name: file.read_bytes() for name, file in files_below(path / "photographs").items()} == before


def test_a_picture_looks_like_its_photograph():
    """By a plain mean square: above 34 dB nobody tells them apart at arm's length."""
    ramp = np.linspace(0, 255, 900 * 600).reshape(600, 900)
    image = Image.fromarray(np.stack([ramp, ramp[::-1], 255 - ramp], axis=2).astype(np.uint8))
    found = encode_pictures(image, None)
    shown = Image.open(io.BytesIO(found.photograph))
    assert (shown.format, shown.size) == ("JPEG", (640, 427))
    difference = np.asarray(shown, float) - np.asarray(image.resize(shown.size, Image.Resampling.LANCZOS), float)
    assert 10 * np.log10(255**2 / np.mean(difference**2)) > 34
