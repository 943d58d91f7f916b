from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.link import CHOICES, View, parse

views = st.builds(
    View,
    **{name: st.sampled_from(values) for name, values in CHOICES.items()},
    label=st.sampled_from(["", "African_elephant", "a b"]),
    image=st.sampled_from(["", "elephant_001", "<b>x</b>"]),
    page=st.integers(1, 500),
    k=st.integers(0, 60).map(lambda n: n / 10),
    opacity=st.integers(0, 20).map(lambda n: n / 20),
)


@given(views)
def test_every_state_survives_its_link(view):
    parsed, notices = parse(view.to_params())
    assert parsed == view
    assert notices == ()


def test_a_default_state_has_an_empty_link():
    assert View().to_params() == {}


@given(st.dictionaries(st.sampled_from([f.name for f in fields(View)]), st.text(max_size=300)))
def test_junk_never_raises_and_what_was_not_understood_is_named(params):
    _, notices = parse(params)
    for notice in notices:
        assert notice.startswith("The link's ")


@pytest.mark.parametrize(
    ("name", "text"),
    [("k", "nan"), ("k", "-1"), ("k", "7"), ("opacity", "1e9"), ("page", "0"), ("page", "²"), ("colormap", "jet")],
)
def test_bad_values_fall_back_with_a_notice_that_does_not_echo_them(name, text):
    view, notices = parse({name: text})
    assert getattr(view, name) == getattr(View(), name)
    assert len(notices) == 1
    assert name in notices[0]
