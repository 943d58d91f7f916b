"""Who plays which role: the models and methods of a selection in a study's parts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from explain.errors import ExplainError
from explain.findings.claims import EACH
from explain.store.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explain.findings.claims import Claim, Study


@dataclass(frozen=True)
class Cast:
    """Models and methods in their roles.

    Attributes
    ----------
    selection : Selection
        All that are looked at, those without a role as well.
    players : mapping of str to str
        Name of the model or method by role; a role that nobody is left for is absent.
    """

    selection: Selection
    players: Mapping[str, str]

    @property
    def titles(self) -> dict[str, str]:
        """By role, for people."""
        known = {**self.selection.methods, **self.selection.models}
        return {role: known[name] for role, name in self.players.items()}

    def fills(self, claim: Claim) -> bool:
        """Tell whether every role of a claim is played."""
        return all(role in self.players for role in (*claim.models, *claim.methods) if role != EACH)

    def models(self, claim: Claim) -> tuple[str, ...]:
        """Names of a claim's models: those in its roles, or all where it has none."""
        return tuple(self.players[role] for role in claim.models) or tuple(self.selection.models)

    def methods(self, claim: Claim) -> tuple[str, ...]:
        """Names of a claim's methods: those in its roles, or each that is looked at."""
        if claim.methods == (EACH,):
            return tuple(self.selection.methods)
        return tuple(self.players[role] for role in claim.methods)


def cast_of(study: Study, selection: Selection, roles: Mapping[str, str] | None = None) -> Cast:
    """Give every role to someone.

    Parameters
    ----------
    roles : mapping of str to str, optional
        Names of models and methods by role, where the caller chooses.

    Returns
    -------
    Cast
        Else a role goes to the first of the selection whose name is, or holds, one of the role's words, and what is
        left to the first that is free.

    Raises
    ------
    ExplainError
        If a given role is none of the study's, or a name none of the selection's.
    """
    chosen = dict(roles or {})
    for role, name in chosen.items():
        if role not in (*study.models, *study.methods):
            raise ExplainError(
                f"{study.title} has no role {role!r}; it has {', '.join((*study.models, *study.methods))}."
            )
        there = selection.models if role in study.models else selection.methods
        if name not in there:
            raise ExplainError(f"{name!r} cannot play the role {role!r}; expected one of {', '.join(there)}.")
    players: dict[str, str] = {}
    for wanted, names in ((study.models, selection.models), (study.methods, selection.methods)):
        players |= _played(wanted, list(names), {role: name for role, name in chosen.items() if role in wanted})
    return Cast(selection, players)


def own_methods(study: Study, selection: Selection) -> Selection:
    """Leave out methods that are looked at only as alternatives to one that plays a role."""
    players = cast_of(study, selection).players
    alternatives = {
        name for role, names in study.alternatives.items() if role in players for name in names
    } - {*players.values()}  # fmt: skip
    kept = {name: title for name, title in selection.methods.items() if name not in alternatives}
    return Selection(selection.models, kept)


def _played(roles: Mapping[str, tuple[str, ...]], names: list[str], chosen: dict[str, str]) -> dict[str, str]:
    found = dict(chosen)
    free = [name for name in names if name not in found.values()]
    for role, words in roles.items():
        # The name itself before names that only hold the word: "resnet50" is no "resnet50v2".
        exact = (name for word in words for name in free if word == name.lower())
        near = (name for word in words for name in free if word in name.lower())
        if role not in found and (name := next(chain(exact, near), None)):
            found[role] = name
            free.remove(name)
    for role in roles:
        if role not in found and free:
            found[role] = free.pop(0)
    return found
