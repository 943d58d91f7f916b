"""The decomposition against an analysis of variance of the maps themselves, cell by cell."""

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest

from explain.statistics.decomposition import COMPONENTS, decomposition_table, shares_of_variance


def standardised_maps(rng, models, methods):
    maps = rng.normal(size=(models, methods, 30)) + rng.normal(size=(1, methods, 30)) * 2
    maps -= maps.mean(axis=-1, keepdims=True)
    return maps / np.linalg.norm(maps, axis=-1, keepdims=True)


def table_of(maps_of_images):
    rows = []
    for image, maps in maps_of_images.items():
        keys = list(product(range(maps.shape[0]), range(maps.shape[1])))
        for a, b in combinations(keys, 2):
            rows.append((image, "x", f"m{a[0]}", f"k{a[1]}", f"m{b[0]}", f"k{b[1]}", maps[a] @ maps[b]))
    return pd.DataFrame(rows, columns=["image", "label", "model_a", "method_a", "model_b", "method_b", "pearson"])


@pytest.mark.parametrize(("models", "methods"), [(2, 2), (3, 2), (2, 4)])
def test_shares_are_those_of_an_analysis_of_variance_of_the_maps(models, methods):
    rng = np.random.default_rng(models + methods)
    maps = {f"i{n}": standardised_maps(rng, models, methods) for n in range(4)}
    found = shares_of_variance(table_of(maps), [f"m{n}" for n in range(models)], [f"k{n}" for n in range(methods)])
    for image, z in maps.items():
        middle = z.mean(axis=(0, 1))
        of_model, of_method = z.mean(axis=1, keepdims=True), z.mean(axis=0, keepdims=True)
        squares = [
            methods * ((of_model - middle) ** 2).sum(),
            models * ((of_method - middle) ** 2).sum(),
            ((z - of_model - of_method + middle) ** 2).sum(),
        ]
        assert sum(squares) == pytest.approx(((z - middle) ** 2).sum())
        (row,) = found[found.image == image].itertuples()
        assert [row.classifier, row.explainer, row.interaction] == pytest.approx(np.array(squares) / sum(squares))


def test_where_only_the_explainer_changes_maps_it_has_all_of_the_variance():
    one = standardised_maps(np.random.default_rng(1), 1, 3)
    found = shares_of_variance(table_of({"i": np.repeat(one, 2, axis=0)}), ["m0", "m1"], ["k0", "k1", "k2"])
    assert found[list(COMPONENTS)].to_numpy().tolist() == [pytest.approx([0, 1, 0])]


def test_a_missing_correlation_leaves_its_image_out_and_a_single_model_leaves_nothing():
    maps = {f"i{n}": standardised_maps(np.random.default_rng(n), 2, 2) for n in range(3)}
    table = table_of(maps)
    table.loc[3, "pearson"] = np.nan
    assert shares_of_variance(table, ["m0", "m1"], ["k0", "k1"])["image"].tolist() == ["i1", "i2"]
    assert shares_of_variance(table, ["m0"], ["k0", "k1"]).empty
    assert shares_of_variance(table, ["m0", "m1"], ["k0", "k9"]).empty


def test_means_have_intervals():
    maps = {f"i{n}": standardised_maps(np.random.default_rng(n), 2, 2) for n in range(12)}
    table = decomposition_table(shares_of_variance(table_of(maps), ["m0", "m1"], ["k0", "k1"]))
    assert table["mean"].sum() == pytest.approx(1)
    assert (table["low"] < table["mean"]).all()
    assert (table["mean"] < table["high"]).all()
    assert table["n"].tolist() == [12] * 3
