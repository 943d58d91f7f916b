"""What the project stands on: ``python -m tests.dependencies licences | lock | audit``.

``licences`` lists what is installed for the project, with versions and licences. ``lock`` writes every library, those
of libraries included, with version and sha256 as they are installed on a machine of this kind; it is not committed,
since another system or another Python gets other files. ``audit`` asks pip-audit for known vulnerabilities.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
REQUIREMENTS = ROOT / "requirements.txt"
LOCK = ROOT / "build" / "requirements.lock"
_LONGEST_LICENCE = 60
_NOT_SAID = ("", "UNKNOWN")


def pinned() -> list[str]:
    """Give the names of what the project itself requires."""
    lines = REQUIREMENTS.read_text("utf-8").splitlines()
    return [Requirement(line).name for line in lines if line and not line.startswith("#")]


def installed(names: list[str]) -> Iterator[Distribution]:
    """Give what is installed of some libraries and of all that these require, by name."""
    found: dict[str, Distribution] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:  # for another system or another Python
            continue
        required = [Requirement(text) for text in found[name].requires or []]
        waiting += [each.name for each in required if each.marker is None or each.marker.evaluate({"extra": ""})]
    yield from (found[name] for name in sorted(found))


def licence_of(metadata: Mapping[str, Any], classifiers: list[str]) -> str:
    """Read a licence where authors write it: as an expression, among the classifiers, or as text.

    >>> licence_of({"License-Expression": "MIT"}, [])
    'MIT'
    >>> licence_of({"License": "a long text " * 9}, ["License :: OSI Approved :: BSD License"])
    'BSD License'
    """
    expression = str(metadata.get("License-Expression") or "")
    if expression not in _NOT_SAID:
        return expression
    listed = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License ::")]
    if listed:
        return ", ".join(listed)
    text = " ".join(str(metadata.get("License") or "").split())
    return "not said" if text in _NOT_SAID else text[:_LONGEST_LICENCE]


def licences() -> int:
    """Print a line per library."""
    for each in installed(pinned()):
        classifiers = each.metadata.get_all("Classifier") or []
        said = {key: each.metadata[key] for key in ("License-Expression", "License") if key in each.metadata}
        print(f"{each.metadata['Name']:<28} {each.version:<14} {licence_of(said, classifiers)}")
    return 0


def locked(report: Mapping[str, Any]) -> list[str]:
    """Turn pip's report of an installation into lines that ``pip install --require-hashes`` takes.

    Raises
    ------
    ValueError
        If one of the files has no sha256.
    """
    lines = []
    for each in report["install"]:
        name, version = each["metadata"]["name"], each["metadata"]["version"]
        sha256 = each.get("download_info", {}).get("archive_info", {}).get("hashes", {}).get("sha256")
        if not sha256:
            raise ValueError(f"{name} {version} has no sha256")
        lines.append(f"{name.lower()}=={version} --hash=sha256:{sha256}")
    return sorted(lines)


def lock() -> int:
    """Write what this machine would install."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--dry-run"]
    command += ["--ignore-installed", "--report", "-", "--requirement", str(REQUIREMENTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        print(f"The versions could not be found out: {last}", file=sys.stderr)
        return 1
    lines = locked(json.loads(done.stdout))
    LOCK.parent.mkdir(exist_ok=True)
    LOCK.write_text("\n".join(lines) + "\n", "utf-8")
    shown = LOCK.relative_to(ROOT)
    print(f"{shown}: {len(lines)} libraries. Install exactly these: pip install --require-hashes --requirement {shown}")
    return 0


def told_of_audit(output: str) -> tuple[str, int]:
    """Say what pip-audit found, and give a status: 0 nothing, 1 something, 2 nothing was audited."""
    try:
        listed = json.loads(output)["dependencies"]
        found = [each for each in listed if "skip_reason" not in each]
    except (ValueError, KeyError, TypeError):
        return "Nothing was audited: the service of known vulnerabilities cannot be reached from here.", 2
    if not found:  # so a mirror of the index answers that holds files alone
        return "Nothing was audited: the service that answers knows none of the libraries.", 2
    lines = [
        f"{each['name']} {each['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no version'}"
        for each in found
        for hole in each.get("vulns", ())
    ]
    status = int(bool(lines))
    if not lines:
        lines = [f"No known vulnerability in {len(found)} {'library' if len(found) == 1 else 'libraries'}."]
    if skipped := [each["name"] for each in listed if "skip_reason" in each]:
        lines.append(f"Not audited, since the service does not know them: {', '.join(skipped)}.")
    return "\n".join(lines), status or 2 * bool(skipped)


def audit() -> int:
    """Ask for known vulnerabilities of what is installed for the project, libraries of libraries included."""
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off", "--timeout", "20"]
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder) / "requirements.txt"
        asked.write_text("".join(f"{each.name}=={each.version}\n" for each in installed(pinned())), "utf-8")
        command += ["--no-deps", "--disable-pip", "--requirement", str(asked)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    said, status = told_of_audit(done.stdout)
    print(said, file=sys.stderr if status else sys.stdout)
    return status


if __name__ == "__main__":
    jobs = {"licences": licences, "lock": lock, "audit": audit}
    if sys.argv[1:2] == [] or sys.argv[1] not in jobs:
        sys.exit(f"Name one of: {', '.join(jobs)}.")
    sys.exit(jobs[sys.argv[1]]())
