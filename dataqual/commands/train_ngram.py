"""`dataqual train-ngram`."""

from __future__ import annotations

import json

import click

from dataqual.console import Console
from dataqual.ending import mendable


@click.command("train-ngram")
@click.argument("reference", type=click.Path())
@click.option("-o", "--output", type=click.Path(), required=True, metavar="FILE", help="Model to write, as .npz.")
@click.option("--order", type=click.IntRange(2, 5), default=3, show_default=True, help="Words of the longest n-grams.")
@click.option(
    "--max-ngrams",
    type=click.IntRange(min=1),
    default=2_000_000,
    show_default=True,
    metavar="N",
    help="N-grams of each order to keep, the most frequent.",
)
@click.option("--text", metavar="COLUMN", help="Column that holds the text [found].")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout instead of the summary.")
@mendable("dataqual")
def train_ngram(reference: str, output: str, order: int, max_ngrams: int, text: str | None, as_json: bool) -> None:
    """Learn which words follow each other in a reference corpus, for the signal `perplexity`.

    REFERENCE is a corpus of what you want: files, folders or globs. The model is of word n-grams (in Chinese, characters)
    with Kneser–Ney smoothing; a fifth of the documents is held out, and the summary says their perplexity.

    \b
    Examples:
      dataqual train-ngram pages/part-0.jsonl -o reference.npz
    """
    console = Console(quiet=False)
    console.compiling()
    from dataqual.training import train_ngram as train

    result = train(reference, output, order=order, max_ngrams=max_ngrams, text=text)
    click.echo(json.dumps(result.facts(), ensure_ascii=False, indent=1) if as_json else str(result))
