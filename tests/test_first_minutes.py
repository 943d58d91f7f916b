"""The first minutes of somebody new: what `make` says where it cannot go on."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def make(tmp_path):
    """Give a function that makes the dashboard in a copy of what its installation reads, by a Python of the test's."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    for name in ("Makefile", "pyproject.toml", "requirements.txt", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)

    def run(script):
        python = tmp_path / "python"
        python.write_text(f"#!/bin/sh\n{script}\n")
        python.chmod(0o755)
        return subprocess.run(
            ["make", "dashboard", f"PYTHON={python}"],
            cwd=tmp_path,
            env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
            capture_output=True,
            text=True,
            timeout=120,
        )  # a make of one's own: under `make test` it would take itself for a part of that one

    return run


@pytest.mark.parametrize("version", ["3.9", "3.15"])
def test_a_python_that_is_too_old_or_too_new_is_one_sentence(make, version):
    made = make(f"echo {version}")
    assert made.returncode != 0
    first, *rest = made.stderr.splitlines()
    assert f" is {version}; expected Python 3.11 3.12 3.13." in first
    assert all(line.startswith("make: ") for line in rest)


def test_a_python_that_is_not_there_is_one_sentence(make):
    made = make("exit 127")
    assert "is not there; expected Python" in made.stderr


def test_what_is_installed_is_said_before_and_what_to_do_without_an_index_after(make):
    version = ".".join(map(str, sys.version_info[:2]))
    pip = "#!/bin/sh\necho 'Could not find a version'; exit 1"
    folder = "mkdir -p .venv/bin; cat > .venv/bin/pip <<'EOF'\n" + pip + "\nEOF\nchmod +x .venv/bin/pip"
    made = make(f'if [ "$1" = -c ]; then echo {version}; else {folder}\nfi')
    assert made.returncode != 0
    assert "3 GB" in made.stdout.splitlines()[0]
    assert "PIP_NO_INDEX=1 PIP_FIND_LINKS=wheels make dashboard" in made.stderr
