"""Every page, in both themes and on a phone: it opens without errors, everybody can read it, and nothing is cut off."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from dashboard.pages import PAGES
from tests.browser.visiting import NARROW, SCREENSHOTS, WIDE, visiting

LOOKS = [("light", WIDE), ("dark", WIDE), ("light", NARROW), ("dark", NARROW)]


@pytest.fixture(
    scope="module",
    params=[(stem, *look) for stem in PAGES for look in LOOKS],
    ids=[f"{stem}-{scheme}-{size['width']}" for stem in PAGES for scheme, size in LOOKS],
)
def look(request, chromium, dashboard):
    """Open one page in one look; its tests share it."""
    stem, scheme, size = request.param
    with visiting(chromium, dashboard) as open_page:
        page = open_page(f"/{stem}", scheme=scheme, viewport=size)
        page.name = f"{stem}-{scheme}-{size['width']}"
        yield page


def test_it_opens_without_errors_and_asks_no_other_server(look):
    assert look.locator("[data-testid=stException]").count() == 0
    assert look.problems == []


def test_axe_finds_no_serious_violation(look):
    violations = Axe().run(look).response["violations"]
    assert not [
        f"{violation['id']}: {node['html'][:120]} {(node['any'] or [{}])[0].get('message', '')}"
        for violation in violations
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def test_every_picture_says_what_it_shows(look):
    pictures = look.locator("[data-testid=stMain] img:visible")
    assert all(pictures.evaluate_all("images => images.map((image) => image.alt.trim())"))


def test_it_fits_its_window_and_is_pictured(look):
    main = look.locator("[data-testid=stMain]")
    assert main.evaluate("element => element.scrollWidth <= element.clientWidth")
    height = main.evaluate("element => element.scrollHeight")
    look.set_viewport_size({"width": look.viewport_size["width"], "height": min(height, 4000)})
    look.wait_for_timeout(500)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    assert look.screenshot(path=SCREENSHOTS / f"{look.name}.png").startswith(b"\x89PNG")


def test_the_bare_address_leads_to_the_gallery(visitor):
    page = visitor("/")
    assert page.url.endswith("/gallery")
    assert page.problems == []
