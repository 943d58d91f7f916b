"""Two models and what a store knows of them, without a store: one whose head is linear, one whose is not."""

from types import SimpleNamespace

import numpy as np

from explain.measures.alignment import CENTRED
from explain.models.head import Head
from explain.store.selection import Selection

SMALL, OPEN = "small", "open"
"""A model with three classes and a linear head; one with two other classes and without."""
CLASSES = {SMALL: ("cat", "dog", "other"), OPEN: ("Grey_fox", "dog")}


class ToyStore:
    """The calls of a store that pages make for maps."""

    def model(self, name):
        refused = {"ablationcam": "Only with a linear head."} if name == OPEN else {}
        return SimpleNamespace(
            name=name, title=name.title(), classes=CLASSES[name], refused=refused, closed_form=name == SMALL,
            method=lambda method: SimpleNamespace(signed=method == "evidence", at_pixels=False),
            alignment_of_maps=lambda at_pixels: CENTRED,
        )  # fmt: skip

    def class_index(self, model, label):
        return None

    def head(self, model):
        return Head(np.eye(3, dtype=np.float32), np.zeros(3, np.float32)) if model == SMALL else None


def selection(*methods):
    return Selection({SMALL: "Small", OPEN: "Open"}, {method: method.title() for method in methods})
