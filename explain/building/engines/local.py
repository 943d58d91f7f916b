"""The engine of one process: images are decoded in threads, one batch ahead of those that networks run over."""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from data.images import MAX_PIXELS, pixels_of
from explain.building.engines.batch import Networks, explain_prepared
from explain.building.engines.preparing import PreparedBatch, prepare_image, sizes_of_rows
from explain.building.engines.room import PixelRoom
from explain.models.head import arrays_of_ending

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from numpy.typing import NDArray

    from data import ImageRecord
    from explain.building.engines.batch import Outcome
    from explain.building.engines.preparing import Batch, PreparedImage
    from explain.models.specification import InputSize, ModelSpec

_AT_ONCE = 2
"""Batches that networks run over at the same time, where more than one core is theirs: with its share of the cores
each, neither waits at every operation for the last of many threads, nor for what decodes and writes beside it."""


class LocalEngine:
    """Runs the networks in this process.

    Parameters
    ----------
    loading : callable, optional
        Called with the title of a network and 0 before it is loaded, and 1 after.
    cores : int
        So many of the processor's are this process's own: from two on, batches share them from now on.
    """

    def __init__(
        self,
        specs: tuple[ModelSpec, ...],
        batch_size: int,
        loading: Callable[[str, int], None] | None = None,
        cores: int = 1,
    ) -> None:
        self._at_once = min(_AT_ONCE, max(1, cores))
        self._networks = Networks(specs, loading, cores // self._at_once if self._at_once > 1 else None)
        self._batch_size = batch_size
        self._room = PixelRoom(MAX_PIXELS)  # the largest image alone, or several that are no more together

    def ending(self, spec: ModelSpec) -> dict[str, NDArray[Any]]:
        """Give what a store keeps of a network's end."""
        network = self._networks.load(spec)
        return arrays_of_ending(network.head, network.scores)

    def run(self, batches: Iterable[Batch]) -> Iterator[Outcome]:
        """Work batches off in their order; what the first one needs is loaded before others run beside each other."""
        rest = iter(batches)
        begun: deque[Future[Outcome]] = deque()
        with ThreadPoolExecutor() as decoders, ThreadPoolExecutor(self._at_once) as runners:
            try:
                for batch in islice(rest, 1):
                    images = self._submit(decoders, batch)
                    following = [(each, self._submit(decoders, each)) for each in islice(rest, 1)]
                    yield self._explain(batch, images)
                    begun.extend(runners.submit(self._explain, *each) for each in following)
                for batch in rest:
                    begun.append(runners.submit(self._explain, batch, self._submit(decoders, batch)))
                    if len(begun) > self._at_once:
                        yield _awaited(begun.popleft())
                while begun:
                    yield _awaited(begun.popleft())
            finally:
                for future in begun:
                    future.cancel()

    def _submit(self, pool: ThreadPoolExecutor, batch: Batch) -> dict[int, Future[PreparedImage]]:
        sizes = sizes_of_rows(batch, self._networks.specs)
        return {
            row: pool.submit(self._prepare, record, sizes[row], row in batch.unpictured)
            for row, record in batch.records.items()
        }

    def _prepare(self, record: ImageRecord, sizes: Collection[InputSize], with_pictures: bool) -> PreparedImage:
        with self._room.held(0 if record.fault else pixels_of(record.path)):
            return prepare_image(record, sizes, with_pictures)

    def _explain(self, batch: Batch, images: dict[int, Future[PreparedImage]]) -> Outcome:
        prepared = PreparedBatch(batch, {row: future.result() for row, future in images.items()})
        return explain_prepared(prepared, self._networks, self._batch_size)


def _awaited(future: Future[Outcome]) -> Outcome:
    """Wait for an outcome; where batches overlapped, its networks' seconds are what was waited for them."""
    started = time.perf_counter()
    outcome = future.result()
    waited, spent = time.perf_counter() - started, sum(each.seconds for each in outcome.models)
    share = min(1.0, waited / spent) if spent else 1.0
    return replace(outcome, models=tuple(replace(each, seconds=share * each.seconds) for each in outcome.models))
