"""The ledger: one row for all that was done to a record, dropped, edited, added or unreadable, with the reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.corpus import Address, Batch, Corpus, Unreadable
from dataqual.images.image import Images
from dataqual.signal import Signal
from dataqual.text import Text

SCHEMA: dict[str, Any] = {
    "path": pl.String,
    "record": pl.Int64,
    "line": pl.Int64,
    "id": pl.String,
    "action": pl.String,
    "step": pl.String,
    "rule": pl.String,
    "signal": pl.String,
    "value": pl.Float64,
    "threshold": pl.String,
    "kept_path": pl.String,
    "kept_record": pl.Int64,
    "similarity": pl.Float64,
    "evidence": pl.String,
    "parent": pl.String,
    "edits": pl.String,
}
"""The columns of a ledger; docs/clean.md says what stands in them. Nulls where a column does not apply."""

TORN_TURNS = "torn_turns"
"""The rule under which any step drops a chat that it edited so that nobody can tell which part is whose."""

UNCHANGED, BLANK, FAILED = "nothing_to_change", "blank", "engine_failed"
"""Rules of every augmentation, of documents of which no child was made: nothing could be; there is nothing in it, or in a picture
but one colour; the engine that should make it failed."""

NEVER_MADE = (UNCHANGED, BLANK, FAILED)
"""Rules of documents of which there is no child that a gate could have refused."""

Edits = Sequence[tuple[int, int, str, str]]
"""Of one document, what stands where in a child: from and to, the characters there, why."""

Replacements = Callable[[Sequence[str], Sequence[Edits]], list[str]]
"""What to quote of documents and the edits that made another of each."""

RECORD_BITS = np.uint64(40)
"""A trillion records in each of sixteen million files."""

RECORD = (np.uint64(1) << RECORD_BITS) - np.uint64(1)
"""The bits of an address that are the record number."""


@dataclass(frozen=True, eq=False)
class Originals:
    """What the documents of a batch are copies of; arrays are (documents,)."""

    file: NDArray[np.int64]
    record: NDArray[np.int64]
    similarity: NDArray[np.float64]
    """Exact Jaccard similarity of the shingles; 1 for the same bytes, NaN where parts are copies, not documents."""
    others: tuple[str, ...] = ()
    """Files beyond those of the corpus: file number len(corpus.files) is the first of them."""

    def path(self, row: int, corpus: Corpus) -> str:
        """The file in which the original of a row is."""
        file = int(self.file[row])
        return corpus.files[file].path if file < len(corpus.files) else self.others[file - len(corpus.files)]


@dataclass(frozen=True, eq=False)
class _Told:
    """Documents of one batch to which the same rule of a step did something."""

    batch: Batch
    step: str
    rule: str

    def __len__(self) -> int:
        return len(self.batch)


@dataclass(frozen=True, eq=False)
class Dropped(_Told):
    """Documents of one batch that went for the same reason."""

    signal: Signal | None = None
    values: NDArray[Any] | None = None
    """What was measured, (documents,)."""
    threshold: str | None = None
    """The bounds the values should lie in."""
    originals: Originals | None = None
    """What was kept in the place of copies."""
    elsewhere: Sequence[tuple[str, int]] | None = None
    """Path and record, outside of the corpus, of what each shares its text with."""


@dataclass(frozen=True, eq=False)
class Edited(_Told):
    """Documents of one batch whose text was changed, as they were before."""

    values: NDArray[Any] | None = None
    """How much was changed, (documents,), in what the step counts."""
    evidence: Sequence[str] | None = None
    """What to quote of each, where the change itself must not be shown, or is no single place."""
    after: Text | None = None
    """The same documents as they are now."""
    originals: Originals | None = None
    """Where what was taken out of each stays, the first of it where that is several places."""
    pictures: Images | None = None
    """Of pictures, the same as they are now."""
    undo: Sequence[Sequence[tuple[str, str]]] | None = None
    """Of each, what now stands in some places and what did, in their order: for a map alone, never for the ledger."""


@dataclass(frozen=True, eq=False)
class Added(_Told):
    """Documents that a step put into a batch; each has the address of the one it was made from."""

    before: Text | None = None
    """The documents they were made from; None where they are mere copies."""
    parents: Images | None = None
    """The pictures they were made from."""

    @property
    def values(self) -> NDArray[np.int64] | None:
        """In how many places each differs from what it was made from, (documents,); None for mere copies."""
        if self.batch.origins is None:
            return None
        counts = [len(origin.done or origin.edits) if origin else 0 for origin in self.batch.origins]
        return np.array(counts, np.int64)


@dataclass(frozen=True, eq=False)
class Refused(_Told):
    """Documents that a step made of others and did not add; each has the address, and the id, of its parent."""

    before: Text | None = None
    """Their parents; None where nothing was made of them."""
    values: NDArray[np.float64] | None = None
    """What was measured, (documents,); NaN where nothing was."""
    threshold: str | None = None
    """The bounds the values should lie in."""
    parents: Images | None = None
    """Their parents, of pictures."""
    evidence: Sequence[str] | None = None
    """What to quote of each: of pictures, what was done to make it; where nothing was made, why."""
    edits: Sequence[tuple[tuple[int, int, str, str], ...]] | None = None
    """What makes each of its parent: start, end, replacement and reason, in characters of the parent."""


def edited(
    batch: Batch,
    texts: Mapping[int, bytes],
    step: str,
    rule: str,
    values: NDArray[Any],
    evidence: Sequence[str] | None = None,
    undo: Sequence[Sequence[tuple[str, str]]] | None = None,
) -> tuple[Batch, list[Edited]]:
    """What a step gives back that puts `texts` in some rows; `values` and the rest are theirs, in ascending order."""
    if not texts:
        return batch, []
    rows = np.array(sorted(texts), np.int64)
    after = Text.of_bytes([texts[row] for row in rows.tolist()])
    return batch.rewritten(texts), [Edited(batch.take(rows), step, rule, values, evidence, after, undo=undo)]


Change = Dropped | Edited | Added | Refused
"""What a step may do to a document: read = kept + dropped + unreadable, and written = kept + added.

