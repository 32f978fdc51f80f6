"""The command line `dataqual`."""

from __future__ import annotations

import click

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


main.load_when_asked(
    "dataqual.commands",
    "profile",
    "check",
    "suite",
    "clean",
    "dedup",
    "augment",
    "split",
    "leakage",
    "compare",
    "labels",
    "agreement",
    "explain",
    "recipes",
    "rules",
    "signals",
    "schema",
    "train-quality",
    "train-ngram",
)
