"""The gate of the steps `augment_*`: what it must know of the corpus, and how children are put before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.children import Child, Verdict
from dataqual.corpus import Batch, Chunk, Corpus
from dataqual.drawing import document_keys
from dataqual.errors import SpecError
from dataqual.gating import Gate, Pairs
from dataqual.gating.copies import BYTES_EACH, Originals
from dataqual.gating.label_agreement import FEWEST, LEAST_RIGHT, LabelModels, share_right
from dataqual.ledger import address_list, addresses
from dataqual.near_duplicates import NearDuplicates, Signing
from dataqual.operators import Engine
from dataqual.text import Text


@dataclass(frozen=True, eq=False)
class Gated:
    """A gate that has seen the originals."""

    gate: Gate
    notes: tuple[str, ...] = ()
    """What the user should know: rules that could not be applied."""

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of all rules under which it may refuse."""
        return tuple(rule.signal for rule in self.gate.rules)

    def judge(self, parents: Sequence[str], children: Sequence[Child], labels: Sequence[str | None]) -> list[Verdict]:
        """A verdict on each child, whose parent and label stand in the same place."""
        vouched = [_vouched(parent, child) for parent, child in zip(parents, children, strict=True)]
        return self.gate.judge_pairs(Pairs.of(parents, [child.text for child in children], labels, vouched))


def _vouched(parent: str, child: Child) -> frozenset[tuple[str, str]]:
    """What a source of synonyms says means the same."""
    synonyms = [edit for edit in child.edits if edit.reason == "synonym"]
    return frozenset((parent[one.start : one.end].lower(), one.replacement.lower()) for one in synonyms)


@dataclass(frozen=True, eq=False)
class Fetched:
    """Texts of a corpus by number."""

    corpus: Corpus
    addresses: NDArray[np.uint64]

    def __call__(self, numbers: Sequence[int]) -> Sequence[str]:
        """The documents with these numbers."""
        return self.corpus.fetch(address_list(self.addresses[np.array(numbers, np.int64)]))


LABELLED = 20_000
"""Originals from which the classifier of labels learns, at most: more take long and change few verdicts."""
LABELLED_BYTES = 64 << 20

Allowed = Callable[[Batch], NDArray[np.bool_]]
"""Which documents of a batch are not held out, (documents,)."""


def judge_of(gate: Gate, corpus: Corpus, engine: Engine, allowed: Allowed) -> Gated:
    """The gate once it has seen what it must of the corpus.

    No child may be a copy of a held-out document, but none of these teaches what a label is.
    """
    needs = gate.must_see
    originals = _originals(corpus, engine) if "copies_original" in needs else None
    learns = "label_agreement" in needs and "label" in corpus.columns.extras()
    models, notes = _labels(corpus, engine, allowed) if learns else (None, ())
    return Gated(gate.prepared(originals=originals, labels=models), notes)


def _labels(corpus: Corpus, engine: Engine, allowed: Allowed) -> tuple[LabelModels | None, tuple[str, ...]]:
    """Classifiers of a sample of the labelled documents, by address, the same whatever the batches and threads.

    None where they learn too little, and a note that says so.
    """

    def look(chunk: Chunk) -> list[tuple[int, str, str]]:
        batch = corpus.parse(chunk)
        labels = batch.columns["label"].to_list()
        keys = document_keys(batch.file, batch.record, "gate, labels")
        rows = [row for row in np.flatnonzero(allowed(batch)).tolist() if labels[row] is not None]
        return sorted((int(keys[row]), batch.text[row], labels[row]) for row in rows)[:LABELLED]

    sample: list[tuple[int, str, str]] = []
    for found in engine.map(look, corpus.chunks()):
        sample = sorted(sample + found)[:LABELLED]
        sizes = np.cumsum([len(text) for _, text, _ in sample])
        sample = sample[: max(1, int(np.searchsorted(sizes, LABELLED_BYTES, "right")))]
    text, labels = Text.of([text for _, text, _ in sample]), [label for _, _, label in sample]
    models = LabelModels.fit(text, labels)
    if models is None:
        return None, (f"gate: label_agreement is not asked: fewer than two labels have {FEWEST} documents",)
    right = share_right(models, text, labels)
    if right < LEAST_RIGHT:
        return None, (
            f"gate: label_agreement is not asked: a classifier of the {len(labels):,} labelled documents is right on "
            f"{right:.0%} of those it has not seen, each label counted alike, and {LEAST_RIGHT:.0%} is the least",
        )
    return models, ()


def _originals(corpus: Corpus, engine: Engine) -> Originals:
    """The signatures of all documents; SpecError where they are too many for the memory."""
    near = NearDuplicates()

    def look(chunk: Chunk) -> tuple[NDArray[np.uint16], NDArray[np.uint64]]:
        batch = corpus.parse(chunk)
        part = Signing(near)(batch.text)
        rows = np.flatnonzero(part.worded)
        return part.signatures[rows], addresses(batch.file, batch.record)[rows]

    signatures, places, count = [np.empty((0, near.permutations), np.uint16)], [np.empty(0, np.uint64)], 0
    for signed, at in engine.map(look, corpus.chunks()):
        signatures.append(signed)
        places.append(at)
        count += len(at)
        if count * BYTES_EACH > engine.memory // 2:
            raise SpecError(
                f"gate: the rule copies_original keeps {BYTES_EACH} bytes of each original, more than half of the memory for "
                f"{count:,}; give more with --max-memory, or a gate without that rule"
            )
    return Originals.of(near, np.concatenate(signatures), Fetched(corpus, np.concatenate(places)))
