"""Maps drawn in the browser are those that the server would draw; they follow a control before the server answers."""

import numpy as np
import pytest

from dashboard.drawing import Outlines, Scale, drawn, shared_maximum
from dashboard.link import View
from data.datasets import read_boxes
from explain.store import newest_stores
from explain.store.evidence import explain_stored
from tests.browser.test_links import set_by_hand
from tests.browser.visiting import drawn_by, eventually, settle, visiting

IMAGE = "elephant_002"
KEYS = [(model, method) for method in ("gradcam", "fem") for model in ("compact-resnet", "compact-xception")]
SET_AND_READ = """(input, value) => {
  input.value = value;
  input.dispatchEvent(new InputEvent("input", { bubbles: true }));
  const host = [...document.querySelectorAll("*")].find((each) => each.shadowRoot?.querySelector(".panels"));
  return [...host.shadowRoot.querySelectorAll(".map canvas")].map((canvas) => canvas.toDataURL());
}"""


@pytest.fixture(scope="module")
def store(demo_store):
    (store,) = newest_stores(demo_store)
    return store


def by_server(store, photograph, view):
    """Draw the four maps as the print does, on a photograph as the browser has it."""
    maps = {key: explain_stored(store, IMAGE, *key, parameters=view.explainer_values) for key in KEYS}
    raw = {key: each.saliency for key, each in maps.items()}
    record = store.table("images").set_index("image").loc[IMAGE]
    boxes = read_boxes(record["boxes"]) if view.boxes == "on" else ()
    mask = store.mask(IMAGE) if view.masks == "on" else None
    outlines = Outlines(boxes, record["width"], record["height"], mask)
    pictures = []
    for key, each in maps.items():
        together = {other: raw[other] for other in KEYS if view.scale == "shared" or other[1] == key[1]}
        scale = Scale(maximum=shared_maximum(together))
        pictures.append(outlines.on(drawn(photograph, each.saliency, view, scale, each.alignment)))
    return pictures


def sources(page):
    return page.locator(".panels .map canvas").evaluate_all("all => all.map((canvas) => canvas.toDataURL())")


def panels(page):
    page.locator(".panels .map canvas").nth(3).wait_for()
    return drawn_by(page.locator(".panels .photograph canvas"))[0], drawn_by(page.locator(".panels .map canvas"))


@pytest.fixture(scope="module")
def photograph(contexts, dashboard):
    """Give the photograph as the browser draws it, without outlines."""
    with visiting(contexts, dashboard) as open_page:
        plain = open_page(f"/compare?image={IMAGE}")
        drawn, _ = panels(plain)
        assert plain.problems == []
        return drawn.astype(np.uint8)


@pytest.mark.parametrize(
    "view",
    [
        View(),
        View(opacity=0.9, scale="shared", colormap="turbo", interpolation="bicubic"),
        View(opacity=0.25, scale="own", colormap="gray", interpolation="nearest", boxes="on", masks="on"),
        View(layer="map", colormap="inferno", parameters={"k": 1.3}),
        View(layer="photo"),
    ],
    ids=["default", "shared", "own", "map", "photo"],
)
def test_the_browser_draws_what_the_server_draws(visitor, store, photograph, view):
    shown = view.but(image=IMAGE).to_params()
    page = visitor("/compare?" + "&".join(f"{name}={value}" for name, value in shown.items()))
    _, pictures = panels(page)
    for ours, theirs in zip(pictures, by_server(store, photograph, view), strict=True):
        assert np.abs(ours - theirs).max() <= 1
    assert page.problems == []


@pytest.mark.parametrize(
    ("control", "value", "view"),
    [
        ("Opacity", "1", View(opacity=1.0)),
        ("Colours", "magma", View(colormap="magma")),
        ("K of FEM", "0.7", View(parameters={"k": 0.7})),
    ],
)
def test_a_control_redraws_in_the_same_step_and_the_link_follows(visitor, store, control, value, view):
    page = visitor(f"/compare?image={IMAGE}")
    photograph, before = panels(page)
    field = page.locator(".controls").get_by_label(control, exact=True).and_(page.locator("input, select"))
    at_once = field.evaluate(SET_AND_READ, value)  # one step of the browser: no server has been asked
    page.wait_for_url(lambda url: "&" in url)
    settle(page)
    eventually(page, lambda: sources(page) == at_once)
    assert sources(page) == at_once
    _, after = panels(page)
    assert any((new != old).any() for new, old in zip(after, before, strict=True))
    for ours, theirs in zip(after, by_server(store, photograph.astype(np.uint8), view), strict=True):
        assert np.abs(ours - theirs).max() <= 1


def test_bars_stand_where_scales_do_and_a_pinned_photograph_moves_with_the_first(visitor):
    page = visitor(f"/compare?image={IMAGE}&with=bear_003")
    first, second = page.locator(".panels").all()
    ends = [each.locator(".ends").all_inner_texts() for each in (first, second)]
    assert ends[0] == ends[1]
    assert len(ends[0]) == 2
    set_by_hand(page, "choose", "Scale", "All")
    eventually(page, lambda: len(second.locator(".bar").all()) == 1)
    together = [each.locator(".ends").all_inner_texts() for each in (first, second)]
    assert together[0] == together[1]
    assert len(together[0]) == 1
    before = drawn_by(page.locator(".panels canvas"))
    page.wait_for_url("**scale=shared*")
    settle(page)
    for ours, theirs in zip(before, drawn_by(page.locator(".panels canvas")), strict=True):
        np.testing.assert_array_equal(ours, theirs)
