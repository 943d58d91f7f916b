"""What every registered explainer keeps, whichever it is."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from explain.errors import ExplainError
from explain.explainers.contract import Needs, UnavailableError
from explain.explainers.registry import DEFAULT_METHODS, EXPLAINERS, PARAMETERS, explainer, parse_methods
from tests.explain.explainers.made_evidence import CLASSES, MadeEvidence, made

ALL = pytest.mark.parametrize("method", EXPLAINERS.values(), ids=EXPLAINERS)
WITH_EITHER_GRADIENTS = pytest.mark.parametrize(
    ("method", "full"),
    [(method, full) for method in EXPLAINERS.values() for full in (False, True) if not (full and method.linear_head)],
    ids=lambda value: value if isinstance(value, bool) else value.name,
)
WITH_PARAMETERS = pytest.mark.parametrize(
    ("method", "parameter"),
    [(method, parameter) for method in EXPLAINERS.values() for parameter in method.parameters],
    ids=PARAMETERS,
)


def explained(method, evidence, target=1, **parameters):
    return method.explain(evidence, [target] * len(evidence.activations), parameters)


def grid(method, evidence):
    return (evidence.inputs if method.at_pixels else evidence.activations).shape[:3]


def keeps_form(method, evidence, saliency):
    assert saliency.shape == grid(method, evidence)
    assert saliency.dtype == np.float32
    assert np.isfinite(saliency).all()
    # Negative activations are for explainers' own tests: FEM's formula gives negative means negative weight.
    assert method.signed or (saliency >= 0).all() or (evidence.activations < 0).any()


@ALL
def test_says_what_it_is(method):
    assert re.fullmatch("[a-z0-9_]+", method.name)
    assert all(text.strip() for text in (method.title, method.formula, method.source, method.says))
    assert method.says.endswith(".")
    assert not method.same_as or method.same_as in set(EXPLAINERS) - {method.name}


@WITH_PARAMETERS
def test_parameters_are_named_once_and_checked(method, parameter):
    owners = [other.name for other in EXPLAINERS.values() if parameter.name in other.defaults]
    assert owners == [method.name]
    assert re.fullmatch("[a-z0-9_]+", parameter.name)
    assert all((parameter.title, parameter.help))
    assert parameter.low <= parameter.default <= parameter.high
    assert parameter.step > 0
    evidence = made(n=1)
    for value in (parameter.low, parameter.default, parameter.high):
        keeps_form(method, evidence, explained(method, evidence, **{parameter.name: value}))
    beyond = [parameter.low - parameter.step, parameter.high + parameter.step, float("nan"), float("inf")]
    for value in beyond + [parameter.default + 0.5] * float(parameter.step).is_integer():
        with pytest.raises(ExplainError, match="expected a"):
            explained(method, evidence, **{parameter.name: value})


@pytest.mark.parametrize("method", [each for each in EXPLAINERS.values() if each.sweep], ids=lambda each: each.name)
def test_a_sweep_over_the_parameter_gives_what_its_values_give_one_by_one(method):
    (parameter,) = method.parameters
    for shape in ((1, 4, 5, 6), (1, 1, 1, 2), (1, 7, 7, 40)):
        evidence = made(3, *shape)
        swept = method.sweep(evidence, parameter.every_value)
        one_by_one = [explained(method, evidence, **{parameter.name: value})[0] for value in parameter.every_value]
        np.testing.assert_array_equal(swept, one_by_one, strict=True)


@ALL
def test_unknown_parameters_are_refused(method):
    with pytest.raises(ExplainError, match="no parameter 'nonsense'"):
        explained(method, made(), nonsense=1)


@WITH_EITHER_GRADIENTS
@pytest.mark.parametrize("signed", [False, True])
def test_shape_and_sign(method, full, signed):
    for shape in ((1, 4, 5, 6), (3, 1, 1, 2), (2, 6, 1, 1), (1, 2, 3, 40)):
        evidence = made(1, *shape, full=full, signed=signed)
        keeps_form(method, evidence, explained(method, evidence))


@ALL
def test_values_below_zero_are_declared(method):
    assert (explained(method, made(1)) < 0).any() == method.signed


@WITH_EITHER_GRADIENTS
def test_an_image_s_map_does_not_depend_on_its_batch(method, full):
    evidence = made(2, n=16, h=7, w=7, c=33, full=full)
    classes = [index % CLASSES for index in range(16)]
    together = method.explain(evidence, classes)
    for index in range(16):
        alone = method.explain(evidence.rows(slice(index, index + 1)), classes[index : index + 1])
        np.testing.assert_allclose(together[index], alone[0], rtol=1e-6, atol=1e-6 * np.abs(alone).max())


@ALL
def test_the_same_evidence_gives_the_same_bits(method):
    first, second = (explained(method, made(3, h=7, w=7, c=33)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@ALL
@pytest.mark.parametrize("c", [2, 60])
def test_nothing_to_show_gives_zero(method, c):
    evidence = MadeEvidence(np.zeros((2, 4, 5, c)), np.ones((c, CLASSES)), np.ones(CLASSES))
    saliency = explained(method, evidence)
    keeps_form(method, evidence, saliency)
    assert not saliency.any()


@ALL
@pytest.mark.parametrize("value", [1e-30, 0.1, 65504, 1e15])
def test_constant_tiny_and_huge_channels_give_numbers(method, value):
    source = made(4, c=9)
    for activations in (np.full(source.activations.shape, value), source.activations * value):
        evidence = MadeEvidence(activations, source.weights, source.bias, inputs=source.inputs)
        keeps_form(method, evidence, explained(method, evidence))
        some = activations.copy()
        some[..., 0] = value
        evidence = MadeEvidence(some, source.weights, source.bias, inputs=source.inputs)
        keeps_form(method, evidence, explained(method, evidence))


@ALL
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_numbers_give_numbers(method, data):
    h, w, c = (data.draw(st.integers(1, 4)) for _ in range(3))
    numbers = st.floats(-1e3, 1e3, width=32)
    activations = data.draw(arrays(np.float32, (1, h, w, c), elements=numbers))
    weights = data.draw(arrays(np.float32, (c, CLASSES), elements=numbers))
    evidence = MadeEvidence(activations, weights, [0.5, 0, 0], inputs=made(5, 1).inputs)
    keeps_form(method, evidence, explained(method, evidence, data.draw(st.integers(0, CLASSES - 1))))


@ALL
def test_infinities_are_an_error_and_no_map(method):
    source = made(6)
    for part in ("activations", "inputs"):
        arrays_of = {"activations": source.activations.copy(), "inputs": source.inputs.copy()}
        arrays_of[part][0, 1, 1, 0] = np.nan
        evidence = MadeEvidence(arrays_of["activations"], source.weights, source.bias, inputs=arrays_of["inputs"])
        reads = {"inputs": method.needs >= Needs.PIXEL_GRADIENTS, "activations": not method.at_pixels}
        if reads[part]:
            with pytest.raises(ExplainError, match="no finite numbers"):
                explained(method, evidence)


@ALL
def test_a_map_is_of_its_class_or_of_none(method):
    first, second = (explained(method, made(7), target) for target in (0, 1))
    assert np.array_equal(first, second) != method.targeted


@ALL
def test_what_is_not_offered_is_said_in_a_sentence(method):
    enough = [needs for needs in Needs if needs <= method.needs]
    keeps_form(method, made(8), explained(method, made(8, offered=enough)))
    lacking = made(8, offered=[needs for needs in Needs if needs != method.needs])
    with pytest.raises(UnavailableError, match=rf"^{re.escape(method.title)} .*needs .*\.$"):
        explained(method, lacking)


@ALL
def test_what_holds_for_linear_heads_alone_is_refused_elsewhere(method):
    evidence = made(9, full=True)
    if method.linear_head:
        with pytest.raises(UnavailableError, match=r"global average pooling and one dense layer.*\.$"):
            explained(method, evidence)
    else:
        keeps_form(method, evidence, explained(method, evidence))


def test_the_report_s_two_come_first_and_are_the_default():
    assert tuple(EXPLAINERS)[:2] == DEFAULT_METHODS == tuple(method.name for method in parse_methods(None))


def test_a_choice_is_read_in_its_order_and_names_near_a_wrong_one_are_given():
    assert [method.name for method in parse_methods("layercam, fem,layercam")] == ["layercam", "fem"]
    with pytest.raises(ExplainError, match="Near it: layercam"):
        explainer("layer_cam")
    with pytest.raises(ExplainError, match="No explanation method was named"):
        parse_methods(" , ")
