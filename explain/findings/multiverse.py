"""Every claim under every defensible choice: in which share of all analyses it holds, and which choice turns it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from explain.explainers.registry import EXPLAINERS, title_of
from explain.findings.answer_universes import universes_of_answers
from explain.findings.casting import Cast
from explain.findings.checks import at_coarser_grid
from explain.findings.claims import ALL, SAME_VERDICT
from explain.findings.contrasts import measured_claims
from explain.findings.remeasuring import LABELLED, PREDICTED, MapChoice, Remeasured, alignment_of, remeasure
from explain.findings.universes import AGAINST, CHOICES, COLUMNS, FOR, NEITHER, outcome
from explain.findings.verdicts import SIGNIFICANT, deciding
from explain.measures.alignment import CENTRED
from explain.statistics.sign_flips import typical_values
from explain.store.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from explain.findings.claims import Claim, Study
    from explain.findings.contrasts import Tables
    from explain.store.reading import Store

_COMMON, _COARSE = "the common grid", "the coarser of the maps' own grids"
_AS_MADE, _FROM_MINIMUM = "as made", "smallest value taken off"
_ALIGNED, _CENTRED = "as the network is aligned", "in the middle of their shares"
_EVERY, _RIGHT = "all", "answered right by every model"
_USUAL = "as stored"
_OWN = "the study's own"


@dataclass(frozen=True)
class Setting:
    """One way to make all maps.

    Attributes
    ----------
    role, method : str
        A role and the method that plays it in its usual player's place; empty for the usual one.
    parameter : str
        Name of the one parameter that is not as stored; empty where all are.
    value : float
    target : str
    from_minimum : bool
    centred : bool
        Whether networks' alignments are left aside.
    """

    role: str = ""
    method: str = ""
    parameter: str = ""
    value: float = 0.0
    target: str = LABELLED
    from_minimum: bool = False
    centred: bool = False

    def choice(self, model: str, method: str) -> MapChoice:
        """Say how the maps of a model by a method are made under this setting."""
        found = EXPLAINERS.get(method)
        own = found is not None and self.parameter in found.defaults
        targeted = found is not None and found.targeted
        return MapChoice(
            model, method, self.target if targeted else LABELLED, ((self.parameter, self.value),) if own else (),
            self.from_minimum, self.centred,
        )  # fmt: skip

    def cast(self, cast: Cast) -> Cast:
        """Let the other method play its role."""
        if not self.role:
            return cast
        selection = cast.selection
        wider = Selection(selection.models, {**selection.methods, self.method: title_of(self.method)})
        return Cast(wider, {**cast.players, self.role: self.method})

    def concerns(self, claim: Claim, cast: Cast) -> bool:
        """Tell whether what is set otherwise has a part in a claim: else the same analysis would count twice."""
        found = [EXPLAINERS[method] for method in self.cast(cast).methods(claim) if method in EXPLAINERS]
        return (
            (not self.role or self.role in claim.methods)
            and (not self.parameter or any(self.parameter in each.defaults for each in found))
            and (self.target == LABELLED or any(each.targeted for each in found))
        )


def settings_of(study: Study, cast: Cast, store: Store) -> list[Setting]:
    """List every way to make the maps of a cast: methods in a role, parameters, the class, scale and cells' places.

    A parameter is tried at half of its default and at half more, each within its range.
    """
    stored = {method.name for model in store.models for method in model.methods}
    others = [("", "")] + [
        (role, name)
        for role, names in study.alternatives.items()
        for name in names
        if role in cast.players and name in stored
    ]
    methods = [EXPLAINERS[name] for name in cast.selection.methods if name in EXPLAINERS]
    values = [("", 0.0)] + [
        (each.name, round(min(max(share * each.default, each.low), each.high), 6))
        for method in methods
        for each in method.parameters
        for share in (0.5, 1.5)
    ]
    aligned = [MapChoice(*key) for key in cast.selection.keys if store.model(key[0]).method(key[1]) is not None]
    moved = any(alignment_of(store, choice) != CENTRED for choice in aligned)
    return [
        Setting(role, name, parameter, value, target, from_minimum, centred)
        for (role, name), (parameter, value), target, from_minimum, centred in product(
            others, values, (LABELLED, PREDICTED), (False, True), (False, True) if moved else (False,)
        )
    ]


def multiverse(
    study: Study, cast: Cast, store: Store, progress: Callable[[int, int], None] | None = None
) -> pd.DataFrame:
    """Test every claim in every universe.

    Parameters
    ----------
    progress : callable, optional
        Called with images done and images in all: making and measuring maps takes nearly all the time.

    Returns
    -------
    pandas.DataFrame
        One row per claim and universe: the choices, as texts; n; the mean difference in standard deviations of the
        images' own differences, positive where it supports the claim, with its 95 % interval; p against none, not
        corrected; and whether the interval lies wholly on the claim's side ("for"), on the other ("against") or on
        neither. Claims about answers have universes of their own: :mod:`explain.findings.answer_universes`.

    References
    ----------
    Steegen, Tuerlinckx, Gelman and Vanpaemel, Perspectives on Psychological Science 2016 (multiverse analysis).
    """
    filled = [claim for claim in study.claims if cast.fills(claim)]
    claims = [claim for claim in filled if _about_maps(claim)]
    settings = settings_of(study, cast, store)
    of_setting = {setting: [setting.choice(*key) for key in setting.cast(cast).selection.keys] for setting in settings}
    choices = list(dict.fromkeys(choice for each in of_setting.values() for choice in each))
    pairs = list(dict.fromkeys(pair for each in of_setting.values() for pair in combinations(each, 2)))
    measured = remeasure(store, choices, pairs, progress=progress)
    predictions = store.table("predictions")
    right = _answered_right(predictions, tuple(cast.selection.models))
    rows = [
        row
        for setting, made in of_setting.items()
        for row in _of_setting(setting, made, claims, cast, measured, predictions, right)
    ]
    of_answers = [
        universes_of_answers(claim, (first, second), predictions, store.dataset.kinds)
        for claim in filled
        if claim not in claims
        for first, second in [cast.models(claim)]
    ]
    every = [frame for frame in (_tested(rows), *of_answers) if len(frame)]
    if not every:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(every).sort_values("claim", kind="stable", ignore_index=True)


def shares(universes: pd.DataFrame) -> pd.DataFrame:
    """Give, by claim, how many universes there are and the shares of those for it, against it and for neither."""
    counted = universes.groupby("claim")["outcome"].value_counts(normalize=True).unstack(fill_value=0.0)
    counted = counted.reindex(columns=[FOR, AGAINST, NEITHER], fill_value=0.0)
    return counted.assign(universes=universes.groupby("claim").size()).reset_index()


def what_turns_it(universes: pd.DataFrame) -> dict[str, float]:
    """Say of every choice how often it alone turns what one claim comes to.

    Returns
    -------
    dict of str to float
        By choice, largest first: of the sets of universes that differ in this choice alone, the share in which they
        do not all come to the same outcome. Choices of which there is one option are absent.
    """
    found = {}
    for choice in CHOICES:
        if universes[choice].nunique() < 2:
            continue
        others = [each for each in CHOICES if each != choice]
        groups = universes.groupby(others, sort=False)["outcome"]
        several = groups.size() > 1
        if several.any():
            found[choice] = float((groups.nunique()[several] > 1).mean())
    return dict(sorted(found.items(), key=lambda each: -each[1]))


def _about_maps(claim: Claim) -> bool:
    return not any(SAME_VERDICT in quantity.metrics for quantity in claim.quantities)


def _of_setting(
    setting: Setting,
    made: Sequence[MapChoice],
    claims: Sequence[Claim],
    cast: Cast,
    measured: Remeasured,
    predictions: pd.DataFrame,
    right: set[str],
) -> Iterator[tuple[dict[str, object], pd.Series]]:
    """Measure the claims that a setting concerns: choices, and each image's own difference."""
    if not all(choice in measured.of_maps for choice in made):
        return
    concerned = tuple(claim for claim in claims if setting.concerns(claim, cast))
    playing, tables = setting.cast(cast), measured.tables(made, predictions)
    parameter = f"{_title_of_parameter(setting.parameter)} = {setting.value:g}" if setting.parameter else _USUAL
    usual = cast.titles[setting.role] if setting.role else ""
    # Averaged down on their own grid, cells have no place but their own: that analysis is there once.
    coarser = () if setting.centred else _coarser(concerned, tables)
    for grid, asked in ((_COMMON, concerned), (_COARSE, coarser)):
        for claim, pairs in measured_claims(tables, asked, playing):
            decides = deciding([pair.scope for pair in pairs])
            for pair in (pair for pair, counts in zip(pairs, decides, strict=True) if counts):
                for images, values in ((_EVERY, pair.carried), (_RIGHT, pair.carried[pair.carried.index.isin(right)])):
                    chosen: dict[str, object] = {
                        "claim": claim.number,
                        "measure": pair.title.replace(title_of(setting.method), usual) if usual else pair.title,
                        "scope": "" if pair.scope == ALL else cast.selection.models.get(pair.scope, pair.scope),
                        "method": title_of(setting.method) if setting.role else _OWN,
                        "parameter": parameter,
                        "target": setting.target,
                        "grid": grid,
                        "place": _CENTRED if setting.centred else _ALIGNED,
                        "scale": _FROM_MINIMUM if setting.from_minimum else _AS_MADE,
                        "images": images,
                        "margin": "",
                    }
                    yield chosen, values


