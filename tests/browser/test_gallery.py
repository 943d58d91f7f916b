"""The gallery in a browser: filters that can be taken away, cards that say why they stand where they do, full rows."""

from playwright.sync_api import expect

from tests.browser.test_links import address, set_by_hand
from tests.browser.visiting import eventually, settle


def test_a_chip_takes_its_filter_away_and_reset_takes_all(visitor):
    page = visitor("/gallery?label=African_elephant&verdict=right&text=elephant")
    main = page.locator("[data-testid=stMain]")
    main.get_by_role("button", name="Right", exact=False).click()
    page.wait_for_function("() => !location.search.includes('verdict')")
    settle(page)
    assert address(page)[1] == {"label": ["African_elephant"], "text": ["elephant"]}
    main.get_by_role("button", name="Reset").click()
    page.wait_for_function("() => location.search === ''")
    settle(page)
    expect(main.get_by_text("102 of 102")).to_be_visible()


def test_cards_are_sorted_by_the_value_that_they_show(visitor):
    page = visitor("/gallery?sort=methods")
    values = page.locator(".cards .value").all_inner_texts()
    numbers = [float(value.rpartition(" ")[2]) for value in values]
    assert len(numbers) == 24
    assert numbers == sorted(numbers, reverse=True)


def test_rows_are_full_at_every_width(visitor):
    page = visitor("/gallery")
    columns = set()
    for width in (375, 768, 1400, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        cards = page.locator(".cards .card")
        tops = cards.evaluate_all("cards => cards.map((card) => card.getBoundingClientRect().top)")
        rows = {tops.count(top) for top in tops}
        assert len(rows) == 1
        columns |= rows
    assert len(columns) > 2  # the window's width was followed


def test_an_image_leads_to_those_like_it_and_stands_first_among_them(visitor):
    page = visitor("/compare?image=bear_003")
    page.get_by_role("link", name="More like this").click()
    page.wait_for_url("**/gallery?*like=bear_003*")
    settle(page)
    expect(page.locator(".cards .card .image").first).to_have_text("bear_003")
    expect(page.locator(".cards .value").first).to_have_text("Distance: 0.00")


def test_an_image_is_pinned_below_the_next_ones_on_one_scale(visitor):
    page = visitor("/compare?image=bear_003")
    page.get_by_role("button", name="Pin it below").click()
    page.wait_for_url("**with=bear_003*")
    settle(page)
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**image=bear_004*")
    settle(page)
    expect(page.locator(".panels")).to_have_count(2)
    ends = [panels.locator(".ends").all_inner_texts() for panels in page.locator(".panels").all()]
    assert ends[0] == ends[1]


def test_what_was_not_understood_leaves_the_address_with_the_next_step(visitor):
    page = visitor("/gallery?label=unicorn&cards=huge&sort=spread")
    expect(page.locator("[data-testid=stAlert]")).to_have_count(1)
    set_by_hand(page, "choose", "Pictures", "Large")
    expected = {"cards": ["large"], "sort": ["spread"]}
    eventually(page, lambda: address(page)[1] == expected)
    assert address(page)[1] == expected
    settle(page)
    expect(page.locator("[data-testid=stAlert]")).to_have_count(0)


def test_the_window_s_title_names_the_page_and_the_image(visitor):
    page = visitor("/compare?image=bear_003")
    eventually(page, lambda: "bear_003" in page.title())
    assert "Compare" in page.title()
