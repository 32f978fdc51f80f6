"""`dataqual compare`."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dataqual.commands.common import EXCEEDED, Shared, folder_for, reading, said, say_date
from dataqual.console import Console
from dataqual.errors import SpecError
from dataqual.speaking import language as spoken
from dataqual.speaking import tell as speak

if TYPE_CHECKING:
    from dataqual.comparing import Comparison


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    metavar="FOLDER",
    help="Folder for comparison.json and report.html [A.comparison].",
)
@click.option(
    "--name", "names", multiple=True, metavar="NAME", help="What to call a corpus, in the order of PATHS; repeatable."
)
@click.option(
    "--by",
    type=click.Choice(["auto", "id", "text"]),
    default="auto",
    show_default=True,
    help="What names a document in two versions; auto: the id, where ids name the same documents.",
)
@click.option(
    "--changes", type=click.Path(), metavar="FILE", help="What became of each document, as .parquet, .csv or .jsonl."
)
@click.option("--no-versions", is_flag=True, help="Do not look for what was added, dropped or changed.")
@click.option("--no-near-copies", is_flag=True, help="Do not look for near copies, nor for edits that have no id.")
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Measure N documents of each, drawn evenly.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of what is drawn.")
@click.option(
    "--language",
    type=click.Choice(["fast", "exact", "none"]),
    default="fast",
    show_default=True,
    help="Tell languages by the beginning of each document, by all of it, or not; needs dataqual[lang].",
)
@click.option(
    "--date",
    "dates",
    multiple=True,
    metavar="COLUMN",
    help="Column that says when each document came to be [found]; one for all corpora, or repeated in the order of PATHS.",
)
@click.option("--fail-on-drift", is_flag=True, help="Exit with 1 if a reading differs much (red).")
@click.option("--strict", is_flag=True, help="Exit with 1 if a reading differs at all (amber or red).")
@reading
def compare(
    shared: Shared,
    output: str | None,
    changes: str | None,
    names: tuple[str, ...],
    dates: tuple[str, ...],
    no_versions: bool,
    no_near_copies: bool,
    fail_on_drift: bool,
    strict: bool,
    **asked: Any,
) -> None:
    """Say what corpora differ in, and what became of the documents between two versions.

    Each of PATHS is a corpus (a file, folder or glob) or a saved profile (NAME.profile); the first is what the others are
    compared with. Every reading is tested, all tests are taken together (Benjamini-Hochberg), and a light is amber or red
    only where a difference is both sure and large. Two halves of one corpus are green.

    \b
    Examples:
      dataqual compare pages/part-0.jsonl pages/part-1.jsonl
      dataqual compare corpus.jsonl corpus.clean.jsonl --changes changes.parquet
      dataqual compare pages/part-0.jsonl pages/part-1.jsonl -o drift --fail-on-drift
    """
    if len(shared.paths) < 2:
        raise SpecError("name two paths or more: the corpus that is compared with, and those that are compared with it")
    if shared.paths.count("-") > 1:
        raise SpecError("-: standard input can be one of the corpora, not two")
    each = _each_date(dates, shared.paths)
    console = Console(quiet=shared.quiet)
    console.compiling()
    from dataqual.comparing import compare as compared
    from dataqual.comparing.sides import saved_profile
    from dataqual.writers.appearing import write_text
    from reports import comparison_page

    folder = Path(output or folder_for(shared.paths, "comparison"))
    with ExitStack() as stack:
        sources: list[Any] = []
        for path, date in zip(shared.paths, each, strict=True):
            one = replace(shared, paths=(path,), format=shared.format if path == "-" else None)
            saved = saved_profile(path)
            if saved is None:
                corpus = stack.enter_context(one.corpus(console, "comparing", date=date))
                say_date(console, corpus, date)
            sources.append(path if saved is not None else corpus)
        result: Comparison = compared(
            *sources,
            names=names or _names(shared.paths),
            versions=not no_versions,
            near_copies=not no_near_copies,
            **asked,
            **shared.engine,
            progress=console.progress,
        )
        console.done()
        result.save(folder)
        if changes:
            result.write_changes(changes)
        facts = result.facts | {"command": said()}
        write_text(folder / "report.html", comparison_page.comparison(facts, language=spoken()))
    if shared.as_json:
        click.echo((folder / "comparison.json").read_text(encoding="utf-8"), nl=False)
    elif not shared.quiet:
        speak(str(result))
        console.say(f"the page: {folder / 'report.html'}")
    lights = result.lights
    if ((fail_on_drift or strict) and lights["red"]) or (strict and lights["amber"]):
        sys.exit(EXCEEDED)


def _each_date(dates: tuple[str, ...], paths: tuple[str, ...]) -> list[str | None]:
    """The column of dates of each corpus.

    >>> _each_date(("on",), ("a", "b")), _each_date(("on", "at"), ("a", "b"))
    (['on', 'on'], ['on', 'at'])
    """
    if len(dates) not in (0, 1, len(paths)):
        raise SpecError(f"--date: {len(dates)} columns for {len(paths)} corpora; name one for all, or one for each")
    return list(dates) if len(dates) == len(paths) else [next(iter(dates), None)] * len(paths)


def _names(paths: tuple[str, ...]) -> list[str]:
    from dataqual.comparing.sides import names_of

    return names_of(paths)
