"""Whatever stands on the command line, what comes back is a status and a sentence that somebody wrote for it."""

import os

import pytest
from PIL import Image

import explain.cli
from explain.terminal import status_of

NAMES = (
    "nothing", "", " ", "/", ".", "..", "notes.txt", "noise.dat", "x" * 5000, "a\x00b", "-x", "--", "~", "zz://x",
    "memory://x", "/dev/null", "/dev/zero", "photos/cat/a.png", "pipe", "two\nlines", "{}", "%s",
    "$(ls)", "\u202e\U0001f418",
)  # fmt: skip
COMMANDS = (
    ("check", "--dataset", "NAME"),
    ("check", "--cache", "NAME"),
    ("map", "NAME", "--model", "m", "--method", "fem", "--out", "o.npy"),
    ("map", "a", "--model", "m", "--method", "NAME", "--out", "o.npy"),
    ("map", "a", "--model", "m", "--method", "fem", "--out", "NAME"),
    ("map", "a", "--model", "m", "--method", "fem", "--out", "o.npy", "NAME"),
    ("export", "--table", "NAME", "--out", "x.csv"),
    ("export", "--table", "metrics", "--out", "NAME"),
    ("report", "--dataset", "NAME", "--out", "x.html"),
    ("evaluate", "--dataset", "NAME"),
    ("evaluate", "--models", "NAME"),
    ("build", "--dataset", "NAME", "--models", "nothing"),
    ("build", "--dataset", "photos", "--models", "nothing", "--name", "NAME"),
    ("build", "--dataset", "photos", "--models", "NAME.toml"),
    ("build", "--methods", "NAME,nothing"),
    ("build", "--batch-size", "NAME"),
    ("build", "--runtime", "NAME"),
    ("inspect", "NAME"),
    ("claim", "NAME"),
    ("claim", "--dataset", "NAME"),
    ("NAME",),
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Go to a folder with a photograph, a text, noise, and pipes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EXPLAIN_CACHE", str(tmp_path / "cache"))
    (tmp_path / "photos" / "cat").mkdir(parents=True)
    Image.new("RGB", (8, 6)).save(tmp_path / "photos" / "cat" / "a.png")
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "noise.dat").write_bytes(bytes(range(256)))
    for name in ("pipe", "pipe.toml"):
        os.mkfifo(tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_refusal_is_a_sentence(folder, command, monkeypatch, capsys):
    wrong = []
    for name in NAMES:
        if name == "/" and "build" in command:
            continue  # which looks for datasets in the whole machine
        monkeypatch.setattr("sys.argv", ["explain", *(word.replace("NAME", name) for word in command)])
        status = status_of(explain.cli.app)
        said = capsys.readouterr().err
        traced = any(word in said for word in ("unforeseen", "Traceback", "EXPLAIN_DEBUG"))
        if traced or (status and not said.strip()):
            wrong.append((name[:40], status, said[-300:]))
    assert wrong == []
