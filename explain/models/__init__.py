"""What a classifier is and how it runs; the one package that imports TensorFlow, lazily."""
