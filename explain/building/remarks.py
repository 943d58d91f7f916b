"""What a person should know after a build, in a line each: what was left out, unknown labels, where time went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explain.building.build_report import BuildReport

_MOST_NAMES = 5
_LEAST_SHARE = 0.005


def remarks(report: BuildReport, warnings: Sequence[str] = ()) -> Iterator[str]:
    """Give a line for everything that was found beside results.

    Parameters
    ----------
    warnings : sequence of str
        Of the dataset: what lies in its folder and was not read.
    """
    yield from (f"Note: {warning}" for warning in warnings)
    yield from _by_reason("Left out", report.failed)
    yield from _by_reason("Used without mask", report.unread_masks)
    if report.healed:
        more = f" ... and {len(report.healed) - _MOST_NAMES} more" if len(report.healed) > _MOST_NAMES else ""
        yield f"Found damaged and made anew, {len(report.healed)}: {' '.join(report.healed[:_MOST_NAMES])}{more}"
    for model, reasons in report.refused.items():
        yield from (f"Left out of {model}: {reason}" for reason in reasons.values())
    for model, labels in report.unknown_labels.items():
        images = sum(each["images"] for each in labels.values())
        near = [
            f"{label} (near it: {', '.join(each['near'])})" if each["near"] else label for label, each in labels.items()
        ]
        yield (
            f"Note: {model} has no class for {_counted(len(labels), 'label')} ({_counted(images, 'image')}), so maps "
            f"are of the predicted one: {_some(near)}. A model's table says which class a label stands for: "
            'labels = { label = "class" }.'
        )
    yield from (f"Note: {sentence}" for sentence in report.at_chance.values())


def where_time_went(report: BuildReport) -> str:
    """Say in one line what shares of a build's time its steps took, the largest first; empty where nothing was made."""
    steps = {step: seconds for step, seconds in report.seconds_of_step.items() if seconds > 0}
    spent = sum(steps.values())
    total = max(report.seconds, spent)  # workers side by side spend more than passes
    if not report.computed or total <= 0:
        return ""
    shares = {step: seconds / total for step, seconds in {**steps, "all else": total - spent}.items()}
    named = sorted(shares, key=lambda step: (step == "all else", -shares[step]))
    return "Time: " + ", ".join(f"{step} {shares[step]:.0%}" for step in named if shares[step] >= _LEAST_SHARE) + "."


def _by_reason(what: str, reasons: Mapping[str, str]) -> Iterator[str]:
    """Give a line per reason, so that five hundred damaged files are not five hundred lines."""
    images: dict[str, list[str]] = {}
    for image, reason in reasons.items():
        images.setdefault(reason, []).append(image)
    for reason, names in images.items():
        yield f"{what}: {_counted(len(names), 'image')}, {_some(names)}: {reason}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
