"""The step `augment_noise`."""

from __future__ import annotations

from dataclasses import dataclass

from dataqual.children import Augmenter
from dataqual.corpus import Corpus
from dataqual.errors import SpecError, did_you_mean
from dataqual.noise import KINDS, Noise
from dataqual.operators import Engine
from dataqual.steps._augmenting import AugmentingTexts


@dataclass(frozen=True)
class AugmentNoise(AugmentingTexts):
    """Add noisy children of documents: wrong keys, homophones, look-alikes, scanner's errors, misspelling, words left out.

    Each child has one of the `kinds`, and each of its places is struck with the chance `rate`. Numbers, addresses, code
    and markup stay.
    """

    kinds: tuple[str, ...] = ("keyboard", "pinyin", "ocr", "spelling", "slips")
    rate: float = 0.05
    span: int = 3
    mask: str = "[MASK]"

    def __post_init__(self) -> None:
        super().__post_init__()
        for kind in self.kinds:
            if kind not in KINDS:
                raise SpecError(f"no kind of noise {kind!r}; {did_you_mean(kind, KINDS)}")
        if not self.kinds:
            raise SpecError("kinds is empty; name one kind of noise at least")
        if not 0 < self.rate <= 1:
            raise SpecError(f"rate is {self.rate:g}; it is above 0, and 1 at most")
        if self.span < 1:
            raise SpecError(f"span is {self.span}; it is at least 1")

    def augmenter(self, corpus: Corpus, engine: Engine) -> Augmenter:
        """Noise needs to know nothing of the corpus."""
        return Noise(self.kinds, self.rate, self.span, self.mask)
