"""The command line's reference, from the parsers themselves."""

from __future__ import annotations

import html
import re
from typing import Any

import typer

import data.cli
import explain.cli

PROGRAMS = {"explain": explain.cli.app, "data": data.cli.app}
"""What is run by ``python -m``, by its name."""


def pages() -> str:
    """Write a section per program and command, with what each takes."""
    return "\n\n".join(_program(name, app) for name, app in PROGRAMS.items())


def _program(name: str, app: typer.Typer) -> str:
    group: Any = typer.main.get_command(app)
    parts = [f"## python -m {name}", group.help.strip()]
    for word, command in group.commands.items():
        context = typer.Context(command, info_name=f"python -m {name} {word}")
        parts += [f"### {name} {word}", command.help.strip(), f"    {_words(command.get_usage(context))}"]
        parts.append(_table(command, context))
    return "\n\n".join(parts)


def _table(command: Any, context: typer.Context) -> str:
    records = (each.get_help_record(context) for each in command.get_params(context) if each.name != "help")
    rows = (f"| {_code(name)} | {_words(says)} |" for name, says in filter(None, records))
    return "\n".join(["| Option | What it says |", "|---|---|", *rows])


def _code(text: str) -> str:
    """Write code in a table's cell; between backticks a stroke that does not end the cell would keep its backslash."""
    plain = _words(text).replace("\\|", "|")
    return f"<code>{html.escape(plain).replace('|', '&#124;')}</code>"


def _words(text: str) -> str:
    plain = re.sub(r"\x1b\[[\d;]*m", "", text).removeprefix("Usage:")
    return " ".join(plain.split()).replace("|", "\\|")
