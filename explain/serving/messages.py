"""Messages between two processes: a JSON header and a body of bytes, each behind its length; never a pickle."""

from __future__ import annotations

import json
import struct
from typing import IO, Any

_LENGTHS = struct.Struct(">IQ")
_LONGEST_HEADER = 4 * 2**20
_LONGEST_BODY = 2**30


class FramingError(Exception):
    """The other side stopped within a message, or sent what is none."""


def send(stream: IO[bytes], header: dict[str, Any], body: bytes = b"") -> None:
    """Write one message.

    Parameters
    ----------
    header : dict
        What JSON can hold.

    Raises
    ------
    OSError
        If the other side is gone.
    """
    head = json.dumps(header).encode()
    stream.write(_LENGTHS.pack(len(head), len(body)))
    stream.write(head)
    stream.write(body)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """Read one message.

    Parameters
    ----------
    stream : binary file
        Buffered: a read gives as many bytes as were asked for, or meets the end.

    Returns
    -------
    (dict, bytes) or None
        Header and body; None where the stream ended between two messages.

    Raises
    ------
    FramingError
        If the stream ends within a message, a length is beyond any message's, or the header is no JSON object.
    """
    lengths = stream.read(_LENGTHS.size)
    if not lengths:
        return None
    if len(lengths) < _LENGTHS.size:
        raise FramingError("the message ends within its lengths")
    head_length, body_length = _LENGTHS.unpack(lengths)
    if head_length > _LONGEST_HEADER or body_length > _LONGEST_BODY:
        raise FramingError(f"lengths of {head_length} and {body_length} bytes are no message's")
    head, body = stream.read(head_length), stream.read(body_length)
    if len(head) < head_length or len(body) < body_length:
        raise FramingError("the message ends early")
    try:
        header = json.loads(head)
    except ValueError as error:
        raise FramingError(f"the header is no JSON: {error}") from error
    if not isinstance(header, dict):
        raise FramingError("the header is no JSON object")
    return header, body
