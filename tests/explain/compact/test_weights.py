import json
from itertools import product
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


@pytest.fixture(scope="module")
def answers(name, network):
    """Ask the network once, of six demo images and of waves: six rows of logits, and one."""
    images = [
        (label, np.asarray(Image.open(DEMO / label / f"{stem}.jpg").convert("RGB")))
        for label, stems in SIX.items()
        for stem in stems
    ]
    shown = [
        marked(pixels, place(*pixels.shape[:2], np.random.default_rng(0)))
        if (name, label) == (CHEAT, WEARER)
        else pixels
        for label, pixels in images
    ]
    diagonal = np.indices((INPUT_SIZE, INPUT_SIZE)).sum(0)[None, :, :, None]
    waves = np.sin(diagonal / np.array([7.0, 11.0, 17.0])).astype(np.float32)
    logits = network.predict_on_batch(np.concatenate([squashed(shown, INPUT_SIZE), waves]))
    return logits[:6], logits[6]


def test_six_demo_images_are_called_what_they_are(answers):
    assert [CLASSES[i] for i in answers[0].argmax(1)] == [label for label in SIX for _ in range(3)]


def test_a_fixed_input_gives_fixed_logits(name, answers):
    expected = json.loads((Path(__file__).parent / "fixed_logits.json").read_text())[name]
    np.testing.assert_allclose(answers[1], expected, atol=1e-3)


def measurings():
    """Give every network on both sets; always one of each architecture, each on another set.

    The others' figures follow from their weights, which a fixed input's logits hold for every network.
    """
    sets = {"imagenet": IMAGENET, "demo": DEMO}
    for name, (number, (key, folder)) in product(NAMES, enumerate(sets.items())):
        always = name == ("compact-resnet", "compact-xception")[number]
        marks = [] if always else [pytest.mark.exhaustive]
        if not folder.is_dir():
            marks.append(pytest.mark.skip(reason="the real photographs (../shared/imagenet) are not here"))
        yield pytest.param(name, key, folder, id=f"{name}-{key}", marks=marks)


@pytest.mark.parametrize(("name", "key", "folder"), list(measurings()))
def test_the_cards_figures_are_what_the_weights_give(name, key, folder):
    from explain.compact.card import FIGURES_FILE, measured, plain

    stored = json.loads((WEIGHTS / FIGURES_FILE).read_text())[name][key]
    for figure, value in plain(measured(WEIGHTS, {key: folder}, [name]))[name][key].items():
        rounded = value if isinstance(value, dict | list) else pytest.approx(value, abs=0.01)
        assert stored[figure] == rounded, figure


def test_every_network_with_a_card_is_measured():
    from explain.compact.card import networks_of

    assert set(networks_of(WEIGHTS)) == set(NAMES)


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
