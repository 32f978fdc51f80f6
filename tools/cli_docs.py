"""Writes docs/cli.md from the help of the two commands, so that the page and `--help` are one text.

python tools/cli_docs.py
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

import dataqual.cli
import studies.cli

PAGE = Path(__file__).parent.parent / "docs" / "cli.md"
WIDTH = 100

HEAD = """# The command line

Made from the commands' own `--help` by `python tools/cli_docs.py`; a test compares the two, and runs every example.
Exit codes: 0 done; 1 with `--strict`: there is more of something than is allowed; 1 with a traceback: a defect of ours;
2 something you can mend, said in one line; 130 and 143 broken off by Ctrl-C or SIGTERM. Whatever ends `dataqual` early, no
results are left, but what could not be read; `studies run` goes on from where it was.

`--max-memory` is kept by how many batches are in flight at once; a batch is 4 MiB of records or 8,192 of them, whichever is
less. It cannot make a single document smaller: to profile one takes about twenty times its size, beside the 400 MB that the
program and its compiled loops need. A document of 47 MB took 1.4 GB. Records over 64 MiB are not read, but told as unreadable.
"""


def commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command, click.Context]]:
    """The command and every command below it, each with the name one types and its context."""

    def walk(
        at: click.Command, typed: str, parent: click.Context | None
    ) -> Iterator[tuple[str, click.Command, click.Context]]:
        context = click.Context(
            at,
            info_name=typed.split()[-1],
            parent=parent,
            max_content_width=WIDTH,
            terminal_width=WIDTH,
            **at.context_settings,  # -h; a context that is made by hand does not take them by itself
        )
        yield typed, at, context
        if isinstance(at, click.Group):
            for below in at.list_commands(context):
                if (found := at.get_command(context, below)) is not None and not found.hidden:
                    yield from walk(found, f"{typed} {below}", context)

    yield from walk(command, name, None)


def every_command() -> Iterator[tuple[str, click.Command, click.Context]]:
    """All commands of both groups."""
    yield from commands(dataqual.cli.main, "dataqual")
    yield from commands(studies.cli.main, "studies")


def page() -> str:
    """The whole page as it should be."""
    parts = [HEAD]
    for typed, command, context in every_command():
        parts.append(f"## {typed}\n\n```text\n{command.get_help(context).rstrip()}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
