"""`SentenceShuffle`: children of a document with their sentences in another order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dataqual.children import Augmenter, Chance, Child, Edit
from dataqual.word_spans import Spans, sentence_spans


@dataclass(frozen=True)
class SentenceShuffle(Augmenter):
    """Each sentence trades places with the chance `rate`; what stands between them stays where it is.

    >>> [child] = SentenceShuffle().children("一。二！三？", Chance(1), 1)
    >>> child.text
    '三？二！一。'
    """

    rate: float = 1.0

    def children_of(
        self, texts: Sequence[str], chances: Sequence[Chance], how_many: Sequence[int]
    ) -> list[list[Child]]:
        """Of each document as many as are asked for; none of one with fewer than two sentences."""
        return [
            [child for number in range(n) if (child := self._shuffled(text, spans, chance.of(f"child {number}")))]
            for text, spans, chance, n in zip(texts, sentence_spans(texts), chances, how_many, strict=True)
        ]

    def _shuffled(self, text: str, spans: Spans, chance: Chance) -> Child | None:
        moving = np.flatnonzero(chance.numbers(len(spans), "which") < self.rate)
        order = np.arange(len(spans))
        order[moving] = moving[np.argsort(chance.numbers(len(moving), "where"), kind="stable")]
        edits = [
            Edit(spans.starts[at], spans.ends[at], text[spans.starts[other] : spans.ends[other]], "sentence")
            for at, other in enumerate(order.tolist())
            if text[spans.starts[at] : spans.ends[at]] != text[spans.starts[other] : spans.ends[other]]
        ]
        return Child.of(text, edits) if edits else None
