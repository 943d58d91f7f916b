"""What pages wait for that take a score apart: ledgers, maps in the making, channels, strategies and clusters."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data import open_dataset
from explain.building.build import build
from explain.contributions.channels import correlations, payments
from explain.contributions.ledger import place_scores
from explain.contributions.strategies import stability, strategies
from explain.explainers.registry import EXPLAINERS
from explain.models.head import Head
from explain.models.specification import load_specifications
from explain.store import open_store
from explain.store.contributions import linear_head
from explain.store.evidence import stored_evidence
from tests.benchmarks.measuring import Section, Settings, figure, run_part

if TYPE_CHECKING:
    from explain.store import Store

WIDE, CLASSES, SEED = 2048, 1000, 3
"""Channels and classes of a large network, made of seeded numbers beside the dataset's."""


def run(settings: Settings) -> Section:
    """Build the store, then run every question so many times, on one image after another."""
    seconds: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as cache:
        report = build(
            open_dataset(settings.dataset),
            load_specifications(settings.models),
            Path(cache),
            batch_size=settings.batch_size,
        )
        store = open_store(report.store)
        images = store.table("images").query("status == 'ok'")["image"].tolist()
        for number in range(settings.repeats + 1):
            image = images[number % len(images)]
            for name, work in (*_of_one(store, image), *_of_a_class(store), *_of_a_large_network(len(images))):
                started = time.perf_counter()
                work()
                seconds.setdefault(name, []).append(time.perf_counter() - started)
    return Section(
        "contributions",
        "A score taken apart",
        "In this process, from the store, without a network; each run takes another image. One image: its ledger for "
        "one class, what each place pays for all classes, its rival, and the steps of every map that has some. A large "
        f"network: seeded numbers, {WIDE} channels of as many images as the dataset has.",
        tuple(figure(name, runs) for name, runs in seconds.items()),
        {},
    )


def _of_one(store: Store, image: str) -> list[tuple[str, Callable[[], Any]]]:
    model = store.models[0].name

    def all_of_it() -> None:
        store.ledger(image, model).table()
        store.contrast(image, model)
        evidence = stored_evidence(store, model, [image])
        place_scores(evidence.activations[0], linear_head(store, model))
        for explainer in EXPLAINERS.values():
            if explainer.steps:
                explainer.steps.weights(evidence, [0])
                explainer.steps.entries(evidence.activations)

    return [("one image: ledger, rival, all classes, steps", all_of_it)]


def _of_a_class(store: Store) -> list[tuple[str, Callable[[], Any]]]:
    model, label = store.models[0], store.dataset.labels[0]
    return [
        ("strategies of a class", lambda: store.strategies(model.name, label)),
        ("clusters of a class's maps", lambda: store.clusters(model.name, model.methods[0].name, label)),
    ]


def _of_a_large_network(images: int) -> list[tuple[str, Callable[[], Any]]]:
    rng = np.random.default_rng(SEED)
    first, second = rng.random((2, images, WIDE), np.float32)
    head = Head(rng.normal(size=(WIDE, CLASSES)).astype(np.float32), np.zeros(CLASSES, np.float32))
    half = first[: images // 2]

    def steady() -> None:
        stability(half, strategies(half, head.kernel[:, 0]), 6)

    return [
        ("channels of a large network: what they pay", lambda: payments(first, head, 0)),
        ("channels of a large network: with another's", lambda: correlations(first, second)),
        ("strategies of a large network, with 20 split halves", steady),
    ]


if __name__ == "__main__":
    run_part(run)
