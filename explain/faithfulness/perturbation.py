"""Images that lose or regain their pixels in the order of a map: pure functions of arrays.

Everything happens in the space that the network sees, after preprocessing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import convolve1d, gaussian_filter1d

from explain.measures.alignment import CENTRED
from explain.measures.resampling import divide_by_maximum, resample

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import ArrayLike, NDArray

    from explain.measures.alignment import Alignment

DEFAULT_STEPS = 28
"""As many as RISE takes at 224 pixels when it measures many images (8 rows of pixels at a time)."""

BLUR_SIZE, BLUR_SIGMA, BLUR_RADIUS = 224, 5.0, 5
"""RISE's blur: a Gaussian of sigma 5 folded into 11 pixels, for images of 224 pixels."""

SUBSTRATES = {
    "deletion": "image to zeros, after preprocessing",
    "insertion": "blurred image (RISE's kernel, sigma 5 folded into 11 pixels at 224) to image, after preprocessing",
    "average_drop": "image times map (bilinear, scaled to maximum 1), after preprocessing",
    "increase": "image times map (bilinear, scaled to maximum 1), after preprocessing",
}
"""What is put in the place of pixels, by metric, as tables and manifest record it."""


def pixel_order(saliency: ArrayLike, shape: tuple[int, int], alignment: Alignment = CENTRED) -> NDArray[np.int64]:
    """Order the pixels of an image by a map, the most salient first.

    Parameters
    ----------
    saliency : array, shape (h, w)
        Raw; resampled bilinearly to the image.
    shape : (int, int)
        Rows and columns of the image.
    alignment : Alignment
        Where the map's cells lie on it.

    Returns
    -------
    ndarray of int64, shape (rows * columns,)
        Flat indices; equal values stand in reading order.
    """
    return np.argsort(-resample(saliency, shape, alignment=alignment).ravel(), kind="stable")


def replaced(
    start: NDArray[np.float32], finish: NDArray[np.float32], order: NDArray[np.int64], fractions: Iterable[float]
) -> Iterator[NDArray[np.float32]]:
    """Replace ever more pixels of one image by those of another, all channels at once.

    Parameters
    ----------
    start, finish : ndarray of float32, shape (rows, columns, c)
    order : ndarray of int, shape (rows * columns,)
        As :func:`pixel_order` gives it.
    fractions : iterable of float
        Shares of the pixels, rising; a share that is no whole number of pixels is rounded to the nearest.

    Yields
    ------
    ndarray of float32, shape (rows, columns, c)
        The same array each time, so that only the pixels of one step are touched: copy it before the next.
    """
    image = start.copy()
    pixels, wanted = image.reshape(order.size, -1), finish.reshape(order.size, -1)
    done = 0
    for fraction in fractions:
        count = int(np.rint(fraction * order.size))
        step = order[done:count]
        pixels[step] = wanted[step]
        done = count
        yield image


def blurred(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Blur an image as RISE does, by a kernel that grows with the image; where insertion starts.

    Parameters
    ----------
    image : ndarray of float32, shape (rows, columns, c)

    Returns
    -------
    ndarray of float32, same shape

    Notes
    -----
    RISE's published code makes its kernel by blurring a single one within 11 pixels, at whose borders SciPy reflects:
    what a Gaussian of sigma 5 has beyond them is folded back, and the kernel is nearly a mean of 11 pixels (standard
    deviation 3.13 pixels; a Gaussian that is cut off there has 2.92). Beyond the image the outermost pixels
    continue; RISE continues with zeros, which draws a frame.

    References
    ----------
    Petsiuk et al., "RISE", BMVC 2018, section 4.2; kernel and sigma as in its published evaluation (``gkern``).
    """
    for axis in (0, 1):
        image = convolve1d(image, _kernel(image.shape[axis] / BLUR_SIZE), axis=axis, mode="nearest")
    return image


def _kernel(scale: float) -> NDArray[np.float32]:
    radius = max(1, round(BLUR_RADIUS * scale))
    single = np.zeros(2 * radius + 1)
    single[radius] = 1
    return gaussian_filter1d(single, BLUR_SIGMA * scale, mode="reflect").astype(np.float32)


def masked(image: NDArray[np.float32], saliency: ArrayLike, alignment: Alignment = CENTRED) -> NDArray[np.float32]:
    """Multiply an image by a map, so that what the map does not name goes to zero.

    Parameters
    ----------
    image : ndarray of float32, shape (rows, columns, c)
    saliency : array, shape (h, w)
        Raw; resampled bilinearly to the image and scaled to maximum 1. A map of zeros gives an image of zeros.
    alignment : Alignment
        Where the map's cells lie on the image.

    Returns
    -------
    ndarray of float32, same shape

    References
    ----------
    Chattopadhay et al., "Grad-CAM++", WACV 2018, section 4.1.
    """
    shape = image.shape[0], image.shape[1]
    weights = divide_by_maximum(resample(saliency, shape, alignment=alignment))
    return image * weights[:, :, None].astype(np.float32)
