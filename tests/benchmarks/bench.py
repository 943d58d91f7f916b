"""The benchmark suite: each part in a process of its own, then one JSON file and one Markdown file of all of them.

Run as ``python -m tests.benchmarks.bench [PART ...]``; without a part, all of them. What earlier runs measured of
other parts, or of the same with other models, is kept, with the machine and the settings it was measured with.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

from tests.benchmarks.estimate import million
from tests.benchmarks.measuring import Settings

PARTS = ("maps", "forward", "startup", "pages", "evaluation", "tables", "contributions", "growth", "workers")


def main() -> None:
    """Run the parts that are named, and write the report of all that were ever run into the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all by default")
    parser.add_argument("--dataset", default=Settings.dataset)
    parser.add_argument("--models", default=Settings.models)
    parser.add_argument("--images", type=int, default=Settings.images)
    parser.add_argument("--repeats", type=int, default=Settings.repeats)
    parser.add_argument("--batch-size", type=int, default=Settings.batch_size)
    parser.add_argument("--sizes", type=int, nargs="+", default=Settings.sizes, help="images of the growth part")
    parser.add_argument("--keep", help="folder for the growth part's crops and stores, which are used again")
    parser.add_argument("--price-per-hour", type=float, default=0.10, help="USD for the machine; assumed")
    parser.add_argument("--price-per-gib-month", type=float, default=0.025, help="USD for storage; assumed")
    parser.add_argument("--out", type=Path, default=Path("build"))
    chosen = parser.parse_args()
    unknown = sorted(set(chosen.parts) - set(PARTS))
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}; known are {', '.join(PARTS)}")
    told = {field.name: getattr(chosen, field.name) for field in fields(Settings)}
    folder = chosen.out / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    for part in chosen.parts or PARTS:
        print(f"Measuring: {part}", file=sys.stderr)
        file = folder / f"{name_of(part, chosen.models)}.json"
        subprocess.run([sys.executable, "-m", f"tests.benchmarks.{part}", json.dumps(told), str(file)], check=True)
    files = [file for part in PARTS for file in sorted(folder.glob(f"{part}*.json"))]
    measured = {file.stem: json.loads(file.read_text()) for file in files}
    found = {"parts": measured, "million": million(measured, chosen.price_per_hour, chosen.price_per_gib_month)}
    (chosen.out / "bench.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    (chosen.out / "bench.md").write_text(markdown(found), encoding="utf-8")
    print(markdown(found))


def name_of(part: str, models: str | None) -> str:
    """Name a section: by its part, and by the models where they are not the built-in ones.

    Parameters
    ----------
    part : str
    models : str or None
        Names with commas, or the path of a file.

    Returns
    -------
    str
    """
    return f"{part}-{re.sub('[^a-z0-9]+', '-', Path(models).stem.lower())}" if models else part


def markdown(found: dict[str, Any]) -> str:
    """Write the report as tables.

    Parameters
    ----------
    found : dict
        As ``bench.json`` holds it.

    Returns
    -------
    str
    """
    lines = ["<!-- Written by `make bench`; do not edit. -->", ""]
    for section in found["parts"].values():
        on, told = section["measured_on"], section["settings"]
        libraries = ", ".join(f"{name} {number}" for name, number in on["versions"].items())
        models = Path(told["models"]).name if told["models"] else "the compact two"
        lines += [
            f"## {section['title']}", "", section["explanation"], "",
            f"Measured on: {on['processor']}, {on['cores']} cores, {on['memory_gib']} GiB; load before the run "
            f"{on['load_before']}; Python {on['python']}, {libraries}. Models: {models}.", "",
            "| What | unit | median | quartiles | cold | runs | images |", "|---|---|--:|--:|--:|--:|--:|",
        ]  # fmt: skip
        lines += [_row(figure) for figure in section["figures"]]
        lines += ["", *_values(section["values"]), ""]
    if found["million"]:
        lines += ["## A million images", "", *_values(found["million"]), ""]
    return "\n".join(lines)


def _row(figure: dict[str, Any]) -> str:
    cold = "" if figure["cold"] is None else _number(figure["cold"])
    return (
        f"| {figure['name']} | {figure['unit']} | {_number(figure['median'])} | {_number(figure['low'])} to "
        f"{_number(figure['high'])} | {cold} | {figure['runs']} | {figure['images'] or ''} |"
    )


def _values(values: dict[str, Any]) -> list[str]:
    lines = ["| Derived | value |", "|---|---|"] if values else []
    for name, value in values.items():
        if name == "by_size":  # for the estimate and the plot; the rows above say the same per image
            continue
        if isinstance(value, dict):
            value = ", ".join(f"{key.replace('_', ' ')} {_number(number)}" for key, number in value.items())
        lines.append(f"| {name} | {_number(value)} |")
    return lines


def _number(value: Any) -> str:
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
