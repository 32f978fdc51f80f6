"""Makes dataqual/lexicons/antonyms.en.txt from WordNet 3.0: python tools/antonyms.py /usr/share/wordnet (Debian's wordnet-base).

One line for each pair of opposite synsets: the words of one and of what is similar to it, a bar, those of the other.
Words that are opposite through what they are similar to are the indirect antonyms of Gross, Fischer and Miller (1989).
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

FILES = {"n": "data.noun", "v": "data.verb", "a": "data.adj", "r": "data.adv"}
OUT = Path(__file__).parent.parent / "dataqual" / "lexicons" / "antonyms.en.txt"

Place = tuple[str, str]


@dataclass(frozen=True)
class Synset:
    """Its words, and its pointers: symbol and place of the other synset (wndb(5WN))."""

    words: tuple[str, ...]
    pointers: tuple[tuple[str, Place], ...]


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
            pointers = [(rest[i], (rest[i + 2].replace("s", "a"), rest[i + 1])) for i in range(1, 4 * int(rest[0]), 4)]
            spelt = tuple(re.sub(r"\(\w+\)$", "", word).lower() for word in part[4 : 4 + 2 * words : 2])
            found[kind, part[0]] = Synset(spelt, tuple(pointers))
    return found


def side(every: dict[Place, Synset], place: Place) -> str:
    """The words of a synset and of those similar to it, one word each, in order."""
    near = [place, *(other for symbol, other in every[place].pointers if symbol == "&")]
    return " ".join(sorted({word for one in near for word in every[one].words if re.fullmatch("[a-z]+", word)}))


def lines(every: dict[Place, Synset]) -> list[str]:
    """One for each pair of opposite synsets, once."""
    found = set()
    for place, synset in every.items():
        for symbol, other in synset.pointers:
            if symbol == "!":
                one, two = sorted([side(every, place), side(every, other)])
                if one and two:
                    found.add(f"{one} | {two}")
    return sorted(found)


if __name__ == "__main__":
    OUT.write_text("\n".join(lines(synsets(Path(sys.argv[1])))) + "\n", encoding="ascii")
