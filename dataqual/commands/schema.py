"""`dataqual schema`."""

from __future__ import annotations

import json
from importlib import import_module

import click

from dataqual.ending import mendable

SCHEMAS = {
    "recipe": ("dataqual.suites.schema", "recipe"),
    "rules": ("dataqual.schemas", "rules_file"),
    "suite": ("dataqual.suites.schema", "suite"),
    "study": ("studies.design.schema", "study"),
}
"""A kind of file -> the module that knows its schema, and the function there that makes it."""


@click.command()
@click.argument("kind", type=click.Choice([*SCHEMAS]), default="recipe")
@mendable("dataqual")
def schema(kind: str) -> None:
    """Print the JSON Schema (draft 2020-12) of a recipe, a file of rules, a suite of checks or a study, so that editors complete and check them.

    \b
    Examples:
      dataqual schema recipe > recipe.schema.json
      dataqual schema study
    """
    module, function = SCHEMAS[kind]
    click.echo(json.dumps(getattr(import_module(module), function)(), ensure_ascii=False, indent=1))
