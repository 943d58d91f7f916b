"""The reference report's way, written anew from its description, not from its code.

Every call reloads the model, fetches the activations of all layers, and treats one channel after another; Grad-CAM's
gradients are pooled by one Keras layer per channel, and ReLU is applied to each channel before the mean.
"""

import keras
import numpy as np
import tensorflow as tf
from protocol import answer


def methods(model, path, job):
    del model

    def everything():
        loaded = keras.saving.load_model(path, compile=False)
        return loaded, keras.Model(loaded.inputs, [layer.output for layer in loaded.layers])

    def position(loaded):
        return [layer.name for layer in loaded.layers].index(job["feature_layer"])

    def gradcam(image, target):
        loaded, all_layers = everything()
        with tf.GradientTape() as tape:
            outputs = all_layers(tf.constant(image[None]))
            features = outputs[position(loaded)]
            tape.watch(features)
            # From the features on again, so that the tape sees what depends on them.
            tail = keras.Model(loaded.layers[position(loaded)].output, loaded.output)
            score = tail(features)[0, int(target)]
        gradient = tape.gradient(score, features)
        fetched = [output.numpy() for output in outputs]
        activations = fetched[position(loaded)][0]
        channels = []
        for channel in range(activations.shape[-1]):
            pooled = keras.layers.GlobalAveragePooling2D()(gradient[..., channel : channel + 1])
            channels.append(np.maximum(activations[..., channel] * float(pooled[0, 0]), 0))
        return np.mean(channels, axis=0)

    def fem(image, target):
        del target
        loaded, all_layers = everything()
        fetched = all_layers.predict(image[None], verbose=0)
        activations = fetched[position(loaded)][0]
        total = np.zeros(activations.shape[:2], np.float32)
        for channel in range(activations.shape[-1]):
            values = activations[..., channel]
            mean = values.mean()
            total += mean * (values > mean + job["k"] * values.std())
        return total

    def of_each(method):
        return lambda images, targets: np.stack([method(*pair) for pair in zip(images, targets, strict=True)])

    return {"gradcam": of_each(gradcam), "fem": of_each(fem)}


if __name__ == "__main__":
    answer(methods)
