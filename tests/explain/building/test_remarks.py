"""What a build says at its end: a line each, with counts, however many files were skipped."""

from pathlib import Path

import pytest

from data import open_dataset
from explain.building.build import build
from explain.building.build_report import BuildReport
from explain.building.remarks import remarks, where_time_went
from explain.models.specification import load_specifications


def report(**facts):
    return BuildReport(Path("store"), 10, **facts)


def test_five_hundred_skipped_files_are_a_line_per_reason():
    failed = {f"image_{number:03d}": "the file is empty" for number in range(500)} | {"odd": "it is a folder"}
    first, second = remarks(report(failed=failed))
    assert first.startswith("Left out: 500 images, image_000, ")
    assert first.endswith("and 495 more: the file is empty")
    assert second == "Left out: 1 image, odd: it is a folder"


def test_unknown_labels_are_one_line_a_model_with_both_counts():
    labels = {"newt": {"images": 2, "near": []}, "dgo": {"images": 1, "near": ["dog"]}}
    (line,) = remarks(report(unknown_labels={"net": labels}))
    assert "net has no class for 2 labels (3 images)" in line
    assert "newt, dgo (near it: dog)" in line


def test_everything_else_is_said_too():
    lines = list(
        remarks(
            report(unread_masks={"a": "no mask"}, healed=("x was changed.",), refused={"net": {"m": "M needs more."}},
                   at_chance={"net": "Net guesses."}),
            ["Not read: 1 folder."],
        )
    )  # fmt: skip
    assert [line.partition(":")[0] for line in lines] == [
        "Note", "Used without mask", "Found damaged and made anew, 1", "Left out of net", "Note",
    ]  # fmt: skip
    assert list(remarks(report())) == []


def test_shares_of_time_sum_to_the_whole_the_largest_first():
    steps = {"Net": 6.0, "reading images": 1.0, "writing results": 0.001}
    assert where_time_went(report(seconds=10.0, computed=3, seconds_of_step=steps)) == (
        "Time: Net 60%, reading images 10%, all else 30%."
    )
    assert where_time_went(report(seconds=1.0, seconds_of_step=steps)) == ""
    on_workers = where_time_went(report(seconds=2.0, computed=3, seconds_of_step=steps))
    assert on_workers == "Time: Net 86%, reading images 14%."


def test_a_build_names_its_steps_and_they_fit_into_its_time(folder, network):
    found = build(
        open_dataset(folder / "photos"), load_specifications(folder / "models.toml"), folder / "elsewhere", batch_size=4
    )
    assert {"loading networks", "Linear", "reading images", "writing results", "measures and tables"} <= set(
        found.seconds_of_step
    )
    assert 0 < sum(found.seconds_of_step.values()) <= found.seconds
    assert found.as_json()["seconds_of_step"].keys() == found.seconds_of_step.keys()


@pytest.mark.parametrize("done", [0, 1])
def test_loading_ends_at_one_of_one(folder, network, done):
    told = []
    build(
        open_dataset(folder / "photos"), load_specifications(folder / "models.toml"), folder / "elsewhere",
        batch_size=4, progress=lambda *each: told.append(each),
    )  # fmt: skip
    assert ("Loading Linear", done, 1) in told
