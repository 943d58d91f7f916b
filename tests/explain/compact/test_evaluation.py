import numpy as np
import pytest

from explain.compact.evaluation import Share, load_samples, mass_inside, peaks_inside


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


def two_maps_and_regions():
    """Two images: the first's map lies in its region but for a third, the second's map is empty."""
    maps, regions = np.zeros((2, 4, 4)), np.zeros((2, 4, 4), bool)
    maps[0, 1, 1], maps[0, 3, 3] = 2, 1
    regions[0, 1, 1] = regions[1, 3, 3] = True
    return maps, regions


def test_peaks_are_looked_up_in_every_images_region():
    np.testing.assert_array_equal(peaks_inside(*two_maps_and_regions()), [[True, False], [False, False]])


def test_mass_is_shared_out_among_every_images_regions():
    np.testing.assert_allclose(mass_inside(*two_maps_and_regions()), [[2 / 3, 0], [1 / 3, 0]])
