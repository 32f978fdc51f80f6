"""The signal `url_share`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.line_cuts import evidence
from dataqual.operators import Signal
from dataqual.text import Text

URL = re.compile(rb"(?:https?://|ftp://|www\.)[!-;=?-~]+", re.IGNORECASE)
"""A scheme or www., then printable ASCII but for < and >, as RFC 3986 (appendix C) delimits a URL in text."""


@dataclass(frozen=True)
class UrlShare(Signal):
    """Share of a document's characters in web addresses (http, https, ftp, www.); 0 for an empty document.

    >>> UrlShare()(["see https://a.example/b now", "没有网址", ""]).round(2).tolist()
    [0.7, 0.0, 0.0]
    """

    profiled: ClassVar[bool] = False

    def measure(self, text: Text) -> NDArray[Any]:
        data, borders = text.data.tobytes(), text.offsets.tolist()
        found = [sum(b - a for a, b in _spans(data[a:b])) for a, b in pairwise(borders)]  # ASCII: a byte, a character
        return np.array(found, np.int64) / np.maximum(text.characters.total, 1)

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """Where the addresses stand."""
        spans = _spans(document.encode())
        return evidence(document, [a for a, _ in spans], [b for _, b in spans], "URL")


def _spans(raw: bytes) -> list[tuple[int, int]]:
    return [match.span() for match in URL.finditer(raw)]
