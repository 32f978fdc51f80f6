"""`dataqual agreement`."""

from __future__ import annotations

import json
from typing import Any

import click

from dataqual import speaking
from dataqual.ending import mendable


@click.command()
@click.argument("table", type=click.Path())
@click.option(
    "--columns", metavar="NAMES", help="Columns of the annotators, separated by commas [all but ids, texts and labels]."
)
@click.option("--item", metavar="COLUMN", help="Column that names the item [found, or rows are numbered].")
@click.option("--annotator", metavar="COLUMN", help="Column that names the annotator, in a long table.")
@click.option("--label", metavar="COLUMN", help="Column with the value given, in a long table.")
@click.option(
    "--level",
    type=click.Choice(["nominal", "ordinal", "interval", "ratio"]),
    default="nominal",
    show_default=True,
    help="What the values are: names, ranks, numbers, or numbers with a true zero.",
)
@click.option("--order", metavar="VALUES", help="Values of the ordinal level, the lowest first, separated by commas.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the bootstrap.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout instead of the summary.")
@mendable("dataqual")
def agreement(
    table: str,
    columns: str | None,
    item: str | None,
    annotator: str | None,
    label: str | None,
    level: Any,
    order: str | None,
    seed: int,
    as_json: bool,
) -> None:
    """Say how well annotators agree: Krippendorff's alpha, and where they apply Fleiss' and Cohen's kappa.

    TABLE has a row for each item and a column for each annotator, or (with --item, --annotator and --label) a row for
    each value; empty cells are missing values. Every coefficient has its 95 % interval, by bootstrap over items; each
    annotator and the least agreed items follow.

    \b
    Examples:
      dataqual agreement ratings.csv --columns ann,bob,chen
      dataqual agreement ratings.csv --level ordinal --json
      dataqual agreement votes.csv --item item --annotator annotator --label label
    """
    from dataqual.agreeing import agreement as agreement_of

    result = agreement_of(
        table,
        columns=_listed(columns),
        item=item,
        annotator=annotator,
        label=label,
        level=level,
        order=_listed(order),
        seed=seed,
    )
    for note in result.notes:
        speaking.tell(note, err=True)
    if as_json:
        click.echo(json.dumps(result.facts(), ensure_ascii=False, indent=1))
    else:
        speaking.tell(str(result))


def _listed(names: str | None) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()] if names else []
