"""Text from a file, a link or an error, made inert for the places of a page that read Markdown."""

from __future__ import annotations

import re

_JOINER = "\u2060"  # has no width, and text does not break at it
_PUNCTUATION = re.compile(r"[\\`*_{}\[\]()<>#+\-.!|~:$&]")
_READ_LATER = re.compile(r"(?<=:)(?=\S)|(?<=www)(?=\.)|(?=@)|(?<=[-<>~=])(?=[-=>])", re.IGNORECASE)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    r"""Make a text mean itself where Markdown is read: labels, options, captions, notices, headings.

    Escapes are not enough. Streamlit's client looks through the text once more when Markdown has been read and the
    escapes are gone, and makes links of addresses, pictures of ``:material/name:`` and ``:name:``, arrows of ``->``. A
    joiner of no width stands where such a thing would begin. Line ends become spaces, since they begin paragraphs and
    headings; characters that nobody sees but that turn a line around are left out.

    Examples
    --------
    >>> plain("a_b: *c*")
    'a\\_b\\: \\*c\\*'
    >>> plain("http://x.y").replace("\u2060", "|")
    'http\\:|//x\\.y'
    """
    line = _UNSEEN.sub("", re.sub(r"\s+", " ", text))
    return _PUNCTUATION.sub(r"\\\g<0>", _READ_LATER.sub(_JOINER, line))
