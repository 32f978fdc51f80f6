"""`dataqual check`."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dataqual.commands.common import Shared, dated, reading, said, say_date
from dataqual.console import Console
from dataqual.speaking import language, tell

if TYPE_CHECKING:
    from dataqual.checking import Checked, Suite
    from dataqual.checking.baseline import Baseline
    from dataqual.corpus import Corpus

FILES = ("save_baseline", "junit", "sarif", "report")
"""Options that name a file to write."""


@click.command()
@click.option("--suite", type=click.Path(), metavar="FILE", help="YAML file with the checks [that of the baseline].")
@click.option(
    "--baseline",
    type=click.Path(),
    metavar="FILE",
    help="JSON of an earlier check, or a saved profile: what is surely worse than there fails, too.",
)
@click.option("--save-baseline", type=click.Path(), metavar="FILE", help="Write what was seen, as a baseline.")
@click.option("--junit", type=click.Path(), metavar="FILE", help="Write the verdicts as JUnit's XML.")
@click.option("--sarif", type=click.Path(), metavar="FILE", help="Write the verdicts as SARIF 2.1.0.")
@click.option(
    "--data-docs",
    type=click.Path(),
    metavar="DIR",
    help="Write the verdicts as a page of great-expectations' Data Docs, index.html, that loads nothing (extra checks).",
)
@click.option("--report", type=click.Path(), metavar="FILE", help="Write the verdicts as a page, with what mends them.")
@click.option("--github", is_flag=True, help="Print annotations for GitHub's workflows on stderr.")
@click.option(
    "--ledger",
    type=click.Path(),
    metavar="FILE",
    help="Write a row on every document that is not as expected (.parquet).",
)
@dated
@reading
def check(
    shared: Shared,
    suite: str | None,
    baseline: str | None,
    ledger: str | None,
    github: bool,
    date: str | None,
    **places: str | None,
) -> None:
    """Say whether a corpus is as a suite of checks says it must be.

    Exits with 0 where all checks pass, with 1 where one failed that is no warning, and with 2 where that cannot be told,
    or the input or the suite is wrong. Verdicts go to stderr, worst first, each with what was expected, what was seen,
    examples, and the command that mends it; with --json they are on stdout. A suite is proposed by dataqual suite.

    \b
    Examples:
      dataqual suite corpus.jsonl > proposed.yaml && dataqual check corpus.jsonl --suite proposed.yaml
      dataqual check corpus.jsonl --suite suite.yaml --json --junit checks.xml --sarif checks.sarif
      dataqual check corpus.jsonl --suite suite.yaml --save-baseline release.json --report release.html
      dataqual check corpus.jsonl --baseline release.json --github
    """
    from dataqual.engine import Local

    Local(**shared.engine).expect(shared.paths, "dataqual.checking.running")
    console = Console(quiet=shared.quiet)
    console.compiling()
    from dataqual.checking import check as check_of
    from dataqual.checking.baseline import Baseline

    before = Baseline.of(baseline) if baseline else None
    wanted = _suite(suite, before)
    with shared.corpus(console, "checking", more=wanted.columns, date=date) as corpus:
        if wanted.dated:
            say_date(console, corpus, date)
        for path in filter(None, map(places.get, FILES)):
            _must_not_be_input(path, corpus)
        checked = check_of(
            corpus,
            wanted,
            baseline=before,
            ledger=ledger,
            inputs=shared.paths or None,
            text=shared.text,
            **shared.engine,
            progress=console.progress,
        )
    console.done()
    for line in checked.warnings:
        console.warn(line)
    _write(checked, console, **places)
    _tell(checked, shared, github)
    if places["save_baseline"]:
        console.say(f"saved as a baseline: {places['save_baseline']}")
    sys.exit(checked.exit_code)


def _suite(named: str | None, before: Baseline | None) -> Suite:
    """The suite of a file, else that of the baseline."""
    from dataqual.checking import Suite
    from dataqual.errors import SpecError

    if named:
        return Suite.load(named)
    if before is None:
        raise SpecError("name a suite of checks with --suite (dataqual suite proposes one), or a baseline that has one")
    return before.suite


def _write(
    checked: Checked,
    console: Console,
    *,
    save_baseline: str | None,
    junit: str | None,
    sarif: str | None,
    report: str | None,
    data_docs: str | None,
) -> None:
    """The verdicts into the files that are named."""
    from dataqual.checking import formats
    from dataqual.writers.appearing import write_text

    if save_baseline:
        checked.save(save_baseline)
    if junit:
        write_text(Path(junit), formats.junit(checked))
    if sarif:
        write_text(Path(sarif), json.dumps(formats.sarif(checked), ensure_ascii=False, indent=1) + "\n")
    if report:
        page = import_module("reports.check_page")
        beside = {"report": report, "command": said(), "saved": save_baseline}
        write_text(Path(report), page.check(checked.facts() | beside, language=language()))
        console.say(f"page: {report}")
    if data_docs:
        from dataqual.adapters.data_docs import data_docs as write_docs

        console.say(f"data docs: {write_docs(checked, data_docs)}")


def _tell(checked: Checked, shared: Shared, github: bool) -> None:
    """Verdicts for people and annotations on stderr, facts on stdout where they were asked for."""
    from dataqual.checking import formats
    from dataqual.profiling.summary import plain

    if shared.as_json:
        click.echo(json.dumps(checked.facts(), ensure_ascii=False, indent=1))
    if not shared.quiet:
        for line, colour in checked.lines():
            tell(line, colour, err=True)
    if github:
        for line in formats.github(checked):
            click.echo(plain(line), err=True)


def _must_not_be_input(path: str, corpus: Corpus) -> None:
    from dataqual.errors import InputError

    if corpus.holds(path):
        raise InputError(f"{path} is one of the inputs, which are never overwritten; choose another name")
    if Path(path).is_dir():
        raise InputError(f"{path} is a folder where a file must go; choose another name")
