"""Which differences of maps are shown, and on which scale."""

import numpy as np

from dashboard.map_differences import ends_in_words, map_differences, pairs_of
from dashboard.photograph_maps import gather
from explain.figures.differences import side
from explain.store.evidence import ExplainedMap
from tests.dashboard.toy_maps import SMALL, ToyStore, selection


def keys(models, methods):
    return [(model, method) for method in methods for model in models]


def test_differences_pair_models_within_a_method_and_methods_within_a_model():
    assert pairs_of(keys("ab", ("gradcam", "fem"))) == [
        (("a", "gradcam"), ("b", "gradcam")), (("a", "fem"), ("b", "fem")),
        (("a", "gradcam"), ("a", "fem")), (("b", "gradcam"), ("b", "fem")),
    ]  # fmt: skip
    assert pairs_of(keys("a", ("gradcam", "fem"))) == [(("a", "gradcam"), ("a", "fem"))]
    assert pairs_of(keys("a", "x")) == pairs_of([]) == []


def test_of_many_maps_the_first_is_compared_unless_the_reader_chooses():
    many = keys("abc", "xy")
    against_first = [(("a", "x"), other) for other in [("b", "x"), ("c", "x"), ("a", "y")]]
    assert pairs_of(many) == against_first
    assert pairs_of(many, "elsewhere:x", "b:y") == against_first
    assert pairs_of(many, "b:y", "c:x") == [(("b", "y"), ("c", "x"))]
    assert pairs_of(many, "c:y") == [(("c", "y"), other) for other in [("a", "y"), ("b", "y"), ("c", "x")]]
    assert pairs_of(many, "c:y", "c:y") == []


def test_signed_methods_have_a_scale_of_their_own_and_rounding_is_not_drawn():
    def explain(model, method):
        peak = {"gradcam": 4, "fem": 8, "evidence": 400}[method] * (1 if model == SMALL else 1 + 1e-7)
        saliency = np.ones((4, 4), np.float32)
        saliency[0, 0] = peak
        return ExplainedMap(saliency, model, method, None, {})

    maps = gather(ToyStore(), selection("gradcam", "fem", "evidence"), explain, {})
    of_models, to_fem, to_signed = map_differences(maps)
    assert np.abs(of_models.values).max() < 1e-5
    assert of_models.limit == to_fem.limit == np.abs(to_fem.values).max()
    assert to_signed.limit == np.abs(to_signed.values).max() > 2 * to_fem.limit
    assert (to_fem.method, to_signed.method) == ("", "evidence")
    words = ends_in_words(maps, [of_models, to_fem, to_signed])
    assert f"from -{to_fem.limit:.1f} to {to_fem.limit:.1f}; from" in words
    assert words.endswith("with Evidence.")
    (same,) = map_differences(maps, side((SMALL, "gradcam")), side(("open", "gradcam")))
    assert same.limit == 0
