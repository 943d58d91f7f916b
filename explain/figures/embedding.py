"""The map of images, coloured by whatever is known of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import plotly.graph_objects as go
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from explain.figures.exhibit import Exhibit, Material, Options, nothing
from explain.figures.free_places import places_of_names
from explain.figures.sampling import drawn
from explain.figures.style import (
    COLOURS,
    MARGIN,
    MOST_POINTS,
    NEUTRAL,
    Look,
    counted,
    legend_below,
    literal,
    pointed,
    spoken,
    swatched,
)
from explain.figures.wording import column_title
from explain.statistics.summaries import columns_of_images

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_CLASSES = 7
_HEIGHT = 500


def one_per_model(material: Material, options: Options) -> tuple[Options, ...]:
    """Give one choice of options per model."""
    return tuple(replace(options, model=model) for model in material.selection.models)


def colourings(material: Material, options: Options) -> tuple[str, ...]:
    """List what may colour the images: the answers' columns, and the metrics of one model and method.

    Returns
    -------
    tuple of str
        Without columns that have no value, but for the class.
    """
    model, method = _whose(material, options)
    answers = material.rows("predictions", where={"model": (model,)}).drop(columns=["image", "model"])
    known = (name for name in answers if name == "label" or answers[name].notna().any())
    return (*known, *material.measured({"model": (model,), "method": (method,)}))


def _columns(material: Material, options: Options) -> pd.DataFrame:
    """Collect all that may colour the images, by image."""
    model, method = _whose(material, options)
    one = {"model": (model,), "method": (method,)}
    columns = columns_of_images(
        material.rows("predictions", where={"model": (model,)}), material.rows("metrics", where=one), model, method
    )
    return columns[[name for name in columns if name == "label" or columns[name].notna().any()]]


def compose(material: Material, options: Options) -> Exhibit:
    """Show the map of images of one model."""
    model, method = _whose(material, options)
    title = f"Map of images: {material.selection.models.get(model, model)}"
    points = material.rows("embedding", where={"model": (model,)})
    if points.empty:
        return nothing(f"map-of-images-{model}", title, "No image of this model has a place on the map.")
    colour = options.colour if options.colour in colourings(material, options) else "label"
    answers = material.rows("predictions", where={"model": (model,)}).set_index("image")
    wrong = answers["right"].eq(False) if answers["right"].notna().any() else pd.Series(dtype=bool)
    name = column_title(colour)
    if colour == "label":
        values = points.set_index("image")["label"]
    elif colour in answers:
        values = answers[colour]
    else:  # a metric of one method's maps
        one = {"model": (model,), "method": (method,), "metric": (colour,)}
        values = material.rows("metrics", ("image", "value"), one).set_index("image")["value"]
        name = f"{name} ({material.selection.methods.get(method, method)})"
    crossed = points["image"].map(wrong).eq(True)
    part, left_out = drawn(points)
    table = points.assign(wrong=crossed).groupby("label", sort=False)
    return Exhibit(
        f"map-of-images-{model}",
        title,
        embedding(part, values, name, wrong, material.selection.models.get(model, model), len(points)),
        "First two principal components of the pooled features, with their shares of the variance: images lie near "
        "each other when the model finds them alike, as far as two components tell. A cross is a wrong answer. The "
        f"table has each class's mean place.{left_out}",
        table.agg(n=("image", "count"), wrong=("wrong", "sum"), x=("x", "mean"), y=("y", "mean")).reset_index(),
        lambda: points.merge(
            _columns(material, options).drop(columns="label", errors="ignore"), how="left", on="image"
        ),
    )


def _whose(material: Material, options: Options) -> tuple[str, str]:
    models, methods = list(material.selection.models), list(material.selection.methods)
    model = options.model if options.model in models else next(iter(models), "")
    return model, options.method if options.method in methods else next(iter(methods), "")


def _axis(name: str, points: pd.DataFrame, share: str) -> str:
    """Name an axis, with how much of the variance lies along it; a store that was built before has no share."""
    known = points[share].dropna() if share in points else points.iloc[:0]
    return f"{name} ({known.iloc[0]:.0%} of the variance)" if len(known) else name


def embedding(
    points: pd.DataFrame,
    values: pd.Series,
    name: str,
    wrong: pd.Series | None = None,
    heading: str = "",
    n: int = 0,
) -> go.Figure:
    """Show the map of images of one model.

    Parameters
    ----------
    points : pandas.DataFrame
        image, x, y: rows of one model of the store's table; x_share, y_share where the store has them.
    values : pandas.Series
        What gives the colour, by image: numbers on a continuous scale, anything else by name, the seven most
        frequent with a colour of their own.
    name : str
        What the values are, for people.
    wrong : pandas.Series of bool, optional
        By image; a cross instead of a dot.
    heading : str
        Whose map it is, for people.
    n : int
        Images that the figure is of, where not all are drawn.

    Returns
    -------
    plotly.graph_objects.Figure
        Each point carries its image in `customdata`.
    """
    value = points["image"].map(values)
    crossed = points["image"].map(wrong).eq(True) if wrong is not None else pd.Series(False, index=points.index)
    scatter = go.Scatter if len(points) <= MOST_POINTS else go.Scattergl
    figure = go.Figure()

    def add(chosen: pd.Series, label: str, marker: dict[str, object], shown: pd.Series) -> None:
        # Two traces, so that the legend shows a dot whatever the first image is.
        for symbol, of_symbol in (("circle", chosen & ~crossed), ("x", chosen & crossed)):
            part = points[of_symbol]
            if part.empty and symbol == "x":
                continue
            numbers = {"color": value[of_symbol].astype(float)} if "coloraxis" in marker else {}
            figure.add_trace(
                scatter(
                    x=part["x"], y=part["y"], mode="markers", name=label, customdata=part["image"],
                    legendgroup=label, showlegend=symbol == "circle",
                    hovertext=part["image"].map(literal).str.cat(shown[of_symbol], sep="<br>"),
                    hovertemplate="%{hovertext}<extra></extra>", meta=pointed(heading),
                    marker={"size": 9, "symbol": symbol, **marker, **numbers},
                )
            )  # fmt: skip

    if is_numeric_dtype(value) and not is_bool_dtype(value):
        numbers = value.astype("Float64")
        written = numbers.map("{:.3f}".format, na_action="ignore").astype("string").fillna("no value")
        if numbers.isna().any():
            add(numbers.isna(), "no value", {"color": NEUTRAL, "opacity": 0.5}, written)
        add(numbers.notna(), literal(name), {"coloraxis": "coloraxis"}, written)
        figure.update_layout(coloraxis={"colorscale": "Viridis", "colorbar": {"thickness": 12}})
        figure.update_layout(showlegend=False)
    else:
        named = value.astype("string").map(spoken, na_action="ignore").fillna("no value")
        frequent = named.value_counts().index[:_MOST_CLASSES]
        grouped = named.where(named.isin(frequent), "others")
        colours = {key: COLOURS[place] for place, key in enumerate(sorted(frequent))}
        if not named.isin(frequent).all():
            colours["others"] = NEUTRAL
        for key, colour in colours.items():
            add(grouped == key, key, {"color": colour}, named)
        figure.update_layout(showlegend=not _name_groups(figure, points, grouped, colours))
    whose = f"{literal(heading)}: " if heading else ""
    return figure.update_layout(
        title=f"{whose}{literal(name)} · {counted(n or len(points))}", margin=MARGIN,
        xaxis={"title": _axis("first component", points, "x_share"), "zeroline": False},
        yaxis={"title": _axis("second component", points, "y_share"), "zeroline": False},
        **legend_below(_HEIGHT, len(figure.data) if figure.layout.showlegend else 0, 52),
    )  # fmt: skip


def _name_groups(figure: go.Figure, points: pd.DataFrame, grouped: pd.Series, colours: Mapping[str, str]) -> bool:
    """Write the names of groups beside their points; leave them to the legend where one of them has no room."""
    numbers = grouped.map({key: number for number, key in enumerate(colours)}).to_numpy(int)
    names = [swatched(Look(colour, "solid", "circle"), key) for key, colour in colours.items()]
    places = places_of_names(
        points[["x", "y"]].to_numpy(float), numbers, [f"■ {key}" for key in colours], _HEIGHT - 100
    )
    for text, (x, y) in zip(names, places or [], strict=False):
        figure.add_annotation(text=text, x=x, y=y, showarrow=False, font_size=13)
    return places is not None
