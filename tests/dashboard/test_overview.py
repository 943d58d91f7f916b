"""The front page: what is claimed, what the images say, and an example for each side, from what a store holds."""

import json

import pytest

from dashboard.front_page import captions_of
from explain.store.selection import Selection

SELECTION = Selection({"a": "Net A", "b": "Net B"}, {"m": "Method M", "n": "Method N"})


@pytest.mark.parametrize(
    ("maps", "captions"),
    [
        ((("a", "m"), ("b", "m")), ("Net A", "Net B")),
        ((("b", "m"), ("b", "n")), ("Method M", "Method N")),
        ((("a", "m"), ("b", "n")), ("Net A, Method M", "Net B, Method N")),
        ((), ()),
    ],
)
def test_maps_that_stand_together_are_named_by_what_tells_them_apart(maps, captions):
    assert captions_of(SELECTION, maps) == captions


@pytest.mark.slow
def test_every_claim_has_its_verdict_and_counts_that_add_up_and_leads_to_images(built, opened):
    app = opened(built[0], "overview")
    sent = [json.loads(part.proto.json) for part in app.get("bidi_component")]
    (claims,) = (part["claims"] for part in sent if "claims" in part)
    (pictures,) = (part["pictures"] for part in sent if "pictures" in part)
    assert len(claims) == 6
    assert len(pictures) == 5  # the photograph and four maps
    for claim in claims:
        assert "1 - " not in claim["measured"]
        assert 0 <= claim["share_for"] + claim["share_against"] <= 1 + 1e-9
        shown = {example["side"] for example in claim["examples"]}
        assert shown == {side for side in ("for", "against") if claim[f"share_{side}"]}
        for example in claim["examples"]:
            assert f"image={example['image']}" in example["link"]
            assert len(example["pictures"]) == len(example["captions"]) >= 1
