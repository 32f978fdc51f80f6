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
from dataqual.gating import Gate
from dataqual.gating.copies import BYTES_EACH, Originals
from dataqual.gating.label_agreement import LabelModels
from dataqual.ledger import address_list, addresses
from dataqual.near_duplicates import NearDuplicates, Signing
from dataqual.operators import Engine
from dataqual.text import Text


@dataclass(frozen=True, eq=False)
class Gated:
    """A gate that has seen the originals."""

    gate: Gate

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of all rules under which it may refuse."""
        return tuple(rule.signal for rule in self.gate.rules)

    def judge(self, parents: Sequence[str], children: Sequence[Child], labels: Sequence[str | None]) -> list[Verdict]:
        """A verdict on each child, whose parent and label stand in the same place."""
        return self.gate.judge(parents, [child.text for child in children], labels)


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
    return Gated(gate.prepared(originals=originals, labels=_labels(corpus, engine, allowed) if learns else None))


def _labels(corpus: Corpus, engine: Engine, allowed: Allowed) -> LabelModels | None:
    """Classifiers of a sample of the labelled documents, by address, the same whatever the batches and threads."""

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
    return LabelModels.fit(Text.of([text for _, text, _ in sample]), [label for _, _, label in sample])


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
