"""Reading studies: claims in TOML, checked against the measures and contrasts that there are."""

from __future__ import annotations

import difflib
import hashlib
import string
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from explain.errors import ExplainError
from explain.findings.claims import DIRECTIONS, EACH, SAME_VERDICT, Claim, Quantity, Study
from explain.findings.contrasts import CONTRASTS
from explain.measures.registry import measure_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_FOLDER = Path(__file__).parent
_GENERAL = "comparison"
_STUDY_KEYS = ("title", "says", "models", "methods", "alternatives", "claims")
_TEXTS = ("text", "quantity", "note", "untested")
_CLAIM_KEYS = ("number", *_TEXTS, "contrast", "models", "methods", "measures", "direction", "margin", "label")
_MEASURE_KEYS = ("name", "sum", "also", "part", "direction", "margin")
_UNTESTED = "Not tested here: there is nothing to compare."


class Studied(Protocol):
    """A dataset, or what a store knows of one, as far as its study goes."""

    @property
    def study(self) -> str:
        """The study's name, or empty."""

    @property
    def subject(self) -> str:
        """What its images show."""

    @property
    def subject_plural(self) -> str:
        """The same of many."""

    @property
    def kinds(self) -> Mapping[str, Collection[str]]:
        """Labels and classes of one kind, by the kind's name."""


def study_of(dataset: Studied) -> Study:
    """Give the study whose claims are about a dataset: its own, else a comparison that any dataset allows.

    Raises
    ------
    ExplainError
        If there is no study of the name that the dataset gives.
    """
    named = {path.stem: path for path in sorted(_FOLDER.glob("*.toml"))}
    name = dataset.study or _GENERAL
    if name not in named:
        known = ", ".join(each for each in named if each != _GENERAL)
        raise ExplainError(f"The dataset names the study {name!r}, which is unknown; known are {known}.")
    return load_study(named[name])


def study_digest(study: Study) -> str:
    """Digest all that a study says, so that tests of another one are not taken for its own.

    Examples
    --------
    >>> from dataclasses import replace
    >>> study = load_study(_FOLDER / "comparison.toml")
    >>> study_digest(study) == study_digest(replace(study, claims=study.claims[1:]))
    False
    """
    return hashlib.sha256(repr(study).encode()).hexdigest()


