"""A language model of word n-grams: interpolated modified Kneser–Ney smoothing (Chen and Goodman 1999).

A word is one of the cut `unicode` in lower case, so in Chinese a character. A document begins after order - 1 marks and
has no end mark. Counts below the highest order are of different words before an n-gram. N-grams are known by 64 bits of
their hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual import model_file
from dataqual.errors import InputError
from dataqual.kernels import ngram_lookup
from dataqual.lazy import lazy
from dataqual.text import Text

FORMAT = "dataqual.ngram/1"
ORDERS = (2, 3, 4, 5)
MOST = 2_000_000
"""N-grams of each order that are kept: at order 3 some 100 MB at most."""
UNSURE = (0.5, 1.0, 1.5)
"""Discounts where the counts are too few to estimate them, as KenLM's --discount_fallback has it."""

Index = tuple[NDArray[np.int64], np.uint64]


@dataclass(frozen=True, eq=False)
class NgramModel:
    """What each n-gram takes of its context, what each context leaves to shorter ones, and what any word has at least."""

    order: int
    words: int
    """Different words it learnt from; with the unknown one, probabilities after any context sum to 1 over them."""
    keys: NDArray[np.uint64]
    """Hashes of n-grams of all orders, sorted."""
    shares: NDArray[np.float32]
    contexts: NDArray[np.uint64]
    """Hashes of contexts, sorted."""
    left: NDArray[np.float32]
    about: str = ""

    @classmethod
    def fit(cls, text: Text, *, order: int = 3, most: int = MOST, about: str = "") -> NgramModel:
        """Learn from documents; of each order the most frequent n-grams are kept, at most `most`, and no tie is split.

        What the others had goes to shorter contexts, so that probabilities still sum to 1.

        >>> model = NgramModel.fit(Text.of(["the cat sat", "the cat ran", "a dog ran"]))
        >>> model.perplexities(Text.of(["the cat sat", "sat the dog", ""])).round(1).tolist()
        [1.8, 14.0, 0.0]
        """
        cut = text.cut("unicode")
        grams, contexts = [], []
        first = np.arange(len(cut))
        types = 0
        for n in range(order, 0, -1):
            before, keys = np.empty(len(cut), np.uint64), np.empty(len(cut), np.uint64)
            ngram_lookup.keys_of(cut.folded, cut.offsets, n, before, keys)
            own, at, counts = np.unique(keys[first], return_index=True, return_counts=True)
            first = first[
                at
            ]  # where each n-gram first stands: those one longer, once each, lend the counts of the next
            types = len(own)
            found, of = np.unique(before[first], return_inverse=True)
            taken = discounts(counts)[np.minimum(counts, 3)]
            total = np.bincount(of, counts, len(found))
            kept = _most_frequent(counts, most)
            left = np.bincount(of, np.where(kept, taken, counts), len(found)) / total
            live = np.bincount(of[kept], minlength=len(found)) > 0
            grams.append((own[kept], ((counts - taken) / total[of])[kept]))
            contexts.append((found[live], left[live]))
        return cls(order, types, *_sorted(grams), *_sorted(contexts), about)

    def log_probabilities(self, text: Text) -> NDArray[np.float64]:
        """The natural logarithm of the probability of each word of the cut `unicode`, (words,)."""
        cut = text.cut("unicode")
        out = np.empty(len(cut))
        floor = 1.0 / (self.words + 1)
        tables = (self.keys, self.shares, *self._index, self.contexts, self.left, *self._context_index)
        ngram_lookup.log_probabilities(cut.folded, cut.offsets, self.order, floor, *tables, out)
        return out

    def perplexities(self, text: Text) -> NDArray[np.float64]:
        """e to the mean of the negative logarithms in each document, (documents,); 0 without words."""
        cut = text.cut("unicode")
        values = np.where(cut.counts > 0, np.exp(-cut.mean(self.log_probabilities(text))), 0.0)
        return np.asarray(values, np.float64)

    @lazy
    def digest(self) -> str:
        """sha256 of all that its probabilities depend on."""
        whole = sha256(f"{self.order} {self.words}".encode())
        for array in (self.keys, self.shares, self.contexts, self.left):
            whole.update(array.tobytes())
        return whole.hexdigest()

    @lazy
    def _index(self) -> Index:
        return _index_of(self.keys)

    @lazy
    def _context_index(self) -> Index:
        return _index_of(self.contexts)

    def save(self, path: Path) -> None:
        """Write it as .npz (arrays and text alone), the same bytes for the same model."""
        told = {"format": FORMAT, "about": self.about, "order": self.order, "words": self.words}
        arrays = {"keys": self.keys, "shares": self.shares, "contexts": self.contexts, "left": self.left}
        model_file.save(path, told | arrays)

    @classmethod
    def load(cls, path: str | Path) -> NgramModel:
        """InputError where the file is not there, or is no such model of this version; nothing in it is run."""
        return _load(*model_file.found(path))


