"""Reading a store: cheap to open, lazy, and safe to share between threads and visitors."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.errors import StoreError
from explain.models.head import Head
from explain.store import contributions
from explain.store.arrays import ArrayReader
from explain.store.digests import digest_of
from explain.store.layout import ARRAYS
from explain.store.manifest import MethodInfo, ModelInfo, dataset_info, model_info
from explain.store.pictures import packs_of, stored_mask
from explain.store.table_files import read_kinds, read_table

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from explain.contributions.contrast import Contrast
    from explain.contributions.ledger import Ledger
    from explain.contributions.strategies import Strategies
    from explain.measures.alignment import Alignment
    from explain.store.contributions import MapClusters
    from explain.store.picture_packs import Packs


class Store:
    """One dataset's results. Made by :func:`open_store`; never writes.

    Attributes
    ----------
    path : Path
    digest : str
        Changes exactly when anything in the store changes: the key for every cache over it.
    dataset : DatasetInfo
    models : tuple of ModelInfo
    provenance : dict
        The manifest: digests, parameters, versions.
    shown_models, shown_methods : tuple of str
        What the newest build was asked for: what pages show unless the reader chooses.
    """

    def __init__(self, path: Path, manifest: dict[str, Any]) -> None:
        self.path = path
        self.provenance = manifest
        self.digest = digest_of(manifest)
        self.dataset = dataset_info(manifest["dataset"])
        self.models = tuple(model_info(entry) for entry in manifest["models"])
        shown = manifest.get("shown", {})  # schema 1 held what the last build was asked for, and nothing else
        self.shown_models = tuple(shown.get("models", [model.name for model in self.models]))
        self.shown_methods = tuple(
            shown.get("methods", dict.fromkeys(m.name for each in self.models for m in each.methods))
        )

    def model(self, name: str) -> ModelInfo:
        """Give a model by name.

        Raises
        ------
        StoreError
            If the store has no such model.
        """
        for model in self.models:
            if model.name == name:
                return model
        known = ", ".join(model.name for model in self.models)
        raise StoreError(f"The store has no model {name!r}; it has {known}.")

    def table(
        self, name: str, columns: Sequence[str] | None = None, where: Mapping[str, Collection[str]] | None = None
    ) -> pd.DataFrame:
        """Read a table, or the part of it that is asked for.

        Parameters
        ----------
        name : {"images", "predictions", "metrics", "agreement", "findings", "embedding"} or another stored one
        columns, where : sequence of str and mapping of str to collection of str, optional
            Only these columns, and only rows with one of the values by column; what the table lacks is not asked.

        Returns
        -------
        pandas.DataFrame
            Empty, with the right columns, where the store does not hold that table.

        Raises
        ------
        StoreError
            If there is no such table at all, or its file is missing or damaged.
        """
        return read_table(self.path, self.provenance["tables"], name, columns, where)

    def kinds_in(self, name: str, columns: Sequence[str]) -> pd.DataFrame:
        """List the different rows that a table has in columns of few values, such as model, method and metric."""
        return read_kinds(self.path, self.provenance, name, columns)

    def row(self, image: str) -> int:
        """Give the row of an image in every array.

        Raises
        ------
        StoreError
            If the dataset has no such image.
        """
        try:
            return self._rows[image]
        except KeyError:
            raise StoreError(f"The dataset {self.dataset.name!r} has no image {image!r}.") from None

    def activations(self, model: str, image: str) -> NDArray[np.float32]:
        """Read the feature layer's output for one image, as it is stored: rounded to float16 where that holds it.

        Returns
        -------
        ndarray of float32, shape (h, w, c)
        """
        return self._array(model, "activations", self.row(image)).astype(np.float32)

    def logits(self, model: str, image: str | None = None) -> NDArray[np.float32]:
        """Read the scores before softmax.

        Parameters
        ----------
        image : str, optional
            All images by default.

        Returns
        -------
        ndarray of float32, shape (classes,) or (n, classes)
        """
        return self._array(model, "logits", self._rows_of(image))

    def saliency(self, model: str, method: str, images: str | Sequence[str] | None = None) -> NDArray[np.float32]:
        """Read stored raw maps: of the class that :meth:`targets` names, at the parameters that the manifest names.

        Parameters
        ----------
        images : str or sequence of str, optional
            One, some in their order, or all by default; rows of images that failed are zero.

        Returns
        -------
        ndarray of float32, shape (h, w) or (n, h, w)

        Raises
        ------
        StoreError
            If no such maps are stored, or what is stored is damaged.
        """
        there = self.method(model, method)
        return self._arrays.read(there.folder, there.array, self._rows_of(images))

    def method(self, model: str, method: str) -> MethodInfo:
        """Give what is stored of one model by one method.

        Raises
        ------
        StoreError
            If the store has no such model, or no maps of it by that method.
        """
        found = self.model(model).method(method)
        if found is None:
            known = ", ".join(each.name for each in self.model(model).methods)
            raise StoreError(
                f"The store has no maps of {self.model(model).title} by {method!r}; it has {known}. "
                f"Run: python -m explain build --methods {method}"
            )
        return found

    def alignment(self, model: str, method: str) -> Alignment:
        """Tell where the cells of stored maps lie on their images: what drawing and measuring them needs to know."""
        return self.model(model).alignment_of_maps(self.method(model, method).at_pixels)

    def targets(self, model: str) -> NDArray[np.int64]:
        """Tell which class the stored maps of each row are of: the labelled one, else the predicted one.

        Returns
        -------
        ndarray of int64, shape (n,)
        """
        if model not in self._targets:
            known = self.model(model).class_of_label
            labels = self.table("images", ("label",))["label"]
            predicted = self.logits(model).argmax(axis=1)
            self._targets[model] = np.array(
                [
                    best if known.get(label) is None else known[label]
                    for label, best in zip(labels.to_numpy(object), predicted, strict=True)
                ],
                np.int64,
            )
        return self._targets[model]

    def pooled(self, model: str, images: str | Sequence[str] | None = None) -> NDArray[np.float32]:
        """Read activations averaged over space: of one image, shape (c,), of some, or of all, shape (n, c)."""
        return self._array(model, "pooled", self._rows_of(images))

    def head(self, model: str) -> Head | None:
        """Read the dense layer behind pooling.

        Returns
        -------
        Head or None
            None where the network does not end in *feature layer -> global average pooling -> dense*.
        """
        if not self.model(model).closed_form:
            return None
        if model not in self._heads:
            self._heads[model] = Head(self._array(model, "head_kernel", None), self._array(model, "head_bias", None))
        return self._heads[model]

    def ledger(self, image: str, model: str, target: str | None = None) -> Ledger:
        """Write a score as a sum: of the class that stored maps are of, or of another class."""
        return contributions.stored_ledger(self, image, model, target)

    def contrast(self, image: str, model: str, target: str | None = None, against: str | None = None) -> Contrast:
        """Divide the difference of two classes' scores: by default of the label and its strongest rival."""
        return contributions.stored_contrast(self, image, model, target, against)

    def payments(self, model: str, target: str, images: Sequence[str] | None = None) -> NDArray[np.float64]:
        """Give what every channel of all images, or some, pays for a class, shape (n, c); zero where one failed."""
        return contributions.stored_payments(self, model, target, images)

    def strategies(self, model: str, label: str, images: Sequence[str] = ()) -> Strategies:
        """Find the components of what the channels pay for a label's class, over its images, or some of them."""
        return contributions.stored_strategies(self, model, label, images)

    def clusters(
        self, model: str, method: str, label: str, count: int | None = None, images: Sequence[str] = ()
    ) -> MapClusters:
        """Cluster a label's stored maps, or some of them; by default into as many as the eigengap suggests."""
        return contributions.stored_clusters(self, model, method, label, count, images)

    def class_index(self, model: str, label: str) -> int | None:
        """Find the output of a dataset's label, as the build found it.

        Returns
        -------
        int or None
            None where the model has no such class.
        """
        return self.model(model).class_of_label.get(label)

    def photograph(self, image: str) -> bytes:
        """Read the photograph at display size.

        Returns
        -------
        bytes
            JPEG, RGB, upright, the long side at most 640 pixels.
        """
        return self._picture("photographs", image)

    def thumbnail(self, image: str) -> bytes:
        """Read the photograph at the gallery's size.

        Returns
        -------
        bytes
            JPEG, the long side at most 256 pixels.
        """
        return self._picture("thumbnails", image)

    def mask(self, image: str) -> NDArray[np.uint8] | None:
        """Read the part mask at the photograph's display size.

        Returns
        -------
        ndarray of uint8, shape (h, w), or None
            Part ids, 0 background; None where the image has no mask.
        """
        return stored_mask(self._packs["masks"], self.row(image), self.provenance.get("masks", ()))

    def _picture(self, kind: str, image: str) -> bytes:
        try:
            content = self._packs[kind].read(self.row(image))
        except OSError as error:
            raise StoreError(f"The picture of {image!r} cannot be read: {error}. Build the store anew.") from error
        except StoreError as error:
            raise StoreError(f"The picture of {image!r} cannot be read: {error}") from error
        if content is None:
            raise StoreError(f"No picture of {image!r} is stored: the image could not be read at build.")
        return content

    @cached_property
    def _packs(self) -> dict[str, Packs]:
        return packs_of(self.path)

    @cached_property
    def _rows(self) -> dict[str, int]:
        ids = self.table("images", ("image",))["image"].to_numpy(object)
        return {image: row for row, image in enumerate(ids.tolist())}

    @cached_property
    def _arrays(self) -> ArrayReader:
        return ArrayReader(self.path)

    @cached_property
    def _heads(self) -> dict[str, Head]:
        return {}

    @cached_property
    def _targets(self) -> dict[str, NDArray[np.int64]]:
        return {}

    def _rows_of(self, images: str | Sequence[str] | None) -> int | list[int] | None:
        if images is None or isinstance(images, str):
            return None if images is None else self.row(images)
        return [self.row(image) for image in images]

    def _array(self, model: str, name: str, row: int | list[int] | None) -> NDArray[Any]:
        return self._arrays.read(f"{self.model(model).folder}/{ARRAYS}", name, row)
