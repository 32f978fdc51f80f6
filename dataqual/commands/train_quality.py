"""`dataqual train-quality`."""

from __future__ import annotations

import json

import click

from dataqual.console import Console
from dataqual.ending import mendable


@click.command("train-quality")
@click.argument("good", type=click.Path())
@click.argument("bad", type=click.Path())
@click.option("-o", "--output", type=click.Path(), required=True, metavar="FILE", help="Model to write, as .npz.")
@click.option("--text", metavar="COLUMN", help="Column that holds the text [found].")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the order of learning.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout instead of the summary.")
@mendable("dataqual")
def train_quality(good: str, bad: str, output: str, text: str | None, seed: int, as_json: bool) -> None:
    """Learn to tell good documents from bad ones, for the signal `quality`.

    GOOD and BAD are corpora: files, folders or globs. The model is linear, over runs of one to three words (characters of
    Chinese); a fifth of the documents is held out, and the summary says how often the model is right on them.

    \b
    Examples:
      dataqual train-quality pages/part-0.jsonl pages/part-1.jsonl -o quality.npz
    """
    console = Console(quiet=False)
    console.compiling()
    from dataqual.training import train_quality as train

    result = train(good, bad, output, seed=seed, text=text)
    click.echo(json.dumps(result.facts(), ensure_ascii=False, indent=1) if as_json else str(result))
