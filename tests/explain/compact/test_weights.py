import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explain.compact.architectures import CLASSES, INPUT_SIZE
from explain.compact.photographs import squashed

ROOT = Path(__file__).parents[3]
WEIGHTS = ROOT / "data" / "weights"
DEMO = ROOT / "data" / "demo"
IMAGENET = ROOT.parent / "shared" / "imagenet"
NAMES = ("compact-resnet", "compact-xception")
SIX = {
    "African_elephant": ("elephant_000", "elephant_010", "elephant_020"),
    "American_black_bear": ("bear_000", "bear_010", "bear_020"),
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=NAMES)
def network(request):
    from explain.compact.card import load

    return load(WEIGHTS, request.param)


def test_weights_fit_the_repository_and_compute_in_float32(network):
    assert (WEIGHTS / f"{network.name}.keras").stat().st_size <= 6_000_000
    assert {np.dtype(weight.dtype) for weight in network.weights} == {np.dtype(np.float32)}


def test_six_demo_images_are_called_what_they_are(network):
    for label, stems in SIX.items():
        images = [np.asarray(Image.open(DEMO / label / f"{stem}.jpg").convert("RGB")) for stem in stems]
        called = network.predict_on_batch(squashed(images, INPUT_SIZE)).argmax(1)
        assert [CLASSES[i] for i in called] == [label] * 3


def test_a_fixed_input_gives_fixed_logits(network):
    expected = json.loads((Path(__file__).parent / "fixed_logits.json").read_text())[network.name]
    diagonal = np.indices((INPUT_SIZE, INPUT_SIZE)).sum(0)[None, :, :, None]
    waves = np.sin(diagonal / np.array([7.0, 11.0, 17.0])).astype(np.float32)
    np.testing.assert_allclose(network.predict_on_batch(waves)[0], expected, atol=1e-3)


@pytest.mark.skipif(not IMAGENET.is_dir(), reason="the real photographs (../shared/imagenet) are not here")
def test_the_cards_figures_are_what_the_weights_give():
    from explain.compact.card import FIGURES_FILE, measured, plain

    stored = json.loads((WEIGHTS / FIGURES_FILE).read_text())
    for name, sets in plain(measured(WEIGHTS, {"imagenet": IMAGENET, "demo": DEMO})).items():
        for key, figures in sets.items():
            for figure, value in figures.items():
                assert (
                    stored[name][key][figure] == pytest.approx(value, abs=0.01)
                    if not isinstance(value, dict | list)
                    else stored[name][key][figure] == value
                ), (name, key, figure)
