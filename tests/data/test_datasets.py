import contextlib
import hashlib
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from data import DataError, ImageError, decode_image, open_dataset
from data.classes import load_imagenet_classes


def picture(path, size=(8, 6), mode="RGB", colour=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, colour or 0).save(path)


def test_the_demo_set_is_whole():
    demo = open_dataset("demo")
    assert len(demo.records) == 102
    assert [sum(r.label == label for r in demo.records) for label in demo.labels] == [51, 51]
    assert all(record.mask and record.boxes for record in demo.records)
    assert "rendered" in demo.notice


def test_known_classes_stand_at_known_outputs():
    classes = load_imagenet_classes()
    assert len(classes) == len({entry.synset for entry in classes}) == 1000
    assert (classes[386].name, classes[386].synset) == ("African_elephant", "n02504458")
    assert (classes[295].name, classes[295].synset) == ("American_black_bear", "n02133161")


def test_masks_and_hidden_files_are_no_images_and_clashing_names_get_their_class(tmp_path):
    picture(tmp_path / "a" / "one.png")
    picture(tmp_path / "b" / "one.png")
    picture(tmp_path / "b" / "two.png")
    picture(tmp_path / "b" / "two.mask.png", mode="L")
    picture(tmp_path / "b" / ".hidden.png")
    found = open_dataset(tmp_path)
    assert [record.image for record in found.records] == ["a_one", "b_one", "two"]
    assert found.records[2].mask is not None


def test_the_digest_follows_bytes_and_not_places(tmp_path):
    for name in ("first", "second"):
        picture(tmp_path / name / "a" / "x.png")
    first, second = (open_dataset(tmp_path / name).digest for name in ("first", "second"))
    assert first == second
    picture(tmp_path / "second" / "a" / "x.png", colour=(9, 9, 9))
    assert open_dataset(tmp_path / "second").digest != first


def test_missing_empty_and_flat_folders_are_told_apart(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        open_dataset(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="No images"):
        open_dataset(tmp_path / "empty")
    picture(tmp_path / "flat" / "x.png")
    assert open_dataset(tmp_path / "flat").labels == ("unlabelled",)


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("RGB", (10, 20, 30), (10, 20, 30)), ("L", 77, (77, 77, 77)), ("1", 1, (255, 255, 255)),
        ("RGBA", (0, 0, 0, 0), (255, 255, 255)), ("LA", (0, 255), (0, 0, 0)), ("P", 0, None),
        ("I;16", 32896, (128, 128, 128)),
    ],
)  # fmt: skip
def test_every_mode_becomes_rgb(tmp_path, mode, colour, expected):
    picture(tmp_path / "x.png", mode=mode, colour=colour)
    image = decode_image(tmp_path / "x.png")
    assert image.mode == "RGB"
    if expected:
        assert image.getpixel((0, 0)) == expected


def test_cmyk_animation_and_orientation(tmp_path):
    picture(tmp_path / "c.jpg", mode="CMYK", colour=(0, 0, 0, 0))
    assert decode_image(tmp_path / "c.jpg").getpixel((0, 0)) == (255, 255, 255)
    frames = [Image.new("RGB", (4, 4), colour) for colour in ((255, 0, 0), (0, 0, 255))]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert decode_image(tmp_path / "a.gif").getpixel((0, 0)) == (255, 0, 0)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (8, 4)).save(tmp_path / "o.jpg", exif=exif)
    assert decode_image(tmp_path / "o.jpg").size == (4, 8)


def test_exif_does_not_turn_what_the_manifest_describes_as_it_lies(tmp_path):
    """Two photographs of ImageNet were turned upright and kept the tag that says that they are not."""
    (tmp_path / "bear").mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6
    for name in ("turned", "lying", "unknown"):
        Image.new("RGB", (8, 4)).save(tmp_path / "bear" / f"{name}.jpg", exif=exif)
    rows = "bear/turned.jpg,8,4\nbear/lying.jpg,4,8\nbear/unknown.jpg,,\n"
    (tmp_path / "manifest.csv").write_text(f"path,width,height\n{rows}")
    records = {record.image: record for record in open_dataset(tmp_path).records}
    sizes = {image: decode_image(record.path, size=record.size).size for image, record in records.items()}
    assert sizes == {"turned": (8, 4), "lying": (4, 8), "unknown": (4, 8)}


