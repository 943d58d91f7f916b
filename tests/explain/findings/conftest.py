"""Tables that are made so that the answers are known."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from tests.explain.findings.made_tables import (
    LIKENESS,
    MADE,
    METHODS,
    MODELS,
    SPREAD,
)


@pytest.fixture
def tables():
    """Ten images of two labels with random numbers; ResNet's Grad-CAM has 0.5 more entropy everywhere."""
    rng = np.random.default_rng(7)
    images = [f"i{number}" for number in range(10)]
    labels = dict(zip(images, ["elephant"] * 5 + ["bear"] * 5, strict=True))
    metrics = pd.DataFrame(
        [
            (i, labels[i], m, k, metric, rng.normal() * 0.01 + 0.5 * ((m, k, metric) == MADE))
            for i, m, k, metric in product(images, MODELS, METHODS, SPREAD)
        ],
        columns=["image", "label", "model", "method", "metric", "value"],
    )  # fmt: skip
    kinds = list(product(MODELS, METHODS))
    agreement = pd.DataFrame(
        [
            (i, labels[i], *a, *b, *rng.uniform(0, 1, 4))
            for i in images
            for n, a in enumerate(kinds)
            for b in kinds[n + 1 :]
        ],
        columns=["image", "label", "model_a", "method_a", "model_b", "method_b", *LIKENESS],
    )
    right = {"resnet50": [1, 1, 1, 1, 0, 1, 1, 1, 0, 0], "xception": [1, 1, 1, 1, 1, 1, 1, 1, 0, 1]}
    predictions = pd.DataFrame(
        [
            (i, labels[i], m, labels[i] if right[m][n] else "other", bool(right[m][n]))
            for m in MODELS
            for n, i in enumerate(images)
        ],
        columns=["image", "label", "model", "predicted", "right"],
    )
    predictions["right"] = predictions["right"].astype("boolean")
    return metrics, agreement, predictions
