"""Following the recipes of CONTRIBUTING.md in a copy of the project."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
_CODE = re.compile(
    r"^```\w+ (?P<file>\S+)(?: (?:below: (?P<below>[^\n]+)|(?P<end>at the end)))?\n(?P<text>.*?)^```$", re.M | re.S
)


@dataclass(frozen=True)
class Step:
    """Lines for a file: the whole of it where they go neither below others nor at its end.

    `below` begins the line that they follow. Where it has several parts between dots, each is looked for from the last.
    """

    file: str
    text: str
    below: tuple[str, ...]
    at_end: bool

    def new(self):
        return not self.below and not self.at_end

    def place(self, lines):
        """Give the index at which the text goes."""
        if self.at_end:
            return len(lines)
        place = 0
        for part in self.below:
            place = next(number for number in range(place, len(lines)) if lines[number].strip().startswith(part)) + 1
        return place

    def follow(self, root):
        """Do in a copy of the project what the recipe says."""
        path = root / self.file
        lines = [] if self.new() else path.read_text("utf-8").splitlines(keepends=True)
        lines.insert(len(lines) if self.new() else self.place(lines), self.text)
        path.write_text("".join(lines), "utf-8")


def recipes():
    """Give the steps of each recipe by its heading."""
    _, text = (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("\n## Recipes\n")
    _, *parts = re.split(r"^### (.+)\n", text, flags=re.MULTILINE)
    return {
        heading: [
            Step(m["file"], m["text"], tuple(filter(None, (m["below"] or "").split(" ... "))), bool(m["end"]))
            for m in _CODE.finditer(part)
        ]
        for heading, part in zip(parts[::2], parts[1::2], strict=True)
    }