@lru_cache(maxsize=4)
def _load(path: str, changed: int, size: int) -> NgramModel:
    kinds: dict[str, Any] = {"keys": np.uint64, "shares": np.float32, "contexts": np.uint64, "left": np.float32}
    try:
        with model_file.opened(path, FORMAT) as content:
            arrays = {name: np.ascontiguousarray(content[name], kind).reshape(-1) for name, kind in kinds.items()}
            model = NgramModel(int(content["order"]), int(content["words"]), **arrays, about=str(content["about"]))
    except model_file.DAMAGED:
        raise InputError(f"{path}: no model of n-grams; dataqual train-ngram makes one") from None
    pairs = ((model.keys, model.shares), (model.contexts, model.left))
    sound = all(
        len(keys) == len(values) and bool((keys[1:] > keys[:-1]).all() and ((values >= 0) & (values <= 1)).all())
        for keys, values in pairs
    )
    if not sound or model.order not in ORDERS or model.words < 1 or not (model.left > 0).all():
        raise InputError(f"{path}: its numbers are damaged; train it again")
    return model


def discounts(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """What is taken from n-grams counted 0, 1, 2 and 3 or more times (Chen and Goodman 1999, section 3.3).

    Where some count below 5 does not occur, or the estimate is not above 0 and at most the count itself, .5, 1 and 1.5.

    >>> discounts(np.repeat([1, 2, 3, 4, 9], [40, 20, 12, 9, 5])).round(3).tolist()
    [0.0, 0.5, 1.1, 1.5]
    """
    ones, twos, threes, fours = (int(np.count_nonzero(counts == c)) for c in (1, 2, 3, 4))
    found = UNSURE
    if ones and twos and threes and fours:
        y = ones / (ones + 2 * twos)
        told = (1 - 2 * y * twos / ones, 2 - 3 * y * threes / twos, 3 - 4 * y * fours / threes)
        if all(0 < d <= c for d, c in zip(told, (1, 2, 3), strict=True)):
            found = told
    return np.array([0.0, *found])


def _most_frequent(counts: NDArray[np.int64], most: int) -> NDArray[np.bool_]:
    if len(counts) <= most:
        return np.ones(len(counts), np.bool_)
    border = np.partition(counts, len(counts) - most - 1)[len(counts) - most - 1]
    return np.asarray(counts > border)


def _sorted(
    tables: list[tuple[NDArray[np.uint64], NDArray[np.float64]]],
) -> tuple[NDArray[np.uint64], NDArray[np.float32]]:
    keys = np.concatenate([keys for keys, _ in tables])
    order = np.argsort(keys, kind="stable")
    return keys[order], np.concatenate([values for _, values in tables])[order].astype(np.float32)


def _index_of(keys: NDArray[np.uint64]) -> Index:
    """Where the keys begin that share their upper bits, for about as many values of these as there are keys."""
    bits = max(1, len(keys).bit_length())
    begins = np.arange(1 << bits, dtype=np.uint64) << np.uint64(64 - bits)
    return np.append(np.searchsorted(keys, begins), len(keys)).astype(np.int64), np.uint64(64 - bits)
