import json
import re
from dataclasses import replace

import pytest

from explain.compact.__main__ import WEIGHTS
from explain.compact.card import FAMILIES, FIGURES_FILE, TRAINING_FILE, card_text, networks_of, plain
from explain.compact.comparison import read_comparison
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


def test_a_card_says_how_long_and_where_cells_lie():
    first, seed = (" ".join(text_of(FIGURES, name).split()) for name in ("compact-xception", "compact-xception-2"))
    assert "train compact-xception --seed 4`, then" in first
    assert "The schedule was in minutes" in first
    assert "train compact-xception --seed 4 --steps 5000`, then" in seed
    assert "The schedule was in minutes" not in seed
    assert "-5 pixels of the input down and -5 right" in first
    assert "-0.9 pixels of the input down and -0.9 right" in seed


def test_committed_cards_are_what_the_files_beside_them_say():
    stored, training = (json.loads((WEIGHTS / name).read_text()) for name in (FIGURES_FILE, TRAINING_FILE))
    for name in networks_of(WEIGHTS):
        card = (WEIGHTS / f"{name}.md").read_text()
        parameters = int(re.search(r"([\d,]+) parameters", card)[1].replace(",", ""))
        size = (WEIGHTS / f"{name}.keras").stat().st_size
        figures = {key: read(value) for key, value in stored[name].items()}
        assert card_text(name, figures, training[name], parameters, size, read_comparison(WEIGHTS)) == card
        assert "deciding rows come to the same verdict" in " ".join(card.split())
        assert "| Grad-CAM |" in card  # parts


def read(figures):
    """Turn what figures.json holds back into figures."""
    shares = {name: Share(**value) if isinstance(value, dict) else value for name, value in figures.items()}
    return Figures(**{**shares, "confusion": tuple(map(tuple, figures["confusion"]))})


def test_figures_are_stored_as_json_holds_them():
    stored = plain({"compact-resnet": {"demo": FIGURES}})
    assert json.loads(json.dumps(stored)) == stored
    assert stored["compact-resnet"]["demo"]["centre"] == {"hits": 70, "n": 100}
