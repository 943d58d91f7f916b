"""One HTML file that holds everything: what was found, from what, and the figures that show it."""

from explain.report.report import FITS_A_MAIL, write_report

__all__ = ["FITS_A_MAIL", "write_report"]
