"""`dataqual signals`."""

from __future__ import annotations

import json

import click

from dataqual import speaking
from dataqual.ending import mendable


@click.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@mendable("dataqual")
def signals(name: str | None, as_json: bool) -> None:
    """List every signal, metric, step and rule set, or tell one: its parameters, unit, source and an example.

    \b
    Examples:
      dataqual signals
      dataqual signals top_ngram_share
      dataqual signals gopher@dclm --json
    """
    from dataqual import vocabulary

    if as_json:
        entries = vocabulary.entries() if name is None else vocabulary.find(name)
        click.echo(json.dumps([entry.facts() for entry in entries], ensure_ascii=False, indent=1))
    else:
        say = speaking.said
        found = vocabulary.find(name) if name is not None else []
        click.echo("\n\n".join(one.told(say) for one in found) if name is not None else vocabulary.listed(say))
