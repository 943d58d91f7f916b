"""A claim of the reader's own on its page: power first, the seal, then the answer."""

import pytest

from dashboard.link import parse
from explain.findings.own import OwnClaim, seal
from explain.store import newest_stores

pytestmark = pytest.mark.slow


@pytest.fixture
def open_page(built, opened):
    return lambda **params: opened(built[0], "claim", **params)


def said(app):
    kinds = (app.header, app.subheader, app.caption, app.markdown, app.warning, app.info)
    return " ".join(str(element.value) for kind in kinds for element in kind)


def button(app, label):
    return next(each for each in app.button if each.label == label)


def test_power_stands_before_the_answer_and_the_seal_comes_with_it(open_page, built):
    app = open_page(metric="radius", margin="0.02")
    assert [each.label for each in app.metric] == ["Images", "Smallest difference they show", "Your margin"]
    assert "3. The answer" not in said(app)
    button(app, "Seal it, then test it").click().run()
    assert not app.exception
    link = {name: each if isinstance(each, str) else each[0] for name, each in app.query_params.items()}
    view, notices = parse(link)
    assert not notices
    (store,) = newest_stores(built[0])
    claims = tuple(map(OwnClaim.parse, view.claims))
    assert view.sealed == seal(claims, store.dataset.digest)
    assert [(claim.measure, claim.margin) for claim in claims] == [("radius", 0.02)]
    assert view.sealed in said(app)
    again = open_page(**link)
    assert "3. The answer" in said(again)
    button(again, "Begin anew").click().run()
    assert "sealed" not in again.query_params


def test_a_claim_that_was_altered_after_its_seal_is_not_believed(open_page):
    text = "compact-resnet:gradcam|compact-xception:gradcam|entropy|larger|0.02|"
    for link in ({"claims": text, "sealed": "0" * 16}, {"claims": text}, {"claims": "a|b", "sealed": "x"}):
        app = open_page(**link)
        assert "3. The answer" not in said(app)
        assert app.warning


def test_on_chosen_images_power_seal_and_answer_are_of_these_alone(open_page, built):
    (store,) = newest_stores(built[0])
    images = store.table("images")
    three = tuple(images.loc[images["status"] == "ok", "image"][:3])
    chosen = {"images": ",".join(three), "called": "the first ones"}
    app = open_page(metric="radius", margin="0.02", **chosen)
    assert app.metric[0].value == "3"
    assert "chosen by “the first ones”: exploratory" in said(app).replace("\\", "")
    button(app, "Seal it, then test it").click().run()
    link = {name: each if isinstance(each, str) else each[0] for name, each in app.query_params.items()}
    claims = tuple(map(OwnClaim.parse, parse(link)[0].claims))
    assert link["sealed"] == seal(claims, store.dataset.digest, three) != seal(claims, store.dataset.digest)
    assert "Tested on 3 of 7 images" in said(app)
    assert "every image" not in said(app)
    elsewhere = open_page(**(link | {"images": ",".join(three[:2])}))  # the seal was of others
    assert "3. The answer" not in said(elsewhere)
    assert "have changed since" in said(elsewhere)
