"""The engine of many processes: batches go to Ray Data, outcomes come back, and the driver alone writes.

The workers run the same two steps as the local engine, over the same batches. Images are decoded by Ray's tasks; the
networks live in actors that load each of them once. An actor that dies is started anew, and its batch is run again.
"""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.building.engines.batch import Networks, explain_prepared
from explain.building.engines.preparing import PreparedBatch, prepare_image, sizes_of_rows
from explain.models.head import arrays_of_ending
from explain.models.runtimes import TENSORFLOW

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from explain.building.engines.batch import Outcome
    from explain.building.engines.preparing import Batch
    from explain.models.specification import ModelSpec


class RayEngine:
    """Runs the networks on the cluster that ``RAY_ADDRESS`` names, or on one that is started on this machine.

    Notes
    -----
    Every machine of the cluster needs the same checkout and the same requirements, and must see the dataset's files
    and the weights under the same paths. One actor runs per GPU, or per machine where there is none: TensorFlow uses
    all cores of its machine by itself.
    """

    def __init__(self, specs: tuple[ModelSpec, ...], batch_size: int) -> None:
        self._specs = specs
        self._batch_size = batch_size

    def ending(self, spec: ModelSpec) -> dict[str, NDArray[Any]]:
        """Give what a store keeps of a network's end, from the network that the driver loads for that."""
        from explain.models.network import load_network

        network = load_network(replace(spec, runtime=TENSORFLOW))  # it runs nothing here, so nothing is converted
        return arrays_of_ending(network.head, network.scores)

    def run(self, batches: Iterable[Batch]) -> Iterator[Outcome]:
        """Work batches off, in the order in which the workers finish them."""
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is reported to anyone
        os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # what stops the build is raised
        import ray
        import ray.data

        ours = not ray.is_initialized()
        if ours:
            ray.init(include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
        try:
            with ray.data.DataContext.current(_quiet(ray.data.DataContext.get_current().copy())):
                yield from self._stream(ray, list(batches))
        finally:
            if ours:
                ray.shutdown()

    def _stream(self, ray: Any, batches: list[Batch]) -> Iterator[Outcome]:
        # A row holds a whole batch of the build, so that Ray's own batching cannot move an image into another pass.
        gpus = int(ray.cluster_resources().get("GPU", 0))
        actors = min(gpus or sum(node["Alive"] for node in ray.nodes()), len(batches))
        table = ray.data.from_items([{"batch": batch} for batch in batches], override_num_blocks=len(batches))
        explained = table.map(_Preparer(self._specs)).map_batches(
            _Explainer,
            fn_constructor_args=(self._specs, self._batch_size),
            batch_size=1,
            compute=ray.data.ActorPoolStrategy(size=actors),
            num_cpus=0,  # what Ray counts is left to the tasks that decode
            num_gpus=1 if gpus else 0,
        )
        for row in explained.iter_rows():
            yield row["outcome"]


class _Preparer:
    """Decodes and resizes the images of a batch."""

    def __init__(self, specs: tuple[ModelSpec, ...]) -> None:
        self._specs = specs

    def __call__(self, row: dict[str, Batch]) -> dict[str, PreparedBatch]:
        batch = row["batch"]
        sizes = sizes_of_rows(batch, self._specs)
        images = {
            number: prepare_image(record, sizes[number], number in batch.unpictured)
            for number, record in batch.records.items()
        }
        return {"prepared": PreparedBatch(batch, images)}


class _Explainer:
    """An actor: holds the networks, and runs them over one batch after another."""

    def __init__(self, specs: tuple[ModelSpec, ...], batch_size: int) -> None:
        self._networks = Networks(specs)
        self._batch_size = batch_size

    def __call__(self, rows: dict[str, Any]) -> dict[str, Any]:
        outcomes = np.empty(len(rows["prepared"]), object)
        for position, prepared in enumerate(rows["prepared"]):
            outcomes[position] = explain_prepared(prepared, self._networks, self._batch_size)
        return {"outcome": outcomes}


def _quiet(context: Any) -> Any:
    """Silence Ray Data's own bars and messages: the build reports progress itself, and errors are raised."""
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    return context
