"""What columns of documents are made of, whatever package they come from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from dataqual.errors import InputError


def elements(column: object) -> Iterable[object]:
    """The elements of whatever kind of column; a table is none, though one could go over it."""
    if isinstance(column, Mapping) or hasattr(column, "columns"):
        raise InputError("expected a column of documents, got a whole table: choose one of its columns")
    for method in ("to_list", "tolist", "to_pylist"):
        if hasattr(column, method):
            column = getattr(column, method)()
    if isinstance(column, str | bytes):
        raise InputError("expected a column of documents, got one string: put it into a list")
    if not isinstance(column, Iterable):
        raise InputError(f"expected a column of documents, got {type(column).__name__}")
    return column


def missing(element: object) -> bool:
    """Whether there is nothing: None, NaN, or what pandas has for it."""
    kind = type(element).__name__
    return element is None or kind in ("NAType", "NaTType") or (isinstance(element, float) and math.isnan(element))


def encoded(row: int, element: object) -> bytes:
    """An element in UTF-8; InputError where it is no text."""
    if not isinstance(element, str):
        kind = type(element).__name__
        what = "missing" if missing(element) else f"{kind}, not a string"
        raise InputError(f"row {row}: the text is {what}; drop or fill such rows first")
    try:
        return element.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"row {row}: half a surrogate pair at character {error.start}; it is not text") from None
