"""The walls of the house, as docs/architecture.md draws them: who may import whom, and what may stand where."""

import ast
import functools
import re
import subprocess
import sys
from pathlib import Path

import pytest

from explain.explainers.registry import EXPLAINERS

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "data": {"data"},
    "explain": {"explain", "data"},
    "dashboard": {"dashboard", "explain", "data"},
}
ONE_ROOM = {  # library: the rooms that may import it
    "tensorflow": ("explain/models/", "explain/compact/"),
    "keras": ("explain/models/", "explain/compact/"),
    "onnxruntime": ("explain/models/",),
    "onnx": ("explain/models/",),
    "ray": ("explain/building/engines/",),
    "streamlit": ("dashboard/",),
    "typer": ("explain/cli.py", "explain/compact/__main__.py", "data/cli.py"),
}
LINES = 320
WRITTEN = (".py", ".js", ".css", ".j2", ".md", ".toml", ".csv", ".txt", ".json", ".yaml")


def modules(*packages):
    return sorted(file for package in packages for file in (ROOT / package).rglob("*.py"))


def named(file):
    return file.relative_to(ROOT).as_posix()


@functools.cache
def nodes(file):
    return tuple(ast.walk(ast.parse(file.read_text("utf-8"))))


@functools.cache
def imports(file):
    """Give what a module imports, at its top or within functions, with the lines."""
    return tuple(_imports(file))


def _imports(file):
    for node in nodes(file):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{named(file)}:{node.lineno}: imports are absolute"
            yield node.module, node.lineno


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_run_one_way(package):
    forbidden = {*MAY_IMPORT, "tests"} - MAY_IMPORT[package]
    found = [
        f"{named(file)}:{line} imports {name}"
        for file in modules(package)
        for name, line in imports(file)
        if name.partition(".")[0] in forbidden
    ]
    assert not found


@pytest.mark.parametrize("library", ONE_ROOM)
def test_a_heavy_library_is_imported_in_its_room_alone(library):
    found = [
        f"{named(file)}:{line}"
        for file in modules(*MAY_IMPORT)
        for name, line in imports(file)
        if name.partition(".")[0] == library and not named(file).startswith(ONE_ROOM[library])
    ]
    assert not found


def test_no_module_loads_a_network_library_when_it_is_imported():
    """Training asks for one by name; what a page or a command imports is quick, whoever imports it."""
    within = [named(file).removesuffix(".py").replace("/", ".") for file in modules(*MAY_IMPORT)]
    scripts = ("explain.compact.", "dashboard.views.", "dashboard.app")
    names = [name for name in within if not name.startswith(scripts) and not name.endswith("__main__")]
    code = (
        "import importlib, sys\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        "print(sorted({'tensorflow', 'keras', 'onnxruntime', 'ray'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


@pytest.mark.parametrize("package", [*MAY_IMPORT, "tests"])
def test_a_file_has_one_reason_to_change(package):
    """A long file has several; the limit is where a reader begins to scroll for what belongs together."""
    lengths = {named(file): len(file.read_text("utf-8").splitlines()) for file in modules(package)}
    assert {name: length for name, length in lengths.items() if length > LINES} == {}


def test_no_method_is_named_outside_the_explainers():
    found = [
        f"{named(file)}:{node.lineno} says {node.value!r}"
        for file in modules("explain", "dashboard")
        if not named(file).startswith(("explain/explainers/", "explain/compact/"))  # training knows what it is for
        for node in nodes(file)
        if isinstance(node, ast.Constant) and node.value in EXPLAINERS
    ]
    assert not found, "\n".join(found)


def test_no_file_knows_the_machine_that_it_was_written_on():
    home = re.compile(r"(?<![\w.])/(?:root|home|Users|work|mnt)/\w")
    tops = [ROOT, *(ROOT / name for name in (*MAY_IMPORT, "tests", "docs", ".ci"))]
    files = {file for top in tops for file in (top.glob("*") if top == ROOT else top.rglob("*")) if file.is_file()}
    written = [file for file in files if file.suffix in WRITTEN or file.name in ("Makefile", "run")]
    found = [
        f"{named(file)}:{number}"
        for file in sorted(written)
        for number, line in enumerate(file.read_text("utf-8", errors="replace").splitlines(), 1)
        if home.search(line)
    ]
    assert len(written) > 200
    assert not found
