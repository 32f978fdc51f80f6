"""`dataqual recipes`."""

from __future__ import annotations

import click

from dataqual.ending import mendable
from dataqual.speaking import tell


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

    if name is None:
        tell(recipe.summary())
    else:
        click.echo(recipe.content_of(name), nl=False)
