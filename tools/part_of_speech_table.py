"""Make dataqual/synonyms/contexts.txt: python tools/part_of_speech_table.py TAGGER.pickle TEXT.txt

TAGGER is the averaged perceptron of textblob-aptagger (MIT), TEXT any English prose, a paragraph to a line. Told is how often a noun,
verb, adjective or adverb stood between two classes of words, by that tagger, and how often our own tagger agrees with it on every
tenth paragraph, which was not counted.
"""

from __future__ import annotations

import pickle
import re
import sys
from collections import Counter
from pathlib import Path

from dataqual.synonyms.tagging import tags as tags_of
from dataqual.synonyms.vocabulary import Vocabulary
from dataqual.synonyms.word_classes import BEFORE, BEHIND, closed_words
from dataqual.synonyms.wordnet import WordNet

HEAD = """\
# How often an English noun, verb, adjective or adverb (n v a r) stands between two classes of words (closed_words.txt; n v a r
# before it; ^ the beginning, $ the end, , a sign between, o any other word). Counts by the averaged perceptron tagger of
# textblob-aptagger 0.2.0 (MIT) over addresses of presidents (CC0), Moby-Dick, the World English Bible
# (public domain) and film reviews (Pang and Lee, CC BY 4.0). Made by tools/part_of_speech_table.py.
"""
OPEN = {"N": "n", "V": "v", "J": "a", "R": "r"}


class Teacher:
    """Honnibal's tagger, as textblob-aptagger has it."""

    def __init__(self, path: str) -> None:
        with open(path, "rb") as file:
            self.weights, self.known, self.classes = pickle.load(file, encoding="latin1")

    def __call__(self, words: list[str]) -> list[str]:
        tags: list[str] = []
        before, before2 = "-START-", "-START2-"
        context = ["-START-", "-START2-", *map(self._normal, words), "-END-", "-END2-"]
        for at, word in enumerate(words):
            tag = self.known.get(word) or self._predict(self._features(at + 2, word, context, before, before2))
            tags.append(tag)
            before2, before = before, tag
        return tags

    def _normal(self, word: str) -> str:
        return "!DIGITS" if word.isdigit() else word.lower()

    def _predict(self, features: list[str]) -> str:
        scores = dict.fromkeys(self.classes, 0.0)
        for feature in features:
            for label, weight in self.weights.get(feature, {}).items():
                scores[label] += weight
        return max(self.classes, key=lambda label: (scores[label], label))

    def _features(self, i: int, word: str, context: list[str], before: str, before2: str) -> list[str]:
        told = [("bias",), ("i suffix", word[-3:]), ("i pref1", word[0]), ("i-1 tag", before), ("i-2 tag", before2),
                ("i tag+i-2 tag", before, before2), ("i word", context[i]), ("i-1 tag+i word", before, context[i]),
                ("i-1 word", context[i - 1]), ("i-1 suffix", context[i - 1][-3:]), ("i-2 word", context[i - 2]),
                ("i+1 word", context[i + 1]), ("i+1 suffix", context[i + 1][-3:]), ("i+2 word", context[i + 2])]  # fmt: skip
        return [" ".join(feature) for feature in told]


def main(tagger: str, text: str) -> None:
    """Count, write, compare."""
    teacher, closed = Teacher(tagger), closed_words()
    counts: Counter[tuple[str, str, str]] = Counter()
    held: list[tuple[list[str], list[str]]] = []
    lines = [line for line in Path(text).read_text(encoding="utf-8").splitlines() if len(line) > 40]
    for number, line in enumerate(lines):
        words = re.findall(r"[A-Za-z][A-Za-z'’-]*|[.,;:!?\"()]", line)
        tags = teacher(words)
        if number % 10 == 0:
            held.append((words, tags))
            continue
        classes = [
            closed.get(w.lower(), OPEN.get(t[0], "o")) if w[0].isalpha() else ","
            for w, t in zip(words, tags, strict=True)
        ]
        for at, kind in enumerate(classes):
            if kind in "nvar" and not tags[at].startswith("NNP"):
                before = classes[at - 1] if at else "^"
                if at > 1 and before == "," and words[at - 1] in ".!?":
                    before = "^"
                behind = classes[at + 1] if at + 1 < len(words) else "$"
                counts[before if before in BEFORE else "o", kind, behind if behind in BEHIND else "o"] += 1
    rows = [f"{a}{b} " + " ".join(str(counts[a, kind, b]) for kind in "nvar") for a in BEFORE for b in BEHIND]
    place = Path(__file__).parent.parent / "dataqual" / "synonyms" / "contexts.txt"
    place.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    ours = Vocabulary(WordNet.open())
    told, agree, sure, sure_agree = 0, 0, 0, 0
    for words, tags in held:
        found = tags_of([w.lower() if w[0].isalpha() else "," for w in words], ours)
        for (kind, confidence), tag, word in zip(found, tags, words, strict=True):
            if kind in "nvar" and tag[0] in OPEN and not tag.startswith("NNP") and word.islower():
                told += 1
                agree += kind == OPEN[tag[0]]
                sure += confidence >= 0.8
                sure_agree += confidence >= 0.8 and kind == OPEN[tag[0]]
    print(f"{told:,} words: {agree / told:.1%} agree; of {sure / told:.1%} that are sure {sure_agree / sure:.1%}")


if __name__ == "__main__":
    main(*sys.argv[1:])
