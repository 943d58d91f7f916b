"""Figures in a browser: their words can be read, on light and on dark, and they lead to images."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from explain.figures.exhibits import SECTIONS
from tests.browser.test_links import set_by_hand
from tests.browser.visiting import NARROW, eventually, settle

WORDS = """() => [...document.querySelectorAll(".js-plotly-plot .xtick text, .js-plotly-plot .ytick text, "
    + ".js-plotly-plot .legendtext, .js-plotly-plot .g-xtitle text, .js-plotly-plot .g-ytitle text")]
  .map((text) => getComputedStyle(text).fill)"""
NOTES = """() => [...document.querySelectorAll(".js-plotly-plot .textpoint text, .js-plotly-plot .annotation-text")]
  .map((text) => getComputedStyle(text).fill)"""
BACKGROUND = "() => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"


def luminance(colour):
    channels = np.array(colour.strip("rgba()").split(",")[:3], float) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))  # WCAG 2.1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_of_figures_can_be_read(visitor, scheme):
    page = visitor("/statistics", scheme=scheme)
    for section in ("distributions", "agreement", "answers", "map"):
        if section != "distributions":  # which is the first
            set_by_hand(page, "choose", "Section", SECTIONS[section])
            page.wait_for_url(f"**section={section}*")
            settle(page)
        page.locator(".js-plotly-plot .ytick text").first.wait_for(state="attached")
        can_be_read(page, page.evaluate(WORDS))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_of_a_claim_s_figure_can_be_read(visitor, scheme):
    page = visitor("/findings?open=1", scheme=scheme)
    page.locator(".js-plotly-plot .textpoint text").first.wait_for(state="attached")
    can_be_read(page, page.evaluate(WORDS) + page.evaluate(NOTES))


def can_be_read(page, colours):
    ground, colours = luminance(page.evaluate(BACKGROUND)), set(colours)
    assert colours
    for colour in colours:
        high, low = sorted((luminance(colour), ground), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5, colour


def chart(page, number=0):
    """Give a chart once it is drawn, and the box of what is drawn in it."""
    drawn = page.locator(".js-plotly-plot").nth(number)
    drawn.scroll_into_view_if_needed()
    drawn.locator(".nsewdrag").first.wait_for(state="attached")
    page.wait_for_timeout(300)
    return drawn


def point_at(page, place):
    """Bring the mouse to the middle of what is drawn, as a hand does: by a way."""
    box = place.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 30, y - 30)
    page.mouse.move(x, y, steps=5)
    return x, y


def test_a_point_shows_its_photograph_and_opens_it_and_a_lasso_leads_to_its_images(visitor):
    page = visitor("/statistics?section=map")
    images = chart(page)
    card = page.locator(".card.pictured")
    point_at(page, images.locator(".scatterlayer .point").nth(20))
    expect(card).to_contain_text("Compact ResNet")
    picture = card.locator("img")
    eventually(page, lambda: picture.evaluate("image => image.naturalWidth") > 0)
    assert picture.evaluate("image => image.naturalWidth") > 0
    assert page.evaluate("() => document.querySelector('[data-testid=stApp]').dataset.testScriptState") == "notRunning"
    assert page.problems == []
    drag = images.locator(".nsewdrag").first.bounding_box()
    page.mouse.move(drag["x"] + 5, drag["y"] + 5)
    page.mouse.down()
    page.mouse.move(drag["x"] + drag["width"] / 2, drag["y"] + drag["height"] - 5, steps=5)
    page.mouse.up()
    lead = page.get_by_role("link", name=re.compile(r"Show these \d+ in the gallery"))
    count = re.search(r"\d+", lead.inner_text())[0]
    lead.click()
    page.wait_for_url("**/gallery?*images=*")
    settle(page)
    expect(page.get_by_text(f"{count} of 102")).to_be_visible()
    page.go_back()
    page.wait_for_url("**/statistics?*")
    settle(page)
    images = chart(page)
    point_at(page, images.locator(".scatterlayer .point").nth(20))
    image = card.locator("strong").inner_text()
    page.mouse.down()
    page.mouse.up()
    page.wait_for_url("**/compare?*image=*")
    assert f"image={image}" in page.url


def test_a_cell_and_a_bar_lead_to_their_images_by_mouse_and_by_keys(visitor):
    page = visitor("/statistics?section=answers&verdict=wrong")
    cells = chart(page, 1)
    point_at(page, cells.locator(".nsewdrag").first)  # the middle of three answers: nothing is taken for it
    card = page.locator(".card")
    expect(card).to_contain_text("0 images")
    expect(card.get_by_role("link")).to_have_count(0)
    page.mouse.move(5, 5)
    cells.press("ArrowRight")
    expect(card).to_contain_text("Compact ResNet: African elephant named rightly")
    cells.press("Escape")
    drag = cells.locator(".nsewdrag").first.bounding_box()
    page.mouse.move(drag["x"] + 30, drag["y"] + 10)
    page.mouse.move(drag["x"] + 40, drag["y"] + 20)
    page.mouse.down()
    page.mouse.up()
    count = re.search(r"(\d+) images", card.inner_text())[1]
    card.get_by_role("link", name="in the gallery").click()
    page.wait_for_url("**/gallery?*slice=taken*")
    settle(page)
    expect(page.get_by_text(f"{count} of 102")).to_be_visible()
    expect(page.get_by_role("button", name="African elephant named rightly")).to_be_visible()
    assert page.problems == []


def test_a_tap_shows_the_photograph_before_anything_is_opened(visitor):
    page = visitor("/statistics?section=map", viewport=NARROW, has_touch=True)
    point = chart(page).locator(".scatterlayer .point").nth(20).bounding_box()
    page.touchscreen.tap(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    card = page.locator(".card.pictured")
    expect(card.get_by_role("link", name="Open in Compare")).to_be_visible()
    assert "/statistics" in page.url
    box = card.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= NARROW["width"]
    card.get_by_role("link", name="Open in Compare").tap()
    page.wait_for_url("**/compare?*image=*")


CHARTS = [
    ("distributions", "", 0), ("distributions", "&shape=violin", 0), ("differences", "", 0), ("agreement", "", 1),
    ("answers", "", 0),
]  # fmt: skip


@pytest.mark.parametrize(("section", "more", "number"), CHARTS)
def test_a_box_in_any_chart_of_images_leads_to_them(visitor, section, more, number):
    page = visitor(f"/statistics?section={section}{more}")
    drawn = chart(page, number)
    drawn.hover()
    drawn.locator(".modebar-btn[data-title='Box Select']").click()
    drag = drawn.locator(".nsewdrag").first.bounding_box()
    page.mouse.move(drag["x"] + 2, drag["y"] + 2)
    page.mouse.down()
    page.mouse.move(drag["x"] + drag["width"] - 2, drag["y"] + drag["height"] - 2, steps=5)
    page.mouse.up()
    lead = page.get_by_role("link", name=re.compile(r"Show these \d+ in the gallery"))
    count = int(re.search(r"\d+", lead.inner_text())[0])
    assert 1 < count <= 102
    lead.click()
    page.wait_for_url("**/gallery?*images=*")
    settle(page)
    expect(page.get_by_text(f"{count} of 102")).to_be_visible()
    assert page.problems == []


UNDER = """(plot) => {
    const bar = plot.querySelector(".modebar").getBoundingClientRect();
    const lies = (box) => box.left < bar.right && box.right > bar.left && box.top < bar.bottom && box.bottom > bar.top;
    return [...plot.querySelectorAll("text, .point")].filter((each) => lies(each.getBoundingClientRect()))
        .map((each) => each.textContent);
}"""


@pytest.mark.parametrize("address", [*(f"/statistics?section={name}" for name in SECTIONS), "/findings?open=3"])
def test_nothing_lies_under_a_tool_bar(visitor, address):
    page = visitor(address)
    for number in range(page.locator(".js-plotly-plot").count()):
        assert chart(page, number).evaluate(UNDER) == []


def test_a_caption_stands_beside_its_chart_where_there_is_room_and_else_below_it(visitor):
    for width, beside in ((1920, True), (1280, False)):
        page = visitor("/statistics?section=map", viewport={"width": width, "height": 1000})
        drawn = chart(page).bounding_box()
        words = page.get_by_text("First two principal components").bounding_box()
        assert (words["x"] >= drawn["x"] + drawn["width"]) == beside
        assert (words["y"] >= drawn["y"] + drawn["height"]) != beside
        assert words["width"] <= 520
