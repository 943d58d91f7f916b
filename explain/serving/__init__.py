"""Explaining one photograph that is in no store, in a process of its own."""
