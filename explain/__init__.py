"""Where image classifiers look: saliency, its store, its metrics and their statistics.

Importing this package is cheap: TensorFlow is imported by :mod:`explain.models.network` alone, when a network
is first loaded. Computation on maps is pure functions on NumPy arrays.
"""

__version__ = "0.1.0"
