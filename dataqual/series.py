"""A column of texts as users hold it, a polars or pandas series or a list: what is in it, and another like it."""

from __future__ import annotations

from typing import Any

import polars as pl

from dataqual.column_elements import elements, missing
from dataqual.text import Text


def texts_of(column: Any) -> list[str | None]:
    """The texts, None where one is missing (None, NaN, NA); InputError, as of `Text.of`, for what is neither.

    >>> texts_of(pl.Series(["猫", None]))
    ['猫', None]
    """
    given = [None if missing(element) else element for element in elements(column)]
    checked = Text.of(["" if element is None else element for element in given])
    return [None if element is None else checked[row] for row, element in enumerate(given)]


def like(column: Any, texts: list[str | None]) -> Any:
    """The texts as the kind of column they come from: polars, pandas with its index, or else a list.

    >>> like(pl.Series("title", ["cat"]), ["CAT"]).name
    'title'
    """
    if isinstance(column, pl.Series):
        return pl.Series(column.name, texts, dtype=pl.String)
    if hasattr(column, "index") and hasattr(column, "to_list"):  # pandas, which need not be installed
        whole = getattr(column.dtype, "name", "") != "category"  # one that knows no other texts than its own
        dtype = column.dtype if whole else object
        return type(column)(texts, index=column.index, name=column.name, dtype=dtype)
    return texts
