"""`Noise`: children of a document with one kind of noise each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dataqual.children import Augmenter, Chance, Child, Edit
from dataqual.noise.document import Document, Place
from dataqual.noise.kinds import KINDS
from dataqual.word_spans import word_spans


@dataclass(frozen=True)
class Noise(Augmenter):
    """Each child has one of the `kinds`, those that have places in the document being as likely; each place is struck
    with the chance `rate`, so that of n places n × rate are on average.

    >>> [child] = Noise(("keyboard",), rate=0.2).children("a rather good sentence", Chance(3), 1)
    >>> child.text, len(child.edits)
    ('a ratuer hood sentrnce', 3)
    """

    kinds: tuple[str, ...]
    rate: float
    span: int = 3
    mask: str = "[MASK]"

    def children_of(
        self, texts: Sequence[str], chances: Sequence[Chance], how_many: Sequence[int]
    ) -> list[list[Child]]:
        """Of each document as many as are asked for, unless nothing in it can be struck, or chance struck nothing."""
        documents = [
            Document(text, spans, self.span, self.mask) for text, spans in zip(texts, word_spans(texts), strict=True)
        ]
        return [
            list(self._children(document, chance, n))
            for document, chance, n in zip(documents, chances, how_many, strict=True)
        ]

    def _children(self, document: Document, chance: Chance, how_many: int) -> list[Child]:
        places = {kind: found for kind in self.kinds if (found := KINDS[kind].places(document))}
        if not places:
            return []
        kinds = list(places)
        chosen = chance.numbers(how_many, "kind").tolist()
        made = []
        for number, pick in enumerate(chosen):
            kind = kinds[int(pick * len(kinds))]
            edits = self._struck(document, kind, places[kind], chance.of(f"child {number}"))
            if edits:
                made.append(Child.of(document.text, edits))
        return made

    def _struck(self, document: Document, kind: str, places: Sequence[Place], chance: Chance) -> list[Edit]:
        struck = np.flatnonzero(chance.numbers(len(places), "where") < self.rate)
        how = chance.numbers(len(struck), "how").tolist()
        change = KINDS[kind].change
        return [
            Edit(*edit, kind)
            for at, number in zip(struck.tolist(), how, strict=True)
            for edit in change(document, places[at], number)
        ]
