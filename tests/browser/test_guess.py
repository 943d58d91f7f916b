"""Guess first, in a browser: ten guesses by keyboard, a result with Wilson's interval, and nothing that is kept."""

import re

from playwright.sync_api import expect

from explain.statistics.proportions import proportion


def test_a_round_is_played_by_keyboard_and_its_interval_is_wilson_s(visitor):
    page = visitor("/guess")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    hits = 0
    for turn in range(10):
        expect(page.get_by_text(f"Photograph {turn + 1} of 10")).to_be_visible()
        photograph = page.get_by_role("application")
        photograph.focus()
        photograph.press("ArrowDown")
        photograph.press("Enter")
        status = page.locator(".guess").get_by_role("status")
        expect(status).to_contain_text("chance hits it 20 %")
        hits += status.inner_text().startswith("Hit")
        page.locator(".guess button").press("Enter")
    you = page.locator(".guess tr").first.inner_text()
    expected = proportion(hits, 10)
    assert f"{hits} of 10" in you
    low, high = map(int, re.search(r"interval (\d+) % to (\d+) %", you).groups())
    assert abs(low - 100 * expected.low) <= 0.51
    assert abs(high - 100 * expected.high) <= 0.51
    assert [url for url in asked if not url.startswith("data:")] == []
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert not any(name in kept for name in ("elephant_", "bear_"))
    assert page.problems == []


def test_a_mouse_guesses_once_and_shows_the_map(visitor):
    page = visitor("/guess?game=3")
    photograph = page.get_by_role("application")
    box = photograph.bounding_box()
    page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    said = page.locator(".guess").get_by_role("status").inner_text()
    page.mouse.click(box["x"] + 0.1 * box["width"], box["y"] + 0.1 * box["height"])
    expect(page.locator(".guess").get_by_role("status")).to_have_text(said)
    expect(page.locator(".guess .mark.yours")).to_have_count(1)
    assert page.problems == []
