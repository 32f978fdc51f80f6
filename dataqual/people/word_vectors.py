"""Vectors of words: made from the corpus itself (PPMI and SVD), or read from a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import InputError
from dataqual.lazy import lazy
from dataqual.lexicons.runs import Runs
from dataqual.text import OTHER, Text
from dataqual.vectors.sparse import Sparse
from dataqual.vectors.svd import truncated

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

VOCABULARY = 2_000
"""Commonest words that have vectors, beside those asked for: what a table of all pairs holds without effort."""
WINDOW = 5
SMOOTHING = 0.75
DIMENSIONS = 100
RAREST = 5
"""Times a word must occur: the neighbours of a rarer one are chance."""


@dataclass(eq=False)
class Vectors:
    """Words and their vectors, (words, dimensions)."""

    words: tuple[str, ...]
    matrix: Floats

    @lazy
    def _rows(self) -> dict[str, int]:
        return {word: row for row, word in enumerate(self.words)}

    def __contains__(self, word: str) -> bool:
        return word in self._rows and bool(np.any(self.matrix[self._rows[word]]))

    def units(self, words: Iterable[str]) -> Floats:
        """The vectors of some words, each of length 1."""
        rows = self.matrix[[self._rows[word] for word in words]]
        units: Floats = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return units

    @classmethod
    def of_mapping(cls, vectors: Mapping[str, Sequence[float]]) -> Vectors:
        """Given word by word."""
        return cls(tuple(vectors), np.array(list(vectors.values()), np.float64))

    @classmethod
    def of_file(cls, path: str | Path, words: Iterable[str] | None = None) -> Vectors:
        """Of word2vec's or GloVe's text format, or of an array `x.npy` with its words one a line in `x.txt`; `words`: those wanted."""
        path = Path(path)
        wanted = None if words is None else set(words)
        try:
            if path.suffix == ".npy":
                names = path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
                matrix = np.load(path, allow_pickle=False)
                if matrix.ndim != 2 or len(matrix) != len(names):
                    raise InputError(
                        f"{path}: an array {matrix.shape}, and {len(names)} words in {path.with_suffix('.txt')}"
                    )
                rows = [row for row, name in enumerate(names) if wanted is None or name in wanted]
                return cls(tuple(names[row] for row in rows), matrix[rows].astype(np.float64))
            return cls.of_mapping(_of_lines(path, wanted))
        except (OSError, ValueError) as error:
            raise InputError(f"{path}: cannot be read as word vectors ({error})") from None

    @classmethod
    def of_texts(
        cls,
        column: object,
        words: Sequence[str],
        *,
        vocabulary: int = VOCABULARY,
        window: int = WINDOW,
        dimensions: int = DIMENSIONS,
    ) -> Vectors:
        """The vectors of `words` as the documents use them: see `Windows`."""
        return Windows.of(column, words, vocabulary, window).vectors(dimensions)


@dataclass(frozen=True, eq=False)
class Windows:
    """Which words stand near which in documents, counted anew for any weights of the documents.

    Positive pointwise mutual information of words and the words up to `window` beside them, these smoothed by the power
    3/4, then a truncated singular value decomposition with the root of the singular values (Levy, Goldberg and Dagan
    2015). A character of an unspaced script is a word, but for the words that are asked for.
    """

    words: tuple[str, ...]
    """Those asked for that occur often enough."""
    size: int
    """Words in the vocabulary; those asked for come first."""
    places: Ints
    """The word at each place; -1 for one that is not in the vocabulary."""
    document: Ints
    documents: int
    window: int

    @classmethod
    def of(cls, column: object, words: Sequence[str], vocabulary: int = VOCABULARY, window: int = WINDOW) -> Windows:
        """Of documents and the words asked for."""
        text = Text.of(column)
        asked = list(dict.fromkeys(words))
        tokens = text.cut("tokens")
        hashes = tokens.folded.copy()
        kept = (tokens.flags & OTHER) == 0
        found = Runs.of(dict.fromkeys(asked, True)).find(text)
        spans = found.ends - found.starts
        inside = np.repeat(found.starts, spans - 1) + _within(spans - 1) + 1
        kept[inside], kept[found.starts] = False, True
        hashes[found.starts] = found.which.astype(np.uint64)  # numbers this small are no hashes
        hashes, document = hashes[kept], tokens.documents[kept]
        names, ids, counts = np.unique(hashes, return_inverse=True, return_counts=True)
        own = names < len(asked)
        order = np.lexsort((names, -counts, ~own))
        order = order[counts[order] >= RAREST][: int((own & (counts >= RAREST)).sum()) + vocabulary]
        place = np.full(len(names), -1)
        place[order] = np.arange(len(order))
        known = tuple(asked[int(names[k])] for k in order if names[k] < len(asked))
        return cls(known, len(order), place[ids], document, len(text), window)

    def vectors(self, dimensions: int = DIMENSIONS, weights: Floats | None = None) -> Vectors:
        """The vectors of the words asked for; `weights`: (documents,) how often each document counts."""
        if not self.size:
            return Vectors((), np.zeros((0, 1)))
        near = self._near(weights)
        information = _information(near + near.T)
        found = truncated(Sparse.of(information), dimensions)
        return Vectors(self.words, (found.left * np.sqrt(found.values))[: len(self.words)])

    def _near(self, weights: Floats | None) -> Floats:
        near = np.zeros(self.size * self.size)
        for apart in range(1, self.window + 1):
            first, second = self.places[:-apart], self.places[apart:]
            held = (first >= 0) & (second >= 0) & (self.document[:-apart] == self.document[apart:])
            counted = None if weights is None else weights[self.document[:-apart][held]]
            near += np.bincount(first[held] * self.size + second[held], counted, minlength=len(near))
        return near.reshape(self.size, self.size)


def _information(near: Floats) -> Floats:
    """The positive pointwise mutual information of a table of counts, its columns smoothed."""
    total = near.sum()
    columns = near.sum(axis=0) ** SMOOTHING
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = near * columns.sum() / (near.sum(axis=1, keepdims=True) * columns[None, :])
        found = np.log(ratio)
    positive: Floats = np.where(near > 0, np.maximum(found, 0.0), 0.0) if total else np.zeros_like(near)
    return positive


def _within(sizes: Ints) -> Ints:
    """0, 1, … of each size."""
    firsts = np.cumsum(sizes) - sizes
    return np.arange(int(sizes.sum())) - np.repeat(firsts, sizes)


def _of_lines(path: Path, wanted: set[str] | None) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    size = 0
    with path.open(encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            word, *values = line.rstrip().split(" ")
            if number == 1 and len(values) == 1:
                continue  # word2vec says how many there are
            size = size or len(values)
            if not size or len(values) != size:
                raise ValueError(f"line {number} has {len(values)} numbers where others have {size}")
            if wanted is None or word in wanted:
                found[word] = [float(value) for value in values]
    return found
