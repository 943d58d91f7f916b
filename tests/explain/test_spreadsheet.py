import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explain.spreadsheet import as_csv

DANGEROUS = ["=HYPERLINK(A1)", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\tx", "\rx", "\n=x", "\uff1d1", "- ", "-inf"]


def read(text):
    return pd.read_csv(io.StringIO(text, newline=""), keep_default_na=False, dtype=str)


@pytest.mark.parametrize("cell", DANGEROUS)
@pytest.mark.parametrize("kind", [object, "string", "category"])
def test_a_text_that_begins_a_formula_gets_an_apostrophe_in_cells_and_headings(cell, kind):
    table = pd.DataFrame({"name": pd.Series([cell], dtype=kind), cell: [1]})
    written = as_csv(table)
    assert written.startswith(("name,'", "name,\"'"))
    assert "'" + cell in written


def test_numbers_stay_numbers_and_the_table_stays_as_it_was():
    table = pd.DataFrame({"a": [-1.5, np.nan], "b": [-2, 3], "c": ["-0.25", "+3"], "d": [True, None], "e": [-1, "x"]})
    before = table.copy()
    assert as_csv(table) == table.to_csv(index=False)
    pd.testing.assert_frame_equal(table, before)


def test_two_columns_of_one_name_are_both_made_safe():
    table = pd.DataFrame([["=1", "=2"]], columns=["x", "x"])
    assert as_csv(table) == "x,x\n'=1,'=2\n"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), min_size=1))
def test_no_cell_of_text_begins_a_formula_and_every_text_is_there(texts):
    cells = read(as_csv(pd.DataFrame({"first": texts, "n": range(len(texts))})))["first"]
    for text, cell in zip(texts, cells, strict=True):
        assert cell in (text, f"'{text}")
        assert cell == f"'{text}" or not text.startswith(("=", "@", "+", "-")) or np.isfinite(float(text))
