"""`dataqual explain`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from dataqual.ending import mendable
from dataqual.errors import InputError
from dataqual.speaking import tell

if TYPE_CHECKING:
    from dataqual.explaining import Story
    from dataqual.splitting.telling import Placed

SHOWN = 20
"""Stories that are printed: an id may be that of thousands."""


@click.command()
@click.argument("output", type=click.Path())
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option("--text", metavar="COLUMN", help="Column that holds the text, as clean was told [found].")
@click.option("--id", "id_column", metavar="COLUMN", help="Column that names a document, as clean was told [found].")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout instead.")
@mendable("dataqual")
def explain(output: str, ids: tuple[str, ...], text: str | None, id_column: str | None, as_json: bool) -> None:
    """Tell what clean, dedup or split did to a document, and why: the story the ledger has of it.

    OUTPUT is what was written, or its ledger. ID is the document's own id, or FILE:RECORD, or the record's number alone,
    counted from 1.

    \b
    Examples:
      dataqual explain corpus.clean.jsonl news-019 boilerplate-002
      dataqual explain corpus.clean.jsonl corpus.jsonl:7 --json
      dataqual explain parts news-019
    """
    from dataqual.explaining import explain as stories_of

    stories: list[Story | Placed] = []
    unknown: list[InputError] = []
    for id in ids:
        try:
            stories += stories_of(output, id, text=text, id_column=id_column)
        except InputError as error:
            unknown.append(error)
    if not stories:
        raise unknown[0]
    if as_json:
        click.echo(json.dumps([story.facts() for story in stories], ensure_ascii=False, indent=1))
        _say_unknown(unknown)
        return
    told = [*map(str, stories[:SHOWN])]
    if len(stories) > SHOWN:
        told.append(f"and {len(stories) - SHOWN:,} more; --json has them all")
    tell("\n\n".join(told))
    _say_unknown(unknown)


def _say_unknown(errors: list[InputError]) -> None:
    """A line for each id that nobody knows, behind what is told of the others; the command fails by the last."""
    for error in errors[:-1]:
        tell(f"dataqual: {error}", err=True)
    if errors:
        raise errors[-1]
