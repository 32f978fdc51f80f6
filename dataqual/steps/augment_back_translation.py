"""The step `augment_back_translation`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dataqual.children import Augmenter, Chance, Child, Failed
from dataqual.corpus import Corpus
from dataqual.errors import SpecError
from dataqual.operators import Engine
from dataqual.steps._augmenting import AugmentingTexts
from dataqual.translation import Route, Whole
from dataqual.translation.routes import route_of
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
        """One route says the same again."""
        return 1 if len(self.routes) == 1 else None

    def children_of(
        self, texts: Sequence[str], chances: Sequence[Chance], how_many: Sequence[int]
    ) -> Sequence[Sequence[Child | Failed]]:
        """At most one child by each route."""
        orders = [chance.numbers(len(self.routes), "route").argsort(kind="stable").tolist() for chance in chances]
        taken = [set(order[:wanted]) for order, wanted in zip(orders, how_many, strict=True)]
        found: list[dict[int, Child | Failed]] = [{} for _ in texts]
        for number, route in enumerate(self.routes):
            rows = [row for row, own in enumerate(taken) if number in own]
            for row, text in zip(rows, route([texts[row] for row in rows]) if rows else [], strict=True):
                found[row][number] = _child(texts[row], text)
        return [[own[number] for number in order if number in own] for own, order in zip(found, orders, strict=True)]


def _child(parent: str, said: Said) -> Child | Failed:
    return Child.rewritten(parent, said, "back-translation") if isinstance(said, str) else Failed(str(said))
