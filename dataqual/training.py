"""Models learnt from documents, and how they do on others: `train_quality` and `train_ngram`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Corpus
from dataqual.errors import InputError, SpecError
from dataqual.ngram_model import MOST, ORDERS, NgramModel
from dataqual.quality_model import QualityModel, area, joined
from dataqual.readers import ReadCount
from dataqual.readers.sources import as_corpus
from dataqual.reading import wilson
from dataqual.text import Segments, Text

HELD_OUT = 5
"""One document of so many is not learnt from, but asked afterwards; by the hash of its text, so that copies stay together."""
FEWEST = 20
"""Documents of either kind below which nothing is learnt: the held-out part would say nothing."""


@dataclass(frozen=True)
class TrainedQuality:
    """Where the model is, and how it did on documents it did not learn from."""

    output: str
    good: int
    bad: int
    held_out: int
    accuracy: float
    accuracy_interval: tuple[float, float]
    auc: float
    auc_interval: tuple[float, float]
    commonest: float
    """Accuracy of calling everything what most held-out documents are."""

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {"schema": "dataqual.quality/1"} | self.__dict__

    def __str__(self) -> str:
        low, high = self.accuracy_interval
        below, above = self.auc_interval
        return (
            f"{self.output}: learnt from {self.good:,} good and {self.bad:,} bad documents\n"
            f"on {self.held_out:,} others: {self.accuracy:.1%} right (95 %: {low:.1%} to {high:.1%}; "
            f"{self.commonest:.1%} by saying always the same), area under the ROC curve {self.auc:.3f} "
            f"({below:.3f} to {above:.3f})\n"
            f"use: keep: {{signal: quality, with: {{model: {self.output}}}, min: 0.5}}"
        )


def train_quality(good: Any, bad: Any, output: str | Path, *, seed: int = 0, text: str | None = None) -> TrainedQuality:
    """Learn what tells good documents from bad ones, and write the model; both are corpora, or what `dataqual.read` takes.

    A fifth of the documents is held out for the figures. InputError where either side has too few. All texts are held in
    memory at once, with about nine bytes beside each of theirs.
    """
    texts, labels = [], []
    for label, source in ((True, good), (False, bad)):
        column = _read(as_corpus(source, text=text))
        texts.append(column)
        labels.append(np.full(len(column), label))
    everything, labelled = joined(texts), np.concatenate(labels)
    held = _held_out(everything)
    for side, name in ((labelled, "good"), (~labelled, "bad")):
        if int(side.sum()) < FEWEST or not (side & held).any() or not (side & ~held).any():
            raise InputError(f"{int(side.sum())} {name} documents are too few to learn from; give {FEWEST} or more")
    about = f"{len(texts[0])} good, {len(texts[1])} bad documents, seed {seed}"
    model = QualityModel.fit(_taken(everything, ~held), labelled[~held], seed=seed, about=about)
    chances, true = model.probabilities(_taken(everything, held)), labelled[held]
    right, n = int(((chances > 0.5) == true).sum()), len(true)
    value, around = area(chances, true)
    model.save(Path(output))
    most = max(int(true.sum()), n - int(true.sum())) / n
    interval = wilson(right, n) or (0.0, 1.0)
    return TrainedQuality(str(output), len(texts[0]), len(texts[1]), n, right / n, interval, value, around, most)


@dataclass(frozen=True)
class TrainedNgram:
    """Where the model is, and how well it foresees documents it did not learn from."""

    output: str
    order: int
    documents: int
    words: int
    ngrams: int
    held_out: int
    held_out_words: int
    perplexity: float
    perplexity_interval: tuple[float, float]

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {"schema": "dataqual.ngram/1"} | self.__dict__

    def __str__(self) -> str:
        low, high = self.perplexity_interval
        return (
            f"{self.output}: {self.ngrams:,} n-grams of up to {self.order} words, learnt from {self.documents:,} documents "
            f"of {self.words:,} words\n"
            f"on {self.held_out:,} others of {self.held_out_words:,} words: perplexity {self.perplexity:,.1f} per word "
            f"(95 %: {low:,.1f} to {high:,.1f})\n"
            f"use: keep: {{signal: perplexity, with: {{model: {self.output}}}, max: {_round_up(10 * high)}}}"
        )


def train_ngram(
    reference: Any, output: str | Path, *, order: int = 3, max_ngrams: int = MOST, text: str | None = None
) -> TrainedNgram:
    """Learn which words follow each other in a corpus, or what `dataqual.read` takes, and write the model.

    A fifth of the documents is held out for the figures. InputError where there are too few. All texts are held in memory
    at once, with 130 bytes (order 3) to 170 (order 5) for each of their words.
    """
    if order not in ORDERS or max_ngrams < 1:
        raise SpecError(
            f"order {order}, max_ngrams {max_ngrams}: the order is from 2 to 5, and at least one n-gram is kept"
        )
    everything = _read(as_corpus(reference, text=text))
    held = _held_out(everything)
    learnt, others = _taken(everything, ~held), _taken(everything, held)
    asked, known = others.cut("unicode"), len(learnt.cut("unicode"))
    if len(everything) < FEWEST or not len(asked) or not known:
        raise InputError(
            f"{len(everything)} documents of {len(asked) + known} words are too few to learn from; "
            f"give {FEWEST} or more, with words in them"
        )
    about = f"{len(learnt)} documents of {known} words"
    model = NgramModel.fit(learnt, order=order, most=max_ngrams, about=about)
    model.save(Path(output))
    value, around = _pooled(asked, model.log_probabilities(others))
    sizes = len(model.keys), len(others), len(asked)
    return TrainedNgram(str(output), order, len(learnt), known, *sizes, value, around)


def _pooled(words: Segments, logs: NDArray[np.float64]) -> tuple[float, tuple[float, float]]:
    """Perplexity over the words of all documents, with a 95 % interval that takes documents, not words, as independent."""
    sums, n = words.total(logs), len(words)
    mean = float(sums.sum()) / n
    m = len(words.counts)
    error = float(np.sqrt(((sums - mean * words.counts) ** 2).sum() * m / max(m - 1, 1))) / n
    return float(np.exp(-mean)), (float(np.exp(-mean - 1.96 * error)), float(np.exp(-mean + 1.96 * error)))


def _round_up(value: float) -> int:
    """To one digit: a bound to begin with, no finding.

    >>> _round_up(3210.5), _round_up(10)
    (4000, 10)
    """
    power = 10 ** (len(str(int(value))) - 1)
    return int(-(-value // power)) * power


def _read(corpus: Corpus) -> Text:
    count = ReadCount()
    found: list[Text] = []
    for batch in corpus.batches():
        count.add(len(batch), batch.unreadable)
        found.append(batch.text)
    count.check(corpus)
    return joined(found)


def _held_out(text: Text) -> NDArray[np.bool_]:
    """Which documents are only asked."""
    hashes = Segments(text.data, text.offsets[:-1], text.offsets[1:], np.arange(len(text) + 1)).hashes
    return np.asarray(hashes % np.uint64(HELD_OUT) == 0)


def _taken(text: Text, mask: NDArray[np.bool_]) -> Text:
    rows: Sequence[int] = np.flatnonzero(mask).tolist()
    return Text.of_bytes([text.data[text.offsets[i] : text.offsets[i + 1]].tobytes() for i in rows])
