"""Who plays which role: by name, else by order, unless the caller says otherwise."""

from dataclasses import replace

import pytest

from explain.errors import ExplainError
from explain.findings.casting import cast_of, own_methods
from explain.findings.claims import EACH, Claim, Study
from explain.store.selection import Selection

STUDY = Study(
    "made", "Made", "", {"resnet": ("resnet",), "xception": ("xception",)}, {"map": ("gradcam",), "other": ()}, ()
)


def claim(models=(), methods=()):
    return Claim(1, "", "", "", "", "", models, methods, ())


def selection(models, methods=("gradcam", "fem")):
    return Selection({name: name.title() for name in models}, {name: name.upper() for name in methods})


def test_a_method_that_only_stands_in_for_another_is_none_of_a_studys_own():
    wanted = selection(("resnet", "xception"), ("gradcam", "fem", "gradcam_report", "layercam"))
    study = replace(STUDY, alternatives={"map": ("gradcam_report", "fem")})
    assert list(own_methods(study, wanted).methods) == ["gradcam", "fem", "layercam"]  # fem plays the other role
    assert own_methods(STUDY, wanted) == wanted


@pytest.mark.parametrize(
    ("names", "resnet", "xception"),
    [
        (("xception", "resnet50v2"), "resnet50v2", "xception"),
        (("one", "two"), "one", "two"),
        (("one", "xception"), "one", "xception"),
        (("one", "my-resnet"), "my-resnet", "one"),
        (("vgg", "My-ResNet", "Xception-2", "resnet50"), "My-ResNet", "Xception-2"),
        (("my-resnet", "resnet", "xception"), "resnet", "xception"),  # the name itself before one that holds it
    ],
)
def test_roles_go_by_name_and_else_by_order(names, resnet, xception):
    players = cast_of(STUDY, selection(names)).players
    assert (players["resnet"], players["xception"]) == (resnet, xception)


@pytest.mark.parametrize(
    ("names", "first", "second"),
    [
        (("fem", "gradcam"), "gradcam", "fem"),
        (("gradcampp", "gradcam"), "gradcam", "gradcampp"),
        (("layercam", "eigencam", "fem"), "layercam", "eigencam"),
    ],
)
def test_methods_have_roles_as_models_do(names, first, second):
    players = cast_of(STUDY, selection(("a", "b"), names)).players
    assert (players["map"], players["other"]) == (first, second)


def test_the_caller_chooses_and_the_others_make_room():
    players = cast_of(
        STUDY, selection(("xception", "resnet", "vgg")), {"xception": "resnet", "other": "gradcam"}
    ).players
    assert players == {"xception": "resnet", "resnet": "xception", "other": "gradcam", "map": "fem"}


def test_nobody_plays_two_roles_so_one_may_stay_empty():
    cast = cast_of(STUDY, selection(("xception",)))
    assert cast.players["xception"] == "xception"
    assert "resnet" not in cast.players
    assert not cast.fills(claim(models=("resnet", "xception")))
    assert cast.fills(claim(methods=("map", "other")))
    assert cast.models(claim()) == ("xception",)
    assert cast.methods(claim(methods=(EACH,))) == ("gradcam", "fem")


@pytest.mark.parametrize(
    ("roles", "words"),
    [
        ({"vgg": "one"}, "no role 'vgg'"),
        ({"resnet": "three"}, "one of one, two"),
        ({"map": "one"}, "one of gradcam, fem"),
    ],
)
def test_a_role_or_player_that_is_not_there_is_named(roles, words):
    with pytest.raises(ExplainError, match=words):
        cast_of(STUDY, selection(("one", "two")), roles)
