"""The front page in a browser: its pictures and its sentences lead to what they are of."""

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

from tests.browser.visiting import eventually, settle


def test_an_image_against_a_claim_opens_in_compare_and_a_claim_opens_its_evidence(visitor):
    page = visitor("/")
    assert page.url.endswith("/overview")  # the bare address leads there
    claims = page.locator(".claims .claim")
    expect(claims).to_have_count(6)
    against = claims.first.locator(".example.against")
    image = against.locator(".image").inner_text()
    against.click()
    page.wait_for_url("**/compare?*")
    assert parse_qs(urlsplit(page.url).query)["image"] == [image]
    settle(page)
    page.go_back()
    page.wait_for_url("**/overview*")
    settle(page)
    page.locator(".claims .sentence-link").nth(3).click()
    page.wait_for_url("**/findings?*")
    settle(page)
    opened = page.locator("[data-testid=stMain] details[open]")
    eventually(page, lambda: opened.count() == 1)
    expect(opened).to_have_count(1)
    assert page.problems == []


def test_pictures_stand_high_on_the_first_screen(visitor):
    wide = {"width": 1400, "height": 900}
    for path, pictures in (
        ("/overview", ".invitation img"),
        ("/gallery", ".cards img"),
        ("/compare", ".panels canvas"),
    ):
        page = visitor(path, viewport=wide)
        assert page.locator(pictures).first.bounding_box()["y"] <= 180
    boxes = [picture.bounding_box() for picture in page.locator(".panels .frame canvas").all()]
    assert len(boxes) == 5
    assert len({round(box["y"]) for box in boxes}) == 1
    assert max(box["width"] for box in boxes) - min(box["width"] for box in boxes) <= 1
    assert all(box["y"] + box["height"] <= 900 for box in boxes)
