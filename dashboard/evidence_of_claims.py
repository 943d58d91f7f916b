"""What stands behind a verdict: the tests on one axis, and the photographs for and against with their maps."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from dashboard.cached_store import answers_on, card_picture, explained
from dashboard.components.strips import Strip, show_strips
from dashboard.page import plain
from dashboard.plots import beside_its_words, legible
from dashboard.sections.multiverse import show_multiverse
from dashboard.widgets import title, write
from dashboard.widths import CAPTION, FORM
from data.images import decode, encode
from explain.figures.findings import claim_exhibit
from explain.figures.overlay import overlay
from explain.figures.style import signed
from explain.figures.wording import readable
from explain.findings.images import images_for_and_against

if TYPE_CHECKING:
    from dashboard.link import View
    from explain.findings.findings import Finding
    from explain.findings.images import CarriedImage, ForAndAgainst
    from explain.store import Store
    from explain.store.selection import MapKey, Selection

SHOWN = 3
"""So many images are shown on each side."""


def show_evidence(finding: Finding, store: Store, selection: Selection, view: View, *, studied: bool = True) -> None:
    """Show the tests of a claim on one axis, the images for it and against it, and what else was tried.

    Parameters
    ----------
    studied : bool
        Whether the claim is of the dataset's study, of which the multiverse is.
    """
    st.caption(plain(finding.quantity), width=CAPTION)
    shown = claim_exhibit(finding, classes=view.rows == "classes")
    with beside_its_words() as words:
        if shown.figure is not None:
            figure = legible(shown.figure, st.context.theme.type)
            st.plotly_chart(figure, key=f"claim_{finding.number}", alt=f"{finding.claim} {finding.told}")
    words.caption(plain(shown.caption))
    _show_images(finding, store, selection, view)
    _say_checks(finding)
    if studied:
        show_multiverse(finding, store, view)
    with st.expander("The numbers", type="compact"):
        st.dataframe(readable(shown.table, selection, finding.titles), hide_index=True)


def _show_images(finding: Finding, store: Store, selection: Selection, view: View) -> None:
    """Show the images that carry one test of a claim most, and those that go against it most."""
    names = {f"{finding.number}:{metric}:{scope}": (metric, scope) for metric, scope in finding.tests}
    found = images_for_and_against(finding, *names.get(view.test, ()))
    if found is None:
        return

    def named(test: str) -> str:
        metric, scope = names[test]
        return f"{finding.titles[metric]}, {finding.titles.get(scope) or title(scope)}"

    key = f"test_{finding.number}"
    st.session_state[key] = f"{finding.number}:{found.metric}:{found.scope}"
    st.selectbox(
        "Images by", names, format_func=named, key=key, help="Which of the claim's tests the images belong to.",
        on_change=lambda: write("test", st.session_state[key]), width=FORM // 2,
    )  # fmt: skip
    st.markdown(found.in_words)
    sides = (
        ("Carry it most", found.carrying, found.supporting), ("Go against it most", found.opposed, found.opposing)
    )  # fmt: skip
    for place, (column, (heading, count, images)) in enumerate(zip(st.columns(2), sides, strict=True)):
        with column:
            st.markdown(f"**{heading}** ({count:,} of {found.n:,})")
            if images:
                strips = [_strip(image, found, store, selection, view) for image in images[:SHOWN]]
                show_strips(strips, key=f"strips_{finding.number}_{place}")
            else:
                st.caption("None.")


def _strip(image: CarriedImage, found: ForAndAgainst, store: Store, selection: Selection, view: View) -> Strip:
    maps = [key for key in found.maps if store.model(key[0]).method(key[1]) is not None]
    line = signed(image.value) if found.maps else _answers(image.image, store, selection)
    return Strip(
        image.image,
        f"{title(image.label)} · {line}",
        f"./compare?{urlencode(view.but(image=image.image, test='', open=()).to_params())}",
        (
            ("Photograph", _picture(store, image.image, "photo", ("", ""), view)),
            *(_map(store, image.image, key, selection, view) for key in maps),
        ),
    )


def _map(store: Store, image: str, key: MapKey, selection: Selection, view: View) -> tuple[str, bytes]:
    """Give a map's caption and picture: the stored map, or that of the model's own answer where it is another."""
    model, method = key
    row, heading = store.row(image), selection.title(key)
    answered = int(store.logits(model, image).argmax())
    targeted = store.method(model, method).targeted
    if view.of != "predicted" or not targeted or answered == store.targets(model)[row]:
        return heading, _picture(store, image, "overlay", key, view)
    name = store.model(model).classes[answered]
    found = explained(store, image, name, {}, model, method)
    drawn = overlay(decode(store.thumbnail(image)), found.saliency, colormap=view.colormap, alignment=found.alignment)
    return f"{heading}: {title(name)}", encode(drawn, 82)


def _picture(store: Store, image: str, layer: str, key: MapKey, view: View) -> bytes:
    return card_picture(str(store.path), store.digest, image, layer, *key, view.colormap)


def _answers(image: str, store: Store, selection: Selection) -> str:
    said = answers_on(store, selection, image)
    return " · ".join(f"{selection.models[name]}: {title(answer)}" for name, answer in said.items())


def _say_checks(finding: Finding) -> None:
    """Say for every other choice whether the verdict survives it."""
    for check in finding.checks:
        outcome = "survives" if check.survives else "does not survive"
        st.caption(f"With {plain(check.choice)}: {check.verdict}. The verdict **{outcome}**.")
