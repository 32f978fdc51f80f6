"""`dataqual dedup`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from dataqual.commands.common import EXCEEDED, Shared, reading, tell, writing
from dataqual.console import Console


@click.command()
@writing
@click.option(
    "--method",
    type=click.Choice(["minhash", "exact", "lines", "paragraphs", "substring"]),
    default="minhash",
    show_default=True,
    help="minhash: exact copies and near ones; exact: the same bytes; the others: parts that stand in an earlier document.",
)
@click.option("--normalized", is_flag=True, help="Exact copies: the same words, whatever their case and punctuation.")
@click.option("--threshold", type=float, default=0.8, show_default=True, help="Jaccard similarity of near copies.")
@click.option("--shingle", type=int, default=5, show_default=True, metavar="N", help="Words in a shingle.")
@click.option(
    "--cut",
    type=click.Choice(["unicode", "whitespace", "characters"]),
    default="unicode",
    show_default=True,
    help="What a word is; for unicode a Han, kana or Thai character is one.",
)
@click.option(
    "--permutations", type=int, default=128, show_default=True, metavar="N", help="Minima in a signature, times 16."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the permutations.")
@click.option(
    "--keep",
    default="first",
    show_default=True,
    metavar="WHICH",
    help="Which of two copies stays: first, longest, or a signal, whose highest value stays.",
)
@click.option(
    "--against", multiple=True, type=click.Path(), metavar="PATH", help="Copies of documents there go, too; repeatable."
)
@click.option(
    "--index", type=click.Path(), metavar="FOLDER", help="What earlier runs saw; this run compares, and extends it."
)
@click.option("--clusters", type=click.Path(), metavar="FILE", help="Who belongs together, as .parquet.")
@click.option(
    "--max-cluster-share",
    type=click.FloatRange(0, 1),
    default=0.05,
    show_default=True,
    help="Share of all documents in one cluster from which there is an alarm.",
)
@click.option(
    "--max-source-loss",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="Share of a group, or file, that may go without an alarm.",
)
@click.option("--strict", is_flag=True, help="Exit code 1 after an alarm; all is written just the same.")
@reading
def dedup(
    shared: Shared,
    target: dict[str, Any],
    against: tuple[str, ...],
    method: str,
    threshold: float,
    shingle: int,
    cut: str,
    permutations: int,
    seed: int,
    strict: bool,
    **asked: Any,
) -> None:
    """Keep one of each document, and say of every copy what stays in its place.

    A near copy shares at least --threshold of its word shingles with a document that is kept, measured exactly, on the
    text: signatures only propose, nothing is transitive. Which of two stays is the same whatever the workers and the
    memory. Documents without words are copies only if their bytes are the same, those with fewer words than a shingle
    only if all their words are. Without PATHS it works on the sample corpus that ships with dataqual.

    \b
    Examples:
      dataqual dedup -o sample.dedup.jsonl
      dataqual dedup corpus.jsonl -o corpus.dedup.jsonl --keep longest --clusters clusters.parquet
      dataqual dedup corpus.jsonl --method exact --normalized --dry-run
      dataqual dedup corpus.jsonl -o corpus.lines.jsonl --method lines
      dataqual dedup pages/part-0.jsonl -o new.jsonl --against pages/part-1.jsonl --index corpus.dqx
    """
    from dataqual.engine import Local

    if method not in ("minhash", "exact"):  # whole documents are compared in threads: no process is worth its start
        Local(**shared.engine).expect(shared.paths, "dataqual.deduplicating")
    console = Console(quiet=shared.quiet)
    console.compiling()
    from dataqual.deduplicating import Deduplicated, detection
    from dataqual.deduplicating import dedup as dedup_corpus
    from dataqual.near_duplicates import NearDuplicates

    near = NearDuplicates(threshold, shingle, permutations, seed, cut)
    for line in detection(near).splitlines() if method == "minhash" else ():
        console.say(line)
    with shared.corpus(console, "deduplicating") as corpus:
        result: Deduplicated = dedup_corpus(
            corpus,
            against=[Path(path) for path in against],
            method=method,
            threshold=threshold,
            shingle=shingle,
            cut=cut,
            permutations=permutations,
            seed=seed,
            **target,
            **asked,
            **shared.engine,
            progress=console.progress,
        )
    console.done()
    tell(shared, result)
    for line in (*result.warnings, *result.alarms):
        console.warn(line)
    if strict and result.alarms:
        sys.exit(EXCEEDED)
