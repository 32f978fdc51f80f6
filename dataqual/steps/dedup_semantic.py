"""The step `dedup_semantic`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from dataqual.corpus import Batch, Corpus
from dataqual.errors import InputError, SpecError
from dataqual.lazy import lazy
from dataqual.ledger import Dropped
from dataqual.near_duplicates import Semantic
from dataqual.operators import Engine, Step
from dataqual.steps._known_copies import KnownCopies
from dataqual.steps.dedup import Dedup


@dataclass(frozen=True)
class DedupSemantic(Step):
    """Keep one of what says the same: documents whose embeddings have a cosine of `threshold` or more, and exact copies.

    `model` is a folder on disk, of a transformer with mean pooling or of a static model. Whatever goes was compared
    with the document that is kept in its place; nothing is transitive. `keep`, `normalized` are those of `dedup`;
    `nearest`, `buckets` and `seed` say who is compared at all. A document of which the model knows nothing is a copy
    only of the same bytes.
    """

    tells_by_address: ClassVar[bool] = True

    idempotent: ClassVar[bool] = False
    """But nearly so, as `dedup`: buckets are found anew among those that are left."""

    model: str
    threshold: float = Semantic.threshold
    keep: str = "first"
    normalized: bool = False
    nearest: int = Semantic.nearest
    buckets: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        try:
            self.dedup  # noqa: B018  what is wrong with a parameter is told at once
        except InputError as error:
            raise SpecError(str(error).removeprefix("--")) from None

    @lazy
    def dedup(self) -> Dedup:
        """The same as a step of its parts."""
        near = Semantic(self.model, self.threshold, self.nearest, self.buckets, self.seed)
        return Dedup(True, near, self.normalized, self.keep)

    @property
    def told_as(self) -> tuple[str, ...]:
        """Exact copies, and those by meaning."""
        return self.dedup.told_as

    @property
    def rests_on(self) -> object:
        """The weights of the model."""
        return self.dedup.rests_on

    def prepare(self, corpus: Corpus, engine: Engine) -> KnownCopies:
        """Survey the corpus."""
        return replace(self.dedup.prepare(corpus, engine), step="dedup_semantic")

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped]]:
        """Only a survey can tell what is a copy."""
        raise TypeError("dedup_semantic must see the corpus first: call prepare, and then what it returns")
