"""The command line: arguments in, one sentence or one JSON object out; the work is done elsewhere."""

from __future__ import annotations

import io
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from data import open_dataset
from explain.errors import ExplainError
from explain.explainers.in_words import described, lines_of, parameters_of
from explain.explainers.registry import EXPLAINERS, explainer, parse_methods
from explain.option_values import EngineName, RuntimeName, Table
from explain.spreadsheet import as_csv
from explain.terminal import progress_bars, status_of, writing

if TYPE_CHECKING:
    from data import Dataset
    from explain.store.reading import Store

app = typer.Typer(
    help="Where image classifiers look: compute, check and export saliency.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


DatasetOption = Annotated[str, typer.Option("--dataset", help="demo, demo-marked, imagenet or a folder.")]
ModelsOption = Annotated[
    str | None,
    typer.Option(
        "--models", help="Built-in names, names of keras.applications, .keras and .onnx files; or one .toml file."
    ),
]
MethodsOption = Annotated[
    str | None, typer.Option("--methods", help="Names with commas; `python -m explain methods` lists them.")
]
CacheOption = Annotated[
    str | None, typer.Option("--cache", help="Folder or URL of all stores; EXPLAIN_CACHE, else .cache/explain.")
]


@app.command()
def build(
    dataset: DatasetOption = "demo",
    models: ModelsOption = None,
    methods: MethodsOption = None,
    cache: CacheOption = None,
    name: Annotated[str | None, typer.Option(help="What a folder is called on pages; the folder's name.")] = None,
    batch_size: Annotated[int, typer.Option(min=1, max=1024, help="Images per forward pass.")] = 16,
    engine: Annotated[EngineName, typer.Option(help="This process, or Ray's workers.")] = EngineName.LOCAL,
    runtime: Annotated[RuntimeName, typer.Option(help="What runs the networks.")] = RuntimeName.TENSORFLOW,
    force: Annotated[bool, typer.Option("--force", help="Compute everything anew.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on the last line.")] = False,
) -> None:
    """Compute what is missing: activations, logits, maps, tables and thumbnails."""
    from explain.building.build import build as run
    from explain.building.processes import cores
    from explain.building.remarks import remarks, where_time_went
    from explain.models.specification import REMEMBERED, load_specifications

    opened = open_dataset(dataset, name)
    remembered = _cache(cache) / REMEMBERED
    chosen = models or ",".join(opened.models) or None
    found = load_specifications(chosen, labels=opened.labels, remembered=remembered, told=_note)
    specs = [replace(spec, runtime=runtime.value) for spec in found]
    with progress_bars() as progress:
        report = run(
            opened,
            specs,
            _cache(cache),
            methods=parse_methods(methods),
            batch_size=batch_size,
            engine=engine.value,
            force=force,
            cores=cores(),
            progress=progress,
        )
    for remark in remarks(report, opened.warnings):
        print(remark, file=sys.stderr)
    if as_json:
        print(json.dumps(report.as_json(), ensure_ascii=False))
        return
    print(
        f"{opened.title}: {report.images} images, {report.computed} results computed, {report.reused} reused, "
        f"{len(report.failed)} images failed, {report.seconds:.1f} s. Store: {report.store}"
    )
    if time := where_time_went(report):
        print(time)


@app.command()
def evaluate(
    dataset: DatasetOption = "demo",
    models: ModelsOption = None,
    methods: MethodsOption = None,
    cache: CacheOption = None,
    steps: Annotated[int, typer.Option(min=1, max=1000, help="Steps of each curve.")] = 28,
    batch_size: Annotated[int, typer.Option(min=1, max=1024, help="Images per forward pass.")] = 16,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on the last line.")] = False,
) -> None:
    """Judge the maps of a store: deletion, insertion, drop in confidence, shuffled weights. Resumes."""
    from explain.faithfulness.evaluation import evaluate as run
    from explain.faithfulness.evaluation import specifications_of

    opened = open_dataset(dataset)
    store = _open_store(opened, cache)
    specs = specifications_of(store, models)
    with progress_bars() as progress:
        report = run(
            opened, store, specs, methods=_names(methods), steps=steps, batch_size=batch_size, progress=progress
        )
    if as_json:
        print(json.dumps(report.as_json(), ensure_ascii=False))
        return
    print(
        f"{opened.title}: {report.images} images, {report.computed} results computed, {report.reused} reused, "
        f"{report.seconds:.1f} s. Tables: metrics, curves, sanity, certainty. Store: {report.store}"
    )


@app.command()
def check(
    cache: CacheOption = None,
    dataset: DatasetOption = "demo",
    maps: Annotated[bool, typer.Option("--maps", help="Compute maps again from what they were made of.")] = False,
) -> None:
    """Recompute every digest of a store; status 1 and a list where one fails."""
    from explain.store.checking import check_maps, check_store

    store = _open(dataset, cache)
    faults = (*check_store(store), *(check_maps(store) if maps else ()))
    for fault in faults:
        print(fault)
    if faults:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise ExplainError(f"{count}. Run: python -m explain build")
    print("Every digest is right." + (" Every map is what it was made of, to the bit." if maps else ""))


@app.command()
def methods(as_json: Annotated[bool, typer.Option("--json", help="One JSON object on the last line.")] = False) -> None:
    """List the explanation methods: what each needs, and what can be set."""
    if as_json:
        print(json.dumps({name: described(each) for name, each in EXPLAINERS.items()}, ensure_ascii=False))
        return
    for line in lines_of(EXPLAINERS):
        print(line)


@app.command()
def inspect(
    network: Annotated[str, typer.Argument(help="A .keras or .onnx file, a name in keras.applications, or a .toml.")],
    images: Annotated[
        str, typer.Option(help="demo, imagenet or a folder: where cells lie is measured on these; or none.")
    ] = "demo",
    out: Annotated[Path | None, typer.Option(help="A .toml file to write the table to.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on the last line.")] = False,
) -> None:
    """Look at a network: its input, where one can look in it, how it ends; and the table that a build takes."""
    from explain.building.inspected import look_at

    with progress_bars() as progress:
        found = look_at(network, None if images == "none" else open_dataset(images), progress)
    if out is not None:
        if out.suffix != ".toml" or out.exists():
            raise ExplainError(f"--out is {out}; expected a new file that ends in .toml.")
        with writing(out):
            out.write_text(found.table, encoding="utf-8")
    if as_json:
        print(json.dumps(found.json, ensure_ascii=False))
        return
    print(f"{found.words}\n\n{found.table}", end="")


@app.command(name="map", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def saliency_map(
    context: typer.Context,
    image_id: Annotated[str, typer.Argument(help="Id of an image: its file name without extension.")],
    model: Annotated[str, typer.Option(help="Name of a built model.")],
    method: Annotated[str, typer.Option(help="Explanation method; `python -m explain methods` lists them.")],
    out: Annotated[Path, typer.Option(help="The .npy file to write.")],
    dataset: DatasetOption = "demo",
    target: Annotated[str | None, typer.Option("--class", help="Target class; the label by default.")] = None,
    cache: CacheOption = None,
) -> None:
    """Write one raw map as float32 .npy, from stored activations; parameters of the method as --NAME VALUE."""
    import numpy as np

    from explain.store.evidence import explain_stored

    if out.suffix != ".npy":
        raise ExplainError(f"--out is {out}; expected a file that ends in .npy.")
    values = explainer(method).values(parameters_of(context.args))
    found = explain_stored(_open(dataset, cache), image_id, model, method, target=target, parameters=values)
    saliency = found.saliency
    with writing(out):
        np.save(out, saliency, allow_pickle=False)
    of_class = f" of {found.target}" if found.target else ""
    print(f"{out}: {saliency.shape[0]} x {saliency.shape[1]}{of_class}, float32, maximum {saliency.max():.6g}")


@app.command()
def export(
    table: Annotated[Table, typer.Option(help="Which table.")],
    out: Annotated[Path, typer.Option(help="A .parquet or .csv file.")],
    dataset: DatasetOption = "demo",
    cache: CacheOption = None,
) -> None:
    """Write a table of a store as Parquet or CSV."""
    if out.suffix not in (".parquet", ".csv"):
        raise ExplainError(f"--out is {out}; expected a file that ends in .parquet or .csv.")
    frame = _open(dataset, cache).table(table.value)
    with writing(out):
        if out.suffix == ".csv":
            out.write_text(as_csv(frame), encoding="utf-8", newline="")
        else:
            frame.to_parquet(out, index=False)
    print(f"{out}: {len(frame)} rows")


@app.command()
def claim(
    file: Annotated[Path | None, typer.Argument(help="A .toml file of claims; claims.toml in the dataset's.")] = None,
    dataset: DatasetOption = "demo",
    cache: CacheOption = None,
    seal: Annotated[bool, typer.Option("--seal", help="Say power and seal, and test nothing yet.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on the last line.")] = False,
) -> None:
    """Test claims of one's own: what the images can show, the seal, the verdicts, images for and against, the link."""
    from explain.findings.claim_file import FILE, answer, read_claims

    opened = open_dataset(dataset)
    said = answer(read_claims(file or opened.root / FILE), _open_store(opened, cache), only_seal=seal)
    if as_json:
        print(json.dumps(said.as_json(), ensure_ascii=False))
        return
    for line in said.lines():
        print(line)


@app.command()
def multiverse(dataset: DatasetOption = "demo", cache: CacheOption = None) -> None:
    """Test every claim under every defensible choice; the table of all universes is kept beside the store."""
    from explain.findings.kept_multiverse import keep_multiverse, shares_in_words

    print(shares_in_words(keep_multiverse(_open(dataset, cache))))


@app.command()
def report(
    out: Annotated[Path, typer.Option(help="The .html file to write; with --interactive, the folder.")],
    dataset: DatasetOption = "demo",
    cache: CacheOption = None,
    images: Annotated[bool, typer.Option("--images", help="A section for every image.")] = False,
    interactive: Annotated[bool, typer.Option("--interactive", help="A folder: gallery and Compare, too.")] = False,
    networks: Annotated[Path | None, typer.Option(help="Folder dist of onnxruntime-web: Try your own, too.")] = None,
) -> None:
    """Write everything that a store says into one HTML file, or a folder, that needs no server and no network."""
    from explain.report.command import write

    for sentence in write(
        lambda: _open(dataset, cache), out, images=images, interactive=interactive, networks=networks
    ):
        print(sentence, file=sys.stderr if sentence.startswith("Note") else sys.stdout)


def main() -> NoReturn:
    """Run the command line; whatever happens, one sentence and a status, and no traceback that nobody asked for."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file's name may hold what no text can
    status = status_of(app)
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output has what they wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or closing it at exit would fail once more
        status = 1
    sys.exit(status)


def _note(sentence: str) -> None:
    print(f"Note: {sentence}", file=sys.stderr)


def _names(methods: str | None) -> list[str]:
    return [] if methods is None else [each.name for each in parse_methods(methods)]


def _open(dataset: str, cache: str | None) -> Store:
    return _open_store(open_dataset(dataset), cache)


def _open_store(dataset: Dataset, cache: str | None) -> Store:
    from explain.store import open_store
    from explain.store.layout import store_path

    return open_store(store_path(_cache(cache), dataset.digest))


def _cache(name: str | None) -> Path:
    from explain.store.filesystem import place
    from explain.store.layout import default_cache

    return place(name) if name else default_cache()
