"""`dataqual suite`."""

from __future__ import annotations

import json

import click

from dataqual.commands.common import Shared, reading
from dataqual.console import Console
from dataqual.speaking import said


@click.command()
@reading
def suite(shared: Shared) -> None:
    """Propose a suite of checks for a corpus, as YAML on stdout.

    Bounds are set so that at least 99 % of the fresh samples of the same source pass all checks together, whatever their
    size: faults, copies, rule sets that fit, lengths and repetition, ids. Edit it before you rely on it.

    \b
    Examples:
      dataqual suite corpus.jsonl > proposed.yaml
      dataqual suite pages/ --group source --quiet
    """
    from dataqual.engine import Local

    Local(**shared.engine).expect(shared.paths, "dataqual.checking.running")
    console = Console(quiet=shared.quiet)
    console.compiling()
    from dataqual.checking.proposing import propose

    with shared.corpus(console, "proposing a suite for") as corpus:
        proposal = propose(corpus, inputs=shared.paths or None, **shared.engine, progress=console.progress)
    console.done()
    click.echo(
        json.dumps(proposal.content, ensure_ascii=False, indent=1) if shared.as_json else proposal.yaml(said),
        nl=shared.as_json,
    )
