"""The suite's own arithmetic, by hand."""

import numpy as np
import pytest

from tests.benchmarks.bench import markdown, name_of
from tests.benchmarks.estimate import million
from tests.benchmarks.measuring import compare_maps, figure, race, ratio


def test_contestants_take_turns():
    calls = []
    seconds = race({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, repeats=2)
    assert calls == ["a", "b"] * 3
    assert {name: len(runs) for name, runs in seconds.items()} == {"a": 3, "b": 3}


def test_the_cold_run_stands_apart():
    found = figure("x", [9.0, 1.0, 2.0, 3.0], images=10)
    assert (found.cold, found.median, found.low, found.high, found.runs) == (900, 200, 150, 250, 3)
    assert found.unit == "ms per image"
    assert ratio([9.0, 4.0, 6.0], [1.0, 2.0, 2.0]) == {"median": 2.5, "low": 2.25, "high": 2.75}


def test_a_part_has_a_section_for_each_choice_of_models():
    assert name_of("maps", None) == "maps"
    assert name_of("maps", "folder/models.toml") == "maps-models"
    assert name_of("maps", "resnet50v2,xception") == "maps-resnet50v2-xception"


def test_maps_that_differ_by_a_factor_are_equal_and_flat_ones_have_no_correlation():
    maps = np.stack([np.arange(4.0).reshape(2, 2), np.zeros((2, 2))])
    found = compare_maps(maps, 7 * maps)
    assert found["largest_difference"] == 0
    assert found["mean_pearson"] == pytest.approx(1)
    assert (found["images"], found["flat"]) == (2, 1)


def grown(images, fixed=10.0):
    cost = {"build_s": 0.5, "tables_s": 0.1, "store_bytes": 2**20, "store_bytes_without_activations": 2**19}
    return {key: fixed + images * each for key, each in (cost | {"peak_bytes": 1024, "files": 12}).items()}


def test_a_million_images_cost_the_difference_of_two_sizes():
    parts = {"growth": {"values": {"by_size": {"100": grown(100), "1000": grown(1000)}}}}
    found = million(parts, price_per_hour=2.0, price_per_gib_month=0.5)
    assert found["hours on this machine"] == pytest.approx(1e6 * 0.5 / 3600)
    assert found["USD at 2.0 an hour"] == pytest.approx(1e6 / 3600)
    assert found["GiB with activations"] == pytest.approx(1e6 / 1024)
    assert found["the same without activations"] == pytest.approx(1e6 / 2048 / 2)
    assert found["files in the store"] == pytest.approx(12e6)
    assert million({"growth": {"values": {"by_size": {"100": grown(100)}}}}, 1, 1) == {}


def test_the_report_names_machine_and_figures():
    section = {
        "part": "maps", "title": "Maps", "explanation": "Why.", "settings": {"models": None}, "values": {"r": 1.5},
        "figures": [{"name": "ours", "unit": "ms", "median": 2.0, "low": 1.0, "high": 3.0, "runs": 4, "images": 8,
                     "cold": 9.0}],
        "measured_on": {"processor": "P", "cores": 2, "memory_gib": 4, "load_before": 0.1, "python": "3",
                        "versions": {}},
    }  # fmt: skip
    text = markdown({"parts": {"maps": section}, "million": {}})
    assert "| ours | ms | 2 | 1 to 3 | 9 | 4 | 8 |" in text
    assert "P, 2 cores" in text


@pytest.mark.slow
def test_operations_of_resnet50_are_those_of_its_paper():
    import keras

    from tests.benchmarks.forward import count_operations

    network = keras.applications.ResNet50(weights=None)
    assert count_operations(network) / 2 == pytest.approx(3.8e9, rel=0.03)  # He et al., CVPR 2016, table 1
