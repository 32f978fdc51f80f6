"""What people are told, in their language: English sentences are looked up where they are about to be shown.

English is what the code says, what facts hold and what `--json` prints; it is translated at the door alone, so that no
fact depends on a language and a page can be drawn again in another one. `translations/zh/*.toml` have the sentences:

    "{count} more {what}" = "另有 {count} 个{what:t}"

A hole `{count}` stands for anything and is shown as it is; `{what:t}` is translated in its turn. `{what:1}` on the left
ends where its sentence ends, so that what follows is no part of it; `{s?}` there is an `s` that may be there or not. `{n}`,
`{m}` and `{k}` stand for numbers alone, `{share}` and `{part}` for per cent. A no-break space is a space, and what stands
in backticks may be a tag. Of several entries that fit, one that begins with words of its own goes before one that begins
with a hole, and then the one with the most letters of its own. What has no entry is translated by its longest known run of
whole sentences, each of which may begin with a capital or end in a stop that its entry has not; what has none even so
stays English. On a page `<1>…</1>` and `<2/>` are its tags (`reports.translated`), over which no hole reaches.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dataqual.errors import SpecError
from dataqual.picture_words import with_pictures

FOLDER = Path(__file__).parent / "translations"

ENGLISH = "en"

VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Where a locale is said, the first that is set counts (POSIX.1-2017, 8.2)."""

INDEXED = 3
"""Letters at the beginning, or the end, of an entry by which it is found."""

DEPTH = 4
"""How often a translated hole may hold a translated hole: more is a circle."""

_HOLE = re.compile(r"\{(\w+)(\?|:[t1])?\}")
_WITHIN = r"(?:(?![.!?;:][ \u00a0])[^\ue000\ue001])+?(?<![.;:])"
"""What a hole of one sentence takes: no stop with a blank behind it, nor one at its end."""
_HAN, _LATIN = re.compile("[\u3400-\u9fff]"), re.compile("[A-Za-z]")
_TAG = re.compile(r"<(/?\d+/?)>")
NUMBERS = {name: rf"(?P<{name}>[^A-Za-z\ue000]*\d[^A-Za-z\ue000]*(?:[kMGT]?B?)(?<![.;:]))" for name in ("n", "m", "k")}
NUMBERS |= {name: rf"(?P<{name}>[^A-Za-z\ue000]*\d[^A-Za-z\ue000]*%)" for name in ("share", "part")}
"""Holes that numbers alone fill, with the letter of a thousand, a million, a gigabyte behind them, or per cent."""
_SENTENCES = re.compile(r"(?<=[.!?;:])[ \u00a0](?=\S)|(?<=·) | (?=·)|\n")
STOPS = {".": "。", ";": "；", ":": "："}
"""Signs behind a sentence that is known without them."""
FULL = ("，", "。", "；", "：", "！", "？", "、", "）", "”", "》")
"""Signs that fill a square, which need no blank behind them."""


def languages() -> list[str]:
    """The languages there are: English, which needs no translation, and one for each folder.

    >>> languages()
    ['en', 'zh']
    """
    return sorted([ENGLISH, *(folder.name for folder in FOLDER.iterdir() if any(folder.glob("*.toml")))])


def of_locale(environment: Mapping[str, str] = os.environ) -> str:
    """The language that the locale asks for, where we have it; English otherwise.

    >>> of_locale({"LANG": "zh_CN.UTF-8"}), of_locale({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}), of_locale({})
    ('zh', 'en', 'en')
    """
    said = next((environment[name] for name in VARIABLES if environment.get(name)), "")
    language = re.split(r"[_.@-]", said)[0].lower()
    return language if language in languages() else ENGLISH


@dataclass(frozen=True)
class Entry:
    """One line of a dictionary: what the English looks like, and what is said for it."""

    pattern: re.Pattern[str]
    says: str
    sure: tuple[bool, int]
    """Whether it begins with words of its own, and its letters outside its holes: the higher, the surer it is this one."""


