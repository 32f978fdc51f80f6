"""`dataqual recipes`."""

from __future__ import annotations

import click

from dataqual.ending import mendable


@click.command()
@click.argument("name", required=False)
@mendable("dataqual")
def recipes(name: str | None) -> None:
    """List the recipes that ship, or print one as YAML, to be changed and given to clean --recipe.

    \b
    Examples:
      dataqual recipes
      dataqual recipes web > web.yaml
    """
    from dataqual import recipe

    click.echo(recipe.summary() if name is None else recipe.content_of(name), nl=name is None)
