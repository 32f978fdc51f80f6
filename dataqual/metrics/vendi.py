"""The metric `vendi`."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from dataqual.diversity import sets
from dataqual.diversity.vendi import ngram_kernel, score, score_of_vectors
from dataqual.diversity.words import Words
from dataqual.document_sample import DocumentSample
from dataqual.embeddings import open_model
from dataqual.errors import SpecError
from dataqual.images.features import PrincipalComponents, load
from dataqual.images.metric import PictureMetric
from dataqual.images.sample import PictureSample
from dataqual.operators import at_least
from dataqual.reading import Reading


@dataclass(frozen=True)
class Vendi(PictureMetric):
    """The Vendi score (Friedman and Dieng 2023): how many wholly different documents a set of `among` is worth.

    By cosines of n-grams of `ngrams` words, or of the embeddings of the `model` in a folder. `q` is the order: 1 for
    Shannon's entropy, more to look at what is common, `.inf` for the commonest alone. Of a corpus of no more documents, of all.
    Of pictures the cosines are of their principal components, or of the features that a file `model` (.npz) makes.

    >>> round(Vendi()(["one two", "three four", "three four"]).value, 2)
    1.89
    """

    q: float = 1.0
    ngrams: tuple[int, ...] = (1, 2)
    model: str | None = None
    among: int = sets.DOCUMENTS

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least(1, among=self.among, **{f"ngrams[{at}]": n for at, n in enumerate(self.ngrams)})
        if not self.ngrams:
            raise SpecError("ngrams is empty; it names one length or more")
        if not self.q > 0:
            raise SpecError(f"q is {self.q}; it is above 0")

    def estimate(self, sample: DocumentSample) -> Reading:
        over = sets.document_sets(sample, self.among, most=10)
        if self.model is not None:
            vectors = np.asarray(open_model(self.model)(sample.texts[: over.among * over.count]), np.float64)
            values = [score_of_vectors(vectors[a:b], self.q) for a, b in over]
        else:
            words = Words.of(sample)
            values = [score(ngram_kernel(words, a, b, self.ngrams), self.q) for a, b in over]
        return sets.reading(sample, "vendi", over, values, unit="documents", ends=(0, math.inf))

    def of_pictures(self, sample: PictureSample) -> Reading:
        told = sample.documents
        over = sets.document_sets(told, self.among, most=10)
        pictures = list(sample.pictures)
        features = load(self.model) if self.model is not None else PrincipalComponents.fit(pictures, seed=self.seed)
        vectors = features.of(pictures[: over.among * over.count]).astype(np.float64)
        values = [score_of_vectors(vectors[a:b], self.q) for a, b in over]
        return sets.reading(
            told, "vendi", over, values, unit="documents", ends=(0, math.inf), detail={"features": features.name}
        )
