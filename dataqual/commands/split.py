"""`dataqual split`."""

from __future__ import annotations

from typing import Any, Literal

import click

from dataqual.commands.common import Shared, folder_for, reading, tell, writing_folder
from dataqual.console import Console


@click.command()
@writing_folder
@click.option("--train", type=click.FloatRange(0, 1), metavar="SHARE", help="Share for train [what is left].")
@click.option("--valid", type=click.FloatRange(0, 1), default=0.05, show_default=True, help="Share for valid.")
@click.option("--test", type=click.FloatRange(0, 1), default=0.05, show_default=True, help="Share for test.")
@click.option(
    "--by",
    type=click.Choice(["id", "text"]),
    default="id",
    show_default=True,
    help="What decides; where a record has no id, its text does.",
)
@click.option(
    "--stratify",
    type=click.Choice(["label", "group"]),
    help="Hold the shares within each value of the column that --label or --group names.",
)
@click.option(
    "--together", type=click.Choice(["label", "group"]), help="Keep what has the same value of that column in one part."
)
@click.option("--near-copies/--no-near-copies", default=True, show_default=True, help="Keep near copies in one part.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed, another split.")
@click.option("--ending", metavar="ENDING", help="Format of the parts, such as .jsonl.zst [as the input].")
@reading
def split(
    shared: Shared,
    target: dict[str, Any],
    train: float | None,
    valid: float,
    test: float,
    by: Literal["id", "text"],
    stratify: Literal["label", "group"] | None,
    together: Literal["label", "group"] | None,
    near_copies: bool,
    seed: int,
    ending: str | None,
) -> None:
    """Write a corpus in three parts, train, valid and test, and keep together what is alike.

    The hash of its id decides where a document goes, so it stays there when the corpus grows or comes in another order.
    Exact copies, near copies and documents with one id never end in two parts. Records keep their bytes. Beside the
    parts stands split.ledger.parquet, with a row for every record. Without PATHS it splits the sample corpus that ships
    with dataqual.

    \b
    Examples:
      dataqual split
      dataqual split corpus.jsonl --stratify label --dry-run
      dataqual split corpus.jsonl -o parts --stratify label
      dataqual split corpus.jsonl -o eighty --valid 0 --test 0.2 --ending .jsonl.zst
      dataqual split pages/ -o by-source --together group --group source
    """
    from dataqual.engine import Local

    Local(**shared.engine).expect(shared.paths, "dataqual.splitting")
    console = Console(quiet=shared.quiet)
    console.compiling()
    from dataqual.splitting import Splitting
    from dataqual.splitting import split as split_corpus

    rest = max(0.0, round(1 - valid - test, 12)) if train is None else train
    parts = {"train": rest, "valid": valid, "test": test}
    Splitting(parts, by, stratify, together)  # what is asked wrongly is told before anything is opened
    with shared.corpus(console, "splitting") as corpus:
        result = split_corpus(
            corpus,
            **target | {"output": target["output"] or folder_for(shared.paths, "split")},
            parts=parts,
            by=by,
            stratify=stratify,
            together=together,
            near_copies=near_copies,
            seed=seed,
            ending=ending,
            **shared.engine,
            progress=console.progress,
        )
    console.done()
    tell(shared, result)
