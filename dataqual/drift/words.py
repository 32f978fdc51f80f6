"""The words of two corpora: how far their frequencies are apart, and which words tell one from the other.

Words of one document come together, so documents are what is drawn: chance is what happens when documents change sides, and a word
counts once in a document where its odds are compared. A word is one of the cut `unicode` in lower case: of Chinese a
character, so pairs of words are there what words are elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.drift import tails
from dataqual.drift.divergence import Divergence
from dataqual.drift.multiple_testing import benjamini_hochberg
from dataqual.reading import Z
from dataqual.text import ALONE, Text

LEAST = 5
"""Documents of both sides that have a word; rarer words are taken together as one."""
PERMUTATIONS = 99
PRIOR = 100.0
"""Documents that the prior of a word's odds weighs: words then need more than a handful of documents to stand out."""
LISTED = 12


@dataclass(frozen=True, eq=False)
class Runs:
    """Which runs of `n` words are in which document of both texts, and how often; all arrays (entries,) but two."""

    document: NDArray[np.int64]
    """Those of the second text follow those of the first."""
    word: NDArray[np.int64]
    """Number of a run; 0 is all that are rare."""
    times: NDArray[np.int64]
    first: int
    """Documents of the first text."""
    documents: int
    where: NDArray[np.int64]
    """(runs,): the word with which each begins somewhere, counted through both texts; -1 of what is rare."""
    words: tuple[int, ...]
    """How many words each text has."""
    alone: NDArray[np.bool_]
    """(runs,): whether each is a single character of a script without spaces, which is a part of a word."""

    @property
    def width(self) -> int:
        """How many runs are told apart."""
        return len(self.where)

    @classmethod
    def of(cls, first: Text, second: Text, n: int = 1) -> Runs:
        """Those of two texts."""
        parts, rows, at, before, counts, flags = [], [], [], 0, [], []
        for text, offset in ((first, 0), (second, len(first))):
            words = text.cut("unicode")
            folded = words.folded
            hashes, inside = folded, np.ones(len(folded), bool)
            document = np.repeat(np.arange(len(text)), words.counts)
            with np.errstate(over="ignore"):
                for step in range(1, n):
                    follows = np.roll(folded, -step)
                    inside &= np.roll(document, -step) == document
                    inside[len(folded) - step :] = False
                    hashes = (hashes * np.uint64(0x9E3779B97F4A7C15)) ^ (follows + np.uint64(step))
            parts.append(hashes[inside])
            rows.append(document[inside] + offset)
            flags.append((words.flags[inside] & ALONE) > 0)
            at.append(np.flatnonzero(inside) + before)
            before += len(folded)
            counts.append(len(folded))
        hashes, place = np.concatenate(parts), np.concatenate(at)
        distinct, index, code = np.unique(hashes, return_index=True, return_inverse=True)
        entry, times = np.unique(np.concatenate(rows) * max(len(distinct), 1) + code, return_counts=True)
        document, code = np.divmod(entry, max(len(distinct), 1))
        common = np.bincount(code, minlength=len(distinct)) >= LEAST
        number = np.where(common, np.cumsum(common), 0)
        where = np.concatenate([[-1], place[index[common]]])
        alone = np.concatenate([[False], np.concatenate(flags)[index[common]] & (n == 1)])
        return cls(document, number[code], times, len(first), len(first) + len(second), where, tuple(counts), alone)

    def counted(self, second: NDArray[np.bool_]) -> tuple[NDArray[Any], NDArray[Any]]:
        """How often each run is in the documents of either side, `second` (documents,) saying which are of the second."""
        total = np.bincount(self.word, self.times, minlength=self.width)
        other = np.bincount(self.word, self.times * second[self.document], minlength=self.width)
        return total - other, other

    @property
    def second(self) -> NDArray[np.bool_]:
        """(documents,): which are of the second text."""
        return np.arange(self.documents) >= self.first


