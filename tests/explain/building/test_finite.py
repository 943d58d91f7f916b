"""A network whose weights are no finite numbers leaves a sentence and no store, whichever image shows it first."""

import numpy as np
import pytest

from explain.building.build import build
from explain.errors import ExplainError
from explain.store import newest_stores
from explain.store.layout import store_path
from tests.explain.conftest import linear_network


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_weights_that_are_no_finite_numbers_are_a_sentence_and_no_store(parts, tmp_path, monkeypatch, bad):
    dataset, _, specs = parts
    network = linear_network()
    network.kernel[1, 0], network.spec = bad, specs[0]
    monkeypatch.setattr("explain.models.network.load_network", lambda spec: network)
    with pytest.raises(ExplainError, match="no finite numbers"), np.errstate(all="ignore"):
        build(dataset, specs, tmp_path / "fresh", batch_size=4)
    assert newest_stores(tmp_path / "fresh") == ()


def test_numbers_that_go_wrong_at_a_later_image_leave_what_was_published(parts, folder, monkeypatch):
    dataset, path, specs = parts
    before = (path / "manifest.json").read_bytes()

    class Later:
        """Gives infinite activations for the second batch."""

        def __init__(self):
            self._network, self.passes = linear_network(), 0
            self.head, self.spec = self._network.head, specs[0]
            self.scores, self.differentiable, self.wants_full_batches = "softmax", True, True

        def forward(self, pixels):
            found = self._network.forward(pixels)
            self.passes += 1
            if self.passes > 1:
                found.activations[0, 0, 0, 0] = np.inf
            return found

    made = Later()
    monkeypatch.setattr("explain.models.network.load_network", lambda spec: made)
    with pytest.raises(ExplainError, match="no finite numbers"):
        build(dataset, specs, folder / "cache", batch_size=4, force=True)
    assert (path / "manifest.json").read_bytes() == before
    made.passes = 0
    with pytest.raises(ExplainError, match="no finite numbers"):
        build(dataset, specs, folder / "fresh", batch_size=4)
    assert not (store_path(folder / "fresh", dataset.digest) / "manifest.json").exists()
