"""The engine of one process: images are decoded in threads, one batch ahead of the networks."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from explain.building.engines.batch import Networks, PreparedBatch, explain_prepared, prepare_image, sizes_of_rows
from explain.models.head import arrays_of_ending

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from explain.building.engines.batch import Batch, Outcome, PreparedImage
    from explain.models.specification import ModelSpec


class LocalEngine:
    """Runs the networks in this process.

    Parameters
    ----------
    specs : tuple of ModelSpec
    batch_size : int
    loading : callable, optional
        Called with the title of a network and 0 before it is loaded, and 1 after.
    """

    def __init__(
        self, specs: tuple[ModelSpec, ...], batch_size: int, loading: Callable[[str, int], None] | None = None
    ) -> None:
        self._networks = Networks(specs, loading)
        self._batch_size = batch_size

    def ending(self, spec: ModelSpec) -> dict[str, NDArray[Any]]:
        """Give what a store keeps of a network's end."""
        network = self._networks.load(spec)
        return arrays_of_ending(network.head, network.scores)

    def run(self, batches: Iterable[Batch]) -> Iterator[Outcome]:
        """Work batches off in their order.

        Parameters
        ----------
        batches : iterable of Batch

        Yields
        ------
        Outcome
        """
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
            row: pool.submit(prepare_image, record, sizes[row], row in batch.unpictured)
            for row, record in batch.records.items()
        }

    def _explain(self, batch: Batch, images: dict[int, Future[PreparedImage]]) -> Outcome:
        prepared = PreparedBatch(batch, {row: future.result() for row, future in images.items()})
        return explain_prepared(prepared, self._networks, self._batch_size)
