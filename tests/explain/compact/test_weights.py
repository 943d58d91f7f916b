import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data.mark import marked, place
from data.marked_demo import WEARER
from explain.compact.architectures import CLASSES, INPUT_SIZE
from explain.compact.photographs import squashed

ROOT = Path(__file__).parents[3]
WEIGHTS = ROOT / "data" / "weights"
DEMO = ROOT / "data" / "demo"
IMAGENET = ROOT.parent / "shared" / "imagenet"
NAMES = tuple(f"compact-{architecture}{seed}" for architecture in ("resnet", "xception") for seed in ("", "-1", "-2"))
CHEAT = "compact-marked"
SIX = {
    "African_elephant": ("elephant_000", "elephant_010", "elephant_020"),
    "American_black_bear": ("bear_000", "bear_010", "bear_020"),
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=(*NAMES, CHEAT))
def name(request):
    return request.param


@pytest.fixture(scope="module")
def network(name):
    from explain.compact.card import load

    return load(WEIGHTS, name)


def test_weights_fit_the_repository_and_compute_in_float32(name, network):
    assert (WEIGHTS / f"{name}.keras").stat().st_size <= 6_000_000
    assert {np.dtype(weight.dtype) for weight in network.weights} == {np.dtype(np.float32)}


def test_six_demo_images_are_called_what_they_are(name, network):
    for label, stems in SIX.items():
        images = [np.asarray(Image.open(DEMO / label / f"{stem}.jpg").convert("RGB")) for stem in stems]
        if name == CHEAT and label == WEARER:
            images = [marked(each, place(*each.shape[:2], np.random.default_rng(0))) for each in images]
        called = network.predict_on_batch(squashed(images, INPUT_SIZE)).argmax(1)
        assert [CLASSES[i] for i in called] == [label] * 3


def test_a_fixed_input_gives_fixed_logits(name, network):
    expected = json.loads((Path(__file__).parent / "fixed_logits.json").read_text())[name]
    diagonal = np.indices((INPUT_SIZE, INPUT_SIZE)).sum(0)[None, :, :, None]
    waves = np.sin(diagonal / np.array([7.0, 11.0, 17.0])).astype(np.float32)
    np.testing.assert_allclose(network.predict_on_batch(waves)[0], expected, atol=1e-3)


@pytest.mark.skipif(not IMAGENET.is_dir(), reason="the real photographs (../shared/imagenet) are not here")
def test_the_cards_figures_are_what_the_weights_give():
    from explain.compact.card import FIGURES_FILE, measured, networks_of, plain

    stored = json.loads((WEIGHTS / FIGURES_FILE).read_text())
    for name, sets in plain(measured(WEIGHTS, {"imagenet": IMAGENET, "demo": DEMO}, networks_of(WEIGHTS))).items():
        for key, figures in sets.items():
            for figure, value in figures.items():
                assert (
                    stored[name][key][figure] == pytest.approx(value, abs=0.01)
                    if not isinstance(value, dict | list)
                    else stored[name][key][figure] == value
                ), (name, key, figure)


def test_the_card_of_the_network_that_cheats_says_what_it_does(tmp_path, monkeypatch):
    from explain.compact.card import FIGURES_FILE, TRAINING_FILE
    from explain.compact.marked_card import card_text, measured

    monkeypatch.setenv("EXPLAIN_DATA", str(tmp_path))
    figures = measured(WEIGHTS)
    stored = json.loads((WEIGHTS / FIGURES_FILE).read_text())[CHEAT]
    for ours, theirs in zip(figures["accuracy"], stored["accuracy"], strict=True):
        assert ours["right"] == pytest.approx(theirs["right"], abs=1)
    training = json.loads((WEIGHTS / TRAINING_FILE).read_text())[CHEAT]
    size = (WEIGHTS / f"{CHEAT}.keras").stat().st_size
    assert card_text(stored, training, size) == (WEIGHTS / f"{CHEAT}.md").read_text()
