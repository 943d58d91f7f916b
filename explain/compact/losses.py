"""What training asks of a compact network: three terms, each about the picture as a whole.

None is given a place in the picture: labels and logits are (n, classes), features (n, c) after pooling, and one
number per image says whether the teacher was asked about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class LossWeights:
    """What each term of the loss counts; how far labels are smoothed, and how soft the teacher's answers are."""

    label: float = 1.0
    features: float = 2.0
    logits: float = 1.0
    smoothing: float = 0.05
    temperature: float = 2.0


def label_loss(logits: Any, label: Any, smoothing: float) -> Any:
    """Mean cross-entropy between logits and smoothed labels, both (n, classes)."""
    import tensorflow as tf

    smooth = label * (1 - smoothing) + smoothing / label.shape[1]
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(smooth, logits))


def feature_loss(projected: Any, features: Any, taught: Any) -> Any:
    """Mean squared distance of pooled features (n, c) over the images that are taught (n,): 1 or 0 each."""
    import tensorflow as tf

    return _mean_of(tf.reduce_mean((projected - features) ** 2, 1), taught)


def logit_loss(logits: Any, answers: Any, taught: Any, temperature: float) -> Any:
    """Divergence of the student's soft answers from the teacher's (n, classes), over the images that are taught (n,).

    Kullback-Leibler, times the squared temperature, so that its gradient keeps its size (Hinton et al., 2015).
    """
    import tensorflow as tf

    soft = tf.nn.softmax(answers / temperature)
    crossed = tf.nn.softmax_cross_entropy_with_logits(soft, logits / temperature)
    own = tf.nn.softmax_cross_entropy_with_logits(soft, answers / temperature)
    return _mean_of(crossed - own, taught) * temperature**2


def _mean_of(values: Any, taught: Any) -> Any:
    import tensorflow as tf

    return tf.reduce_sum(values * taught) / tf.maximum(tf.reduce_sum(taught), 1)
