import numpy as np
import pandas as pd

from explain.figures.sampling import drawn


def rows(images):
    """Two rows for each of so many images, in no order."""
    names = [f"i{number:05d}" for number in range(images)]
    frame = pd.DataFrame({"image": names * 2, "value": np.arange(2 * images)})
    return frame.sample(frac=1, random_state=1)


def test_few_images_are_all_drawn_and_nothing_is_said():
    few = rows(200)
    found, said = drawn(few, 200)
    assert found is few
    assert said == ""


def test_of_many_images_as_many_as_asked_for_are_drawn_with_all_their_rows_and_it_is_said():
    many = rows(3_000)
    found, said = drawn(many, 500)
    assert (found["image"].value_counts() == 2).all()
    assert found["image"].nunique() == 500
    assert "500 of 3,000 images" in said
    pd.testing.assert_frame_equal(found, many[many["image"].isin(found["image"])])


def test_the_same_images_are_drawn_whatever_the_order_of_the_rows():
    first, second = (drawn(rows(3_000).sample(frac=1, random_state=seed), 500)[0] for seed in (1, 2))
    assert set(first["image"]) == set(second["image"])