@dataclass(frozen=True)
class WordDivergence:
    """How far apart the frequencies of runs of words are."""

    js: Divergence
    """Jensen-Shannon divergence in bits, less what documents that change sides give on average."""
    kl: Divergence
    """Kullback-Leibler divergence in bits a word, of the second from the first."""
    p: float
    """The chance of a JS as large where documents change sides: a multiple of chi-square with the mean and spread of the
    permutations (Box 1954), so that it may be less than one in a hundred."""
    runs: int
    """How many were told apart."""

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {"js": self.js.facts(), "kl": self.kl.facts(), "p": self.p, "runs": self.runs}


def word_divergence(runs: Runs, *, permutations: int = PERMUTATIONS, seed: int = 0) -> WordDivergence | None:
    """Divergences of the runs of words of two texts; None where one of them has no words."""
    a, b = runs.counted(runs.second)
    if not a.sum() or not b.sum():
        return None
    random = np.random.default_rng(seed)
    found = np.array([_divergences(a, b)[:2]])
    null = np.array([_divergences(*runs.counted(random.permutation(runs.second)))[:2] for _ in range(permutations)])
    mean, spread = null.mean(axis=0), null.std(axis=0, ddof=1)
    _, _, slopes = _divergences(a, b)
    made = []
    for at in range(2):
        value, low = float(found[0, at]), float(mean[at])
        error = math.hypot(_spread(runs, a, b, slopes[at]), float(spread[at]))
        ends = max(0.0, value - low - Z * error), max(0.0, value - low + Z * error)
        made.append(Divergence(max(0.0, value - low), ends, value, float(np.quantile(null[:, at], 0.95))))
    scale = spread[0] ** 2 / (2 * mean[0]) if mean[0] else 0.0
    p = tails.chi_square(float(found[0, 0] / scale), float(mean[0] / scale)) if scale else 1.0
    return WordDivergence(made[0], made[1], p, runs.width - 1)


def _divergences(a: NDArray[Any], b: NDArray[Any]) -> tuple[float, float, Any]:
    """JS and KL in bits, and how each moves with the frequencies of either side."""
    half = 0.5  # added for KL alone: JS needs no frequency above 0
    p, q = a / max(a.sum(), 1), b / max(b.sum(), 1)
    mean = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        up, down = (np.where(side > 0, np.log2(side / mean), 0.0) for side in (p, q))
    s, t = (a + half) / (a.sum() + half * len(a)), (b + half) / (b.sum() + half * len(b))
    log = np.log2(t / s)
    slopes = ((up / 2, down / 2), (-(t / s) / math.log(2), log))
    return float((p @ up + q @ down) / 2), float(t @ log), slopes


def _spread(runs: Runs, a: NDArray[np.float64], b: NDArray[np.float64], slopes: Any) -> float:
    """The standard error of a divergence that the documents drawn make (delta method, documents as clusters)."""
    variance = 0.0
    for counts, slope, own in ((a, slopes[0], ~runs.second), (b, slopes[1], runs.second)):
        middle = float(counts @ slope) / counts.sum()
        pushes = np.bincount(runs.document, runs.times * (slope[runs.word] - middle), minlength=runs.documents)[own]
        n = int(own.sum())
        variance += float((pushes**2).sum()) / counts.sum() ** 2 * (n / max(n - 1, 1))
    return math.sqrt(variance)


@dataclass(frozen=True)
class Term:
    """A run of words that more documents of one side have."""

    term: str
    documents: tuple[int, int]
    """Of the first and the second that have it."""
    log_odds: float
    """Of the second to the first, natural, drawn towards 0 by the prior."""
    z: float
    adjusted: float
    """p, adjusted for all runs that were looked at."""
    places: tuple[tuple[int, int], ...]
    """A document of either side that has it, as (side, document), the side with more first."""

    def facts(self) -> dict[str, Any]:
        """As plain JSON values, without places."""
        return {
            "term": self.term,
            "documents": list(self.documents),
            "log_odds": self.log_odds,
            "z": self.z,
            "adjusted": self.adjusted,
        }


