"""Documents of which no children are made: those that a model must not see, or that stand in another corpus."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.columns import look_up
from dataqual.corpus import Batch, Chunk, Corpus, File
from dataqual.errors import InputError
from dataqual.ledger import addresses
from dataqual.operators import Engine
from dataqual.readers.sources import as_corpus
from dataqual.views import view_of

SPLIT_NAMES = ("split", "part", "partition", "data_split", "fold")
"""Columns that may say in which part of a split a document is; they count only where they hold a name of `HELD_OUT`."""

HELD_OUT = re.compile(
    r"(test|testing|valid|validation|val|dev|development|eval|evaluation|held[-_ ]?out|hold[-_ ]?out"
    r"|(测试|測試|验证|驗證|评估|評估)(集|数据集?|資料集?|样本|樣本)?)(?![^\W\d_])",
    re.IGNORECASE,
)
"""What the parts are called that a model must not see: as values of such a column, and at the start of a file's name."""


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Documents that are never parents: by address, and by a hash of their text."""

    addresses: NDArray[np.uint64]
    texts: NDArray[np.uint64]
    files: tuple[int, ...]
    """Input files that are held out whole."""
    why: tuple[str, ...] = ()
    """What was found, in words."""

    def mask(self, batch: Batch) -> NDArray[np.bool_]:
        """Which documents of a batch are held out."""
        held = np.isin(batch.file, self.files)
        if len(self.addresses):
            held |= np.isin(addresses(batch.file, batch.record), self.addresses)
        if len(self.texts) and len(batch):
            held |= np.isin(view_of(batch).hashes(batch), self.texts)
        return held


def held_out(corpus: Corpus, engine: Engine, split: str | None, others: Sequence[str]) -> HeldOut:
    """Whatever must not be augmented: of files named as a held-out part, of a column that says so, of other corpora.

    UnknownColumn where `split` is not there, InputError for what cannot be read.
    """
    files = tuple(at for at, file in enumerate(corpus.files) if _by_name(file))
    why = [f"{corpus.files[at].path}: held out by its name" for at in files]
    if len(files) == len(corpus.files):  # whoever names that file alone means it
        files, why = (), []
    name = split or _split_column(corpus)
    found: NDArray[np.uint64] = np.zeros(0, np.uint64)
    if name is not None:
        found = _of_column(corpus.looking_at(name), name, engine)
        if split is None and not len(found):
            name = None
        if len(found):
            why.append(f"column {name!r}: {len(found):,} document{'s are' if len(found) != 1 else ' is'} held out")
    texts: list[NDArray[np.uint64]] = []
    for path in others:
        other = as_corpus(path, text=None)
        texts += [view_of(batch).hashes(batch) for batch in other.batches()]
        own = tuple(at for at, file in enumerate(corpus.files) if other.holds(file.path))
        files += tuple(at for at in own if at not in files)
    hashes = np.unique(np.concatenate([np.zeros(0, np.uint64), *texts]))
    return HeldOut(np.sort(found), hashes, files, tuple(why))


def _by_name(file: File) -> bool:
    """Whether the name of a file says that it is held out: of an array of pictures any word of it, of a single picture none."""
    name = PurePath(file.path).name
    if file.format == "picture":
        return False
    if file.format in ("npz", "npy", "idx"):
        array = name.rpartition(":")[2].partition(".")[0]
        return any(HELD_OUT.fullmatch(word) or word == "t10k" for word in re.split(r"[-_]", array))
    return HELD_OUT.match(name) is not None


def _split_column(corpus: Corpus) -> str | None:
    """A column that may say in which part a document is; None where there is none that could be seen."""
    names = _names(corpus)
    columns = corpus.columns  # a group may say it: of pictures it is the folder called train or test
    roles = {columns.text, columns.id, columns.label}
    return next(
        (name for wanted in SPLIT_NAMES for name in names if name.lower() == wanted and name not in roles), None
    )


def _names(corpus: Corpus) -> list[str]:
    """The columns of the first records of every file."""
    seen: dict[str, None] = {}
    looking = corpus.looking_at(*SPLIT_NAMES)
    done: set[int] = set()
    for piece in looking.pieces():
        if piece.file in done:
            continue
        done.add(piece.file)
        try:
            for _, (_, record) in zip(range(100), looking.records(piece), strict=False):
                seen |= dict.fromkeys(map(str, record))
        except InputError:
            continue
        if len(done) == len(corpus.files):
            break
    return list(seen)


def _of_column(corpus: Corpus, name: str, engine: Engine) -> NDArray[np.uint64]:
    """The addresses of documents whose value of a column is the name of a held-out part."""

    def look(chunk: Chunk) -> NDArray[np.uint64]:
        found = [
            (piece.file, number)
            for piece in chunk.pieces
            for number, record in corpus.records(piece)
            if _is_held_out(record, name)
        ]
        file, record = np.array(found, np.int64).reshape(-1, 2).T
        return addresses(file, record)

    return np.concatenate([np.zeros(0, np.uint64), *engine.map(look, corpus.chunks())])


def _is_held_out(record: Mapping[str, Any], name: str) -> bool:
    try:
        value = look_up(record, name)
    except KeyError:
        return False
    return isinstance(value, str) and HELD_OUT.fullmatch(value.strip()) is not None


def parents(batch: Batch, held: HeldOut) -> NDArray[np.bool_]:
    """Which documents, or pictures, of a batch may have children: those that were read, are not blank, and not held out."""
    return ~(batch.made | held.mask(batch) | view_of(batch).blank(batch))