What was refused is none of these: it was never there.
"""


def places(address: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """File and record number of each address.

    >>> [part.tolist() for part in places(addresses(np.array([0, 1]), np.array([5, 1])))]
    [[0, 1], [5, 1]]
    """
    record = address & ((np.uint64(1) << RECORD_BITS) - np.uint64(1))
    return (address >> RECORD_BITS).astype(np.int64), record.astype(np.int64)


def address_list(address: NDArray[np.uint64]) -> list[Address]:
    """The addresses as `Corpus.fetch` takes them.

    >>> address_list(addresses(np.array([0, 1]), np.array([5, 1])))
    [(0, 5), (1, 1)]
    """
    file, record = places(address)
    return list(zip(file.tolist(), record.tolist(), strict=True))


def addresses(file: NDArray[Any], record: NDArray[Any]) -> NDArray[np.uint64]:
    """File and record number as one number that sorts in corpus order.

    >>> addresses(np.array([0, 1]), np.array([5, 1])).tolist()
    [5, 1099511627777]
    """
    return (file.astype(np.uint64) << RECORD_BITS) | record.astype(np.uint64)


def rows(
    corpus: Corpus,
    changes: Sequence[Change],
    unreadable: Sequence[Unreadable],
    *,
    name: Callable[[Signal], str],
    evidence: Callable[[Sequence[str], Signal | None], list[str]],
    difference: Callable[[str, str], str],
    replacements: Replacements,
) -> pl.DataFrame:
    """The ledger of one batch, in record order, and for each record in the order in which things were done to it.

    `name` says what a signal is called, `evidence` what to quote of documents, `difference` what of one before and
    after, `replacements` what of several and the edits that made another of each; none of them may show what is private.
    """
    found: list[Row] = []
    for part in changes:
        if isinstance(part, Dropped):
            found += _dropped(corpus, part, name, evidence)
        elif isinstance(part, Edited):
            found += _edited(corpus, part, difference)
        elif isinstance(part, Added):
            found += _added(corpus, part, difference, replacements)
        else:
            found += _refused(corpus, part, difference, replacements, evidence)
    reasons = evidence([bad.reason for bad in unreadable], None) if unreadable else []
    found += [_unreadable(corpus, bad, reason) for bad, reason in zip(unreadable, reasons, strict=True)]
    found.sort(key=lambda row: row[0])
    return pl.DataFrame([row for _, row in found], schema=SCHEMA, orient="row")


Row = tuple[tuple[int, int], dict[str, Any]]


def _documents(corpus: Corpus, part: Change, action: str) -> Iterator[Row]:
    """What is told of every document in the same way."""
    batch = part.batch
    ids = batch.columns["id"].to_list() if "id" in batch.columns.columns else [None] * len(batch)
    common = _EMPTY | {"action": action, "step": part.step, "rule": part.rule}
    for i, (file, record) in enumerate(zip(batch.file.tolist(), batch.record.tolist(), strict=True)):
        yield (file, record), common | _place(corpus, file, record, _line(corpus, file, record)) | {"id": ids[i]}


def _dropped(
    corpus: Corpus,
    part: Dropped,
    name: Callable[[Signal], str],
    evidence: Callable[[Sequence[str], Signal | None], list[str]],
) -> Iterator[Row]:
    originals = part.originals
    signal = name(part.signal) if part.signal is not None else None
    quoted = evidence([part.batch.text[i] for i in range(len(part))], part.signal)
    for i, (place, row) in enumerate(_documents(corpus, part, "dropped")):
        row |= {"signal": signal, "threshold": part.threshold}
        row["value"] = float(part.values[i]) if part.values is not None else None
        row["evidence"] = quoted[i]
        if originals is not None:
            row |= _kept(corpus, originals, i)
        if part.elsewhere is not None:
            row["kept_path"], row["kept_record"] = part.elsewhere[i]
        yield place, row


def _edited(corpus: Corpus, part: Edited, difference: Callable[[str, str], str]) -> Iterator[Row]:
    for i, (place, row) in enumerate(_documents(corpus, part, "edited")):
        row["value"] = float(part.values[i]) if part.values is not None else None
        if part.evidence is not None:
            row["evidence"] = part.evidence[i]
        elif part.after is not None:
            row["evidence"] = difference(part.batch.text[i], part.after[i])
        if part.originals is not None:
            row |= _kept(corpus, part.originals, i)
        yield place, row


def _added(
    corpus: Corpus,
    part: Added,
    difference: Callable[[str, str], str],
    replacements: Replacements,
) -> Iterator[Row]:
    origins = [part.batch.origins[i] if part.batch.origins is not None else None for i in range(len(part))]
    edits = [one.edits if one is not None else () for one in origins]
    quoted = _changed(part.before, edits, part.batch.text, difference, replacements)
    for i, (place, row) in enumerate(_documents(corpus, part, "added")):
        origin = origins[i]
        if origin is not None:
            spans = [[start, end, len(replacement), reason] for start, end, replacement, reason in origin.edits]
            row |= {"id": origin.id, "parent": origin.parent, "similarity": origin.similarity}
            row |= {"value": float(len(spans)), "edits": json.dumps(spans, ensure_ascii=False)}
        if origin is not None and origin.done:
            told = origin.facts()
            row |= {"value": float(len(origin.done)), "edits": json.dumps(told["edits"], ensure_ascii=False)}
            shares = "".join(f"; {share:.2f} of {label!r}" for label, share in origin.labels)
            row["evidence"] = "; ".join(origin.done) + shares
        elif quoted is not None:
            row["evidence"] = quoted[i]
        yield place, row


def _changed(
    before: Text | None,
    edits: Sequence[Edits],
    after: Text,
    difference: Callable[[str, str], str],
    replacements: Replacements,
) -> list[str] | None:
    """What to quote of each child of a document: its edits, or where none are known how the two differ."""
    if before is None:
        return None
    known = [i for i, own in enumerate(edits) if own]
    quoted = dict(zip(known, replacements([before[i] for i in known], [edits[i] for i in known]), strict=True))
    return [quoted[i] if i in quoted else difference(before[i], after[i]) for i in range(len(edits))]


def _refused(
    corpus: Corpus,
    part: Refused,
    difference: Callable[[str, str], str],
    replacements: Replacements,
    evidence: Callable[[Sequence[str], Signal | None], list[str]],
) -> Iterator[Row]:
    quoted = part.evidence
    if quoted is not None and part.parents is None:  # what an engine said may quote a document
        quoted = evidence(quoted, None)
    elif quoted is None:
        quoted = _changed(part.before, part.edits or [()] * len(part), part.batch.text, difference, replacements)
    for i, (place, row) in enumerate(_documents(corpus, part, "refused")):
        row["threshold"] = part.threshold
        if part.values is not None and not np.isnan(part.values[i]):
            row["value"] = float(part.values[i])
        if quoted is not None:
            row["evidence"] = quoted[i]
        yield place, row


def _kept(corpus: Corpus, originals: Originals, i: int) -> dict[str, Any]:
    similarity = float(originals.similarity[i])
    told = {"kept_path": originals.path(i, corpus), "kept_record": int(originals.record[i])}
    return told | ({} if np.isnan(similarity) else {"similarity": similarity})


def _unreadable(corpus: Corpus, bad: Unreadable, reason: str) -> Row:
    row = _EMPTY | _place(corpus, bad.file, bad.record, bad.line or None)
    row |= {"action": "unreadable", "step": "read", "rule": bad.kind, "evidence": reason}
    return (bad.file, bad.record), row


_EMPTY: dict[str, Any] = dict.fromkeys(SCHEMA)


def _place(corpus: Corpus, file: int, record: int, line: int | None) -> dict[str, Any]:
    return {"path": corpus.files[file].path, "record": record, "line": line}


def _line(corpus: Corpus, file: int, record: int) -> int | None:
    """The line of a document where records are lines."""
    return record if corpus.files[file].format == "jsonl" else None
