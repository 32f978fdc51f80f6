"""Opening what a study reads: its corpus, its neutral text, the files of its probes. What is wrong is told by the key of the study file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dataqual.corpus import Corpus
from dataqual.errors import InputError, MissingExtra, SpecError, UnknownColumn
from dataqual.readers import open_corpus
from studies.design.probe_keys import Asked
from studies.design.sources import Source
from studies.design.study import Study

EMBEDDED = Path(__file__).parent.parent / "default"
CORPUS, NEUTRAL, PICTURES = (EMBEDDED / name for name in ("corpus.jsonl.zst", "neutral.jsonl.zst", "digits.npz"))

OPTIONS = (
    (re.compile(r"^--text: "), ""),
    (re.compile(r"name it with --text \(text=…\)"), "name it as in {paths: …, text: COLUMN}"),
    (re.compile(r"allow more with --max-unreadable \S+$"), "mend them first, or leave them out: dataqual clean"),
)
"""What is said of the options of `dataqual`, and what a study file has in their place."""


@contextmanager
def told_at(where: str) -> Iterator[None]:
    """What can be mended is told with its place in the study file, in the words of that file."""
    try:
        yield
    except (InputError, SpecError) as error:
        said = str(error)
        for words, ours in OPTIONS:
            said = words.sub(ours, said)
        key = f"{where}.text" if isinstance(error, UnknownColumn) else where
        raise type(error)(said if said.startswith(where) else f"{key}: {said}") from None
    except MissingExtra as error:
        raise MissingExtra(error.package, _extra(error), where) from None


def _extra(error: MissingExtra) -> str:
    """The extra that brings what is missing."""
    found = re.search(r"\[(\w+)\]", error.command)
    return found[1] if found else "studies"


def corpus_of(study: Study) -> Corpus:
    """The corpus that a study file names, or the embedded one; UnknownColumn by the key of the file, InputError for what is not there."""
    if study.pictures is None:
        return _opened(study.corpus, CORPUS, f"{study.where}.corpus")
    with told_at(f"{study.where}.corpus"):
        if study.corpus is not None and study.corpus.text is not None:
            raise SpecError("text names a column of texts, and these are pictures; leave it out")
        corpus = open_corpus(str(PICTURES)) if study.corpus is None else open_corpus(study.corpus.places())
        if corpus.view != "image":
            raise InputError("holds text, and a study with pictures takes pictures")
        return corpus


def neutral_of(study: Study) -> Corpus:
    """The neutral text."""
    return _opened(study.neutral, NEUTRAL, f"{study.where}.held_out.neutral")


def probe_of(study: Study, asked: Asked) -> Corpus:
    """The files of a probe; UnknownColumn by the key of the study file."""
    with told_at(f"{study.where}.probes.{asked.name}"):
        return open_corpus(asked.places(), text=asked.text, more=tuple(filter(None, (asked.text, asked.label))))


def _opened(source: Source | None, embedded: Path, where: str) -> Corpus:
    """Text, as a study of text takes it."""
    if source is None:
        return open_corpus(str(embedded))
    with told_at(where):
        corpus = open_corpus(source.places(), text=source.text)
        if corpus.view != "text":
            raise InputError(
                "holds pictures, and a study of text takes text; one of pictures has pictures: [how many different ones]"
            )
        return corpus
