"""The last door of the command line: whatever happens within, one sentence comes out and a status."""

import errno
import os
import subprocess
import sys

import pytest

import explain.cli
from data import DataError
from explain.errors import ExplainError


@pytest.fixture
def ended(monkeypatch, capsys):
    """Give what the command line says and ends with, where its work raises something."""

    def end(error):
        def work(**_):
            raise error

        monkeypatch.setattr("explain.cli.open_dataset", lambda _: work())
        monkeypatch.setattr("sys.argv", ["explain", "check"])
        with pytest.raises(SystemExit) as left:
            explain.cli.main()
        return left.value.code, capsys.readouterr().err

    return end


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ExplainError("Do this."), "Do this."),
        (DataError("Do that."), "Do that."),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (PermissionError(errno.EACCES, "Permission denied", "weights.h5"), "weights.h5: Permission denied"),
        (MemoryError(), "not enough memory"),
        (RuntimeError("two\nlines"), "RuntimeError: two lines"),
        (KeyError("a"), "KeyError"),
        (RecursionError(), "RecursionError"),
    ],
)
def test_whatever_is_raised_is_one_line_and_status_one(ended, error, words):
    status, said = ended(error)
    assert status == 1
    assert words in said
    assert said.count("\n") == 1
    assert "Traceback" not in said
    assert "Errno" not in said


def test_what_nobody_foresaw_says_how_its_trace_is_seen(ended, monkeypatch):
    assert "EXPLAIN_DEBUG=1" in ended(ZeroDivisionError())[1]
    monkeypatch.setenv("EXPLAIN_DEBUG", "1")
    _, said = ended(ZeroDivisionError())
    assert "Traceback" in said
    assert "in work" in said


def test_an_interruption_is_one_line_and_status_130(ended):
    status, said = ended(KeyboardInterrupt())
    assert status == 130
    assert "Interrupted" in said
    assert said.count("\n") == 1


def test_a_reader_that_left_is_no_matter():
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "explain", "methods"], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert done.stderr == ""
    assert done.returncode == 1
