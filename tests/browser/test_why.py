"""Erase and ask, in a browser: by mouse and by keyboard, without the server, and a link that keeps what is erased."""

from playwright.sync_api import expect

from tests.browser.visiting import settle

PATH = "/why?image=elephant_002"


def probabilities(page):
    return page.locator(".ledger tbody").first.locator("tr td:last-child").all_inner_texts()


def test_erasing_all_leaves_the_bias(visitor):
    page = visitor(PATH)
    expect(page).to_have_title("elephant_002 · African elephant · Why there")
    sum_line = page.locator(".ledger .sum").inner_text()
    page.get_by_role("button", name="Erase all").click()
    live = page.get_by_role("status").filter(has_text="places erased")
    expect(live).to_contain_text("Only the bias is left.")
    bias = sum_line.split("=")[1].split()[0].replace("\u2212", "-")
    left = live.inner_text().split(": ")[1].split()[0].rstrip(".").replace("\u2212", "-")
    assert abs(float(bias) - float(left)) < 0.011
    page.get_by_role("button", name="Erase nothing").click()
    expect(page.get_by_text("Nothing is erased.")).to_be_visible()
    assert page.problems == []


def test_the_mouse_and_the_keyboard_erase_and_the_link_keeps_it(visitor):
    page = visitor(PATH)
    before = probabilities(page)
    asked = page.evaluate("performance.getEntriesByType('resource').length")
    photograph = page.get_by_role("application", name="Places to erase")
    photograph.scroll_into_view_if_needed()
    box = photograph.bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.55 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.55 * box["height"], steps=20)
    page.mouse.up()
    status = page.get_by_role("status").filter(has_text="places erased")
    many = int(status.inner_text().split()[0])
    assert many > 2
    photograph.focus()
    photograph.press("ArrowUp")
    photograph.press("ArrowUp")
    photograph.press(" ")
    expect(status).to_contain_text(f"{many + 1} of 169")
    assert probabilities(page) != before
    assert page.evaluate("performance.getEntriesByType('resource').length") == asked
    receiver = visitor(page.get_by_role("link", name="Link to what is erased").evaluate("link => link.href"))
    expect(receiver.get_by_role("status").filter(has_text="places erased")).to_have_text(status.inner_text())
    assert probabilities(receiver) == probabilities(page)
    settle(page)
    assert page.problems == receiver.problems == []
