"""Material of any number of models, methods, classes and images, without a store."""

from itertools import combinations, product

import numpy as np
import pandas as pd

from explain.faithfulness.tables import CHANGED
from explain.figures.exhibit import Material
from explain.measures.chance import BASELINES
from explain.statistics.averages import AverageMap
from explain.store.selection import Selection

METRICS = ("entropy", "mass_inside", "part_head")


def toy_material(models=2, methods=2, labels=("bear_cub", "elephant"), images=6, **changes):
    """Make tables whose names tell nothing to people, and a selection whose titles do."""
    generator = np.random.default_rng(7)
    selection = Selection(
        {f"model-{number}": f"Network {number + 1}" for number in range(models)},
        {f"method_{number}": f"Explainer {number + 1}" for number in range(methods)},
    )
    selection = changes.pop("selection", selection)
    shown = pd.DataFrame(
        [(f"image-{n:03d}", labels[n % len(labels)]) for n in range(images)], columns=["image", "label"]
    )
    maps = shown.merge(pd.DataFrame(selection.keys, columns=["model", "method"]), how="cross")
    metrics = maps.merge(pd.DataFrame({"metric": METRICS}), how="cross")
    answers = shown.merge(pd.DataFrame({"model": list(selection.models)}), how="cross")
    right = generator.random(len(answers)) < 0.8
    ends = ["model_a", "method_a", "model_b", "method_b"]
    pairs = pd.DataFrame([(*a, *b) for a, b in combinations(selection.keys, 2)], columns=ends)
    agreement = shown.merge(pairs, how="cross")
    steps = pd.DataFrame(product(("deletion", "insertion"), (0.0, 0.25, 0.5, 0.75, 1.0)), columns=["curve", "fraction"])
    curves = maps.merge(steps.assign(substrate="zeros", steps=4), how="cross")
    sanity = maps.merge(pd.DataFrame({"check": ["all_layers", "head", CHANGED]}), how="cross")
    blind = maps.merge(pd.DataFrame({"baseline": list(BASELINES)}), how="cross").assign(metric="mass_inside", map_of="")
    names = ("pearson", "sim", "spearman", "iou_top20")
    tables = {
        "metrics": metrics.assign(value=generator.random(len(metrics))),
        "agreement": agreement.assign(**{name: generator.random(len(agreement)) for name in names}),
        "predictions": answers.assign(
            predicted=np.where(right, answers["label"], "zebra"), probability=generator.random(len(answers)),
            label_probability=0.5, label_rank=1, right=pd.array(right, dtype="boolean"),
        ),
        "chance": blind.assign(value=generator.random(len(blind)) / 2),
        "curves": curves.assign(probability=generator.random(len(curves))),
        "sanity": sanity.assign(**{name: generator.random(len(sanity)) for name in names[:3]}),
        "embedding": answers.assign(x=generator.random(len(answers)), y=generator.random(len(answers))),
    }  # fmt: skip
    tables |= changes.pop("tables", {})
    photograph = np.full((160, 160, 3), 90, np.uint8)
    saliency = np.full((112, 112), 1 / 112**2, np.float32)
    averages = tuple(
        AverageMap(label, model, method, images, saliency, photograph)
        for label, (model, method) in product(labels, selection.keys)
    )
    return Material(
        **{
            "read": tables.__getitem__, "selection": selection, "averages": lambda: averages,
            "label_of": {model: {label: label for label in labels} for model in selection.models}, **changes,
        }
    )  # fmt: skip
