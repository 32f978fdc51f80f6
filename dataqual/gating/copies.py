"""The pair signals `copies_parent`, `copies_sibling` and `copies_original`: what adds no words of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.gating.pairs import Pairs, PairSignal
from dataqual.mixing import splitmix64
from dataqual.near_duplicates import NearDuplicates, Signing, jaccard
from dataqual.text import Text

AT_ONCE = 256
"""Children compared with originals at once: where all are of one template, each meets all of these."""
HALF = np.uint64(32)

BYTES_EACH = 520
"""Memory for each original, about: its signature, its bands sorted, its address."""


@dataclass(frozen=True)
class CopiesParent(PairSignal):
    """1 for a child that has its parent's words in their order, whatever its case, signs and white space; else 0.

    >>> CopiesParent().measure(Pairs.of(["A film.", "好吃", "a b"], ["a film", "好吃！", "b a"])).tolist()
    [1.0, 1.0, 0.0]
    """

    def measure(self, pairs: Pairs) -> NDArray[np.float64]:
        same = (_hashes(pairs.parents) == _hashes(pairs.children)).all(1)
        return same.astype(np.float64)


@dataclass(frozen=True)
class CopiesSibling(PairSignal):
    """How many children before it, of the same parent, have the same words in the same order."""

    def measure(self, pairs: Pairs) -> NDArray[np.float64]:
        parents = _hashes(pairs.parents)[:, 0]
        seen: dict[tuple[int, int, int], int] = {}
        out = np.zeros(len(pairs))
        for at, (parent, own) in enumerate(zip(parents.tolist(), _hashes(pairs.children).tolist(), strict=True)):
            key = (parent, *own)
            out[at] = seen.get(key, 0)
            seen[key] = seen.get(key, 0) + 1
        return out


@dataclass(frozen=True, eq=False)
class Originals:
    """The documents of a corpus, so that near copies of them are found: MinHash bands, in memory."""

    near: NearDuplicates
    signatures: NDArray[np.uint16]
    """(documents, permutations)."""
    bands: NDArray[np.uint64]
    """(bands, documents): ascending in each."""
    order: NDArray[np.int32]
    """(bands, documents): whose they are."""
    fetch: Callable[[Sequence[int]], Sequence[str]]
    """Gives the texts of the documents with these numbers."""

    @classmethod
    def of(
        cls, near: NearDuplicates, signatures: NDArray[np.uint16], fetch: Callable[[Sequence[int]], Sequence[str]]
    ) -> Originals:
        """Of the signatures of documents that have words, (documents, permutations)."""
        keys = _bands(near, signatures)
        order = np.argsort(keys, axis=1, kind="stable").astype(np.int32)
        return cls(near, signatures, np.take_along_axis(keys, order, 1), order, fetch)

    @classmethod
    def of_texts(cls, texts: Sequence[str], near: NearDuplicates | None = None) -> Originals:
        """Of texts in memory.

        >>> originals = Originals.of_texts(["one two three four five six seven", "今天天气很好我们去公园散步吧"])
        >>> pairs = Pairs.of(["eight nine"], ["One two three four five six seven!"])
        >>> originals.nearest(pairs).tolist()
        [1.0]
        """
        near = near or NearDuplicates()
        part = Signing(near)(Text.of(list(texts)))
        rows = np.flatnonzero(part.worded)
        return cls.of(near, part.signatures[rows], lambda numbers: [texts[rows[number]] for number in numbers])

    def nearest(self, pairs: Pairs) -> NDArray[np.float64]:
        """The highest Jaccard similarity of each child with an original; 0 where none shares a band with it.

        The parent is none, nor what is itself a near copy of the parent: who keeps copies in a corpus has them.
        """
        signing = Signing(self.near)
        children, parents = signing(pairs.children), signing(pairs.parents)
        keys, enough = _bands(self.near, children.signatures), self.near.least_matches
        out = np.zeros(len(pairs))
        for at in np.array_split(np.flatnonzero(children.worded), len(pairs) // AT_ONCE + 1):
            child, met = self._met(keys[:, at], at)
            alike = (self.signatures[met] == children.signatures[child]).sum(1) >= enough
            child, met = child[alike], met[alike]
            other = (self.signatures[met] == parents.signatures[child]).sum(1) < enough
            for one in np.unique(child[other]).tolist():
                texts = self.fetch(met[other & (child == one)].tolist())
                out[one] = max(jaccard(text, pairs.children[one], self.near.shingle) for text in texts)
        return out

    def _met(self, keys: NDArray[np.uint64], at: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Children, by their numbers `at`, and originals that share a band, (bands, children) keys; each pair once, in order."""
        pairs = [np.zeros(0, np.uint64)]
        for band, order, own in zip(self.bands, self.order, keys, strict=True):
            first, last = np.searchsorted(band, own, "left"), np.searchsorted(band, own, "right")
            counts = last - first
            child = np.repeat(at, counts)
            place = np.arange(len(child)) + np.repeat(first - np.cumsum(counts) + counts, counts)
            pairs.append((child.astype(np.uint64) << HALF) | order[place].astype(np.uint64))
        found = np.unique(np.concatenate(pairs))
        return (found >> HALF).astype(np.int64), (found & ((np.uint64(1) << HALF) - np.uint64(1))).astype(np.int64)


@dataclass(frozen=True, eq=False)
class CopiesOriginal(PairSignal):
    """The highest Jaccard similarity of the child with an original that is not its parent; 0 where none is near."""

    originals: Originals

    def measure(self, pairs: Pairs) -> NDArray[np.float64]:
        return np.round(self.originals.nearest(pairs), 4)


def _bands(near: NearDuplicates, signatures: NDArray[np.uint16]) -> NDArray[np.uint64]:
    """(bands, documents): one number for the rows of each band."""
    keys = np.empty((near.bands, len(signatures)), np.uint64)
    for band in range(near.bands):
        key = np.full(len(signatures), band, np.uint64)
        for row in range(band * near.rows, (band + 1) * near.rows):
            key = splitmix64(key ^ signatures[:, row].astype(np.uint64))
        keys[band] = key
    return keys


def _hashes(text: Text) -> NDArray[np.uint64]:
    """(documents, 2): equal for the same folded words in the same order, or without words for the same bytes."""
    return Signing(NearDuplicates(), near=False, normalized=True)(text).exact
