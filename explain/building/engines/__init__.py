"""Where the work of a build is done: in this process, or on the workers of a Ray cluster.

An engine turns batches of image records into outcomes; it writes nothing. The build stays the store's one writer.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

from explain.errors import ExplainError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from explain.building.engines.batch import Outcome
    from explain.building.engines.preparing import Batch
    from explain.models.specification import ModelSpec

ENGINES = ("local", "ray")
"""Names of the engines, as they stand on the command line."""


class Engine(Protocol):
    """What a build asks of an engine."""

    def run(self, batches: Iterable[Batch]) -> Iterator[Outcome]:
        """Work batches off; outcomes come in any order, each batch's exactly once."""
        ...

    def ending(self, spec: ModelSpec) -> dict[str, NDArray[Any]]:
        """Give what a store keeps of a network's end: :func:`explain.models.head.arrays_of_ending`."""
        ...


def check_engine(name: str) -> None:
    """Make sure that an engine can be used here.

    Parameters
    ----------
    name : {"local", "ray"}

    Raises
    ------
    ExplainError
        If there is no such engine, or what it needs is not installed.
    """
    if name not in ENGINES:
        raise ExplainError(f"There is no engine {name!r}; known are {', '.join(ENGINES)}.")
    if name == "ray" and find_spec("ray") is None:
        raise ExplainError(
            "The engine 'ray' needs Ray, which is not installed. In the project's folder run: pip install '.[ray]'"
        )


def open_engine(
    name: str,
    specs: tuple[ModelSpec, ...],
    batch_size: int,
    loading: Callable[[str, int], None] | None = None,
    cores: int = 1,
) -> Engine:
    """Make an engine ready; networks are loaded when the first batch needs them.

    Parameters
    ----------
    name : {"local", "ray"}
    batch_size : int
        Images per forward pass.
    loading : callable, optional
        Called with the title of a network and 0 before it is loaded in this process, and 1 after.
    cores : int
        Of the processor, that are this process's own.

    Raises
    ------
    ExplainError
        As :func:`check_engine`.
    """
    check_engine(name)
    if name == "ray":
        from explain.building.engines.ray import RayEngine

        return RayEngine(specs, batch_size)
    from explain.building.engines.local import LocalEngine

    return LocalEngine(specs, batch_size, loading, cores)
