"""What lies in folders beside good images: each oddity is listed with its reason, and nothing else is lost by it."""

import os
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from data import DataError, ImageError, open_dataset, read_mask
from data.files import read_regular
from data.naming import LONGEST_ID, image_ids


@pytest.fixture
def root(tmp_path):
    """Make a dataset of one good image."""
    folder = tmp_path / "photos"
    (folder / "cat").mkdir(parents=True)
    Image.new("RGB", (8, 6), (9, 8, 7)).save(folder / "cat" / "good.png")
    return folder


def listed(folder):
    return {record.image: record for record in open_dataset(folder).records}


def make_socket(path):
    with socket.socket(socket.AF_UNIX) as made:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            made.bind(f"/proc/self/fd/{folder}/{path.name}")  # a socket's address holds a hundred characters
        finally:
            os.close(folder)


ODD = {
    "fifo": (os.mkfifo, "named pipe"),
    "socket": (make_socket, "socket"),
    "folder": (os.mkdir, "folder"),
    "dangling": (lambda path: path.symlink_to("nowhere.png"), "link leads nowhere"),
    "circle": (lambda path: path.symlink_to(path.name), "circle"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "out of the dataset"),
    "outside": (lambda path: path.symlink_to("../../secret.png"), "out of the dataset"),
}


@pytest.mark.parametrize("oddity", ODD)
def test_what_is_no_file_is_listed_and_never_waited_for(root, oddity):
    make, said = ODD[oddity]
    Image.new("RGB", (8, 6)).save(root.parent / "secret.png")
    make(root / "cat" / "odd.png")
    found = listed(root)
    assert set(found) == {"good", "odd"}
    assert found["good"].sha256
    assert found["odd"].sha256 == ""
    from explain.building.engines.preparing import read_record

    with pytest.raises(ImageError, match=said):
        read_record(found["odd"])


def test_links_within_the_dataset_are_followed(root):
    (root / "cat" / "again.png").symlink_to("good.png")
    (root / "dog").symlink_to("cat")
    assert all(record.sha256 and not record.fault for record in open_dataset(root).records)


def test_a_class_folder_that_leads_out_is_named_and_not_searched(root):
    outside = root.parent / "outside"
    outside.mkdir()
    Image.new("RGB", (8, 6)).save(outside / "secret.png")
    (root / "dog").symlink_to(outside)
    (root / "manifest.csv").write_text("path,label\ndog/secret.png,dog\n")
    found = open_dataset(root)
    assert [record.sha256 for record in found.records if record.label == "dog"] == [""]
    assert ["dog" in warning and "leads out" in warning for warning in found.warnings] == [True]


def test_a_folder_that_cannot_be_read_is_named_and_the_rest_goes_on(root, monkeypatch):
    (root / "dog").mkdir()
    scandir = os.scandir

    def refused(folder="."):
        if str(folder).endswith("dog"):
            raise PermissionError(13, "Permission denied", str(folder))
        return scandir(folder)

    monkeypatch.setattr("os.scandir", refused)
    found = open_dataset(root)
    assert [record.image for record in found.records] == ["good"]
    assert ["dog" in warning and "not permitted" in warning for warning in found.warnings] == [True]
    monkeypatch.setattr("os.scandir", lambda folder: refused("dog"))
    with pytest.raises(DataError, match="not permitted"):
        open_dataset(root)


@pytest.mark.parametrize(
    "name",
    [
        b"caf\xe9.png", b"x" * 246 + b".png", b"two\nlines.png", b"bell\x07.png", "\u2028.png".encode(),
        "\u00e9l\u00e9phant \U0001f418.png".encode(),
    ],
)  # fmt: skip
def test_whatever_a_file_is_called_it_is_read_under_an_id_that_can_stand_in_a_link(root, name):
    content = (root / "cat" / "good.png").read_bytes()
    with open(os.fsencode(root / "cat") + b"/" + name, "wb") as file:
        file.write(content)
    found = listed(root)
    (image,) = set(found) - {"good"}
    assert found[image].sha256 == found["good"].sha256
    for text in (image, found[image].relative_path):
        assert text.isprintable()
        assert text.encode()
    assert len(image) <= LONGEST_ID
    assert set(listed(root)) == {"good", image}
    if name.startswith("\u00e9".encode()):
        assert image == "\u00e9l\u00e9phant \U0001f418"


NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=()), min_size=1, max_size=230).filter(
    lambda name: not name.startswith(".")
)


@given(paths=st.sets(st.builds("{}/{}.png".format, st.sampled_from(["a", "b", "a\n"]), NAMES), max_size=12))
def test_ids_are_unique_short_and_printable_whatever_the_names(paths):
    def encodes(path):
        try:
            return bool(os.fsencode(path))
        except UnicodeEncodeError:
            return False

    ordered = sorted(filter(encodes, paths))
    ids = image_ids(ordered)
    assert len(set(ids)) == len(ids)
    assert all(
        len(image) <= LONGEST_ID and image.encode() and not set(image) & set("\n\r\t\x1b\u2028") for image in ids
    )
    assert image_ids(ordered) == ids


def test_pictures_that_are_not_read_are_counted_and_named(root):
    for name in ("loose.jpg", "cat/a.heic", "cat/b.HEIC", "cat/c.mpo", "cat/notes.txt"):
        (root / name).write_bytes(b"something")
    (root / "cat" / "more").mkdir()
    (root / "cat" / "more" / "deep.jpg").write_bytes(b"something")
    found = open_dataset(root)
    loose, others, deeper = found.warnings
    assert "1 image file beside the class folders (loose.jpg)" in loose
    assert "3 pictures of other formats, 2 .heic, 1 .mpo (the first is cat/a.heic)" in others
    assert "1 folder with images inside a class folder (cat/more)" in deeper
    assert [record.image for record in found.records] == ["good"]


def test_the_demo_set_gives_no_warning():
    assert open_dataset("demo").warnings == ()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (os.mkfifo, "named pipe"),
        (lambda path: path.symlink_to("/dev/zero"), "leads out"),
        (lambda path: path.symlink_to("gone"), "leads nowhere"),
    ],
)
def test_a_mask_that_is_no_file_is_left_out_and_said(root, make, said):
    make(root / "cat" / "good.mask.png")
    found = open_dataset(root)
    assert found.records[0].mask is None
    assert found.records[0].sha256
    assert [said in warning and "good" in warning for warning in found.warnings] == [True]


def test_masks_are_png_and_nothing_that_starts_a_program(tmp_path):
    path = tmp_path / "a.mask.png"
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 4 4\n")
    with pytest.raises(ImageError, match="no image format"):
        read_mask(path)


def test_only_files_are_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="named pipe"):
        read_regular(tmp_path / "pipe")
    with pytest.raises(OSError, match="device"):
        read_regular(type(tmp_path)("/dev/zero"))
