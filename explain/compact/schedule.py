"""How long and how hard a compact network is trained."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Schedule:
    """How long and how hard to train.

    The learning rate follows a cosine of the progress, which is the larger of two shares: of `steps`, and of
    `minutes`. A schedule in steps can be repeated exactly; one in minutes ends in time on a machine whose
    speed is unknown. Up to `early_share` of the progress, images are smaller.
    """

    steps: int = 12_000
    minutes: float = float("inf")
    batch_size: int = 32
    learning_rate: float = 2e-3
    warm_up: int = 200
    weight_decay: float = 0.02
    averaging: float = 0.998
    early_share: float = 0.7
    seed: int = 0
    checkpoint_every: int = 250

    def rate(self, step: int, progress: float) -> float:
        """Give the learning rate of a step: a short rise, then a cosine down to a hundredth.

        Parameters
        ----------
        step
            From 0.
        progress
            Share of the training that lies behind.

        Returns
        -------
        float
        """
        warm_up = min(1.0, (step + 1) / self.warm_up)
        return self.learning_rate * warm_up * max(0.01, 0.5 * (1 + np.cos(np.pi * progress)))
