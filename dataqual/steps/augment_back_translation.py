"""The step `augment_back_translation`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dataqual.children import Augmenter, Chance, Child, Failed
from dataqual.corpus import Corpus
from dataqual.errors import InputError, SpecError
from dataqual.operators import Engine
from dataqual.steps._augmenting import AugmentingTexts
from dataqual.translation import Route, Whole
from dataqual.translation.routes import route_of
from dataqual.translation.tidied import tidied
from dataqual.translation.translator import Said


@dataclass(frozen=True)
class AugmentBackTranslation(AugmentingTexts):
    """Add children of documents that were translated into another language and back: other words, the same meaning.

    `through` are routes there and back, and each gives one child at most: `apertium:eng-spa`, `models:THERE,BACK` with
    folders of Marian models, or mappings for one model of many languages, commands, a server and nlpaug
    (docs/augment.md). Nothing is downloaded.
    """

    through: tuple[str, ...] = ("apertium:eng-spa",)
    gate: str | tuple[str, ...] = "default"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.through:
            raise SpecError("through is empty; name one route at least, such as apertium:eng-spa")

    @property
    def routes(self) -> tuple[Route | Whole, ...]:
        """The routes; SpecError for one that is none, InputError where its engine is missing."""
        return tuple(route_of(one, f"through[{at}]") for at, one in enumerate(self.through))

    @property
    def rests_on(self) -> object:
        """The models of the gate and of the routes."""
        found = [self.rules.rests_on, *(route.rests_on for route in self.routes)]
        return [one for one in found if one is not None] or None

    def augmenter(self, corpus: Corpus, engine: Engine) -> Augmenter:
        """The routes."""
        return BackTranslation(self.routes)


@dataclass(frozen=True)
class BackTranslation(Augmenter):
    """Children by routes, which each document takes in an order of its own."""

    routes: tuple[Route | Whole, ...]

    @property
    def attempts(self) -> int | None:
        """A route says the same again."""
        return len(self.routes)

    @property
    def dear(self) -> bool:
        """Where a server is asked, which may cost money."""
        return not all(route.free for route in self.routes)

    def children_of(
        self, texts: Sequence[str], chances: Sequence[Chance], how_many: Sequence[int]
    ) -> Sequence[Sequence[Child | Failed]]:
        """At most one child by each route."""
        return self.attempt(0, texts, chances, how_many, [0] * len(texts))

    def attempt(
        self,
        number: int,
        texts: Sequence[str],
        chances: Sequence[Chance],
        how_many: Sequence[int],
        asked: Sequence[int],
    ) -> Sequence[Sequence[Child | Failed]]:
        """By the routes that come after those that were taken before."""
        orders = [
            chance.numbers(len(self.routes), "route").argsort(kind="stable").tolist()[done : done + wanted]
            for chance, done, wanted in zip(chances, asked, how_many, strict=True)
        ]
        found: list[dict[int, Child | Failed]] = [{} for _ in texts]
        for at, route in enumerate(self.routes):
            rows = [row for row, order in enumerate(orders) if at in order]
            for row, text in zip(rows, route([texts[row] for row in rows]) if rows else [], strict=True):
                found[row][at] = _child(texts[row], text)
        return [[own[at] for at in order] for own, order in zip(found, orders, strict=True)]


def _child(parent: str, said: Said) -> Child | Failed:
    return (
        Failed(str(said))
        if isinstance(said, InputError)
        else Child.rewritten(parent, tidied(parent, said), "back-translation")
    )
