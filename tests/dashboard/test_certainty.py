"""Compare says how sure maps are: where they were evaluated, by pictures and numbers; else by the command."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from explain.faithfulness.certainty import SIDE, certainty_rows
from explain.faithfulness.tables import CHANGED, Evaluated
from explain.store.amending import amend_store

pytestmark = pytest.mark.slow
IMAGE = "elephant_004"


@pytest.fixture
def evaluated(built, tmp_path):
    """Give a copy of the store with standard deviations and stability of one image's maps by one network."""
    shutil.copytree(built[0], tmp_path / "cache")
    one = Evaluated([IMAGE], ["African_elephant"], "compact-resnet", "gradcam", np.ones(1, bool))

    def amendment(store):
        stable = one.rows(metric="stability", value=0.83)
        sanity = one.rows(check=CHANGED, pearson=0.83, sim=0.9, spearman=0.9, ssim=0.9)
        return {
            "certainty": certainty_rows(one, np.full((1, SIDE, SIDE), 0.3)),
            "sanity": sanity,
            "metrics": pd.concat([store.table("metrics"), stable], ignore_index=True),
        }, {}

    (path,) = (each for each in (tmp_path / "cache").iterdir() if (each / "manifest.json").exists())
    amend_store(path, amendment)
    return tmp_path / "cache"


def captions(app):
    return " ".join(each.value for each in app.caption)


def pictures(app):
    """Give what the browser gets of the pictures of where maps vary."""
    sent = [json.loads(each.proto.json) for each in app.get("bidi_component")]
    return next(each for each in sent if "standard deviations" in each.get("of", ""))


def test_maps_that_were_not_evaluated_name_the_command(built, opened):
    app = opened(built[0], "compare", image=IMAGE)
    assert "How sure these maps are" in [each.value for each in app.header]
    assert "python -m explain evaluate" in captions(app)


def test_each_evaluated_map_stands_with_its_stability_and_its_ceiling(evaluated, opened):
    app = opened(evaluated, "compare", image=IMAGE)
    said = pictures(app)
    assert [each["caption"] for each in said["pictures"]] == [
        "Compact ResNet, Grad-CAM: alike to itself by 0.83, over all images by 0.83"
    ]
    assert "From 0 to 0.3 times a map's mean" in said["ends"]
    assert "as they are stored" not in said["ends"]
    assert "as they are stored" in pictures(opened(evaluated, "compare", image=IMAGE, k="2.5"))["ends"]
