"""`dataqual leakage`."""

from __future__ import annotations

import sys
from dataclasses import replace

import click

from dataqual.commands.common import EXCEEDED, Shared, reading, tell
from dataqual.console import Console
from dataqual.errors import SpecError


@click.command()
@click.option(
    "--ngram", type=click.IntRange(min=1), default=13, show_default=True, help="Words in a row that count as leaked."
)
@click.option("--no-near-copies", is_flag=True, help="Do not look for near copies.")
@click.option("--strict", is_flag=True, help="Exit with 1 if more than --max-share of the test documents leak.")
@click.option(
    "--max-share",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="Share that may leak, for --strict.",
)
@reading
def leakage(shared: Shared, ngram: int, no_near_copies: bool, strict: bool, max_share: float) -> None:
    """Say how much of a test set stands in a training corpus, and where.

    The last of PATHS is the test set, all before it are the training corpus. A test document leaks if a training
    document is an exact copy of it, a near copy (Jaccard similarity of 0.8 or more, verified), or has 13 words in a row
    of it; of Chinese, 13 characters. Each share comes with its 95 % interval and examples.

    \b
    Examples:
      dataqual leakage pages/part-0.jsonl pages/part-1.jsonl
      dataqual leakage pages/part-0.jsonl reviews.csv --ngram 10 --json
      dataqual leakage pages/part-0.jsonl reviews.csv --strict --max-share 0.01
    """
    if len(shared.paths) < 2:
        raise SpecError("name two paths or more: the training corpus, and last the test set that is looked for in it")
    console = Console(quiet=shared.quiet)
    console.compiling()
    from dataqual.leaks import leakage as leakage_of

    train, test = (
        replace(shared, paths=paths, format=shared.format if "-" in paths else None)
        for paths in (shared.paths[:-1], shared.paths[-1:])
    )
    if "-" in test.paths and "-" in train.paths:
        raise SpecError("-: standard input can be the training corpus or the test set, not both")
    with train.corpus(console, "reading") as corpus, test.corpus(console, "reading") as held:
        result = leakage_of(
            corpus, held, ngram=ngram, near_copies=not no_near_copies, **shared.engine, progress=console.progress
        )
    console.done()
    tell(shared, result)
    if strict and result.share > max_share:
        console.say(f"{result.share:.2%} of the test documents leak, more than the {max_share:.2%} allowed")
        sys.exit(EXCEEDED)
