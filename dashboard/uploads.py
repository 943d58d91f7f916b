"""Photographs on their way to the page and there: in memory alone, bounded for each visitor and for all of them."""

from __future__ import annotations

import os
import re
import threading
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit.runtime
from starlette.formparsers import MultiPartParser
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.doorkeeper import refuse

if TYPE_CHECKING:
    from dashboard.doorkeeper import Asked, Receive, Scope, Send

SWITCH = "EXPLAIN_UPLOADS"
"""Environment variable: where it is ``off``, visitors may look, and send nothing."""

_UPLOAD = re.compile(r".*/_stcore/upload_file/([^/]+)/[^/]+")
_DIGITS = 12  # of a number of bytes that is worth reading


def uploads_are_taken() -> bool:
    """Tell whether visitors may give photographs of their own."""
    return os.environ.get(SWITCH, "on").strip().lower() != "off"


@dataclass(frozen=True)
class Held:
    """What is held of visitors' files.

    Attributes
    ----------
    of_one : int
        Bytes that one visitor may send before the page lets go of the earlier ones.
    of_all : int
        Bytes of all visitors together.
    """

    of_one: int = 42 << 20  # the photograph on the page, and the one that takes its place
    of_all: int = 420 << 20


class BoundedUploads:
    """Lets files in until a visitor, or all of them together, hold what they may; and lets none be written to disk.

    Counted are the files that Streamlit holds, and what is on its way. Streamlit lets go of a visitor's files when
    the session ends; the page does, by :func:`keep_only`, when another takes their place.
    """

    def __init__(self, app: Asked, held: Held = Held()) -> None:
        self._app = app
        self._held = held
        self._coming: Counter[str] = Counter()
        self._lock = threading.Lock()
        # The parser of requests writes a file of more than a megabyte to disk. What is let in is smaller than this.
        MultiPartParser.spool_max_size = held.of_all

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of the server."""
        put = scope["type"] == "http" and scope["method"] == "PUT" and _UPLOAD.fullmatch(scope["path"])
        if not put:
            await self._app(scope, receive, send)
            return
        if not uploads_are_taken():
            await refuse(scope, send, 403, "This dashboard takes no photographs.")
            return
        session = put[1]
        length = dict(scope["headers"]).get(b"content-length", b"")
        if not length.isdigit() or len(length) > _DIGITS:
            await refuse(scope, send, 411, "How many bytes the file has must be said before it is sent.")
            return
        size = int(length)
        with self._lock:
            refusal = self._why_not(session, size)
            if not refusal:
                self._coming[session] += size
        if refusal:
            while (await receive()).get("more_body"):  # else the browser hears of a broken line, and not why
                pass
            await refuse(scope, send, 507, refusal)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            with self._lock:
                self._coming[session] -= size
                self._coming += Counter()  # forgets who has nothing on the way

    def _why_not(self, session: str, size: int) -> str:
        manager = streamlit.runtime.get_instance().uploaded_file_mgr
        assert isinstance(manager, MemoryUploadedFileManager)
        storage = list(manager.file_storage.items())
        held = {name: sum(len(file.data) for file in list(files.values())) for name, files in storage}
        if held.get(session, 0) + self._coming[session] + size > self._held.of_one:
            return "This visitor's photographs take all the memory that one visitor has. Reload the page and try again."
        if sum(held.values()) + self._coming.total() + size > self._held.of_all:
            return "All visitors' photographs together take all the memory that there is for them. Try again later."
        return ""


def keep_only(file_id: str = "") -> None:
    """Let go of every file that this visitor sent but one.

    Parameters
    ----------
    file_id : str
        As the widget that took it names it; empty for none.
    """
    context = get_script_run_ctx()
    if context is not None and isinstance(manager := context.uploaded_file_mgr, MemoryUploadedFileManager):
        for name in [name for name in manager.file_storage.get(context.session_id, {}) if name != file_id]:
            manager.remove_file(context.session_id, name)
