"""Sections of pages that are long enough to have a file of their own; like pages, they arrange and decide little."""
