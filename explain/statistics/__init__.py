"""Hypothesis tests, and what the numbers of many maps come to."""
