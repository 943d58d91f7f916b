"""Compare in a browser: maps answer to K, visitors do not meet, downloads hold what they say."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.test_links import set_by_hand
from tests.browser.visiting import NARROW, drawn_by, eventually, expander, settle, unfold

COUNT_DRAWN = """() => {
  window.drawn = new Map();
  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...given) {
    window.drawn.set(this.canvas, (window.drawn.get(this.canvas) ?? 0) + 1);
    return put.apply(this, given);
  };
}"""


def pixels(page):
    """Give the four maps' pixels, Grad-CAM's first."""
    pictures = page.locator(".panels .map canvas")
    pictures.nth(3).wait_for()
    drawn = drawn_by(pictures)
    assert len(drawn) == 4
    return drawn


def test_fem_changes_with_k_and_grad_cam_does_not(visitor):
    page = visitor("/compare?image=elephant_002&scale=own&layer=map")
    before = pixels(page)
    set_by_hand(page, "push", "K of FEM", "Home")
    page.wait_for_url("**k=0*")
    settle(page)
    eventually(page, lambda: (pixels(page)[2] != before[2]).any() and (pixels(page)[3] != before[3]).any())
    changed = [np.abs(new - old).mean() for old, new in zip(before, pixels(page), strict=True)]
    assert changed[:2] == [0, 0]
    assert min(changed[2:]) > 1


def test_two_visitors_do_not_disturb_each_other(visitor):
    first = visitor("/compare?image=elephant_002&scale=own")
    second = visitor("/compare?image=elephant_002&scale=own")
    before = pixels(first)
    set_by_hand(second, "pick", "Colours", "magma")
    second.wait_for_url("**colormap=magma*")
    settle(second)
    set_by_hand(second, "pick", "Image", "bear_003")
    second.wait_for_url("**image=bear_003*")
    settle(second)
    set_by_hand(first, "push", "Opacity", "ArrowLeft")  # the first page is drawn anew, with its own state
    first.wait_for_url("**opacity=0.5*")
    settle(first)
    expect(first.get_by_text("elephant_002", exact=False).first).to_be_visible()
    assert "magma" not in first.url
    set_by_hand(first, "push", "Opacity", "ArrowRight")
    first.wait_for_function("() => !location.search.includes('opacity')")
    settle(first)
    eventually(first, lambda: all(np.array_equal(*pair) for pair in zip(before, pixels(first), strict=True)))
    for old, new in zip(before, pixels(first), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_key_leads_one_image_on_and_a_slider_draws_each_map_once_however_many_images_were_seen(visitor):
    page = visitor("/compare?image=bear_003")
    settle(page)
    length = page.evaluate("() => history.length")
    for image in ("bear_004", "bear_005", "bear_006"):
        page.keyboard.press("ArrowRight")
        page.wait_for_url(f"**image={image}*")
        settle(page)
    assert page.evaluate("() => history.length") == length + 3
    page.evaluate(COUNT_DRAWN)
    set_by_hand(page, "push", "Opacity", "ArrowLeft")
    counts = page.evaluate("() => [...window.drawn.values()]")
    assert len(counts) >= 4
    assert set(counts) == {1}
    page.go_back()
    page.wait_for_url("**image=bear_005*")


def test_arrow_keys_lead_to_the_next_photograph_and_back(visitor):
    page = visitor("/compare?image=bear_003")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**image=bear_004*")
    settle(page)
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**image=bear_003*")


def test_the_mark_is_on_all_pictures_and_each_map_says_its_value(visitor):
    page = visitor("/compare?image=elephant_002")
    frames = page.locator(".panels .frame")
    marks = page.locator(".panels .mark:visible")
    expect(frames).to_have_count(5)
    expect(marks).to_have_count(0)
    box = frames.nth(3).bounding_box()
    frames.nth(3).hover(position={"x": 0.25 * box["width"], "y": 0.75 * box["height"]})
    expect(marks).to_have_count(5)
    for mark in range(5):
        style = frames.nth(mark).locator(".mark").evaluate("mark => [mark.style.left, mark.style.top]")
        assert [float(side.rstrip("%")) for side in style] == pytest.approx([25, 75], abs=0.5)
    values = page.locator(".panels .map .value").all_inner_texts()
    assert len(values) == 4
    assert all(value.startswith("cell ") and "x mean" in value for value in values)
    page.mouse.move(5, 5)
    expect(marks).to_have_count(0)
    frames.nth(1).press("ArrowDown")  # moves the mark, and does not lead to another photograph
    expect(marks).to_have_count(5)
    spoken = page.locator(".panels").get_by_role("status")
    expect(spoken).to_contain_text("Compact ResNet, Grad-CAM: cell ")
    expect(spoken).to_contain_text("Compact Xception, FEM: cell ")
    frames.nth(1).press("ArrowRight")
    page.wait_for_timeout(800)
    assert "image=elephant_002" in page.url


def test_a_tap_marks_and_says_every_map_s_value(visitor):
    page = visitor("/compare?image=elephant_002", has_touch=True, viewport=NARROW)
    page.locator(".panels .frame").nth(2).tap()
    expect(page.locator(".panels .mark:visible")).to_have_count(5)
    expect(page.locator(".panels").get_by_role("status")).to_contain_text("x mean")


def test_one_download_leaves_the_others_valid(visitor):
    page = visitor("/compare?image=elephant_002&k=1")
    unfold(expander(page, "Downloads"))
    names = []
    page.on("download", lambda download: names.append(download.suggested_filename))
    for delay in range(0, 500, 50):  # milliseconds: while a run that the first one began would go on
        page.get_by_role("button", name="Numbers (.csv)").click()
        page.wait_for_timeout(delay)
        page.get_by_role("button", name="The figure for print").click()
        eventually(page, lambda: len(names) == 2)
        assert sorted(names) == ["elephant_002.csv", "elephant_002.png"]
        names.clear()


def test_downloads_open_and_hold_what_they_say(visitor, tmp_path):
    page = visitor("/compare?image=elephant_002&k=1")
    unfold(expander(page, "Downloads"))

    def download(button):
        with page.expect_download() as started:
            page.get_by_role("button", name=button).click()
        file = tmp_path / started.value.suggested_filename
        started.value.save_as(file)
        return file

    saliency = np.load(download("Compact Xception, FEM: raw map"), allow_pickle=False)
    assert saliency.dtype == np.float32
    assert saliency.ndim == 2
    assert saliency.min() >= 0 < saliency.max()
    plate = Image.open(download("The figure for print"))
    assert plate.format == "PNG"
    assert plate.width == 2480
    numbers = pd.read_csv(download("Numbers (.csv)"))
    assert set(numbers["image"]) == {"elephant_002"}
    assert set(numbers["model"]) == {"compact-resnet", "compact-xception"}
    assert {"entropy", "mass_inside"} <= set(numbers["metric"])
