"""From the texts of a batch to what the survey keeps of them: exact hash, signature, size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch
from dataqual.kernels import minhash
from dataqual.kernels import signing as kernel
from dataqual.kernels.unicode import tables
from dataqual.near_duplicates.parameters import NearDuplicates
from dataqual.near_duplicates.shingling import CUT, room_for_words, words_of
from dataqual.text import Text


@dataclass(frozen=True, eq=False)
class Part:
    """What the survey keeps of one batch; row i is its document i."""

    exact: NDArray[np.uint64]
    """(documents, 2): MurmurHash3 x64 128 of the bytes, or of the folded words where copies are `normalized`; well
    mixed, but collisions can be made on purpose."""
    signatures: NDArray[Any]
    """(documents, permutations): uint16, 16 bits of every minimum; in a `SemanticSurvey` (documents, dimensions):
    float32, an embedding."""
    worded: NDArray[np.bool_]
    """(documents,): whether there is any word, or token; without, a document can only be an exact copy."""
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

    def of_batch(self, batch: Batch) -> Part:
        """Of its texts."""
        return self(batch.text)

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
    if parameters.cut != CUT:
        return _sign_words(text, parameters)
    exact = np.empty((len(text), 2), np.uint64)
    signatures = np.empty((len(text), parameters.permutations), np.uint16)
    counts = np.empty(len(text), np.int64)
    words, hashes = room_for_words(parameters.shingle)
    minima = np.empty(parameters.permutations, np.uint32)
    kernel.sign(
        text.data, text.offsets, tables().kinds, tables().lower, parameters.shingle, parameters.multipliers,
        minima, words, hashes, exact, signatures, counts,
    )  # fmt: skip
    return Part(exact, signatures, counts > 0, _sizes(text))


def _sign_words(text: Text, parameters: NearDuplicates) -> Part:
    """The same from words that are cut before."""
    words = words_of(text, parameters.cut)
    exact = np.empty((len(text), 2), np.uint64)
    signatures = np.empty((len(text), parameters.permutations), np.uint16)
    minima = np.empty(parameters.permutations, np.uint32)
    hashes = np.empty(int(words.counts.max(initial=0)) + 3, np.uint64)
    minhash.sign(
        text.data, text.offsets, words.folded, words.offsets, parameters.shingle,
        parameters.multipliers, minima, hashes, exact, signatures,
    )  # fmt: skip
    return Part(exact, signatures, words.counts > 0, _sizes(text))


def unsigned(text: Text, parameters: NearDuplicates) -> Part:
    """Hash every document, and call none worded: enough to find exact copies."""
    exact = np.empty((len(text), 2), np.uint64)
    kernel.exact_hashes(text.data, text.offsets, exact)
    return Part(exact, np.empty((0, parameters.permutations), np.uint16), np.zeros(len(text), np.bool_), _sizes(text))


def _sizes(text: Text) -> NDArray[np.uint32]:
    return np.minimum(text.byte_counts, np.iinfo(np.uint32).max).astype(np.uint32)
