import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dashboard.plain_text import plain

# What the client looks for once Markdown has been read: remark-gfm, remark-emoji, and Streamlit's own.
LATER = (
    r"(https?://|www(?=\.))[-.\w]+",
    r"[-.\w+]+@[-\w]+(\.[-\w]+)+",
    r":material[_/]\w+:",
    r":streamlit:",
    r":\+1:|:-1:|:[\w-]+:",
    r"(^|\s)(<->|->|<-|--|>=|<=|~=)(\s|$)",
)
HOSTILE = (
    "Session expired. Log in at http://evil.example/login", "www.evil.example", "mail@evil.example",
    "HTTPS://EVIL.example", ":material/skull:", ":red[all models failed]", ":smile: :+1: :streamlit:", "$x^2$",
    "**bold** _it_ `code` ~~gone~~", "[a](http://evil.example)", "![a](http://evil.example/a.png)", "<b>b</b>",
    "&#58;material/skull&#58;", "a -> b -- c", "one\n\n# two\n- three\n1. four", "> quoted", "[^1]",
    "| a | b |\n|---|---|", "\u202egnp.evil",
)  # fmt: skip


def read(text):
    """Read Markdown; give the kinds of what it holds, and its text."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    inline = [token for token in tokens if token.type == "inline"]
    kinds = {token.type for token in tokens} | {child.type for token in inline for child in token.children}
    return kinds, "".join(child.content for token in inline for child in token.children)


@given(st.text(min_size=1))
@example("a  \nb")
@pytest.mark.parametrize("start", ["", *HOSTILE])
def test_any_text_is_one_paragraph_that_reads_as_it_was_written(start, text):
    kinds, shown = read(f"x{plain(start + text)}x")
    assert kinds <= {"paragraph_open", "inline", "paragraph_close", "text", "text_special"}
    assert not any(re.search(pattern, shown, re.IGNORECASE) for pattern in LATER[:4])


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_is_found_in_it_afterwards_and_nothing_is_lost(text):
    shown = read(plain(text))[1]
    assert not any(re.search(pattern, shown, re.IGNORECASE) for pattern in LATER)
    assert shown.replace("\u2060", "") == re.sub(r"\s+", " ", text).replace("\u202e", "")


def test_words_stay_as_they_are():
    assert plain("Demo - 102 images (of 7 classes), 5 %") == r"Demo \- 102 images \(of 7 classes\), 5 %"
