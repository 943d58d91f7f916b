"""Make the compact networks and their cards: ``python -m explain.compact train | card``."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from data.digests import file_digest
from explain.compact.architectures import BUILDERS
from explain.models.network import ONEDNN_VARIABLE, onednn

WEIGHTS = Path(__file__).resolve().parents[2] / "data" / "weights"
SHARED = Path("../shared")

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Make the compact networks and their cards.")


@app.command()
def train(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(BUILDERS)}.")],
    photos: Annotated[Path, typer.Option(help="Labelled photographs with sources.csv.")] = SHARED / "photos",
    renderings: Annotated[Path, typer.Option(help="Renderings with masks.")] = SHARED / "demo_train",
    teacher: Annotated[Path, typer.Option(help="The teacher, a .keras file.")] = SHARED / "models/xception.keras",
    cache: Annotated[Path, typer.Option(help="Teacher's maps and checkpoints.")] = Path(".cache/compact"),
    out: Annotated[Path, typer.Option(help="Folder for the network.")] = WEIGHTS,
    start: Annotated[Path | None, typer.Option(help="A .keras file to go on from.")] = None,
    learning_rate: Annotated[float, typer.Option(help="At its highest.")] = 2e-3,
    steps: Annotated[int, typer.Option(help="Steps of 32 images.")] = 6_000,
    minutes: Annotated[float, typer.Option(help="End by then, if that is earlier.")] = float("inf"),
    seed: Annotated[int, typer.Option(help="Seed of weights and batches.")] = 0,
    threads: Annotated[int, typer.Option(help="Processor threads; 0 takes all.")] = 0,
) -> None:
    """Train one network, or go on from its last checkpoint, and write it as float16."""
    # TensorFlow reads this once, when it is imported; with AVX2, training is 1.4 times as fast.
    os.environ.setdefault(ONEDNN_VARIABLE, onednn())
    import tensorflow as tf

    from explain.compact import train as training
    from explain.compact.calibration import calibrate
    from explain.compact.export import export
    from explain.compact.photographs import load_photographs
    from explain.compact.schedule import Schedule
    from explain.compact.teacher import teach

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    photographs = load_photographs(photos, renderings)
    lesson = teach(photographs, teacher, cache)
    schedule = Schedule(steps=steps, minutes=minutes, seed=seed, learning_rate=learning_rate)
    training.train(name, photographs, lesson, cache, schedule, start=start, report=typer.echo)
    model, done = training.restored(name, cache)
    calibration = calibrate(model, photographs)
    out.mkdir(parents=True, exist_ok=True)
    export(model, out / f"{name}.keras")
    record = out / "training.json"
    history = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
    stages = history.get(name, {}).get("stages", []) if start else []
    stage = {
        "steps": done,
        "seed": seed,
        "learning_rate": learning_rate,
        "start": file_digest(start) if start else None,
    }
    history[name] = {"stages": [*stages, stage], "calibration": asdict(calibration)}
    record.write_text(json.dumps(history, indent=1, sort_keys=True) + "\n", encoding="utf-8")


@app.command()
def choices(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(BUILDERS)}.")],
    photos: Annotated[Path, typer.Option(help="Labelled photographs with sources.csv.")] = SHARED / "photos",
    renderings: Annotated[Path, typer.Option(help="Renderings with masks.")] = SHARED / "demo_train",
    weights: Annotated[Path, typer.Option(help="Folder with the network.")] = WEIGHTS,
) -> None:
    """Compare on validation images: what brown bears count as, and the size of the whole image."""
    from explain.compact.card import load
    from explain.compact.choices import brown_bear_outcomes, size_outcomes
    from explain.compact.photographs import load_photographs

    model, photographs = load(weights, name), load_photographs(photos, renderings)
    for title, compare in (("brown bears", brown_bear_outcomes), ("size", size_outcomes)):
        for found in compare(model, photographs):
            typer.echo(
                f"{name} {title}: {found.choice}: recall {found.recall:.3f}, cross-entropy {found.cross_entropy:.3f}"
            )


@app.command()
def card(
    weights: Annotated[Path, typer.Option(help="Folder with the networks.")] = WEIGHTS,
    imagenet: Annotated[Path, typer.Option(help="The real photographs.")] = SHARED / "imagenet",
    demo: Annotated[Path, typer.Option(help="The demo set.")] = WEIGHTS.parent / "demo",
) -> None:
    """Measure both networks on the held-out sets and write the cards and figures.json beside the weights."""
    from explain.compact.card import measured, write_cards

    for needed in (imagenet, demo):
        if not (needed / "manifest.csv").is_file():
            typer.echo(f"{needed} holds no dataset; cards state both sets, so name both folders.", err=True)
            raise typer.Exit(1)
    write_cards(weights, measured(weights, {"imagenet": imagenet, "demo": demo}))


if __name__ == "__main__":
    app()
