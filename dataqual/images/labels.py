"""Which labels of pictures are wrong, by small networks that saw neither the picture nor a copy of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.corpus import Chunk, Corpus, Progress
from dataqual.errors import InputError, UnknownColumn
from dataqual.images.features import LARGEST, Classifier, side_of
from dataqual.images.image import Images
from dataqual.images.perceptual import Perceptual, PicturePart, PictureSurvey
from dataqual.images.reading.corpus import ImageCorpus
from dataqual.images.sample import PictureSample, Pixels, small
from dataqual.labels.confident_learning import Codes, Floats
from dataqual.labels.copies import Copied
from dataqual.labels.judging import Classes, Judged
from dataqual.labels.surveying import MOST_LABELS, SURVEY_SHARE, Count, Surveyed, labels_of
from dataqual.ledger import addresses
from dataqual.operators import Engine
from dataqual.vectors.cross_validation import FOLDS, folds

LEAST = 256
"""Pixels of the shorter side to which a JPEG is decoded at least: four times what networks see."""
STEPS = 1_500
"""Steps of training at most for each fold, six looks at each of 8,000 pictures: twice as many gain MNIST's labels nothing."""


@dataclass(frozen=True, eq=False)
class PictureModels:
    """A classifier for each fold, which learnt from all others."""

    models: tuple[Classifier, ...]

    @classmethod
    def fit(
        cls,
        pictures: Sequence[Pixels],
        codes: Codes,
        names: Sequence[str],
        fold: Codes,
        *,
        seed: int = 0,
        steps: int = STEPS,
        side: int = LARGEST,
        threads: int = 1,
    ) -> PictureModels:
        """Learn from pictures with a code of 0 or more, made to squares with sides of `side` at most; `threads` at once."""
        rows = np.flatnonzero(codes >= 0)
        some, given = [pictures[row] for row in rows.tolist()], [names[code] for code in codes[rows].tolist()]
        parts = [np.flatnonzero(fold[rows] != held) for held in range(FOLDS)]
        told: dict[str, Any] = {"seed": seed, "side": min(side, side_of(pictures)), "most": steps, "threads": threads}
        return cls(Classifier.fit_each(some, given, parts, known=names, **told))

    def __call__(self, pictures: Any, fold: Codes) -> Floats:
        """The chance of each class by the model that did not learn from the fold of the picture, (pictures, classes)."""
        out = np.zeros((len(pictures), len(self.models[0].labels)))
        for held, model in enumerate(self.models):
            rows = np.flatnonzero(fold == held)
            if len(rows):
                out[rows] = model.probabilities([pictures[row] for row in rows.tolist()])
        return out


def judge_pictures(
    pictures: Sequence[Pixels],
    labels: Sequence[str | None],
    *,
    seed: int = 0,
    steps: int = STEPS,
    side: int = LARGEST,
    copied: Copied | None = None,
) -> Judged | None:
    """The labels of pictures (height, width, channels) in memory; None where there are not two labels with ten each.

    Copies, exact and near, fall into one fold, so that no model judges a picture that it learnt; `copied` says which
    they are where that is known already.
    """
    classes = Classes.of(_counts(labels))
    if len(classes) < 2:
        return None
    copied = copied or copied_of(pictures)
    classes = classes.apart(labels, copied, np.arange(len(labels)))
    if len(classes) < 2:
        return None
    codes = classes.codes(labels)
    fold = folds(copied.keys, codes, together=copied.cluster, seed=seed)
    models = PictureModels.fit(pictures, codes, classes.names, fold, seed=seed, steps=steps, side=side)
    rows = np.flatnonzero(codes >= 0)
    return Judged(classes.names, rows, codes[rows], models([pictures[row] for row in rows.tolist()], fold[rows]))


def judged_sample(
    sample: PictureSample, *, seed: int = 0, steps: int = STEPS, side: int = LARGEST, copied: Copied | None = None
) -> Judged | None:
    """The labels of a sample."""
    return judge_pictures(sample.pictures, sample.labels, seed=seed, steps=steps, side=side, copied=copied)


def copied_of(pictures: Sequence[Pixels]) -> Copied:
    """Which pictures in memory are copies of each other: the same pixels, or nearly so, verified on them."""
    with PictureSurvey(Perceptual()) as survey:
        part = survey.signing(Images.of(list(pictures)))
        survey.add(part)
        return Copied(_keys([part]), survey.clusters())


