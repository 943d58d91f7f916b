"""``python -m explain``."""

from explain.cli import main

main()
