"""How many visitors are let in at once: what each holds is bounded elsewhere, and so is all of it together."""

from __future__ import annotations

import os
import re
from collections import Counter
from typing import TYPE_CHECKING

from dashboard.doorkeeper import refuse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.doorkeeper import Asked, Receive, Scope, Send

SETTING = "EXPLAIN_VISITORS"
"""Environment variable: how many visitors are let in at once."""
_UNLESS_SAID = 100
_DIGITS = 6
_SOCKET = re.compile(r".*/_stcore/stream")


def visitors_at_once(said: Mapping[str, str] = os.environ) -> int:
    """Give how many visitors are let in.

    Raises
    ------
    ValueError
        If what is set is no number of visitors.
    """
    text = said.get(SETTING, str(_UNLESS_SAID)).strip()
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS and int(text) > 0):
        raise ValueError(f"{SETTING} is {text[:40]!r}; expected a whole number from 1. Set one, or leave it out.")
    return int(text)


class BoundedVisitors:
    """Lets so many visitors in, and tells the next one so.

    A visitor is an open socket: a tab. A page is refused as well as its socket, since a page alone could say nothing
    but that it waits. Who has a tab open already, told by the cookie of Streamlit, may load it anew: the old socket
    closes when the new page is there.
    """

    def __init__(self, app: Asked, most: int) -> None:
        self._app, self._most = app, most
        self._open: Counter[bytes] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of the server."""
        headers = dict(scope.get("headers", ()))
        who = headers.get(b"cookie", b"")
        socket = scope["type"] == "websocket" and _SOCKET.fullmatch(scope["path"])
        page = scope["type"] == "http" and b"text/html" in headers.get(b"accept", b"") and not self._is_in(who)
        if (socket or page) and self._open.total() >= self._most:
            sentence = (
                f"{self._most} visitors are here, and this dashboard takes no more at once. Try again in a minute."
            )
            await refuse(scope, send, 503, sentence, {"retry-after": "60"})
        elif socket:
            self._open[who] += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._open[who] -= 1
                self._open += Counter()  # forgets who has left
        else:
            await self._app(scope, receive, send)

    def _is_in(self, who: bytes) -> bool:
        return bool(who) and self._open[who] > 0
