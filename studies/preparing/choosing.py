"""The documents whose keys are lowest, as many as are wanted: by hash of the address, so from all over a corpus."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from studies.preparing.holding_out import Document

SLACK = 4
"""Candidates are sorted when there are this many times as many as wanted: memory stays bounded, sorting rare."""


@dataclass
class LowestDocuments:
    """Documents up to `wanted` tokens, counted as bytes and one for the end of each text."""

    wanted: int
    _held: list[tuple[int, Document]] = field(default_factory=list)
    _weight: int = 0

    def add(self, documents: Iterable[tuple[int, Document]]) -> None:
        """More candidates with their keys; those that are surely too high are forgotten."""
        for key, document in documents:
            self._held.append((key, document))
            self._weight += _weight(document)
        if self._weight > SLACK * self.wanted:
            self._held = self._lowest()
            self._weight = sum(_weight(document) for _, document in self._held)

    def documents(self) -> list[Document]:
        """Those with the lowest keys, in this order; the last one is cut to fit, at the end of a character."""
        found = [document for _, document in self._lowest()]
        if found:
            spare = self.wanted - sum(map(_weight, found[:-1])) - 1
            cut = found[-1].text.encode()[: max(spare, 0)].decode(errors="ignore")
            found[-1] = replace(found[-1], text=cut)
        return [document for document in found if document.text]

    def _lowest(self) -> list[tuple[int, Document]]:
        ordered = sorted(self._held, key=lambda pair: (pair[0], pair[1].path, pair[1].record))
        totals = np.cumsum([_weight(document) for _, document in ordered])
        return ordered[: int(np.searchsorted(totals, self.wanted)) + 1]


@dataclass
class LowestKeys:
    """How high the keys go of the documents that make up `wanted` tokens, without the documents."""

    wanted: int
    limit: int = 2**64 - 1
    """No document with a greater key is needed, as far as is known."""
    _keys: list[NDArray[np.uint64]] = field(default_factory=list)
    _weights: list[NDArray[np.int64]] = field(default_factory=list)
    _total: int = 0

    def add(self, keys: NDArray[np.uint64], weights: NDArray[np.int64]) -> None:
        """More candidates, (documents,) each."""
        low = keys <= np.uint64(self.limit)
        self._keys.append(keys[low])
        self._weights.append(weights[low])
        self._total += int(weights[low].sum())
        if self._total > SLACK * self.wanted:
            self.settle()

    def settle(self) -> int:
        """Forget what is not needed; the greatest key that is, 2**64 - 1 where all are."""
        if not self._keys:
            return self.limit
        keys, weights = np.concatenate(self._keys), np.concatenate(self._weights)
        order = np.argsort(keys, kind="stable")
        totals = np.cumsum(weights[order])
        if len(keys) and totals[-1] > self.wanted:
            self.limit = int(keys[order][np.searchsorted(totals, self.wanted)])
        low = keys <= np.uint64(self.limit)  # copies have one key: all of them or none
        self._keys, self._weights = [keys[low]], [weights[low]]
        self._total = int(weights[low].sum())
        return self.limit


def _weight(document: Document) -> int:
    return len(document.text.encode()) + 1
