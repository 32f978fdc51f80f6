"""The documents behind a comparison: what one side says and the other does not, and what was changed, as excerpts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.comparing.changes import Changes, named_of
from dataqual.comparing.rows import Row
from dataqual.comparing.sides import Side
from dataqual.comparing.topics import SharedTopics, most_changed
from dataqual.corpus import Corpus
from dataqual.document_sample import DocumentSample
from dataqual.drift.classifier import DomainClassifier
from dataqual.drift.words import Term, telling_terms
from dataqual.excerpts import differences, excerpt, marked
from dataqual.ledger import address_list
from dataqual.mixing import splitmix64
from dataqual.near_duplicates import jaccard
from dataqual.readers.paths import readable

SHOWN = 5
SEEN = 3
"""Terms of a side for which documents are shown."""


def terms(first: Side, second: Side) -> dict[str, Any] | None:
    """The runs of words that tell the sides apart, some with a document of either; None without texts."""
    one, two = first.sample, second.sample
    if one is None or two is None:
        return None
    found = telling_terms(one.text, two.text)
    sides = (first, second)
    return {
        name: [
            term.facts() | ({"examples": _examples(term, sides)} if at < SEEN else {}) for at, term in enumerate(rows)
        ]
        for name, rows in zip(("first", "second"), found, strict=True)
    }


def _examples(term: Term, sides: Sequence[Side]) -> list[dict[str, Any]]:
    """The term where it stands, in a document of either side."""
    found = []
    for at, row in term.places:
        side = sides[at]
        assert side.sample is not None, "it has texts"
        text = side.sample.texts[row]
        start = text.lower().find(term.term)
        marks = [(start, start + len(term.term), "says it")] if start >= 0 else []
        found.append(
            {"side": at} | _place(side, side.sample, row) | marked(text, marks, cut=bool(side.sample.cut[row]))
        )
    return found


def typical(judge: DomainClassifier | None, first: Side, second: Side) -> dict[str, Any] | None:
    """Documents that are told best, each with the most similar one of the other side."""
    if judge is None or first.sample is None or second.sample is None:
        return None
    sides = (first, second)
    return {
        name: [
            {
                "score": alike.score,
                "cosine": alike.cosine,
                "document": _document(sides[at], alike.document),
                "nearest": _document(sides[1 - at], alike.nearest),
            }
            for alike in judge.typical[at]
        ]
        for at, name in enumerate(("first", "second"))
    }


def topics(row: Row | None, found: SharedTopics | None, first: Side, second: Side) -> list[dict[str, Any]] | None:
    """The topics whose shares changed most, each with the document of either side that is in its middle."""
    if row is None or found is None:
        return None
    return [
        {
            **{name: value[name] for name in ("value", "documents", "shares")},
            "examples": [
                {"side": at} | _document(side, middle)
                for at, side in enumerate((first, second))
                if (middle := found.nearest(value["value"], at)) is not None
            ],
        }
        for value in most_changed(row.facts(), SEEN)
    ]


def _document(side: Side, row: int) -> dict[str, Any]:
    sample = side.sample
    assert sample is not None, "it has texts"
    return _place(side, sample, row) | excerpt(sample.texts[row], cut=bool(sample.cut[row]))


def _place(side: Side, sample: DocumentSample, row: int) -> dict[str, Any]:
    assert side.corpus is not None, "it has texts"
    return {"file": readable(side.corpus.files[int(sample.file[row])].path), "record": int(sample.record[row])}


def changed(changes: Changes) -> dict[str, Any]:
    """A few documents of every kind of change, drawn evenly; of edits what was edited, and how similar the two are."""
    before, after = changes.corpora
    found: dict[str, Any] = {}
    for kind, corpus in (("dropped", before), ("added", after)):
        found[kind] = _alone(corpus, _drawn(changes.addresses(kind)))
    for kind in ("edited", "relabelled", "renamed"):
        pairs = changes.addresses(kind)
        pairs = pairs[_few(pairs["before"])]
        texts = [_texts(corpus, pairs[name]) for corpus, name in ((before, "before"), (after, "after"))]
        rows = []
        for at, (one, two) in enumerate(zip(*texts, strict=True)):
            places = {
                name: {"file": readable(corpus.files[file].path), "record": record}
                for name, corpus in (("before", before), ("after", after))
                for file, record in address_list(pairs[name][at : at + 1])
            }
            more = (
                {"similarity": jaccard(one, two), "diff": differences(one, two)} if kind == "edited" else excerpt(one)
            )
            rows.append(places | more)
        found[kind] = rows
    return found


def _alone(corpus: Corpus, address: NDArray[np.uint64]) -> list[dict[str, Any]]:
    texts, named = _texts(corpus, address), named_of(corpus, address).to_dicts()
    return [
        {"file": readable(corpus.files[file].path), "record": record} | own | excerpt(text)
        for (file, record), own, text in zip(address_list(address), named, texts, strict=True)
    ]


def _texts(corpus: Corpus, address: NDArray[np.uint64]) -> list[str]:
    return corpus.fetch(address_list(address))


def _few(address: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Some rows, in order: those whose addresses hash lowest."""
    return np.sort(np.argsort(splitmix64(np.ascontiguousarray(address)), kind="stable")[:SHOWN])


def _drawn(address: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return address[_few(address)]
