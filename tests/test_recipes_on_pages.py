"""Each recipe of CONTRIBUTING.md, followed in a copy of the project, shows on every page that it promises."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.recipes import ROOT, recipes

pytestmark = pytest.mark.slow

PAGES = """
import functools, json, sys
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

# each new AppTest would look through all that is installed
manifest_scanner.scan_component_manifests = functools.cache(manifest_scanner.scan_component_manifests)

def texts(app):
    headings = (app.title, app.header, app.subheader)
    shown = (*headings, app.caption, app.markdown, app.latex, app.warning, app.info, app.text)
    said = [str(element.value) for kind in shown for element in kind]
    said += [str(option) for kind in (app.selectbox, app.multiselect) for box in kind for option in box.options]
    said += [str(option) for group in app.button_group for option in group.options]
    said += [part.proto.json for part in app.get("bidi_component")]
    said += [chart.proto.spec for chart in app.get("plotly_chart")]
    return " ".join(said + [str(table.value.to_dict()) for table in app.dataframe])

found = {}
for name, (stem, params) in json.loads(sys.argv[1]).items():
    app = AppTest.from_file("dashboard/app.py", default_timeout=120)
    app.switch_page(f"views/{stem}.py")
    for key, value in params.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception, (stem, app.exception)
    found[name] = texts(app)
print(json.dumps(found))
"""

COMMANDS = """
import contextlib, io, json, sys
from explain.cli import app

said = []
for words in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        app(words, standalone_mode=False)
    said.append(out.getvalue())
print(json.dumps(said))
"""

LOOKED_AT = {
    "gallery": ("gallery", {"layer": "map", "methods": "gradcam,gradcam_centred"}),
    "compare": ("compare", {"methods": "gradcam,gradcam_centred"}),
    "distributions": ("statistics", {"methods": "gradcam,gradcam_centred", "metric": "largest_share"}),
    "agreement": ("statistics", {"section": "agreement", "methods": "gradcam,gradcam_centred"}),
    "findings": ("findings", {}),
    "upload": ("upload", {"methods": "gradcam,gradcam_centred"}),
    "about": ("about", {}),
    "classes": ("classes", {}),
}


@pytest.fixture(scope="module")
def copied(built, few_images, tmp_path_factory):
    """Follow all four recipes in a copy, and add the toy explainer to a built store; give what each page says."""
    root = tmp_path_factory.mktemp("copy")
    for name in ("explain", "dashboard", "data", "tests"):
        ignored = shutil.ignore_patterns("__pycache__", "demo", "screenshots", "benchmarks", "browser")
        shutil.copytree(ROOT / name, root / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", root)
    for steps in recipes().values():
        for step in steps:
            step.follow(root)
    shutil.copytree(built[0], root / "cache")
    environment = os.environ | {"EXPLAIN_CACHE": str(root / "cache"), "PYTHONPATH": str(root)}

    def run(*command):
        done = subprocess.run(
            [sys.executable, *command], cwd=root, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    methods, dataset = "gradcam,fem,gradcam_centred", ["--dataset", str(few_images)]
    commands = (
        ["build", *dataset, "--methods", methods, "--json"],
        ["methods"],
        ["report", *dataset, "--out", str(root / "report.html")],
    )
    said, listed, _ = json.loads(run("-c", COMMANDS, json.dumps(commands)).splitlines()[-1])
    report = json.loads(said.splitlines()[-1])
    pages = json.loads(run("-c", PAGES, json.dumps(LOOKED_AT)).splitlines()[-1])
    tests = ("explainers/test_gradcam_centred.py", "explainers/test_contract.py", "measures/test_largest_share.py")
    new = ("-k", "gradcam_centred or largest_share")  # the contract is kept by the others in a test of its own
    passed = run("-m", "pytest", "-q", "-p", "no:cacheprovider", *new, *(f"tests/explain/{name}" for name in tests))
    return report, pages, passed, listed, (root / "report.html").read_text("utf-8")


def test_a_new_explainer_needs_no_pass_of_a_network_and_is_listed(copied):
    report, _, _, listed, _ = copied
    assert (report["computed"], report["reused"]) == (0, 12)
    assert "gradcam_centred" in listed


@pytest.mark.parametrize("page", ["gallery", "compare", "distributions", "agreement", "upload", "about"])
def test_a_new_explainer_shows_on_every_page_that_shows_maps(copied, page):
    assert "Grad-CAM, centred" in copied[1][page].replace("\\", "")  # some labels escape what Markdown reads


@pytest.mark.parametrize("page", ["distributions", "about"])
def test_a_new_measure_shows_where_measures_do(copied, page):
    assert "Largest share" in copied[1][page] or "largest cell" in copied[1][page]


def test_a_new_claim_is_judged_on_findings(copied):
    assert "lies more on the animal than" in copied[1]["findings"]


def test_a_new_page_is_there(copied):
    assert "How many images each class has" in copied[1]["classes"]


def test_all_of_it_stands_in_the_report(copied):
    for words in ("Grad-CAM, centred", "lies more on the animal than"):
        assert words in copied[4]


def test_the_recipes_own_tests_and_the_contract_pass(copied):
    assert " passed" in copied[2]
    assert "failed" not in copied[2]