def _tested(rows: Sequence[tuple[Mapping[str, object], pd.Series]]) -> pd.DataFrame:
    """Test every universe's differences, those of one size together."""
    of_size: dict[int, list[int]] = {}
    for place, (_, values) in enumerate(rows):
        of_size.setdefault(len(values), []).append(place)
    tested: dict[int, tuple[float, ...]] = {}
    for count, places in of_size.items():
        if count < 2:
            continue
        samples = np.array([rows[place][1].to_numpy(float) for place in places])
        for place, values, typical in zip(places, samples, typical_values(samples), strict=True):
            unit = float(values.std(ddof=1)) or float("nan")
            low, high = typical.interval(1 - SIGNIFICANT)
            tested[place] = (count, values.mean() / unit, low / unit, high / unit, typical.p_not(0))
    found = [
        (
            *chosen.values(),
            *tested[place],
            outcome(*tested[place][2:4]),
        )
        for place, (chosen, _) in enumerate(rows)
        if place in tested
    ]
    return pd.DataFrame(found, columns=list(COLUMNS))


def _coarser(claims: Sequence[Claim], tables: Tables) -> tuple[Claim, ...]:
    """Put claims on the coarser grid, quantity by quantity, where the tables have them there."""
    there = set(tables.metrics["metric"])
    found = []
    for claim in claims:
        moved = at_coarser_grid(claim)
        kept = tuple(each for each in moved.quantities if all(metric in there for metric in each.metrics))
        if kept:
            found.append(replace(moved, quantities=kept))
    return tuple(found)


def _answered_right(predictions: pd.DataFrame, models: Sequence[str]) -> set[str]:
    judged = predictions[predictions["model"].isin(list(models))]
    right = judged.assign(right=judged["right"].fillna(False).astype(bool)).groupby("image")["right"].all()
    return set(right[right].index)


def _title_of_parameter(name: str) -> str:
    return next(each.title for method in EXPLAINERS.values() for each in method.parameters if each.name == name)
