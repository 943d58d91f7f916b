"""Strategies in a browser: a click chooses one, and a cluster leads to its images."""

from playwright.sync_api import expect

from tests.browser.visiting import settle


def test_a_strategy_is_chosen_by_its_heading_and_kept_in_the_address(visitor):
    page = visitor("/strategies")
    page.get_by_role("link", name="Strategy 2", exact=True).click()
    page.wait_for_url("**strategy=2*")
    settle(page)
    expect(page.get_by_role("heading", name="Strategy 2, from most to least")).to_be_visible()
    expect(page.locator(".slates .chosen h2")).to_have_text("Strategy 2")
    assert page.problems == []


def test_a_cluster_s_images_are_a_slice_of_the_gallery(visitor):
    page = visitor("/strategies?look=clusters&clusters=2")
    said = page.locator(".slates .slate").first.locator(".facts").inner_text()
    page.get_by_role("link", name="In the gallery").first.click()
    page.wait_for_url("**/gallery?*slice=*")
    settle(page)
    expect(page.get_by_text(f"{said.split()[0]} of 102")).to_be_visible()
    expect(page.get_by_text("cluster 1 of 2").first).to_be_visible()
    assert page.problems == []
