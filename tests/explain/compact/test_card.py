import json
from dataclasses import replace

import pytest

from explain.compact.card import FAMILIES, card_text, plain
from explain.compact.evaluation import Figures, Share
from explain.compact.photographs import TARGETS

TRAINING = {
    "seed": 4,
    "steps": 5_000,
    "minutes": 77,
    "images": {group: [100, 10] for group in TARGETS},
    "calibration": {"offset": 0.5, "confusion": [[9, 0, 1], [0, 9, 1], [1, 1, 8]], "brown_bears": [0, 5, 5]},
}
FIGURES = Figures(
    Share(102, 102),
    Share(102, 102),
    Share(90, 100),
    Share(80, 100),
    Share(70, 100),
    0.61,
    0.62,
    1.5,
    1.4,
    1.6,
    1.23,
    ((51, 0, 0), (0, 51, 0)),
)


def text_of(figures, name="compact-resnet"):
    return card_text(name, {"imagenet": figures, "demo": figures}, TRAINING, 1_000_000, 2_000_000)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_card_states_each_term_of_the_loss_and_what_masks_serve(name):
    text = " ".join(text_of(FIGURES, name).split())
    for stated in ("cross-entropy", "*pooled*", "softened logits", "three terms", "Masks serve"):
        assert stated in text


def test_where_it_looks_stands_beside_chance():
    text = text_of(FIGURES)
    assert "| peak of FEM (K = 2) on the animal | 100 | 80.0 % | 71.1 to 86.7 % | 70.0 % | 62.0 % |" in text
    assert "| mass | 100 | 1.50 | 1.40 to 1.60 | | 1.23 |" in text


def test_what_was_asked_for_is_met_or_missed():
    assert "**missed**" not in text_of(FIGURES)
    short = text_of(replace(FIGURES, top1=Share(90, 102)))
    assert short.count("**missed**") == 2
    assert "What falls short" in short


def test_figures_are_stored_as_json_holds_them():
    stored = plain({"compact-resnet": {"demo": FIGURES}})
    assert json.loads(json.dumps(stored)) == stored
    assert stored["compact-resnet"]["demo"]["centre"] == {"hits": 70, "n": 100}
