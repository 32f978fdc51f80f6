"""From the texts of a batch to what the survey keeps of them: exact hash, signature, size."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import minhash
from dataqual.near_duplicates.parameters import NearDuplicates
from dataqual.near_duplicates.shingling import words_of
from dataqual.text import Text


@dataclass(frozen=True, eq=False)
class Part:
    """What the survey keeps of one batch; row i is its document i."""

    exact: NDArray[np.uint64]
    """(documents, 2): MurmurHash3 x64 128 of the bytes, or of the folded words where copies are `normalized`; well
    mixed, but collisions can be made on purpose."""
    signatures: NDArray[np.uint16]
    """(documents, permutations): 16 bits of every minimum."""
    worded: NDArray[np.bool_]
    """(documents,): whether there is any word; without, a document can only be an exact copy."""
    sizes: NDArray[np.uint32]
    """(documents,): bytes of text, so that verification knows how much it asks for."""

    def __len__(self) -> int:
        return len(self.worded)


@dataclass(frozen=True)
class Signing:
    """What a survey measures of a batch: pure, holds no lock in its loops, in any thread, process and order.

    `near` false: exact copies only. `normalized`: exact copies are documents with the same folded words; those
    without words still need the same bytes.

    >>> part = Signing(NearDuplicates(), near=False, normalized=True)(Text.of(["A b", "a, B!", "…", "?"]))
    >>> (part.exact[0] == part.exact[1]).all(), (part.exact[2] == part.exact[3]).any()
    (np.True_, np.False_)
    """

    parameters: NearDuplicates
    near: bool = True
    normalized: bool = False

    def __call__(self, text: Text) -> Part:
        part = sign(text, self.parameters) if self.near else unsigned(text, self.parameters)
        return replace(part, exact=self._of_words(text, part.exact)) if self.normalized else part

    def _of_words(self, text: Text, exact: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Hashes of the folded words in a row, in the place of those of the bytes where there is any word."""
        words = words_of(text, self.parameters.cut)
        rows = unsigned(Text(words.folded.view(np.uint8), words.offsets * 8), self.parameters).exact
        return np.where((words.counts > 0)[:, None], rows, exact)


def sign(text: Text, parameters: NearDuplicates) -> Part:
    """Hash and sign every document of `text` in one compiled loop that holds no lock.

    >>> part = sign(Text.of(["a b", "A, b!", "a b", "…"]), NearDuplicates())
    >>> part.worded.tolist(), (part.signatures[0] == part.signatures[1]).all(), (part.exact[0] == part.exact[1]).any()
    ([True, True, True, False], np.True_, np.False_)
    """
    words = words_of(text, parameters.cut)
    documents = len(text.offsets) - 1
    exact = np.empty((documents, 2), np.uint64)
    signatures = np.empty((documents, parameters.permutations), np.uint16)
    # A read-only array is another type to numba, and would compile everything once more; a copy costs far less.
    data = np.require(text.data, requirements=["C", "W"])
    folded = np.require(words.folded, requirements=["C", "W"])
    minhash.sign(
        data, text.offsets, folded, words.offsets, parameters.shingle, parameters.multipliers, exact, signatures
    )  # fmt: skip
    sizes = np.minimum(np.diff(text.offsets), np.iinfo(np.uint32).max).astype(np.uint32)
    return Part(exact, signatures, np.diff(words.offsets) > 0, sizes)


def unsigned(text: Text, parameters: NearDuplicates) -> Part:
    """Hash every document, and call none worded: enough to find exact copies."""
    documents = len(text)
    exact = np.empty((documents, 2), np.uint64)
    no_words = np.zeros(documents + 1, np.int64)
    no_signatures = np.empty((documents, parameters.permutations), np.uint16)
    data = np.require(text.data, requirements=["C", "W"])
    minhash.sign(
        data,
        text.offsets,
        np.zeros(0, np.uint64),
        no_words,
        parameters.shingle,
        parameters.multipliers,
        exact,
        no_signatures,
    )
    sizes = np.minimum(text.byte_counts, np.iinfo(np.uint32).max).astype(np.uint32)
    return Part(exact, no_signatures[:0], np.zeros(documents, np.bool_), sizes)
