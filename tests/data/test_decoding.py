"""Decoding by strips against decoding whole, reasons that a person can act on, and a decoder's noise."""

import io
import os
import random
import re

import numpy as np
import pytest
from PIL import Image

import data.images
from data import ImageError, decode_image
from data.images import pixels_of
from data.quiet_decoding import caught_noise


def encoded(image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def noise_of(shape, dtype=np.uint8, top=256):
    return np.random.default_rng(3).integers(0, top, shape).astype(dtype)


WHOLE = {
    "I;16": (lambda: Image.fromarray(noise_of((37, 23), np.uint16, 65536)), "PNG"),
    "I": (lambda: Image.fromarray(noise_of((37, 23), np.int32, 10**6)), "TIFF"),
    "F": (lambda: Image.fromarray(noise_of((37, 23), np.float32, 9)), "TIFF"),
    "RGBA": (lambda: Image.fromarray(noise_of((37, 23, 4)), "RGBA"), "PNG"),
    "LA": (lambda: Image.fromarray(noise_of((37, 23, 4)), "RGBA").convert("LA"), "PNG"),
}


@pytest.mark.parametrize("mode", WHOLE)
def test_by_strips_is_what_it_is_as_a_whole(mode, monkeypatch):
    make, kind = WHOLE[mode]
    image = make()
    monkeypatch.setattr(data.images, "_STRIP", 23 * 5)
    found = np.asarray(decode_image(encoded(image, kind)))
    if mode in ("RGBA", "LA"):
        values = np.asarray(image.convert("RGBA"), np.float64)
        opaque = values[..., 3:] / 255
        expected = values[..., :3] * opaque + 255 * (1 - opaque)
        assert np.abs(found - expected).max() <= 1  # Pillow blends in whole numbers
    else:
        values = np.asarray(image, np.float64)
        full = 65535 if mode == "I;16" else values.max()
        expected = np.rint(values / full * 255)[..., None]
        np.testing.assert_array_equal(found, np.broadcast_to(expected, (37, 23, 3)))


def test_transparency_of_a_palette_lies_on_white_in_every_strip(monkeypatch):
    monkeypatch.setattr(data.images, "_STRIP", 4)
    image = Image.new("P", (4, 6), 0)
    image.putpalette([10, 20, 30, 200, 0, 0])
    image.paste(1, (0, 3, 4, 6))
    found = np.asarray(decode_image(encoded(image, "PNG", transparency=0)))
    assert (found[:3] == 255).all()
    assert (found[3:] == [200, 0, 0]).all()


KINDS = {
    "JPEG": {}, "PNG": {}, "WEBP": {}, "GIF": {}, "BMP": {}, "TIFF": {"compression": "tiff_lzw"}, "PPM": {},
    "JPEG2000": {}, "AVIF": {},
}  # fmt: skip
ADVICE = re.compile(r"(copy|download|replace|save) |make it smaller")


@pytest.mark.parametrize("kind", KINDS)
def test_every_reason_says_what_to_do_and_nothing_is_written_to_stderr(kind, capfd):
    content, rng = encoded(Image.fromarray(noise_of((40, 60, 3))), kind, **KINDS[kind]), random.Random(5)
    reasons = []
    for _ in range(40):
        torn = bytearray(content)
        if rng.random() < 0.4:
            torn = torn[: rng.randrange(len(torn))]
        else:
            for _ in range(rng.randrange(1, 9)):
                torn[rng.randrange(len(torn))] = rng.randrange(256)
        try:
            decode_image(bytes(torn), max_pixels=10**6)
        except ImageError as error:
            reasons.append(str(error))
    assert len(reasons) > 5
    assert [reason for reason in reasons if not ADVICE.search(reason) or "-2" in reason or "\n" in reason] == []
    assert capfd.readouterr().err == ""


def test_what_libtiff_says_is_in_the_reason_of_its_file(capfd):
    content = bytearray(encoded(Image.fromarray(noise_of((40, 60, 3))), "TIFF", compression="tiff_deflate"))
    content[len(content) // 2] ^= 0xFF
    with pytest.raises(ImageError, match="ZIPDecode"):
        decode_image(bytes(content))
    assert capfd.readouterr().err == ""


def test_what_others_write_meanwhile_is_passed_on(capfd):
    with caught_noise() as noise:
        os.write(2, b"TIFFReadDirectory: Warning, odd tag.\nSomebody else's line\n")
    assert noise.text == "TIFFReadDirectory: Warning, odd tag."
    assert capfd.readouterr().err == "Somebody else's line\n"


def test_pixels_are_counted_without_decoding(tmp_path):
    Image.new("L", (30, 20)).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"nothing")
    assert pixels_of(tmp_path / "a.png") == 600
    assert pixels_of(tmp_path / "b.png") == pixels_of(tmp_path / "gone.png") == 0
