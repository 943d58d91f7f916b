"""Make the compact networks and their cards: ``python -m explain.compact train | export | choices | card``."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from explain.compact.architectures import BUILDERS
from explain.models.network import ONEDNN_VARIABLE, onednn

WEIGHTS = Path(__file__).resolve().parents[2] / "data" / "weights"
SHARED = Path("../shared")
PHOTOS = [SHARED / "photos", SHARED / "photos2"]
CACHE = Path(".cache/compact")

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Make the compact networks and their cards.")


@app.command()
def train(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(BUILDERS)}.")],
    photos: Annotated[list[Path], typer.Option(help="Labelled photographs with sources.csv.")] = PHOTOS,
    renderings: Annotated[Path, typer.Option(help="Renderings with masks.")] = SHARED / "demo_train",
    teacher: Annotated[Path, typer.Option(help="The teacher, a .keras file.")] = SHARED / "models/xception.keras",
    cache: Annotated[Path, typer.Option(help="Views, teacher's answers, checkpoints.")] = CACHE,
    learning_rate: Annotated[float, typer.Option(help="At its highest.")] = 2e-3,
    steps: Annotated[int, typer.Option(help="Steps of 32 images.")] = 12_000,
    minutes: Annotated[float, typer.Option(help="End by then, if that is earlier.")] = float("inf"),
    seed: Annotated[int, typer.Option(help="Seed of weights and batches.")] = 0,
    threads: Annotated[int, typer.Option(help="Processor threads; 0 takes all.")] = 0,
) -> None:
    """Train one network, or go on from its last checkpoint."""
    # TensorFlow reads these once, when it is imported. On oneDNN's kernels a step takes two thirds of the time, and a
    # tenth less where the processor multiplies bfloat16; weights and sums stay float32.
    os.environ.setdefault(ONEDNN_VARIABLE, onednn())
    os.environ.setdefault("TF_SET_ONEDNN_FPMATH_MODE", "BF16")
    import tensorflow as tf

    from explain.compact import train as training
    from explain.compact.photographs import load_photographs
    from explain.compact.schedule import Schedule
    from explain.compact.teacher import teach
    from explain.compact.views import load_views

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    photographs = load_photographs(photos, renderings)
    views = load_views(photographs, cache)
    lesson = teach(views, teacher, cache, report=typer.echo)
    validation = [p for p in photographs if p.validation]
    schedule = Schedule(steps=steps, minutes=minutes, seed=seed, learning_rate=learning_rate)
    training.train(name, views, lesson, validation, cache, schedule, report=typer.echo)


@app.command()
def export(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(BUILDERS)}.")],
    photos: Annotated[list[Path], typer.Option(help="Labelled photographs with sources.csv.")] = PHOTOS,
    renderings: Annotated[Path, typer.Option(help="Renderings with masks.")] = SHARED / "demo_train",
    cache: Annotated[Path, typer.Option(help="Folder of the checkpoints.")] = CACHE,
    out: Annotated[Path, typer.Option(help="Folder for the network.")] = WEIGHTS,
    seed: Annotated[int, typer.Option(help="Seed that it was trained with.")] = 0,
) -> None:
    """Calibrate the last checkpoint by validation images, and write it as float16 with a record beside it."""
    os.environ.setdefault(ONEDNN_VARIABLE, onednn())
    from explain.compact import train as training
    from explain.compact.calibration import calibrate
    from explain.compact.export import export as write
    from explain.compact.photographs import counts, load_photographs

    model, steps, seconds = training.restored(name, seed, cache)
    photographs = load_photographs(photos, renderings)
    calibration = calibrate(model, photographs)
    out.mkdir(parents=True, exist_ok=True)
    write(model, out / f"{name}.keras")
    record = out / "training.json"
    history = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
    history[name] = {
        "seed": seed,
        "steps": steps,
        "minutes": round(seconds / 60),
        "images": counts(photographs),
        "calibration": asdict(calibration),
    }
    record.write_text(json.dumps(history, indent=1, sort_keys=True) + "\n", encoding="utf-8")


@app.command()
def choices(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(BUILDERS)}.")],
    photos: Annotated[list[Path], typer.Option(help="Labelled photographs with sources.csv.")] = PHOTOS,
    renderings: Annotated[Path, typer.Option(help="Renderings with masks.")] = SHARED / "demo_train",
    weights: Annotated[Path, typer.Option(help="Folder with the network.")] = WEIGHTS,
) -> None:
    """Compare sizes of the whole image on validation images."""
    from explain.compact.card import load
    from explain.compact.choices import size_outcomes
    from explain.compact.photographs import load_photographs

    for found in size_outcomes(load(weights, name), load_photographs(photos, renderings)):
        typer.echo(f"{name} {found.size}: recall {found.recall:.3f}, cross-entropy {found.cross_entropy:.3f}")


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
