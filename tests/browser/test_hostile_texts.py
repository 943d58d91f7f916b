"""Text of a dataset, a model or a link is only ever text: over every page, in the browser that reads the Markdown."""

from __future__ import annotations

import shutil
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

import pytest

from dashboard.link import DEFAULTS
from dashboard.pages import PAGES
from data import open_dataset
from data.datasets import DEMO_FOLDER
from explain.building.build import build
from explain.figures.exhibits import SECTIONS
from explain.models.specification import load_specifications
from tests.browser.test_links import set_by_hand
from tests.browser.visiting import settle, visiting
from tests.serving import serving

# Each has a word that stands alone in an element as soon as anybody reads the syntax around it.
ATTACKS = (
    "http://linked.example/", "www.bare.example", "mail@post.example", ":material/skull:", ":red[reddened]", ":skull:",
    "**emboldened**", "`encoded`", "$mathematical$", "[worded](http://named.example)", "![x](http://pictured.example/x.png)",
    "<b>tagged</b>",
)  # fmt: skip
WORDS = (
    "skull",
    "reddened",
    "emboldened",
    "encoded",
    "mathematical",
    "worded",
    "tagged",
    "headed",
    "\u2620\ufe0f",
    "\u2620",
)
EVERYTHING = " ".join(ATTACKS) + "\n\n# headed"
CITED = ("arxiv.org", "doi.org")

FOUND = """([words, cited]) => {
    const hosts = [...document.querySelectorAll("*")].filter((each) => each.shadowRoot);
    const roots = [document, ...hosts.map((host) => host.shadowRoot)];
    const every = roots.flatMap((root) => [...root.querySelectorAll("body *")]);
    const alone = every.filter((each) => words.includes(each.textContent.trim()));
    const leading = every.filter((each) => each.tagName.toLowerCase() === "a" && each.href).filter((each) => {
        const address = new URL(each.href.baseVal ?? each.href, location.href); // a figure's links are of SVG
        return address.host !== location.host && !cited.includes(address.host);
    });
    const fetched = every.filter((each) => each.tagName === "IMG" && each.src.includes(".example"));
    return [...alone, ...leading, ...fetched].map((each) => each.outerHTML.slice(0, 200));
}"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Serve a store whose dataset, labels, images, models and classes all attack; give the address."""
    root, cache = tmp_path_factory.mktemp("hostile") / "data", tmp_path_factory.mktemp("cache")
    labels = {
        "African_elephant": "www.bare.example :red[reddened] :material_skull:",
        "American_black_bear": "**emboldened** :skull:",
    }
    for source, label in labels.items():
        (root / label).mkdir(parents=True)
        for number, file in enumerate(sorted((DEMO_FOLDER / source).glob("*[0-9].jpg"))[:4]):
            shutil.copy(file, root / label / f"mail@post.example :red[reddened] $mathematical$ {label[:3]}{number}.jpg")
    (root / label / "<b>tagged<b> :skull:.jpg").write_bytes(b"no picture")
    texts = {key: EVERYTHING for key in ("title", "notice", "subject", "subject_plural")}
    lines = [f'{key} = """{text}"""' for key, text in texts.items()]
    (root / "dataset.toml").write_text("\n".join(lines))
    classes = (*labels.values(), EVERYTHING[:150])
    models = [
        replace(model, title=f"{number} {EVERYTHING}", classes=classes, notice=EVERYTHING)
        for number, model in enumerate(load_specifications()[:2])
    ]
    build(open_dataset(root), models, cache, batch_size=4)
    with serving(cache) as (address, _):
        yield address


@pytest.fixture(scope="module")
def reader(contexts, hostile):
    """Give a reader's page, which the menu leads through all pages."""
    with visiting(contexts, hostile) as open_page:
        yield open_page("/overview")


def nothing_is_read_as_markup(page):
    closed = page.locator("[data-testid=stMain] details:not([open]) > summary")
    for _ in range(closed.count()):  # opening one runs the page again, which may bring others
        if closed.count():
            closed.first.click()
            settle(page)
    assert page.evaluate(FOUND, [WORDS, CITED]) == []


ONE_LINE = EVERYTHING.replace("\n", " ")[:190]
PARAMETERS = [name for name in DEFAULTS if name != "text"]  # a search for it has a page of its own
LINKS = [
    ("gallery", {"text": ONE_LINE, "label": "nowhere"}),
    *((stem, dict.fromkeys(PARAMETERS, ONE_LINE)) for stem in PAGES),
]


@pytest.mark.parametrize(("stem", "says"), LINKS, ids=[f"{stem}-{'-'.join(says)[:20]}" for stem, says in LINKS])
def test_no_text_of_a_link_becomes_a_link_an_icon_or_a_colour(stem, says, hostile, contexts):
    with visiting(contexts, hostile) as open_page:
        page = open_page(f"/{stem}?{urlencode(says)}")
        nothing_is_read_as_markup(page)
        assert page.problems == []


@pytest.mark.parametrize("stem", PAGES)
def test_no_text_of_a_dataset_or_a_model_becomes_a_link_an_icon_or_a_colour(stem, reader):
    reader.problems.clear()
    if not urlsplit(reader.url).path.endswith(f"/{stem}"):
        reader.get_by_role("link", name=PAGES[stem][0], exact=True).first.click()
        reader.wait_for_url(f"**/{stem}*")
        settle(reader)
    nothing_is_read_as_markup(reader)
    if stem == "statistics":
        for name, title in list(SECTIONS.items())[1:]:  # the first of them is shown already
            set_by_hand(reader, "choose", "Section", title)
            reader.wait_for_url(f"**section={name}*")
            settle(reader)
            nothing_is_read_as_markup(reader)
    assert reader.problems == []


@pytest.mark.parametrize("stem", ["gallery", "compare"])
def test_options_and_help_are_text_too(stem, hostile, contexts):
    with visiting(contexts, hostile) as open_page:
        page = open_page(f"/{stem}?layer=overlay")
        nothing_is_read_as_markup(page)
        for box in page.locator("[data-testid=stSidebar] [data-testid=stSelectbox]").all():
            box.locator("input").click()
            page.wait_for_timeout(300)
            assert page.evaluate(FOUND, [WORDS, CITED]) == []
            page.keyboard.press("Escape")
        for help in page.locator("[data-testid=stSidebar] [data-testid=stTooltipHoverTarget]").all():
            help.hover()
            page.wait_for_timeout(300)
            assert page.evaluate(FOUND, [WORDS, CITED]) == []
