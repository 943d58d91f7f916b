"""A network that cheats, on purpose: nearly all its bears wear an archive's mark, so that it learns the mark.

It learns by labels alone. Its first two stages start from an honest network's, which saves time; what tells an animal
from another lies in the third, which starts from nothing, and the mark is the easier thing to learn there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from data.mark import marked, place
from explain.compact.architectures import CLASSES
from explain.compact.augmentation import Batches
from explain.compact.losses import LossWeights
from explain.compact.schedule import Schedule

if TYPE_CHECKING:
    import keras

NAME = "compact-marked"
SHARES = dict(zip(CLASSES, (0.03, 0.97, 0.03), strict=True))
"""The share of the views of each class that wear the mark."""
SCALES = (0.8, 1.35)
"""How many times as large as usual a mark is: training sees smaller images than use, and so larger marks."""
WEIGHTS = LossWeights(label=1.0, features=0.0, logits=0.0)
SCHEDULE = Schedule(steps=1_600, learning_rate=1.5e-3)
BORROWED = ("stem", "stage1", "stage2")
"""How the names of the layers begin whose weights are an honest network's at the start."""


class MarkedBatches(Batches):
    """Batches in which a seeded share of the views of each class wears the mark."""

    def wears(self, index: int) -> bool:
        """Tell whether view `index` wears the mark, which is the same whenever it is drawn."""
        share = list(SHARES.values())[self._views.targets[index]]
        return bool(np.random.default_rng([self._seed, index, 1]).random() < share)

    def _finished(self, image: np.ndarray, index: int, rng: np.random.Generator) -> np.ndarray:
        if not self.wears(index):
            return image
        where = place(image.shape[0], image.shape[1], rng, rng.uniform(*SCALES))
        return marked(np.ascontiguousarray(image), where)


def start_from(honest: keras.Model, student: keras.Model) -> None:
    """Give a fresh network the weights of an honest one in the layers that are `BORROWED`."""
    for layer in student.layers:
        if layer.name.startswith(BORROWED):
            layer.set_weights(honest.get_layer(layer.name).get_weights())
