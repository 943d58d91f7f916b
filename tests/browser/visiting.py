"""Opening pages as a visitor with a fresh browser does, and waiting until they stand."""

import base64
import time
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import expect

PATIENCE = 120  # seconds; how long a busy machine may take, never how long it should
SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 375, "height": 812}
STANDS = """() => {
    const app = document.querySelector("[data-testid=stApp]");
    const hosts = [...document.querySelectorAll("*")].filter((element) => element.shadowRoot);
    const roots = [document, ...hosts.map((host) => host.shadowRoot)];
    const images = roots.flatMap((root) => [...root.querySelectorAll("img")]);
    return app?.dataset.testScriptState === "notRunning" && app.querySelector("h1") !== null
        && !document.querySelector("[data-stale=true], [data-testid=stSkeleton]")
        && images.every((image) => image.complete && image.naturalWidth > 0);
}"""

expect.set_options(timeout=1000 * PATIENCE)


@contextmanager
def visiting(chromium, address):
    """Give a function that opens a page in a context of its own; all of them are closed in the end."""
    contexts = []

    def open_page(path, *, scheme="light", viewport=WIDE, **options):
        context = chromium.new_context(viewport=viewport, color_scheme=scheme, base_url=address, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(1000 * PATIENCE)
        page.problems = problems_of(page, address)
        page.goto(path)
        settle(page)
        return page

    try:
        yield open_page
    finally:
        for context in contexts:
            context.close()


def settle(page):
    """Wait until the page's script has run to its end, its parts are loaded and its pictures are there, and stay so.

    A change that the address tells of is waited for by the address first: it may not have reached the server yet.
    """
    page.wait_for_load_state("networkidle")
    main, before, deadline = page.locator("[data-testid=stMain]"), None, time.monotonic() + PATIENCE
    while True:  # on a busy machine the elements follow the script's state
        page.wait_for_function(STANDS)
        now = main.aria_snapshot()
        if now == before and page.evaluate(STANDS):
            return
        assert time.monotonic() < deadline, "The page does not come to rest."
        before = now
        page.wait_for_timeout(300)


def eventually(page, look):
    """Look until something is true, or patience ends: the assertion that follows says what it was instead.

    What a script in the page draws has no event of its own to wait for.
    """
    deadline = time.monotonic() + PATIENCE
    while not look() and time.monotonic() < deadline:
        page.wait_for_timeout(100)


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
    box.click()
    box.press_sequentially(option)
    box.page.get_by_role("option", name=option, exact=True).click()


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
