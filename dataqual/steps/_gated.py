"""The gate of the steps `augment_*`: what it must know of the corpus, and how children are put before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.children import Child, Verdict
from dataqual.corpus import Chunk, Corpus
from dataqual.errors import SpecError
from dataqual.gating import Gate
from dataqual.gating.copies import BYTES_EACH, Originals
from dataqual.ledger import address_list, addresses
from dataqual.near_duplicates import NearDuplicates, Signing
from dataqual.operators import Engine


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


def judge_of(gate: Gate, corpus: Corpus, engine: Engine) -> Gated:
    """The gate once it has seen what it must of the corpus; held-out documents too, so that no child is a copy of one."""
    needs = gate.must_see
    return Gated(gate.prepared(originals=_originals(corpus, engine) if "copies_original" in needs else None))


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
