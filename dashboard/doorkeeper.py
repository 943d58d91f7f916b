"""Who may ask the server, and what every answer tells the browser: by which name, from which pages, in which frames."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import streamlit
from streamlit import config
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping

    Scope = MutableMapping[str, Any]
    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Asked = Callable[[Scope, Receive, Send], Awaitable[None]]


def _scripts_in_the_page() -> list[str]:
    """Give the digests, as a policy has them, of the scripts within the one document that Streamlit serves."""
    document = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    written = re.findall(r"<script>(.*?)</script>", document, re.DOTALL)
    return [f"'sha256-{base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()}'" for each in written]


# Scripts are the server's own files, and the pages' own parts, which the client loads as blobs. Styles are written into
# the page by the client and by Plotly. Pictures lie in messages (data:) or are made in the page (blob:).
POLICY = "; ".join(
    (
        "default-src 'self'", " ".join(("script-src 'self' blob:", *_scripts_in_the_page())),
        "style-src 'self' 'unsafe-inline'", "img-src 'self' data: blob:", "font-src 'self' data:",
        "media-src 'self' data: blob:", "connect-src 'self' ws: wss: data: blob:", "worker-src 'self' blob:",
        "frame-src 'none'", "object-src 'none'", "base-uri 'self'", "form-action 'none'", "frame-ancestors 'none'",
    )
)  # fmt: skip
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
}
"""What stands at the head of every answer."""


class Doorkeeper:
    """Refuses what does not ask for this server by a name of its own, or asks from another server's page.

    Names are those of ``server.allowedHosts``, for every request: Streamlit itself asks for them at its socket alone.
    Without that, a page elsewhere could have its own name lead to this machine, and read what is served here. Pages of
    other servers that may ask are those of ``server.corsAllowedOrigins``. The origin is not handed on: Streamlit would
    compare it with this machine's external address, and ask another server for that.
    """

    def __init__(self, app: Asked) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of the server."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                added = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message.get("headers", ()), *added]
            await send(message)

        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        refusal = why_not(headers.get(b"host"), headers.get(b"origin"))
        if refusal:
            await refuse(scope, with_headers, 403, refusal)
            return
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"origin"]
        await self._app(scope, receive, with_headers)


def why_not(host: str | None, origin: str | None) -> str:
    """Give the sentence with which a request is refused; empty where it is not.

    Parameters
    ----------
    host, origin : str or None
        The headers of these names; browsers send the second where a page asks, and not where a person goes.
    """
    if not is_host_allowed(host):
        return (
            "This dashboard does not answer to that name. Whoever runs it can allow it with --server.allowedHosts "
            "NAME; docs/deployment.md says more."
        )
    if origin and urlsplit(origin).netloc != host and origin not in config.get_option("server.corsAllowedOrigins"):
        return (
            "Another server's page may not ask this dashboard. Whoever runs it can allow it with "
            "--server.corsAllowedOrigins ORIGIN; docs/deployment.md says more."
        )
    return ""


async def refuse(scope: Scope, send: Send, status: int, sentence: str, says: Mapping[str, str] | None = None) -> None:
    """Answer a request with a sentence, and with headers beside it, or close a socket before it opens."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": ""})
        return
    body = sentence.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    headers += [(name.encode(), value.encode()) for name, value in (says or {}).items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
