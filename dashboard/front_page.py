"""What the front page shows of claims, and of a dataset: chosen from what is stored, and drawn small."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from dashboard.cached_findings import judged, pictures_of
from dashboard.cached_store import answers_on, summary
from dashboard.components.claims import ClaimAtAGlance, Example
from dashboard.components.invitation import InvitingPicture
from explain.findings.images import images_for_and_against
from explain.findings.in_words import said_by

if TYPE_CHECKING:
    from dashboard.link import View
    from explain.findings.findings import Finding
    from explain.findings.images import CarriedImage
    from explain.store import Store
    from explain.store.selection import MapKey, Selection

INVITATION_SIDE = 320  # pixels
MOST_MAPS = 4


def claims_at_a_glance(store: Store, selection: Selection, view: View) -> list[ClaimAtAGlance]:
    """Sum every claim up with the image that is furthest for it and the one that is furthest against it."""
    return [_glance(store, selection, view, finding) for finding in judged(store)]


def inviting_image(store: Store, selection: Selection) -> str:
    """Choose an image whose maps show something: one that all models know, where methods differ most; empty if none."""
    images = summary(store, selection)
    images = images[images["status"] == "ok"]
    if images.empty:
        return ""
    known = images[images["all_right"]] if images["all_right"].any() else images
    return str(known.sort_values(["method_distance", "image"], ascending=[False, True])["image"].iloc[0])


def invitation_of(store: Store, selection: Selection) -> tuple[str, list[InvitingPicture]]:
    """Draw an image whose maps show something, with its maps, each over its own maximum.

    Returns
    -------
    (str, list of InvitingPicture)
        The image's id, and the photograph before its maps; empty where no image could be read.
    """
    image = inviting_image(store, selection)
    if not image:
        return "", []
    held = {(model.name, method.name) for model in store.models for method in model.methods}
    keys = tuple(key for key in selection.keys if key in held)[:MOST_MAPS]
    photograph, *_ = pictures_of(store, image, (), INVITATION_SIDE)
    label = str(summary(store, selection)["label"].iloc[store.row(image)]).replace("_", " ")
    pictures = [InvitingPicture(photograph, "Photograph", label)]
    for model, method in keys:  # each on its own scale, so that all four show something
        (drawn,) = pictures_of(store, image, ((model, method),), INVITATION_SIDE)
        pictures.append(InvitingPicture(drawn, selection.methods[method], selection.models[model]))
    return image, pictures


def _glance(store: Store, selection: Selection, view: View, finding: Finding) -> ClaimAtAGlance:
    link = f"./findings?{urlencode(view.to_params() | {'open': str(finding.number)})}#claim-{finding.number}"
    found = images_for_and_against(finding)
    if found is None:
        return ClaimAtAGlance(finding.number, finding.claim, finding.verdict, link, finding.note)
    sides = (("for", found.supporting), ("against", found.opposing))
    examples = tuple(
        _example(store, selection, view, side, images[0], found.maps[:MOST_MAPS]) for side, images in sides if images
    )
    scope = finding.titles.get(found.scope, "")
    measured = f"By {said_by(found.metric, finding.titles)}" + (f", {scope}" if scope else "")
    return ClaimAtAGlance(
        finding.number, finding.claim, finding.verdict, link, found.in_words, measured, found.share_for,
        found.share_against, examples,
    )  # fmt: skip


def _example(
    store: Store, selection: Selection, view: View, side: str, carried: CarriedImage, maps: tuple[MapKey, ...]
) -> Example:
    link = f"./compare?{urlencode(view.but(image=carried.image).to_params())}"
    captions = captions_of(selection, maps) or (_answers(store, selection, carried.image),)
    return Example(side, carried.image, link, pictures_of(store, carried.image, maps), captions)


def captions_of(selection: Selection, maps: tuple[MapKey, ...]) -> tuple[str, ...]:
    """Name maps that stand together by what tells them apart: models alone, or methods alone, where that is enough."""
    models, methods = ({key[part] for key in maps} for part in (0, 1))
    if len(methods) == 1:
        return tuple(selection.models[model] for model, _ in maps)
    if len(models) == 1:
        return tuple(selection.methods[method] for _, method in maps)
    return tuple(map(selection.title, maps))


def _answers(store: Store, selection: Selection, image: str) -> str:
    """Say what each model says of an image."""
    said = answers_on(store, selection, image)
    return "; ".join(f"{selection.models[name]}: {answer.replace('_', ' ')}" for name, answer in said.items())
