"""Any order of builds, kills, damages and reads: a store against a model of it that is a dictionary.

The model knows which methods of which networks a store must hold, and what every number of them is, by a formula that
shares no code with the library. Whatever happened before, a read gives that number or one sentence, ``check`` says
whether something is wrong, and the next build ends with what a store that nothing happened to holds.
``STORE_LIVES=300`` tries that many lives.
"""

import os
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from PIL import Image

from data import open_dataset
from explain.building.build import build
from explain.errors import StoreError
from explain.explainers.registry import explainer
from explain.models.specification import load_specifications
from explain.store import check_store, open_store
from explain.store.checking import check_maps
from explain.store.evidence import explain_stored
from explain.store.filesystem import files_below
from explain.store.layout import store_path
from explain.store.pruning import prune_results
from tests.explain.conftest import LinearNetwork

KERNELS = {
    "linear": np.array([[1.0, -0.5], [-1.0, 0.75], [0.25, 0.5]], np.float32),
    "other": np.array([[0.5, 1.0], [0.75, -1.5], [-2.0, 0.25]], np.float32),
}
SPECIFICATION = """
[{name}]
title = "{title}"
file = "{name}.keras"
input_size = 16
preprocessing = "tf"
feature_layer = "features"
head_layer = "predictions"
classes = ["cat", "dog"]
"""
METHODS = ("gradcam", "fem", "layercam")
KEPT_TABLES = ("images", "predictions", "metrics", "agreement", "chance", "findings", "embedding")

networks_asked = st.lists(st.sampled_from(sorted(KERNELS)), min_size=1, max_size=2, unique=True)
methods_asked = st.lists(st.sampled_from(METHODS), min_size=1, max_size=3, unique=True)


def fem_by_hand(features):
    mean, deviation = features.mean((0, 1)), features.std((0, 1))
    return ((features > mean + 2 * deviation) * mean).sum(axis=2)


def by_hand(photos):
    """Compute what a store must hold: by network, by name of what is read, by image."""
    found = {}
    for name, kernel in KERNELS.items():
        held = {each: {} for each in ("activations", "logits", *METHODS)}
        for file in sorted(photos.rglob("*_*.png")):
            if "broken" in file.name:
                continue
            pixels = np.asarray(Image.open(file), np.float64) / 127.5
            exact = pixels.reshape(4, 4, 4, 4, 3).mean(axis=(1, 3))
            features = exact.astype(np.float32).astype(np.float16).astype(np.float64)
            logits = exact.mean(axis=(0, 1)) @ kernel
            label = {"cat": 0, "dog": 1}.get(file.parent.name, int(logits.argmax()))
            paid = kernel[:, label].astype(np.float64) / 16
            held["activations"][file.stem], held["logits"][file.stem] = features, logits
            held["gradcam"][file.stem] = np.maximum(features @ paid, 0)
            held["layercam"][file.stem] = features @ np.maximum(paid, 0)
            held["fem"][file.stem] = fem_by_hand(features)
        found[name] = held
    return found


class Killed(BaseException):
    """Nothing catches it, as nothing survives a kill."""


class Death:
    """Ends a process at one of the calls by which it changes the disk; nothing that it would have done then is done."""

    CALLS = ("fsync", "replace", "rename", "unlink", "rmdir", "mkdir")

    def __init__(self, at):
        self.left = at

    def __enter__(self):
        self._real = {name: getattr(os, name) for name in self.CALLS}
        for name, real in self._real.items():
            setattr(os, name, partial(self._call, real))
        return self

    def _call(self, real, *arguments, **options):
        self.left -= 1
        if self.left < 0:
            raise Killed
        return real(*arguments, **options)

    def __exit__(self, kind, error, trace):
        for name, real in self._real.items():
            setattr(os, name, real)
        return kind is Killed


