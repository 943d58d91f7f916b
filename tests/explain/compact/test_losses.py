import inspect

import numpy as np
import pytest

pytestmark = pytest.mark.slow

TAUGHT = np.array([1, 1, 0], np.float32)


def test_no_term_of_the_loss_is_given_a_place(monkeypatch):
    """Whatever a step gives to a term is of whole images: a number per image, or one per class or channel."""
    from explain.compact import losses, trainer
    from explain.compact.architectures import CLASSES, build
    from explain.compact.augmentation import Example
    from explain.compact.schedule import Schedule
    from explain.compact.teacher import COMPONENTS

    terms = [name for name, _ in inspect.getmembers(losses, inspect.isfunction) if name.endswith("_loss")]
    given = {}

    def watched(name):
        term = getattr(losses, name)

        def called(*args):
            given[name] = [tuple(a.shape) for a in args if not isinstance(a, float)]
            return term(*args)

        return called

    for name in terms:
        monkeypatch.setattr(trainer, name, watched(name))
    n, classes = 4, len(CLASSES)
    rng = np.random.default_rng(0)
    image, label, features = (rng.random(s, np.float32) for s in ((n, 64, 64, 3), (n, classes), (n, COMPONENTS)))
    learner = trainer.Trainer(build("compact-resnet", None), Schedule(), losses.LossWeights())
    learner.step(Example(image, label, features, label, np.ones(n, np.float32)), 1e-3, 0)
    assert given == {
        "label_loss": [(n, classes)] * 2,
        "feature_loss": [(n, COMPONENTS)] * 2 + [(n,)],
        "logit_loss": [(n, classes)] * 2 + [(n,)],
    }


def test_the_loss_has_no_weight_beyond_its_three_terms():
    from dataclasses import fields

    from explain.compact.losses import LossWeights

    assert {f.name for f in fields(LossWeights)} == {"label", "features", "logits", "smoothing", "temperature"}


def test_features_that_are_not_taught_cost_nothing():
    from explain.compact.losses import feature_loss

    features = np.zeros((3, 4), np.float32)
    assert float(feature_loss(features, features, TAUGHT)) == 0
    assert float(feature_loss(features + np.array([[0], [2], [9]], np.float32), features, TAUGHT)) == pytest.approx(2)
    assert float(feature_loss(features + 1, features, 0 * TAUGHT)) == 0


def test_the_teachers_own_answers_cost_nothing_and_others_do():
    from explain.compact.losses import logit_loss

    answers = np.array([[3, 0, 0], [0, 1, 0], [0, 0, 0]], np.float32)
    assert float(logit_loss(answers + 5, answers, TAUGHT, 2.0)) == pytest.approx(0, abs=1e-6)
    wrong = answers[:, ::-1].copy()
    expected = []
    for theirs, ours in zip(answers[:2], wrong[:2], strict=True):
        p, q = (np.exp(x / 2) / np.exp(x / 2).sum() for x in (theirs, ours))
        expected.append(4 * (p * np.log(p / q)).sum())
    assert float(logit_loss(wrong, answers, TAUGHT, 2.0)) == pytest.approx(np.mean(expected), rel=1e-5)


def test_smoothing_keeps_a_certain_answer_from_being_free():
    from explain.compact.losses import label_loss

    label = np.array([[1, 0, 0]], np.float32)
    certain = 30 * label
    assert float(label_loss(certain, label, 0.0)) == pytest.approx(0, abs=1e-5)
    assert float(label_loss(certain, label, 0.06)) == pytest.approx(0.04 * 30, rel=1e-4)
