"""Makes dataqual/lexicons/antonyms.en.txt and same.en.txt from WordNet 3.0: python tools/antonyms.py /usr/share/wordnet (Debian's wordnet-base).

One line for each pair of opposite synsets: the words of one, what is similar to it and what is derived from it, a bar, those of the
other. Words that are opposite through what they are similar to are the indirect antonyms of Gross, Fischer and Miller (1989);
through derivation `danger` and `safety` are, as `dangerous` and `safe` are. The other file has the synsets of two words or more that
have opposites, so that these are not taken for each other's.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

FILES = {"n": "data.noun", "v": "data.verb", "a": "data.adj", "r": "data.adv"}
OUT = Path(__file__).parent.parent / "dataqual" / "lexicons"

OWN = ("death | life",)
"""Opposites of everyday of which WordNet says so in other parts of speech only: to be born and to die, dead and alive."""

Place = tuple[str, str]


@dataclass(frozen=True)
class Synset:
    """Its words, and its pointers: symbol and place of the other synset (wndb(5WN))."""

    words: tuple[str, ...]
    pointers: tuple[tuple[str, Place], ...]
    derived: tuple[tuple[Place, int], ...] = ()
    """Synset and number, from 1, of each word that is derivationally related to one of these."""


def synsets(folder: Path) -> dict[Place, Synset]:
    """All synsets of the four parts of speech."""
    found = {}
    for kind, name in FILES.items():
        for line in (folder / name).read_text(encoding="ascii").splitlines():
            if line.startswith("  "):
                continue
            part = line.split(" | ")[0].split()
            words = int(part[3], 16)
            rest = part[4 + 2 * words :]
            each = range(1, 4 * int(rest[0]), 4)
            pointers = [(rest[i], (rest[i + 2].replace("s", "a"), rest[i + 1])) for i in each]
            derived = [
                (to, int(rest[i + 3][2:], 16)) for i, (symbol, to) in zip(each, pointers, strict=True) if symbol == "+"
            ]
            spelt = tuple(re.sub(r"\(\w+\)$", "", word).lower() for word in part[4 : 4 + 2 * words : 2])
            found[kind, part[0]] = Synset(spelt, tuple(pointers), tuple(derived))
    return found


def side(every: dict[Place, Synset], place: Place) -> str:
    """The words of a synset, of those similar to it, and what is derived from its own, one word each, in order."""
    near = [place, *(other for symbol, other in every[place].pointers if symbol == "&")]
    words = {word for one in near for word in every[one].words}
    words |= {every[to].words[number - 1] for to, number in every[place].derived if number}
    return " ".join(sorted(word for word in words if re.fullmatch("[a-z]+", word)))


def lines(every: dict[Place, Synset]) -> list[str]:
    """One for each pair of opposite synsets, once."""
    found = set(OWN)
    for place, synset in every.items():
        for symbol, other in synset.pointers:
            if symbol == "!":
                one, two = sorted([side(every, place), side(every, other)])
                if one and two:
                    found.add(f"{one} | {two}")
    return sorted(found)


def same(every: dict[Place, Synset], opposites: list[str]) -> list[str]:
    """The words of each synset that have opposites, where there are two or more; words of praise and of blame have some."""
    valence = (OUT / "valence.en.txt").read_text(encoding="utf-8")
    known = {word for line in [*opposites, valence] for word in line.replace("|", " ").split()}
    found = {tuple(sorted(known.intersection(synset.words))) for synset in every.values()}
    return sorted(" ".join(words) for words in found if len(words) > 1)


if __name__ == "__main__":
    wordnet = synsets(Path(sys.argv[1]))
    opposites = lines(wordnet)
    for name, listed in (("antonyms.en.txt", opposites), ("same.en.txt", same(wordnet, opposites))):
        (OUT / name).write_text("\n".join(listed) + "\n", encoding="ascii")
