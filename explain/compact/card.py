"""Model cards (Mitchell et al., "Model cards for model reporting", 2019), written from measured figures."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explain.compact.architectures import CLASSES, EARLY_SIZE, INPUT_SIZE, STRIDE, TRAINING_SIZE
from explain.compact.built_in import alignment_of, cells_in_words, title_of
from explain.compact.comparison import comparison_in_words, read_comparison
from explain.compact.evaluation import Figures, Share, evaluate, load_samples
from explain.compact.losses import LossWeights
from explain.compact.photographs import BROWN_BEAR
from explain.compact.schedule import Schedule
from explain.compact.teacher import COMPONENTS
from explain.compact.views import VIEWS
from explain.statistics.architectures import architecture_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import keras

FIGURES_FILE = "figures.json"
TRAINING_FILE = "training.json"
FAMILIES = {
    "compact-resnet": "A pre-activation residual network (He et al., 2016)",
    "compact-xception": "An Xception: entry, middle and exit flow of separable convolutions (Chollet, 2017)",
}
TITLES = {
    "imagenet": "The real photographs (50 ImageNet validation images and one sample image per class)",
    "demo": "The demo set (102 path-traced renderings, other seeds than those trained on)",
}
GROUPS = {
    "elephant": "elephants, African and Asian",
    "black_bear": "black bears",
    BROWN_BEAR: "brown bears",
    "other": "others",
    "African_elephant": "rendered elephants",
    "American_black_bear": "rendered bears",
}
# Milliseconds per image, forward pass, one processor core (AMD EPYC, AVX2), batch 8, median of 15.
MILLISECONDS = {"compact-resnet": 14.6, "compact-xception": 18.7}
GRID = INPUT_SIZE // STRIDE
# What earlier networks reached, per cent of all outputs on the real photographs and on the demo set.
EARLIER = {"compact-resnet": "95.1 and 99.0 %", "compact-xception": "93.1 and 99.0 %"}
ROLE = {
    True: """It is the dashboard's
default where no network is to be had: small enough for the repository, and fast on one processor core.""",
    False: """It is there beside the default
of its architecture, which had another seed: what holds for one network need not hold for the architecture.""",
}
SHORTFALL = {
    "compact-resnet": """Time: 4,320 steps, where the earlier network, taught where to look, had
12,776. The loss on training images was still falling when the time was over. A start with a teacher's head that was
penalised more was given up before its first 250 steps, since that head did not name pasted animals; nothing else was
tried. More steps are what to try first.""",
    "compact-xception": """Time: 3,048 steps, where the earlier network, taught where to look, had
8,721. The loss on training images was still falling when the time was over. A start with a teacher's head that was
penalised more was given up before its first 250 steps, since that head did not name pasted animals; nothing else was
tried. More steps are what to try first.""",
}
SHORTFALL_OF_SEEDS = """Time, as for the network of the first seed: the schedule was set in steps beforehand, on a
shared processor, and nothing was tried or chosen for this seed. More steps are what to try first."""
# What was asked for: right among all outputs, right between the animals.
ASKED = {"imagenet": (0.92, 0.97), "demo": (0.97, 0.99)}


def networks_of(weights: Path) -> list[str]:
    """List the networks of a folder that have a card of this form: those of an architecture, whatever their seed."""
    training = json.loads((weights / TRAINING_FILE).read_text(encoding="utf-8"))
    return [name for name in training if architecture_of(name) in FAMILIES]


def measured(weights: Path, sets: dict[str, Path], names: Sequence[str]) -> dict[str, dict[str, Figures]]:
    """Evaluate networks of a folder.

    Parameters
    ----------
    weights
        Folder with ``<name>.keras`` of each.
    sets
        Dataset folders by name; ones that are not there are left out.
    names
        Of networks.

    Returns
    -------
    dict
        Figures by network and set.
    """
    loaded = {key: load_samples(folder) for key, folder in sets.items() if (folder / "manifest.csv").is_file()}
    return {
        name: {key: evaluate(load(weights, name), samples, alignment_of(name)) for key, samples in loaded.items()}
        for name in names
    }


def load(weights: Path, name: str) -> keras.Model:
    """Load a committed network, in safe mode."""
    import keras

    return keras.saving.load_model(weights / f"{name}.keras", compile=False, safe_mode=True)


def write_cards(weights: Path, figures: dict[str, dict[str, Figures]]) -> None:
    """Write ``<name>.md`` per network, and its figures into ``figures.json``, which keeps those of other networks."""
    training = json.loads((weights / TRAINING_FILE).read_text(encoding="utf-8"))
    for name, sets in figures.items():
        parameters = load(weights, name).count_params()
        size = (weights / f"{name}.keras").stat().st_size
        text = card_text(name, sets, training[name], parameters, size, read_comparison(weights))
        (weights / f"{name}.md").write_text(text, encoding="utf-8")
    stored = weights / FIGURES_FILE
    known = json.loads(stored.read_text(encoding="utf-8")) if stored.is_file() else {}
    merged = dict(sorted((known | plain(figures)).items()))
    stored.write_text(json.dumps(merged, indent=1) + "\n", encoding="utf-8")


def plain(figures: dict[str, dict[str, Figures]]) -> dict[str, dict[str, Any]]:
    """Turn figures into what JSON can hold, as ``figures.json`` stores them."""
    return json.loads(json.dumps({name: {k: asdict(f) for k, f in sets.items()} for name, sets in figures.items()}))


def card_text(
    name: str,
    sets: dict[str, Figures],
    training: dict[str, Any],
    parameters: int,
    size: int,
    comparison: Mapping[str, Any] | None = None,
) -> str:
    """Return the model card as Markdown; `comparison` is what :mod:`explain.compact.comparison` measured, if it did."""
    tables = "\n\n".join(f"### {TITLES[key]}\n\n{_table(figures, ASKED[key])}" for key, figures in sets.items())
    schedule, w = Schedule(), LossWeights()
    architecture = architecture_of(name)
    views = sum(VIEWS[group] * learnt for group, (learnt, _) in training["images"].items())
    passes = round(training["steps"] * schedule.batch_size / views, 1)
    return f"""# {name}

