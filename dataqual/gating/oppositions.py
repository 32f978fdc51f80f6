"""Lists of opposites, as both languages read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from dataqual.lexicons import FOLDER

Vouched = Collection[tuple[str, str]]
"""Words of a parent, in lower case, and what a source of synonyms put in their place: it says that they mean the same."""


def numbered(oppositions: Iterable[Iterable[str]]) -> dict[str, tuple[int, ...]]:
    """Word -> the sides of oppositions on which it stands; of each opposition one is even, the other one more."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, sides in enumerate(oppositions):
        for which, side in enumerate(sides):
            for word in side.split():
                found[word].append(2 * number + which)
    return {word: tuple(sides) for word, sides in found.items()}


def lines(name: str) -> Iterator[str]:
    """Those of a lexicon that are not empty."""
    yield from filter(None, (FOLDER / f"{name}.txt").read_text(encoding="utf-8").split("\n"))
