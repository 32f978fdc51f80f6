"""E-mail addresses: an ASCII local part, `@`, a domain whose last label is letters."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import scanning
from dataqual.line_cuts import Phrases, evidence
from dataqual.text import Text

NO_DOMAINS = ("png", "jpg", "jpeg", "gif", "svg", "webp")
"""What follows an `@` in names of pictures for fine screens: icon@2x.png."""


def count(text: Text) -> NDArray[Any]:
    """How many each document has, (documents,).

    >>> count(Text.of(["Write to ann.lee@example.com.", "cost: 5 @ 3.50, @handle"])).tolist()
    [1, 0]
    """
    starts, _ = _bounds(text)
    documents = np.searchsorted(text.offsets, starts, side="right") - 1
    return np.bincount(documents, minlength=len(text))


def find(document: str) -> Iterator[tuple[int, int]]:
    """Those of a text, as spans of characters.

    >>> list(find("邮箱：wang@example.cn，谢谢"))
    [(3, 18)]
    """
    starts, ends = _bounds(Text.of([document]))
    return ((start, end) for start, end, _ in evidence(document, starts.tolist(), ends.tolist(), ""))


def _bounds(text: Text) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Byte bounds in `text.data` of every address."""
    alone = len(text) == 1  # such as the surroundings of a number: looking for all known phrases would cost more
    at = np.flatnonzero(text.data == ord("@")) if alone else Phrases.of(text, ("@",)).positions("@")
    after = np.searchsorted(text.offsets, at, side="right")
    starts, ends = np.empty(len(at), np.int64), np.empty(len(at), np.int64)
    scanning.find_addresses(text.data, at, text.offsets[after - 1], text.offsets[after], _no_domains(), starts, ends)
    found = ends > 0
    return starts[found], ends[found]


@cache
def _no_domains() -> NDArray[np.uint64]:
    return scanning.pack(NO_DOMAINS)
