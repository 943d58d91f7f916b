"""How a map is made, in a browser: sliders redraw without the server, and a step's link opens what its sender saw."""

from playwright.sync_api import expect

from tests.browser.visiting import eventually, settle

FEM = "/compare?image=elephant_002&made=compact-resnet:fem"
GRAD_CAM = "/compare?image=elephant_002&made=compact-resnet:gradcam"


def drawn(page, name):
    """Give the pixels of a canvas by what it shows."""
    return page.locator(f".making canvas[aria-label='{name}']").evaluate("canvas => canvas.toDataURL()")


def test_sliders_redraw_and_ask_the_server_nothing(visitor):
    page = visitor(GRAD_CAM)
    frames = []
    page.on("websocket", lambda socket: frames.append(socket))
    slider = page.get_by_role("slider", name="Channels in the sum")
    before = drawn(page, "The strongest 8 channels")
    asked = page.evaluate("performance.getEntriesByType('resource').length")
    slider.press("ArrowRight")
    expect(page.locator(".making canvas[aria-label='The strongest 9 channels']")).to_have_count(1)
    assert drawn(page, "The strongest 9 channels") != before
    slider.press("End")
    expect(page.get_by_text("The two correlate 1.00.")).to_be_visible()
    assert page.evaluate("performance.getEntriesByType('resource').length") == asked
    assert frames == page.problems == []


def test_another_class_changes_the_bars_and_not_the_channels(visitor):
    page = visitor(GRAD_CAM)
    tiles = page.locator(".making .tile")
    names, said = tiles.locator(".name").all_inner_texts(), tiles.locator(".said").all_inner_texts()
    page.locator(".making select").select_option(label="American black bear")
    eventually(page, lambda: tiles.locator(".said").all_inner_texts() != said)
    assert tiles.locator(".said").all_inner_texts() != said
    assert tiles.locator(".name").all_inner_texts() == names


def test_fewer_places_pass_as_k_grows_and_the_link_keeps_k_and_the_channel(visitor):
    page = visitor(FEM)
    tile = page.locator(".making .tile").nth(3)
    tile.press("Enter")
    expect(tile).to_have_attribute("aria-pressed", "true")
    slider = page.get_by_role("slider", name="K of FEM").last
    passing = page.get_by_text("169 places pass")
    counts = []
    for _ in range(3):
        counts.append(int(passing.inner_text().split()[0]))
        for _ in range(5):
            slider.press("ArrowRight")
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]
    link = page.get_by_role("link", name="Link to step 2")
    link.focus()
    receiver = visitor(link.evaluate("link => link.href"))
    assert receiver.locator(".making .step.linked h4").inner_text() == page.locator(".making h4").nth(1).inner_text()
    assert receiver.get_by_text("169 places pass").inner_text() == passing.inner_text()
    name = tile.locator(".name").inner_text()
    expect(receiver.locator(".making .tile[aria-pressed=true] .name")).to_have_text(name)
    link.press("Enter")
    page.wait_for_url("**step=threshold*")
    settle(page)
    assert page.problems == receiver.problems == []
