"""Explanations of several photographs, in the order in which they were given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, overload

import pandas as pd

from explain.explaining.in_html import explanations_html
from explain.spreadsheet import as_csv

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from explain.explaining.explanation import Explanation


class Explanations(Sequence["Explanation"]):
    """What a network says of several photographs. In a notebook they show themselves.

    Attributes
    ----------
    failed : dict of str to str
        Why a photograph could not be read, by its name; it has no explanation here.
    """

    def __init__(self, found: Iterable[Explanation], failed: Mapping[str, str] | None = None) -> None:
        self._found = tuple(found)
        self.failed = dict(failed or {})

    @overload
    def __getitem__(self, index: int) -> Explanation: ...

    @overload
    def __getitem__(self, index: slice) -> Explanations: ...

    def __getitem__(self, index: int | slice) -> Explanation | Explanations:
        return Explanations(self._found[index]) if isinstance(index, slice) else self._found[index]

    def __len__(self) -> int:
        return len(self._found)

    def __repr__(self) -> str:
        failed = f", {len(self.failed)} could not be read" if self.failed else ""
        return f"<{len(self)} explanations{failed}>"

    def _repr_html_(self) -> str:
        return explanations_html(self)

    @property
    def predictions(self) -> pd.DataFrame:
        """A row per photograph: the predicted class, its probability, and that of the class that maps are of."""
        rows = []
        for each in self:
            likely = each.predictions.iloc[0]
            of_target = float(each.predictions.set_index("class")["probability"][each.target])
            rows.append((each.name, each.predicted, float(likely["probability"]), each.target, of_target))
        return pd.DataFrame(rows, columns=["name", "predicted", "probability", "target", "target_probability"])

    def save(self, folder: str | Path) -> Path:
        """Write each explanation into a folder of its name below this one, and ``predictions.csv``.

        Raises
        ------
        ExplainError
            If the folder cannot be written.
        """
        out = Path(folder)
        for each in self:
            each.save(out / each.name)
        if self._found:
            (out / "predictions.csv").write_text(as_csv(self.predictions), encoding="utf-8", newline="")
        return out
