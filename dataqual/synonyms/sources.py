"""Which sources of synonyms a corpus needs, and whether they are there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dataqual.corpus import Corpus
from dataqual.errors import InputError
from dataqual.synonyms import segmenting
from dataqual.synonyms.chinese import Chinese, Evidence
from dataqual.synonyms.chinese_thesaurus import HOW, find
from dataqual.synonyms.english import English
from dataqual.synonyms.frequency import By
from dataqual.synonyms.mythes import MyThes, files
from dataqual.synonyms.source import Source
from dataqual.text import SCRIPTS

LOOKED_AT = 4
"""Batches of a corpus whose scripts tell which sources it needs."""

NEEDS = 0.05
"""Share of the letters from which a script is more than a quotation."""


def sources_of(
    corpus: Corpus,
    wordnet: str | None,
    chinese: str | None,
    mythes: tuple[str, ...],
    by: By,
    segment: segmenting.By,
    evidence: Evidence = "both",
) -> tuple[Source, ...]:
    """The sources for what the corpus is written in; InputError, with how to get it, where none of them is there.

    A MyThes file that is named goes before WordNet for documents of its language.
    """
    latin, han = _scripts(corpus)
    found: list[Source] = [MyThes(str(path), by) for path in files(mythes)]
    missing: list[InputError] = []
    if latin or wordnet is not None:
        try:
            found.append(English(wordnet, by))
        except InputError as error:
            missing.append(error)
    if han or chinese is not None:
        path = find(chinese)
        if path is None:
            missing.append(InputError(f"no Chinese thesaurus is found; {HOW}"))
        else:
            found.append(Chinese(str(path), by, segment, evidence).learnt(_texts(corpus)))
    if missing and (not found or wordnet is not None or chinese is not None or han):
        raise missing[0]
    return tuple(found)


def _texts(corpus: Corpus) -> Iterator[str]:
    """The documents, in their order."""
    for batch in corpus.batches():
        yield from (batch.text[row] for row in range(len(batch)))


def _scripts(corpus: Corpus) -> tuple[bool, bool]:
    """Whether the corpus has Latin, and whether it has Chinese text worth speaking of."""
    sums = np.zeros(len(SCRIPTS), np.int64)
    for number, batch in enumerate(corpus.batches()):
        sums += batch.text.characters.scripts.sum(axis=0)[: len(SCRIPTS)]
        if number + 1 == LOOKED_AT:
            break
    letters = max(1, int(sums[1:].sum()))
    latin, han = (int(sums[SCRIPTS.index(name)]) / letters >= NEEDS for name in ("Latin", "Han"))
    return latin, han