class Translation:
    """The sentences of one language. Called with an English text it gives that text in its language.

    >>> say = Translation({"{n} document{s?}": "{n} 篇文档", "{amount} found": "找到 {amount:t}", "none": "无"})
    >>> say("1 document"), say("3 documents found"), say("nothing of ours")
    ('1 篇文档', '找到 3 篇文档', 'nothing of ours')
    """

    def __init__(self, sentences: Mapping[str, str], missed: Callable[[str], None] | None = None) -> None:
        """`missed` is told of each text that has no entry, not even in part."""
        sentences = {marked(key): marked(says) for pair in sentences.items() for key, says in _as_code(*pair)}
        self._whole = {key: says for key, says in sentences.items() if not _HOLE.search(key)}
        self._begin: dict[str, list[Entry]] = {}
        self._end: dict[str, list[Entry]] = {}
        self._open: list[Entry] = []
        for key, says in sentences.items():
            if key not in self._whole:
                self._add(key, says)
        self.missed = missed

    def __call__(self, text: str) -> str:
        """`text` in this language, its white space at the ends kept; what is not known stays as it is."""
        bare = text.strip()
        if not any(c.isalpha() for c in bare):
            return text
        at = text.index(bare)
        return text[:at] + self._said(bare) + text[at + len(bare) :]

    def whole(self, text: str) -> str:
        """`text` in this language if all of it is known, else as it is: a line may be what somebody else wrote.

        >>> Translation({"found.": "找到。"}).whole("found. Strange."), Translation({"found.": "找到。"}).whole(" found.")
        ('found. Strange.', ' 找到。')
        """
        bare = text.strip()
        parts = [*self._parts(bare)]
        if not bare or any(found is None and any(c.isalpha() for c in piece) for piece, found, _ in parts):
            return text
        at = text.index(bare)
        told = joined((piece if found is None else found, gap) for piece, found, gap in parts)
        return text[:at] + told + text[at + len(bare) :]

    def find(self, text: str, depth: int = 0) -> str | None:
        """The translation of exactly this text; None where there is no entry for it."""
        plain = text.replace("\u00a0", " ")
        if plain in self._whole:
            return self._whole[plain]
        best, match = None, None
        for entry in self._candidates(plain):
            if (best is None or entry.sure > best.sure) and (found := entry.pattern.fullmatch(plain)):
                best, match = entry, found
        if best is None or match is None:
            return self._nearly(text, depth)
        holes = {name: text[slice(*match.span(name))] for name in match.groupdict()}
        says = best.says
        return _HOLE.sub(lambda hole: _spaced(self._hole(holes[hole[1]], hole[2], depth), hole, says), says)

    def _nearly(self, text: str, depth: int) -> str | None:
        """A text whose entry begins in lower case, or has not the stop at its end: sentences are put into lists."""
        if text[:1].isupper() and not text[1:2].isupper() and (found := self.find(text[0].lower() + text[1:], depth)):
            return found
        end = STOPS.get(text[-1:])
        found = self.find(text[:-1], depth) if end and text[-2:-1] not in STOPS else None
        return found + end if found and end else None

    def _hole(self, held: str, how: str | None, depth: int) -> str:
        if how != ":t" or depth >= DEPTH:
            return held
        bare = held.strip()  # columns of a terminal are aligned by blanks
        return held.replace(bare, self._said(bare, depth + 1), 1) if bare else held

    def _said(self, text: str, depth: int = 0) -> str:
        told = []
        for piece, found, gap in self._parts(text, depth):
            if found is None and self.missed and any(c.isalpha() for c in piece):
                self.missed(piece)
            told.append((piece if found is None else found, gap))
        return joined(told)

    def _parts(self, text: str, depth: int = 0) -> Iterator[tuple[str, str | None, str]]:
        """The longest parts that are known, from the left, each of whole sentences: English, translation, blank behind."""
        gaps = [*_SENTENCES.finditer(text)]
        begins = [0, *(gap.end() for gap in gaps)]
        ends = [*(gap.start() for gap in gaps), len(text)]
        at = 0
        while at < len(begins):
            known = (
                (upto, self.find(text[begins[at] : ends[upto]], depth)) for upto in range(len(ends) - 1, at - 1, -1)
            )
            upto, found = next(((upto, found) for upto, found in known if found is not None), (at, None))
            yield text[begins[at] : ends[upto]], found, gaps[upto].group() if upto < len(gaps) else ""
            at = upto + 1

    def _add(self, key: str, says: str) -> None:
        parts, at, known = [], 0, set()
        for hole in _HOLE.finditer(key):
            parts.append(re.escape(key[at : hole.start()]))
            if hole[2] == "?":
                parts.append(f"(?:{re.escape(hole[1])})?")
            else:
                any_text = _WITHIN if hole[2] == ":1" else r"[^\ue000\ue001]+?"
                new = NUMBERS.get(hole[1], rf"(?P<{hole[1]}>{any_text})")
                parts.append(f"(?P={hole[1]})" if hole[1] in known else new)
                known.add(hole[1])
            at = hole.end()
        if strange := {hole[1] for hole in _HOLE.finditer(says)} - known:
            raise SpecError(f"{key!r}: its translation has a hole {sorted(strange)[0]!r} that it has not")
        pattern = re.compile("".join([*parts, re.escape(key[at:])]), re.DOTALL)
        begin, end = re.split(_HOLE, key)[0], re.split(_HOLE, key)[-1]
        entry = Entry(pattern, says, (bool(begin.strip()), sum(c.isalpha() for c in _HOLE.sub("", key))))
        if len(begin) >= INDEXED:
            self._begin.setdefault(begin[:INDEXED], []).append(entry)
        elif len(end) >= INDEXED:
            self._end.setdefault(end[-INDEXED:], []).append(entry)
        else:
            self._open.append(entry)

    def _candidates(self, text: str) -> Iterator[Entry]:
        yield from self._begin.get(text[:INDEXED], ())
        yield from self._end.get(text[-INDEXED:], ())
        yield from self._open


