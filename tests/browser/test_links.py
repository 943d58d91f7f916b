"""A link says what its sender saw: every control, set by hand, is there in a browser that knows nothing."""

from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.visiting import drawn_by, eventually, pick, picture_bytes, settle, unfold, visiting

SHAPING = [
    ("choose", "Show", "Map", "layer=map"),
    ("choose", "Scale", "Own", "scale=own"),
    ("pick", "Colours", "cividis", "colormap=cividis"),
    ("pick", "Interpolation", "nearest", "interpolation=nearest"),
    ("pick", "Target class", "American black bear", "target=American_black_bear"),
    ("push", "K of FEM", "ArrowRight", "k=2.1"),
]
COMPARE = [
    ("pick", "Image", "elephant_004", "image=elephant_004"),
    *SHAPING,
    ("pick", "Pinned below", "bear_003", "with=bear_003"),
    ("choose", "Boxes", "On", "boxes=on"),
    ("choose", "Masks", "On", "masks=on"),
]
OPACITY = [("push", "Opacity", "ArrowLeft", "opacity=0.5"), ("choose", "Boxes", "On", "boxes=on")]
GALLERY = [
    ("pick", "Class", "African elephant (51)", "label=African_elephant"),
    ("pick", "Verdict", "Right (49)", "verdict=right"),
    ("pick", "Sort by", "Confidence", "sort=confidence"),
    ("choose", "Order", "Descending", "order=descending"),
    ("choose", "Pictures", "Small", "cards=small"),
    ("choose", "Show", "Map", "layer=map"),
    ("pick", "Model", "Compact Xception", "model=compact-xception"),
    ("pick", "Method", "FEM", "method=fem"),
    ("pick", "Colours", "inferno", "colormap=inferno"),
    ("choose", "Maps of", "All models", "maps=all"),
    ("turn", "Pagination", "Page 2", "page=2"),
]
CHOSEN = [
    ("toggle", "Models", "Compact Xception", "models=compact-resnet"),
    ("toggle", "Methods", "Grad-CAM", "methods=fem"),
]
FOUND = [("type", "Find", "bear_0", "text=bear_0"), ("pick", "Animal's size", "Medium (16)", "size=medium")]
DISTRIBUTIONS = [
    ("pick", "Class", "African elephant", "label=African_elephant"),
    ("pick", "Metric", "RMS radius", "metric=radius"),
    ("choose", "Side by side", "Method", "by=method"),
    ("choose", "Shape", "Violins", "shape=violin"),
]
DIFFERENCES = [
    ("choose", "Section", "Differences", "section=differences"),
    ("pick", "Metric", "Gini index", "metric=gini"),
    ("pick", "First", "Compact Xception, FEM", "first=compact-xception:fem"),
    ("pick", "Minus", "Compact ResNet, Grad-CAM", "second=compact-resnet:gradcam"),
]
AGREEMENT = [("choose", "Section", "Agreement", "section=agreement"), ("pick", "Measure", "SIM", "measure=sim")]
AVERAGES = [("choose", "Section", "Average maps", "section=averages"), ("pick", "Colours", "magma", "colormap=magma")]
ANSWERS = [
    ("choose", "Section", "Answers", "section=answers"),
    ("pick", "Class", "American black bear", "label=American_black_bear"),
]
FAITHFULNESS = [("choose", "Section", "Faithfulness", "section=faithfulness"), ("choose", "Band", "Mean", "band=mean")]
MAP = [
    ("choose", "Section", "Map of images", "section=map"),
    ("pick", "Model", "Compact Xception", "model=compact-xception"),
    ("pick", "Method", "FEM", "method=fem"),
    ("pick", "Colour", "Gini index", "colour=gini"),
]


def set_by_hand(page, how, label, value):
    sidebar = page.locator("[data-testid=stSidebar]")
    if how == "choose":
        page.get_by_role("radiogroup", name=label, exact=True).get_by_role("radio", name=value, exact=True).click()
    elif how == "pick":
        pick(sidebar.get_by_role("combobox", name=label), value)
    elif how == "toggle":
        sidebar.get_by_role("group", name=label, exact=True).get_by_role("checkbox", name=value, exact=True).click()
    elif how == "type":
        field = sidebar.get_by_role("textbox", name=label)
        field.fill(value)
        field.press("Enter")
    elif how == "push":
        sidebar.get_by_role("group", name=label).get_by_role("slider").press(value)
    else:
        page.get_by_role("navigation", name=label).get_by_role("button", name=value, exact=True).click()


def seen(page):
    """Give all that a person can tell two pages apart by: controls, texts and the bytes of the pictures."""
    sources = page.locator("[data-testid=stMain] img").evaluate_all("images => images.map((image) => image.src)")
    regions = [page.locator(f"[data-testid={name}]").aria_snapshot() for name in ("stSidebarUserContent", "stMain")]
    drawn = [picture.tobytes() for picture in drawn_by(page.locator(".panels canvas"))]
    return regions, [picture_bytes(page, source) for source in sources] + drawn


@pytest.fixture(scope="module")
def reader_of_statistics(contexts, dashboard):
    """Give one reader of Statistics, who goes from section to section: what was set before stays in the link."""
    with visiting(contexts, dashboard) as open_page:
        yield open_page("/statistics")


def address(page):
    """Give what the address of a page, or a link, says, in an order of its own."""
    parts = urlsplit(page if isinstance(page, str) else page.url)
    return parts.path, parse_qs(parts.query)


