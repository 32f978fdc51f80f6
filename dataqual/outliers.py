"""Documents unlike the rest: far from all others by their signals or topics, or of words that no other has; each with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.diversity.topics import DIRECTIONS, MOST_TERMS
from dataqual.document_sample import DocumentSample, priorities
from dataqual.kernels import diversity as kernels
from dataqual.naming import snake_case
from dataqual.operators import Signal
from dataqual.signals.digit_share import DigitShare
from dataqual.signals.han_share import HanShare
from dataqual.signals.mean_line_length import MeanLineLength
from dataqual.signals.mean_word_length import MeanWordLength
from dataqual.signals.punctuation_share import PunctuationShare
from dataqual.signals.symbol_share import SymbolShare
from dataqual.signals.uppercase_share import UppercaseShare
from dataqual.signals.whitespace_share import WhitespaceShare
from dataqual.signals.word_count import WordCount
from dataqual.signals.word_entropy import WordEntropy
from dataqual.text import Text
from dataqual.vectors.sparse import Sparse
from dataqual.vectors.svd import truncated
from dataqual.vectors.tfidf import Terms, count, inverse_frequency, tfidf

SIGNALS: tuple[Signal, ...] = (
    WordCount(),
    WordEntropy(),
    MeanWordLength(),
    MeanLineLength(),
    DigitShare(),
    PunctuationShare(),
    SymbolShare(),
    UppercaseShare(),
    WhitespaceShare(),
    HanShare(),
)
"""What a document looks like in ten numbers that are right for every script."""
NEAREST = 10
"""Others that a document is compared with: a group of eleven alike is no outlier (Ramaswamy et al. 2000)."""
REFERENCE = 1_000
"""Documents of the sample to which all are compared: the work grows with them."""
FEWEST = 50
"""Different documents below which none is called unlike the rest: there is no rest."""
FAR = 3.0
"""Interquartile ranges beyond the third quartile: "far out" of Tukey (1977)."""
STEP = 0.1
"""The least that counts as a step: one symbol in a hundred characters rather than none, a tenth more words."""
MOSTLY = 0.5
"""Share of a document's words that no other has, from which they can be the reason."""

Why = Literal["signals", "topics", "words"]
WHYS: tuple[Why, ...] = ("signals", "topics", "words")


@dataclass(frozen=True, eq=False)
class Verdicts:
    """How far documents are from the rest in three ways, and from where on that is too far."""

    values: NDArray[np.float64]
    """(documents, 3): distance by signals, distance by topics, share of words that no other document has."""
    far: NDArray[np.bool_]
    """(documents, 3)"""

    @property
    def why(self) -> NDArray[np.int64]:
        """The first of the three that is too far, (documents,); -1 for none."""
        return np.where(self.far.any(axis=1), self.far.argmax(axis=1), -1)


