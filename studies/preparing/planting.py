"""A planted leak: held-out text put where a grade would have it, to see whether it would be kept out."""

from __future__ import annotations

from typing import Any

from dataqual.text import Text
from studies.preparing.holding_out import WORDS, Grams

DOCUMENTS = 50
"""Held-out documents that are planted, from all over them."""
EXCERPT = 2 * WORDS
"""Words of an excerpt: twice as many in a row as convict."""


def plant(grams: Grams) -> dict[str, Any]:
    """How many of so many planted documents, and of excerpts within other text, the decontaminator finds.

    An excerpt is the middle of a held-out document, put behind a line of its own; one of nothing but common phrases may
    rightly escape. Documents with fewer words than two excerpts give none.
    """
    chosen = grams.documents[:: max(1, len(grams.documents) // DOCUMENTS)][:DOCUMENTS]
    texts = [document.text for document in chosen]
    excerpts = [found for text in texts if (found := excerpt(text)) is not None]
    around = [f"{number}\n{text}\n{number}" for number, text in enumerate(excerpts)]
    return {
        "documents": len(texts),
        "found": len(grams.overlaps(Text.of(texts))) if texts else 0,
        "excerpts": len(around),
        "excerpts_found": len(grams.overlaps(Text.of(around))) if around else 0,
        "words": EXCERPT,
    }


def excerpt(text: str) -> str | None:
    """The words in the middle of a text, as many as an excerpt has, in the text's own bytes; None of a short text.

    >>> excerpt("a b c") is None, len(excerpt("word " * 60).split())
    (True, 26)
    """
    words = Text.of([text]).cut("unicode")
    first = (int(words.counts[0]) - EXCERPT) // 2
    if first < EXCERPT // 2:
        return None
    start, end = int(words.starts[first]), int(words.ends[first + EXCERPT - 1])
    return text.encode()[start:end].decode()
