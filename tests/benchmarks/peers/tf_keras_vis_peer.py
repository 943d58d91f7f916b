"""tf-keras-vis: Grad-CAM. Neither normalised nor enlarged, which is the least that it can be asked for."""

import numpy as np
from protocol import answer
from tf_keras_vis.gradcam import Gradcam
from tf_keras_vis.utils.scores import CategoricalScore


def methods(model, path, job):
    del path
    gradcam = Gradcam(model, clone=False)

    def run(images, targets):
        parts = []
        for start in range(0, len(images), job["batch_size"]):
            stop = start + job["batch_size"]
            maps = gradcam(
                CategoricalScore(targets[start:stop].tolist()),
                images[start:stop],
                penultimate_layer=job["feature_layer"],
                seek_penultimate_conv_layer=False,
                expand_cam=False,
                normalize_cam=False,
            )
            parts.append(maps[0] if isinstance(maps, list) else maps)
        return np.concatenate(parts)

    return {"gradcam": run}


if __name__ == "__main__":
    answer(methods, "tf-keras-vis")
