"""The networks that a site takes along, so that a browser explains photographs that never leave the machine."""

from __future__ import annotations

import base64
import gzip
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.errors import ExplainError
from explain.models.installed import check_installed
from explain.models.preprocessing import prepared, rows_and_columns
from explain.report.interactive.packing import write_script
from explain.serving.sources import sources

if TYPE_CHECKING:
    from explain.models.specification import ModelSpec
    from explain.store.reading import Store

_MODULE, _WASM = "ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm"
_LARGEST = 64 * 2**20
"""Bytes of a network: a script much larger than this is more than a browser reads at once."""


def write_networks(store: Store, runtime: Path, data: Path) -> list[dict[str, Any]]:
    """Write the networks of a store, and what runs them in a browser.

    Parameters
    ----------
    runtime : Path
        Folder ``dist`` of the npm package onnxruntime-web.
    data : Path
        Of the site.

    Returns
    -------
    list of dict
        What the pages must know of each network: its name, its input, how pixels become it.

    Raises
    ------
    ExplainError
        If the runtime is not there, or a network cannot be converted or is too large to send.
    """
    missing = [name for name in (_MODULE, _WASM) if not (runtime / name).is_file()]
    if missing:
        raise ExplainError(
            f"{runtime} has no {missing[0]}: expected the folder dist of the npm package onnxruntime-web. "
            "Run: npm install onnxruntime-web, and name node_modules/onnxruntime-web/dist."
        )
    listed = []
    for source in sources(store):
        spec = source.spec
        converted, channels = _converted(spec)
        if len(converted) > _LARGEST:
            raise ExplainError(
                f"{spec.title} has {len(converted) / 2**20:.0f} MB as ONNX; a browser takes at most "
                f"{_LARGEST / 2**20:.0f} MB. Write the site without networks."
            )
        write_script(data, f"networks/{spec.name}", {"gzip": _squeezed(converted)})
        height, width = rows_and_columns(spec.input_size)
        scale, offset = pixel_scaling(spec, channels)
        listed.append(
            {
                "model": spec.name,
                "height": height,
                "width": width,
                "channels": channels,
                "scale": scale,
                "offset": offset,
            }
        )
    module = (runtime / _MODULE).read_text("utf-8")
    write_script(data, "networks/runtime", {"module": module, "gzip": _squeezed((runtime / _WASM).read_bytes())})
    return listed


def pixel_scaling(spec: ModelSpec, channels: int = 3) -> tuple[list[list[float]], list[float]]:
    """Give a model's preprocessing as numbers, by asking it about black and about each primary colour.

    Returns
    -------
    (list of list of float, list of float)
        A matrix and an offset: input = matrix @ pixel / 255 + offset, with pixels from 0 to 255.
    """
    probes = np.zeros((channels + 1, 1, 1, channels), np.uint8)
    for channel in range(channels):
        probes[channel + 1, 0, 0, channel] = 255
    answers = prepared(probes, spec.preprocessing)[:, 0, 0].astype(np.float64)
    return (answers[1:] - answers[0]).T.tolist(), answers[0].tolist()


def _converted(spec: ModelSpec) -> tuple[bytes, int]:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from explain.models.network import load_network

    check_installed(spec)
    network = load_network(spec)
    return network.to_onnx(), network.channels


def _squeezed(content: bytes) -> str:
    return base64.b64encode(gzip.compress(content, 9, mtime=0)).decode("ascii")
