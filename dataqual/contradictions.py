"""Copies whose labels contradict each other, as a table to act on: every one of them, cluster by cluster."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from dataqual.corpus import Corpus
from dataqual.labels.copies import Conflict
from dataqual.labels.surveying import Surveyed
from dataqual.ledger import address_list
from dataqual.ranked_labels import told_of, whole
from dataqual.readers.paths import readable

SCHEMA: dict[str, Any] = {
    "cluster": pl.Int64, "documents": pl.Int64, "exact": pl.Boolean, "path": pl.String, "record": pl.Int64, "id": pl.String,
    "given": pl.String, "suggested": pl.String, "probability": pl.Float64, "text": pl.String,
}  # fmt: skip


def contradictions(corpus: Corpus, found: Surveyed, conflicts: Sequence[Conflict]) -> pl.DataFrame:
    """A row for each document in a cluster of copies with several labels, the largest cluster first: `cluster` from 1, the
    `documents` in it, whether they are `exact` copies, `path`, `record`, `id`, `given` label, and where it was judged the
    `suggested` one and the `probability` of the given; of texts `text` is the beginning, for which the corpus is read again.
    """
    if not conflicts:
        return pl.DataFrame(schema=SCHEMA)
    rows = np.array(sorted(row for one in conflicts for row in one.members), np.int64)
    places = dict(zip(rows.tolist(), address_list(found.places[rows]), strict=True))
    judged = _judged(found, rows)
    with (
        tempfile.TemporaryDirectory(prefix="dataqual-labels-") as folder,
        told_of(Path(folder), corpus, found, rows) as tell,
    ):
        told = tell(np.arange(len(rows)))
    place = {row: at for at, row in enumerate(rows.tolist())}
    labels = [found.names[code] for code in found.codes[rows].tolist()]
    given = dict(zip(rows.tolist(), labels, strict=True))
    texts = told.get("text")
    return pl.DataFrame(
        [
            (number, one.size, one.exact, readable(corpus.files[places[row][0]].path), places[row][1], told["id"][place[row]],
             given[row], *judged.get(row, (None, None)), *([texts[place[row]]] if texts else []))
            for number, one in enumerate(conflicts, start=1)
            for row in one.members
        ],
        schema={name: kind for name, kind in SCHEMA.items() if texts or name != "text"},
        orient="row",
    )  # fmt: skip


def write_contradictions(table: pl.DataFrame, output: Path) -> None:
    """As .parquet, .csv or .jsonl, whole or not at all."""
    with whole(output) as part:
        if output.suffix == ".parquet":
            table.write_parquet(part)
        elif output.suffix == ".csv":
            table.write_csv(part)
        else:
            table.write_ndjson(part)


def _judged(found: Surveyed, rows: np.ndarray[Any, np.dtype[np.int64]]) -> dict[int, tuple[str, float]]:
    """The likeliest label of those of the rows that were judged, and the chance of the given one."""
    judged = found.judged
    if judged is None or not len(judged.rows):
        return {}
    at = np.searchsorted(judged.rows, rows).clip(max=len(judged.rows) - 1)
    there = judged.rows[at] == rows
    return {
        row: (judged.classes[judged.suggested[place]], float(judged.quality[place]))
        for row, place in zip(rows[there].tolist(), at[there].tolist(), strict=True)
    }
