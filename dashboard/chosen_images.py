"""The images that a link chooses, by a cluster or one by one: for pages that are about some images alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from dashboard.cached_clusters import images_in_slice
from dashboard.cached_store import table
from dashboard.link import fits_a_link
from dashboard.plain_text import plain
from dashboard.slices import chosen_by
from dashboard.widgets import chips

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.link import View
    from explain.store import Store

LISTS = {
    "gallery": ("In the gallery", "Show {} in the gallery", ":material/grid_view:"),
    "statistics": ("Statistics", "Statistics of {}", ":material/monitoring:"),
    "findings": ("Findings", "Findings on {}", ":material/fact_check:"),
}
"""Pages that can be about some images alone, by their stem: what a link to them says, what one says that names the
images, and its icon."""
TOP = 0.25
"""Share of a class's images that is called its top."""


@dataclass(frozen=True)
class ChosenImages:
    """Some images of a dataset that a reader chose.

    Attributes
    ----------
    images : tuple of str
        At least one, in the store's order.
    total : int
        Images of the dataset.
    names : mapping of str to str
        What they were chosen by: the link's parameter, and what is chosen there in plain words.
    by : str
        What of theirs they are known to be chosen by, such as "maps": a cluster is; empty where it is not known.
    """

    images: tuple[str, ...]
    total: int
    names: dict[str, str]
    by: str = ""

    @property
    def counted(self) -> str:
        """Say how many they are.

        >>> ChosenImages(("a", "b"), 7, {"images": "two bears"}).counted
        '2 of 7 images'
        """
        return f"{len(self.images):,} of {self.total:,} images"

    @property
    def caution(self) -> str:
        """Say in plain words what a test on them cannot show."""
        by = f"They were chosen by their {self.by}:" if self.by else "If they were chosen by their maps or answers,"
        one = len(self.images) == 1
        return (
            f"{'This' if one else 'These'} {self.counted}, chosen by “{'” and “'.join(self.names.values())}”: "
            f"exploratory, chosen after seeing the data. {by} a claim about maps or "
            "answers can then come out of the choice alone (a forking path). Verdicts below are judged anew on these "
            "images, and corrected for the tests of this page, not for the slices that were looked at before. What "
            "holds here has to be tested on other images."
        )


def chosen_images(store: Store, view: View) -> tuple[ChosenImages | None, tuple[str, ...]]:
    """Find the images that a link chooses.

    Returns
    -------
    (ChosenImages or None, tuple of str)
        None where it chooses none, or none that there are: then all are looked at, and a sentence says so.
    """
    if not view.slice and not view.images:
        return None, ()
    every = tuple(table(store, "images")["image"].to_numpy(object))
    members, title, notice = images_in_slice(store, view)
    notices = (notice,) if notice else ()
    asked = set(view.images)
    known = [image for image in every if image in asked]
    if view.images and not known:
        notices = (*notices, "The link's images are not in this dataset; they choose nothing.")
    names = {"slice": title} if title else {}
    if known:
        names["images"] = view.called or f"{len(known)} chosen image{'' if len(known) == 1 else 's'}"
    sliced = set(members)  # once: a set for every image is a square of them
    both = tuple(image for image in (known or every) if image in sliced)
    if names and not both:
        return None, (*notices, "No image is in both of the link's slices; all images are shown.")
    return (
        ChosenImages(both, len(every), names, by=chosen_by(view.slice) if title else "") if names else None
    ), notices


def show_chosen(view: View, chosen: ChosenImages, here: str) -> None:
    """Say which images are looked at, each choice a chip that takes it away, and lead to them on other pages.

    Parameters
    ----------
    here : str
        Stem of the page that it stands on.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"**{chosen.counted}**", width="content")
        chips(view, {name: f"Only {plain(words)}" for name, words in chosen.names.items()})
        for stem, (label, _, icon) in LISTS.items():
            if stem != here:
                params = view.but(page=1).to_params()
                st.page_link(f"views/{stem}.py", label=label, icon=icon, query_params=params, width="content")


def to_lists(view: View) -> View:
    """Give what a link keeps that leads from some images to lists of them, without what narrows the gallery alone."""
    return view.but(text="", verdict="all", size="all", like="", page=1)


def addresses_of(view: View) -> tuple[tuple[str, str], ...]:
    """Give what leads to the images that a link chooses, on every page that can be about them: text and address."""
    params = urlencode(view.to_params())
    return tuple((label, f"./{stem}?{params}") for stem, (label, *_) in LISTS.items())


def top_of(view: View, images: Sequence[str], order: Sequence[int], called: str) -> tuple[tuple[str, str], ...]:
    """Give what leads to the first quarter of a class's images as a slice; nothing where they do not fit a link.

    Parameters
    ----------
    images : sequence of str
    order : sequence of int
        Their rows, from most to least.
    called : str
        What the first ones are called, with a place for how many they are.
    """
    top = tuple(images[row] for row in order[: math.ceil(TOP * len(order))])
    if not fits_a_link(top):
        return ()
    chosen = view.but(images=top, called=called.format(len(top)), slice="", label="", page=1)
    texts = (f"The {len(top)} it pays most for: gallery", "Statistics", "Findings")
    return tuple((text, href) for text, (_, href) in zip(texts, addresses_of(chosen), strict=True))
