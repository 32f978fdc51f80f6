"""A WordNet of a few words, written in the format of the real one (wndb(5WN))."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

PARTS = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
NUMBERS = {"n": 1, "v": 2, "a": 3, "r": 4}

Sense = tuple[str, tuple[tuple[str, int], ...]]
"""Part of speech, and its lemmas, each with how often it was met in this sense."""

SENSES: Sequence[Sense] = (
    ("n", (("film", 30), ("movie", 20))),
    ("n", (("film", 1), ("cinema", 3))),
    ("n", (("quarter", 20), ("fourth", 1))),
    ("n", (("quarter", 3), ("stern", 4), ("poop", 1))),
    ("n", (("story", 9), ("tale", 8))),
    ("n", (("idea", 9), ("thought", 8))),
    ("n", (("child", 30), ("kid", 10))),
    ("n", (("dog", 20), ("hound", 2))),
    ("n", (("hot_dog", 2),)),
    ("n", (("weather", 9),)),
    ("v", (("begin", 20), ("start", 15))),
    ("v", (("buy", 20), ("purchase", 9))),
    ("v", (("film", 1), ("shoot", 1))),
    ("a", (("big", 40), ("large", 30))),
    ("a", (("terrible", 5), ("awful", 4))),
    ("a", (("clever", 4), ("smart", 5))),
    ("r", (("quickly", 9), ("rapidly", 9))),
)
IRREGULAR = {
    "n": "children child\n",
    "v": "began begin\nbegun begin\nbought buy\n",
    "a": "bigger big\nbiggest big\n",
    "r": "",
}


def small_wordnet(folder: Path) -> Path:
    """The folder, with all files in it."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = []
    for key, part in PARTS.items():
        data, places = "  1 A small WordNet\n", []
        own = [lemmas for kind, lemmas in SENSES if kind == key]
        for lemmas in own:
            words = " ".join(f"{lemma} 0" for lemma, _ in lemmas)
            places.append(len(data.encode()))
            data += f"{places[-1]:08d} 05 {key} {len(lemmas):02x} {words} 000 | what it means  \n"
        (folder / f"data.{part}").write_text(data, encoding="utf-8")
        index = ["  1 A small WordNet"]
        for lemma in sorted({lemma for lemmas in own for lemma, _ in lemmas}):
            met = [
                (dict(lemmas)[lemma], place) for lemmas, place in zip(own, places, strict=True) if lemma in dict(lemmas)
            ]
            met.sort(key=lambda pair: -pair[0])
            offsets = " ".join(f"{place:08d}" for _, place in met)
            index.append(f"{lemma} {key} {len(met)} 0 {len(met)} {len(met)} {offsets}  ")
            counts += [f"{lemma}%{NUMBERS[key]}:05:00:: {at} {count}" for at, (count, _) in enumerate(met, 1)]
        (folder / f"index.{part}").write_text("\n".join(index) + "\n", encoding="utf-8")
        (folder / f"{part}.exc").write_text(IRREGULAR[key], encoding="utf-8")
    (folder / "cntlist.rev").write_text("\n".join(sorted(counts)) + "\n", encoding="utf-8")
    return folder
