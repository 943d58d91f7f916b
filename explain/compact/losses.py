"""What training asks of a compact network: five terms, three of them about where it looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from explain.compact.photographs import BEAR, ELEPHANT

# How much more the mean of an image's features counts than a position's.
POOLED = 4.0


@dataclass(frozen=True)
class LossWeights:
    """What each term of the loss counts."""

    label: float = 1.0
    features: float = 1.0
    evidence: float = 1.0
    gradcam_inside: float = 0.3
    fem_inside: float = 0.2
    smoothing: float = 0.05


def feature_loss(projected: Any, features: Any) -> Any:
    """Mean squared distance of features (n, h, w, c): at each position, and between the means over positions.

    The second is what the whole image is of. It varies far less than its positions do, and it is what a student
    can learn first; hence its own place, at the weight that its smaller variance asks for.
    """
    import tensorflow as tf

    difference = projected - features
    return tf.reduce_mean(difference**2) + POOLED * tf.reduce_mean(tf.reduce_mean(difference, (1, 2)) ** 2)


def inside_losses(activations: Any, seen: Any, label: Any, animal: Any) -> tuple[Any, Any]:
    """How far the explanations stray from the animal, averaged over the images whose animal's place is known.

    Parameters
    ----------
    activations
        Tensor (n, h, w, c): the last activation.
    seen
        Tensor (n, h, w, classes): evidence per class and position.
    label
        Tensor (n, classes).
    animal
        Tensor (n, h, w): the share of each position that the labelled animal covers.

    Returns
    -------
    tuple of tensors
        The negative log share inside of: the labelled class's evidence under a spatial softmax (so that the
        peak counts most); a smooth FEM, in which a sigmoid stands for the step at two standard deviations.
    """
    import tensorflow as tf

    known = tf.cast(tf.reduce_sum(animal, (1, 2)) > 0.5, tf.float32)
    inside = animal / (tf.reduce_max(animal, (1, 2), keepdims=True) + 1e-6)
    count = tf.reduce_sum(known) + 1e-6
    elephant = label[:, ELEPHANT] >= label[:, BEAR]
    target = tf.where(elephant[:, None, None], seen[..., ELEPHANT], seen[..., BEAR])
    spread = tf.reshape(tf.nn.softmax(tf.reshape(target, (tf.shape(target)[0], -1)) / 2), tf.shape(target))
    mean, variance = tf.nn.moments(activations, (1, 2), keepdims=True)
    deviation = tf.sqrt(variance + 1e-6)
    passing = tf.sigmoid((activations - mean - 2 * deviation) / (0.3 * deviation))
    fem = tf.reduce_sum(tf.stop_gradient(mean) * passing, 3)
    fem = fem / (tf.reduce_sum(fem, (1, 2), keepdims=True) + 1e-6)
    losses = [-tf.math.log(tf.reduce_sum(x * inside, (1, 2)) + 1e-3) * known for x in (spread, fem)]
    return tf.reduce_sum(losses[0]) / count, tf.reduce_sum(losses[1]) / count
