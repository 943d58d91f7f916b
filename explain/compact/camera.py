"""Bad cameras: what spoils a picture without moving anything in it, so that no target changes."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

# Shares of red, green and blue in grey (ITU-R BT.601).
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
LEVELS = np.linspace(0, 1, 256, dtype=np.float32)


def spoilt(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Change light and colour, and now and then blur, compress, add noise and cover a part.

    Parameters
    ----------
    image
        uint8 (s, s, 3).
    rng
        Source of chance.

    Returns
    -------
    numpy.ndarray
        uint8 of the same shape.
    """
    size = len(image)
    x = recoloured(image, rng)
    if rng.random() < 0.3:
        picture = Image.fromarray(x)
        if rng.random() < 0.7:
            small = int(rng.integers(size // 4, size))
            picture = picture.resize((small, small), Image.Resampling.BILINEAR)
            picture = picture.resize((size, size), Image.Resampling.BICUBIC)
        if rng.random() < 0.5:
            stream = io.BytesIO()
            picture.save(stream, "JPEG", quality=int(rng.integers(20, 80)))
            picture = Image.open(stream)
        x = np.array(picture)
    if rng.random() < 0.12:
        noise = rng.standard_normal(x.shape, np.float32) * np.float32(rng.uniform(2, 14))
        x = np.clip(x + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.2:
        height, width = rng.integers(size // 8, size // 3, 2)
        top, left = rng.integers(0, size - height), rng.integers(0, size - width)
        x[top : top + height, left : left + width] = rng.integers(0, 256, 3)
    return x


def recoloured(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Change gamma, saturation, white balance, contrast and brightness; one time in ten, to grey.

    All but gamma are linear in the colours, so that they are one matrix: the largest cost of a batch is here.

    Parameters
    ----------
    image
        uint8 (h, w, 3).
    rng
        Source of chance.

    Returns
    -------
    numpy.ndarray
        uint8 of the same shape.
    """
    x = (LEVELS ** np.float32(np.exp(rng.uniform(-0.35, 0.35))))[image]
    saturation = 0.0 if rng.random() < 0.1 else rng.uniform(0.5, 1.5)
    balance = np.diag(rng.uniform(0.85, 1.15, 3)) if saturation else np.eye(3)
    contrast = rng.uniform(0.7, 1.3)
    matrix = contrast * (saturation * np.eye(3) + (1 - saturation) * np.outer(LUMA, np.ones(3))) @ balance
    middle = x[::8, ::8].mean()
    shift = middle * (1 - contrast) + rng.uniform(-0.12, 0.12)
    x = x.reshape(-1, 3) @ matrix.astype(np.float32) * np.float32(255) + np.float32(255 * shift)
    return np.clip(x, 0, 255, out=x).astype(np.uint8).reshape(image.shape)