def _as_code(key: str, says: str) -> Iterator[tuple[str, str]]:
    """A sentence as it is, and with what stands in backticks as the tags that a page has for it."""
    yield key, says
    codes = list(dict.fromkeys(re.findall("`[^`]+`", key)))
    if codes and not _TAG.search(key):
        for number, code in enumerate(codes, 1):
            key, says = key.replace(code, f"<{number}/>"), says.replace(code, f"<{number}/>")
        yield key, says


def _spaced(told: str, hole: re.Match[str], says: str) -> str:
    """What was translated for a hole, with a blank between its Latin letters and the Han characters beside it."""
    if hole[2] != ":t":
        return told
    before, after = says[: hole.start()][-1:], says[hole.end() :][:1]
    front = " " if _HAN.fullmatch(before) and _LATIN.match(told) else ""
    return front + told + (" " if _HAN.fullmatch(after) and _LATIN.match(told[-1:]) else "")


def marked(text: str) -> str:
    """A sentence whose tags (`<1>`, `</1>`, `<2/>`) stand between two signs that no text of ours has.

    >>> marked("<1>{n}</1> fail") == "\\ue0001\\ue001{n}\\ue000/1\\ue001 fail"
    True
    """
    return _TAG.sub("\ue000\\1\ue001", text)


def joined(pieces: Iterable[tuple[str, str]]) -> str:
    """Pieces with the blank that follows each, but for the blanks that English has between sentences and Chinese has not.

    >>> joined([("第一句。", " "), ("第二句", " "), ("end", "")])
    '第一句。第二句 end'
    """
    return "".join(
        piece + ("" if gap.isspace() and piece.endswith(FULL) and gap != "\n" else gap) for piece, gap in pieces
    )


@cache
def translation(language: str) -> Translation | None:
    """That of a language by its name; None for English; SpecError for one there is not."""
    if language == ENGLISH:
        return None
    if language not in languages():
        raise SpecError(f"no language {language!r}; there are: {', '.join(languages())}")
    return Translation(with_pictures(sentences(language)))


def sentences(language: str) -> dict[str, str]:
    """Every entry of a language's files; SpecError where one sentence stands there twice."""
    found: dict[str, str] = {}
    for file in sorted((FOLDER / language).glob("*.toml")):
        for key, says in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if key in found:
                raise SpecError(f"{file.name}: {key!r} is translated already in another file")
            found[key] = says
    return found


def translated(text: str, language: str) -> str:
    """A line in that language if all of it is known; else, and in English, as it is.

    >>> translated("nothing found that is wrong", "zh"), translated("anything", "en")
    ('没有发现问题', 'anything')
    """
    known = translation(language)
    return known.whole(text) if known else text
