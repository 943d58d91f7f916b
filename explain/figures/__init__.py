"""Plotly figures of tables, for the pages and for the report: pure functions, one file per family."""
