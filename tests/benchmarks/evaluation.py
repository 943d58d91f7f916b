"""How close an evaluation comes to the bare throughput: the same batches, made ready beforehand or on the way."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data import decode_image, open_dataset
from explain.faithfulness import DEFAULT_STEPS
from explain.faithfulness.perturbed_inputs import Probes, probabilities_of
from explain.faithfulness.progress import Chunks
from explain.models.network import load_network
from explain.models.preprocessing import resize_image
from explain.models.specification import load_specifications
from tests.benchmarks.measuring import Section, Settings, figure, race, ratio, run_part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

IMAGES = 4
GRID = 7


def run(settings: Settings) -> Section:
    """Evaluate a few images, and run the bare network on as many batches, in turns."""
    dataset, figures, values = open_dataset(settings.dataset), [], {}
    with tempfile.TemporaryDirectory() as folder:
        for spec in load_specifications(settings.models):
            count, contestants = _contestants(dataset, spec, Path(folder), settings.batch_size)
            seconds = race(contestants, settings.repeats)
            figures += [figure(f"{spec.title}: {name}", runs, images=count) for name, runs in seconds.items()]
            bare, evaluated = seconds.values()
            values[f"{spec.title}: share of the bare throughput"] = ratio(bare, evaluated)
    return Section(
        "evaluation",
        "Evaluate: deletion, insertion, drop in confidence",
        "An image here is one perturbed image, of which each photograph gives many. The evaluation perturbs, predicts "
        "and writes its results; the bare network predicts as many batches that lie ready.",
        tuple(figures),
        values,
    )


def _contestants(dataset: Any, spec: Any, folder: Path, batch_size: int) -> tuple[int, dict[str, Callable[[], object]]]:
    network, probes = load_network(spec), Probes(DEFAULT_STEPS)
    rng = np.random.default_rng(0)
    records = dataset.records[:IMAGES]
    maps = [{method: rng.random((GRID, GRID)) for method in probes.methods} for _ in records]
    chunks = Chunks(folder / spec.name, {"probabilities": (probes.count,)})
    count = len(records) * probes.count

    def questions() -> Iterator[tuple[Any, int]]:
        for record, saliency in zip(records, maps, strict=True):
            image = network.preprocess(resize_image(decode_image(record.path), spec.input_size)[None])[0]
            for perturbed in probes.images(image, saliency):
                yield perturbed, 0

    ready = np.stack([image.copy() for image, _ in itertools.islice(questions(), batch_size)])

    def bare() -> None:
        for _ in range(-(-count // batch_size)):
            network.predict(ready)

    def evaluated() -> None:
        found = np.fromiter(probabilities_of(network.predict, questions(), batch_size), float, count)
        chunks.write(list(range(len(records))), {"probabilities": found.reshape(len(records), -1)})

    return count, {"bare network": bare, "evaluate": evaluated}


if __name__ == "__main__":
    run_part(run)
