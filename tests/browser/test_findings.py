"""Findings as a reader uses them: folds that a link remembers, evidence that opens its image, a list that jumps."""

from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.browser.visiting import settle


def test_what_is_unfolded_is_in_the_link_and_opens_from_it(visitor):
    page = visitor("/findings?open=none")
    folds = page.get_by_text("The evidence", exact=True)
    expect(page.get_by_text("Images by")).to_have_count(0)
    folds.first.click()
    settle(page)
    expect(page.get_by_text("Images by")).to_have_count(1)
    assert "open=1" in page.url
    link = urlsplit(page.url)
    again = visitor(f"{link.path}?{link.query}")
    expect(again.get_by_text("Images by")).to_have_count(1)


def test_a_photograph_for_or_against_opens_compare_with_that_image(visitor):
    page = visitor("/findings?open=2")
    strip = page.locator("a.strip").first
    image = strip.locator(".image").inner_text()
    strip.click()
    page.wait_for_url("**/compare?*")
    assert f"image={image}" in page.url


def test_the_list_of_claims_leads_to_each(visitor):
    page = visitor("/findings?open=none")
    page.locator("a[href='#claim-6']").first.click()
    expect(page.locator("#claim-6")).to_be_in_viewport()
