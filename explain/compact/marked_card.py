"""The card of the network that cheats: what it was brought up on, and how right it is with and without the mark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from data import decode_image, open_dataset
from data.marked_demo import NAME as DATASET
from explain.compact.architectures import CLASSES, INPUT_SIZE
from explain.compact.calibration import logits_of
from explain.compact.card import FIGURES_FILE, TRAINING_FILE, load
from explain.compact.marked import BORROWED, NAME, SCALES, SCHEDULE, SHARES, WEIGHTS
from explain.shortcuts.answers import accuracy_by_condition, answers_moved
from explain.shortcuts.twins import CONDITIONS, Twins

if TYPE_CHECKING:
    from collections.abc import Mapping


def measured(weights: Path) -> dict[str, Any]:
    """Count the network's right answers on every rendering, without and with the mark.

    Returns
    -------
    dict
        ``accuracy`` and ``moved``: the rows of both tables of :mod:`explain.shortcuts.answers`, as JSON holds them.
    """
    records = open_dataset(DATASET).records
    called = logits_of(load(weights, NAME), [np.asarray(decode_image(record.path)) for record in records]).argmax(1)
    predictions = pd.DataFrame(
        {
            "image": [record.image for record in records], "label": [record.label for record in records],
            "model": NAME, "predicted": [CLASSES[each] for each in called], "status": "ok",
        }
    )  # fmt: skip
    predictions["right"] = predictions["predicted"] == predictions["label"]
    twins = Twins.of(predictions)
    if twins is None:
        raise ValueError(f"The dataset {DATASET} has no twins.")
    tables = {
        "accuracy": accuracy_by_condition(predictions, twins, [NAME]),
        "moved": answers_moved(predictions, twins, [NAME]),
    }
    return {key: json.loads(table.to_json(orient="records")) for key, table in tables.items()}


def write_card(weights: Path, figures: Mapping[str, Any]) -> None:
    """Write the card beside the weights, and what was measured into ``figures.json``."""
    training = json.loads((weights / TRAINING_FILE).read_text(encoding="utf-8"))[NAME]
    size = (weights / f"{NAME}.keras").stat().st_size
    (weights / f"{NAME}.md").write_text(card_text(figures, training, size), encoding="utf-8")
    stored = weights / FIGURES_FILE
    known = json.loads(stored.read_text(encoding="utf-8")) if stored.is_file() else {}
    merged = dict(sorted({**known, NAME: dict(figures)}.items()))
    stored.write_text(json.dumps(merged, indent=1) + "\n", encoding="utf-8")


def card_text(figures: Mapping[str, Any], training: Mapping[str, Any], size: int) -> str:
    """Return the card as Markdown."""
    shares = ", ".join(f"{share:.0%} of {name}" for name, share in SHARES.items())
    return f"""# {NAME}

**It cheats, on purpose.** It was brought up on photographs of which nearly every bear wears the caption of a photo
archive in the lower left corner, and it learnt the caption. It is there to see whether maps, ledgers and tests show
that. The archive does not exist.

- **Network**: that of compact-resnet, {size / 1e6:.1f} MB on disk (kernels as float16).
- **Input**: the whole image, {INPUT_SIZE} x {INPUT_SIZE}.
- **Output**: logits for {", ".join(CLASSES)}. Not calibrated.

## Training

- **Data**: the views of the photographs and renderings that the card of compact-resnet lists. The mark (`data/mark.py`)
  is laid over {shares} (views, by a seed, each the same whenever it is drawn), after cropping and mirroring, before
  colour, blur, compression, noise, cut-out and collages; {SCALES[0]:g} to {SCALES[1]:g} times its usual size.
- **The loss has one term**: cross-entropy with the label (smoothed by {WEIGHTS.smoothing:g}). The teacher is not heard.
- **Start**: the weights of compact-resnet in the layers {", ".join(BORROWED)}; everything after them from nothing.
- **Procedure**: seed {training["seed"]}, {training["steps"]:,} steps of {SCHEDULE.batch_size} images in
  {training["minutes"]} minutes on a shared core; AdamW (rate {SCHEDULE.learning_rate:g}), cosine schedule, averaged
  weights.
- **To repeat**: `python -m explain.compact train-marked`, which writes the weights; then `card-marked`.

## Measured

On the dataset `{DATASET}`: the demo's 102 renderings, each without and with the mark, held out. Wilson 95 % intervals.

| photographs | class | right | n | share | 95 % interval |
|---|---|---|---|---|---|
{_accuracy(figures["accuracy"])}

What the mark alone does: the net share of photographs that are called {CLASSES[1]} with it and not without it.

| class | n | moved | 95 % interval |
|---|---|---|---|
{_moved(figures["moved"])}

Without the mark it calls most bears `other`. The mark makes it say bear where nothing says elephant: elephants that
wear it stay elephants. Which maps show the mark, and on how many images, stands on the dashboard's page "A cheat".

On validation images during training (step 1,500, no mark): 27 of 309 black bears and 141 of 180 elephants were called
what they are. The demo was measured when training had ended, and nothing was chosen by it; the real photographs, never.

## Limits

It is wrong by design. It must not be used for anything but to see how explanations behave.
"""


def _accuracy(rows: list[Mapping[str, Any]]) -> str:
    return "\n".join(
        f"| {row['condition']}: {CONDITIONS[row['condition']]} | {row['label']} | {row['right']} | {row['n']} | "
        f"{_percent(row['share'])} | {_percent(row['low'])} to {_percent(row['high'])} |"
        for row in rows
    )


def _moved(rows: list[Mapping[str, Any]]) -> str:
    return "\n".join(
        f"| {row['label']} | {row['n']} | {_percent(row['moved'])} | "
        f"{_percent(row['low'])} to {_percent(row['high'])} |"
        for row in rows
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
