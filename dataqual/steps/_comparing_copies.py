"""The search for copies as a step of its own, which can tell of all that it found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from dataqual.corpus import Batch, Corpus
from dataqual.ledger import Dropped
from dataqual.operators import Engine, InOrder, Step, ViewName
from dataqual.steps._known_copies import Earlier, Found
from dataqual.steps._passing_copies import PassingCopies
from dataqual.steps._surveying_copies import Looked
from dataqual.steps.dedup import Dedup
from dataqual.views import view_of


@dataclass(frozen=True)
class Comparing(Step):
    """The search for copies, as a step: what it finds is kept beside an unfinished output, and not sought again."""

    view: ClassVar[ViewName | None] = None
    idempotent: ClassVar[bool] = False

    dedup: Dedup
    others: object = None
    """What tells that what came earlier is the same as it was."""
    earlier: tuple[Earlier, ...] = field(default=(), compare=False, repr=False)

    @property
    def told_as(self) -> tuple[str, ...]:
        """As the step that finds them."""
        return self.dedup.told_as

    @property
    def rests_on(self) -> object:
        """A model's weights."""
        return self.dedup.rests_on

    def in_order(self, corpus: Corpus) -> InOrder | None:
        """Of exact copies among texts, where the first stays."""
        alone = self.dedup.of_firsts and not self.earlier and view_of(corpus).told_in_order
        return Passing(PassingCopies(self.dedup, corpus)) if alone else None

    def prepare(self, corpus: Corpus, engine: Engine) -> Settled:
        """Compare."""
        return Settled(self.dedup.find(corpus, engine, self.earlier, sources=True))

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped]]:
        """Only a survey can tell what is a copy."""
        raise TypeError("call prepare, and then what it returns")


@dataclass(frozen=True)
class Passing:
    """The search while the corpus is read: an `InOrder`."""

    copies: PassingCopies

    def ahead(self, batch: Batch) -> Looked:
        """Hashes, addresses and groups."""
        return self.copies.ahead(batch)

    def step(self, known: Looked) -> Step:
        """Drops the copies of this batch."""
        return self.copies.step(known)

    def prepared(self) -> Settled:
        """Drops all of them."""
        return Settled(self.copies.found())


@dataclass(frozen=True, eq=False)
class Settled(Step):
    """Drops the copies that were found, and can tell of all of them."""

    light: ClassVar[bool] = True

    found: Found

    @property
    def told_as(self) -> tuple[str, ...]:
        """As the step that found them."""
        return self.found.rules

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped]]:
        return self.found.known(batch)
