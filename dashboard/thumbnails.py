"""Photographs by their address, small: for what asks for one only when somebody points at it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import PlainTextResponse, Response
from streamlit import config

from explain.errors import ExplainError

if TYPE_CHECKING:
    from starlette.requests import Request

    from explain.store import Store

_STEM = "thumbnail"
_FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
"""An address has the store's digest, so what it leads to never changes."""


def address_of_thumbnails(store: Store) -> str:
    """Give the address that an image's id, escaped, is added to."""
    return f"./{_STEM}?store={quote(store.digest)}&image="


def path_of_thumbnails() -> str:
    """Give the path that the server answers at, below its own."""
    base = str(config.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/{_STEM}" if base else f"/{_STEM}"


def thumbnail(request: Request) -> Response:
    """Answer with one image's thumbnail; of stores that pages show, and images that those hold."""
    from dashboard.cached_store import available  # its caches want the server, which imports this before it runs

    digest, image = (request.query_params.get(name, "") for name in ("store", "image"))
    try:
        found = [store for store in available().values() if store.digest == digest]
        if found:
            return Response(found[0].thumbnail(image), media_type="image/jpeg", headers=_FOREVER)
    except (ExplainError, OSError):
        pass  # there is no such picture, or it cannot be read: a page says so in its own words
    return PlainTextResponse("There is no such picture.", status_code=404)
