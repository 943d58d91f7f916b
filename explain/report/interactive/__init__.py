"""A dashboard without a server: a folder that opens from disk or any static host, its maps made in the browser."""

from explain.report.interactive.site import write_site

__all__ = ["write_site"]
