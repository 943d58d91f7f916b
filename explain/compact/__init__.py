"""How the two compact networks in ``data/weights`` were made: design, data, training and cards."""
