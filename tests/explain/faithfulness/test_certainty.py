"""Standard deviations of maps, against a loop over places and by hand."""

import numpy as np
import pandas as pd
import pytest

from explain.faithfulness.certainty import SIDE, certainty_rows, deviations, deviations_of_image
from explain.faithfulness.small_changes import CHANGES, CUT, CUT_LEFT, CUT_RIGHT, MIRRORED, NOISES
from explain.faithfulness.tables import Evaluated
from explain.measures.alignment import CENTRED
from explain.measures.resampling import COMMON_GRID, common_grid


def test_a_mirrored_map_that_does_not_follow_varies_at_both_places():
    """All mass is in one corner, and of the mirrored image in the same one: mirrored back, it is in the other."""
    own = np.kron(np.eye(1, SIDE**2).reshape(1, SIDE, SIDE), np.ones((4, 4)))
    expected = np.zeros((SIDE, SIDE))
    expected[0, [0, -1]] = SIDE**2 / np.sqrt(2)  # of the values SIDE^2 and 0, divided by one less than two
    np.testing.assert_allclose(deviations(own, {MIRRORED: own}, CENTRED)[0], expected, atol=1e-9)


def test_all_changes_against_a_loop_over_places():
    rng, left, share = np.random.default_rng(3), COMMON_GRID - CUT, COMMON_GRID // SIDE
    own, of_changed = rng.random((1, 7, 7)), {name: rng.random((1, 7, 7)) for name in CHANGES}
    whole, mirrored = common_grid(own)[0], common_grid(of_changed[MIRRORED])[0]
    noisy = [common_grid(of_changed[name])[0] for name in NOISES]
    first = whole[CUT:, CUT:].sum() * common_grid(of_changed[CUT_LEFT], size=left)[0]
    last = whole[:left, :left].sum() * common_grid(of_changed[CUT_RIGHT], size=left)[0]
    variance = np.zeros((SIDE, SIDE))
    for row in range(COMMON_GRID):
        for column in range(COMMON_GRID):
            values = [whole[row, column], mirrored[row, COMMON_GRID - 1 - column], *(m[row, column] for m in noisy)]
            values += [first[row - CUT, column - CUT]] if min(row, column) >= CUT else []
            values += [last[row, column]] if max(row, column) < left else []
            mean = sum(values) / len(values)
            among = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
            variance[row // share, column // share] += among * COMMON_GRID**4 / share**2
    np.testing.assert_allclose(deviations(own, of_changed, CENTRED)[0], np.sqrt(variance), rtol=1e-9)


def test_a_map_without_mass_has_none_and_a_map_that_never_changes_has_zeros():
    still = np.stack([np.zeros((7, 7)), np.ones((7, 7))])
    found = deviations(still, dict.fromkeys(CHANGES, still), CENTRED)
    assert np.isnan(found[0]).all()
    np.testing.assert_allclose(found[1], 0, atol=1e-9)


def test_what_is_written_is_read_by_image_model_and_method():
    rng = np.random.default_rng(5)
    values = rng.random((3, SIDE, SIDE))
    values[1] = np.nan
    rows = [
        certainty_rows(Evaluated(["a", "b", "c"], ["x"] * 3, "net", method, np.ones(3, bool)), values)
        for method in ("m", "n")
    ]
    table = pd.concat(rows, ignore_index=True)
    found = deviations_of_image(table, "c")
    assert list(found) == [("net", "m"), ("net", "n")]
    assert found["net", "m"] == pytest.approx(values[2], rel=1e-3)  # half floats
    assert deviations_of_image(table, "b") == {}
