from streamlit.testing.v1 import AppTest


def page():
    import numpy as np

    from dashboard.downloads import offer_saliency

    offer_saliency("![x](https://elsewhere) **bold**", np.ones((2, 3), np.float32), "map")


def test_a_heading_that_a_file_may_give_is_no_markup():
    app = AppTest.from_function(page).run()
    (button,) = app.get("download_button")
    assert button.proto.label == r"\!\[x\]\(https\:|//elsewhere\) \*\*bold\*\*: raw map (.npy)".replace("|", "\u2060")
