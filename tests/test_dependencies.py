"""What is required is used, what is used is required; licences, hashes and audits are told rightly."""

import ast
import functools
import json
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.dependencies import installed, licence_of, locked, pinned, told_of_audit

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
OWN = ("data", "explain", "dashboard", "docs", "tests")
NEVER_IMPORTED = {
    "pyarrow": "pandas reads and writes Parquet by it",
    "fsspec": "universal-pathlib opens URLs by it",
    "onnx": "Keras exports networks by it",
    "tf2onnx": "Keras exports networks by it",
    "s3fs": "fsspec opens s3:// by it",
    "hatchling": "builds the wheel",
    "mypy": "a command",
    "mkdocs-material": "MkDocs finds it",
    "mkdocstrings": "MkDocs finds it",
    "ruff": "a command",
    "pytest-xdist": "pytest finds it",
    "ipykernel": "nbclient starts it",
    "flask": "moto's server needs it",
    "flask-cors": "moto's server needs it",
}


def imported(*packages):
    """Give the names of libraries that files import, in functions as well."""
    return set().union(*map(_imported, packages)) - set(OWN) - sys.stdlib_module_names


@functools.cache
def _imported(package):
    names = set()
    for file in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.partition(".")[0])
            elif (
                isinstance(node, ast.Call)
                and getattr(node.func, "attr", "") == "importorskip"
                and isinstance(node.args[0], ast.Constant)
            ):
                names.add(node.args[0].value.partition(".")[0])
    return frozenset(names)


def distributions(names):
    known = packages_distributions()
    return {canonicalize_name(each) for name in names for each in known.get(name, [name])}


def required(lines):
    return {canonicalize_name(Requirement(line).name) for line in lines} - {PROJECT["name"]}


EXTRAS = PROJECT["optional-dependencies"]


def test_every_library_that_is_required_is_used():
    of_extras = [line for lines in EXTRAS.values() for line in lines]
    for listed, packages in ((PROJECT["dependencies"], ("data", "explain", "dashboard")), (of_extras, OWN)):
        unused = required(listed) - distributions(imported(*packages)) - NEVER_IMPORTED.keys()
        assert unused == set()


def test_every_library_that_the_packages_use_is_required():
    declared = required([*PROJECT["dependencies"], *(line for lines in EXTRAS.values() for line in lines)])
    used = imported("data", "explain", "dashboard")
    known = packages_distributions()
    strangers = {name for name in used if not {canonicalize_name(each) for each in known.get(name, [name])} & declared}
    behind = {canonicalize_name(each.metadata["Name"]) for each in installed(sorted(declared))}
    assert {
        name for name in strangers if not {canonicalize_name(each) for each in known.get(name, [name])} & behind
    } == set()


def test_exceptions_are_still_required():
    declared = required([*PROJECT["dependencies"], *(line for lines in EXTRAS.values() for line in lines)])
    assert NEVER_IMPORTED.keys() <= declared


def test_what_is_installed_names_its_licence():
    found = list(installed(pinned()))
    assert {canonicalize_name(name) for name in pinned()} <= {
        canonicalize_name(each.metadata["Name"]) for each in found
    }
    assert licence_of({"License": "UNKNOWN"}, []) == "not said"
    assert licence_of({"License": "  BSD\n 3 "}, []) == "BSD 3"


def test_a_lock_holds_versions_and_digests_and_nothing_without_one():
    one = {
        "metadata": {"name": "NumPy", "version": "2.4.6"},
        "download_info": {"archive_info": {"hashes": {"sha256": "ab"}}},
    }
    assert locked({"install": [one]}) == ["numpy==2.4.6 --hash=sha256:ab"]
    with pytest.raises(ValueError, match="no sha256"):
        locked({"install": [{**one, "download_info": {}}]})


def test_an_audit_that_reached_nobody_is_no_clean_one():
    hole = {"id": "X-1", "fix_versions": ["2"]}
    well, skipped = {"name": "a", "version": "1", "vulns": []}, {"name": "b", "skip_reason": "not found"}
    for output, words, status in (
        ("", "Nothing was audited", 2),
        ("[]", "Nothing was audited", 2),
        (json.dumps({"dependencies": [well]}), "No known vulnerability in 1 library.", 0),
        (json.dumps({"dependencies": [skipped, skipped]}), "Nothing was audited", 2),  # a mirror that knows no holes
        (json.dumps({"dependencies": [well, skipped]}), "Not audited, since the service does not know them: b", 2),
        (json.dumps({"dependencies": [{"name": "a", "version": "1", "vulns": [hole]}]}), "a 1: X-1, mended in 2", 1),
    ):
        said, found = told_of_audit(output)
        assert words in said
        assert found == status
