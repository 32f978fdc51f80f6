"""`agreement`: how well annotators agree, on all items, on each, and each annotator with the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dataqual.errors import SpecError
from dataqual.labels.agreement import (
    annotator_agreement,
    cohen_kappa,
    fleiss_kappa,
    item_agreement,
    krippendorff_alpha,
)
from dataqual.labels.rating_tables import (
    item_column,
    long_columns,
    named_columns,
    rating_columns,
    records_of,
    value_of,
)
from dataqual.labels.ratings import Level, Ratings
from dataqual.reading import Reading

SHOWN = 5
"""Annotators, and items, that are printed; all are in the facts."""


@dataclass(frozen=True, eq=False)
class Agreement:
    """How well annotators agree: on all items, on each, and each annotator with the others."""

    ratings: Ratings
    level: Level
    readings: Mapping[str, Reading]
    """`krippendorff_alpha`, and where they apply `fleiss_kappa` and `cohen_kappa`."""
    annotators: Sequence[Mapping[str, Any]]
    """`annotator`, `given`, `agreement` with the others, and `alpha` without this one; None where nothing can be told."""
    items: Sequence[Mapping[str, Any]]
    """The items with two values or more, the least agreed first: `item`, `values` and how often each, `agreement`."""
    notes: Sequence[str] = ()
    """A line for each column that was taken as something, or left out, without being named."""

    def __str__(self) -> str:
        """A line for each coefficient, annotator, and the least agreed items."""
        size = self.readings["krippendorff_alpha"].detail
        lines = [
            f"{size['items']:,} items, {size['annotators']:,} annotators, {size['given']:,} values given ({self.level} level)"
        ]
        for name, reading in self.readings.items():
            if reading.value is None:
                lines.append(f"{NAMES[name]}: cannot be told, for nothing can disagree")
            else:
                low, high = reading.interval or (reading.value, reading.value)
                lines.append(f"{NAMES[name]} {reading.value:.3f} (95 %: {low:.3f} to {high:.3f}, {reading.n:,} items)")
        for row in self.annotators[:SHOWN]:
            lines.append(
                f"  annotator {row['annotator']}: agreement with the others {_shown(row['agreement'])}, alpha without {_shown(row['alpha'])}"
            )
        for row in self.items[:SHOWN]:
            given = ", ".join(f"{value} {count}" for value, count in row["values"])
            lines.append(f"  item {row['item']}: {given} (agreement {_shown(row['agreement'])})")
        return "\n".join(lines)

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "schema": "dataqual.agreement/1",
            "level": self.level,
            "readings": {name: reading.facts() for name, reading in self.readings.items()},
            "annotators": list(self.annotators),
            "items": list(self.items),
        }


NAMES = {
    "krippendorff_alpha": "Krippendorff's alpha",
    "fleiss_kappa": "Fleiss' kappa",
    "cohen_kappa": "Cohen's kappa",
}


def agreement(
    source: Any,
    *,
    columns: Sequence[str] = (),
    item: str | None = None,
    annotator: str | None = None,
    label: str | None = None,
    level: Level = "nominal",
    order: Sequence[str] = (),
    seed: int = 0,
) -> Agreement:
    """How well annotators agree, from a table with a column for each (`columns`), or a long one.

    A long table has a row for each value: `item`, `annotator` and `label` name its columns. `source` is a path, a polars
    or pandas frame, or a list of records. Where nothing is named, columns are told by their names, and `notes` of what is
    returned says which was taken as what. `order` names the values of the ordinal level, the lowest first. Alpha is told
    always, Fleiss' kappa where all items have equally many values, Cohen's kappa of two annotators.
    """
    records = records_of(source)
    notes: list[str] = []
    if not (columns or annotator or label):
        item, annotator, label = long_columns(records, item, notes)
    if annotator is not None or label is not None:
        if not (annotator and label and item):
            raise SpecError("a long table takes all three: --item, --annotator and --label")
        present = named_columns(records, (item, annotator, label))
        ratings = Ratings.of_long(
            (
                (value_of(row, present[0]) or "", value_of(row, present[1]) or "", value_of(row, present[2]))
                for row in records
            ),
            order,
        )
    else:
        item = item or item_column(records, columns, notes)
        names = named_columns(records, columns) if columns else rating_columns(records, item, level, notes)
        named = [value_of(row, item) or "" for row in records] if item else None
        ratings = Ratings.of_columns({name: [value_of(row, name) for row in records] for name in names}, named, order)
    return replace(measure_agreement(ratings, level, seed), notes=tuple(notes))


def measure_agreement(ratings: Ratings, level: Level = "nominal", seed: int = 0) -> Agreement:
    """Of ratings in memory."""
    readings = {"krippendorff_alpha": krippendorff_alpha(ratings, level, seed=seed)}
    sizes = set((ratings.codes >= 0).sum(axis=1).tolist()) - {0}
    if level == "nominal" and len(sizes) == 1 and min(sizes) > 1:
        readings["fleiss_kappa"] = fleiss_kappa(ratings, seed=seed)
    if len(ratings.annotators) == 2:
        readings["cohen_kappa"] = cohen_kappa(
            ratings,
            weights="none" if level == "nominal" else "linear" if level == "ordinal" else "quadratic",
            seed=seed,
        )
    return Agreement(ratings, level, readings, _annotators(ratings, level), _items(ratings, level))


def _annotators(ratings: Ratings, level: Level) -> list[dict[str, Any]]:
    own = annotator_agreement(ratings, level)
    every = range(len(ratings.annotators))
    rows = []
    for at in every:
        without = krippendorff_alpha(ratings.of([other for other in every if other != at]), level, draws=0)
        rows.append(
            {
                "annotator": ratings.annotators[at],
                "given": int((ratings.codes[:, at] >= 0).sum()),
                "agreement": _known(own[at]),
                "alpha": without.value,
            }
        )
    return sorted(rows, key=lambda row: (row["agreement"] is None, row["agreement"] or 0.0, row["annotator"]))


def _items(ratings: Ratings, level: Level) -> list[dict[str, Any]]:
    own, counts = item_agreement(ratings, level), ratings.counts
    rows = []
    for at in np.flatnonzero(ratings.pairable).tolist():
        values = [(ratings.values[code], int(counts[at, code])) for code in np.flatnonzero(counts[at]).tolist()]
        values.sort(key=lambda pair: -pair[1])
        rows.append(
            {"item": ratings.items[at], "values": [list(pair) for pair in values], "agreement": _known(own[at])}
        )
    return sorted(rows, key=lambda row: 2.0 if row["agreement"] is None else row["agreement"])


def _known(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
