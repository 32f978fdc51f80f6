"""The step `dedup_images`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from dataqual.corpus import Batch, Corpus
from dataqual.errors import SpecError
from dataqual.images.perceptual import Perceptual, Variants
from dataqual.lazy import lazy
from dataqual.ledger import Dropped
from dataqual.operators import Engine, Step, ViewName
from dataqual.steps._known_copies import KnownCopies
from dataqual.steps.dedup import Dedup


@dataclass(frozen=True)
class DedupImages(Step):
    """Keep one of each picture: of the same pixels, and by the method perceptual of what is a copy resized, compressed again
    or brightened a little.

    pHash or dHash within `radius` bits propose a pair, its pixels decide: their similarity with the picture that is kept is
    `threshold` or more, in the worst place too, and nothing is transitive. `variants` looks for copies that were flipped
    or rotated, too. `keep` is first, largest, or a signal whose highest value stays. Plain pictures are copies of the same
    pixels only.
    """

    view: ClassVar[ViewName] = "image"
    tells_by_address: ClassVar[bool] = True

    idempotent: ClassVar[bool] = False
    """But nearly so, as `dedup`: of many that are alike not every pair is verified."""

    method: Literal["perceptual", "exact"] = "perceptual"
    radius: int = Perceptual.radius
    threshold: float = Perceptual.threshold
    variants: Variants = Perceptual.variants
    keep: str = "first"

    def __post_init__(self) -> None:
        if self.method == "exact" and self.variants != "none":
            raise SpecError("variants: the method exact knows pictures as they are; perceptual finds turned ones")
        self.dedup  # noqa: B018  what is wrong with a parameter is told at once

    @lazy
    def dedup(self) -> Dedup:
        """The same as a step of its parts."""
        near = Perceptual(self.radius, self.threshold, self.variants)
        return Dedup(True, near if self.method == "perceptual" else None, keep=self.keep)

    @property
    def told_as(self) -> tuple[str, ...]:
        """Exact copies, and near ones."""
        return self.dedup.told_as

    def prepare(self, corpus: Corpus, engine: Engine) -> KnownCopies:
        """Survey the corpus."""
        return replace(self.dedup.prepare(corpus, engine), step="dedup_images")

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped]]:
        """Only a survey can tell what is a copy."""
        raise TypeError("dedup_images must see the corpus first: call prepare, and then what it returns")
