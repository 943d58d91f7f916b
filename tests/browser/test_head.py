"""The head of every page: a menu that stands while pages come and go, and the address of what is shown."""

from playwright.sync_api import expect

from dashboard.pages import PAGES
from tests.browser.test_links import address
from tests.browser.visiting import eventually, settle

KEPT = {"label": ["African_elephant"], "called": ["a & b"]}


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
