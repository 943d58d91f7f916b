"""Xplique: Grad-CAM and FEM at the layer that is named. It enlarges every map to the image, bicubic."""

import keras
from protocol import answer
from xplique.attributions import FEM, GradCAM


def methods(model, path, job):
    del path
    classes = model.output_shape[-1]
    options = {"batch_size": job["batch_size"], "conv_layer": job["feature_layer"]}
    explainers = {"gradcam": GradCAM(model, **options), "fem": FEM(model, k=job["k"], **options)}

    def runner(explainer):
        def run(images, targets):
            return explainer(images, keras.ops.one_hot(targets, classes)).numpy()[..., 0]

        return run

    return {name: runner(explainer) for name, explainer in explainers.items()}


if __name__ == "__main__":
    answer(methods, "xplique")
