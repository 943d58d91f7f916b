"""The head of every page: a menu that stands while pages come and go, and the address of what is shown."""

import pytest
from playwright.sync_api import expect

from dashboard.pages import PAGES
from tests.browser.test_links import address, set_by_hand
from tests.browser.visiting import NARROW, eventually, serious_violations, settle

KEPT = {"label": ["African_elephant"], "called": ["a & b"]}
SELECTED = "(field) => field.value.slice(field.selectionStart, field.selectionEnd)"


def menu_of(page):
    return page.get_by_role("navigation", name="Pages")


def follow(page, name, stem):
    menu_of(page).get_by_role("link", name=name, exact=True).click()
    page.wait_for_url(f"**/{stem}*")
    settle(page)


def test_the_menu_leads_to_every_page_with_what_is_set_and_in_new_tabs_too(visitor):
    page = visitor("/gallery?label=African_elephant&page=2&called=a+%26+b")
    links = menu_of(page).get_by_role("link")
    assert links.all_inner_texts() == [title for title, _ in PAGES.values()]
    for link, stem in zip(links.evaluate_all("links => links.map((link) => link.href)"), PAGES, strict=True):
        assert address(link) == (f"/{stem}", KEPT)
    with page.context.expect_page() as opened:
        links.nth(2).click(modifiers=["ControlOrMeta"])
    assert address(opened.value) == ("/compare", KEPT)
    assert address(page)[0] == "/gallery"


def test_the_menu_marks_the_page_however_one_came_there_and_is_not_loaded_anew(visitor):
    page = visitor("/overview")
    here = menu_of(page).locator("[aria-current=page]")
    expect(here).to_have_text("Overview")
    menu_of(page).evaluate("menu => { menu.kept = true }")
    page.get_by_test_id("stMain").get_by_test_id("stPageLink").get_by_role("link").first.click()  # Streamlit's own
    page.wait_for_url("**/gallery*")
    expect(here).to_have_text("Gallery")
    settle(page)
    follow(page, "About", "about")
    expect(here).to_have_text("About")
    page.go_back()
    expect(here).to_have_text("Gallery")
    assert menu_of(page).evaluate("menu => menu.kept")
    assert page.problems == []


def test_keys_open_pages_from_the_menu_and_stay_in_it(visitor):
    page = visitor("/overview")
    menu_of(page).get_by_role("link", name="Overview").focus()
    page.keyboard.press("Tab")
    gallery = menu_of(page).get_by_role("link", name="Gallery")
    expect(gallery).to_be_focused()
    assert gallery.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/gallery*")
    settle(page)
    expect(gallery).to_be_focused()


def test_the_page_that_is_shown_begins_anew_from_the_menu(visitor):
    page = visitor("/gallery?page=2")
    first = page.locator(".cards .card .image").first
    before = first.inner_text()
    follow(page, "Gallery", "gallery")
    eventually(page, lambda: address(page) == ("/gallery", {}))
    assert address(page) == ("/gallery", {})
    expect(first).not_to_have_text(before)


def test_share_gives_the_address_as_it_is_when_it_is_asked_for(visitor):
    page = visitor("/compare?image=bear_003")
    set_by_hand(page, "push", "Opacity", "ArrowRight")
    page.wait_for_url("**opacity=0.6*")
    page.evaluate("() => history.replaceState({}, '', location.href + '&colormap=magma')")  # nothing is drawn for it
    button = page.get_by_role("button", name="Share")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    shared = page.get_by_role("dialog", name="Share").get_by_role("textbox", name="Address")
    expect(shared).to_have_value(page.url)
    expect(shared).to_be_focused()
    eventually(page, lambda: shared.evaluate(SELECTED) == page.url)
    assert shared.evaluate(SELECTED) == page.url
    assert page.problems == []


def test_escape_gives_the_focus_back_and_a_click_elsewhere_closes_too(visitor):
    page = visitor("/about")
    button, panel = page.get_by_role("button", name="Share"), page.get_by_role("dialog", name="Share")
    button.focus()
    page.keyboard.press("Enter")
    expect(panel).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    expect(panel).to_be_visible()
    page.get_by_role("heading", level=1).click()
    expect(panel).to_be_hidden()


def test_the_address_is_copied_where_the_browser_lets_it_and_stays_selected_where_not(visitor):
    page = visitor("/about?label=African_elephant")
    page.evaluate("() => { navigator.clipboard.writeText = async (text) => { window.copied = text; } }")
    page.get_by_role("button", name="Share").click()
    panel = page.get_by_role("dialog", name="Share")
    panel.get_by_role("button", name="Copy").click()
    expect(panel.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("() => window.copied") == page.url
    page.keyboard.press("Escape")
    page.evaluate("() => { navigator.clipboard.writeText = async () => { throw new Error('refused'); } }")
    page.get_by_role("button", name="Share").click()
    panel.get_by_role("button", name="Copy").click()
    shared = panel.get_by_role("textbox", name="Address")
    expect(shared).to_be_focused()
    assert shared.evaluate(SELECTED) == page.url
    assert serious_violations(page) == []


@pytest.mark.parametrize("viewport", [NARROW, {"width": 320, "height": 480}], ids=["phone", "small"])
def test_share_s_panel_lies_within_a_phone_s_window(visitor, viewport):
    page = visitor(f"/compare?text={'a' * 200}&called={'b' * 900}", viewport=viewport)
    page.get_by_role("button", name="Share").click()
    panel = page.get_by_role("dialog", name="Share")
    box = panel.bounding_box()
    assert 0 <= box["x"] <= viewport["width"] - box["width"]
    copy = panel.get_by_role("button", name="Copy")
    copy.scroll_into_view_if_needed()
    assert copy.bounding_box()["y"] + copy.bounding_box()["height"] <= viewport["height"]
