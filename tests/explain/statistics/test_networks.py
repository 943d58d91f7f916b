"""Architectures compared with their networks as a random factor: by hand, by statsmodels, and by simulation."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from explain.statistics.architectures import architecture_of
from explain.statistics.networks import compare_architectures


def drawn(rng, *, networks=3, images=60, difference=0.0, seeds=0.5, interaction=0.3, noise=0.3):
    """Draw values of two architectures: images and networks differ, and architectures in their favourite images."""
    of_image = rng.normal(size=images)
    columns = {}
    for name, shift in (("one", difference), ("two", 0.0)):
        liked = interaction * rng.normal(size=images)
        for seed in range(networks):
            own = rng.normal() * seeds
            key = f"{name}-{seed}" if seed else name
            columns[key] = of_image + liked + own + shift + noise * rng.normal(size=images)
    return pd.DataFrame(columns)


def test_two_networks_of_each_by_hand():
    # No image likes an architecture or a network more than others: all that varies is the networks' means.
    image = np.array([0.0, 1.0, 5.0])
    values = pd.DataFrame({"a": image + 1, "a-1": image + 3, "b": image, "b-1": image + 4})
    found = compare_architectures(values, "a", "b")
    assert (found.difference, found.networks, found.n) == (0, (2, 2), 3)
    # Variances of the means: 2 and 8 with a degree of freedom each, 5 on average with two.
    assert found.between_seeds == pytest.approx(5**0.5)
    assert found.freedom == pytest.approx(2)
    assert found.high == pytest.approx(stats.t.ppf(0.975, 2) * 5**0.5)
    assert found.p == 1


def test_without_interaction_it_is_the_t_test_of_the_networks_means():
    values = drawn(np.random.default_rng(1), interaction=0, difference=1, seeds=2, noise=0.01)
    found = compare_architectures(values, "one", "two")
    means = values.mean()
    expected = stats.ttest_ind(means[:3], means[3:])
    assert found.p == pytest.approx(expected.pvalue, rel=0.02)
    assert found.low == pytest.approx(expected.confidence_interval().low, rel=0.02)


def test_variances_are_those_of_a_mixed_model():
    statsmodels = pytest.importorskip("statsmodels.formula.api")
    values = drawn(np.random.default_rng(5), networks=6, images=40, difference=0.8)
    long = values.melt(ignore_index=False, var_name="network").reset_index(names="image")
    long["architecture"] = long["network"].map(architecture_of)
    long["liked"] = long["architecture"] + long["image"].astype(str)
    crossed = {name: f"0 + C({name})" for name in ("image", "network", "liked")}
    model = statsmodels.mixedlm("value ~ architecture", long, groups=np.ones(len(long)), vc_formula=crossed).fit()
    of = dict(zip(model.model.exog_vc.names, model.vcomp, strict=True))
    found = compare_architectures(values, "one", "two")
    assert found.difference == pytest.approx(-model.params["architecture[T.two]"], rel=1e-6)
    # The model's variance between networks is without what images leave in a mean of them.
    assert found.between_seeds == pytest.approx(np.sqrt(of["network"] + model.scale / 40), rel=0.05)
    error = (found.high - found.difference) / stats.t.ppf(0.975, found.freedom)
    assert error == pytest.approx(model.bse["architecture[T.two]"], rel=0.05)


@pytest.mark.parametrize("networks", [2, 3])
@pytest.mark.parametrize("variances", [(0.5, 0.0), (0.5, 0.5), (0.05, 0.5)])
def test_where_architectures_do_not_differ_it_seldom_says_so(networks, variances):
    rng, (seeds, interaction) = np.random.default_rng(20), variances
    made = [drawn(rng, networks=networks, images=40, seeds=seeds, interaction=interaction) for _ in range(400)]
    wrong = np.mean([compare_architectures(values, "one", "two").p < 0.05 for values in made])
    assert wrong < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)


def test_one_network_of_each_would_say_so_nearly_always():
    rng = np.random.default_rng(21)
    made = [drawn(rng, networks=1, seeds=0.5) for _ in range(200)]
    naive = np.mean([stats.ttest_rel(values["one"], values["two"]).pvalue < 0.05 for values in made])
    assert naive > 0.6
    assert all(np.isnan(compare_architectures(values, "one", "two").p) for values in made)


def test_the_smallest_difference_is_found_in_four_of_five_studies():
    rng = np.random.default_rng(22)
    smallest = np.median([compare_architectures(drawn(rng), "one", "two").smallest for _ in range(200)])
    made = [drawn(rng, difference=smallest) for _ in range(300)]
    assert np.mean([compare_architectures(v, "one", "two").p < 0.05 for v in made]) == pytest.approx(0.8, abs=0.12)


def test_images_without_a_value_are_left_out_and_an_architecture_without_networks_gives_nothing():
    values = drawn(np.random.default_rng(3))
    values.loc[4, "two-1"] = np.nan
    assert compare_architectures(values, "one", "two").n == 59
    nothing = compare_architectures(values, "one", "three")
    assert nothing.networks == (3, 0)
    assert np.isnan(nothing.difference)