def test_what_cannot_be_read_says_why(tmp_path):
    with pytest.raises(ImageError, match="empty"):
        decode_image(b"")
    with pytest.raises(ImageError, match="no image format"):
        decode_image(b"hello")
    picture(tmp_path / "x.png", size=(50, 50))
    with pytest.raises(ImageError, match="damaged"):
        decode_image((tmp_path / "x.png").read_bytes()[:60])
    with pytest.raises(ImageError, match="pixels"):
        decode_image(tmp_path / "x.png", max_pixels=100)


def test_ids_stay_unique_where_a_prefixed_name_is_taken(tmp_path):
    for path in ("a/x.png", "b/x.png", "c/a_x.png"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        Image.new("RGB", (4, 4)).save(tmp_path / path)
    assert [record.image for record in open_dataset(tmp_path).records] == ["a/x.png", "b_x", "c/a_x.png"]


def test_a_row_whose_name_no_file_can_have_stays_listed(tmp_path):
    (tmp_path / "manifest.csv").write_text("path,label\na/\0.png,a\n")
    (record,) = open_dataset(tmp_path).records
    assert record.sha256 == ""


def test_a_fetch_that_failed_leaves_no_dataset(tmp_path, monkeypatch):
    monkeypatch.setenv("EXPLAIN_DATA", str(tmp_path))
    (tmp_path / "imagenet" / "African_elephant").mkdir(parents=True)
    (tmp_path / "imagenet" / "manifest.csv").write_text("path,label\nAfrican_elephant/a.JPEG,African_elephant\n")
    with pytest.raises(DataError, match="python -m data fetch imagenet"):
        open_dataset("imagenet")


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_undefined_values_do_not_blacken_the_rest(tmp_path, odd):
    Image.fromarray(np.array([[0, 0.5], [1, odd]], np.float32)).save(tmp_path / "a.tif")
    grey = np.asarray(decode_image(tmp_path / "a.tif"))[..., 0]
    assert grey.tolist() == [[0, 128], [255, 0]]


def test_a_bad_box_or_other_bytes_are_named_and_stop_nothing(tmp_path):
    for name in ("good", "boxed", "changed"):
        picture(tmp_path / "a" / f"{name}.png")
    digest = hashlib.sha256((tmp_path / "a" / "good.png").read_bytes()).hexdigest()
    (tmp_path / "manifest.csv").write_text(
        f"path,label,sha256,boxes\na/good.png,a,{digest},1 1 5 5\na/boxed.png,a,,5 5 1 1\na/changed.png,a,{'0' * 64},\n"
    )
    found = open_dataset(tmp_path)
    assert {record.image: len(record.boxes) for record in found.records} == {"good": 1, "boxed": 0, "changed": 0}
    assert len(found.warnings) == 2
    assert "boxed.png" in found.warnings[0]
    assert "changed.png holds other bytes" in found.warnings[1]


@given(
    pixels=arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))),
    orientation=st.integers(1, 8),
)
def test_a_lossless_picture_comes_back_upright(pixels, orientation):
    turned = {
        1: lambda x: x, 2: lambda x: x[:, ::-1], 3: lambda x: x[::-1, ::-1], 4: lambda x: x[::-1],
        5: lambda x: x.swapaxes(0, 1), 6: lambda x: np.rot90(x, -1), 7: lambda x: np.rot90(x, 2).swapaxes(0, 1),
        8: lambda x: np.rot90(x),
    }  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", exif=exif)
    np.testing.assert_array_equal(np.asarray(decode_image(stream.getvalue())), turned[orientation](pixels))


@given(
    content=st.binary(max_size=200),
    start=st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"II*\x00"]),
)
def test_whatever_the_bytes_there_is_an_image_or_a_reason(content, start):
    with contextlib.suppress(ImageError):  # any other error is a fault
        assert decode_image(start + content).mode == "RGB"
