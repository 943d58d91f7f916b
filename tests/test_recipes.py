"""CONTRIBUTING.md's recipes can be followed: their files are new, and the places that they name are there."""

import ast
import tomllib

import pytest

from tests.recipes import ROOT, recipes

RECIPES = recipes()


def test_there_are_four_recipes():
    assert list(RECIPES) == ["A new explainer", "A new measure", "A new claim", "A new page"]


@pytest.mark.parametrize("heading", RECIPES)
def test_a_recipe_is_exact(heading):
    for step in RECIPES[heading]:
        path = ROOT / step.file
        assert path.exists() is not step.new(), step.file
        assert path.parent.is_dir(), step.file
        if not step.new():
            lines = path.read_text("utf-8").splitlines(keepends=True)
            lines.insert(step.place(lines), step.text)
            text = "".join(lines)
        else:
            text = step.text
        parse = tomllib.loads if path.suffix == ".toml" else ast.parse
        parse(text)
