"""What an exhibit is: a figure with its caption and its table, and what it is composed from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from explain.statistics.accuracy import label_of_class
from explain.statistics.averages import average_maps
from explain.store.selection import Selection

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from explain.statistics.averages import AverageMap
    from explain.store.reading import Store

SUBJECT = "labelled object"
"""What the photographs show, where their dataset does not say it."""


@dataclass(frozen=True, eq=False)
class Exhibit:
    """A figure, what it says in words, and its numbers.

    Attributes
    ----------
    name : str
        Unlike any other on its page: of its file and its widgets.
    title : str
        For people. It may hold titles from files: plain text, not markup.
    figure : plotly.graph_objects.Figure or None
        None where the table says it all, or where there is nothing to draw: the caption then says why.
    caption : str
        Plain text.
    table : pandas.DataFrame
        The numbers by their machine names, for a file; `wording.readable` makes them a table for people. Empty
        where there is nothing to show.
    details : pandas.DataFrame or None
        Longer than anybody reads, such as one row per image: for a file.
    """

    name: str
    title: str
    figure: go.Figure | None
    caption: str
    table: pd.DataFrame
    details: pd.DataFrame | None = None


def nothing(name: str, title: str, sentence: str) -> Exhibit:
    """Say in a sentence why there is nothing to show."""
    return Exhibit(name, title, None, sentence, pd.DataFrame())


@dataclass(frozen=True)
class Options:
    """What a reader may set of exhibits; each a parameter of a link, by the same name and default.

    Attributes
    ----------
    first, second : str
        The sides of a difference, each ``model:method``; empty for the usual ones.
    model, method : str
        Whose features place the map of images, and whose metrics may colour it; empty for the selection's first.
    """

    metric: str = "entropy"
    by: str = "label"
    shape: str = "box"
    measure: str = "pearson"
    colormap: str = "viridis"
    band: str = "quartiles"
    first: str = ""
    second: str = ""
    model: str = ""
    method: str = ""
    colour: str = "label"


@dataclass(frozen=True, eq=False)
class Material:
    """What exhibits are composed from: a store's tables, and which part of them is looked at.

    Attributes
    ----------
    read : callable
        Gives a table of the store by name.
    selection : Selection
    label : str
        Only images of this class; all where empty.
    subject : str
        What the photographs show, in words without an article ("animal").
    kinds : mapping of str to collection of str
        Labels and classes that are of one kind, by the kind's name: an answer may be right about the kind alone.
    label_of : mapping of str to mapping of str to str
        Label by class name, by model.
    averages : callable
        Gives the average maps; they cost more than reading a table.
    """

    read: Callable[[str], pd.DataFrame]
    selection: Selection
    label: str = ""
    subject: str = SUBJECT
    kinds: Mapping[str, Collection[str]] = field(default_factory=dict)
    label_of: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    averages: Callable[[], Sequence[AverageMap]] = tuple

    @classmethod
    def of(
        cls,
        store: Store,
        selection: Selection | None = None,
        label: str = "",
        read: Callable[[str], pd.DataFrame] | None = None,
    ) -> Material:
        """Take what exhibits need from a store.

        Parameters
        ----------
        selection : Selection, optional
            Everything by default.
        read : callable, optional
            Reads a table in the store's stead, from a cache.
        """
        chosen = selection or Selection.of(store)

        def averages() -> Sequence[AverageMap]:
            found = average_maps(store, (label,) if label else ())
            return [average for average in found if (average.model, average.method) in chosen.keys]

        return cls(
            read=read or store.table,
            selection=chosen,
            label=label,
            subject=getattr(store.dataset, "subject", "") or SUBJECT,
            kinds=getattr(store.dataset, "kinds", None) or {},
            label_of=label_of_class(store),
            averages=averages,
        )

    def rows(self, name: str) -> pd.DataFrame:
        """Read a table's rows of the class, the models and the methods that are looked at."""
        table = self.read(name)
        if self.label:
            table = table[table["label"] == self.label]
        for names, columns in (
            (self.selection.models, ("model", "model_a", "model_b")),
            (self.selection.methods, ("method", "method_a", "method_b")),
        ):
            for column in columns:
                if column in table:
                    table = table[table[column].isin(list(names))]
        return table

    def ordered(self, table: pd.DataFrame) -> pd.DataFrame:
        """Sort a summary by the selection's models and methods; what is equal in them keeps its order."""
        ranks = {
            name: place for names in (self.selection.models, self.selection.methods) for place, name in enumerate(names)
        }
        by = [column for column in ("model", "method", "model_a", "method_a", "model_b", "method_b") if column in table]
        return table.sort_values(by, key=lambda column: column.map(ranks), kind="stable", ignore_index=True)
