"""A corpus of any size made of the packaged sample, varied so that it is not the same 404 documents again and again.

Round after round, every document of the sample appears in a new variant: an eighth of its words (at least three) are
replaced by words drawn from all documents of its language, so that words stay as frequent as they were; digits are
drawn anew; sentences change places. A line that stands several times in a document varies once. What is no prose stays:
tags, entities, addresses, links, white space. Documents whose words are damaged (mojibake, control characters, HTML) draw
from their own words, so that the damage does not spread. Of the documents written, 5 % are exact copies of an earlier one
and 10 % near copies (a word or two in a hundred differ); ids are their own. Same seed, same bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from dataqual import sample

EXACT, NEAR = 0.05, 0.10
KEPT = 5_000
"""Documents that may still be copied; a bound on memory."""
KEEP = 0.1
"""Share of the new documents that come among them: so the kept ones come from all over the file."""
WRITTEN_AT_ONCE = 4 << 20

UNTOUCHED = r"<[^<>]*>|&#?\w+;|[!-;=?-~]*[@/][!-;=?-~]*"  # tags, entities; addresses and links
ALONE = (
    r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]"  # Thai, kana, Han: no spaces between words, so a character is a word
)
TOKEN = re.compile(
    rf"(?P<untouched>{UNTOUCHED})|(?P<number>\d+)|(?P<word>{ALONE}|(?:(?!{ALONE})[^\W\d_])+)|.", re.DOTALL
)
BETWEEN_SENTENCES = re.compile(r"(\n+|(?<=[.!?])[ \t]+|(?<=[。！？]))")
DAMAGED = {"mojibake", "control", "html"}


@dataclass(frozen=True)
class Original:
    """A document of the sample, taken apart: its different sentences as one run of tokens, and how they stood."""

    record: dict[str, Any]
    tokens: list[str]
    words: list[int]
    """Where in `tokens` a word stands that may be replaced."""
    numbers: list[int]
    borders: list[tuple[int, int]]
    """Of each different sentence, in `tokens`."""
    order: list[int]
    """Which sentence stands where."""
    separators: list[str]
    blank: set[int]
    """Sentences without anything in them, such as that behind a last line feed: they stay where they are."""

    @classmethod
    def of(cls, record: dict[str, Any]) -> Original:
        """Take a record's text apart; a text without words has none to replace.

        >>> original = Original.of({"text": "Ring 40 bells. Go home.\\nGo home."})
        >>> original.tokens
        ['Ring', ' ', '40', ' ', 'bells', '.', 'Go', ' ', 'home', '.']
        >>> original.order, original.separators
        ([0, 1, 1], [' ', '\\n'])
        """
        pieces = BETWEEN_SENTENCES.split(record["text"])
        distinct = list(dict.fromkeys(pieces[::2]))
        found: list[tuple[str | None, str]] = []
        borders = []
        for sentence in distinct:
            start = len(found)
            found += [(match.lastgroup, match[0]) for match in TOKEN.finditer(sentence)]
            borders.append((start, len(found)))
        kinds = [kind for kind, _ in found]
        return cls(
            record=record,
            tokens=[token for _, token in found],
            words=[place for place, kind in enumerate(kinds) if kind == "word"],
            numbers=[place for place, kind in enumerate(kinds) if kind == "number"],
            borders=borders,
            order=[distinct.index(sentence) for sentence in pieces[::2]],
            separators=pieces[1::2],
            blank={number for number, sentence in enumerate(distinct) if not sentence},
        )


@dataclass(frozen=True)
class Variant:
    """An original with other tokens and another order of sentences."""

    original: Original
    tokens: list[str]
    order: list[int]
    end: str = ""

    @classmethod
    def of(cls, original: Original, pool: list[str], rng: random.Random) -> Variant:
        """A new variant; words come from `pool`."""
        tokens = original.tokens.copy()
        _replace(tokens, original.words, 3 + len(original.words) // 8, pool, rng)
        for place in original.numbers:
            tokens[place] = "".join(rng.choices("0123456789", k=len(tokens[place])))
        sentences = [number for number in original.order if number not in original.blank]
        shuffled = iter(sorted(sentences, key=lambda _: rng.random()))
        order = [number if number in original.blank else next(shuffled) for number in original.order]
        return cls(original, tokens, order)

    def edited(self, pool: list[str], rng: random.Random) -> Variant:
        """A near copy: a word in a hundred replaced; a short text, where that is too much, has one more word instead."""
        if len(self.original.words) < 60:
            return Variant(self.original, self.tokens, self.order, f" {rng.choice(pool)}" if pool else "")
        tokens = self.tokens.copy()
        _replace(tokens, self.original.words, 1 + len(tokens) // 400, pool, rng)
        return Variant(self.original, tokens, self.order)

    @property
    def text(self) -> str:
        sentences = ["".join(self.tokens[start:end]) for start, end in self.original.borders]
        whole = [""] * (2 * len(self.order) - 1)
        whole[::2] = [sentences[number] for number in self.order]
        whole[1::2] = self.original.separators
        return "".join(whole) + self.end


def _replace(tokens: list[str], places: list[int], n: int, pool: list[str], rng: random.Random) -> None:
    n = min(n, len(places))
    if n:
        for place, word in zip(rng.choices(places, k=n), rng.choices(pool, k=n), strict=True):
            tokens[place] = word


def originals() -> list[Original]:
    """The readable documents of the packaged sample."""
    broken = {entry["line"] for entry in _planted()["broken"]}
    lines = sample.path().read_bytes().splitlines()
    return [Original.of(orjson.loads(line)) for number, line in enumerate(lines, start=1) if number not in broken]


def _planted() -> dict[str, Any]:
    planted: dict[str, Any] = json.loads(sample.path().with_name("planted.json").read_text(encoding="utf-8"))
    return planted


def _pools(documents: list[Original]) -> list[list[str]]:
    """For each document the words that may come into it, as often as they stand in the documents of its language."""
    damaged = {name for name, faults in _planted()["faults"].items() if DAMAGED & set(faults)}
    by_language: dict[str, list[str]] = {}
    for document in documents:
        words = by_language.setdefault(document.record["lang"], [])
        if document.record["id"] not in damaged:
            words += _words(document)
    return [
        _words(document) if document.record["id"] in damaged else by_language[document.record["lang"]]
        for document in documents
    ]


def _words(document: Original) -> list[str]:
    return [document.tokens[place] for place in document.words]


def records(seed: int = 0) -> Iterator[dict[str, Any]]:
    """Records without end."""
    rng = random.Random(seed)
    documents = originals()
    sources = list(zip(documents, _pools(documents), strict=True))
    kept: list[tuple[Variant, list[str]]] = []
    number = 0
    while True:
        for original, pool in rng.sample(sources, len(sources)):
            chance = rng.random() * (1 - EXACT - NEAR) if not kept else rng.random()
            while chance > 1 - EXACT - NEAR:  # before the new document, not in its place: no language loses by it
                variant, words = rng.choice(kept)
                copy = variant if chance > 1 - EXACT else variant.edited(words, rng)
                yield _record(copy, number := number + 1)
                chance = rng.random()
            new = Variant.of(original, pool, rng)
            yield _record(new, number := number + 1)
            if original.words and rng.random() < KEEP:
                if len(kept) < KEPT:
                    kept.append((new, pool))
                else:
                    kept[rng.randrange(KEPT)] = (new, pool)


def _record(variant: Variant, number: int) -> dict[str, Any]:
    record = variant.original.record
    return record | {"id": f"{record['id']}-{number}", "text": variant.text}


def write(path: Path, size: int, seed: int = 0) -> None:
    """Write JSONL, up to the record with which it has `size` bytes or more; the file appears only when it is whole."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    with unfinished.open("wb") as file:
        lines: list[bytes] = []
        written = waiting = 0
        for record in records(seed):
            lines.append(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
            waiting += len(lines[-1])
            if waiting >= WRITTEN_AT_ONCE or written + waiting >= size:
                file.write(b"".join(lines))
                lines, written, waiting = [], written + waiting, 0
                if written >= size:
                    break
    unfinished.replace(path)


def cached(folder: Path, size: int, seed: int = 0) -> Path:
    """The corpus of this size, written if it is not in `folder`; another sample or another script has another name."""
    made_of = hashlib.sha256(sample.path().read_bytes() + Path(__file__).read_bytes()).hexdigest()[:12]
    path = folder / f"varied-sample-{made_of}-{size}-{seed}.jsonl"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write(path, size, seed)
    return path
