import itertools
import threading

import numpy as np
import pytest

from explain.faithfulness import perturbation_curve
from explain.faithfulness.perturbation import blurred, masked
from explain.faithfulness.perturbed_inputs import Probes, probabilities_of

SIZE, CLASSES = 12, 3
RNG = np.random.default_rng(5)
WEIGHTS = RNG.normal(size=(SIZE * SIZE * 3, CLASSES)).astype(np.float32) / 10
IMAGES = RNG.normal(size=(3, SIZE, SIZE, 3)).astype(np.float32)
MAPS = [RNG.random((4, 4)) for _ in IMAGES]
TARGETS = (2, 0, 1)


def linear(batch):
    return batch.reshape(len(batch), -1) @ WEIGHTS


def probability(image, target):
    scores = np.exp(linear(image[None])[0].astype(float))
    return scores[target] / scores.sum()


@pytest.mark.parametrize(("steps", "batch_size"), [(7, 5), (1, 4), (2, 64)])
def test_many_images_in_shared_batches_give_what_each_gives_alone(steps, batch_size):
    probes, sizes = Probes(steps), []

    def predict(batch):
        sizes.append(len(batch))
        return linear(batch)

    questions = (
        (perturbed, target)
        for image, saliency, target in zip(IMAGES, MAPS, TARGETS, strict=True)
        for perturbed in probes.images(image, saliency)
    )
    found = np.fromiter(probabilities_of(predict, questions, batch_size), float).reshape(3, probes.count)
    assert set(sizes) == {batch_size}
    assert len(sizes) == -(-3 * probes.count // batch_size)
    answers = probes.answers(found)
    for index, (image, saliency, target) in enumerate(zip(IMAGES, MAPS, TARGETS, strict=True)):
        zeros = np.zeros_like(image)
        deletion = perturbation_curve(linear, image, zeros, saliency, target, steps, 4)
        insertion = perturbation_curve(linear, blurred(image), image, saliency, target, steps, 4)
        np.testing.assert_allclose(answers.deletion[index], deletion.probabilities, rtol=1e-4)
        np.testing.assert_allclose(answers.insertion[index], insertion.probabilities, rtol=1e-4)
        assert answers.original[index] == pytest.approx(probability(image, target), rel=1e-4)
        assert answers.masked[index] == pytest.approx(probability(masked(image, saliency), target), rel=1e-4)


def test_of_a_signed_map_the_positive_part_orders_the_pixels():
    probes, signed = Probes(3), MAPS[0] - 0.5
    ours = [image.copy() for image in probes.images(IMAGES[0], signed)]
    theirs = [image.copy() for image in probes.images(IMAGES[0], np.maximum(signed, 0))]
    np.testing.assert_array_equal(ours, theirs)


def test_images_are_made_two_batches_ahead_at_most_so_that_memory_stays_flat():
    drawn, lock = itertools.count(1), threading.Lock()
    latest, asked, lead = 0, 0, []

    def questions():
        nonlocal latest
        for _ in range(40):
            with lock:
                latest = next(drawn)
            yield IMAGES[0], 0

    def predict(batch):
        nonlocal asked
        asked += len(batch)
        lead.append(latest - asked)
        return linear(batch)

    assert len(list(probabilities_of(predict, questions(), 4))) == 40
    assert max(lead) <= 4


def test_an_error_while_images_are_made_reaches_the_caller():
    def questions():
        yield IMAGES[0], 0
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        list(probabilities_of(linear, questions(), 1))
