"""Four maps per image, ours and others', beside what the bare networks take."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from data import decode_image, open_dataset
from explain.building.engines.batch import explain_batch
from explain.explainers.contract import Needs
from explain.explainers.registry import DEFAULT_METHODS, EXPLAINERS, PARAMETERS
from explain.models.evidence import NetworkEvidence
from explain.models.network import load_network
from explain.models.preprocessing import resize_image
from explain.models.runtimes import ONNXRUNTIME
from explain.models.specification import load_specifications
from tests.benchmarks.measuring import Figure, Section, Settings, compare_maps, figure, race, ratio, run_part
from tests.benchmarks.peering import PEERS, Answer, Peer, ask

if TYPE_CHECKING:
    from explain.models.network import Network

ADDED = tuple(
    name for name, each in EXPLAINERS.items() if each.needs <= Needs.GRADIENTS and name not in DEFAULT_METHODS
)
"""What a build may add without another pass of the network."""


@dataclass
class Subject:
    """One network with the images of the comparison, and what we make of them."""

    network: Network
    converted: Network
    pixels: np.ndarray
    prepared: np.ndarray
    targets: list[int]
    made: dict[str, np.ndarray] = field(default_factory=dict)
    made_converted: dict[str, np.ndarray] = field(default_factory=dict)

    def batches(self, batch_size: int) -> list[slice]:
        """Cut the images into whole batches."""
        return [slice(start, start + batch_size) for start in range(0, len(self.pixels), batch_size)]

    def explain(
        self, network: Network, batch_size: int, methods: tuple[str, ...] = DEFAULT_METHODS
    ) -> dict[str, np.ndarray]:
        """Explain all images, as a build does; give the maps by method."""
        parts = [
            explain_batch(
                NetworkEvidence(network, self.pixels[part], batch_size=batch_size), self.targets[part], methods
            ).maps
            for part in self.batches(batch_size)
        ]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def run(settings: Settings) -> Section:
    """Measure ours in turns with the bare networks, then every peer with its own bare network beside it."""
    size = settings.batch_size
    subjects = _subjects(settings)
    count = len(subjects[0].pixels)

    def predict() -> None:
        for subject in subjects:
            subject.network._model.predict(subject.prepared, batch_size=size, verbose=0)

    def logits_alone() -> None:
        for subject in subjects:
            for part in subject.batches(size):
                subject.network.predict(subject.prepared[part])

    def forward() -> None:
        for subject in subjects:
            for part in subject.batches(size):
                subject.network.forward(subject.pixels[part])

    def ours() -> None:
        for subject in subjects:
            subject.made = subject.explain(subject.network, size)

    def ours_converted() -> None:
        for subject in subjects:
            subject.made_converted = subject.explain(subject.converted, size)

    def with_added() -> None:
        for subject in subjects:
            subject.explain(subject.network, size, (*DEFAULT_METHODS, *ADDED))

    titles = {
        "four maps, ours": ours,  # first, so that its cold run compiles the graph that the next two share
        "the compiled forward pass, preprocessed images": logits_alone,
        "the same with preprocessing and activations": forward,
        "keras `model.predict`": predict,
        "four maps, ours, on ONNX Runtime": ours_converted,
        f"the same with {len(ADDED)} more methods": with_added,
    }
    seconds = race(titles, settings.repeats)
    own, alone, _, bare, converted, added = seconds.values()
    figures = [figure(name, runs, images=count) for name, runs in seconds.items()]
    values: dict[str, Any] = {
        "ours / predict": ratio(own, bare),
        "ours / compiled forward pass": ratio(own, alone),
        "ours on ONNX Runtime / ours": ratio(converted, own),
        f"with {len(ADDED)} more methods / ours": ratio(added, own),
    }
    for subject in subjects:
        for method in DEFAULT_METHODS:
            values[f"ONNX Runtime: {method}, {subject.network.spec.title}"] = compare_maps(
                subject.made[method], subject.made_converted[method]
            )
    for peer in PEERS:
        measured, found = _peer(peer, subjects, settings, float(np.median(own[1:])) / count)
        figures += measured
        values |= found
    return Section(
        "maps",
        "Four maps per image",
        "Two networks, Grad-CAM and FEM each, of the same images. Peers run as programs of their own, and each "
        "measures `model.predict` of the same networks beside itself. A cold run compiles what no earlier row has "
        "compiled; the report's way reloads its network in every run. Maps are compared after each is divided by its "
        "own maximum.",
        tuple(figures),
        values,
    )


def _subjects(settings: Settings) -> list[Subject]:
    dataset = open_dataset(settings.dataset)
    whole = max(settings.images // settings.batch_size, 1) * settings.batch_size
    step = max(len(dataset.records) // whole, 1)  # spread over the classes
    records = dataset.records[::step][:whole]
    images = [decode_image(record.path) for record in records]
    subjects = []
    for spec in load_specifications(settings.models):
        network = load_network(spec)
        pixels = np.stack([resize_image(image, spec.input_size) for image in images])
        targets = [spec.class_index(record.label, record.synset) or 0 for record in records]
        converted = load_network(replace(spec, runtime=ONNXRUNTIME))
        subjects.append(Subject(network, converted, pixels, network.preprocess(pixels), targets))
    return subjects


def _peer(peer: Peer, subjects: list[Subject], settings: Settings, ours: float) -> tuple[list[Figure], dict[str, Any]]:
    import keras

    totals: dict[str, np.ndarray] = {}
    values: dict[str, Any] = {}
    count = min(peer.images, len(subjects[0].pixels))
    for subject in subjects:
        spec = subject.network.spec
        job = {
            "feature_layer": spec.feature_layer,
            "batch_size": settings.batch_size,
            "repeats": settings.repeats,
            "k": PARAMETERS["k"].default,
        }
        model = keras.Model(subject.network._graph.image, subject.network._logits)
        answer = ask(peer, model, subject.prepared, subject.targets, job)
        for name, runs in answer.seconds.items():
            totals[name] = totals.get(name, np.zeros(len(runs))) + np.asarray(runs)
        values |= _differences(peer, subject, answer)
    methods = [name for name in totals if name != "predict"]
    total = np.sum([totals[name] for name in methods], axis=0)
    made = f"{2 * len(methods)} maps" + (" (Grad-CAM alone)" if len(methods) == 1 else "")
    figures = [
        figure(f"{peer.title}: `model.predict` beside it", totals["predict"].tolist(), images=count),
        figure(f"{peer.title}: {made}", total.tolist(), images=count),
    ]
    values[f"{peer.title} / its predict"] = ratio(total.tolist(), totals["predict"].tolist())
    values[f"{peer.title} / ours (four maps)"] = float(np.median(total[1:])) / count / ours
    values[f"{peer.title}: versions"] = ", ".join(f"{name} {number}" for name, number in answer.versions.items())
    return figures, values


def _differences(peer: Peer, subject: Subject, answer: Answer) -> dict[str, Any]:
    found = {}
    for method, theirs in answer.maps.items():
        ours = subject.made[method][: len(theirs)]
        if theirs.shape != ours.shape:  # the peer enlarges; ours are enlarged by the same function
            import tensorflow as tf

            ours = tf.image.resize(ours[..., None], theirs.shape[1:], method="bicubic").numpy()[..., 0]
        found[f"{peer.title}: {method}, {subject.network.spec.title}"] = compare_maps(ours, theirs)
    return found


if __name__ == "__main__":
    run_part(run)
