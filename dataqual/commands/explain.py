"""`dataqual explain`."""

from __future__ import annotations

import json

import click

from dataqual.ending import mendable
from dataqual.speaking import tell

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

    stories = [story for id in ids for story in stories_of(output, id, text=text, id_column=id_column)]
    if as_json:
        click.echo(json.dumps([story.facts() for story in stories], ensure_ascii=False, indent=1))
        return
    told = [*map(str, stories[:SHOWN])]
    if len(stories) > SHOWN:
        told.append(f"and {len(stories) - SHOWN:,} more; --json has them all")
    tell("\n\n".join(told))
