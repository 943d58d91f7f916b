"""Pages about some images alone: chosen one by one, or by a cluster; without a browser."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from dashboard.cached_findings import judged, judged_of_predicted
from dashboard.chosen_images import LISTS, addresses_of, top_of
from dashboard.link import View, parse
from explain.store import newest_stores

pytestmark = pytest.mark.slow
BEARS = "American_black_bear"


def said(app):
    kinds = (app.caption, app.markdown, app.warning, app.info)
    return " ".join(str(each.value) for kind in kinds for each in kind).replace("\\", "")


def followed(href):
    parts = urlsplit(href)
    return parts.path.removeprefix("./"), {name: values[0] for name, values in parse_qs(parts.query).items()}


def readable(built):
    (store,) = newest_stores(built[0])
    images = store.table("images")
    return store, images.loc[images["status"] == "ok", "image"].tolist()


@pytest.mark.parametrize("judge", [judged, judged_of_predicted])
@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_claims_are_judged_anew_on_the_chosen_images_alone(built, judge, count):
    store, images = readable(built)
    chosen = tuple(images[:count])
    found = judge(store, chosen)
    assert [each.number for each in found] == [each.number for each in judge(store)]
    for finding in found:
        for test in finding.tests.values():
            assert {each.image for each in (*test.supporting, *test.opposing)} <= set(chosen)
            assert test.n <= count
        for row in finding.rows:
            assert row.n <= count


def test_a_difference_on_chosen_images_is_their_mean_by_hand(built):
    store, images = readable(built)
    chosen = images[1:5]
    metrics = store.table("metrics")
    values = metrics[metrics["image"].isin(chosen)].set_index(["image", "model", "method", "metric"])["value"]
    tried = 0
    for finding in judged(store, tuple(chosen)):
        for row in finding.rows:
            maps = finding.tests[row.metric, row.scope].maps
            keys = [(model, method, row.metric) for model, method in maps]
            if row.scope != "all" or len(keys) != 2 or not all((chosen[0], *key) in values.index for key in keys):
                continue
            first, second = (sum(values[(image, *key)] for image in chosen) / len(chosen) for key in keys)
            assert abs(row.difference) == pytest.approx(abs(first - second))
            tried += 1
    assert tried


def test_findings_on_chosen_images_say_what_they_are_worth(built, opened):
    _, images = readable(built)
    link = {"images": ",".join(images[:3]), "called": "those on *grass*"}
    app = opened(built[0], "findings", **link)
    (caution,) = (each.value.replace("\\", "") for each in app.warning)
    assert "These 3 of 7 images, chosen by “those on *grass*”: exploratory, chosen after seeing the data" in caution
    assert "forking path" in caution
    verdicts = [line for line in said(app).splitlines() if re.search(r"\]\(#claim-\d+\)", line)]
    assert verdicts
    assert all("on 3 of 7 images: exploratory; on all:" in line for line in verdicts)
    assert "every image" not in said(app)
    app.button(key="chip_images").click().run()
    assert "images" not in app.query_params
    assert "exploratory" not in said(app)
    assert "every image" in said(app)


def test_average_maps_and_tables_are_of_the_chosen_images(built, opened):
    _, images = readable(built)
    app = opened(built[0], "statistics", images=",".join(images[:2]), section="averages")
    assert "2 of 7 images" in said(app)
    counts = {count for each in app.dataframe for column in each.value for count in each.value[column] if column == "n"}
    assert counts == {2}


@pytest.mark.parametrize("stem", ["statistics", "findings"])
def test_images_that_no_dataset_has_choose_nothing_and_are_one_notice(built, opened, stem):
    app = opened(built[0], stem, images="nobody,nothing")
    assert len(app.warning) == 1
    assert "choose nothing" in app.warning[0].value
    assert "chip_images" not in [each.key for each in app.button]


def test_every_list_opens_the_same_images(built, opened):
    _, images = readable(built)
    view = View(images=tuple(images[:3]), called="three")
    for href in dict(addresses_of(view)).values():
        stem, params = followed(href)
        assert stem in LISTS
        assert parse(params) == (view, ())
        assert "3 of 7" in said(opened(built[0], stem, **params))


def test_the_first_quarter_is_a_slice_that_a_link_holds():
    images = [f"bear_{number}" for number in range(10)]
    links = top_of(View(slice="a:b:c:2:1", label=BEARS), images, list(range(9, -1, -1)), "the {} best")
    views = [parse(followed(href)[1])[0] for _, href in links]
    assert len(links) == len(LISTS)
    assert {(view.images, view.called, view.slice, view.label) for view in views} == {
        (("bear_9", "bear_8", "bear_7"), "the 3 best", "", "")
    }
    assert top_of(View(), ["x" * 900] * 12, list(range(12)), "") == ()
