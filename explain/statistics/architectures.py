"""Which networks are of one architecture: a name ends in the number of its seed, and the first seed's has none."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SEED = re.compile(r"-\d+$")


def architecture_of(model: str) -> str:
    """Give a network's architecture: its name without the number of its seed.

    Examples
    --------
    >>> architecture_of("compact-resnet-2"), architecture_of("compact-resnet"), architecture_of("resnet50")
    ('compact-resnet', 'compact-resnet', 'resnet50')
    """
    return _SEED.sub("", model)


def one_of_each_first(models: Iterable[str]) -> list[str]:
    """Put the first network of every architecture before its other seeds, so that the first two are no twins.

    Examples
    --------
    >>> one_of_each_first(["resnet", "resnet-1", "xception", "xception-1"])
    ['resnet', 'xception', 'resnet-1', 'xception-1']
    """
    models = list(models)
    firsts = list({architecture_of(model): model for model in reversed(models)}.values())
    return sorted(models, key=lambda model: model not in firsts)
