"""The labels of a corpus, the most suspect first: a table that is made, kept and written piece by piece."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray

from dataqual.corpus import Corpus
from dataqual.labels.confident_learning import Ranking, quality
from dataqual.labels.judging import Judged
from dataqual.labels.surveying import Surveyed
from dataqual.ledger import address_list, addresses
from dataqual.masking import mask
from dataqual.readers.paths import readable
from dataqual.writers.appearing import writing

QUOTED = 200
"""Characters of a text in the list."""
PIECE = 1 << 14
"""Rows at once: some ten megabytes."""
Columns = dict[str, list[str | None]]
SCHEMA: dict[str, Any] = {
    "rank": pl.Int64, "path": pl.String, "record": pl.Int64, "id": pl.String, "given": pl.String, "suggested": pl.String,
    "probability": pl.Float64, "suggested_probability": pl.Float64, "quality": pl.Float64, "suspect": pl.Boolean,
    "text": pl.String,
}  # fmt: skip
"""Of pictures without the last."""


@dataclass(frozen=True, eq=False)
class RankedLabels:
    """Pieces of the table in a folder that goes when nobody holds this any more."""

    pieces: tuple[Path, ...] = ()

    @classmethod
    def of(cls, corpus: Corpus, found: Surveyed, judged: Judged, by: Ranking) -> Self:
        """Of all documents that were judged; the corpus is read again for what they begin with."""
        folder = Path(tempfile.mkdtemp(prefix="dataqual-labels-"))
        try:
            ranked = cls(tuple(_written(folder, corpus, found, judged, by)))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        weakref.finalize(ranked, shutil.rmtree, folder, ignore_errors=True)
        return ranked

    def frame(self) -> pl.DataFrame:
        """All of it."""
        return pl.read_parquet(list(self.pieces)) if self.pieces else pl.DataFrame(schema=SCHEMA)

    def suspects(self, most: int) -> pl.DataFrame:
        """The first suspects."""
        first = pl.read_parquet(self.pieces[0]) if self.pieces else pl.DataFrame(schema=SCHEMA)
        return first.head(most).filter("suspect")

    def write(self, output: Path) -> None:
        """As .parquet, .csv or .jsonl, whole or not at all."""
        with whole(output) as part:
            if output.suffix == ".parquet":
                table = pl.scan_parquet(list(self.pieces), glob=False) if self.pieces else self.frame().lazy()
                table.sink_parquet(part, maintain_order=True)
            else:
                self._write_lines(part, csv=output.suffix == ".csv")

    def _write_lines(self, part: Path, *, csv: bool) -> None:
        with part.open("wb") as file:
            if csv:
                self.suspects(0).write_csv(file)
            for piece in self.pieces:
                frame = pl.read_parquet(piece)
                frame.write_csv(file, include_header=False) if csv else frame.write_ndjson(file)


@contextmanager
def whole(output: Path) -> Iterator[Path]:
    """Where to write a file that appears when all of it is there, in a folder that is made if need be."""
    part = output.with_name(f".{output.name}.part")
    with writing(output):
        output.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(output)


def _written(folder: Path, corpus: Corpus, found: Surveyed, judged: Judged, by: Ranking) -> Iterator[Path]:
    """The pieces, in the order of the ranks."""
    scores = quality(judged.labels, judged.probabilities, by)
    order = np.lexsort((judged.rows, scores, ~judged.suspects))
    names = np.array(judged.classes, object)
    with told_of(folder, corpus, found, judged.rows) as tell:
        for start in range(0, len(order), PIECE):
            rows = order[start : start + PIECE]
            places = address_list(found.places[judged.rows[rows]])
            told = tell(rows)
            frame = {
                "rank": np.arange(start + 1, start + len(rows) + 1),
                "path": [readable(corpus.files[file].path) for file, _ in places],
                "record": [record for _, record in places],
                "id": told["id"],
                "given": names[judged.labels[rows]].tolist(),
                "suggested": names[judged.suggested[rows]].tolist(),
                "probability": judged.quality[rows],
                "suggested_probability": judged.likeliest[rows],
                "quality": scores[rows],
                "suspect": judged.suspects[rows],
            } | ({"text": told["text"]} if "text" in told else {})
            piece = folder / f"{start:012d}.parquet"
            pl.DataFrame(frame, schema={name: SCHEMA[name] for name in frame}).write_parquet(piece)
            yield piece


@contextmanager
def told_of(
    folder: Path, corpus: Corpus, found: Surveyed, documents: NDArray[np.int64]
) -> Iterator[Callable[[NDArray[np.int64]], Columns]]:
    """Gives the columns `id`, and of texts `text`, of some of these documents, ascending, by their places among them.

    The corpus is read again for beginnings of texts, into a file in `folder`, which must not be closed before all is told.
    """
    if found.ids is not None:
        ids = found.ids.gather(documents)
        yield lambda rows: {"id": ids.gather(rows).to_list()}
        return
    borders = beginnings(folder / "texts", corpus, found.places[documents])
    with (folder / "texts").open("rb") as texts:

        def both(rows: NDArray[np.int64]) -> Columns:
            each = [begun(texts, borders, row) for row in rows.tolist()]
            return {"id": [name for _, name in each], "text": [text for text, _ in each]}

        yield both


def beginnings(path: Path, corpus: Corpus, wanted: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The beginning of each document, masked, and its id, into a file; where each begins there, (documents + 1,).

    `wanted` are addresses, ascending, in which order the corpus is read.
    """
    sizes = [0]
    with path.open("wb") as file:
        for batch in corpus.batches():
            own = addresses(batch.file, batch.record)
            at = np.minimum(np.searchsorted(wanted, own), max(len(wanted) - 1, 0))
            rows = np.flatnonzero(wanted[at] == own).tolist() if len(wanted) else []
            ids = batch.columns["id"].to_list() if "id" in batch.columns.columns else [None] * len(batch)
            for row in rows:
                start, end = batch.text.offsets[row], batch.text.offsets[row + 1]
                text = batch.text.data[start : min(end, start + 8 * QUOTED)].tobytes().decode(errors="ignore")
                sizes.append(file.write(orjson.dumps([mask(text)[:QUOTED], ids[row]])))
    return np.cumsum(sizes)


def begun(texts: Any, borders: NDArray[np.int64], row: int) -> tuple[str, str | None]:
    texts.seek(int(borders[row]))
    text, name = orjson.loads(texts.read(int(borders[row + 1] - borders[row])))
    return text, name
