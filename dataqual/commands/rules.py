"""`dataqual rules`."""

from __future__ import annotations

import json

import click

from dataqual.commands.common import Shared, reading
from dataqual.console import Console
from dataqual.ending import mendable
from dataqual.speaking import said, tell


class NamesToo(click.Group):
    """A group that takes what is none of its commands for the name of a rule set."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command and its arguments."""
        return super().resolve_command(ctx, args if args[0] in self.commands else ["show", *args])


@click.group(cls=NamesToo, invoke_without_command=True, subcommand_metavar="[NAME | diff FIRST SECOND [PATHS]...]")
@click.pass_context
@mendable("dataqual")
def rules(context: click.Context) -> None:
    """List the rule sets that ship, or print one as YAML, to be changed; diff compares two of them on a corpus.

    \b
    Examples:
      dataqual rules
      dataqual rules gopher@dclm > gopher.yaml
      dataqual rules diff gopher@datatrove gopher@dolma corpus.jsonl
    """
    if context.invoked_subcommand is None:
        from dataqual.rules import summary

        click.echo(summary(said))


@rules.command(hidden=True)
@click.argument("name")
@mendable("dataqual")
def show(name: str) -> None:
    """Print a rule set that ships as YAML."""
    from dataqual.rules import content_of

    click.echo(content_of(name), nl=False)


@rules.command()
@click.argument("first")
@click.argument("second")
@click.option("--examples", type=click.IntRange(min=0), default=5, show_default=True, help="Documents to tell of.")
@reading
def diff(shared: Shared, first: str, second: str, examples: int) -> None:
    """Say which documents two rule sets judge differently: a table, the rules that part them, and examples.

    FIRST and SECOND are names of rule sets or .yaml files. Of each example stand there the rules that drop it, and what the
    rule of the same name in the other set measures. Without PATHS it compares them on the sample corpus.

    \b
    Examples:
      dataqual rules diff gopher@datatrove gopher@dolma
      dataqual rules diff fineweb@paper fineweb@datatrove corpus.jsonl --examples 2
    """
    console = Console(quiet=shared.quiet)
    console.compiling()
    from dataqual.flipping import flips

    with shared.corpus(console, "judging") as corpus:
        found = flips(corpus, first, second, examples=examples, **shared.engine, progress=console.progress)
    console.done()
    if shared.as_json:
        click.echo(json.dumps(found.facts(), ensure_ascii=False, indent=1))
    elif not shared.quiet:
        tell(str(found))
