"""How far the size of a picture is from the usual one of its corpus."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import SpecError
from dataqual.images.image import Images
from dataqual.images.signal import ImageSignal
from dataqual.images.signals.side import Side
from dataqual.operators import Worse

if TYPE_CHECKING:
    from dataqual.corpus import Corpus
    from dataqual.operators import Engine

NARROW = 1e-6
"""The least width of the middle half, as a share of its upper end: where all are of one size, any other is far away."""


@dataclass(frozen=True)
class OddSize(ImageSignal):
    """How far the size (`side`) lies outside the middle half of the corpus, in widths of that half; 0 within it (Tukey 1977).

    cleanvision calls more than 3 odd (version 0.3.7). The corpus is looked at first, so only a step can ask for it.

    >>> OddSize(quartiles=(100.0, 200.0))([np.zeros((150, 150), np.uint8), np.zeros((400, 400), np.uint8)]).tolist()
    [0.0, 2.0]
    """

    worse: ClassVar[Worse | None] = "high"

    surveyed: ClassVar[bool] = True
    profiled: ClassVar[bool] = False

    quartiles: tuple[float, ...] = ()
    """The first and the third of the sizes; () looks at the corpus."""

    def prepare(self, corpus: Corpus, engine: Engine) -> OddSize:
        """With the quartiles of the corpus."""
        if self.quartiles:
            return self
        sides = [Side().of_batch(batch) for batch in corpus.batches()]
        return replace(self, quartiles=quartiles_of(np.concatenate([np.zeros(0), *sides])))

    def measure(self, images: Images) -> NDArray[Any]:
        if len(self.quartiles) != 2:
            raise SpecError(
                "odd_size must first see the corpus: a step does that; or give it quartiles: [first, third]"
            )
        first, third = self.quartiles
        return self.outside(Side().measure(images), first, third)

    @staticmethod
    def outside(sides: NDArray[Any], first: float, third: float) -> NDArray[Any]:
        """How far sides lie outside two quartiles, in widths between these."""
        width = max(third - first, third * NARROW, NARROW)
        return np.asarray(np.maximum(np.maximum(first - sides, sides - third), 0) / width)


def quartiles_of(sides: NDArray[Any]) -> tuple[float, float]:
    """The first and the third quartile, linear between two; (0, 0) of none."""
    if not len(sides):
        return (0.0, 0.0)
    first, third = np.percentile(sides, [25, 75]).tolist()
    return first, third