def _keys(parts: Sequence[PicturePart]) -> NDArray[np.uint64]:
    """A hash of the pixels of each picture."""
    return np.concatenate([np.zeros(0, np.uint64), *(part.exact[:, 0] for part in parts)])


def _counts(labels: Sequence[str | None]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for label in labels:
        if label is not None:
            counts[label] = counts.get(label, 0) + 1
    return counts


def survey_pictures(
    corpus: Corpus,
    engine: Engine,
    *,
    seed: int = 0,
    size: int,
    count: Count = lambda documents, unreadable: None,
    progress: Progress | None = None,
) -> Surveyed:
    """Learn from at most `size` pictures, and judge every label by a network that saw neither it nor a copy, exact or near.

    UnknownColumn where the corpus has no labels. `count` is told of every batch.
    """
    if corpus.columns.label is None:
        raise UnknownColumn("the corpus has no label column; name it with --label")

    copies = PictureSurvey(Perceptual(), memory=engine.memory // SURVEY_SHARE)

    corpus = corpus.reduced(LEAST) if isinstance(corpus, ImageCorpus) else corpus

    def look(chunk: Chunk) -> tuple[Any, ...]:
        batch = corpus.parse(chunk)
        ids = (
            batch.columns["id"]
            if "id" in batch.columns.columns
            else pl.repeat(None, len(batch), dtype=pl.String, eager=True)
        )
        part = copies.signing(batch.images or Images.of([]))
        sample = PictureSample.draw(batch, size, seed)
        return chunk.done, addresses(batch.file, batch.record), ids, labels_of(batch), part, sample, batch.unreadable

    places, keys, codes = [np.zeros(0, np.uint64)], [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    number: dict[str | None, int] = {None: -1}
    names_of = [pl.Series(dtype=pl.String)]
    sample, documents = PictureSample.of_pictures([], size=size, seed=seed), 0
    with copies:
        for done, own, ids, labels, part, some, unreadable in engine.map(look, corpus.chunks()):
            places.append(own)
            names_of.append(ids)
            keys.append(_keys([part]))
            copies.add(part)
            codes.append(np.array([number.setdefault(label, len(number) - 1) for label in labels], np.int64))
            sample = sample.merge(some)
            documents += len(own)
            count(len(own), unreadable)
            if progress is not None:
                progress(documents, done, corpus.size)
            if len(number) > MOST_LABELS:
                raise InputError(
                    f"the column {corpus.columns.label!r} has more than {MOST_LABELS:,} values, which are no labels"
                )
        copied = Copied(np.concatenate(keys), copies.clusters())
    names = tuple(name for name in number if name is not None)
    where = np.concatenate(places)
    judged = _judged(corpus, engine, where, names, np.concatenate(codes), copied, sample, seed)
    return Surveyed(where, names, np.concatenate(codes), copied, sample.documents, judged, pl.concat(names_of))


def _judged(
    corpus: Corpus,
    engine: Engine,
    places: NDArray[np.uint64],
    names: tuple[str, ...],
    codes: Codes,
    copied: Copied,
    sample: PictureSample,
    seed: int,
) -> Judged | None:
    """Every label that is not rare, judged; None where there are not two."""
    rows = np.searchsorted(places, addresses(sample.file, sample.record))
    classes = Classes.of(_counts(sample.labels)).apart(sample.labels, copied, rows)
    if len(classes) < 2:
        return None
    number = np.array([*classes.codes(names), -1], np.int64)
    own = number[codes]
    fold = folds(copied.keys, own, together=copied.cluster, seed=seed)
    models = PictureModels.fit(sample.pictures, own[rows], classes.names, fold[rows], seed=seed, threads=engine.threads)

    def ask(chunk: Chunk) -> Floats:
        batch = corpus.parse(chunk)
        images = batch.images or Images.of([])
        pictures = [small(images[row]) for row in range(len(images))]
        return models(pictures, fold[np.searchsorted(places, addresses(batch.file, batch.record))])

    if sample.complete:
        chances = np.zeros((len(codes), len(classes)))
        chances[rows] = models(sample.pictures, fold[rows])
    else:
        chances = np.concatenate([*engine.map(ask, corpus.chunks())])
    judged = np.flatnonzero(own >= 0)
    return Judged(classes.names, judged, own[judged], chances[judged])
