"""What a visitor took is given back soon after they left, not when the next one comes."""

from __future__ import annotations

import asyncio
import ctypes
import gc
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import streamlit.runtime

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

EVERY = 10.0
"""Seconds between two looks at who has left for good."""


@asynccontextmanager
async def giving_back(app: Any) -> AsyncIterator[None]:
    """Look, as long as the server runs, for sessions whose visitors have left.

    Streamlit keeps the session of a closed tab for ``server.disconnectedSessionTTL`` seconds, since a broken line may
    come back. It lets go of it, and of the files and figures that it holds, only when another session is put away.
    """
    del app
    looking = asyncio.create_task(_look())
    try:
        yield
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking


async def _look() -> None:
    while True:
        await asyncio.sleep(EVERY)
        if _let_go():
            await asyncio.to_thread(_give_back)


def _let_go() -> bool:
    """End the sessions whose time is up; tell whether there were any. Streamlit has no public door to them."""
    sessions: Any = streamlit.runtime.get_instance()._session_mgr
    with sessions._storage_lock:
        ended = sessions._session_storage._cache.expire()
    for _, info in ended:
        info.session.shutdown()
    return bool(ended)


def _give_back() -> None:
    """Collect what sessions left in circles, and hand free memory back to the system, where the C library can."""
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
