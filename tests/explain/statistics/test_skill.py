"""Skill beside chance, and the test that boxes which are shuffled leave uniform."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest

from explain.measures.chance import OTHER, UNIFORM, partners
from explain.measures.location import mass_inside
from explain.measures.maps_on_grid import MapsOnGrid
from explain.statistics.skill import p_of_own_images, skill, skill_table

SIDE, IMAGES = 14, 40
LABELS = ["a"] * 21 + ["b"] * 19


def test_skill_is_the_share_of_what_chance_leaves():
    assert skill([0.8] * 10, [0.6] * 10) == pytest.approx((0.5, 0.5, 0.5))
    assert skill([0.2] * 10, [0.6] * 10)[0] == pytest.approx(-1)
    assert np.isnan(skill([1.0, 1.0], [1.0, 1.0])).all()
    rng = np.random.default_rng(1)
    value, chance = rng.uniform(0.5, 1, 60), rng.uniform(0.2, 0.6, 60)
    found, low, high = skill(value, chance)
    assert low < found < high
    drawn = [rng.integers(0, 60, 60) for _ in range(3000)]
    skills = [(value[d].mean() - chance[d].mean()) / (1 - chance[d].mean()) for d in drawn]
    assert np.quantile(skills, [0.025, 0.975]) == pytest.approx([low, high], abs=0.02)


def scored(maps, coverage):
    """Score maps, and those of their partners, on the same boxes."""
    partner = partners(LABELS)
    value = mass_inside(maps, coverage)
    by_chance = mass_inside(MapsOnGrid(maps.grid[partner]), coverage)
    names = np.array([f"i{n:02}" for n in range(IMAGES)])
    return pd.DataFrame({"image": names, "map_of": names[partner], "value": value, "value_chance": by_chance})


def maps_and_boxes(seed):
    """Make maps around where their boxes lie, each box of a size of its own."""
    rng = np.random.default_rng(seed)
    places = np.arange(SIDE)
    centre, size = rng.uniform(4, 10, (IMAGES, 2)), rng.uniform(2, 4, IMAGES)
    away = (places[None, :, None] - centre[:, 0, None, None]) ** 2 + (
        places[None, None] - centre[:, 1, None, None]
    ) ** 2
    grid = np.exp(-away / 8) + rng.random((IMAGES, SIDE, SIDE)) * 0.3
    near = [np.abs(places[None] - centre[:, axis, None]) < size[:, None] for axis in (0, 1)]
    coverage = (near[0][:, :, None] & near[1][:, None, :]).astype(float)
    return MapsOnGrid(grid / grid.sum(axis=(1, 2), keepdims=True)), coverage


def test_shuffled_boxes_give_a_uniform_p_and_the_images_own_a_small_one():
    maps, coverage = maps_and_boxes(2)
    assert p_of_own_images(scored(maps, coverage)) < 0.001
    rng, label, found = np.random.default_rng(3), np.array(LABELS), []
    for _ in range(120):
        order = np.arange(IMAGES)
        for name in "ab":
            order[label == name] = rng.permutation(order[label == name])
        found.append(p_of_own_images(scored(maps, coverage[order])))
    assert kstest(found, "uniform").pvalue > 0.05


def test_the_table_has_every_measure_with_every_baseline():
    maps, coverage = maps_and_boxes(4)
    rows = scored(maps, coverage).assign(label=LABELS, model="m", method="k", metric="mass_inside")
    metrics = rows[["image", "label", "model", "method", "metric", "value"]]
    other = rows.drop(columns="value").rename(columns={"value_chance": "value"}).assign(baseline=OTHER)
    chance = pd.concat([other, other.assign(baseline=UNIFORM, map_of="", value=0.25)])
    table = skill_table(metrics, chance).set_index("baseline")
    assert table.loc[UNIFORM, "chance"] == 0.25
    assert table.loc[UNIFORM, "skill"] == pytest.approx((metrics["value"].mean() - 0.25) / 0.75)
    assert np.isnan(table.loc[UNIFORM, "p_uncorrected"])
    assert table.loc[OTHER, "p_uncorrected"] < 0.001
    assert table["n"].tolist() == [IMAGES] * 2


def test_without_scores_by_chance_the_table_is_empty():
    nothing = pd.DataFrame({name: [] for name in ("image", "model", "method", "metric", "baseline", "map_of", "value")})
    rows = pd.DataFrame({"image": ["i"], "model": "m", "method": "k", "metric": "mass_inside", "value": 0.5})
    assert skill_table(rows, nothing).empty
