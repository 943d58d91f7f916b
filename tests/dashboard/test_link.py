import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.link import CHOICES, DEFAULTS, View, parse
from explain.explainers.registry import DEFAULT_METHODS, EXPLAINERS, PARAMETERS

names = st.lists(st.sampled_from(["a", "b", "model-3"]), unique=True).map(tuple)
settings = st.fixed_dictionaries(
    {},
    optional={
        name: st.integers(0, round((each.high - each.low) / each.step)).map(
            lambda steps, each=each: round(min(each.low + steps * each.step, each.high), 4)
        )
        for name, each in PARAMETERS.items()
    },
)
views = st.builds(
    View,
    **{name: st.sampled_from(values) for name, values in CHOICES.items()},
    label=st.sampled_from(["", "African_elephant", "a b"]),
    image=st.sampled_from(["", "elephant_001", "<b>x</b>", "two\nlines", "x" * 900]),
    page=st.integers(1, 500),
    with_=st.sampled_from(["", "elephant_002"]),
    images=names,
    models=names,
    methods=names,
    parameters=settings,
    opacity=st.integers(0, 20).map(lambda n: n / 20),
)


@given(views)
def test_every_state_survives_its_link(view):
    parsed, notices = parse(view.to_params())
    assert parsed == view
    assert notices == ()


def test_a_default_state_has_an_empty_link():
    assert View().to_params() == {}


@given(st.dictionaries(st.sampled_from(sorted(DEFAULTS)), st.text(max_size=300)))
def test_junk_never_raises_and_what_was_not_understood_is_named(params):
    _, notices = parse(params)
    for notice in notices:
        assert notice.startswith("The link's ")


@pytest.mark.parametrize(
    ("name", "text"),
    [("opacity", "1e9"), ("page", "0"), ("page", "²"), ("colormap", "jet")],
)
def test_bad_values_fall_back_with_a_notice_that_does_not_echo_them(name, text):
    view, notices = parse({name: text})
    assert view.value(name) == DEFAULTS[name]
    assert len(notices) == 1
    assert name in notices[0]


@pytest.mark.parametrize("name", PARAMETERS)
def test_what_an_explainer_can_be_told_is_a_link_s_parameter_within_its_range(name):
    each = PARAMETERS[name]
    view, notices = parse({name: f"{each.high:g}"})
    assert notices == ()
    assert view.value(name) == view.explainer_values[name] == each.high
    assert view.to_params() == {name: f"{each.high:g}"}
    assert parse({name: f"{each.default:g}"})[0] == View()
    for bad in ("nan", "many", f"{each.high + each.step:g}", f"{each.low - each.step:g}"):
        view, (notice,) = parse({name: bad})
        assert view == View()
        assert f"link's {name}" in notice
        assert f"from {each.low:g} to {each.high:g}" in notice


def test_no_explainer_s_parameter_takes_a_page_s_name():
    own = set(DEFAULTS) - set(PARAMETERS)
    assert own == {name.rstrip("_") for name in View.__dataclass_fields__} - {"parameters"}


def test_links_of_before_methods_could_be_chosen_say_what_they_said():
    old = {"method": DEFAULT_METHODS[0], "model": "xception", "target": "zebra", "k": "3"}
    view, notices = parse(old)
    assert notices == ()
    assert (view.method, view.model, view.target, view.value("k")) == (DEFAULT_METHODS[0], "xception", "zebra", 3)
    assert view.to_params() == old


def test_names_are_separated_by_commas_and_count_once():
    view, _ = parse({"models": "b, a,,b", "methods": ","})
    assert view.models == ("b", "a")
    assert view.methods == ()
    assert parse({"methods": ",".join(EXPLAINERS)})[0].methods == tuple(EXPLAINERS)


def test_a_parameter_that_is_there_twice_is_named_and_the_last_counts():
    view, (notice,) = parse({"label": ["a", "b"], "order": ["descending"]})
    assert (view.label, view.order) == ("b", "descending")
    assert "link's label is there more than once" in notice


def test_of_another_image_no_place_is_erased():
    view = View(image="a", erased="f0")
    assert view.but(image="b").erased == ""
    assert view.but(image="a", page=2).erased == "f0"
    assert view.but(image="b", erased="1").erased == "1"
