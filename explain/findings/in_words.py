"""What a claim's tests come to, in sentences that can be read aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explain.findings.claims import ALL, SAME_VERDICT
from explain.findings.verdicts import CONTRADICTED, NOT_RELEVANT, SUPPORTED, TOO_LITTLE
from explain.measures.registry import metric_title

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explain.findings.images import ForAndAgainst
    from explain.findings.rows import Row

_OF_EVERY = {
    SUPPORTED: "every test supports it",
    CONTRADICTED: "every test contradicts it",
    NOT_RELEVANT: "by every test, the difference is smaller than what matters",
    TOO_LITTLE: "no test has enough data to tell",
}
_OF_ONE = {
    SUPPORTED: "the test supports it",
    CONTRADICTED: "the test contradicts it",
    NOT_RELEVANT: "the difference is smaller than what matters",
    TOO_LITTLE: "the test has too little data to tell",
}
_OF_SOME = {
    SUPPORTED: "it is supported by {}",
    CONTRADICTED: "it is contradicted by {}",
    NOT_RELEVANT: "the difference is smaller than what matters by {}",
    TOO_LITTLE: "there is too little data by {}",
}


def told(
    rows: Sequence[Row], tests: Mapping[tuple[str, str], ForAndAgainst], titles: Mapping[str, str] | None = None
) -> str:
    """Say what the deciding tests of a claim show, and how many images carry it.

    Parameters
    ----------
    tests : mapping of (str, str) to ForAndAgainst
        By the rows' metric and scope.
    titles : mapping of str to str, optional
        Of metrics and scopes, for people.

    Returns
    -------
    str
        Plain sentences; empty where nothing was tested.
    """
    named, deciding = titles or {}, [row for row in rows if row.decides]
    sentences = []
    for scope in dict.fromkeys(row.scope for row in deciding):
        said = _of_scope([row for row in deciding if row.scope == scope], named)
        where = "" if scope == ALL else f"for {named.get(scope, scope.replace('_', ' '))}, "
        sentences.append(_capital(f"{where}{said}."))
    short = next((row for row in deciding if row.verdict == TOO_LITTLE and row.smallest == row.smallest), None)
    if short is not None and len({row.verdict for row in deciding}) > 1 and short.metric in _differences(deciding):
        title = said_by(short.metric, named)
        points = tests[short.metric, short.scope].side * short.difference
        way = f"{'for' if points > 0 else 'against'} the claim" if points else "which is none"
        sentences.append(
            f"By {title}, the difference seen is {abs(short.difference):.3f}, {way}; {short.n:,} images can show one "
            f"of {short.smallest:.3f} or more."
        )
    if len(deciding) == 1 and deciding[0].metric not in _differences(deciding):
        sentences.append(_share(deciding[0]))
    elif deciding:
        sentences.append(_images(deciding, tests))
    return " ".join(sentence for sentence in sentences if sentence)


def within(title: str) -> str:
    """Write a measure's title as it stands within a sentence; names, and a method's before a colon, stay.

    >>> within("Entropy"), within("RMS radius"), within("FEM: Mass inside"), within("Gini index")
    ('entropy', 'RMS radius', 'FEM: mass inside', 'Gini index')
    """
    before, colon, measure = title.rpartition(": ")
    first = measure.partition(" ")[0]
    name = first in ("Gini", "Pearson", "Spearman") or not first[1:].islower()
    return before + colon + (measure if name else measure[0].lower() + measure[1:])


def listed(names: Sequence[str]) -> str:
    """List names in a sentence.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _of_scope(rows: Sequence[Row], titles: Mapping[str, str]) -> str:
    names: dict[str, list[str]] = {}
    for row in rows:
        names.setdefault(row.verdict, []).append(said_by(row.metric, titles))
    if len(rows) == 1:
        return _OF_ONE[rows[0].verdict]
    if len(names) == 1:
        ((verdict, all_of_them),) = names.items()
        return f"{_OF_EVERY[verdict]}: {listed(all_of_them)}"
    return "; ".join(_OF_SOME[verdict].format(listed(names[verdict])) for verdict in _OF_SOME if verdict in names)


def said_by(metric: str, titles: Mapping[str, str]) -> str:
    """Name what a test measures as one says it after "by": 1 minus an agreement is tested by that agreement.

    >>> said_by("1 - sim", {"1 - sim": "1 - SIM"}), said_by("entropy", {}), said_by("same_verdict", {})
    ('SIM', 'entropy', 'whether both are right or both are wrong')
    """
    if metric == SAME_VERDICT:
        return "whether both are right or both are wrong"
    return within((titles.get(metric) or metric_title(metric)).removeprefix("1 - "))


def _share(row: Row) -> str:
    """Say a share of equal verdicts beside the one that the claim asks for."""
    share, low, high, margin = (f"{100 * each:.1f}" for each in (row.difference, row.low, row.high, row.margin))
    return (
        f"Both are right or both are wrong on {round(row.difference * row.n):,} of {row.n:,} images, {share} % (95 % "
        f"interval {low} to {high} %); the claim asks for {margin.removesuffix('.0')} %."
    )


def _images(rows: Sequence[Row], tests: Mapping[tuple[str, str], ForAndAgainst]) -> str:
    """Count the images that carry the claim, over all deciding tests."""
    of_rows = [tests[row.metric, row.scope] for row in rows]
    counts = [(test.carrying, test.n) for test in of_rows]
    fewest, most = (choose(counts, key=lambda each: each[0] / each[1]) for choose in (min, max))
    if fewest == most:
        carry = f"{most[0]:,} of {most[1]:,} images"
        return f"{carry} {'carries' if most[0] == 1 else 'carry'} it."
    low = f"{fewest[0]:,}" if fewest[1] == most[1] else f"{fewest[0]:,} of {fewest[1]:,}"
    return f"Depending on the test, {low} to {most[0]:,} of {most[1]:,} images carry it."


def _differences(rows: Sequence[Row]) -> set[str]:
    """Name the metrics whose tests are about a difference, and not about a share."""
    return {row.metric for row in rows if row.accuracy_difference != row.accuracy_difference}


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
