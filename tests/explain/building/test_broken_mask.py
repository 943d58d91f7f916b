"""A mask that cannot be read costs what is measured with it, of its image alone; and it is said, every time."""

from PIL import Image

from data import open_dataset
from explain.building.build import build
from explain.store import open_store


def test_a_broken_mask_is_left_out_and_said_and_the_rest_is_measured(parts, folder):
    _, _, specs = parts
    (folder / "photos" / "parts.json").write_text('{"1": "head"}')
    whole = Image.new("L", (16, 16), 0)
    whole.paste(1, (0, 0, 8, 8))
    for label, number in (("cat", 0), ("cat", 3), ("dog", 1)):
        whole.save(folder / "photos" / label / f"{label}_{number}.mask.png")
    (folder / "photos" / "cat" / "cat_3.mask.png").write_bytes(b"\x89PNG, and then nothing")
    dataset = open_dataset(folder / "photos")
    report = build(dataset, specs, folder / "cache", batch_size=4)
    assert list(report.unread_masks) == ["cat_3"]
    assert set(report.failed) == {"zz_broken"}
    store = open_store(report.store)
    assert any("cat_3" in warning for warning in store.dataset.warnings)
    assert store.mask("cat_3") is None
    metrics = store.table("metrics")
    of_image = {image: set(rows["metric"]) for image, rows in metrics.groupby("image")}
    assert set(of_image) == {record.image for record in dataset.records} - {"zz_broken"}
    only_with_masks = of_image["cat_0"] - of_image["cat_3"]
    assert only_with_masks == of_image["dog_1"] - of_image["cat_3"] != set()
    assert of_image["cat_3"] == of_image["newt_2"]  # which has no mask at all
    again = build(dataset, specs, folder / "cache", batch_size=4)
    assert (again.computed, again.unread_masks) == (0, report.unread_masks)
