"""Which models and methods of a store are looked at: what pages, statistics, findings and reports are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explain.store.reading import Store

MapKey = tuple[str, str]
"""A model's name and a method's: whose map it is."""


@dataclass(frozen=True)
class Selection:
    """Models and methods, each with its title for people, in the order in which they are shown.

    Attributes
    ----------
    models, methods : mapping of str to str
        Title by name.

    Examples
    --------
    >>> selection = Selection({"a": "Net A", "b": "Net B"}, {"m": "Method"})
    >>> selection.keys
    (('a', 'm'), ('b', 'm'))
    >>> selection.title(("a", "m"))
    'Net A, Method'
    """

    models: Mapping[str, str]
    methods: Mapping[str, str]

    @classmethod
    def of(cls, store: Store, models: Sequence[str] = (), methods: Sequence[str] = ()) -> Selection:
        """Choose from what a store holds.

        Parameters
        ----------
        models, methods : sequence of str
            Names in the order wanted; unknown ones are left out. All that the store holds by default.
        """
        titles = {model.name: model.title for model in store.models}
        known = {method.name: method.title for model in store.models for method in model.methods}
        return cls(
            {name: titles[name] for name in models if name in titles} or titles,
            {name: known[name] for name in methods if name in known} or known,
        )

    @property
    def keys(self) -> tuple[MapKey, ...]:
        """Every model by every method, methods first: the order of panels and tables."""
        return tuple((model, method) for method in self.methods for model in self.models)

    def title(self, key: MapKey) -> str:
        """Name a model and a method for people."""
        model, method = key
        return f"{self.models.get(model, model)}, {self.methods.get(method, method)}"
