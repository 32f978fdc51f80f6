"""`dataqual profile`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dataqual import speaking
from dataqual.commands.common import Shared, dated, folder_for, reading, say_date
from dataqual.console import Console
from dataqual.ending import results
from dataqual.errors import SpecError

if TYPE_CHECKING:
    from dataqual.corpus import Corpus
    from dataqual.profiling import Profile

RESULTS = ("report.html", "profile.json", "signals.parquet", "unreadable.jsonl")


@click.command()
@click.option("-o", "--output", type=click.Path(), help="Folder for the results [NAME.profile].")
@click.option(
    "--rules", multiple=True, metavar="NAME", help="Rule set, by name or .yaml file; may be repeated [by script]."
)
@click.option("--no-rules", is_flag=True, help="Apply no rule set.")
@click.option("--no-near-copies", is_flag=True, help="Do not look for near copies.")
@click.option(
    "--reference",
    type=click.Path(),
    metavar="PATH",
    help="Compare with this corpus or saved profile, in a section of the page.",
)
@click.option(
    "--people",
    multiple=True,
    type=click.Path(),
    metavar="FILE",
    help="Words for people of your own, added to ours in the section on people (docs/people.md); may be repeated.",
)
@click.option(
    "--census",
    type=click.Path(),
    metavar="FILE",
    help="Table of the shares that groups of people should have: axis, group, share.",
)
@click.option(
    "--embeddings",
    "--model",
    type=click.Path(),
    metavar="DIR",
    help="Compare documents by the vectors of this model on disk too, in a section of the page.",
)
@dated
@click.option("--skip", multiple=True, metavar="NAME", help="Leave out a section of the page; may be repeated.")
@click.option(
    "--language",
    type=click.Choice(["fast", "exact", "none"]),
    default="fast",
    show_default=True,
    help="Tell languages by the beginning of each document, by all of it, or not; needs dataqual[lang].",
)
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Profile N documents, drawn evenly.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the sample.")
@reading
def profile(
    shared: Shared,
    output: str | None,
    rules: tuple[str, ...],
    no_rules: bool,
    no_near_copies: bool,
    reference: str | None,
    people: tuple[str, ...],
    census: str | None,
    embeddings: str | None,
    date: str | None,
    skip: tuple[str, ...],
    language: str,
    sample: int | None,
    seed: int,
) -> None:
    """Say what is in a corpus, what is wrong with it and what to do next.

    Reads .jsonl, .json, .csv, .tsv, .parquet, .arrow, .txt, .md, .html and .warc files, those of lines also packed, folders and
    globs, URLs, and standard input as -.
    Prints a summary and writes a folder with report.html, profile.json, signals.parquet and, if records could not be
    read, unreadable.jsonl. Without PATHS it profiles the sample corpus that ships with dataqual.

    \b
    Examples:
      dataqual profile
      dataqual profile corpus.jsonl
      dataqual profile corpus.jsonl --group source --sample 1000 -o quick.profile
      dataqual profile reviews.csv --text review --rules gopher@datatrove --json
    """
    from dataqual.engine import Aside, Local

    helpers = Local(**shared.engine).expect(shared.paths, "dataqual.profiling.running")
    console = Console(quiet=shared.quiet)
    console.compiling()
    page = Aside("reports.profile_page", process=helpers > 0)
    from dataqual import catalog
    from dataqual.profiling import profile as profile_of
    from dataqual.writers.appearing import write_text

    for name, parameter in catalog.needing().items():
        console.say(
            f"signal {name}: left out, for it needs its parameter {parameter!r}; a rule set can name it with one"
        )
    folder = Path(output or folder_for(shared.paths, "profile"))
    with shared.corpus(console, "profiling", date=date) as corpus, _results(folder, corpus):
        say_date(console, corpus, date)
        result: Profile = profile_of(
            corpus,
            inputs=shared.paths,
            text=shared.text,
            rules=() if no_rules else rules or None,
            near_copies=not no_near_copies,
            people=people,
            census=census,
            embeddings=embeddings,
            skip=skip,
            language=language,
            sample=sample,
            seed=seed,
            **shared.engine,
            signals=folder / "signals.parquet",
            unreadable=folder / "unreadable.jsonl",
            progress=console.progress,
            early=partial(page.begin, "ahead"),
        )
        if reference is not None:
            result = _beside(shared, console, result, reference, near_copies=not no_near_copies, language=language)
        console.done()
        result.save(folder)
        write_text(folder / "report.html", page.call("profile", result.facts, language=speaking.language()))
    for line in result.warnings:
        console.warn(line)
    if shared.as_json:
        click.echo((folder / "profile.json").read_text(encoding="utf-8"), nl=False)
    elif not shared.quiet:
        console.summary(result, folder / "report.html")


def _beside(shared: Shared, console: Console, result: Profile, reference: str, **asked: Any) -> Profile:
    """The profile with the section on its reference, which is read in the same way."""
    from dataqual.comparing import with_reference
    from dataqual.comparing.sides import saved_profile

    if reference == "-":
        raise SpecError("--reference: a path is wanted, not standard input")
    if saved_profile(reference) is not None:
        return with_reference(result, reference, **asked, **shared.engine)
    with replace(shared, paths=(reference,), format=None).corpus(console, "comparing with") as corpus:
        named = with_reference(result, corpus, name=reference, **asked, **shared.engine, progress=console.progress)
    return named


@contextmanager
def _results(folder: Path, corpus: Corpus) -> Iterator[None]:
    """A folder ready for the results, from which those of a run that fails are taken away."""
    from dataqual.profiling.running import check_result

    for name in RESULTS:
        check_result(folder / name, corpus)
    _clear(folder)
    with results(folder, RESULTS):
        yield


def _clear(folder: Path) -> None:
    """Take away the results of an earlier profile, which would pass for this one's if it ended early."""
    try:
        with (folder / "profile.json").open("rb") as file:
            ours = b'"schema":"dataqual.' in file.read(40).replace(b" ", b"")
    except OSError:
        return
    for name in RESULTS if ours else ():
        (folder / name).unlink(missing_ok=True)
