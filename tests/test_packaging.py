"""What `pip install` gives: every file that is read, a command, one version; and where versions are kept."""

import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import explain
from data.datasets import DEMO_FOLDER

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def requirements():
    listed = [*PROJECT["dependencies"], *(line for lines in EXTRAS.values() for line in lines)]
    return [each for each in map(Requirement, listed) if each.name != PROJECT["name"]]


def pins(*files):
    lines = [line for file in files for line in (ROOT / file).read_text("utf-8").splitlines()]
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def test_every_requirement_has_one_pin_that_satisfies_it_and_no_pin_is_left_over():
    pinned = pins("requirements.txt", "constraints.txt")
    assert {each.name for each in requirements()} == set(pinned)
    assert [str(each) for each in requirements() if not each.specifier.contains(pinned[each.name])] == []
    whole = [*PROJECT["dependencies"], *EXTRAS["tensorflow"]]
    assert set(pins("requirements.txt")) == {Requirement(line).name for line in whole}


def test_extras_that_sentences_and_documents_name_exist():
    documents = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("tests/**/*.py"), ROOT / "Makefile"]
    texts = [file.read_text("utf-8") for file in (*documents, *(ROOT / "explain").rglob("*.py"))]
    named = {name for text in texts for name in re.findall(r"""['"`.]\.\[(\w+)\]['"`]""", text)}
    assert {"onnx", "ray", "remote", "tensorflow"} <= named <= set(EXTRAS)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel of this tree, without a network."""
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling is not installed: pip install '.[test]'")
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (found,) = out.glob("*.whl")
    return found


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_packages_but_the_pictures_of_the_readme(wheel):
    packed = set(zipfile.ZipFile(wheel).namelist())
    there = {
        file.relative_to(ROOT).as_posix()
        for package in ("explain", "data", "dashboard")
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and file.suffix != ".part"
    }
    assert "dashboard/.streamlit/config.toml" in packed  # the theme lies beside the script that Streamlit runs
    assert {name for name in there - packed if not name.startswith("dashboard/screenshots/")} == set()
    assert {name.partition("/")[0] for name in packed} == {
        "explain", "data", "dashboard", f"explain-{explain.__version__}.dist-info",
    }  # fmt: skip


@pytest.mark.slow
def test_an_installed_wheel_explains_photographs_in_any_folder(wheel, tmp_path):
    installed, elsewhere = tmp_path / "installed", tmp_path / "elsewhere"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", installed, wheel],
        check=True, capture_output=True,
    )  # fmt: skip
    for label, stem in (("African_elephant", "elephant_000"), ("American_black_bear", "bear_000")):
        (elsewhere / "photos" / label).mkdir(parents=True)
        shutil.copy(DEMO_FOLDER / label / f"{stem}.jpg", elsewhere / "photos" / label)

    def run(*command):
        done = subprocess.run(
            command, cwd=elsewhere, env={"PATH": "", "PYTHONPATH": str(installed)}, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert str(installed) in run(sys.executable, "-c", "import explain, data, dashboard; print(explain.__file__)")
    command = (sys.executable, installed / "bin" / "explain")
    assert "2 results computed" in run(*command, "build", "--dataset", "photos", "--models", "compact-resnet")
