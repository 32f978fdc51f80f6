"""The metric `weat`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dataqual.document_sample import DocumentSample
from dataqual.errors import InputError, SpecError, did_you_mean
from dataqual.intervals import t_of
from dataqual.operators import SampleMetric
from dataqual.people import embedding_tests
from dataqual.people.word_vectors import Vectors, Windows
from dataqual.people.words import OURS, lexicon
from dataqual.reading import Interval, Reading

Sets = Mapping[str, tuple[str, ...]]
SIZE = 10_000
"""Documents: vectors want more text than shares do."""
PARTS = ("first", "second", "one", "other")


@dataclass(frozen=True)
class Weat(SampleMetric):
    """Effect size of a word embedding association test (Caliskan et al. 2017), on vectors made from the corpus itself.

    Above 0 the first targets (as shipped, words for men) lie nearer to the first attributes (work) than the second (women)
    do. The interval is that of vectors made anew from `draws` samples of the documents with replacement. `vectors`: a file of
    vectors to use instead. None where a set has fewer than two words that occur five times.

    >>> Weat()(["He works.", "She works."]).value is None
    True
    """

    size: int = SIZE
    test: str = "career_family"
    vectors: str = ""
    draws: int = 20
    lexicons: tuple[str, ...] = OURS

    def __post_init__(self) -> None:
        super().__post_init__()
        tests = lexicon(*self.lexicons).tests
        if self.test not in tests:
            raise SpecError(f"no test {self.test!r}; {did_you_mean(self.test, tests)}")

    def estimate(self, sample: DocumentSample) -> Reading:
        best: Reading | None = None
        for name, sets in lexicon(*self.lexicons).tests[self.test].items():
            reading = self._of_sets(sample, name, sets)
            if reading is not None and (best is None or reading.n > best.n):
                best = reading
        return best or sample.reading("weat", None, n=0, of="words")

    def _of_sets(self, sample: DocumentSample, name: str, sets: Sets) -> Reading | None:
        """With the words of one language, or one file; None where there are too few."""
        words = [word for part in PARTS for word in sets[part]]
        windows = None if self.vectors else Windows.of(sample.text, words)
        vectors = windows.vectors() if windows else Vectors.of_file(self.vectors, words)
        found = self._test(vectors, sets)
        if found is None or found.effect is None:
            return None
        around = self._interval(windows, sets, found.effect) if windows else None
        detail: dict[str, Any] = {
            "test": self.test,
            "lexicon": name,
            "effect_ddof_0": found.effect_ddof_0,
            "p": found.p,
            "partitions": found.partitions,
            "exact_p": found.exact,
            "words": {part: [*own] for part, own in zip(PARTS, found.sets, strict=True)},
            "absent": list(found.absent),
            "documents": len(sample),
        }
        if around:
            detail["interval"] = list(around)
        n = sum(map(len, found.sets))
        reading = sample.reading("weat", found.effect, around, n=n, of="words", detail=detail)
        return replace(reading, method="exact", interval=None) if self.vectors else reading

    def _test(self, vectors: Vectors, sets: Sets) -> embedding_tests.Weat | None:
        try:
            return embedding_tests.weat(vectors, *(sets[part] for part in PARTS), seed=self.seed)
        except InputError:
            return None

    def _interval(self, windows: Windows, sets: Sets, effect: float) -> Interval | None:
        rng = np.random.default_rng(self.seed)
        effects = []
        for _ in range(self.draws):
            drawn = rng.multinomial(windows.documents, np.full(windows.documents, 1 / windows.documents))
            found = self._test(windows.vectors(weights=drawn.astype(np.float64)), sets)
            if found is not None and found.effect is not None:
                effects.append(found.effect)
        if len(effects) < 2:
            return None
        spread = float(np.std(effects, ddof=1)) * t_of(0.95, len(effects) - 1)
        return effect - spread, effect + spread
