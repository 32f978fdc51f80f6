"""`dataqual labels`."""

from __future__ import annotations

from typing import Any

import click

from dataqual.commands.common import Shared, reading, tell
from dataqual.console import Console


@click.command()
@click.option(
    "-o", "--output", type=click.Path(), metavar="FILE", help="Ranked list to write: .jsonl, .parquet or .csv."
)
@click.option(
    "--conflicts",
    type=click.Path(),
    metavar="FILE",
    help="List to write of the copies whose labels contradict each other: .jsonl, .parquet or .csv.",
)
@click.option(
    "--rank-by",
    type=click.Choice(["self_confidence", "normalized_margin", "confidence_weighted_entropy"]),
    default="self_confidence",
    show_default=True,
    help="What the list is ranked by, within suspects and the rest.",
)
@click.option(
    "--probabilities",
    metavar="COLUMN",
    help="Column of probabilities by label, out of cross-validation [our own models].",
)
@click.option(
    "--learn-from",
    type=click.IntRange(min=100),
    default=20_000,
    show_default=True,
    metavar="N",
    help="Documents that models learn from at most, drawn evenly; all are judged.",
)
@click.option(
    "--embeddings",
    "--model",
    type=click.Path(),
    metavar="DIR",
    help="Learn from the vectors of this model on disk too, beside the words.",
)
@click.option(
    "--top",
    type=click.IntRange(min=2, max=1000),
    default=50,
    show_default=True,
    metavar="N",
    help="Judge the N commonest labels; documents with others are passed over.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the folds and the sample.")
@reading
def labels(
    shared: Shared,
    output: str | None,
    conflicts: str | None,
    rank_by: Any,
    probabilities: str | None,
    learn_from: int,
    embeddings: str | None,
    top: int,
    seed: int,
) -> None:
    """Say which labels are probably wrong, which contradict each other, and how they are spread.

    Every label is judged by a model that learnt neither from its document nor from a copy of it (confident learning,
    Northcutt et al. 2021). The list has every judged document, the most suspect first, with the given label, the
    likeliest one, and the probability of both.

    \b
    Examples:
      dataqual labels corpus.jsonl --label label
      dataqual labels corpus.jsonl -o ranked.csv --rank-by normalized_margin
      dataqual labels corpus.jsonl --conflicts contradicting.csv
      dataqual labels corpus.jsonl --json
    """
    console = Console(quiet=shared.quiet)
    console.compiling()
    from dataqual.labelling import label_errors

    with shared.corpus(console, "reading", more=(probabilities,) if probabilities else ()) as corpus:
        result = label_errors(
            corpus,
            output=output,
            conflicts_to=conflicts,
            rank_by=rank_by,
            probabilities=probabilities,
            learn_from=learn_from,
            embeddings=embeddings,
            top=top,
            seed=seed,
            **shared.engine,
            progress=console.progress,
        )
    console.done()
    tell(shared, result)