@cache
def load_study(path: Path) -> Study:
    """Read a study.

    Parameters
    ----------
    path : Path
        A ``.toml`` file; :mod:`explain.findings` holds two to follow.

    Raises
    ------
    ExplainError
        If it cannot be read, or a key, measure, contrast, direction or role is missing or unknown: one sentence with
        the file and the claim.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ExplainError(f"The study {path} cannot be read: {error.strerror or error}.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ExplainError(f"The study {path} is not valid TOML: {error}.") from error
    top = _Part(str(path), values)
    top.only(_STUDY_KEYS)
    models, methods = (_roles(top, key) for key in ("models", "methods"))
    if twice := set(models) & set(methods):
        raise top.error(f"{min(twice)!r} is a role of models and of methods; name one otherwise.")
    alternatives = {}
    for role, names in _roles(top, "alternatives", {}).items():
        alternatives[top.one_of(role, methods, "role of a method")] = names
    claims = top.get("claims", list, "a list of tables, [[claims]]")
    read = tuple(_claim(path, place, claim, models, methods) for place, claim in enumerate(claims, 1))
    numbers = [claim.number for claim in read]
    if twice_used := {number for number in numbers if numbers.count(number) > 1}:
        raise top.error(f"two claims have the number {min(twice_used)}.")
    words = top.get("title", str, "text"), top.get("says", str, "text", "")
    return Study(path.stem, *words, models, methods, read, alternatives)


@dataclass(frozen=True)
class _Part:
    """A table of the file that knows what to call itself in an error."""

    called: str
    values: Any

    def error(self, sentence: str) -> ExplainError:
        return ExplainError(f"{self.called}: {sentence}")

    def only(self, known: Sequence[str]) -> None:
        if not isinstance(self.values, dict):
            raise self.error(f"found {self.values!r}; expected a table.")
        for key in self.values:
            self.one_of(key, known, "key")

    def one_of(self, name: str, known: Collection[str], what: str) -> str:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, n=1)
            hint = f"near it is {near[0]!r}" if near else f"known are {', '.join(known)}"
            raise self.error(f"the {what} {name!r} is unknown; {hint}.")
        return name

    def get(self, key: str, kind: type, expected: str, *default: Any) -> Any:
        if key not in self.values:
            if default:
                return default[0]
            raise self.error(f"the key {key!r} is missing.")
        value = self.values[key]
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.error(f"{key} is {value!r}; expected {expected}.")
        return value

    def names(self, key: str, known: Collection[str], what: str) -> tuple[str, ...]:
        listed = self.get(key, list, f"a list of {what}s", [])
        return tuple(self.one_of(name, known, what) for name in listed)


def _roles(top: _Part, key: str, *default: Any) -> dict[str, tuple[str, ...]]:
    found = top.get(key, dict, "a table of roles", *default)
    for role, words in found.items():
        if not (role.isidentifier() and isinstance(words, list) and all(isinstance(word, str) for word in words)):
            raise top.error(f"the role {role!r} of {key} is {words!r}; expected a name and a list of words.")
    return {role: tuple(words) for role, words in found.items()}


def _claim(path: Path, place: int, values: Any, models: Collection[str], methods: Collection[str]) -> Claim:
    number = values.get("number") if isinstance(values, dict) else None
    part = _Part(f"{path}, claim {number or f'at place {place}'}", values)
    part.only(_CLAIM_KEYS)
    texts = {key: part.get(key, str, "text", "") for key in _TEXTS}
    texts["text"] = part.get("text", str, "text")
    contrast = CONTRASTS[part.one_of(part.get("contrast", str, "a contrast's name"), CONTRASTS, "contrast")]
    each = part.values.get("methods") == EACH
    claim = Claim(
        number=part.get("number", int, "a whole number"),
        **texts | {"untested": texts["untested"] or _UNTESTED},
        contrast=part.values["contrast"],
        models=part.names("models", models, "role of a model"),
        methods=(EACH,) if each else part.names("methods", methods, "role of a method"),
        quantities=tuple(_quantity(part, measure) for measure in part.get("measures", list, "a list of measures")),
        label=part.get("label", str, "the name of a class", ""),
    )
    if not claim.quantities:
        raise part.error("measures is empty; expected at least one measure.")
    margins = part.values.get("margin")
    for name in margins if isinstance(margins, dict) else ():
        part.one_of(name, [quantity.name for quantity in claim.quantities], "measure of the margin")
    if reason := contrast.misfit(claim):
        raise part.error(f"the contrast {claim.contrast!r} {reason}.")
    for key, text in texts.items():
        _check_template(part, key, text, (*claim.models, *claim.methods, "subject", "subjects"))
    return claim


def _quantity(part: _Part, written: Any) -> Quantity:
    if isinstance(written, str):
        written = {"name": written, "sum": [written]}
    inner = _Part(part.called, written)
    inner.only(_MEASURE_KEYS)
    metrics = inner.get("sum", list, "a list of measures")
    also = inner.get("also", list, "a list of measures", [])
    for metric in (*metrics, *also):
        if not isinstance(metric, str) or measure_of(metric) is None:
            raise part.error(f"the measure {metric!r} is unknown; the registry of measures has none of this name.")
    direction = written.get("direction", part.values.get("direction"))
    if direction is None:
        raise part.error("the key 'direction' is missing.")
    part.one_of(direction, DIRECTIONS, "direction")
    name = inner.get("name", str, "text")
    margin = _margin(part, inner, name, metrics)
    quantity = Quantity(name, tuple(metrics), direction, margin, tuple(also), inner.get("part", str, "a part", ""))
    if not metrics or not quantity.side:
        raise part.error(f"of {quantity.name!r} it cannot be said what is {direction}; expected larger or smaller.")
    return quantity


def _margin(part: _Part, inner: _Part, name: str, metrics: Sequence[str]) -> float:
    """Read below which size a difference does not matter: of the measure itself, else of the claim."""
    whole = part.values.get("margin")
    if isinstance(whole, dict):
        whole = whole.get(name)
    margin = inner.values.get("margin", whole)
    if margin is None:
        if SAME_VERDICT in metrics:
            raise part.error("the key 'margin' is missing: the share of images from which two models count as alike.")
        return float("nan")
    if isinstance(margin, bool) or not isinstance(margin, int | float) or not margin > 0:
        raise part.error(f"the margin of {name!r} is {margin!r}; expected a number above 0.")
    if SAME_VERDICT in metrics and not margin < 1:
        raise part.error(f"the margin of {name!r} is {margin!r}; expected a share below 1.")
    return float(margin)


def _check_template(part: _Part, key: str, text: str, roles: Collection[str]) -> None:
    try:
        fields = [name for _, name, *_ in string.Formatter().parse(text) if name is not None]
    except ValueError as error:
        raise part.error(f"{key} is no template: {error}.") from error
    for name in fields:
        part.one_of(name, roles, "role")
