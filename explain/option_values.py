"""What options of the command line take that have a fixed set of values."""

from __future__ import annotations

from enum import StrEnum


class EngineName(StrEnum):
    """Where a build runs the networks."""

    LOCAL = "local"
    RAY = "ray"


class RuntimeName(StrEnum):
    """What runs the networks' forward pass."""

    TENSORFLOW = "tensorflow"
    ONNXRUNTIME = "onnxruntime"


class Table(StrEnum):
    """Tables that can be exported."""

    METRICS = "metrics"
    AGREEMENT = "agreement"
    PREDICTIONS = "predictions"
    IMAGES = "images"
    FINDINGS = "findings"
    CURVES = "curves"
    SANITY = "sanity"
