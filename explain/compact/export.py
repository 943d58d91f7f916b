"""Write a trained network as a small ``.keras`` file: kernels as float16 on disk, float32 once loaded."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import h5py
    import keras

WEIGHTS_MEMBER = "model.weights.h5"
# A fixed date makes the same weights give the same file.
DATE = (1980, 1, 1, 0, 0, 0)


def export(model: keras.Model, path: Path) -> None:
    """Save a network with its kernels in float16, atomically.

    Vectors (biases, normalisation statistics) stay float32: they weigh little, and a variance may leave the
    range of float16. Keras casts to the layer's own type on loading, so that the file loads in safe mode like
    any other.

    Parameters
    ----------
    model
        A network built in float32 of layers that Keras knows.
    path
        The ``.keras`` file to write or replace.
    """
    import h5py

    full = path.with_suffix(".float32.keras")
    model.save(full)
    partial = path.with_suffix(".keras.part")
    with zipfile.ZipFile(full) as source, zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as target:
        for member in sorted(source.namelist()):
            content = source.read(member)
            if member == WEIGHTS_MEMBER:
                small = io.BytesIO()
                with h5py.File(io.BytesIO(content), "r") as stored, h5py.File(small, "w") as halved:
                    _copy_halved(stored, halved)
                content = small.getvalue()
            target.writestr(zipfile.ZipInfo(member, DATE), content, zipfile.ZIP_DEFLATED)
    full.unlink()
    os.replace(partial, path)


def _copy_halved(source: h5py.Group, target: h5py.Group) -> None:
    import h5py

    for key, value in source.attrs.items():
        target.attrs[key] = value
    for key, item in source.items():
        if isinstance(item, h5py.Group):
            _copy_halved(item, target.create_group(key))
        else:
            values = item[()]
            kernel = values.ndim >= 2 and values.dtype == np.float32
            target.create_dataset(key, data=values.astype(np.float16) if kernel else values)
