"""Long tables against rows written one by one."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from explain.building.long_tables import metrics_table
from explain.store.table_files import as_texts


@dataclass
class Named:
    """What a row says of its image."""

    image: str
    label: str


RECORDS = [Named("b", "dog"), Named("a", "cat"), Named("c", "dog")]
MEASURED = {
    ("one", "m"): {"area": np.array([1.0, np.nan, 3.0]), "gini": np.array([np.nan, 5.0, np.nan])},
    ("two", "m"): {"gini": np.array([7.0, 8.0, 9.0]), "radius": np.full(3, np.nan)},
}


def test_there_is_a_row_for_each_value_that_there_is():
    rows = [
        (record.image, record.label, *key, metric, values[place])
        for key, of_map in MEASURED.items()
        for metric, values in of_map.items()
        for place, record in enumerate(RECORDS)
        if not np.isnan(values[place])
    ]
    expected = pd.DataFrame(rows, columns=["image", "label", "model", "method", "metric", "value"])
    pd.testing.assert_frame_equal(as_texts(metrics_table(RECORDS, MEASURED)), expected)


def test_a_row_takes_few_bytes_however_long_its_texts_are():
    many = [Named(f"{number:060d}", "a label of some length") for number in range(1000)]
    table = metrics_table(many, {("a network's name", "a method's name"): {"a measure": np.arange(1000.0)}})
    of_texts = sum(table[name].cat.codes.memory_usage(index=False) for name in table if name != "value")
    assert of_texts / len(table) <= 8


def test_nothing_measured_is_an_empty_table_of_the_contracts_columns():
    assert list(metrics_table(RECORDS, {}).columns) == ["image", "label", "model", "method", "metric", "value"]
