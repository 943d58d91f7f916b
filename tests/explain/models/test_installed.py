"""An installation for reading stores: what it can do without TensorFlow, and what it says where it cannot."""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from data import open_dataset
from explain.building.build import build
from explain.errors import ExplainError
from explain.explaining.loading import load
from explain.models.inspection import inspect_network
from explain.models.specification import load_specifications

ROOT = Path(__file__).parents[3]
SENTENCE = r"Networks need tensorflow, which is not installed here.*pip install '\.\[tensorflow\]'"
WITHOUT = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("tensorflow", "keras"):
            raise ModuleNotFoundError(f"No module named {name!r}")

sys.meta_path.insert(0, Blocked())
"""


@pytest.fixture
def without_tensorflow(monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr("explain.models.installed.version", missing)


@pytest.mark.usefixtures("without_tensorflow")
def test_what_needs_a_network_is_one_sentence(few_images, tmp_path):
    with pytest.raises(ExplainError, match=SENTENCE):
        load("compact-resnet")
    with pytest.raises(ExplainError, match=SENTENCE):
        inspect_network("EfficientNetB0")
    with pytest.raises(ExplainError, match=r"Networks need .*pip install '\.\[tensorflow\]'"):
        build(open_dataset(few_images), load_specifications(), tmp_path)


def test_every_module_that_reads_stores_is_imported_without_tensorflow():
    code = WITHOUT + (
        "import importlib, pkgutil\n"
        "import data, dashboard, explain\n"
        "for package in (data, dashboard, explain):\n"
        "    for found in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        apart = ('dashboard.views.', 'dashboard.app', 'explain.compact')\n"
        "        if not found.name.startswith(apart) and not found.name.endswith('__main__'):\n"
        "            importlib.import_module(found.name)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
