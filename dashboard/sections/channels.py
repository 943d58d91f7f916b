"""The channels of a network by what they pay for a class, and one of them closely."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.cached_channels import channel_crop, channel_fires_on, channel_likeness, channel_payments
from dashboard.chosen_images import top_of
from dashboard.class_images import images_compared, images_of_class
from dashboard.components.slates import Picture, Slate, show_slates
from dashboard.downloads import offer_table
from dashboard.page import file_name, plain
from dashboard.widgets import title
from dashboard.widths import PARAGRAPH
from explain.figures.style import signed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.link import View
    from explain.store import Store

SHOWN, PICTURES, CLOSELY = 6, 6, 24


def channels(store: Store, view: View, model: str, label: str) -> None:
    """List the channels that pay most, with the images and places that they answer to."""
    key = (str(store.path), store.digest, model)
    paid = channel_payments(*key, label)
    mean = paid.mean(axis=0)
    order = np.argsort(-mean, kind="stable")
    other = next((each.name for each in store.models if each.name != model), "")
    best, alike = channel_likeness(*key, other) if other else (None, np.full(len(mean), np.nan))
    st.markdown(
        f"Each of the {len(mean)} channels pays its mean activation times its weight for **{plain(title(label))}**, on "
        f"every one of the {len(paid)} images. The pictures are cut out around the place where the channel is highest.",
        width=PARAGRAPH,
    )
    chosen = int(view.channel) if view.channel.isdecimal() and int(view.channel) < len(mean) else int(order[0])
    shown = [chosen, *[number for number in order.tolist() if number != chosen][:SHOWN]]
    slates = [
        _slate(store, view, model, label, number, paid[:, number], CLOSELY if number == chosen else PICTURES,
               _likeness(store, other, best, alike, number), number == chosen)
        for number in shown
    ]  # fmt: skip
    show_slates(slates, "channels")
    rows = pd.DataFrame({"channel": order, "mean_paid": mean[order], "spread": paid.std(axis=0)[order]})
    rows["images_for"] = (paid > 0).sum(axis=0)[order]
    if best is not None:
        rows["most_alike"], rows["r"] = best[order], alike[order]
    st.header("All channels", anchor=False)
    if best is not None and len(compared := images_compared(*key[:2])) < store.dataset.images:
        st.caption(f"Channels of the two networks are compared on {len(compared):,} images.")
    names = {
        "channel": "Channel", "mean_paid": "Pays on average", "spread": "Standard deviation", "images_for": "Pays on",
        "most_alike": f"Most alike in {store.model(other).title}" if other else "", "r": "r",
    }  # fmt: skip
    formats = {names[each]: st.column_config.NumberColumn(format="%.3f") for each in ("mean_paid", "spread", "r")}
    st.dataframe(rows.rename(columns=names), hide_index=True, column_config=formats, height=300, key="all_channels")
    offer_table("All channels (.csv)", rows, file_name(f"{model}-{label}-channels"))


def _likeness(store: Store, other: str, best: NDArray[np.int64] | None, alike: NDArray[np.float64], number: int) -> str:
    if best is None or np.isnan(alike[number]):
        return ""
    return f"goes with channel {best[number]} of {store.model(other).title}, r = {alike[number]:.2f}"


def _slate(
    store: Store,
    view: View,
    model: str,
    label: str,
    number: int,
    paid: NDArray[np.float64],
    pictures: int,
    likeness: str,
    chosen: bool,
) -> Slate:
    key = (str(store.path), store.digest, model)
    images = images_of_class(*key[:2], label)
    order = np.argsort(-paid, kind="stable").tolist()
    crops = tuple(
        Picture(
            channel_crop(*key, label, number, row),
            f"{images[row]}, around where channel {number} is highest",
            images[row],
            signed(paid[row]),
            f"./why?{urlencode(view.but(image=images[row]).to_params())}",
        )
        for row in order[:pictures]
    )
    facts = [f"pays {signed(paid.mean())} on average, from {signed(paid.min())} to {signed(paid.max())}"]
    facts += [likeness] if likeness else []
    fires = channel_fires_on(*key, label, number) if chosen else {}
    if fires:
        facts.append("fires on: " + ", ".join(f"{name} {share:.0%}" for name, share in fires.items()))
    href = f"./strategies?{urlencode(view.but(channel=str(number)).to_params())}"
    called = f"the {{}} that channel {number} pays most for ({title(label)}, {store.model(model).title})"
    links = top_of(view, images, order, called)
    return Slate(f"Channel {number}", tuple(facts), crops, href=href, chosen=chosen, links=links)