@dataclass(frozen=True, eq=False)
class Ordinary:
    """What the documents of a corpus are like, by a sample of them.

    >>> animals = "cat dog hen cow pig fox owl ape".split()
    >>> texts = [f"The {a} {b} went home." for a in "old new red big wet sad mad tan".split() for b in animals]
    >>> ordinary = Ordinary.of(DocumentSample.of_texts(texts))
    >>> ordinary.judge(Text.of(["0123456789 0123456789 99", "The old hen went home."])).why.tolist()
    [0, -1]
    """

    sample: DocumentSample
    middles: NDArray[np.float64]
    spreads: NDArray[np.float64]
    looks: NDArray[np.float64]
    """The sample by its signals, scaled, (documents, signals)."""
    terms: Terms
    idf: NDArray[np.float64]
    right: NDArray[np.float64]
    topics: NDArray[np.float64]
    """The sample by its topics, (documents, directions), of length 1."""
    known: Terms
    """Words, one by one."""
    documents: NDArray[np.int64]
    """In how many documents of the sample each is."""
    limits: tuple[float, float, float]
    """What is more is too far."""

    @classmethod
    def of(cls, sample: DocumentSample) -> Ordinary:
        """Measured on the first documents of a sample; limits by the distances that these have among each other.

        Each text counts once for the limits: of copies that lie at no distance from ten others nothing can be learnt of how
        far apart the rest is.
        """
        sample = sample.first(REFERENCE)
        raw = _signals(sample.text)
        middles = np.median(raw, axis=0) if len(raw) else np.zeros(len(SIGNALS))
        spreads = 1.2533 * np.abs(raw - middles).mean(axis=0) if len(raw) else np.ones(len(SIGNALS))
        spreads = np.maximum(spreads, STEP)
        terms = count(sample.text, alone=(2, 2), min_documents=2, most=MOST_TERMS)
        idf = inverse_frequency(terms.counts)
        svd = truncated(tfidf(terms.counts, idf), DIRECTIONS, seed=sample.seed, rounds=2)
        known = count(sample.text, alone=(1, 1))
        made = cls(
            sample,
            middles,
            spreads,
            (raw - middles) / spreads,
            terms,
            idf,
            svd.right,
            _unit(svd.project(tfidf(terms.counts, idf))),
            known,
            known.counts.column_counts(),
            (np.inf, np.inf, np.inf),
        )
        _, once = np.unique(sample.parts, return_index=True)
        if len(once) < FEWEST:
            return made
        values = made._values(sample.text, np.arange(len(sample)))[once]
        fences = [fence(values[:, at]) for at in range(3)]
        limits = fences[0], fences[1], max(MOSTLY, fences[2])
        return cls(**{**made.__dict__, "limits": limits})

    def judge(
        self, text: Text, file: NDArray[np.int32] | None = None, record: NDArray[np.int64] | None = None
    ) -> Verdicts:
        """How far each document is from the sample; one that is in it by its address is not compared with itself."""
        own = np.full(len(text), -1, np.int64)
        if file is not None and record is not None and len(self.sample):
            keys = priorities(file, record, self.sample.seed)
            at = np.minimum(np.searchsorted(self.sample.priority, keys), len(self.sample) - 1)
            own = np.where(self.sample.priority[at] == keys, at, -1)
        values = self._values(text, own)
        return Verdicts(values, values > np.array(self.limits))

    def reason(self, document: str, why: int) -> str:
        """What is unlike the rest about a document, in words."""
        text = Text.of([document])
        if WHYS[why] == "signals":
            scaled = np.abs((_signals(text)[0] - self.middles) / self.spreads)
            at = int(scaled.argmax())
            signal = SIGNALS[at]
            others = signal.measure(self.sample.text)
            low, high = np.quantile(others, [0.25, 0.75])
            return f"{snake_case(type(signal).__name__)} is {float(signal.measure(text)[0]):.3g}; half of the documents have {low:.3g} to {high:.3g}"
        found = count(text, alone=(1, 1))
        documents = dict(zip(self.known.hashes.tolist(), self.documents.tolist(), strict=True))
        often = [documents.get(word, 0) for word in found.hashes.tolist()]
        rarest = sorted(range(len(often)), key=lambda term: (often[term], found.starts[term]))[:5]
        words = ", ".join(found.name(term)[:40] for term in rarest)
        return f"rare words: {words}" if WHYS[why] == "words" else f"far from every topic; its rarest words: {words}"

    def _values(self, text: Text, own: NDArray[np.int64]) -> NDArray[np.float64]:
        """The three numbers of each document; `own`: its row in the sample, -1 for none."""
        values = np.zeros((len(text), 3))
        neighbours = min(NEAREST, len(self.sample) - 1)
        if neighbours < 1 or not len(text):
            return values
        looks = (_signals(text) - self.middles) / self.spreads
        topics = _unit(tfidf(self.terms.of(text), self.idf) @ self.right)
        for at, (points, others) in enumerate(((looks, self.looks), (topics, self.topics))):
            out = np.empty(len(text))
            kernels.nearest_mean(points, others, own, np.empty(neighbours), out)
            values[:, at] = out
        values[:, 2] = self._unknown(self.known.of(text), text, own >= 0)
        return values

    def _unknown(self, counts: Sparse, text: Text, in_sample: NDArray[np.bool_]) -> NDArray[np.float64]:
        """The share of each document's words that no other document of the sample has."""
        words = text.cut("unicode").counts
        others = self.documents[counts.indices] - in_sample[counts.rows]
        known = np.bincount(counts.rows, np.where(others > 0, counts.values, 0.0), len(words))
        return np.where(words > 0, 1 - known / np.maximum(words, 1), 0.0)


def _signals(text: Text) -> NDArray[np.float64]:
    """Counts as logarithms, shares as roots, so that a step is about as large everywhere; (documents, signals)."""
    columns = [signal.measure(text).astype(np.float64) for signal in SIGNALS]
    return np.stack(
        [np.log1p(column) if signal.unit else np.sqrt(column) for signal, column in zip(SIGNALS, columns, strict=True)],
        axis=1,
    )


def _unit(points: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    return np.ascontiguousarray(points / np.where(lengths > 1e-9, lengths, 1.0))


def fence(values: NDArray[np.float64]) -> float:
    low, high = np.quantile(values, [0.25, 0.75])
    return float(high + FAR * (high - low))
