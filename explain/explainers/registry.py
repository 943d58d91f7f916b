"""Which explainers there are. Adding one is one file beside this one and one line in the list below."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

from explain.errors import ExplainError
from explain.explainers import (
    ablationcam,
    eigencam,
    evidence,
    fem,
    gradcam,
    gradcam_report,
    gradcampp,
    hirescam,
    integrated_gradients,
    layercam,
    rival,
    scorecam,
    xgradcam,
)
from explain.explainers.contract import Explainer, Parameter

_MODULES = (
    gradcam,
    fem,
    gradcam_report,
    gradcampp,
    hirescam,
    xgradcam,
    layercam,
    eigencam,
    ablationcam,
    evidence,
    rival,
    scorecam,
    integrated_gradients,
)

EXPLAINERS: dict[str, Explainer] = {module.EXPLAINER.name: module.EXPLAINER for module in _MODULES}
"""By name, in the order in which pages and tables list them."""

DEFAULT_METHODS = (gradcam.EXPLAINER.name, fem.EXPLAINER.name)
"""What a build computes unless it is told: the reference report's two."""

PARAMETERS: dict[str, Parameter] = {
    parameter.name: parameter for explainer in EXPLAINERS.values() for parameter in explainer.parameters
}
"""Every explainer's parameters by name; a name belongs to one explainer."""


def explainer(name: str) -> Explainer:
    """Find an explainer.

    Raises
    ------
    ExplainError
        If there is none of this name; names near it are given.
    """
    if name in EXPLAINERS:
        return EXPLAINERS[name]
    near = difflib.get_close_matches(name.casefold(), EXPLAINERS, n=3)
    hint = f"Near it: {', '.join(near)}." if near else f"There are {', '.join(EXPLAINERS)}."
    raise ExplainError(f"There is no explanation method {name!r}. {hint}")


def title_of(name: str) -> str:
    """Give a method's name for people; the name itself where this version does not know it."""
    return EXPLAINERS[name].title if name in EXPLAINERS else name


def parse_methods(names: str | Iterable[str] | None) -> tuple[Explainer, ...]:
    """Read a choice of methods.

    Parameters
    ----------
    names : str or iterable of str, optional
        Names, or one text that separates them by commas. The report's two by default.

    Returns
    -------
    tuple of Explainer
        Each once, in the order in which they were named.

    Raises
    ------
    ExplainError
        If there is none of a name, or none was named.
    """
    if names is None:
        return tuple(EXPLAINERS[name] for name in DEFAULT_METHODS)
    listed = names.split(",") if isinstance(names, str) else list(names)
    wanted = [name.strip() for name in listed if name.strip()]
    if not wanted:
        raise ExplainError(f"No explanation method was named. There are {', '.join(EXPLAINERS)}.")
    return tuple(explainer(name) for name in dict.fromkeys(wanted))


def settings_of(methods: Sequence[Explainer], parameters: Mapping[str, float] | None) -> dict[str, dict[str, float]]:
    """Share parameters out to the methods that have them.

    Parameters
    ----------
    parameters : mapping of str to float, optional
        By their names, which each belong to one method.

    Returns
    -------
    dict of str to dict of str to float
        By method, every parameter of it, with those at their defaults.

    Raises
    ------
    ExplainError
        If none of the methods has a parameter, or a value is out of its range.
    """
    given = dict(parameters or {})
    known = {parameter.name for method in methods for parameter in method.parameters}
    for name in given:
        if name not in known:
            there = f"they have {', '.join(sorted(known))}" if known else "they have none"
            raise ExplainError(f"None of the methods has a parameter {name!r}; {there}.")
    return {
        method.name: method.values({name: given[name] for name in method.defaults if name in given})
        for method in methods
    }
