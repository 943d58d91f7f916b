"""Opening pages as a visitor with a fresh browser does, and waiting until they stand."""

import base64
import io
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

import numpy as np
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Error, expect

PATIENCE = 120  # seconds; how long a busy machine may take, never how long it should
SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 375, "height": 812}
RESTS = """([quiet, patience]) => new Promise((answer) => {
    const every = () => [document, ...[...document.querySelectorAll("*")].flatMap((each) => each.shadowRoot ?? [])];
    const stands = (roots) => {
        const app = document.querySelector("[data-testid=stApp]");
        const images = roots.flatMap((root) => [...root.querySelectorAll("img")]);
        return app?.dataset.testScriptState === "notRunning" && app.querySelector("h1") !== null
            && !document.querySelector("[data-stale=true], [data-testid=stSkeleton]")
            && images.every((image) => image.complete && image.naturalWidth > 0);
    };
    const begun = performance.now(), seen = new Set();
    let changed = begun - quiet;
    const watch = new MutationObserver(() => { changed = performance.now(); });
    const everything = { subtree: true, childList: true, attributes: true, characterData: true };
    const finish = (answered) => { watch.disconnect(); answer(answered); };
    const look = () => {
        const now = performance.now(), left = quiet - (now - changed);
        if (now - begun > patience) return finish(false);
        if (left > 0) return setTimeout(look, left);  // no look at the whole page while it changes
        const roots = every();
        for (const root of roots.filter((each) => !seen.has(each))) {
            watch.observe(root, everything);
            seen.add(root);
            changed = now;
        }
        if (changed !== now && stands(roots)) return finish(true);
        setTimeout(look, 100);
    };
    look();
})"""
QUIET = 300  # milliseconds without a change: on a busy machine elements follow the script's state
STILL = {"reduced_motion": "reduce"}  # signs of waiting that move would take much of a visit's time to draw

expect.set_options(timeout=1000 * PATIENCE)


class KeptContexts:
    """Browsers for visitors who come one after the other: emptied of what pages keep, not of the programs they fetch.

    Streamlit's programs are most of what opening a page costs. A first page stays open, else the process that has read
    them ends; it shows nothing, and every visitor gets a page of its own.
    """

    def __init__(self, chromium):
        self.chromium, self.free = chromium, []

    def take(self, address):
        """Give a context that nobody else has."""
        if self.free:
            return self.free.pop()
        context = self.chromium.new_context(**STILL)
        context.new_page().goto(f"{address}/_stcore/health")
        return context

    def give_back(self, context, address):
        """Close a visitor's pages, and forget what they have kept."""
        first, *pages = context.pages
        for page in pages:
            page.close()
        context.clear_cookies()
        inspector = context.new_cdp_session(first)
        kept = "local_storage,indexeddb,cache_storage,service_workers,file_systems"
        inspector.send("Storage.clearDataForOrigin", {"origin": address, "storageTypes": kept})
        inspector.detach()
        self.free.append(context)


@contextmanager
def visiting(contexts, address):
    """Give a function that opens a page in a context of its own; all of them are given back in the end."""
    taken, apart = [], []

    def open_page(path, *, scheme="light", viewport=WIDE, **options):
        if options:
            context = contexts.chromium.new_context(**STILL, **options)
            apart.append(context)
        else:
            context = contexts.take(address)
            taken.append(context)
        page = context.new_page()
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        page.set_default_timeout(1000 * PATIENCE)
        page.problems = problems_of(page, address)
        page.goto(urljoin(address, path))
        settle(page)
        return page

    try:
        yield open_page
    finally:
        for context in apart:
            context.close()
        for context in taken:
            contexts.give_back(context, address)


def settle(page):
    """Wait until the page's script has run to its end, its parts are loaded and its pictures are there, and stay so.

    A change that the address tells of is waited for by the address first: it may not have reached the server yet.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            assert page.evaluate(RESTS, [QUIET, 1000 * PATIENCE]), "The page does not come to rest."
            return
        except Error as error:  # the browser has left the document for another one
            if "context was destroyed" not in str(error):
                raise
    raise AssertionError("The page does not come to rest.")


def eventually(page, look):
    """Look until something is true, or patience ends: the assertion that follows says what it was instead.

    What a script in the page draws has no event of its own to wait for.
    """
    deadline = time.monotonic() + PATIENCE
    while not look() and time.monotonic() < deadline:
        page.wait_for_timeout(100)


def serious_violations(page):
    """Give what hinders people with disabilities: the rule, the element, and what Axe says of it.

    Axe is asked for violations alone: to report all that passes, too, takes it two to three times as long.
    """
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{violation['id']}: {node['html'][:120]} {(node['any'] or [{}])[0].get('message', '')}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def out_of_order(page):
    """Give the headings that skip a level, and what tables do not say above a column: Axe counts neither as serious."""
    found = Axe().run(page, options={"runOnly": ["heading-order", "empty-table-header", "page-has-heading-one"]})
    return [(each["id"], node["html"][:120]) for each in found.response["violations"] for node in each["nodes"]]


def expander(page, name):
    """Give an expander by its heading."""
    return page.locator("details").filter(has=page.get_by_text(name, exact=True))


def unfold(details):
    """Open an expander and wait until it has grown: a button that moves while it is pressed is not clicked."""
    details.locator("summary").click()
    before = None
    while (now := details.bounding_box()) != before:
        before = now
        details.page.wait_for_timeout(300)
        details.evaluate(
            "(element) => Promise.all(element.getAnimations({ subtree: true }).map((each) => each.finished))"
        )


def pick(box, option):
    """Choose from a list: typing finds what a long list does not show, and opens a list that a movement has closed."""
    if box.evaluate("(box) => box.tagName") == "SELECT":
        box.select_option(label=option)
        return
    box.click()
    box.press_sequentially(option)
    box.page.get_by_role("option", name=option, exact=True).click()


def drawn_by(canvases):
    """Give what is drawn on some canvases, as pixels of red, green and blue."""
    sources = canvases.evaluate_all("canvases => canvases.map((canvas) => canvas.toDataURL())")
    files = [base64.b64decode(source.partition(",")[2]) for source in sources]
    return [np.asarray(Image.open(io.BytesIO(file)).convert("RGB"), int) for file in files]


def picture_bytes(page, source):
    """Give a picture's file: embedded in the page, or asked from the server."""
    if source.startswith("data:"):
        return base64.b64decode(source.partition(",")[2])
    return page.request.get(source).body()


def problems_of(page, address):
    """Collect what goes wrong in a page: errors of scripts, refused or failed requests, requests to other servers."""
    problems = []

    def judge(response):
        # Streamlit's client asks below the page's own path first, to learn where its server's root is.
        probe = response.url.endswith(("/_stcore/health", "/_stcore/host-config"))
        if response.status >= 400 and not probe:
            problems.append(f"{response.status} {response.url}")

    def heard(message):
        if message.type == "error" and "Failed to load resource" not in message.text:  # those are judged as responses
            problems.append(message.text)

    def failed(request):
        if request.failure != "net::ERR_ABORTED":  # the page moved on
            problems.append(f"{request.failure} {request.url}")

    def asked(request):
        if not request.url.startswith((address, "data:", "blob:")):
            problems.append(f"another server: {request.url}")

    page.on("response", judge)
    page.on("console", heard)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("requestfailed", failed)
    page.on("request", asked)
    return problems
