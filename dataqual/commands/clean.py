"""`dataqual clean`."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from dataqual.commands.common import Shared, dated, reading, say_date, writing
from dataqual.commands.reporting import Report, reporting
from dataqual.console import Console


class _Naming(click.Command):
    """Its help names all findings, which are looked up for it alone: they come with numpy."""

    def get_help(self, ctx: click.Context) -> str:
        from dataqual.faults import FINDINGS

        both = "; of pictures ".join(", ".join(names) for names in FINDINGS.values())
        self.help = (self.help or "").replace("FINDINGS", f"of texts {both}")
        return super().get_help(ctx)


@click.command(cls=_Naming)
@writing
@click.option("--recipe", metavar="NAME", help="Recipe that ships, or a .yaml file with one; see dataqual recipes.")
@click.option(
    "--drop",
    multiple=True,
    metavar="NAME",
    help="Finding, rule set or .yaml file of rules; may be repeated; comes after the recipe.",
)
@reporting("Page of what was done [OUTPUT.report.html].")
@dated
@reading
def clean(
    shared: Shared,
    target: dict[str, Any],
    report: Report,
    recipe: str | None,
    drop: tuple[str, ...],
    date: str | None,
) -> None:
    """Leave out what a profile found or a recipe says, write the rest as it came, and say of each document why.

    NAME is a finding (FINDINGS), a rule set such as gopher@dolma, or a .yaml file of rules. Kept records
    keep their bytes where input and output have one format of lines. Beside the output stands a ledger with a row for
    every record that something was done to, and a page: what each rule did, with examples, and what it cost each source,
    label and script. Without PATHS it cleans the sample corpus that ships with dataqual.

    Where the recipe has checks, they are made on what is left: exits with 1 where one failed, with 2 where that cannot be
    told.

    \b
    Examples:
      dataqual clean -o sample.clean.jsonl --drop exact_copies
      dataqual clean corpus.jsonl -o corpus.clean.jsonl.zst --drop near_copies --drop mojibake
      dataqual clean corpus.jsonl -o corpus.clean.jsonl --recipe web
      dataqual clean corpus.jsonl --drop gopher@dolma --dry-run
      head -n 100 corpus.jsonl | dataqual clean - -o - --recipe web | wc -l
      dataqual clean corpus.jsonl --group source --drop c4@tfds --dry-run --report c4.html
    """
    from dataqual.engine import Local

    console = Console(quiet=shared.quiet)
    console.compiling()
    from dataqual.cleaning import clean as clean_corpus
    from dataqual.cleaning import plan

    what = plan(recipe, drop)  # a wrong name is told before anything is opened
    engine = Local(**shared.engine)
    if not what.surveys:  # which are made in threads, and what they have seen pass needs no process to be judged again
        engine.expect(shared.paths, "dataqual.cleaning")
    with shared.corpus(console, "cleaning", date=date) as corpus:
        if what.checks is not None and what.checks.dated:
            say_date(console, corpus, date)
        page = report.begin("cleaning", corpus, target, process=engine.helpers(corpus.size) > 0)
        result = clean_corpus(
            corpus,
            recipe=what,
            **target,
            **shared.engine,
            progress=console.progress,
        )
    facts = page.told(result.facts())
    page.write(facts)
    console.done()
    for line in result.warnings:
        console.warn(line)
    if shared.as_json:
        click.echo(json.dumps(facts, ensure_ascii=False, indent=1), err="-" in result.sent)
    elif not shared.quiet:
        console.cleaned(result, page.place)
    sys.exit(result.exit_code)
