"""Inflected English forms: which form a word is of its base, and the same form of another base."""

from __future__ import annotations

from typing import Literal

from dataqual.synonyms.wordnet import WordNet

Form = Literal["base", "s", "ing", "ed", "er", "est"]
"""Plural or third person; present participle; past, whether tense or participle; comparative; superlative."""

VOWELS = "aeiou"
ENDS: dict[str, tuple[Form, ...]] = {"n": ("s",), "v": ("s", "ing", "ed"), "a": ("er", "est"), "r": ()}


def form_of(word: str, base: str, part: str, wordnet: WordNet) -> Form | None:
    """Which form of its base a word is; None where that cannot be told, as of `went` and `gone`, which are two of one verb.

    >>> form_of("made", "make", "v", WordNet.open())  # doctest: +SKIP
    'ed'
    """
    if word == base:
        return "base"
    for form in ENDS[part]:
        if inflected(base, form, part, wordnet) == word:
            return form
    return None


def inflected(base: str, form: Form, part: str, wordnet: WordNet) -> str | None:
    """The form of a base; None where there is none, or several that mean different things.

    Irregular forms are those of WordNet; doubled consonants are among them, so all others are regular.
    """
    if form == "base":
        return base
    own = wordnet.inflected[part].get(base, ())
    if form == "ing":
        made = [one for one in own if one.endswith("ing")]
        return made[0] if made else _regular(base, "ing")
    if form in ("er", "est"):
        made = [one for one in own if one.endswith(form)]
        return made[0] if made else (_regular(base, form) if _short(base) else None)
    if form == "ed":
        past = [one for one in own if not one.endswith(("ing", "s"))]
        return past[0] if len(past) == 1 else None if past else _regular(base, "ed")
    plural = [one for one in own if part == "n" or (one.endswith("s") and not one.endswith("ss"))]
    if part == "n" and plural:
        return plural[0] if len(plural) == 1 else None
    return _regular(base, "s")


def _short(base: str) -> bool:
    """Whether an adjective is compared by endings: one syllable, about."""
    groups = sum(
        char in VOWELS + "y" and (at == 0 or base[at - 1] not in VOWELS)
        for at, char in enumerate(base.removesuffix("e"))
    )
    return groups == 1


def _regular(base: str, ending: str) -> str:
    if ending == "s":
        if base.endswith(("s", "x", "z", "ch", "sh")):
            return base + "es"
        return base[:-1] + "ies" if _consonant_y(base) else base + "s"
    if ending == "ing":
        silent = base.endswith("e") and not base.endswith(("ee", "oe", "ye"))
        return base[:-2] + "ying" if base.endswith("ie") else (base[:-1] if silent else base) + "ing"
    if base.endswith("e"):
        return base + ending[1:]
    return base[:-1] + "i" + ending if _consonant_y(base) else base + ending


def _consonant_y(base: str) -> bool:
    return base.endswith("y") and len(base) > 1 and base[-2] not in VOWELS


AN = ("hour", "honest", "honour", "honor", "heir")
A = ("uni", "use", "usu", "eu", "one", "once", "ubiq", "uto", "ura")


def article(word: str) -> str:
    """The indefinite article that stands before a word.

    >>> article("hour"), article("university"), article("idea"), article("film")
    ('an', 'a', 'an', 'a')
    """
    if word.startswith(AN):
        return "an"
    return "an" if word[0] in VOWELS and not word.startswith(A) else "a"
