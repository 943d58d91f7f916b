"""Faithfulness of maps: what a network says when the pixels that a map names are taken away or given back.

One forward pass gives all maps; judging them takes a hundred per image and network. So this is a step of its
own after a build: ``python -m explain evaluate``.
"""

from explain.faithfulness.curves import Curve, perturbation_curve
from explain.faithfulness.perturbation import DEFAULT_STEPS

__all__ = ["DEFAULT_STEPS", "Curve", "perturbation_curve"]
