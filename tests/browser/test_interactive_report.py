"""The interactive report, opened from disk in a browser without a network: its maps are the store's."""

import base64
import io
import re
import shutil
import subprocess
import tarfile
from itertools import product

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from data.datasets import DEMO_FOLDER
from explain.explainers.registry import EXPLAINERS
from explain.measures.alignment import CENTRED
from explain.measures.resampling import resample
from explain.report.interactive import write_site
from explain.report.interactive.catalogue import script_of
from explain.store import open_store
from explain.store.evidence import explain_stored
from tests.browser.visiting import NARROW, PATIENCE, WIDE, serious_violations

RUNTIME = "onnxruntime-web@1.30.0"
CLOSE = 1e-4
MAPS = """async ([id, k]) => {
    const image = Site.catalogue.images.find((each) => each.id === id);
    const arrays = await Site.unpack(await Site.load(`evidence/${image.key}`));
    const found = {};
    for (const model of Site.catalogue.models) {
        await Site.withHead(model);
        for (const method of Site.catalogue.methods.filter((each) => each.script)) {
            for (const target of model.offered) {
                const activations = arrays[`${model.name}/activations`];
                const map = Site.map(model, method, { activations, target }, { k });
                found[[model.name, method.name, model.classes[target]].join(" ")] = Array.from(map.values);
            }
        }
    }
    return found;
}"""


@pytest.fixture(scope="module")
def store(built):
    return open_store(built[1].store)


@pytest.fixture(scope="module")
def site(store, tmp_path_factory):
    folder = tmp_path_factory.mktemp("interactive") / "site"
    write_site(store, folder)
    return folder


@pytest.fixture
def reader(chromium):
    """Give a function that opens a site from disk, without a network, and keeps what goes wrong."""
    contexts = []

    def open_page(folder, address="", viewport=WIDE, scheme="light"):
        context = chromium.new_context(offline=True, viewport=viewport, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(1000 * PATIENCE)
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda told: page.problems.append(told.text) if told.type == "error" else None)
        page.on(
            "request",
            lambda asked: (
                None if asked.url.startswith(("file:", "data:", "blob:")) else page.problems.append(asked.url)
            ),
        )
        page.goto(f"{(folder / 'index.html').as_uri()}{address}")
        page.wait_for_selector("body[data-shown]")
        return page

    yield open_page
    for context in contexts:
        context.close()


def close(found, expected):
    np.testing.assert_allclose(found, np.ravel(expected), rtol=0, atol=CLOSE * max(np.abs(expected).max(), 1e-12))


def test_maps_made_in_the_browser_are_the_stores_for_any_class_and_k(reader, site, store):
    page = reader(site)
    scripted = [name for name in EXPLAINERS if script_of(name)]
    for image, k in product(("elephant_002", "bear_003"), (0.0, 1.3, 2.0)):
        made = page.evaluate(MAPS, [image, k])
        assert len(made) == sum(len(model.classes) for model in store.models) * len(scripted)
        for key, values in made.items():
            model, method, target = key.split(" ")
            close(values, explain_stored(store, image, model, method, target=target, parameters={"k": k}).saliency)


def test_maps_are_stretched_to_where_their_network_looks(reader, site, store):
    page = reader(site)
    for model in store.models:
        method = model.methods[0]
        saliency = store.saliency(model.name, method.name, "elephant_002")
        shown = page.evaluate(
            """([name, of, values, rows, columns]) => {
                const model = Site.catalogue.models.find((each) => each.name === name);
                const method = Site.catalogue.methods.find((each) => each.name === of);
                return Array.from(Site.stretch({ values, rows, columns }, 60, 90, Site.shiftOf(model, method)));
            }""",
            [model.name, method.name, saliency.ravel().tolist(), *saliency.shape],
        )
        close(shown, resample(saliency, (60, 90), alignment=store.alignment(model.name, method.name)))
    assert any(store.alignment(model.name, model.methods[0].name) != CENTRED for model in store.models)


@pytest.mark.parametrize("address", ["", "#page=compare&image=elephant_002"])
@pytest.mark.parametrize(("scheme", "viewport"), [("light", WIDE), ("dark", NARROW)], ids=["wide", "phone"])
def test_it_opens_without_errors_and_everybody_can_read_it(reader, site, address, scheme, viewport):
    page = reader(site, address, viewport, scheme)
    page.wait_for_function("[...document.images].every((image) => image.complete || image.loading === 'lazy')")
    assert page.problems == []  # before Axe, which asks for styles in vain
    assert serious_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_filter_is_in_the_address_and_counts_what_the_store_holds(reader, site, store):
    page = reader(site)
    page.get_by_label("Class").select_option("American_black_bear")
    images = store.table("images").query("status == 'ok'")
    expect(page.get_by_role("status").filter(has_text="images")).to_have_text(
        f"{(images['label'] == 'American_black_bear').sum()} of {len(images)} images"
    )
    assert "label=American_black_bear" in page.url
    page.get_by_label("Verdict").select_option("wrong")
    wrong = store.table("predictions").query("label == 'American_black_bear' and right == False")["image"].nunique()
    assert wrong > 0
    expect(page.locator(".card")).to_have_count(wrong)


def test_a_card_opens_its_maps_and_a_slider_draws_them_anew_in_place(reader, site):
    page = reader(site)
    page.locator(".card").nth(1).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("elephant_002")
    canvas = page.locator(".panels figure canvas:not(.bar)").last
    before, element = canvas.evaluate("(each) => each.toDataURL()"), canvas.element_handle()
    page.get_by_role("slider", name="K of FEM").press("ArrowLeft")
    expect(page).to_have_url(re.compile("k=1.9"))
    assert element.evaluate("(each) => each.isConnected && each.toDataURL()") not in (False, before)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("elephant_004")
    assert page.problems == []


