"""What an exhibit is: a figure with its caption and its table, and what it is composed from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    details : pandas.DataFrame, callable or None
        Longer than anybody reads, such as one row per image: for a file. A callable makes it when it is taken.
    """

    name: str
    title: str
    figure: go.Figure | None
    caption: str
    table: pd.DataFrame
    details: pd.DataFrame | Callable[[], pd.DataFrame] | None = None


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
    part : callable, optional
        Gives those columns and rows of a table that are asked for, as :meth:`explain.store.Store.table` does; without
        it they are taken from the whole.
    listed : callable, optional
        Lists the different rows that a table has in columns of few values, as :meth:`explain.store.Store.kinds_in`
        does; without it the table is read for that.
    images : collection of str
        Only these are looked at; all where empty.
    """

    read: Callable[[str], pd.DataFrame]
    selection: Selection
    label: str = ""
    subject: str = SUBJECT
    kinds: Mapping[str, Collection[str]] = field(default_factory=dict)
    label_of: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    averages: Callable[[], Sequence[AverageMap]] = tuple
    part: Callable[[str, Sequence[str] | None, Mapping[str, Collection[str]]], pd.DataFrame] | None = None
    listed: Callable[[str, Sequence[str]], pd.DataFrame] | None = None
    images: Collection[str] = ()

    @classmethod
    def of(
        cls,
        store: Store,
        selection: Selection | None = None,
        label: str = "",
        read: Callable[..., pd.DataFrame] | None = None,
        images: Collection[str] = (),
        listed: Callable[[str, Sequence[str]], pd.DataFrame] | None = None,
    ) -> Material:
        """Take what exhibits need from a store.

        Parameters
        ----------
        selection : Selection, optional
            Everything by default.
        read : callable, optional
            Reads a table, or a part of it, in the store's stead, from a cache.
        images : collection of str
            Only these, in tables and average maps, where there are any.
        listed : callable, optional
            Lists a table's kinds of rows in the store's stead, from a cache.
        """
        chosen = selection or Selection.of(store)

        def averages() -> Sequence[AverageMap]:
            found = average_maps(store, (label,) if label else (), images)
            return [average for average in found if (average.model, average.method) in chosen.keys]

        def part(
            name: str, columns: Sequence[str] | None = None, where: Mapping[str, Collection[str]] | None = None
        ) -> pd.DataFrame:
            of_images = {"image": tuple(images)} if images else {}
            return (read or store.table)(name, columns, {**(where or {}), **of_images})

        return cls(
            read=part,
            part=part,
            listed=None if images else listed or store.kinds_in,
            images=images,
            selection=chosen,
            label=label,
            subject=getattr(store.dataset, "subject", "") or SUBJECT,
            kinds=getattr(store.dataset, "kinds", None) or {},
            label_of=label_of_class(store),
            averages=averages,
        )

    def rows(
        self, name: str, columns: Sequence[str] | None = None, where: Mapping[str, Collection[str]] | None = None
    ) -> pd.DataFrame:
        """Read a table's rows of the class, the models and the methods that are looked at.

        Parameters
        ----------
        columns : sequence of str, optional
            All by default.
        where : mapping of str to collection of str, optional
            Only rows with one of these values, by column.
        """
        models, methods = tuple(self.selection.models), tuple(self.selection.methods)
        asked: dict[str, Collection[str]] = {"label": (self.label,)} if self.label else {}
        asked |= dict.fromkeys(("model", "model_a", "model_b"), models)
        asked |= dict.fromkeys(("method", "method_a", "method_b"), methods) | dict(where or {})
        if self.part is not None:
            return self.part(name, columns, asked)
        table = self.read(name)
        for column, values in asked.items():
            if column in table:
                table = table[table[column].isin(list(values))]
        return table if columns is None else table[[column for column in columns if column in table]]

    def measured(self, where: Mapping[str, Collection[str]] | None = None) -> tuple[str, ...]:
        """List the metrics that any image has a value of, in the store's order.

        Parameters
        ----------
        where : mapping of str to collection of str, optional
            As :meth:`rows` has it.
        """
        if self.listed is None:
            known = self.rows("metrics", ("metric", "value"), where).dropna(subset=["value"])
        else:
            whole = self.listed("metrics", ("label", "model", "method", "metric"))
            known = replace(self, read=lambda name: whole, part=None, listed=None).rows("metrics", where=where)
        return tuple(known["metric"].unique())

    def ordered(self, table: pd.DataFrame) -> pd.DataFrame:
        """Sort a summary by the selection's models and methods; what is equal in them keeps its order."""
        ranks = {
            name: place for names in (self.selection.models, self.selection.methods) for place, name in enumerate(names)
        }
        by = [column for column in ("model", "method", "model_a", "method_a", "model_b", "method_b") if column in table]
        return table.sort_values(by, key=lambda column: column.map(ranks), kind="stable", ignore_index=True)
