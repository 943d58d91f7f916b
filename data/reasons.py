"""Why an image cannot be read, in words: libraries' messages turned into what a person can do."""

from __future__ import annotations

_ENDS_EARLY = ("truncated", "but only got", "unexpected end", "read error")
_RARE = ("unsupported", "not supported", "unknown compression", "more samples per pixel")


def damage_reason(error: BaseException, noise: str = "") -> str:
    """Say why a decoder gave up.

    Parameters
    ----------
    error : BaseException
        What it raised: decoders raise many kinds, some with a bare number for a message.
    noise : str
        What it wrote to standard error meanwhile; its first line stands in the reason.

    Returns
    -------
    str
        One line for a person, without a full stop.

    Examples
    --------
    >>> damage_reason(OSError("decoder error -2"))
    'the image is damaged: its data cannot be decoded; replace it by an intact copy'
    >>> damage_reason(OSError("image file is truncated (12 bytes not processed)"))
    'the image is damaged: the file ends too early; copy or download it again'
    """
    if isinstance(error, MemoryError):
        return "there is not enough memory for an image of this size; make it smaller"
    said = " ".join(f"{error} {noise}".split())
    first = " ".join((noise.splitlines() or [""])[0].split())[:120].rstrip(".")
    detail = f" ({first})" if first else ""
    if any(word in said.lower() for word in _ENDS_EARLY):
        return "the image is damaged: the file ends too early; copy or download it again"
    if any(word in said.lower() for word in _RARE):
        return f"the image is of a rare kind that is not read ({first or said[:120]}); save it as JPEG or PNG"
    return f"the image is damaged: its data cannot be decoded{detail}; replace it by an intact copy"
