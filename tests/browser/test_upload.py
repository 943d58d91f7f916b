"""Trying a photograph of one's own in a browser: by file, by paste, by camera; and what two visitors see."""

import base64
import io

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from data.datasets import DEMO_FOLDER
from tests.browser.visiting import drawn_by, eventually, expander, settle, unfold

ELEPHANT = DEMO_FOLDER / "African_elephant" / "elephant_002.jpg"
BEAR = DEMO_FOLDER / "American_black_bear" / "bear_010.jpg"

PASTE = """
(area, encoded) => {
    const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
    const clipboard = new DataTransfer();
    clipboard.items.add(new File([bytes], "pasted.png", { type: "image/png" }));
    area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true, cancelable: true }));
}
"""

# The button can be clicked as soon as the camera is allowed, and does nothing until its first picture is there.
FRAMES_ARRIVE = """() => {
    const video = document.querySelector("video");
    return video?.srcObject?.active && video.readyState >= video.HAVE_CURRENT_DATA && video.videoWidth > 0;
}"""


def give(page, file):
    page.locator("input[type=file]").first.set_input_files(file)
    shown(page)


def shown(page):
    page.get_by_role("heading", name="What each model says").wait_for()
    settle(page)


def maps(page):
    """Give the pictures of the four maps as the browser has them."""
    drawn = drawn_by(page.locator(".panels .map canvas"))
    assert len(drawn) == 4
    return [picture.tobytes() for picture in drawn]


def test_a_file_gets_four_maps_that_follow_the_controls(visitor):
    page = visitor("/upload?scale=own")
    give(page, ELEPHANT)
    expect(page.get_by_text("Target: African elephant")).to_have_count(2)
    expect(page.get_by_text("No target class")).to_have_count(2)
    box = page.locator("details").filter(has_text="Another photograph")
    assert box.get_attribute("open") is None  # the maps stand in its place
    before = maps(page)
    page.get_by_role("slider", name="K of FEM").press("ArrowLeft")
    page.wait_for_url("**k=1.9**")
    settle(page)
    eventually(page, lambda: maps(page)[2:] != before[2:])
    after = maps(page)
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, True, False, False]
    assert page.problems == []


def test_a_map_can_be_taken_home(visitor):
    page = visitor("/upload")
    give(page, ELEPHANT)
    unfold(expander(page, "Downloads"))
    with page.expect_download() as download:
        page.get_by_role("button", name="Compact ResNet, FEM: raw map").click()
    assert download.value.suggested_filename == "photograph-compact-resnet-fem.npy"
    saliency = np.load(download.value.path(), allow_pickle=False)
    assert saliency.dtype == np.float32
    assert saliency.ndim == 2
    assert saliency.max() > 0


def test_a_picture_can_be_pasted(visitor):
    page = visitor("/upload")
    page.get_by_role("radio", name="Paste", exact=True).click()
    buffer = io.BytesIO()
    Image.open(BEAR).save(buffer, "PNG")
    area = page.locator("[data-testid=stChatInputTextArea]")
    area.evaluate(PASTE, base64.b64encode(buffer.getvalue()).decode())
    page.locator("[data-testid=stChatInputSubmitButton]").click()  # it can be clicked once the file has arrived
    shown(page)
    expect(page.get_by_text("Compact ResNet: American black bear")).to_have_count(1)
    page.get_by_role("button", name="Remove").click()
    expect(page.locator("[data-testid=stMain] img")).to_have_count(0)


def test_the_camera_starts_only_when_it_is_chosen(visitor):
    page = visitor("/upload", permissions=["camera"])
    assert page.locator("video").count() == 0
    page.get_by_role("radio", name="Camera", exact=True).click()
    page.wait_for_function(FRAMES_ARRIVE)
    page.get_by_role("button", name="Take Photo").click()
    shown(page)
    assert len(maps(page)) == 4


def test_what_is_no_picture_is_a_sentence(visitor):
    page = visitor("/upload")
    said = page.get_by_text("The photograph cannot be read")
    for content in (b"<svg onload=alert(1)>", b"", b"\x89PNG\r\n\x1a\n" + bytes(50)):
        wrong = {"name": "<b>x</b>.png", "mimeType": "image/png", "buffer": content}
        page.locator("input[type=file]").first.set_input_files(wrong)
        said.wait_for()
        settle(page)
        give(page, ELEPHANT)
        expect(said).to_have_count(0)
        page.get_by_role("button", name="Remove").click()
        expect(page.get_by_role("heading", name="What each model says")).to_have_count(0)
        settle(page)


def test_two_visitors_see_their_own_photographs(visitor):
    first, second = visitor("/upload"), visitor("/upload?k=1")
    for page, file in ((first, ELEPHANT), (second, BEAR)):
        page.locator("input[type=file]").set_input_files(file)
    shown(first)
    shown(second)
    expect(first.get_by_text("Compact ResNet: African elephant")).to_have_count(1)
    expect(second.get_by_text("Compact ResNet: American black bear")).to_have_count(1)
    before = maps(first)
    second.get_by_role("radio", name="Map", exact=True).click()
    second.wait_for_url("**layer=map*")
    settle(second)
    settle(first)
    assert maps(first) == before
