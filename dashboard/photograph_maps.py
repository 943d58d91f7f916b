"""The maps of one photograph, or why they cannot be had. Every word about a map is from the map itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from textwrap import wrap
from typing import TYPE_CHECKING

from dashboard.boundary import public
from dashboard.drawing import Scale, shared_maximum
from dashboard.page import file_name
from explain.errors import ExplainError
from explain.explainers.registry import EXPLAINERS, PARAMETERS, explainer, title_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from explain.measures.alignment import Alignment
    from explain.store import Store
    from explain.store.evidence import ExplainedMap
    from explain.store.selection import MapKey, Selection

EMPTY = "Nothing passes: this map is zero everywhere."
NOTE_LENGTH = 125  # letters; what a line of the print holds


@dataclass(frozen=True)
class PhotographMaps:
    """The maps of one photograph, and why some of them are not there.

    Attributes
    ----------
    selection : Selection
    found : mapping of (model, method) to ExplainedMap
    missing : mapping of (model, method) to str
        The reason, in a sentence.
    scale_of : mapping of (model, method) to Scale
    alone : mapping of (model, method) to str
        The method's name where its maps cannot share a scale with others: signed ones, and those at the resolution of
        the network's input, whose density reaches many times higher. Empty of the others.
    same_as : mapping of (model, method) to str
        Title of the method that gives the same map, where there is one.
    why : mapping of str to str
        By model, how its class was come to where nobody chose it; absent where the class needs no such word.
    """

    selection: Selection
    found: Mapping[MapKey, ExplainedMap]
    missing: Mapping[MapKey, str]
    scale_of: Mapping[MapKey, Scale]
    alone: Mapping[MapKey, str]
    same_as: Mapping[MapKey, str]
    why: Mapping[str, str]

    @cached_property
    def raw(self) -> dict[MapKey, NDArray[np.float32]]:
        """The maps alone."""
        return {key: each.saliency for key, each in self.found.items()}

    @cached_property
    def alignments(self) -> dict[MapKey, Alignment]:
        """Where the maps' cells lie on the photograph."""
        return {key: each.alignment for key, each in self.found.items()}

    def methods_on(self, scale: Scale) -> str:
        """Name the methods whose maps are drawn on a scale."""
        keys = [key for key, own in self.scale_of.items() if own == scale]
        return ", ".join(dict.fromkeys(self.selection.methods[method] for _, method in keys))

    @property
    def headings(self) -> dict[MapKey, str]:
        """What every map that is there is called."""
        return {key: self.selection.title(key) for key in self.found}

    def about(self, key: MapKey) -> tuple[str, ...]:
        """Say what a map is of, in lines."""
        each = self.found[key]
        said = [_target(each, self.why.get(each.model, "")), *_parameters(each)]
        lines = [" · ".join(said)]
        if key in self.same_as:
            lines.append(f"The same map as {self.same_as[key]}")
        return (*lines, EMPTY) if not each.saliency.any() else tuple(lines)

    def notes(self) -> tuple[str, ...]:
        """Say for print what the maps are of, and why some are not there."""
        of: dict[str, list[str]] = {}
        for key, each in self.found.items():
            if each.target is not None:
                of.setdefault(_target(each, self.why.get(each.model, "")), []).append(self.selection.models[key[0]])
        said = [f"{target} ({', '.join(dict.fromkeys(models))})" for target, models in of.items()]
        methods = dict.fromkeys(", ".join((title_of(e.method), *_parameters(e))) for e in self.found.values())
        missing = [f"{self.selection.title(key)}: {reason}" for key, reason in self.missing.items()]
        return tuple(
            line for text in ("; ".join(said), "; ".join(methods), *missing) for line in wrap(text, NOTE_LENGTH)
        )


