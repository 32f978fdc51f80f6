"""The step `augment_shuffle`."""

from __future__ import annotations

from dataclasses import dataclass

from dataqual.children import Augmenter
from dataqual.corpus import Corpus
from dataqual.errors import SpecError
from dataqual.noise import SentenceShuffle
from dataqual.operators import Engine
from dataqual.steps._augmenting import AugmentingTexts


@dataclass(frozen=True)
class AugmentShuffle(AugmentingTexts):
    """Add children of documents whose sentences stand in another order; each trades places with the chance `rate`.

    A document of one sentence has no such child. What stands between sentences stays.
    """

    rate: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.rate <= 1:
            raise SpecError(f"rate is {self.rate:g}; it is above 0, and 1 at most")

    def augmenter(self, corpus: Corpus, engine: Engine) -> Augmenter:
        """Sentences are cut by our own rule, which needs no corpus."""
        return SentenceShuffle(self.rate)