{FAMILIES[architecture]}, {parameters:,} parameters, {size / 1e6:.1f} MB. {ROLE[name == architecture]}

- **Input**: the whole image, resized bilinearly to {INPUT_SIZE} x {INPUT_SIZE} RGB, scaled to [-1, 1].
- **Output**: logits for {", ".join(CLASSES)}; last activation `features` ({GRID} x {GRID}), `avg_pool`,
  dense `predictions`.
- **On disk**: kernels as float16; computes in float32, about {MILLISECONDS[architecture]} ms per image on one core at
  batch 8.

## Training

- **From scratch**, seed {training["seed"]}, {training["steps"]:,} steps of {schedule.batch_size} images in
  {training["minutes"]} minutes on one shared processor core: {passes} passes over {views:,} views.
- **The loss has three terms**, and none is given a place in the picture: cross-entropy with the label (weight
  {w.label:g}, smoothed by {w.smoothing:g}); mean squared distance between a linear function of the network's *pooled*
  features and {COMPONENTS} principal components of the teacher's *pooled* features (weight {w.features:g});
  divergence from the teacher's softened logits (weight {w.logits:g}, temperature {w.temperature:g}). Nothing asks
  any map to lie anywhere.
- **The teacher** is an Xception with ImageNet's features (Chollet, 2017), run once over every view; a linear head
  was fitted on its pooled features and the labels of these views. It saw ImageNet's training images, among which
  the two sample images below may be. None of its weights is in this network.
- **Data**: photographs from public repositories, and renderings:

{_counts(training["images"])}

  Neither held-out set was trained or tuned on. Photographs kept for validation share no image with those learnt
  from: one collection by its own split (at least 10 bits of perceptual hash apart), the other by source, where
  copies of images learnt from count as learnt.
- **Brown bears** are learnt as black bears (black bears of the brown colour phase exist and are rendered), as
  validation images preferred for earlier networks.
- **Views**: the whole image and fixed crops of it; of rendered animals, half of the views put them, cut out by
  their mask, before another photograph. Masks serve that augmentation alone, boxes nothing. Each step shows a part
  of at least 80 % of a view's sides, perhaps mirrored, with colour, grey, blur, compression, noise and cut-out;
  one image in six is a collage. Labels alone are learnt where the teacher was not asked (collages), or did not name
  what the view shows.
- **Procedure**: AdamW (rate {schedule.learning_rate:g}, decay {schedule.weight_decay:g}), cosine schedule, averaged
  weights ({schedule.averaging:g}); images of {EARLY_SIZE} x {EARLY_SIZE} for {100 * schedule.early_share:.0f} % of
  the time, then {TRAINING_SIZE} x {TRAINING_SIZE}; used on whole images of {INPUT_SIZE} x {INPUT_SIZE}, since crops
  enlarge what they show (Touvron et al., 2019). The size suited earlier networks best on validation images; no other
  was tried with this one.
- **Calibration**: the bias of `other` was lowered by {training["calibration"]["offset"]:.3f}, to where the mean
  recall over the classes is highest on validation images. No map of an animal depends on it.
{_to_repeat(name, training)}

## Figures

On validation images (photographs and renderings), by which the bias was settled:

{_validation(training["calibration"])}

On the held-out sets. 95 % intervals: Wilson for proportions, bootstrap over images for the ratio. Peaks count as
inside where the common 112 x 112 grid's largest cell lies in a box (photographs) or on the mask (renderings); the
line "mass" is the mean share of Grad-CAM's mass inside the boxes, divided by the boxes' mean share of the image.
Where the network looks was no target; beside it stands what chance gives: the middle of the image for the peaks,
and the maps of all other images of the set. Cells lie where the mirror test found them:
{cells_in_words(name)}.

