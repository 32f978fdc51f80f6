"""The command line `dataqual`."""

from __future__ import annotations

import click

from dataqual.commands.agreement import agreement
from dataqual.commands.augment import augment
from dataqual.commands.check import check
from dataqual.commands.clean import clean
from dataqual.commands.compare import compare
from dataqual.commands.dedup import dedup
from dataqual.commands.explain import explain
from dataqual.commands.labels import labels
from dataqual.commands.leakage import leakage
from dataqual.commands.profile import profile
from dataqual.commands.recipes import recipes
from dataqual.commands.rules import rules
from dataqual.commands.schema import schema
from dataqual.commands.signals import signals
from dataqual.commands.split import split
from dataqual.commands.suite import suite
from dataqual.commands.train_ngram import train_ngram
from dataqual.commands.train_quality import train_quality
from dataqual.speaking import Program


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dataqual", prog_name="dataqual")
def main() -> None:
    """Measure a text corpus: what is in it, what is wrong with it, and what mends it.

    \b
    Examples:
      dataqual profile
      dataqual profile corpus.jsonl
      dataqual clean corpus.jsonl -o corpus.clean.jsonl --drop exact_copies
      dataqual split corpus.jsonl -o parts
    """


for command in (
    profile,
    check,
    suite,
    clean,
    dedup,
    augment,
    split,
    leakage,
    compare,
    labels,
    agreement,
    explain,
    recipes,
    rules,
    signals,
    schema,
    train_quality,
    train_ngram,
):
    main.add_command(command)
