"""Explaining photographs from Python and from notebooks: what ``import explain`` offers."""
