import numpy as np
import pytest
from PIL import Image

from explain.explainers.registry import explainer
from tests.explain.explainers.made_evidence import MadeEvidence, made

ALL = {"scorecam_channels": 0}


def naive(evidence, classes, channels):
    """One mask after the other, enlarged by Pillow."""
    out = np.zeros(evidence.activations.shape[:3])
    for i, target in enumerate(classes):
        height, width = evidence.inputs.shape[1:3]
        scores, seen = [], []
        for k in channels:
            channel = evidence.activations[i, :, :, k]
            if channel.max() == channel.min():
                continue
            mask = np.array(Image.fromarray(channel).resize((width, height), Image.Resampling.BILINEAR), np.float64)
            mask = (mask - mask.min()) / (mask.max() - mask.min())
            scores.append(float(evidence.scores(evidence.inputs[i : i + 1] * mask[None, :, :, None])[0, target]))
            seen.append(channel)
        weights = np.exp(scores) / np.sum(np.exp(scores))
        out[i] = sum(weight * channel for weight, channel in zip(weights, seen, strict=True))
    return np.maximum(out, 0)


@pytest.mark.parametrize("c", [5, 16, 19])  # less than a call, one call, and a call that is filled up
@pytest.mark.parametrize("signed", [False, True])
def test_equals_one_mask_after_the_other(c, signed):
    evidence = made(15, c=c, signed=signed)
    found = explainer("scorecam").explain(evidence, [0, 2], ALL)
    np.testing.assert_allclose(found, naive(evidence, [0, 2], range(c)), rtol=1e-4, atol=1e-6)


def test_constant_channels_make_no_mask_and_take_no_part():
    evidence = made(16)
    activations = evidence.activations.copy()
    activations[..., 2] = 0.1
    evidence = MadeEvidence(activations, evidence.weights, evidence.bias, inputs=evidence.inputs)
    found = explainer("scorecam").explain(evidence, [0, 2], ALL)
    np.testing.assert_allclose(found, naive(evidence, [0, 2], [0, 1, 3, 4, 5]), rtol=1e-4, atol=1e-6)


def test_with_fewer_channels_those_that_vary_most_are_taken():
    evidence = made(17, n=1, c=8)
    strongest = sorted(range(8), key=lambda k: -evidence.activations[0, :, :, k].std())[:3]
    found = explainer("scorecam").explain(evidence, [1], {"scorecam_channels": 3})
    np.testing.assert_allclose(found, naive(evidence, [1], strongest), rtol=1e-4, atol=1e-6)


def test_every_call_has_one_shape_so_that_a_network_compiles_once():
    evidence = made(18, c=19)
    explainer("scorecam").explain(evidence, [0, 0], ALL)
    assert len(evidence.shapes_asked) == 4
    assert set(evidence.shapes_asked) == {(16, 9, 11, 3)}


def test_scores_far_apart_do_not_overflow():
    evidence = made(19)
    evidence.u *= 1e3
    evidence.a *= 1e3
    assert np.isfinite(explainer("scorecam").explain(evidence, [0, 1])).all()
