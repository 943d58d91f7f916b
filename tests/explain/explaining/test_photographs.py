"""Whatever a person has of a photograph becomes the same pixels as its file, or a sentence."""

import io

import numpy as np
import pytest
from PIL import Image

import explain
from data import decode_image
from explain.explaining.photographs import name_of, read_photograph

PIXELS = np.random.default_rng(3).integers(0, 256, (6, 8, 3), np.uint8)


def png(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, "PNG", **options)
    return buffer.getvalue()


def turned():
    exif = Image.Exif()
    exif[274] = 6  # orientation: to be turned by a quarter
    return png(Image.fromarray(PIXELS), exif=exif)


def test_path_bytes_picture_and_array_are_the_same(tmp_path):
    path = tmp_path / "night bear.png"
    path.write_bytes(png(Image.fromarray(PIXELS)))
    for given in (path, str(path), path.read_bytes(), Image.open(path), Image.fromarray(PIXELS), PIXELS):
        found = read_photograph(given)
        assert found.mode == "RGB"
        np.testing.assert_array_equal(np.asarray(found), PIXELS)
    assert [name_of(each) for each in (path, str(path), Image.open(path), PIXELS, path.read_bytes())] == [
        "night bear", "night bear", "night bear", "image", "image",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "content", [turned(), png(Image.fromarray(PIXELS).convert("RGBA")), png(Image.new("I;16", (4, 3), 300))]
)
def test_a_picture_becomes_what_its_file_would(content):
    np.testing.assert_array_equal(read_photograph(Image.open(io.BytesIO(content))), np.asarray(decode_image(content)))


def test_grey_arrays_have_three_equal_channels():
    for grey in (PIXELS[:, :, 0], PIXELS[:, :, :1]):
        np.testing.assert_array_equal(read_photograph(grey), np.repeat(PIXELS[:, :, :1], 3, axis=2))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("nowhere.jpg", "'nowhere.jpg' cannot be read.*not there"),
        (b"no picture", "no image format"),
        (b"", "empty"),
        (PIXELS / 255, r"float64.*255 \* image"),
        (PIXELS.astype(int), "int64; expected"),
        (PIXELS[None], r"\(1, 6, 8, 3\).*list\(images\)"),
        (np.zeros((0, 8, 3), np.uint8), r"shape \(0, 8, 3\)"),
        (PIXELS[:, :, :2], "shape"),
        (7, "'int'"),
        (None, "NoneType"),
    ],
)
def test_what_is_no_photograph_is_refused_in_a_sentence(given, said):
    with pytest.raises(explain.ExplainError, match=said):
        read_photograph(given)
