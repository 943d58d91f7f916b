import numpy as np
import pytest
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
    with pytest.raises(DataError, match="subfolder named by their class"):
        open_dataset(tmp_path / "flat")


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