def test_what_a_link_says_that_is_not_understood_is_named(reader, site):
    page = reader(site, "#page=compare&image=nobody&k=99&layer=map&x=%3Cimg%20src%3Dx%3E")
    notice = page.locator("#wrong-link")
    expect(notice).to_have_text("Of this link, not understood, and left at its default: x, image, k.")
    assert page.get_by_label("Show").input_value() == "map"
    assert page.locator("main img[src=x]").count() == 0


def test_a_missing_file_costs_its_own_maps_alone(reader, site, store, tmp_path):
    damaged = tmp_path / "site"
    shutil.copytree(site, damaged)
    missing = f"data/evidence/{store.row('elephant_002'):06d}.js"
    (damaged / missing).unlink()
    (damaged / "data" / "maps" / "compact-resnet" / f"{next(iter(EXPLAINERS))}.js").write_text("Site.put(")
    page = reader(damaged, "#page=compare&image=elephant_002")
    expect(page.get_by_role("alert")).to_have_text(f"The file {missing} is missing.")
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("link", name="Gallery").click()
    expect(page.get_by_role("alert")).to_contain_text("is damaged")
    expect(page.locator(".card").first).to_be_visible()


@pytest.fixture(scope="module")
def runtime(tmp_path_factory):
    """Fetch ONNX Runtime Web from the registry of packages for browsers."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed, which fetches onnxruntime-web")
    folder = tmp_path_factory.mktemp("npm")
    fetched = subprocess.run(["npm", "pack", "--silent", RUNTIME], cwd=folder, capture_output=True, timeout=600)
    if fetched.returncode:
        pytest.skip(f"npm cannot fetch {RUNTIME} here")
    with tarfile.open(next(folder.glob("*.tgz"))) as package:
        package.extractall(folder, filter="data")
    return folder / "package" / "dist"


@pytest.fixture(scope="module")
def site_with_networks(built, runtime, tmp_path_factory):
    folder = tmp_path_factory.mktemp("networks") / "site"
    write_site(open_store(built[1].store), folder, networks=runtime)
    return folder


@pytest.mark.slow
def test_ones_own_photograph_is_explained_in_the_browser_as_a_build_explains_it(
    reader, site_with_networks, store, tmp_path
):
    """The file is a PNG of what the dataset's JPEG decodes to: browsers decode JPEG by libraries of their own."""
    photograph = tmp_path / "own.png"
    Image.open(DEMO_FOLDER / "African_elephant" / "elephant_002.jpg").convert("RGB").save(photograph)
    page = reader(site_with_networks, "#page=own")
    page.get_by_label("Choose a photograph").set_input_files(photograph)
    expect(page.locator(".panels figure")).to_have_count(1 + len(store.models) * len(store.shown_methods))
    found = page.evaluate(
        """async (content) => {
            const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
            const photograph = await Site.decode(new Blob([bytes], { type: "image/png" }));
            const found = {};
            for (const network of Site.catalogue.networks) {
                const model = Site.catalogue.models.find((each) => each.name === network.model);
                const { activations, logits } = await Site.ask(photograph, network);
                found[model.name] = { logits, maps: {} };
                for (const method of Site.catalogue.methods.filter((each) => each.script)) {
                    const map = Site.map(model, method, { activations, target: 0 }, { k: 2 });
                    found[model.name].maps[method.name] = Array.from(map.values);
                }
            }
            return found;
        }""",
        base64.b64encode(photograph.read_bytes()).decode(),
    )
    for model in store.models:
        np.testing.assert_allclose(found[model.name]["logits"], store.logits(model.name, "elephant_002"), atol=2e-3)
        for method, values in found[model.name]["maps"].items():
            expected = explain_stored(store, "elephant_002", model.name, method, target=model.classes[0]).saliency
            if EXPLAINERS[method].targeted:
                np.testing.assert_allclose(values, expected.ravel(), atol=2e-3 * np.abs(expected).max())
            else:  # at a threshold a last digit decides whether a channel passes
                assert np.corrcoef(values, expected.ravel())[0, 1] > 0.999
    assert page.problems == []


@pytest.mark.slow
@pytest.mark.parametrize("size", [(480, 320), (1000, 37), (13, 700), (208, 208)])
def test_resizing_in_the_browser_is_pillows_to_the_last_level(reader, site, size):
    pixels = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    encoded = base64.b64encode(pixels.tobytes()).decode()
    found = reader(site).evaluate(
        """([text, size, wanted]) => {
            let bytes = "";  // as text: a hundred thousand numbers one by one take seconds on their way here
            for (const value of Site.resize(Site.bytes(text), size, wanted)) bytes += String.fromCharCode(value);
            return btoa(bytes);
        }""",
        [encoded, list(size), [208, 224]],
    )
    expected = np.asarray(Image.fromarray(pixels).resize((224, 208), Image.Resampling.BILINEAR))
    np.testing.assert_array_equal(np.frombuffer(base64.b64decode(found), np.uint8).reshape(expected.shape), expected)


@pytest.mark.slow
def test_a_file_that_is_no_picture_is_a_sentence(reader, site_with_networks, tmp_path):
    wrong = tmp_path / "letter.png"
    wrong.write_bytes(io.BytesIO(b"Dear reader").getvalue())
    page = reader(site_with_networks, "#page=own")
    page.get_by_label("Choose a photograph").set_input_files(wrong)
    expect(page.get_by_text("letter.png is no picture that this browser can read. Try a JPEG or PNG.")).to_be_visible()
