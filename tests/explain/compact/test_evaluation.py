import numpy as np
import pytest

from explain.compact.evaluation import Share, load_samples


def test_wilson_interval_of_nine_in_ten():
    # Wilson (1927), as tabulated: 9 of 10 gives 0.596 to 0.982.
    assert Share(9, 10).interval == pytest.approx((0.5958, 0.9821), abs=1e-4)


def test_wilson_interval_stays_within_zero_and_one():
    low, high = Share(10, 10).interval
    assert 0 < low < high <= 1 + 1e-12


def test_a_dataset_without_a_manifest_is_refused_by_name(tmp_path):
    with pytest.raises(FileNotFoundError, match="manifest"):
        load_samples(tmp_path)


def test_boxes_cover_their_share_of_the_grid(tmp_path):
    from PIL import Image

    (tmp_path / "African_elephant").mkdir()
    Image.fromarray(np.zeros((40, 80, 3), np.uint8)).save(tmp_path / "African_elephant/a.png")
    (tmp_path / "manifest.csv").write_text(
        "path,label,width,height,boxes\nAfrican_elephant/a.png,African_elephant,80,40,0 0 40 20;40 20 80 40\n"
    )
    (sample,) = load_samples(tmp_path)
    assert sample.box.mean() == pytest.approx(0.5)
    assert sample.region is sample.box