def gather(
    store: Store,
    selection: Selection,
    explain: Callable[[str, str], ExplainedMap],
    why: Mapping[str, str],
    *,
    by_method: bool = True,
) -> PhotographMaps:
    """Ask for every map of a selection; one that cannot be had leaves its reason.

    Parameters
    ----------
    store : Store
        Which knows what its methods' maps are like.
    explain : callable
        From a model's and a method's name to the map; it raises ExplainError where there is none.
    why : mapping of str to str
        As :class:`PhotographMaps` has it.
    by_method : bool
        Whether every method has a scale of its own; else all share one but those that cannot.
    """
    found: dict[MapKey, ExplainedMap] = {}
    missing: dict[MapKey, str] = {}
    for model, method in selection.keys:
        try:
            refused = store.model(model).refused.get(method)
            if refused:
                raise ExplainError(refused)
            found[model, method] = explain(model, method)
        except ExplainError as error:
            missing[model, method] = public(error)
    signed_alone = {key: _signed_alone(store, *key) for key in found}
    looks = {key: (signed, key[1] if by_method else alone) for key, (signed, alone) in signed_alone.items()}
    maxima = {
        look: shared_maximum({key: each.saliency for key, each in found.items() if looks[key] == look})
        for look in dict.fromkeys(looks.values())
    }
    twins = {key: EXPLAINERS[key[1]].same_as for key in found if key[1] in EXPLAINERS}
    return PhotographMaps(
        selection,
        found,
        missing,
        {key: Scale(*look, maxima[look]) for key, look in looks.items()},
        {key: alone for key, (_, alone) in signed_alone.items()},
        {key: title_of(twin) for key, twin in twins.items() if twin and store.model(key[0]).closed_form},
        why,
    )


def own_answers(store: Store, selection: Selection, image: str) -> dict[str, str]:
    """Give the class that each model itself names for a photograph."""
    return {
        name: store.model(name).classes[int(store.logits(name, image).argmax())] for name in selection.models
    }  # fmt: skip


def on_one_scale(*several: PhotographMaps) -> list[PhotographMaps]:
    """Give several photographs' maps scales that reach to the largest value of all, so that they can be compared."""
    highest: dict[tuple[bool, str], float] = {}
    for scale in (scale for maps in several for scale in maps.scale_of.values()):
        look = (scale.signed, scale.method)
        highest[look] = max(scale.maximum, highest.get(look, 0.0))

    def widened(scale: Scale) -> Scale:
        return replace(scale, maximum=highest[scale.signed, scale.method])

    return [replace(maps, scale_of={key: widened(s) for key, s in maps.scale_of.items()}) for maps in several]


def numbers_table(maps: PhotographMaps, numbers: pd.DataFrame) -> pd.DataFrame:
    """Add to numbers of maps what each map is of: its own class, empty where it has none, and its own parameters.

    Parameters
    ----------
    numbers : pandas.DataFrame
        With the columns model and method.
    """
    found = [maps.found[key] for key in zip(numbers["model"], numbers["method"], strict=True)]
    names = [name for name in PARAMETERS if any(name in each.parameters for each in maps.found.values())]
    return numbers.assign(
        target=[each.target or "" for each in found],
        **{name: [each.parameters.get(name) for each in found] for name in names},
    )


def map_file(stem: str, each: ExplainedMap) -> str:
    """Name a map's file by what it is of."""
    return file_name("-".join(filter(None, (stem, each.model, each.method, each.target))))


def _signed_alone(store: Store, model: str, method: str) -> tuple[bool, str]:
    """Tell whether a method's maps are signed, and name the method where its maps have a scale of their own."""
    known = store.model(model).method(method) or explainer(method)
    return known.signed, method if known.signed or known.at_pixels else ""


def _target(each: ExplainedMap, why: str) -> str:
    if each.target is None:
        return "No target class"
    return f"Target: {each.target.replace('_', ' ')}" + (f" ({why})" if why else "")


def _parameters(each: ExplainedMap) -> list[str]:
    return [f"{PARAMETERS[n].title if n in PARAMETERS else n} = {value:g}" for n, value in each.parameters.items()]
