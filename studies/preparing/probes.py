"""From labelled text to the examples of a probe: chosen by hash of the address, cut into tokens, in a file beside the token files.

Examples to test on are drawn first, then those to tune on, of which none has the text of one that is tested. The text to test on is
kept out of every grade as held-out text is; that to tune on may be in the corpus, where its labels are not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from dataqual.columns import look_up
from dataqual.corpus import Corpus
from dataqual.drawing import document_keys
from dataqual.errors import InputError, UnknownColumn, did_you_mean
from dataqual.kernels.unicode import ALONE, tables
from studies.data.probe import Example, Examples, encoded
from studies.data.token_writing import DATA, publish
from studies.data.tokenizing import Tokenizer
from studies.design.probe_keys import FEWEST, Asked
from studies.preparing.holding_out import Document

MOST = 50
"""Classes of documents at most: what has more is seldom a label."""
SHOWN = 3


@dataclass(frozen=True)
class Labelled:
    """A record: where it was read, its words, a single one for a document, and their labels."""

    place: int
    record: int
    path: str
    words: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Drawn:
    """The examples of a probe before they are cut into tokens, and what was left out."""

    asked: Asked
    train: Sequence[Labelled]
    test: Sequence[Labelled]
    seen: int
    without: int
    """Records without a text or a label."""
    alike: int
    """Records whose text is that of another one: one of each is kept."""

    def documents(self) -> list[Document]:
        """The text to test on, to be kept out of the grades."""
        return [Document(self.asked.name, one.path, one.record, said(one.words)[0]) for one in self.test]

    def notes(self) -> list[str]:
        """What should be said."""
        name = self.asked.name
        found = []
        if self.without:
            found.append(
                f"probes.{name}: {self.without:,} of {self.seen:,} records have no text or no label and are left out"
            )
        if self.alike:
            found.append(
                f"probes.{name}: {self.alike:,} of {self.seen:,} records have the text of another one and are left out"
            )
        return found


def draw(asked: Asked, corpus: Corpus, where: str) -> Drawn:
    """The examples with the lowest keys, those to test on first; InputError where there are too few of either, or of classes."""
    seen, without, columns = 0, 0, dict[str, None]()
    by_text: dict[tuple[str, ...], tuple[int, Labelled]] = {}
    for place, record, values in _records(corpus):
        seen += 1
        columns |= dict.fromkeys(values)
        one = _labelled(asked, corpus, place, record, values, where)
        if one is None:
            without += 1
            continue
        key = int(document_keys(np.array([place], np.int32), np.array([record]), "probe", asked.seed)[0])
        if one.words not in by_text or key < by_text[one.words][0]:
            by_text[one.words] = key, one
    if seen and asked.label not in columns and without == seen:
        named = "tags" if asked.kind == "words" else "label"
        raise UnknownColumn(f"{where}.{named}: no column {asked.label!r}; {did_you_mean(asked.label, columns)}")
    if seen and without == seen:
        what = "a list of words and a list of tags" if asked.kind == "words" else "both a text and a label"
        text = asked.text or corpus.columns.text
        raise InputError(f"{where}: of {seen:,} records none has {what} in {text!r} and {asked.label!r}")
    chosen = [one for _, one in sorted(by_text.values(), key=lambda pair: pair[0])]
    test = chosen[: min(asked.test, len(chosen) // 2)]
    train = chosen[len(test) : len(test) + asked.train]
    if len(test) < FEWEST or len(train) < FEWEST:
        raise InputError(
            f"{where}: {len(chosen):,} labelled texts; a probe takes {2 * FEWEST} at least, half of them to test on"
        )
    _check_classes(asked, [*train, *test], where)
    return Drawn(asked, train, test, seen, without, seen - without - len(chosen))


def _records(corpus: Corpus) -> Iterator[tuple[int, int, Mapping[str, Any]]]:
    for piece in corpus.pieces():
        for record, values in corpus.records(piece):
            yield piece.file, record, values


def _labelled(
    asked: Asked, corpus: Corpus, place: int, record: int, values: Mapping[str, Any], where: str
) -> Labelled | None:
    """A record as an example; None without a text or a label, InputError for words and tags that do not go together."""
    text, label = (_at(values, name) for name in (asked.text or corpus.columns.text, asked.label))
    path = corpus.files[place].path
    if asked.kind == "documents":
        if not isinstance(text, str) or not text.strip() or label is None or str(label).strip() == "":
            return None
        return Labelled(place, record, path, (text,), (str(label),))
    if not isinstance(text, list) or not isinstance(label, list) or not text:
        return None
    at = f"{where}: {path}, record {record:,}"
    if len(text) != len(label):
        raise InputError(f"{at}: {len(text)} words and {len(label)} tags; each word has one tag")
    wrong = next((tag for tag in label if not isinstance(tag, str) or not tag), None)
    if wrong is not None:
        raise InputError(f"{at}: {wrong!r} is no tag; tags are words such as B-PER, I-PER and O")
    return Labelled(place, record, path, tuple(map(str, text)), tuple(label))


def _at(values: Mapping[str, Any], name: str) -> Any:
    try:
        return look_up(values, name)
    except KeyError:
        return None


def _check_classes(asked: Asked, chosen: Sequence[Labelled], where: str) -> None:
    classes = {label for one in chosen for label in one.labels}
    if len(classes) < 2:
        raise InputError(f"{where}: all labels are {next(iter(classes))!r}; there is nothing to tell")
    if asked.kind == "documents" and len(classes) > MOST:
        shown = ", ".join(sorted(classes)[:SHOWN])
        raise InputError(
            f"{where}.label: {len(classes):,} different values in {asked.label!r} ({shown}, …); labels are {MOST} at most"
        )


def write(drawn: Drawn, tokenizer: Tokenizer, window: int, place: Path) -> dict[str, Any]:
    """The file of a probe in the folder of its study; its line in the manifest."""
    labels = [label for one in (*drawn.train, *drawn.test) for label in one.labels]
    classes = sorted(set(labels))
    code = {name: number for number, name in enumerate(classes)}
    cut = _documents if drawn.asked.kind == "documents" else _words
    sides = [cut(side, code, tokenizer, window) for side in (drawn.train, drawn.test)]
    content = encoded(Examples(*sides))
    path = place / DATA / f"probe-{drawn.asked.name}.json"
    publish(path, content)
    tested = [label for one in drawn.test for label in one.labels]
    commonest = max(classes, key=tested.count)
    return {
        "file": path.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "kind": drawn.asked.kind,
        "classes": classes,
        "train": len(drawn.train),
        "test": len(drawn.test),
        "documents": len(drawn.test),
        "bytes": sum(len(said(one.words)[0].encode()) for one in drawn.test),
        "labels": {name: tested.count(name) for name in classes},
        "commonest": {"class": commonest, "share": tested.count(commonest) / len(tested)},
        "epochs": drawn.asked.epochs,
        "learning_rate": drawn.asked.learning_rate,
        "seed": drawn.asked.seed,
    }


def _documents(chosen: Sequence[Labelled], code: Mapping[str, int], tokenizer: Tokenizer, window: int) -> list[Example]:
    """A text as far as a window goes, and the end of text, behind which its label is told."""
    found = []
    encoded_ = tokenizer.encode([one.words[0].encode() for one in chosen])
    for source, (one, tokens) in enumerate(zip(chosen, encoded_, strict=True)):
        kept = (*tokens[:-1][: window - 1].tolist(), int(tokens[-1]))
        found.append(Example(kept, (len(kept) - 1,), (code[one.labels[0]],), source))
    return found


def _words(chosen: Sequence[Labelled], code: Mapping[str, int], tokenizer: Tokenizer, window: int) -> list[Example]:
    """Words as they stand in a text, in pieces of a window at most; what a word has more than one is cut off."""
    found = []
    for source, one in enumerate(chosen):
        pieces = [
            tokens[:-1][:window].tolist() for tokens in tokenizer.encode([w.encode() for w in said(one.words)[1]])
        ]
        tokens, places, labels = list[int](), list[int](), list[int]()
        for piece, label in zip(pieces, one.labels, strict=True):
            if places and len(tokens) + len(piece) > window:
                found.append(Example(tuple(tokens), tuple(places), tuple(labels), source))
                tokens, places, labels = [], [], []
            tokens += piece
            places.append(max(0, len(tokens) - 1))
            labels.append(code[label])
        found.append(Example(tuple(tokens or [0]), tuple(places), tuple(labels), source))
    return found


def said(words: Sequence[str]) -> tuple[str, list[str]]:
    """Words as one text, and each as it stands there, a space before it but where both neighbours are written without.

    >>> said(["in", "New", "York", "。", "王", "明"])[0], said(["a", "b"])[1]
    ('in New York。王明', ['a', ' b'])
    """
    found = list(words[:1])
    for before, word in pairwise(words):
        alone = not before or not word or (_alone(word[0]) or _alone(before[-1]))
        found.append(word if alone else f" {word}")
    return "".join(found), found


def _alone(char: str) -> bool:
    """Whether a character is of a script, or a mark of such, that is written without spaces."""
    wide = "\u3000" <= char <= "\u303f" or "\uff00" <= char <= "\uff65"
    return wide or bool(tables().kinds[ord(char)] & ALONE)
