"""Which rule sets a profile applies unless told: those made for what the corpus is written in, by a look at its beginnings."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from dataqual.corpus import Batch, Chunk, Corpus
from dataqual.rules import PROFILED
from dataqual.text import SCRIPTS, Text

SETS: dict[str, tuple[str, ...]] = {"Latin": PROFILED, "Han": ("chinese-web@evalweb",)}
"""By the script of the language that they were made for. Of Latin script are other languages than English, too: the page says so."""
ENOUGH = 1 / 3
"""Share of the documents that are in a script from which the sets for it are applied."""
FILES, DOCUMENTS, BYTES = 4, 250, 4096
"""Files that are looked at, documents of each, and bytes of a document: of a thousand documents a share is known to three per cent."""
READ = 1 << 22
"""Bytes of text of a file behind which no further document is looked at: some corpora have large ones."""


@dataclass(frozen=True)
class Choice:
    """Rule sets, and what they were chosen by."""

    names: tuple[str, ...]
    documents: int = 0
    """How many were looked at."""
    scripts: tuple[tuple[str, int], ...] = ()
    """In how many of them each script is the commonest, the most first."""

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {"documents": self.documents, "scripts": dict(self.scripts)}


def chosen_for(corpus: Corpus) -> Choice:
    """The sets for each script that a third of the first documents of some files are in; all for English where none is.

    >>> chosen_for(Corpus.of(["今天天气很好。", "我们去公园。", "Fine."])).names
    ('c4@tfds', 'fineweb@datatrove', 'fineweb@paper', 'gopher@datatrove', 'gopher@dolma', 'chinese-web@evalweb')
    """
    counts = np.zeros(len(SCRIPTS), np.int64)
    for text in _beginnings(corpus):
        scripts = text.characters.scripts
        lettered = scripts[:, 1:].any(axis=1)
        counts += np.bincount(np.argmax(scripts[lettered, 1:], axis=1) + 1, minlength=len(SCRIPTS))
    order = [int(at) for at in np.argsort(-counts, kind="stable") if counts[at]]
    told = tuple((SCRIPTS[at], int(counts[at])) for at in order)
    large = [script for script, count in told if count >= ENOUGH * counts.sum()]
    names = [name for script, sets in SETS.items() if script in large for name in sets]
    return Choice(tuple(names) or PROFILED, int(counts.sum()), told)


def _beginnings(corpus: Corpus) -> Iterator[Text]:
    """The beginnings of the first documents of some files, from the first to the last."""
    last = len(corpus.files) - 1
    for at in sorted({round(last * part / (FILES - 1)) for part in range(FILES)}) if last >= 0 else ():
        part = replace(corpus, files=(corpus.files[at],))
        documents, room = DOCUMENTS, READ
        with closing(_one_after_the_other(part)) as chunks:
            for chunk in chunks:  # whatever the size of a chunk, the same documents
                batch = part.parse(chunk)
                before = batch.text.offsets[:-1]  # bytes of the batch before each document
                wanted = min(documents, int(np.searchsorted(before, room)))
                yield _cut(batch, wanted)
                documents, room = documents - wanted, room - int(batch.text.offsets[-1])
                if documents <= 0 or room <= 0:
                    break


def _one_after_the_other(corpus: Corpus) -> Generator[Chunk, None, None]:
    yield from corpus.chunks()


def _cut(batch: Batch, documents: int) -> Text:
    data, offsets = batch.text.data, batch.text.offsets[: documents + 1].tolist()
    raw = [data[a : min(b, a + BYTES)].tobytes().decode(errors="ignore") for a, b in pairwise(offsets)]
    return Text.of(raw)