{tables}

{comparison_in_words(comparison or {}, name, title_of(name))}To repeat: `python -m explain.compact card`.

**Every measurement of held-out images.** Earlier networks of this architecture, which three further terms taught
where to look, were measured five times on the way and reached {EARLIER[architecture]} of all outputs on the real
photographs and on the demo set; that they fell short at first decided that their training went on, and that calibration
was added. This network shares no weight with them. Its answers were measured once, after training and calibration had
ended; later runs of the command repeat that. Since then it has been part of stores of both sets: for the comparison
above, for the claims, for the test of architectures against networks, and for measuring where its cells lie, which asks
for no class and no mask. Only that last figure was taken over from held-out images; no weight was.

{_shortfall(name, sets)}## Limits

- It knows two animals and "other". It is not a species classifier: Asian elephants count as elephants, brown
  bears may count as black bears, and "other" was never measured on a set that represents the world.
- It is one network of one seed, with a teacher of the Xception family: what its maps show holds for it, not for an
  architecture.
- It was made to show how explanations behave. It must not be used to count, protect, hunt or identify
  animals, nor for any decision about them or about people.
- Training photographs were screened by samples only, and are small (short side at most 240 pixels).
"""


def _to_repeat(name: str, training: dict[str, Any]) -> str:
    """Say how it was trained: the first seed's schedule was in minutes, the others' in steps."""
    command = f"python -m explain.compact train {architecture_of(name)} --seed {training['seed']}"
    if name == architecture_of(name):
        return f"""- **To repeat**: `{command}`, then `export` with the
  same seed, the training data and the teacher at hand. The schedule was in minutes on a shared core: one in steps gives
  like figures, not the same weights."""
    return f"""- **To repeat**: `{command} --steps {training["steps"]}`,
  then `export` with the same seed, the training data and the teacher at hand. Sums in another order, on another
  processor, give like figures, not the same weights."""


def _counts(images: dict[str, tuple[int, int]]) -> str:
    lines = ["  | | learnt from | kept for validation |", "  |---|---|---|"]
    lines += [f"  | {title} | {images[group][0]:,} | {images[group][1]:,} |" for group, title in GROUPS.items()]
    return "\n".join(lines)


def _validation(calibration: dict[str, Any]) -> str:
    rows = [*calibration["confusion"], calibration["brown_bears"]]
    lines = [f"| labelled \\ called | {' | '.join(CLASSES)} |", "|---|---|---|---|"]
    lines += [
        f"| {label} | {' | '.join(map(str, row))} |" for label, row in zip((*CLASSES, "brown bear"), rows, strict=True)
    ]
    return "\n".join(lines)


def _shortfall(name: str, sets: dict[str, Figures]) -> str:
    """Say what fell short and why; nothing where all that was asked for was reached."""
    missed = [key for key, f in sets.items() if f.top1.value < ASKED[key][0] or f.animals.value < ASKED[key][1]]
    return f"**What falls short, and why.** {SHORTFALL.get(name, SHORTFALL_OF_SEEDS)}\n\n" if missed else ""


def _table(figures: Figures, asked: tuple[float, float]) -> str:
    lines = ["| | n | reached | 95 % interval | asked | |", "|---|---|---|---|---|---|"]
    for title, share, least in (
        ("right among all outputs", figures.top1, asked[0]),
        ("right between the two animals", figures.animals, asked[1]),
    ):
        met = "met" if share.value >= least else "**missed**"
        lines.append(f"| {title} | {share.n} | {_reached(share)} | {100 * least:.0f} % | {met} |")
    lines += [
        "",
        "| where it looks | n | reached | 95 % interval | the middle | other images' maps |",
        "|---|---|---|---|---|---|",
    ]
    for title, share, others in (
        ("peak of Grad-CAM (labelled class) on the animal", figures.gradcam_peak, figures.gradcam_peak_others),
        ("peak of FEM (K = 2) on the animal", figures.fem_peak, figures.fem_peak_others),
    ):
        middle = f"{100 * figures.centre.value:.1f} %"
        lines.append(f"| {title} | {share.n} | {_reached(share)} | {middle} | {100 * others:.1f} % |")
    mass = f"{figures.mass_ratio:.2f} | {figures.mass_low:.2f} to {figures.mass_high:.2f}"
    lines.append(f"| mass | {figures.gradcam_peak.n} | {mass} | | {figures.mass_ratio_others:.2f} |")
    lines += ["", f"| labelled \\ called | {' | '.join(CLASSES)} |", "|---|---|---|---|"]
    lines += [
        f"| {label} | {' | '.join(map(str, row))} |" for label, row in zip(CLASSES, figures.confusion, strict=False)
    ]
    return "\n".join(lines)


def _reached(share: Share) -> str:
    low, high = share.interval
    return f"{100 * share.value:.1f} % | {100 * low:.1f} to {100 * high:.1f} %"
