"""The command line `studies`: the group is here, its commands are still to come."""

from __future__ import annotations

import click


@click.group(invoke_without_command=True)
@click.version_option(package_name="dataqual", prog_name="studies")
@click.pass_context
def main(context: click.Context) -> None:
    """What cleaner data is worth, in data and in computing time.

    There is no study command yet: this version profiles corpora only (dataqual profile --help).

    \b
    Examples:
      studies --help
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
