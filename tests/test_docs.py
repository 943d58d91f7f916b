"""What the documents name is there: files, targets of make, and commands with every option."""

import re
import shlex
from pathlib import Path

import pytest
import typer

import data.cli
import explain.cli
import explain.compact.__main__

ROOT = Path(__file__).parents[1]
PAGES = sorted(ROOT.glob("docs/*.md"))
DOCUMENTS = sorted([*ROOT.glob("*.md"), *PAGES, *ROOT.glob("data/**/*.md")])
ELSEWHERE = {"notebook.md", "contributing.md", "changes.md"}  # pages that the site makes
LINK = re.compile(r"\[[^\]]*\]\((?!\w+:|#)([^)\s#]+)[^)]*\)")
PATH = re.compile(r"`((?:explain|data|dashboard|tests|docs)/[\w./*-]*|[\w.-]+\.(?:md|toml|txt))(?:`|:\d)")
FENCE = re.compile(r"^```[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINE = re.compile(r"(?:^ {4,}|^\$ |^|`)((?:[A-Z_]+=\S+ )*(?:\S+/)?(?:python -m |make |explain )[^`\n]*)", re.MULTILINE)
APPS = {
    "python -m explain": explain.cli.app,
    "explain": explain.cli.app,
    "python -m data": data.cli.app,
    "python -m explain.compact": explain.compact.__main__.app,
}
NAMED_BY_A_READER = {
    "dataset.toml",
    "manifest.csv",
    "models.toml",
    "parts.json",
}  # files of one's own dataset and networks


def text_of(document):
    return document.read_text("utf-8")


def commands(document):
    """Give the commands in a document's code, as words, without comments."""
    code = re.findall(
        r"`[^`\n]+`|^ {4}.*$", FENCE.sub(lambda m: f"\n{indented(m[1])}\n", text_of(document)), re.MULTILINE
    )
    for piece in code:
        if found := LINE.match(piece):
            words = shlex.split(found[1], comments=True)
            while words and "=" in words[0]:
                words.pop(0)
            yield words


def indented(code):
    return "\n".join(f"    {line}" for line in code.splitlines())


def ids(documents):
    return [document.relative_to(ROOT).as_posix() for document in documents]


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids(DOCUMENTS))
def test_links_and_paths_lead_to_files(document):
    text = FENCE.sub("", text_of(document))
    made = ELSEWHERE if document in PAGES else set()
    links = [to for to in LINK.findall(text) if to not in made and not (document.parent / to).exists()]
    named = {path for path in PATH.findall(text) if path not in NAMED_BY_A_READER}
    paths = [path for path in named if not any(tuple(base.glob(path)) for base in (ROOT, document.parent))]
    assert (links, paths) == ([], [])


def anchors(document):
    """Give the names of a document's headings, as both GitHub and the site make them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text_of(document)), re.MULTILINE)
    return {re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower()) for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids(DOCUMENTS))
def test_links_to_headings_lead_to_headings(document):
    found = re.findall(r"\]\(([\w./-]*)#([\w-]+)\)", FENCE.sub("", text_of(document)))
    assert [link for link in found if link[1] not in anchors(document.parent / link[0] if link[0] else document)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids(DOCUMENTS))
def test_commands_are_there_with_their_options(document):
    for words in commands(document):
        program = words[0].rpartition("/")[2]
        if program == "make":
            check_make(words[1:])
        elif program == "explain" or words[1:2] == ["-m"]:
            named = program if program == "explain" else " ".join((program, *words[1:3]))
            if named in APPS:
                check_command(APPS[named], words[1 if program == "explain" else 3 :])


def check_make(words):
    makefile = text_of(ROOT / "Makefile")
    for word in words:
        if "=" in word:
            assert re.search(rf"\b{word.partition('=')[0]}\b", makefile), word
        else:
            assert re.search(rf"^{re.escape(word)}:", makefile, re.MULTILINE), word


def check_command(app, words):
    command = typer.main.get_command(app)
    if not words or words[0].startswith("..."):
        return
    if hasattr(command, "commands"):
        assert words[0] in command.commands, f"{' '.join(words)}: there is no command {words[0]!r}"
        command, words = command.commands[words[0]], words[1:]
    try:
        command.make_context(command.name, list(words))  # parses, and runs nothing
    except typer.exceptions.TyperException as error:
        if type(error).__name__ != "MissingParameter":  # a text may name a command without all that it needs
            pytest.fail(f"{command.name} {' '.join(words)}: {error}")


TROUBLES = ROOT / "docs" / "troubleshooting.md"


@pytest.fixture(scope="module")
def said_in_code():
    """Give the texts of the code, with strings that are written in pieces put together."""
    files = [file for room in ("explain", "data", "dashboard") for file in (ROOT / room).rglob("*.py")]
    return " ".join(re.sub(r'"\s*\n\s*f?"', "", text_of(file)) for file in [*files, ROOT / "Makefile"])


@pytest.mark.parametrize("sentence", re.findall(r"^> (.+)$", text_of(TROUBLES), re.MULTILINE))
def test_every_error_that_is_explained_is_still_said(sentence, said_in_code):
    assert sentence in said_in_code


def test_every_page_is_in_the_sites_menu():
    menu = text_of(ROOT / "mkdocs.yml").partition("\nnav:")[2]
    assert {page.name for page in PAGES} | ELSEWHERE == set(re.findall(r"[\w-]+\.md", menu))


def test_commands_are_found_and_wrong_ones_are_not_let_through():
    """The tests above see nothing where no command is recognised."""
    read = (ROOT / "README.md", ROOT / "docs" / "using.md")
    found = {" ".join(words) for document in read for words in commands(document)}
    assert {"make dashboard", "make test", "python -m data fetch imagenet"} <= found
    with pytest.raises(pytest.fail.Exception, match="--no-such"):
        check_command(explain.cli.app, ["build", "--no-such", "1"])
    with pytest.raises(AssertionError, match="no command 'no-such'"):
        check_command(explain.cli.app, ["no-such"])
    with pytest.raises(AssertionError, match="no-such"):
        check_make(["no-such"])
