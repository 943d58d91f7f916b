"""Ledgers, contrasts, strategies and clusters from what a store holds, without a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explain.contributions.channels import payments
from explain.contributions.clusters import Clusters, cluster_maps
from explain.contributions.contrast import Contrast, contrast
from explain.contributions.ledger import Ledger, ledger
from explain.contributions.strategies import Strategies, strategies
from explain.errors import ExplainError
from explain.store.evidence import class_index

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from explain.models.head import Head
    from explain.store.reading import Store


@dataclass(frozen=True)
class MapClusters:
    """Clusters of a label's maps, with the images that they are of.

    Attributes
    ----------
    images : tuple of str
    clusters : Clusters
        Whose members are in the images' order.
    """

    images: tuple[str, ...]
    clusters: Clusters

    def members(self, number: int) -> tuple[str, ...]:
        """List a cluster's images; the clusters are numbered from 0, by falling size."""
        return tuple(self.images[row] for row in np.flatnonzero(self.clusters.assigned == number))


def linear_head(store: Store, model: str) -> Head:
    """Give the head of a model whose scores are sums.

    Raises
    ------
    ExplainError
        If the network does not end so.
    """
    head = store.head(model)
    if head is None:
        raise ExplainError(
            f"{store.model(model).title} does not end in global average pooling and one dense layer, so its score is "
            "no sum over places and channels, and nothing can be said to have paid for it."
        )
    return head


def images_of(store: Store, label: str) -> tuple[str, ...]:
    """List the readable images of a label."""
    images = store.table("images", ("image", "label", "status"))
    return tuple(images.loc[(images["status"] == "ok") & (images["label"] == label), "image"])


def stored_ledger(store: Store, image: str, model: str, target: str | None) -> Ledger:
    """Give :meth:`Store.ledger`."""
    head = linear_head(store, model)
    index = int(store.targets(model)[store.row(image)]) if target is None else class_index(store, model, target)
    return ledger(store.activations(model, image), head, index, float(store.logits(model, image)[index]))


def stored_contrast(store: Store, image: str, model: str, target: str | None, against: str | None) -> Contrast:
    """Give :meth:`Store.contrast`."""
    head = linear_head(store, model)
    first = int(store.targets(model)[store.row(image)]) if target is None else class_index(store, model, target)
    second = None if against is None else class_index(store, model, against)
    return contrast(store.activations(model, image), head, store.logits(model, image), first, second)


def stored_payments(store: Store, model: str, target: str, images: Sequence[str] | None = None) -> NDArray[np.float64]:
    """Give :meth:`Store.payments`."""
    return payments(store.pooled(model, images), linear_head(store, model), class_index(store, model, target))


def stored_strategies(store: Store, model: str, label: str, images: Sequence[str] = ()) -> Strategies:
    """Give :meth:`Store.strategies`."""
    weights = linear_head(store, model).kernel[:, class_index(store, model, label)]
    return strategies(store.pooled(model, images or images_of(store, label)), weights)


def stored_clusters(
    store: Store, model: str, method: str, label: str, count: int | None, images: Sequence[str] = ()
) -> MapClusters:
    """Give :meth:`Store.clusters`."""
    images = tuple(images) or images_of(store, label)
    maps = store.saliency(model, method)
    return MapClusters(images, cluster_maps(maps[[store.row(image) for image in images]], count))
