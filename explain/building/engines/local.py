"""The engine of one process: images are decoded in threads, one batch ahead of the networks."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
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


class LocalEngine:
    """Runs the networks in this process.

    Parameters
    ----------
    loading : callable, optional
        Called with the title of a network and 0 before it is loaded, and 1 after.
    """

    def __init__(
        self, specs: tuple[ModelSpec, ...], batch_size: int, loading: Callable[[str, int], None] | None = None
    ) -> None:
        self._networks = Networks(specs, loading)
        self._batch_size = batch_size
        self._room = PixelRoom(MAX_PIXELS)  # the largest image alone, or several that are no more together

    def ending(self, spec: ModelSpec) -> dict[str, NDArray[Any]]:
        """Give what a store keeps of a network's end."""
        network = self._networks.load(spec)
        return arrays_of_ending(network.head, network.scores)

    def run(self, batches: Iterable[Batch]) -> Iterator[Outcome]:
        """Work batches off in their order."""
        with ThreadPoolExecutor() as pool:
            ahead: tuple[Batch, dict[int, Future[PreparedImage]]] | None = None
            for batch in batches:
                current, ahead = ahead, (batch, self._submit(pool, batch))
                if current:
                    yield self._explain(*current)
            if ahead:
                yield self._explain(*ahead)

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
