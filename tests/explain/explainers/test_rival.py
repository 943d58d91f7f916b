import numpy as np

from explain.explainers.registry import explainer
from tests.explain.explainers.made_evidence import CLASSES, made

RIVAL, EVIDENCE = explainer("rival"), explainer("evidence")


def test_it_is_the_evidence_of_the_class_less_that_of_the_strongest_other_one():
    evidence = made(3, n=6)
    for target in range(CLASSES):
        found = RIVAL.explain(evidence, [target] * 6)
        for image in range(6):
            others = [each for each in range(CLASSES) if each != target]
            rival = max(others, key=lambda each, image=image: evidence.logits[image, each])
            one = evidence.rows(slice(image, image + 1))
            expected = EVIDENCE.explain(one, [target])[0] - EVIDENCE.explain(one, [rival])[0]
            np.testing.assert_allclose(found[image], expected, atol=1e-5)
            scores = evidence.logits[image] - evidence.bias
            np.testing.assert_allclose(found[image].sum(), scores[target] - scores[rival], atol=1e-4)


def test_of_two_classes_each_map_is_the_other_s_with_every_sign_turned():
    evidence = made(4)
    evidence.weights, evidence.logits = evidence.weights[:, :2], evidence.logits[:, :2]
    np.testing.assert_allclose(RIVAL.explain(evidence, [0, 0]), -RIVAL.explain(evidence, [1, 1]), atol=1e-6)
