"""``python -m data``."""

from data.cli import main

main()
