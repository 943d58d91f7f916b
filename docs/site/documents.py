"""Documents that stand elsewhere in the project, as pages of the site."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TAKEN = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changes.md"}
_OUTSIDE = re.compile(r"\[([^\]]+)\]\((\.\./[^)#]+)[^)]*\)")


def pages() -> dict[str, str]:
    """Give names and texts of the pages."""
    found = {name: (ROOT / file).read_text("utf-8") for file, name in TAKEN.items()}
    return found | {"notebook.md": notebook(ROOT / "docs" / "notebook.ipynb")}


def notebook(file: Path) -> str:
    """Write a notebook's cells as one page."""
    cells = json.loads(file.read_text("utf-8"))["cells"]
    texts = (("".join(cell["source"]), cell["cell_type"] == "code") for cell in cells)
    written = (f"```python\n{text}\n```" if code else text for text, code in texts)
    return "\n\n".join(written) + f"\n\nThis page is the notebook `docs/{file.name}`, which a test runs.\n"


def within_site(markdown: str) -> str:
    """Write links to files that the site does not hold as their names, and to documents that it holds as pages."""
    return _OUTSIDE.sub(lambda link: _inside(link[1], link[2].removeprefix("../")), markdown)


def _inside(text: str, file: str) -> str:
    return f"[{text}]({TAKEN[file]})" if file in TAKEN else f"{text} (`{file}`)"
