import numpy as np
import pytest
from scipy.ndimage import convolve1d

from explain.faithfulness.perturbation import blurred, masked, pixel_order, replaced
from explain.measures.response import fractions_of


def test_ties_stand_in_reading_order_and_the_most_salient_come_first():
    saliency = np.array([[0.0, 2.0], [2.0, 5.0]])
    assert pixel_order(saliency, (2, 2)).tolist() == [3, 1, 2, 0]
    assert pixel_order(np.full((3, 3), 7.0), (6, 6)).tolist() == list(range(36))


@pytest.mark.parametrize("size", [224, 299])
def test_each_step_replaces_the_same_share_of_any_image(size):
    start, finish = np.zeros((size, size, 3), np.float32), np.ones((size, size, 3), np.float32)
    order = np.random.default_rng(size).permutation(size * size)
    shares = [image.mean() for image in replaced(start, finish, order, fractions_of(28))]
    np.testing.assert_allclose(shares, np.arange(29) / 28, atol=0.5 / size**2 + 1e-7)


def test_pixels_are_replaced_as_a_loop_over_them_does_and_the_images_stay():
    rng = np.random.default_rng(1)
    start, finish = rng.normal(size=(2, 5, 5, 3)).astype(np.float32)
    before = start.copy()
    order = pixel_order(rng.random((3, 3)), (5, 5))
    for fraction, image in zip((0, 0.3, 0.7, 1), replaced(start, finish, order, (0, 0.3, 0.7, 1)), strict=True):
        expected = start.copy()
        for flat in order[: round(fraction * 25)]:
            expected[flat // 5, flat % 5] = finish[flat // 5, flat % 5]
        np.testing.assert_array_equal(image, expected)
    np.testing.assert_array_equal(start, before)


@pytest.mark.parametrize(("size", "radius"), [(224, 5), (299, 7), (448, 10)])
def test_the_blur_is_a_gaussian_folded_into_eleven_pixels_at_224_that_grows_with_the_image(size, radius):
    image = np.random.default_rng(2).normal(size=(size, size, 3)).astype(np.float32)
    sigma, width = 5 * size / 224, 2 * radius + 1
    reach = np.arange(-int(4 * sigma + 0.5), int(4 * sigma + 0.5) + 1)
    gaussian = np.exp(-0.5 * (reach / sigma) ** 2)
    folded = (reach + radius) % (2 * width)  # what reaches past a border comes back in from it
    kernel = np.bincount(np.where(folded < width, folded, 2 * width - 1 - folded), gaussian / gaussian.sum())
    expected = convolve1d(convolve1d(image, kernel, axis=0, mode="nearest"), kernel, axis=1, mode="nearest")
    np.testing.assert_allclose(blurred(image), expected, atol=1e-5)


def test_a_masked_image_is_its_product_with_the_map_at_maximum_one():
    image = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
    product = masked(image, np.array([[4.0, 2.0], [1.0, 0.0]]))
    np.testing.assert_allclose(product, image * np.array([[1, 0.5], [0.25, 0]])[:, :, None])
    assert not masked(image, np.zeros((2, 2))).any()


def test_no_step_is_an_error():
    with pytest.raises(ValueError, match="expected 1 or more"):
        fractions_of(0)
