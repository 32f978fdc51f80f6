"""What is to be checked, opened: a corpus with the columns that the checks need; a table need have no text."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import polars as pl

from dataqual.corpus import Corpus
from dataqual.errors import UnknownColumn
from dataqual.readers.sliced import is_sliced, sliced
from dataqual.readers.sources import as_corpus, is_path
from dataqual.suites.suite import Suite

TEXTLESS = ("null text", "missing text", "text is not a string")
"""Kinds of records that are no documents, but records all the same."""


def opened(source: Any, suite: Suite, **asked: Any) -> Corpus:
    """The corpus; UnknownColumn where a check needs documents and the text cannot be told.

    >>> opened(pl.DataFrame({"stars": [1, 2]}), Suite.of([{"column": "stars", "min": 1}])).columns.text
    'stars'
    """
    reading = partial(as_corpus, dates=suite.dated)
    if isinstance(source, Corpus):
        return reading(source, **asked)
    take: Callable[..., Corpus] = sliced if is_sliced(source) else reading
    if take is reading and not is_path(source) and not isinstance(source, pl.DataFrame):
        source = source.to_polars() if hasattr(source, "to_polars") else source
    names = [str(name) for name in getattr(source, "column_names" if take is sliced else "columns", ())]
    more = tuple(
        dict.fromkeys([*suite.columns, *(names if suite.listed and not isinstance(source, pl.DataFrame) else ())])
    )
    try:
        return take(source, more=more, **asked)
    except UnknownColumn:
        if suite.documents or not names or asked.get("text") is not None:
            raise
        return take(source, more=more, text=names[0], **asked)
