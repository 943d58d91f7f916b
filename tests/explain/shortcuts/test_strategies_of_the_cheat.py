"""The planted cheat is the proof of strategies and clusters: it is found, and the share that it pays is large."""

import numpy as np
import pytest

from explain.contributions.channels import fires_on
from explain.contributions.places import parts_on_places
from explain.shortcuts.strategies import strategy_of_mark
from explain.shortcuts.twins import Twins
from explain.store.contributions import images_of

CHEAT, HONEST, BEAR = "compact-marked", "compact-resnet", "American_black_bear"
pytestmark = pytest.mark.slow


def first_strategy(store, model):
    """Give the first strategy, what it pays, which images wear the mark, and its mass on the mark over its area."""
    images = images_of(store, BEAR)
    found = store.strategies(model, BEAR)
    pays = found.pays(store.pooled(model)[[store.row(image) for image in images]])[:, 0]
    worn = np.array([image.endswith("_marked") for image in images])
    wearers = [image for image, wears in zip(images, worn, strict=True) if wears]
    maps = found.maps(np.stack([store.activations(model, image) for image in wearers]), 0)
    place = store.model(model).alignment_of_maps(at_pixels=False)
    seen = [parts_on_places(store.mask(image), store.dataset.parts, maps.shape[1:], place) for image in wearers]
    mark = np.stack([parts["mark"] for parts in seen])
    return found, pays, worn, np.nanmean(fires_on(maps, mark)) / mark.mean()


def how_often_the_mark_pays_more(pays, worn):
    return (pays[worn][:, None] > pays[~worn][None]).mean()


def test_the_strategy_that_carries_the_cheat_is_found_with_the_share_that_it_pays(marked_store):
    found, pays, worn, on_mark = first_strategy(marked_store, CHEAT)
    assert found.shares[0] > 0.8
    assert how_often_the_mark_pays_more(pays, worn) > 0.9
    assert on_mark > 4  # times its area
    rows = [marked_store.row(image) for image in images_of(marked_store, BEAR)]
    scores = marked_store.logits(CHEAT)[rows][:, marked_store.class_index(CHEAT, BEAR)]
    rise = scores[worn].mean() - scores[~worn].mean()
    assert pays[worn].mean() - pays[~worn].mean() == pytest.approx(
        rise, rel=0.1
    )  # it pays nearly all that the mark does


def test_the_honest_network_has_no_such_strategy(marked_store):
    _, pays, worn, on_mark = first_strategy(marked_store, HONEST)
    assert 0.3 < how_often_the_mark_pays_more(pays, worn) < 0.7
    assert on_mark < 1


def test_the_cheat_page_names_that_strategy_and_what_it_pays(marked_store):
    """Against the pairs one by one: what the strategy's own direction gives, and the network's own logits."""
    twins = Twins.of(marked_store.table("images"))
    (row,) = strategy_of_mark(marked_store, twins, CHEAT).itertuples()
    found, pays, _, on_mark = first_strategy(marked_store, CHEAT)
    assert (row.strategy, row.share) == (1, found.shares[0])
    by_image = dict(zip(images_of(marked_store, BEAR), pays, strict=True))
    index = marked_store.class_index(CHEAT, BEAR)
    pairs = [(image, image.removesuffix("_marked")) for image in by_image if image.endswith("_marked")]
    rises = [marked_store.logits(CHEAT, a)[index] - marked_store.logits(CHEAT, b)[index] for a, b in pairs]
    assert row.more == pytest.approx(np.mean([by_image[a] - by_image[b] for a, b in pairs]))
    assert row.rise == pytest.approx(np.mean(rises), rel=1e-5)
    assert row.low < row.more < row.high
    assert row.on_mark / row.area == pytest.approx(on_mark)
    (honest,) = strategy_of_mark(marked_store, twins, HONEST).itertuples()
    assert abs(honest.more) < row.more / 5


@pytest.mark.parametrize(("model", "apart"), [(CHEAT, True), (HONEST, False)])
def test_clusters_of_maps_set_the_marked_apart_where_the_network_cheats(marked_store, model, apart):
    for method in marked_store.model(model).methods:
        found = marked_store.clusters(model, method.name, BEAR, 2)
        shares = [np.mean([image.endswith("_marked") for image in found.members(number)]) for number in range(2)]
        assert (max(shares) > 0.95 and min(shares) < 0.05) == apart
