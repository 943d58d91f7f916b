"""The notebook runs from its first cell to its last, in a folder of its own, and says what its text says."""

import os
from pathlib import Path

import nbclient
import nbformat
import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "docs" / "notebook.ipynb"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def executed(demo_store, tmp_path_factory):
    """Run every cell."""
    folder = tmp_path_factory.mktemp("notebook")
    environment = {
        "EXPLAIN_CACHE": str(demo_store),
        "PYTHONPATH": str(ROOT),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    client.execute(env=os.environ | environment)
    return notebook


def said(notebook, beginning):
    """Give what the cell that begins so showed last."""
    (cell,) = (each for each in notebook.cells if each.cell_type == "code" and beginning in each.source)
    return cell.outputs[-1].data


def test_a_photograph_shows_itself_with_its_maps(executed):
    assert said(executed, "found = network.explain")["text/html"].count("<img ") == 3


def test_evidence_sums_to_the_score(executed):
    total, score = map(float, said(executed, "audited =")["text/plain"].strip("()").split(", "))
    assert total == pytest.approx(score, abs=0.01)


def test_what_is_stored_is_what_was_explained(executed):
    assert said(executed, "stored =")["text/plain"] == "[True, True]"


def test_tables_and_a_network_in_memory_answer(executed):
    assert "African_elephant" in said(executed, "inside =")["text/html"]
    assert "verdict" in said(executed, "findings =")["text/html"]
    assert "untrained: 64 x 64 pixels" in said(executed, "mine = explain.wrap")["text/plain"]


def test_no_outputs_are_committed():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert [
        cell for cell in notebook.cells if cell.cell_type == "code" and (cell.outputs or cell.execution_count)
    ] == []
