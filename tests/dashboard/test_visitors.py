"""How many visitors the server takes at once, and what one too many is told."""

import time

import pytest
from websockets.exceptions import InvalidStatus

from dashboard.visitors import visitors_at_once
from tests.protocol import Visitor
from tests.serving import serving

PATIENCE = 30


@pytest.mark.parametrize("said", ["", "many", "0", "-3", "2.5", "9" * 5000])
def test_a_number_of_visitors_that_is_none_is_said(said):
    with pytest.raises(ValueError, match=r"EXPLAIN_VISITORS is .* expected a whole number from 1"):
        visitors_at_once({"EXPLAIN_VISITORS": said})


def test_where_nothing_is_said_more_come_in_than_a_class_room_has():
    assert visitors_at_once({}) >= 100
    assert visitors_at_once({"EXPLAIN_VISITORS": "7"}) == 7


def asks_for_a_page(visitor, **headers):
    visitor._request.close()  # the server lets go of a line that was idle for some seconds
    return visitor.ask("GET", "/gallery", Accept="text/html,application/xhtml+xml", **headers)


@pytest.mark.slow
def test_one_visitor_too_many_reads_a_sentence_and_comes_in_when_another_has_left(built, monkeypatch):
    monkeypatch.setenv("EXPLAIN_VISITORS", "2")
    with serving(built[0]) as (address, _), Visitor(address) as first:
        with Visitor(address) as second:
            for each in (first, second):
                each.open("about")
                assert each.elements
            with pytest.raises(InvalidStatus, match="403"):
                Visitor(address)
            refused = asks_for_a_page(first)  # without the cookie: a browser that is not in yet
            assert refused.status == 503
            assert refused.getheader("Retry-After")
            assert "2 visitors" in refused.body.decode()
            assert asks_for_a_page(first, Cookie=first._cookie).status == 200  # who is in may load the page anew
            first.open("gallery")
            assert first.elements
        deadline = time.monotonic() + PATIENCE
        while asks_for_a_page(first).status == 503 and time.monotonic() < deadline:
            time.sleep(0.1)
        with Visitor(address) as third:
            third.open("about")
            assert third.elements
