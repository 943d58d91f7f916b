import base64
import json

import numpy as np
import pytest

from explain.measures.resampling import resample
from explain.store import newest_stores

pytestmark = pytest.mark.slow


@pytest.fixture
def sent(built, opened):
    def run(**params):
        app = opened(built[0], "guess", **params)
        parts = [each.proto for each in app.get("bidi_component")]
        (data,) = (json.loads(part.json) for part in parts if "guess" in part.component_name)
        return app, data

    return run


def cells(turn, name):
    return np.frombuffer(base64.b64decode(turn[name]), "<f4").reshape(turn["rows"], turn["columns"])


def test_a_round_has_each_photograph_once_and_a_fifth_that_is_highest(built, sent):
    _, data = sent()
    (store,) = newest_stores(built[0])
    images = [turn["image"] for turn in data["turns"]]
    assert len(images) == len(set(images)) == 6  # all that there are
    for turn in data["turns"]:
        hot, saliency = cells(turn, "hot") > 0, cells(turn, "saliency")
        assert turn["chance"] == pytest.approx(0.2, abs=0.01)
        assert turn["chance"] == pytest.approx(hot.mean())
        assert saliency[hot].min() >= saliency[~hot].max()
        raw, alignment = (ask("compact-xception", "gradcam") for ask in (store.saliency, store.alignment))
        theirs = resample(raw[store.row(turn["image"])], saliency.shape, alignment=alignment)
        row, column = (int(side * length) for side, length in zip(turn["peak"], theirs.shape, strict=True))
        assert theirs[row, column] == theirs.max()


def test_another_round_is_another_order_and_a_link_opens_the_same(sent):
    orders = [[turn["image"] for turn in sent(game=game)[1]["turns"]] for game in ("1", "2", "2")]
    assert orders[0] != orders[1] == orders[2]


def test_ten_others_are_the_next_game(sent):
    app, _ = sent(game="4")
    app.button[-1].click().run()
    assert app.query_params["game"] in ("5", ["5"])
