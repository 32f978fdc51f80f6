"""`dataqual dedup`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dataqual.commands.common import EXCEEDED, Shared, reading, tell, writing
from dataqual.commands.reporting import Page, Report, reporting
from dataqual.console import Console

if TYPE_CHECKING:
    from dataqual.deduplicating import Deduplicated

WHOLE = ("minhash", "exact", "semantic", "perceptual")
"""Methods that compare whole documents."""

PARTS = ("lines", "paragraphs", "substring")
"""Methods that take out what stands in an earlier document."""

NEAR = ("method", "model", "nearest", "threshold", "radius", "variants", "shingle", "cut", "permutations", "seed")
"""Options that say what a near copy is."""


@click.command()
@writing
@click.option(
    "--method",
    type=click.Choice([*WHOLE, *PARTS]),
    help="minhash: exact copies and near ones [of texts]; exact: the same bytes, or pixels; semantic: the same by a model; "
    "perceptual: pictures that look the same [of pictures]; the others: parts that stand in an earlier document.",
)
@click.option("--normalized", is_flag=True, help="Exact copies: the same words, whatever their case and punctuation.")
@click.option(
    "--model",
    type=click.Path(),
    metavar="FOLDER",
    help="Of semantic: a sentence-transformers or model2vec model on disk.",
)
@click.option(
    "--nearest",
    type=int,
    default=4,
    show_default=True,
    metavar="N",
    help="Of semantic: buckets a document is filed in.",
)
@click.option(
    "--threshold",
    type=float,
    help="Least Jaccard similarity of near copies [0.8], cosine of semantic ones [0.95], or likeness of pictures [0.985].",
)
@click.option(
    "--radius",
    type=click.IntRange(0, 32),
    default=10,
    show_default=True,
    metavar="BITS",
    help="Of perceptual: pictures whose pHash or dHash differ in so many of 64 bits are compared.",
)
@click.option(
    "--variants",
    type=click.Choice(["none", "flips", "rotations", "all"]),
    default="none",
    show_default=True,
    help="Of perceptual: find copies that were turned in these ways, too.",
)
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
    help="Which of two copies stays: first, longest (largest, of pictures), or a signal, whose highest value stays.",
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
@reporting("Page of what was found [OUTPUT.report.html].")
@reading
def dedup(
    shared: Shared,
    target: dict[str, Any],
    report: Report,
    method: str | None,
    against: tuple[str, ...],
    strict: bool,
    **asked: Any,
) -> None:
    """Keep one of each document, and say of every copy what stays in its place.

    A near copy shares at least --threshold of its word shingles with a document that is kept, measured exactly, on the
    text: signatures only propose, nothing is transitive. A semantic one has an embedding whose cosine with a kept one's
    reaches it. Pictures are read, and compared, as pictures. Which of two stays is the same whatever the workers and the memory. Documents without words are copies
    only if their bytes are the same, those with fewer words than a shingle only if all their words are. Without PATHS
    it works on the sample corpus that ships with dataqual.

    \b
    Examples:
      dataqual dedup -o sample.dedup.jsonl
      dataqual dedup corpus.jsonl -o corpus.dedup.jsonl --keep longest --clusters clusters.parquet
      dataqual dedup corpus.jsonl --method exact --normalized --dry-run
      dataqual dedup corpus.jsonl -o corpus.lines.jsonl --method lines
      dataqual dedup photos -o photos.dedup --keep largest --variants flips
      dataqual dedup corpus.jsonl -o corpus.meaning.jsonl --method semantic --model models/all-MiniLM-L6-v2
      dataqual dedup pages/part-0.jsonl -o new.jsonl --against pages/part-1.jsonl --index corpus.dqx
    """
    if method in PARTS:  # whole documents are compared in threads: no process is worth its start
        from dataqual.engine import Local

        Local(**shared.engine).expect(shared.paths, "dataqual.deduplicating")
    console = Console(quiet=shared.quiet)
    console.compiling()
    asked |= {"method": method, "against": [Path(path) for path in against]}
    result, page = _searched(shared, console, target, report, asked)
    console.done()
    if shared.as_json:
        tell(shared, result)
    elif not shared.quiet:
        console.cleaned(result, page.place)
    for line in (*result.warnings, *result.alarms, *result.contradicting):
        console.warn(line)
    if strict and result.alarms:
        sys.exit(EXCEEDED)


def _searched(
    shared: Shared, console: Console, target: dict[str, Any], report: Report, asked: dict[str, Any]
) -> tuple[Deduplicated, Page]:
    """The corpus without its copies, written with its page; how near copies are told is said before."""
    from dataqual.deduplicating import dedup as dedup_corpus
    from dataqual.deduplicating import detection, method_for, near_for
    from dataqual.engine import Local

    with shared.corpus(console, "deduplicating") as corpus:
        asked |= {"method": method_for(asked["method"], corpus)}
        near = near_for(**{name: asked[name] for name in NEAR}) if asked["method"] in WHOLE else None
        for line in detection(near).splitlines() if near is not None else ():
            console.say(line)
        page = report.begin("dedup", corpus, target, process=Local(**shared.engine).helpers(corpus.size) > 0)
        result = dedup_corpus(corpus, **target, **asked, **shared.engine, progress=console.progress)
        if page.place:
            page.write(page.told(result.page_facts()))
    return result, page
