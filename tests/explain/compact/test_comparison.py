"""What cards say beside real networks: counted from two stores, and told from what was counted."""

import json
from types import SimpleNamespace

import pandas as pd
import pytest

from explain.compact.comparison import (
    agreement_with_real,
    comparison_in_words,
    pairs_of_one_seed,
    parts_looked_at,
    read_comparison,
    write_comparison,
)
from explain.errors import ExplainError
from explain.findings.findings import findings
from explain.store.manifest import DatasetInfo
from tests.explain.findings.conftest import tables as tables
from tests.explain.findings.made_tables import CHOSEN, METHODS, MODELS


class MadeStore:
    """As much of a store as is read here."""

    path = "made"
    shown_models, shown_methods = MODELS, METHODS
    models = tuple(
        SimpleNamespace(
            name=name, title=CHOSEN.models[name],
            methods=tuple(SimpleNamespace(name=each, title=CHOSEN.methods[each]) for each in METHODS),
        )
        for name in MODELS
    )  # fmt: skip

    def __init__(self, metrics, agreement, predictions, digest="same"):
        self._tables = {"metrics": metrics, "agreement": agreement, "predictions": predictions}
        self.dataset = DatasetInfo("made", "Made", "", ("elephant", "bear"), {}, digest, 10, study="reference_report")

    def table(self, name):
        return self._tables[name]


def test_rows_are_counted_one_by_one(tables):
    metrics, agreement, predictions = tables
    turned = metrics.assign(value=metrics["value"].where(metrics["metric"] != "entropy", -metrics["value"]))
    mine, theirs = MadeStore(*tables), MadeStore(turned, agreement, predictions)
    found = agreement_with_real(mine, theirs)
    verdicts = [
        {(f.number, row.metric, row.scope): row.verdict for f in judged for row in f.rows if row.decides}
        for judged in (findings(*side._tables.values(), CHOSEN, side.dataset) for side in (mine, theirs))
    ]
    assert found.rows == len(verdicts[0]) == len(verdicts[1])
    assert found.same == sum(verdicts[0][key] == verdicts[1][key] for key in verdicts[0])
    assert found.same < found.rows
    assert "1: Entropy" in found.other_claims
    assert agreement_with_real(mine, mine).same == found.rows
    with pytest.raises(ExplainError, match="different images"):
        agreement_with_real(mine, MadeStore(*tables, digest="other"))


def test_a_pair_of_another_seed_is_compared_as_if_it_stood_alone(tables):
    """Two more networks lie beside the first pair; their tests are not corrected together with its own."""
    metrics, agreement, predictions = tables
    seeds = {name: f"{name}-1" for name in MODELS}
    others = [
        metrics.replace({"model": seeds}),
        agreement.replace({"model_a": seeds, "model_b": seeds}),
        predictions.replace({"model": seeds}),
    ]
    wide = MadeStore(*(pd.concat(both) for both in zip(tables, others, strict=True)))
    wide.models = (*MadeStore.models, *(replaced(model, seeds) for model in MadeStore.models))
    wide.shown_models = [*MODELS, *seeds.values()]
    alone = agreement_with_real(MadeStore(*tables), MadeStore(*tables))
    pairs = pairs_of_one_seed(wide.shown_models)
    assert pairs == [tuple(MODELS), tuple(seeds.values())]
    for pair in pairs:
        found = agreement_with_real(wide, MadeStore(*tables), pair)
        assert (found.rows, found.same) == (alone.rows, alone.rows)
    assert found.networks == tuple(f"{CHOSEN.models[name]}, seed 1" for name in MODELS)


def replaced(model, names):
    return SimpleNamespace(name=names[model.name], title=f"{model.title}, seed 1", methods=model.methods)


def test_a_card_says_what_was_put_down_and_nothing_else(tables, tmp_path):
    metrics, agreement, predictions = tables
    heads = pd.DataFrame(
        [(f"i{k}", "bear", "xception", "fem", "part_head_relative", value) for k, value in enumerate((0.5, 2.0))],
        columns=metrics.columns,
    )
    store = MadeStore(pd.concat([metrics, heads]), agreement, predictions)
    parts = parts_looked_at(store)
    assert parts == {"xception": {"FEM": {"head": 1.25}}}
    write_comparison(tmp_path, [agreement_with_real(store, store)], parts)
    found = read_comparison(tmp_path)
    assert json.loads((tmp_path / "comparison.json").read_text()) == found
    said = comparison_in_words(found, "xception", "Xception")
    (agreement,) = found["agreements"]
    count = agreement["rows"]
    assert f"{count} of {count} deciding rows" in " ".join(said.split())
    assert agreement["study"] == "The claims of the reference report"
    assert "| FEM | 1.25 |" in said
    assert comparison_in_words(found, "vgg", "VGG") == ""
    assert comparison_in_words(read_comparison(tmp_path / "nowhere"), "xception", "Xception") == ""
