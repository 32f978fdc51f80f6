"""Two versions of a corpus, document by document: read each once, file by hash, pair file by file, and compare what is left as texts.

What is kept of a document (32 bytes) lies on disk, in files by its hash, so that only one of them need be in memory; its
pair (17 bytes) stays.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import IO, Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.comparing.changes import Changes
from dataqual.corpus import Batch, Chunk, Corpus
from dataqual.drift.pairing import EDITED, KINDS, PAIR, ROW, Paired, by_id, by_text, displaced
from dataqual.engine import Local
from dataqual.ledger import address_list, addresses
from dataqual.near_duplicates import NearDuplicates, Signing, Survey

BINS = 64
"""Files by hash: ten million documents of both versions are 10 MB in each."""

IN_MEMORY = 1 << 20
"""Bytes of each such file that need no disk."""

SURVEY_SHARE = 8
ALIKE = 0.5
"""Least Jaccard similarity of two texts of which one is the other's edit: lower than that of copies, for nothing is dropped
on the strength of it, and two characters changed in a Chinese sentence of thirty leave 0.6."""

NAMED = 10
"""Changes of label that are listed."""

MANY_LABELS = 10_000
"""Different labels from which none is kept by name: such a column is no label."""

By = Literal["auto", "id", "text"]


@dataclass
class Filed:
    """The rows of one corpus in files by hash of id and of text; closed with the block."""

    corpus: Corpus
    stack: ExitStack
    files: dict[str, list[IO[bytes]]] = field(default_factory=dict)
    documents: int = 0
    with_id: int = 0
    labels: dict[int, str | None] = field(default_factory=dict)

    @classmethod
    def read(cls, corpus: Corpus, engine: Local, stack: ExitStack) -> Filed:
        """Read the corpus once; of its documents only hashes stay."""
        filed = cls(corpus, stack)
        for name in ("id", "text"):
            filed.files[name] = [stack.enter_context(_file()) for _ in range(BINS)]

        def look(chunk: Chunk) -> tuple[NDArray[np.void], pl.DataFrame]:
            batch = corpus.parse(chunk)
            return rows_of(batch), _labels(batch)

        with closing(engine.map(look, corpus.chunks())) as results:
            for rows, labels in results:
                filed._add(rows, labels)
        return filed

    def _add(self, rows: NDArray[np.void], labels: pl.DataFrame) -> None:
        self.documents += len(rows)
        self.with_id += int((rows["id"] != 0).sum())
        if len(self.labels) <= MANY_LABELS:
            self.labels |= dict(zip(labels["hash"].to_list(), labels["label"].to_list(), strict=True))
        for name, files in self.files.items():
            bins = rows[name] % np.uint64(BINS)
            order = np.argsort(bins, kind="stable")
            borders = np.searchsorted(bins[order], np.arange(BINS + 1))
            for at, file in enumerate(files):
                file.write(rows[order[borders[at] : borders[at + 1]]].tobytes())

    def bins(self, name: str) -> Iterator[NDArray[np.void]]:
        """The rows by hash of `name`, one file after the other, each in corpus order."""
        for file in self.files[name]:
            file.seek(0)
            yield np.frombuffer(file.read(), ROW)


def _file() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(IN_MEMORY, prefix="dataqual-")


def rows_of(batch: Batch) -> NDArray[np.void]:
    """What is kept of the documents of a batch, of the type `ROW`."""
    rows = np.zeros(len(batch), ROW)
    rows["text"] = _EXACT(batch.text).exact[:, 0]
    rows["address"] = addresses(batch.file, batch.record)
    for role in ("id", "label"):
        if role in batch.columns.columns:
            column = batch.columns[role]
            hashed = column.hash(0).to_numpy() | np.uint64(1)  # never 0, which is none
            rows[role] = np.where(column.is_null().to_numpy(), np.uint64(0), hashed)
    return rows


_EXACT = Signing(NearDuplicates(), near=False)


def _labels(batch: Batch) -> pl.DataFrame:
    """Each label of the batch once, with its hash."""
    if "label" not in batch.columns.columns:
        return pl.DataFrame({"label": [], "hash": []}, schema={"label": pl.String, "hash": pl.UInt64})
    column = batch.columns["label"].drop_nulls().unique()
    return pl.DataFrame({"label": column, "hash": column.hash(0).to_numpy() | np.uint64(1)})


@dataclass(frozen=True)
class Versions:
    """How versions are told apart: by id where both have ids that mean the same, else by text; then near copies of what is left."""

    by: By = "auto"
    near_copies: bool = True

    def __call__(self, before: Corpus, after: Corpus, engine: Local) -> Changes:
        """What became of every document."""
        with ExitStack() as stack:
            sides = Filed.read(before, engine, stack), Filed.read(after, engine, stack)
            by, notes = self._way(*sides)
            labelled = all(side.corpus.columns.label is not None for side in sides)
            paired = _pair(*sides, by, labelled=labelled)
        pairs = np.sort(paired.pairs, order="before")
        left = [np.sort(side["address"]) for side in (paired.before, paired.after)]
        similarity: dict[tuple[int, int], float] = {}
        unnamed = [_unnamed(side, by) for side in (paired.before, paired.after)]
        if self.near_copies and all(map(len, unnamed)):
            near, similarity = _near(before, after, unnamed, engine)
            pairs = np.sort(np.concatenate([pairs, near]), order="before")
            left = [
                np.setdiff1d(side, near[name], assume_unique=True)
                for side, name in zip(left, ("before", "after"), strict=True)
            ]
        counts = np.bincount(pairs["kind"], minlength=len(KINDS)).tolist()
        moved = displaced(pairs["after"])
        return Changes(
            by=by,
            before=sides[0].documents,
            after=sides[1].documents,
            counts=dict(zip(KINDS, counts, strict=True)) | {"dropped": len(left[0]), "added": len(left[1])},
            moved=int(moved.sum()),
            notes=notes,
            pairs=pairs,
            displaced=moved,
            similarity=similarity,
            dropped=left[0],
            added=left[1],
            corpora=(before, after),
            labels=_named(paired.labels, sides[0].labels | sides[1].labels),
        )

    def _way(self, before: Filed, after: Filed) -> tuple[str, list[str]]:
        """By id or by text, and what is to be said of it."""
        if self.by != "auto":
            return self.by, []
        if not before.with_id or not after.with_id:
            return "text", []
        same_text = _matches(before, after, "text", ("text",))
        under_id = _matches(before, after, "id", ("id", "text"))
        if 2 * under_id < same_text:
            return "text", [
                f"{same_text:,} texts are in both, {under_id:,} of them under the same id: ids do not name the same "
                "documents, so texts do"
            ]
        return "id", []


def _unnamed(rows: NDArray[np.void], by: str) -> NDArray[np.uint64]:
    """The addresses of what may be an edit of another: where ids say which document is which, only what has none."""
    return np.sort(rows["address"][rows["id"] == 0] if by == "id" else rows["address"])


def _matches(before: Filed, after: Filed, name: str, keys: Sequence[str]) -> int:
    """How many documents pair by these values, as often as both have them."""
    found = 0
    for sides in zip(before.bins(name), after.bins(name), strict=True):
        if not all(map(len, sides)):
            continue
        one, two = (
            pl.DataFrame({key: np.ascontiguousarray(rows[key]) for key in keys}).group_by(keys).len() for rows in sides
        )
        joined = one.join(two, on=keys, how="inner")
        found += int(joined.select(pl.min_horizontal("len", "len_right").sum()).item() or 0)
    return found


def _pair(before: Filed, after: Filed, by: str, *, labelled: bool) -> Paired:
    """Everything that pairs by hash."""
    ids = before.with_id > 0 and after.with_id > 0

    def read(filed: Filed, name: str) -> Iterator[NDArray[np.void]]:
        for rows in filed.bins(name):
            if not labelled:
                rows = rows.copy()
                rows["label"] = 0
            yield rows

    found: list[Paired] = []
    if by == "id":
        for one, two in zip(read(before, "id"), read(after, "id"), strict=True):
            apart = [rows["id"] != 0 for rows in (one, two)]
            paired = by_id(one[apart[0]], two[apart[1]])
            found.append(
                Paired(
                    paired.pairs,
                    np.concatenate([paired.before, one[~apart[0]]]),
                    np.concatenate([paired.after, two[~apart[1]]]),
                    paired.labels,
                )
            )
        left = _gathered(found)
        text = by_text(left.before, left.after, ids=ids)
        together = [np.concatenate([getattr(one, name) for one in (left, text)]) for name in ("pairs", "labels")]
        return Paired(together[0], text.before, text.after, together[1])
    for one, two in zip(read(before, "text"), read(after, "text"), strict=True):
        found.append(by_text(one, two, ids=False))
    return _gathered(found)


def _gathered(found: Sequence[Paired]) -> Paired:
    return Paired(
        np.concatenate([np.zeros(0, PAIR), *(one.pairs for one in found)]),
        np.concatenate([np.zeros(0, ROW), *(one.before for one in found)]),
        np.concatenate([np.zeros(0, ROW), *(one.after for one in found)]),
        np.concatenate([np.zeros((0, 2), np.uint64), *(one.labels for one in found)]),
    )


def _named(labels: NDArray[np.uint64], names: Mapping[int, str | None]) -> list[dict[str, Any]]:
    """From which label to which how many documents went; none where a column has too many values to be labels."""
    if len(names) > MANY_LABELS:
        return []
    changes, counts = np.unique(labels, axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:NAMED]
    return [
        {"before": names.get(one), "after": names.get(two), "documents": count}
        for (one, two), count in zip(changes[order].tolist(), counts[order].tolist(), strict=True)
    ]


def _near(
    before: Corpus, after: Corpus, left: Sequence[NDArray[np.uint64]], engine: Local
) -> tuple[NDArray[np.void], dict[tuple[int, int], float]]:
    """Which of the documents that are left are near copies of each other: pairs, the most similar first, each document once."""
    with Survey(NearDuplicates(threshold=ALIKE), memory=engine.memory // SURVEY_SHARE) as survey:
        for corpus, wanted in zip((before, after), left, strict=True):

            def look(chunk: Chunk, corpus: Corpus = corpus, wanted: NDArray[np.uint64] = wanted) -> Any:
                batch = corpus.parse(chunk)
                own = addresses(batch.file, batch.record)
                at = np.searchsorted(wanted, own).clip(max=len(wanted) - 1)
                return survey.measure(batch.where(wanted[at] == own).text)

            with closing(engine.map(look, corpus.chunks())) as parts:
                for part in parts:
                    survey.add(part)
        border = len(left[0])

        def fetch(numbers: list[int]) -> list[str]:
            cut = int(np.searchsorted(numbers, border))
            rows = np.array(numbers, np.int64)
            return before.fetch(address_list(left[0][rows[:cut]])) + after.fetch(
                address_list(left[1][rows[cut:] - border])
            )

        copies = survey.across(fetch, border)
    two = np.flatnonzero(copies.of >= 0)
    two = two[np.argsort(-copies.similarity[two], kind="stable")]
    _, first = np.unique(copies.of[two], return_index=True)
    two = np.sort(two[first])
    pairs = np.zeros(len(two), PAIR)
    pairs["before"], pairs["after"], pairs["kind"] = left[0][copies.of[two]], left[1][two], EDITED
    keys = zip(pairs["before"].tolist(), pairs["after"].tolist(), strict=True)
    return pairs, dict(zip(keys, copies.similarity[two].tolist(), strict=True))