@pytest.mark.parametrize(
    ("path", "controls"),
    [
        ("/compare", COMPARE),
        ("/compare?image=elephant_002", OPACITY),
        ("/compare", CHOSEN),
        ("/gallery", GALLERY),
        ("/gallery", FOUND),
        ("/upload", SHAPING),
    ],
    ids=[
        "compare",
        "compare-overlay",
        "compare-chosen",
        "gallery",
        "gallery-found",
        "upload",
    ],
)
def test_what_is_set_by_hand_is_what_the_link_shows(visitor, path, controls):
    send_and_receive(visitor(path), visitor, controls)


@pytest.mark.parametrize(
    "controls",
    [DISTRIBUTIONS, DIFFERENCES, AGREEMENT, AVERAGES, ANSWERS, FAITHFULNESS, MAP],
    ids=["distributions", "differences", "agreement", "averages", "answers", "faithfulness", "map"],
)
def test_what_is_set_by_hand_in_a_section_is_what_the_link_shows(reader_of_statistics, visitor, controls):
    send_and_receive(reader_of_statistics, visitor, controls)


def send_and_receive(sender, visitor, controls):
    for how, label, value, parameter in controls:
        set_by_hand(sender, how, label, value)
        sender.wait_for_url(f"**{quote(parameter, safe='=')}*")
        settle(sender)
    for *_, parameter in controls:
        name, value = parameter.split("=")
        assert address(sender)[1][name] == [value]
    receiver = visitor(sender.url)
    assert address(receiver) == address(sender)
    sent, received = seen(sender), []
    eventually(receiver, lambda: received.append(seen(receiver)) or received[-1] == sent)
    for theirs, ours in zip(sent, received[-1], strict=True):
        assert theirs == ours
    assert sender.problems == receiver.problems == []


def test_a_test_chosen_on_findings_is_what_its_link_opens(visitor):
    sender = visitor("/findings")
    evidence = sender.locator("details").filter(has_text="The evidence").nth(1)
    unfold(evidence)
    settle(sender)
    pick(evidence.get_by_role("combobox", name="Images by"), "RMS radius, African elephant")
    sender.wait_for_url("**test=2*")
    settle(sender)
    receiver = visitor(sender.url)
    assert address(receiver) == address(sender)
    assert address(sender)[1]["test"] == ["2:radius:African_elephant"]
    opened = receiver.locator("details").filter(has_text="The evidence").nth(1)
    expect(opened.get_by_role("combobox", name="Images by")).to_be_visible()
    assert opened.aria_snapshot() == evidence.aria_snapshot()


def test_a_control_back_at_its_default_leaves_the_address(visitor):
    page = visitor("/compare?scale=own&image=elephant_002")
    set_by_hand(page, "choose", "Scale", "By method")
    page.wait_for_function("() => !location.search.includes('scale')")
    assert address(page)[1] == {"image": ["elephant_002"]}


def test_a_link_that_is_not_understood_is_said_so_and_never_markup(visitor):
    page = visitor("/compare?k=many&image=<img src=x onerror=document.title='taken'>&colormap=jet")
    for name in ("k", "image", "colormap"):
        expect(page.get_by_text(f"The link's {name}")).to_have_count(1)
    assert page.title() != "taken"
    assert page.problems == []


def test_the_menu_keeps_what_the_reader_has_set(visitor):
    page = visitor("/gallery?label=African_elephant&sort=spread&page=2")
    for name, path in (("Compare", "/compare"), ("Findings", "/findings"), ("Gallery", "/gallery")):
        page.get_by_role("link", name=name, exact=True).click()
        expected = (path, {"label": ["African_elephant"], "sort": ["spread"]})
        eventually(page, lambda expected=expected: address(page) == expected)
        settle(page)
        assert address(page) == expected


def test_a_card_opens_its_image_with_the_filter_kept_and_back_leads_to_the_gallery(visitor):
    page = visitor("/gallery?label=African_elephant&page=2")
    card = page.locator(".cards a").first
    name = card.locator(".image").inner_text()
    expected = ("/compare", {"label": ["African_elephant"], "image": [name]})
    href = card.evaluate("card => card.href")
    card.click()
    eventually(page, lambda: address(page) == expected)
    assert address(page) == expected
    settle(page)
    expect(page.get_by_role("heading", name="Compare", exact=True)).to_be_visible()
    page.go_back()
    gallery = ("/gallery", {"label": ["African_elephant"], "page": ["2"]})
    eventually(page, lambda: address(page) == gallery)
    assert address(page) == gallery
    settle(page)
    expect(page.locator(".cards a").first.locator(".image")).to_have_text(name)
    assert address(visitor(href)) == expected  # the link itself, as a new tab opens it


def test_back_and_forward_lead_through_what_was_set(visitor):
    page = visitor("/compare?image=bear_003")
    opacity = page.get_by_role("group", name="Opacity")
    set_by_hand(page, "push", "Opacity", "ArrowRight")
    page.wait_for_url("**opacity=0.6*")
    settle(page)
    page.go_back()
    page.wait_for_function("() => !location.search.includes('opacity')")
    settle(page)
    expect(opacity).to_contain_text("0.55")
    page.go_forward()
    page.wait_for_url("**opacity=0.6*")
    settle(page)
    expect(opacity).to_contain_text("0.60")
