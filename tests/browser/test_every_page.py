"""Every page, in both themes and on a phone: it opens without errors, everybody can read it, and nothing is cut off."""

import pytest

from dashboard.pages import PAGES
from tests.browser.visiting import NARROW, SCREENSHOTS, WIDE, out_of_order, serious_violations, visiting

LOOKS = [("light", WIDE), ("dark", NARROW), ("dark", WIDE), ("light", NARROW)]


def looks():
    """Give every page in every look; both themes and both widths of each, in two looks that take turns, come always."""
    for place, stem in enumerate(PAGES):
        for number, (scheme, size) in enumerate(LOOKS):
            always = number // 2 == place % 2
            marks = () if always else pytest.mark.exhaustive
            yield pytest.param((stem, scheme, size), id=f"{stem}-{scheme}-{size['width']}", marks=marks)


@pytest.fixture(scope="module", params=looks())
def look(request, contexts, dashboard):
    """Open one page in one look; its tests share it."""
    stem, scheme, size = request.param
    with visiting(contexts, dashboard) as open_page:
        page = open_page(f"/{stem}", scheme=scheme, viewport=size)
        page.name = f"{stem}-{scheme}-{size['width']}"
        yield page


def test_it_opens_without_errors_and_asks_no_other_server(look):
    assert look.locator("[data-testid=stException]").count() == 0
    assert look.problems == []


def test_axe_finds_no_serious_violation(look):
    assert serious_violations(look) == []


def test_headings_are_in_order_and_columns_are_named(look):
    assert out_of_order(look) == []


def test_every_picture_says_what_it_shows(look):
    """Of a photograph below a map that is drawn in the page, the map says it."""
    pictures = look.locator("[data-testid=stMain] img:visible")
    said = """(images) => images.map((image) =>
        image.alt.trim() || image.parentElement.querySelector("canvas[aria-label]")?.ariaLabel || "")"""
    assert all(pictures.evaluate_all(said))


def test_it_fits_its_window(look):
    assert look.locator("[data-testid=stMain]").evaluate("element => element.scrollWidth <= element.clientWidth")


@pytest.mark.exhaustive
def test_it_is_pictured_for_whoever_looks_at_it(look):
    main = look.locator("[data-testid=stMain]")
    height = main.evaluate("element => element.scrollHeight")
    look.set_viewport_size({"width": look.viewport_size["width"], "height": min(height, 4000)})
    look.wait_for_timeout(500)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    assert look.screenshot(path=SCREENSHOTS / f"{look.name}.png").startswith(b"\x89PNG")
