"""Walking through the pages: Back leads to where one was, the keys meet the menu first, a phone shows the page."""

import pytest
from playwright.sync_api import expect

from tests.browser.visiting import NARROW, eventually, settle, unfold

TOP = "() => document.querySelector('[data-testid=stMain]').scrollTop"


def test_back_leads_to_the_place_that_was_left_with_its_folds(visitor):
    page = visitor("/findings?open=none")
    fold = page.locator("details").filter(has_text="How verdicts are reached")
    unfold(fold)
    page.evaluate("() => { document.querySelector('[data-testid=stMain]').scrollTop = 300 }")
    eventually(page, lambda: "300" in page.evaluate("() => sessionStorage.getItem('explain-places') ?? ''"))
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="About").evaluate("link => link.click()")
    page.wait_for_url("**/about*")
    settle(page)
    menu = page.get_by_role("navigation", name="Pages")
    expect(menu.locator("[aria-current=page]")).to_have_text("About")
    page.go_back()
    page.wait_for_url("**/findings*")
    expect(fold).to_have_attribute("open", "")
    eventually(page, lambda: page.evaluate(TOP) == 300)
    assert page.evaluate(TOP) == 300


def test_words_that_about_explains_lead_there_and_back_without_another_tab(visitor):
    page = visitor("/compare?image=bear_003&colormap=magma")
    page.get_by_role("link", name="agreement", exact=True).click()
    page.wait_for_url("**/about?*")
    settle(page)
    explained = page.get_by_role("heading", name="Agreement and faithfulness")
    eventually(page, lambda: 0 <= explained.bounding_box()["y"] < page.viewport_size["height"])
    assert 0 <= explained.bounding_box()["y"] < page.viewport_size["height"]
    assert page.get_by_role("link", name="arXiv").first.get_attribute("target") == "_blank"
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Compare").click()
    page.wait_for_url("**/compare?*image=bear_003*")
    assert "colormap=magma" in page.url


def test_keys_reach_the_menu_first_and_no_help_stands_between_controls(visitor):
    page = visitor("/gallery")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Overview")).to_be_focused()
    find = page.get_by_role("textbox", name="Find")
    find.focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("combobox", name="Class")).to_be_focused()
    expect(page.get_by_test_id("stTooltipContent")).to_contain_text("one class")
    page.keyboard.press("Shift+Tab")
    expect(find).to_be_focused()


def test_the_head_is_one_line_above_the_pictures(visitor):
    page = visitor("/overview", viewport={"width": 1400, "height": 900})
    title, share = page.get_by_role("heading", level=1), page.get_by_role("button", name="Share")
    picture = page.locator(".invitation img").first.bounding_box()
    middles = [box["y"] + box["height"] / 2 for box in (title.bounding_box(), share.bounding_box())]
    assert abs(middles[0] - middles[1]) < 10
    assert picture["y"] <= 180


def test_a_phone_s_menu_is_one_line_that_shows_where_one_is(visitor):
    page = visitor("/about", viewport=NARROW)
    menu = page.get_by_role("navigation", name="Pages")
    assert menu.bounding_box()["height"] < 60
    here = menu.get_by_role("link", name="About")
    eventually(page, lambda: here.bounding_box()["x"] + here.bounding_box()["width"] <= NARROW["width"])
    assert 0 <= here.bounding_box()["x"] <= NARROW["width"] - here.bounding_box()["width"]


def test_a_phone_s_opened_side_bar_is_folded_on_the_next_page(visitor):
    page = visitor("/gallery", viewport=NARROW)
    page.get_by_test_id("stExpandSidebarButton").click()
    bar = page.get_by_test_id("stSidebar")
    expect(bar).to_have_attribute("data-collapsed", "false")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Statistics").evaluate("link => link.click()")
    page.wait_for_url("**/statistics*")
    settle(page)  # the page that is left has a bar too
    expect(bar).to_have_attribute("data-collapsed", "true")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_link_that_the_keyboard_has_come_to_is_framed(visitor, scheme):
    page = visitor("/compare", scheme=scheme)
    for link in (page.get_by_role("link", name="More like this"), page.get_by_role("link", name="Statistics")):
        page.keyboard.press("Tab")  # a hand at the keyboard
        link.focus()
        width, style = link.evaluate(
            "(link) => [getComputedStyle(link).outlineWidth, getComputedStyle(link).outlineStyle]"
        )
        assert (width, style) == ("3px", "solid")
