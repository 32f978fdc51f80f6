"""Classes of English words: closed ones by a list, and how likely each open one is between two others."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BEFORE = "^DITMPBHCNQA,nvaro"
BEHIND = "$DITMPBHCNQA,o"
"""Classes of the word before and behind: ^ none, $ none, , a sign, o any other word; see closed_words.txt."""

CLASSES = BEFORE + "$"
"""All classes; the number of one is its place here."""
PARTS = "nvar"
"""Open classes: nouns, verbs, adjectives, adverbs; they stand side by side in `CLASSES`."""

UNSEEN = 0.5
"""Added to each count: what was never seen is rare, not impossible (Jeffreys)."""


@cache
def closed_words() -> dict[str, str]:
    """The class of every word that is never replaced."""
    lines = (line.split() for line in _lines("closed_words.txt"))
    return {word: kind for kind, *words in reversed(list(lines)) for word in words}


@cache
def contexts() -> NDArray[np.float64]:
    """Between two classes, how much likelier than on average each part of speech is, (classes, classes, parts)."""
    rows = [(line[0], line[1], [int(n) + UNSEEN for n in line[3:].split()]) for line in _lines("contexts.txt")]
    totals = [sum(counts[at] for _, _, counts in rows) for at in range(len(PARTS))]
    whole = sum(totals)
    found = np.ones((len(CLASSES), len(CLASSES), len(PARTS)))
    for before, behind, counts in rows:
        likelier = [n / sum(counts) / (total / whole) for n, total in zip(counts, totals, strict=True)]
        found[CLASSES.index(before), CLASSES.index(behind)] = likelier
    return found


def _lines(name: str) -> list[str]:
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
