"""What MkDocs calls: pages and pictures that are made when the site is, and what marks in pages stand for.

A page asks for what is made by a comment alone in its line, so that it reads well where it is not made:
``<!-- picture: NAME -->`` (:mod:`docs.site.pictures`) or ``<!-- made: NAME -->`` (:data:`MADE`).
"""

from __future__ import annotations

import html
import io
import re
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from docs.site import command_line, documents, formulas, numbers, pictures  # noqa: E402

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

MADE = {
    "command line": command_line.pages,
    "explainers": formulas.explainers,
    "measures": formulas.measures,
    "findings": numbers.findings,
    "chance": numbers.chance,
}
"""What a mark stands for, by the words in it."""
_MARK = re.compile(r"^<!-- (picture|made): ([\w -]+) -->$", re.MULTILINE)
_ROLE = re.compile(r":(?:func|class|data|mod|meth|attr):<code>~?")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add pages that stand elsewhere in the project, and all pictures."""
    for name, text in documents.pages().items():
        files.append(File.generated(config, name, content=text))
    files.append(File.generated(config, "site/icon.svg", abs_src_path=str(ROOT / "dashboard/icon.svg")))
    for name, tiles in drawn().items():
        for number, tile in enumerate(tiles):
            written = io.BytesIO()
            tile.image.save(written, "WEBP", quality=88)
            files.append(File.generated(config, _address(name, number), content=written.getvalue()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Put what is made in the place of its mark; links out of the site go to the files' names alone."""
    return documents.within_site(_MARK.sub(_made, markdown))


def on_page_content(content: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Take the roles off names in docstrings, which are reStructuredText's: ``:func:`name```."""
    return _ROLE.sub("<code>", content)


@cache
def drawn() -> dict[str, tuple[pictures.Tile, ...]]:
    """Draw everything once."""
    return {name: draw() for name, draw in pictures.DRAWN.items()}


def _made(mark: re.Match[str]) -> str:
    if mark[1] == "made":
        return MADE[mark[2]]()
    figures = [_figure(tile, _address(mark[2], number)) for number, tile in enumerate(drawn()[mark[2]])]
    return f'<div class="tiles tiles-{len(figures)}" markdown>\n' + "\n".join(figures) + "\n</div>"


def _figure(tile: pictures.Tile, address: str) -> str:
    size = f"{{ loading=lazy width={tile.image.width} height={tile.image.height} }}"
    shown = f"![{html.escape(tile.shows)}]({address}){size}"
    return f'<figure markdown="span">\n{shown}\n<figcaption>{html.escape(tile.says)}</figcaption>\n</figure>'


def _address(picture: str, number: int) -> str:
    return f"pictures/{picture}-{number}.webp"
