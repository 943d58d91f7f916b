"""Verdicts about architectures: only beside what lies between networks of one."""

import numpy as np
import pandas as pd

from explain.figures.exhibit import Options
from explain.figures.networks import APART, UNDECIDED, compose, in_words
from explain.store.selection import Selection
from tests.explain.figures.toy_material import toy_material


def material(shift, seeds=(0.0, 0.4, -0.3), counts=(3, 3)):
    rng = np.random.default_rng(0)
    image, rows = rng.random(30), []
    models = {}
    for name, count, off in (("net", counts[0], 0.0), ("other", counts[1], shift)):
        for seed in range(count):
            model = f"{name}-{seed}" if seed else name
            models[model] = f"Title of {model}"
            values = image + off + seeds[seed] + 0.01 * rng.random(30)
            rows += [(f"i{k}", "cat", model, "m", "entropy", v) for k, v in enumerate(values)]
    metrics = pd.DataFrame(rows, columns=["image", "label", "model", "method", "metric", "value"])
    return toy_material(selection=Selection(models, {"m": "Method"}), tables={"metrics": metrics})


def test_a_difference_no_larger_than_between_seeds_is_no_verdict_about_architectures():
    (row,) = compose(material(0.3), Options()).table.itertuples()
    assert (row.verdict, row.networks, row.n) == (UNDECIDED, "3 and 3", 30)
    assert row.low < -0.3 < row.high


def test_a_difference_far_beyond_the_seeds_is_one():
    exhibit = compose(material(5.0), Options())
    assert list(exhibit.table["verdict"]) == [APART]
    assert {trace.name for trace in exhibit.figure.data} == {"Title of net", "Title of other"}
    assert len(exhibit.figure.data[0].x) == 3


def test_the_caption_says_by_which_tests_architectures_differ():
    assert "By none of 1 tests is there a verdict" in compose(material(0.3), Options()).caption
    assert "The architectures differ by 1 of 1 tests (Method: entropy)." in compose(material(5.0), Options()).caption
    table = pd.DataFrame(
        [("m", "entropy", APART), ("m", "gini", APART), ("n", "radius", UNDECIDED), ("n", "entropy", APART)],
        columns=["method", "metric", "verdict"],
    )
    assert in_words(table, {"m": "M", "n": "N"}) == (
        "The architectures differ by 3 of 4 tests (M: entropy and Gini index; N: entropy); by the others there is no "
        "verdict about them."
    )


def test_one_network_of_each_is_a_sentence_about_these_networks():
    exhibit = compose(material(5.0, counts=(1, 1)), Options())
    assert exhibit.table.empty
    assert "about these networks" in exhibit.caption
    assert compose(material(5.0, counts=(3, 0)), Options()).table.empty
