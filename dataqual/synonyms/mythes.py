"""Synonyms of any language there is a MyThes file of, as LibreOffice has: words in their base form, of one meaning."""

from __future__ import annotations

import re
from pathlib import Path

from dataqual.children import Edit
from dataqual.errors import InputError
from dataqual.lazy import lazy
from dataqual.protected import Protected
from dataqual.synonyms.frequency import By, Frequency
from dataqual.synonyms.source import OneByOne, Swap
from dataqual.text import ALONE
from dataqual.word_spans import Spans

FOLDER = Path("/usr/share/mythes")
"""Where Debian's packages mythes-* put them."""

KNOWN = 0.3
"""Share of a document's different words that a file must have for the document to be of its language."""

_LEFT = re.compile(
    r"\((?:generic term|related term|similar term|antonym|Antonym|Oberbegriff|Unterbegriff|assoziiert)[^)]*\)"
)
_REMARK = re.compile(r"\s*\([^)]*\)")
_WORD = re.compile(r"[^\W\d_]{3,}")


def files(named: tuple[str, ...]) -> list[Path]:
    """The .dat files that are named, by file, folder or language, such as de; InputError where there is none of the kind."""
    found: list[Path] = []
    for one in named:
        path = Path(one)
        some = [path] if path.is_file() else sorted(path.glob("th_*.dat")) if path.is_dir() else []
        some = some or sorted(FOLDER.glob(f"th_{one}*.dat"))
        if not some:
            raise InputError(
                f"{one}: there is no MyThes file; apt-get install mythes-de brings German, and so on; or name a .dat file"
            )
        found += some[:1] if not path.is_dir() else some
    return found


class MyThes(OneByOne):
    """One file th_LANGUAGE_*.dat."""

    def __init__(self, path: str, by: By) -> None:
        self.path, self.by = path, by
        name = re.match(r"th_([a-z]{2,3})", Path(path).name)
        self.language = name[1] if name else Path(path).stem
        self.frequency = Frequency(self.language, by)
        self._known: dict[str, tuple[str, ...]] = {}

    def __reduce__(self) -> tuple[type[MyThes], tuple[str, By]]:
        return MyThes, (self.path, self.by)

    @lazy
    def entries(self) -> dict[str, list[list[str]]]:
        """Of each word in small letters its meanings, each a list of words; InputError for what is no such file."""
        raw = Path(self.path).read_bytes()
        encoding, _, rest = raw.partition(b"\n")
        try:
            lines = rest.decode(encoding.decode().strip(), errors="replace").splitlines()
        except (LookupError, UnicodeDecodeError):
            raise InputError(f"{self.path}: no MyThes file: its first line names no encoding") from None
        found: dict[str, list[list[str]]] = {}
        at = 0
        while at < len(lines):
            word, _, number = lines[at].rpartition("|")
            count = int(number) if number.strip().isdecimal() else 0
            meanings = [
                [w for w in line.split("|")[1:] if not _LEFT.search(w)] for line in lines[at + 1 : at + 1 + count]
            ]
            found.setdefault(word, []).extend([_REMARK.sub("", w).strip() for w in meaning] for meaning in meanings)
            at += 1 + count
        return found

    def serves(self, text: str, spans: Spans) -> bool:
        """Whether it has enough of the words."""
        words = {text[a:b].lower() for a, b in zip(spans.starts[:200], spans.ends[:200], strict=True)}
        words = {word for word in words if _WORD.fullmatch(word)}
        if not words or any(flags & ALONE for flags in spans.flags[:20]):
            return False
        return sum(word in self.entries or word.capitalize() in self.entries for word in words) >= KNOWN * len(words)

    def swaps(self, text: str, spans: Spans) -> list[Swap]:
        """Words in small letters, as they stand in the file."""
        protected = Protected(text, quotes=True)
        found = []
        for start, end in zip(spans.starts, spans.ends, strict=True):
            word = text[start:end]
            if word.islower() and _WORD.fullmatch(word) and not protected.touches(start, end):
                choices = self._synonyms(word)
                if choices and not _touched(text, start, end):
                    found.append(Swap(start, tuple((Edit(start, end, one, "synonym"),) for one in choices)))
        return found

    def _synonyms(self, word: str) -> tuple[str, ...]:
        """Of a word with one meaning, those that have it among theirs in turn."""
        known = self._known.get(word)
        if known is None:
            meanings = self.entries.get(word, [])
            others = meanings[0] if len(meanings) == 1 else []
            fitting = [
                one
                for one in dict.fromkeys(others)
                if one != word
                and one.islower()
                and _WORD.fullmatch(one)
                and any(word in back for back in self.entries.get(one, []))
                and self.frequency.fits(one, word)
            ]
            known = self._known[word] = tuple(fitting)
        return known


def _touched(text: str, start: int, end: int) -> bool:
    return text[max(0, start - 1) : start] in ("-", "'", "’") or text[end : end + 1] in ("-", "'", "’")
