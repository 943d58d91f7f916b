"""How the two compact networks in ``data/weights`` were made: architectures, training data, training and cards."""
