"""From a dataset and models to a complete store."""