def telling_terms(first: Text, second: Text, *, listed: int = LISTED) -> tuple[list[Term], list[Term]]:
    """What documents of the first, and of the second, say more often: log-odds with an informative prior (Monroe et al. 2008).

    Runs of one, two and three words, in Chinese of two and three characters; of those that say the same, one inside the other, the more telling one alone. What
    can be believed after Benjamini-Hochberg, the most telling first.
    """
    rows: list[tuple[float, float, int, int, str, Runs, int]] = []
    for n in (1, 2, 3):
        runs = Runs.of(first, second, n)
        hits = [
            np.bincount(runs.word[side], minlength=runs.width)
            for side in (~runs.second[runs.document], runs.second[runs.document])
        ]
        sizes = [runs.first, runs.documents - runs.first]
        if not all(sizes):
            return [], []
        hits = [
            np.minimum(count, size) for count, size in zip(hits, sizes, strict=True)
        ]  # what is rare stands in one often
        odds, z = _log_odds(hits, sizes)
        z = np.where(runs.alone, 0.0, z)
        order = np.argsort(-np.abs(z[1:]), kind="stable")[: 20 * listed] + 1
        for at in order.tolist():
            rows.append(
                (
                    float(odds[at]),
                    float(z[at]),
                    int(hits[0][at]),
                    int(hits[1][at]),
                    _spelt(first, second, runs, at, n),
                    runs,
                    at,
                )
            )
        tested = runs.width - 1
        rows += [(0.0, 0.0, 0, 0, "", runs, -1)] * max(tested - len(order), 0)
    adjusted = benjamini_hochberg([tails.normal(z) for _, z, *_ in rows])
    sides: tuple[list[Term], list[Term]] = ([], [])
    order = np.argsort([-abs(z) for _, z, *_ in rows], kind="stable")
    for at in order.tolist():
        log_odds, z, before, after, term, runs, word = rows[at]
        q = adjusted[at]
        side = sides[int(z > 0)]
        if q is None or q > 0.05 or word < 0:
            break
        if len(side) < listed and not any(_within(term, other.term) for other in side):
            side.append(Term(term, (before, after), log_odds, z, q, tuple(_places(runs, word, int(z > 0)))))
    return sides


def _log_odds(hits: list[NDArray[np.int64]], sizes: list[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    share = (hits[0] + hits[1] + 0.5) / (sum(sizes) + 1)
    yes = [count + PRIOR * share for count in hits]
    no = [size - count + PRIOR * (1 - share) for count, size in zip(hits, sizes, strict=True)]
    odds = np.log(yes[1] / no[1]) - np.log(yes[0] / no[0])
    variance = sum(1 / part for part in (*yes, *no))
    return odds, odds / np.sqrt(variance)


def _within(term: str, other: str) -> bool:
    """Whether one of two runs is a part of the other."""
    return term in other or other in term


def _spelt(first: Text, second: Text, runs: Runs, word: int, n: int) -> str:
    """The run as it stands somewhere, in lower case."""
    at = int(runs.where[word])
    text, at = (first, at) if at < runs.words[0] else (second, at - runs.words[0])
    words = text.cut("unicode")
    raw = text.data[int(words.starts[at]) : int(words.ends[at + n - 1])].tobytes()
    return " ".join(raw.decode(errors="replace").lower().split())


def _places(runs: Runs, word: int, more: int) -> Iterator[tuple[int, int]]:
    """A document of either side with the run, the side with more first."""
    documents = runs.document[runs.word == word]
    for side in (more, 1 - more):
        own = documents[(documents >= runs.first) == bool(side)]
        if len(own):
            yield side, int(own[0]) - (runs.first if side else 0)
