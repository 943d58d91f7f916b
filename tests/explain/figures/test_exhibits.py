import json
from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pandas as pd
import pytest

from explain.faithfulness.tables import CHANGED
from explain.figures.differences import chosen_pair, side, usual_pairs
from explain.figures.exhibit import Material
from explain.figures.exhibits import ENTRIES, SECTIONS, Options, report_exhibits
from explain.figures.style import spoken
from explain.figures.wording import P_COLUMNS, column_title, in_a_sentence, readable
from explain.store.selection import Selection
from tests.explain.figures.toy_material import toy_material

SIZES = [(1, 1), (2, 2), (3, 5), (2, 11)]
BAD = '<a href="http://example.invalid">x</a>'


def composed(material, options=None):
    """Compose every exhibit as a page does."""
    options = options or Options()
    return [entry.compose(material, chosen) for entry in ENTRIES for chosen in entry.on_page(material, options)]


@cache
def of_size(models, methods):
    """Compose the exhibits of toy material once for all tests that only look at them."""
    material = toy_material(models, methods)
    return material, composed(material)


def shown_texts(value, key=""):
    """Collect every text of a figure but what is never shown: ids of clicks, groups of traces, embedded pictures."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in ("customdata", "template", "legendgroup", "offsetgroup", "source"):
                yield from shown_texts(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from shown_texts(inner, key)
    elif isinstance(value, str):
        yield value


def texts(exhibit):
    figure = list(shown_texts(json.loads(exhibit.figure.to_json()))) if exhibit.figure else []
    return [exhibit.title, exhibit.caption, *figure]


@pytest.mark.parametrize(("models", "methods"), SIZES)
def test_every_exhibit_has_a_caption_and_a_table_or_says_why_not(models, methods):
    _, exhibits = of_size(models, methods)
    assert len({exhibit.name for exhibit in exhibits}) == len(exhibits)
    for exhibit in exhibits:
        assert exhibit.title
        assert exhibit.caption.endswith(".")
        assert (exhibit.figure is None) or len(exhibit.table), exhibit.name
    empty = {exhibit.name.partition("-")[0] for exhibit in exhibits if exhibit.table.empty}
    empty -= {"architectures"}  # these networks differ in their seeds alone
    assert empty == ({"difference", "agreement", "decomposition"} if models * methods == 1 else set())


@pytest.mark.parametrize(("models", "methods"), SIZES)
def test_every_figure_carries_titles_and_no_names(models, methods):
    material, as_it_opens = of_size(models, methods)
    names = [*material.selection.models, *material.selection.methods, "bear_cub", "mass_inside", "p_uncorrected"]
    others = [
        entry.compose(material, options)
        for entry in ENTRIES
        for options in (Options(by="model", shape="violin"), Options(by="method", colour="mass_inside"))
        if entry.section in ("distributions", "map")
    ]
    for exhibit in [*as_it_opens, *others]:
        said = texts(exhibit)
        if exhibit.figure is not None:
            assert exhibit.figure.layout.title.text, exhibit.name
            assert any("n = " in text for text in said), exhibit.name
        assert not [text for text in said for name in names if name in text], exhibit.name


@pytest.mark.parametrize(("models", "methods"), SIZES)
def test_every_set_of_maps_is_named_by_its_titles(models, methods):
    material, exhibits = of_size(models, methods)
    for exhibit in exhibits:
        family = exhibit.name.partition("-")[0]
        if exhibit.figure is None or family not in ("distribution", "curves", "sanity", "average"):
            continue
        said = "\n".join(texts(exhibit))
        for title in (*material.selection.models.values(), *material.selection.methods.values()):
            assert title in said, (exhibit.name, title)


@pytest.mark.parametrize(("models", "methods"), SIZES)
def test_tables_keep_names_for_files_and_show_titles_to_people(models, methods):
    material, exhibits = of_size(models, methods)
    for exhibit in exhibits:
        for column, known in (("model", material.selection.models), ("method", material.selection.methods)):
            if column in exhibit.table:
                assert set(exhibit.table[column]) <= set(known)
                assert set(readable(exhibit.table, material.selection)[column_title(column)]) <= set(known.values())
        headings = [str(column) for column in readable(exhibit.table, material.selection)]
        assert not [heading for heading in headings if "_" in heading]
        assert len(set(headings)) == len(headings)


def test_files_and_titles_with_markup_are_inert():
    selection = Selection({f"m{BAD}": f"Network {BAD}", "n": "N"}, {f"x{BAD}": f"Explainer {BAD}", "y": "Y"})
    material = toy_material(selection=selection, labels=(f"bear{BAD}", "cat"))
    for options in (Options(), Options(by="model"), Options(by="method"), Options(colour="predicted")):
        for exhibit in composed(material, options):
            if exhibit.figure is not None:
                said = list(shown_texts(json.loads(exhibit.figure.to_json())))
                assert not [text for text in said if "<a" in text], exhibit.name
                if exhibit.name.partition("-")[0] not in ("map", "decomposition"):  # these name no model
                    assert any("&lt;a href" in text for text in said), exhibit.name
            assert BAD not in exhibit.caption


@pytest.mark.parametrize(
    "changes",
    [
        {"images": 1}, {"labels": ("only",)}, {"models": 1}, {"methods": 1},
        {"images": 1, "models": 1, "methods": 1, "labels": ("only",)},
    ],
)  # fmt: skip
def test_little_is_enough(changes):
    for options in (Options(), Options(band="mean", metric="not_here", colour="not_here")):
        for exhibit in composed(toy_material(**changes), options):
            assert exhibit.caption
            if exhibit.figure is not None:
                json.loads(exhibit.figure.to_json())
                assert len(exhibit.figure.data) or exhibit.figure.layout.images


def test_what_nothing_is_known_of_is_said_in_a_sentence():
    full = toy_material()
    for name in ("metrics", "agreement", "chance", "predictions", "curves", "sanity", "embedding"):
        material = toy_material(tables={name: full.read(name).iloc[:0]}, averages=tuple)
        silent = [exhibit for exhibit in composed(material) if exhibit.figure is None and exhibit.name != "accuracy"]
        assert silent, name
        for exhibit in silent:
            assert exhibit.table.empty
            assert len(exhibit.caption) >= 20


def test_answers_that_cannot_be_judged_are_no_chart():
    answers = toy_material().read("predictions").assign(right=pd.array([pd.NA] * 12, dtype="boolean"))
    exhibits = {exhibit.name: exhibit for exhibit in composed(toy_material(tables={"predictions": answers}))}
    for name in ("accuracy", "calibration"):
        assert exhibits[name].figure is None
        assert "No answer can be judged" in exhibits[name].caption
    assert exhibits["confusion"].figure is not None


def test_metrics_that_no_image_has_are_not_offered_to_the_report():
    metrics = toy_material().read("metrics")
    metrics = metrics.assign(value=metrics["value"].where(metrics["metric"] != "mass_inside"))
    names = [exhibit.name for exhibit in report_exhibits(toy_material(tables={"metrics": metrics}))]
    assert "distribution-entropy" in names
    assert "distribution-mass_inside" not in names


def test_the_report_and_the_page_compose_the_same():
    material = toy_material()
    on_page = {exhibit.name: exhibit for exhibit in composed(material)}
    in_report = {exhibit.name: exhibit for exhibit in report_exhibits(material)}
    assert set(on_page) <= set(in_report)
    for name, exhibit in on_page.items():
        other = in_report[name]
        assert (exhibit.title, exhibit.caption) == (other.title, other.caption)
        pd.testing.assert_frame_equal(exhibit.table, other.table)
        if exhibit.figure is not None:
            assert exhibit.figure.to_json() == other.figure.to_json()


def test_the_order_of_rows_in_the_store_changes_no_summary():
    material = toy_material(2, 3)
    backwards = {name: material.read(name)[::-1] for name in ("metrics", "agreement", "curves", "sanity")}
    for first, second in zip(composed(material), composed(toy_material(2, 3, tables=backwards)), strict=True):
        if first.name.partition("-")[0] in ("distribution", "curves", "sanity"):
            columns = ["model", "method"]
            assert list(map(tuple, first.table[columns].to_numpy())) == list(
                map(tuple, second.table[columns].to_numpy())
            )


def test_only_what_is_selected_is_shown():
    everything = toy_material(3, 3)
    narrow = Selection({"model-1": "Network 2"}, {"method_2": "Explainer 3", "method_0": "Explainer 1"})
    material = Material(everything.read, narrow, averages=everything.averages, label_of=everything.label_of)
    for exhibit in composed(material):
        if exhibit.name != "average-maps" and "model" in exhibit.table:
            assert set(exhibit.table["model"]) == {"model-1"}
    bars = next(exhibit for exhibit in composed(material) if exhibit.name.startswith("distribution")).figure.data
    assert [trace.name for trace in bars] == ["Network 2, Explainer 3", "Network 2, Explainer 1"]


def test_one_class_leaves_the_others_out():
    material = replace(toy_material(), label="elephant")
    for name in ("metrics", "agreement", "chance", "predictions", "curves", "sanity", "embedding"):
        assert set(material.rows(name)["label"]) == {"elephant"}


def test_differences_are_those_of_the_usual_pairs_unless_two_sides_are_chosen():
    material = toy_material(2, 2)
    found = [exhibit for exhibit in composed(material) if exhibit.name.startswith("difference")]
    assert len(found) == len(usual_pairs(material.selection)) == 4
    options = Options(first="model-1:method_0", second="model-0:method_1")
    (chosen,) = [exhibit for exhibit in composed(material, options) if exhibit.name.startswith("difference")]
    metrics = material.read("metrics")
    entropy = metrics[metrics["metric"] == "entropy"].set_index(["model", "method", "image"])["value"].sort_index()
    by_hand = np.mean(entropy["model-1", "method_0"].to_numpy() - entropy["model-0", "method_1"].to_numpy())
    assert chosen.table["difference"].item() == pytest.approx(by_hand)
    assert chosen.title == "Difference in entropy: Network 2, Explainer 1 minus Network 1, Explainer 2"
    assert chosen.figure.layout.yaxis.title.text == "Difference in entropy"


def test_any_two_sides_can_be_chosen():
    selection = toy_material(3, 5).selection
    for a, b in product(selection.keys, selection.keys):
        pair = chosen_pair(selection, side(a), side(b))
        assert pair is not None
        assert pair[0] == a
        assert pair[1] != a
        assert pair[1] == b or a == b


@pytest.mark.parametrize("second", ["", "junk", "model-1:method_0"])
def test_a_side_without_another_is_compared_with_the_next_that_differs_in_one_thing(second):
    first, other = chosen_pair(toy_material(2, 2).selection, "model-1:method_0", second)
    assert first == ("model-1", "method_0")
    assert sum(a != b for a, b in zip(first, other, strict=True)) == 1


@pytest.mark.parametrize("first", ["", "junk", "model-0", "model-0:method_0:x"])
def test_what_is_no_side_chooses_nothing(first):
    assert chosen_pair(toy_material(2, 2).selection, first, "model-0:method_0") is None


def test_the_agreement_of_many_sets_is_drawn_whole_in_the_matrix_and_in_part_by_image():
    exhibits = {exhibit.name: exhibit for exhibit in of_size(2, 11)[1]}
    matrix, points = exhibits["agreement-pearson"], exhibits["agreement-pearson-images"]
    assert np.array(matrix.figure.data[0].z).shape == (21, 21)  # each pair once
    assert matrix.figure.layout.height >= 21 * 30
    assert len(matrix.table) == 231
    assert "6 of 231 pairs" in points.caption
    assert points.figure.layout.height < 1200


def test_an_answer_may_be_right_about_the_kind_alone():
    answers = pd.DataFrame(
        {"image": ["a", "b", "c"], "label": "brown_bear", "model": "model-0", "probability": 0.5,
         "predicted": ["ice bear", "brown bear", "cat"], "right": pd.array([False, True, False], dtype="boolean")}
    )  # fmt: skip
    kinds = {"bear": ("brown_bear", "ice_bear")}
    material = toy_material(tables={"predictions": answers}, kinds=kinds)
    accuracy = next(exhibit for exhibit in composed(material) if exhibit.name == "accuracy")
    assert accuracy.table[["right", "n", "kind_right"]].to_numpy().tolist() == [[1, 3, 2]]
    assert "bear" in accuracy.caption
    plain = next(e for e in composed(toy_material(tables={"predictions": answers})) if e.name == "accuracy")
    assert "kind_right" not in plain.table


def test_no_sentence_of_ours_speaks_of_one_dataset_or_method():
    for exhibit in composed(toy_material(labels=("one", "two"))):
        said = f"{exhibit.title} {exhibit.caption}".casefold()
        assert not [word for word in ("animal", "elephant", "bear", "grad-cam", "fem") if word in said.split()]


def test_numbers_for_people_have_no_signed_zero_and_few_digits():
    table = pd.DataFrame({"model": ["m"], "difference": [-0.0001], "p_uncorrected": [1.23456e-9], "n": [3]})
    shown = readable(table, Selection({"m": "Title"}, {}))
    assert list(shown) == ["Model", "Difference", "p (not corrected)", "n"]
    assert str(shown["Difference"].item()) == "0.0"
    assert shown[column_title(P_COLUMNS[1])].item() == pytest.approx(1.2e-9)


def test_a_missing_name_stays_missing():
    table = pd.DataFrame({"predicted": ["a_b", None], "value": [0.5, np.nan]})
    assert readable(table, Selection({}, {}))["Answer"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("title", "text"),
    [("Entropy", "entropy"), ("RMS radius", "RMS radius"), ("IoU of half maximum", "IoU of half maximum")],
)
def test_a_title_in_a_sentence_keeps_its_abbreviations(title, text):
    assert in_a_sentence(title) == text


def test_sections_keep_the_names_that_links_use():
    assert list(SECTIONS) == [
        "distributions", "differences", "agreement", "averages", "answers", "faithfulness", "map",
    ]  # fmt: skip
    assert spoken("a_b") == "a b"


def test_a_ceiling_stands_beside_agreement_where_maps_were_compared_with_themselves():
    material, exhibits = of_size(2, 2)
    matrix = next(each for each in exhibits if each.name == "agreement-pearson")
    sanity = material.read("sanity")
    own = sanity[sanity["check"] == CHANGED].groupby(["model", "method"])["pearson"].mean()
    for row in matrix.table.to_dict("records"):
        sides = own[(row["model_a"], row["method_a"])], own[(row["model_b"], row["method_b"])]
        assert row["ceiling"] == pytest.approx(np.sqrt(sides[0] * sides[1]))
    assert "no two networks can agree better" in matrix.caption
    without = toy_material(2, 2, tables={"sanity": sanity[sanity["check"] != CHANGED]})
    plain = next(each for each in composed(without) if each.name == "agreement-pearson")
    assert "ceiling" not in plain.table