class Life(RuleBasedStateMachine):
    def __init__(self, original, scratch, expected, tables):
        super().__init__()
        self.folder = Path(scratch) / f"life-{len(list(Path(scratch).iterdir()))}"
        shutil.copytree(original, self.folder)
        for name in KERNELS:
            (self.folder / f"{name}.toml").write_text(SPECIFICATION.format(name=name, title=name.title()))
            (self.folder / f"{name}.keras").write_bytes(name.encode())
        self.dataset = open_dataset(self.folder / "photos")
        self.path = store_path(self.folder / "cache", self.dataset.digest)
        shutil.rmtree(self.folder / "cache")
        self.expected, self.tables = expected, tables
        self.held, self.named, self.damaged, self.readers, self.key = {}, set(), {}, [], None

    def teardown(self):
        shutil.rmtree(self.folder)

    # what the model does

    def would_hold(self, networks, methods):
        asked = {name: self.held.get(name, frozenset()) | set(methods) for name in networks}
        return asked | {name: held for name, held in self.held.items() if name not in asked}

    def build(self, networks, methods, force):
        specs = [spec for name in networks for spec in load_specifications(self.folder / f"{name}.toml")]
        chosen = [explainer(name) for name in methods]
        return build(self.dataset, specs, self.folder / "cache", methods=chosen, batch_size=4, force=force)

    def published(self):
        store = open_store(self.path)
        return store, {model.name: frozenset(each.name for each in model.methods) for model in store.models}

    def take_in(self, store, held, shown):
        self.held, self.damaged = held, {}
        folders = {each["folder"] for each in store.provenance["models"]}
        folders |= {each["folder"] for m in store.provenance["models"] for each in m["methods"]}
        self.named = folders | {"photographs", "thumbnails", "masks", "manifest.json", "origins.json"}
        self.named |= set(store.provenance["tables"].values())
        found = {name: store.table(name).to_csv() for name in KEPT_TABLES}
        self.key = (tuple((m.name, tuple(each.name for each in m.methods)) for m in store.models), shown)
        assert self.tables.setdefault(self.key, found) == found  # whatever way led here

    def read_all(self, store, held):
        """Compare everything that can be read with what it must be; give the sentences of what could not."""
        said = []
        for name, methods in held.items():
            for what in ("activations", "logits", *methods):
                for image, wanted in self.expected[name][what].items():
                    read = getattr(store, what) if what in ("activations", "logits") else None
                    try:
                        found = read(name, image) if read else store.saliency(name, what, image)
                    except StoreError as error:
                        said.append(str(error))
                    else:
                        np.testing.assert_allclose(found, wanted, rtol=2e-5, atol=1e-6, err_msg=f"{name} {what}")
        return said

    # what happens to the store

    @rule(networks=networks_asked, methods=methods_asked, force=st.sampled_from([False, False, False, True]))
    def builds(self, networks, methods, force):
        wanted, damaged = self.would_hold(networks, methods), self.damaged
        report = self.build(networks, methods, force)
        store, held = self.published()
        if not damaged:
            assert report.healed == ()
            assert held == wanted
        for name in networks:
            assert held[name] >= set(methods)
        assert all(methods <= wanted[name] for name, methods in held.items())
        self.take_in(store, held, (tuple(networks), tuple(methods)))
        assert self.read_all(store, held) == []
        assert check_store(store) == ()
        self.readers = [(reader, was, age + 1) for reader, was, age in self.readers]

    @rule(networks=networks_asked, methods=methods_asked, at=st.integers(0, 120), force=st.booleans())
    def is_killed(self, networks, methods, at, force):
        wanted = self.would_hold(networks, methods)
        with Death(at) as death:
            self.build(networks, methods, force)
        assume(death.left < 0)
        self.readers = [(reader, was, age + 1) for reader, was, age in self.readers]
        try:
            store, held = self.published()
        except StoreError:
            assert not self.held or "manifest.json" in self.damaged
            return
        if not self.damaged:
            assert held in (self.held, wanted)
            if check_store(store) == ():
                shown = (store.shown_models, store.shown_methods)
                self.take_in(store, held, shown)
            assert self.read_all(store, held) == []

    @precondition(lambda self: self.held)
    @rule(which=st.floats(0, 0.999), where=st.floats(0, 0.999), bits=st.integers(1, 255))
    def loses_a_bit(self, which, where, bits):
        name, before = self.some_file(which)
        assume(before)
        content = bytearray(before)
        content[int(where * len(content))] ^= bits
        self.damage(name, before, bytes(content))

    @precondition(lambda self: self.held)
    @rule(which=st.floats(0, 0.999))
    def loses_a_file(self, which):
        name, before = self.some_file(which)
        self.damage(name, before, None)

    def some_file(self, which):
        files = files_below(self.path)
        name = list(files)[int(which * len(files))]
        note(name)
        return name, files[name].read_bytes()

    def damage(self, name, before, after):
        (self.path / name).unlink() if after is None else (self.path / name).write_bytes(after)
        if name == "origins.json" and after is None:
            return  # a store that was moved has none
        if any(name == each or name.startswith(f"{each}/") for each in self.named):
            self.damaged.setdefault(name, before)
            if self.damaged[name] == after:  # the same bit, once more
                del self.damaged[name]

    @precondition(lambda self: self.held)
    @rule()
    def is_pruned(self):
        prune_results(self.path, (), sorted(KERNELS))
        if not self.damaged:
            there = {f"models/{each.name}" for each in self.path.glob("models/*")}
            there |= {f"maps/{each.parent.name}/{each.name}" for each in self.path.glob("maps/*/*")}
            assert there == {name for name in self.named if name.startswith(("models/", "maps/"))}
            assert check_store(open_store(self.path)) == ()
        self.readers = []

    # what readers see

    @precondition(lambda self: self.held)
    @rule()
    def is_read(self):
        try:
            store, held = self.published()
        except StoreError:
            assert "manifest.json" in self.damaged
            return
        said = self.read_all(store, {name: held[name] for name in held if name in self.held})
        assert not said or self.damaged
        for name, wanted in self.tables[self.key].items():
            try:
                assert store.table(name).to_csv() == wanted
            except StoreError:
                assert self.damaged

    @precondition(lambda self: self.held)
    @rule()
    def is_checked(self):
        try:
            store, _ = self.published()
        except StoreError:
            assert "manifest.json" in self.damaged
            return
        assert bool(check_store(store)) == bool(self.damaged)
        if not self.damaged:
            assert check_maps(store) == ()

    @precondition(lambda self: self.held and not self.damaged)
    @rule()
    def is_opened(self):
        self.readers.append((*self.published(), 0))

    @precondition(lambda self: self.readers)
    @rule()
    def is_read_by_who_had_it_open(self):
        for reader, was, age in self.readers:
            said = self.read_all(reader, was)
            assert not said or age > 1 or self.damaged

    @precondition(lambda self: self.held and not self.damaged)
    @rule(method=st.sampled_from(METHODS))
    def is_asked_for_a_map_that_it_may_not_hold(self, method):
        store, held = self.published()
        for name in held:
            for image, wanted in self.expected[name][method].items():
                found = explain_stored(store, image, name, method).saliency
                np.testing.assert_allclose(found, wanted, rtol=2e-5, atol=1e-6)


@pytest.fixture
def networks(monkeypatch):
    """Put the two linear networks in the place of those that are loaded."""
    monkeypatch.setattr("explain.models.network.load_network", lambda spec: LinearNetwork(KERNELS[spec.name]))


def test_whatever_happens_to_a_store_it_gives_right_numbers_or_a_sentence(original, tmp_path, networks):
    machine = partial(Life, original, tmp_path, by_hand(original / "photos"), {})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=int(os.environ.get("STORE_LIVES", 4)),
            stateful_step_count=10,
            deadline=None,
            derandomize="STORE_LIVES" not in os.environ,
            phases=(Phase.reuse, Phase.generate),  # a life is short enough to be read as it is
            suppress_health_check=list(HealthCheck),
        ),
    )
