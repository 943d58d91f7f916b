"""What the networks are asked about a visitor's photograph, and that an answer is never taken for another class's."""

import numpy as np
import pytest

from dashboard.own_photograph import explain_own, question
from explain.errors import ExplainError
from explain.explainers.contract import Needs
from explain.explainers.registry import EXPLAINERS, PARAMETERS
from explain.serving.answers import Answer, Explanation
from tests.dashboard.toy_maps import OPEN, SMALL, ToyStore, selection

METHODS = ("gradcam", "fem")


def answer(**of_open):
    """Both networks predict class 1; the open one's process made Grad-CAM's map of it."""
    activations, one = np.random.default_rng(0).random((2, 2, 3), np.float32), np.ones((2, 2), np.float32)
    told = {"target": 1, "maps": {"gradcam": one}, "refused": {}} | of_open
    return Answer(
        np.zeros((4, 4, 3), np.uint8), 4, 4,
        {
            SMALL: Explanation(activations, np.array([0, 2, 1], np.float32), 1, {}, {}),
            OPEN: Explanation(activations, np.array([0, 2], np.float32), **told),
        },
    )  # fmt: skip


def explained(target, model, method, said, **parameters):
    store = ToyStore()
    return explain_own(store, question(store, selection(*METHODS), target, parameters), said, model, method)


def test_the_networks_are_asked_again_only_where_their_maps_depend_on_the_class():
    store = ToyStore()
    asked = question(store, selection(*METHODS), "dog", {})
    assert asked.targets == {SMALL: 1, OPEN: 1}
    assert asked.of_network == {SMALL: (), OPEN: ("gradcam",)}
    assert asked.key != question(store, selection(*METHODS), "Grey fox", {}).key
    assert question(store, selection("fem"), "dog", {}).key == question(store, selection("fem"), "", {"k": 1}).key
    assert question(store, selection("fem", "of_a_later_version"), "", {}).methods == ("fem",)


@pytest.mark.parametrize(
    ("method", "parameter"),
    [(each.name, own.name) for each in EXPLAINERS.values() if each.needs > Needs.GRADIENTS for own in each.parameters],
)
def test_the_networks_are_asked_again_for_other_parameters_of_what_they_make(method, parameter):
    store, own = ToyStore(), PARAMETERS[parameter]
    usual, other = (question(store, selection(method), "", {parameter: v, "k": 1}) for v in (own.default, own.high))
    assert usual.key == question(store, selection(method), "", {}).key != other.key
    assert other.parameters_of(method)[parameter] == own.high


def test_maps_carry_their_class_and_parameters():
    said = answer()
    assert explained("", SMALL, "gradcam", said).target == "dog"
    assert explained("cat", SMALL, "gradcam", said).target == "cat"
    assert explained("", OPEN, "gradcam", said).target == "dog"
    fem = explained("cat", OPEN, "fem", said, k=1.0)
    assert (fem.target, fem.parameters) == (None, {"k": 1.0})


def test_a_class_that_a_model_lacks_gives_no_map_of_another():
    said = answer()
    with pytest.raises(ExplainError, match="no class 'cat'"):
        explained("cat", OPEN, "gradcam", said)
    with pytest.raises(ExplainError, match="no class 'zebra'"):
        explained("zebra", SMALL, "gradcam", said)


def test_an_answer_about_another_class_gives_no_map():
    with pytest.raises(ExplainError, match="another class"):
        explained("Grey_fox", OPEN, "gradcam", answer())


def test_what_the_network_refused_is_its_reason():
    with pytest.raises(ExplainError, match=r"Not here\."):
        explained("", OPEN, "gradcam", answer(maps={}, refused={"gradcam": "Not here."}))
