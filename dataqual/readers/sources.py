"""`as_corpus`: whatever a person may call a corpus, opened."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from inspect import signature
from pathlib import Path
from typing import Any

from dataqual.corpus import Corpus
from dataqual.errors import InputError, SpecError, did_you_mean
from dataqual.readers.opening import open_corpus


def as_corpus(
    source: Any, *, text: str | None = None, also: Iterable[str] = (), dates: bool = False, **asked: Any
) -> Corpus:
    """A corpus from a path, several paths, or documents in memory; SpecError for an option that nobody knows.

    A corpus that is open stays as it is, so it takes no more options. `also` are options of the caller's own, to be
    proposed where one is not known. A column of dates is looked for only where `dates` are asked.
    """
    if isinstance(source, list | tuple) and 0 < len(source) <= 100 and all(map(_is_file_name, source)):
        raise InputError(f"{source[0]!r} is a file; to read several, write dataqual.read([...])")
    opener = open_corpus if is_path(source) else Corpus.of
    known = set(signature(opener).parameters) - {"paths", "data", "sizes"}
    for name in asked:
        if name not in known:
            raise SpecError(
                f"no option {name!r}; {did_you_mean(name, known - {'more'} | set(also))}"
            )  # `more` is for checks
    if not isinstance(source, Corpus):
        opened = opener(source, text=text, **asked)
        return opened if dates else opened.without("date")
    late = [*asked, *(["text"] if text not in (None, source.columns.text) else [])]
    if late:
        raise SpecError(f"{late[0]!r} is said where a corpus is opened, and this one is open already")
    return source if dates else source.without("date")


def options_of(verb: Callable[..., Any]) -> list[str]:
    """What a verb may be told by name beside its source, and beside what `dataqual.read` is told.

    >>> def double(source, *, workers=None, seed=0, **asked): ...
    >>> options_of(double)
    ['workers', 'seed']
    """
    return [name for name, parameter in signature(verb).parameters.items() if parameter.kind is parameter.KEYWORD_ONLY]


def as_whole_corpus(source: Any, *, also: Iterable[str] = (), **asked: Any) -> Corpus:
    """A corpus as `as_corpus` opens it, of which records can be written with every field; InputError where not."""
    corpus = as_corpus(source, also=also, **asked)
    if any(file.path == "<pandas frame>" for file in corpus.files):
        raise InputError(
            "a pandas frame cannot be written whole, for only its text was read; write it with to_parquet and give the path"
        )
    return corpus


def _is_file_name(document: Any) -> bool:
    """Whether a document in a list looks like a path that was meant: short, and there."""
    return isinstance(document, str) and 0 < len(document) < 500 and "\n" not in document and os.path.isfile(document)


def is_path(source: Any) -> bool:
    """Whether the source is a path or several; strings in a list are documents."""
    several = isinstance(source, list | tuple) and bool(source) and all(isinstance(item, Path) for item in source)
    return isinstance(source, str | Path) or several
