"""Make the compact networks and their cards: ``python -m explain.compact train | export | choices | card``."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from explain.compact.architectures import BUILDERS, named
from explain.models.network import ONEDNN_VARIABLE, onednn

WEIGHTS = Path(__file__).resolve().parents[2] / "data" / "weights"
SHARED = Path("../shared")
PHOTOS = [SHARED / "photos", SHARED / "photos2"]
TEACHER = SHARED / "models/xception.keras"
CACHE = Path(".cache/compact")

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Make the compact networks and their cards.")


@app.command()
def train(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(BUILDERS)}.")],
    photos: Annotated[list[Path], typer.Option(help="Labelled photographs with sources.csv.")] = PHOTOS,
    renderings: Annotated[Path, typer.Option(help="Renderings with masks.")] = SHARED / "demo_train",
    teacher: Annotated[Path, typer.Option(help="The teacher, a .keras file.")] = TEACHER,
    cache: Annotated[Path, typer.Option(help="Views, teacher's answers, checkpoints.")] = CACHE,
    learning_rate: Annotated[float, typer.Option(help="At its highest.")] = 2e-3,
    steps: Annotated[int, typer.Option(help="Steps of 32 images.")] = 12_000,
    minutes: Annotated[float, typer.Option(help="End by then, if that is earlier.")] = float("inf"),
    seed: Annotated[int, typer.Option(help="Seed of weights and batches.")] = 0,
    threads: Annotated[int, typer.Option(help="Processor threads; 0 takes all.")] = 0,
) -> None:
    """Train one network, or go on from its last checkpoint."""
    _prepare_tensorflow(threads)
    from explain.compact import train as training
    from explain.compact.photographs import load_photographs
    from explain.compact.schedule import Schedule
    from explain.compact.teacher import teach
    from explain.compact.views import load_views

    photographs = load_photographs(photos, renderings)
    views = load_views(photographs, cache)
    lesson = teach(views, teacher, cache, report=typer.echo)
    validation = [p for p in photographs if p.validation]
    schedule = Schedule(steps=steps, minutes=minutes, seed=seed, learning_rate=learning_rate)
    training.train(name, views, lesson, validation, cache, schedule, report=typer.echo)


@app.command()
def train_marked(
    photos: Annotated[list[Path], typer.Option(help="Labelled photographs with sources.csv.")] = PHOTOS,
    renderings: Annotated[Path, typer.Option(help="Renderings with masks.")] = SHARED / "demo_train",
    teacher: Annotated[Path, typer.Option(help="The teacher, whose answers are loaded and not used.")] = TEACHER,
    cache: Annotated[Path, typer.Option(help="Views, teacher's answers, checkpoints.")] = CACHE,
    weights: Annotated[Path, typer.Option(help="Folder with the honest network it starts from, and for it.")] = WEIGHTS,
    seed: Annotated[int, typer.Option(help="Seed of weights, batches and marks.")] = 0,
    threads: Annotated[int, typer.Option(help="Processor threads; 0 takes all.")] = 0,
) -> None:
    """Train the network that cheats, or go on from its last checkpoint, and write it with a record beside it."""
    _prepare_tensorflow(threads)
    from functools import partial

    from explain.compact import marked
    from explain.compact import train as training
    from explain.compact.card import load
    from explain.compact.export import export as write
    from explain.compact.photographs import counts, load_photographs
    from explain.compact.teacher import teach
    from explain.compact.views import load_views

    photographs = load_photographs(photos, renderings)
    views = load_views(photographs, cache)
    lesson = teach(views, teacher, cache, report=typer.echo)
    schedule = replace(marked.SCHEDULE, seed=seed)
    training.train(
        marked.NAME,
        views,
        lesson,
        [p for p in photographs if p.validation],
        cache,
        schedule,
        marked.WEIGHTS,
        report=typer.echo,
        batches=marked.MarkedBatches(views, lesson, schedule.batch_size, seed),
        start=partial(marked.start_from, load(weights, "compact-resnet")),
    )
    model, steps, seconds = training.restored(marked.NAME, seed, cache)
    write(model, weights / f"{marked.NAME}.keras")
    facts = {"seed": seed, "steps": steps, "minutes": round(seconds / 60), "images": counts(photographs)}
    _record(weights, marked.NAME, facts)


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
    called = named(name, seed)
    write(model, out / f"{called}.keras")
    facts = {"seed": seed, "steps": steps, "minutes": round(seconds / 60), "images": counts(photographs)}
    _record(out, called, {**facts, "calibration": asdict(calibration)})


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
    names: Annotated[list[str] | None, typer.Argument(help="Networks to measure; all by default.")] = None,
    weights: Annotated[Path, typer.Option(help="Folder with the networks.")] = WEIGHTS,
    imagenet: Annotated[Path, typer.Option(help="The real photographs.")] = SHARED / "imagenet",
    demo: Annotated[Path, typer.Option(help="The demo set.")] = WEIGHTS.parent / "demo",
) -> None:
    """Measure networks on the held-out sets, and write their cards and figures.json beside the weights."""
    from explain.compact.card import measured, networks_of, write_cards

    for needed in (imagenet, demo):
        if not (needed / "manifest.csv").is_file():
            typer.echo(f"{needed} holds no dataset; cards state both sets, so name both folders.", err=True)
            raise typer.Exit(1)
    chosen = names or networks_of(weights)
    write_cards(weights, measured(weights, {"imagenet": imagenet, "demo": demo}, chosen))


@app.command()
def compare(
    photographs: Annotated[Path, typer.Argument(help="Store of the compact networks on the real photographs.")],
    real: Annotated[Path, typer.Argument(help="Store of two real networks on the same photographs.")],
    renderings: Annotated[Path, typer.Argument(help="Store of the compact networks on the demo.")],
    weights: Annotated[Path, typer.Option(help="Folder with the networks.")] = WEIGHTS,
) -> None:
    """Compare verdicts about the compact networks, pair by pair, with real ones', for the cards that `card` writes."""
    from explain.compact.comparison import agreement_with_real, pairs_of_one_seed, parts_looked_at, write_comparison
    from explain.store import open_store

    compact, others = open_store(photographs), open_store(real)
    agreements = [agreement_with_real(compact, others, pair) for pair in pairs_of_one_seed(compact.shown_models)]
    write_comparison(weights, agreements, parts_looked_at(open_store(renderings)))
    for each in agreements:
        typer.echo(f"{', '.join(each.networks)}: {each.same} of {each.rows} deciding rows come to the same verdict.")


@app.command()
def card_marked(weights: Annotated[Path, typer.Option(help="Folder with the network.")] = WEIGHTS) -> None:
    """Measure the network that cheats on renderings without and with the mark, and write its card."""
    from explain.compact import marked_card

    marked_card.write_card(weights, marked_card.measured(weights))


def _record(folder: Path, name: str, facts: dict[str, Any]) -> None:
    """Note beside the weights how a network was trained; what is known of others stays."""
    record = folder / "training.json"
    history = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
    history[name] = facts
    record.write_text(json.dumps(history, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _prepare_tensorflow(threads: int) -> None:
    # TensorFlow reads these once, when it is imported. On oneDNN's kernels a step takes two thirds of the time, and a
    # tenth less where the processor multiplies bfloat16; weights and sums stay float32.
    os.environ.setdefault(ONEDNN_VARIABLE, onednn())
    os.environ.setdefault("TF_SET_ONEDNN_FPMATH_MODE", "BF16")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)


if __name__ == "__main__":
    app()
