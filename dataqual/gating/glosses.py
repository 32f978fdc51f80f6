"""What Chinese words mean in English, by a dictionary: enough to tell whether two of them mean the same, or opposites."""

from __future__ import annotations

from functools import cache, lru_cache

from dataqual.gating.english_opposites import REMEMBERED, forms, kinship, senses_of
from dataqual.lexicons import FOLDER


@cache
def glosses() -> dict[str, tuple[str, ...]]:
    """Every word of the dictionary, in simplified characters, with its short English glosses; of some it has none.

    >>> glosses()["干净"]
    ('clean', 'neat')
    """
    lines = (FOLDER / "glosses.zh.txt").read_text(encoding="utf-8").splitlines()
    split = (line.partition("\t") for line in lines)
    return {word: tuple(told.split(";")) if told else () for word, _, told in split}


@cache
def _simplified() -> dict[int, str]:
    lines = (FOLDER / "simplified.zh.txt").read_text(encoding="utf-8").splitlines()
    return {ord(line[0]): line[1] for line in lines}


def simplified(text: str) -> str:
    """In simplified characters, one for one.

    >>> simplified("乾淨")
    '干净'
    """
    return text.translate(_simplified())


@lru_cache(REMEMBERED)
def alike(one: str, other: str) -> bool:
    """Whether two words have a gloss in common, or glosses that are forms of one English word or in one synset of WordNet.

    >>> alike("酒店", "宾馆"), alike("满意", "失望")
    (True, False)
    """
    first, second = glosses().get(one, ()), glosses().get(other, ())
    if not set(first).isdisjoint(second):
        return True
    return not _stems(one).isdisjoint(_stems(other)) or not _senses(one).isdisjoint(_senses(other))


@lru_cache(REMEMBERED)
def leaning(one: str, other: str) -> tuple[int, int]:
    """The best and the worst kinship of two glosses of one word each: on how many oppositions they stand on one side, less those
    on which they face each other.

    >>> leaning("清洁", "肮脏")[1] < 0
    True
    """
    near = [kinship(a, b) for a in _single(one) for b in _single(other)]
    return max(near, default=0), min(near, default=0)


def opposed(one: str, other: str) -> bool:
    """Whether glosses of two words face each other, and more so than others stand together.

    >>> opposed("清洁", "肮脏"), opposed("满意", "惬意")
    (True, False)
    """
    best, worst = leaning(one, other)
    return worst < 0 and best + worst < 0 and not alike(one, other)


def _single(word: str) -> list[str]:
    return [gloss for gloss in glosses().get(word, ()) if " " not in gloss]


@lru_cache(REMEMBERED)
def _stems(word: str) -> frozenset[str]:
    return frozenset(form for gloss in _single(word) for form in forms(gloss))


@lru_cache(REMEMBERED)
def _senses(word: str) -> frozenset[int]:
    return frozenset(sense for gloss in _single(word) for sense in senses_of(gloss))
