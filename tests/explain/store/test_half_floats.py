import numpy as np

from explain.store.half_floats import as_half

EVERY = np.arange(2**16, dtype=np.uint16).view(np.float16)


def test_every_finite_half_float_comes_back_with_its_bits():
    halves = EVERY[np.isfinite(EVERY)].reshape(2, -1)  # both zeros and all that are subnormal among them
    found = as_half(halves.astype(np.float32))
    assert found.dtype == np.float16
    np.testing.assert_array_equal(found.view(np.uint16), halves.view(np.uint16))


def test_any_shape_and_order_of_memory_will_do():
    values = np.asfortranarray(np.arange(24, dtype=np.float32).reshape(2, 3, 2, 2))
    np.testing.assert_array_equal(as_half(values), values)
    assert as_half(np.zeros((0, 3), np.float32)).shape == (0, 3)
