"""The signal `refinedweb_removed_share`, and what RefinedWeb leaves of a line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.line_cuts import Phrases, lines, ranks
from dataqual.operators import Signal
from dataqual.text import Text

Notices = Literal["as_written", "as_meant"]
"""DCLM writes `Read more...` as a pattern, where a full stop is any character, so "read more of it" is a notice to it;
`as_meant` a full stop is a full stop."""

COUNTED = "likes shares comments retweets reposts quotes bookmarks upvotes downvotes downloads views followers".split()
_COUNTER = re.compile(rf"\W*\d(?:,|\.|\d)*[kmb]?\s+(?:{'|'.join(COUNTED)})\W*")


def _patterns(more: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in (r"\s?items in cart", more, r"^Sign-in\s?"))


_NOTICES: dict[Notices, tuple[re.Pattern[str], ...]] = {
    "as_written": _patterns(r"\s?Read more...$"),
    "as_meant": _patterns(r"\s?Read more\.\.\.$"),
}
NOTICE_WORDS = 10
MAX_UPPERCASE, MIN_WORDS = 0.5, 2


@dataclass(frozen=True)
class RefinedwebRemovedShare(Signal):
    """Share of a document's words in lines that RefinedWeb takes out (Penedo et al. 2023, as DCLM has it); 0 without words.

    Lines of one word, mostly capitals, digits alone, counters ("3 likes") and some notices of shops, which it takes out of
    short lines. Words are what white space parts and a letter or number begins.

    >>> RefinedwebRemovedShare()(["Menu\\nThese are four words.\\n3 likes", "Nothing goes here.", ""]).round(2).tolist()
    [0.43, 0.0, 0.0]
    """

    profiled: ClassVar[bool] = False
    notices: Notices = "as_written"

    def measure(self, text: Text) -> NDArray[Any]:
        shares = np.zeros(len(text), np.float64)
        for row in np.flatnonzero(may_lose_lines(text)).tolist():
            document = text[row]
            left = [left_of(line, self.notices) for line in document.split("\n")]
            shares[row] = loss(document, "\n".join(line for line in left if line is not None))
        return shares

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """The lines that go or are shortened."""
        spans, at = [], 0
        for line in document.split("\n"):
            if line and left_of(line, self.notices) != line:
                spans.append((at, at + len(line), "line taken out"))
            at += len(line) + 1
        return spans


def may_lose_lines(text: Text) -> NDArray[np.bool_]:
    """The documents that may have a line which RefinedWeb would not leave as it is; of letters outside of ASCII each
    may be a capital."""
    segments, words = lines(text, "newline"), text.cut("whitespace")
    counts = ranks(words.starts, segments.ends) - ranks(words.starts, segments.starts)
    capitals = np.zeros(len(text.data) + 1, np.int32)
    np.cumsum(((text.data >= 65) & (text.data <= 90)) | (text.data >= 0xC0), out=capitals[1:])
    shouted = capitals[segments.ends] - capitals[segments.starts] > MAX_UPPERCASE * segments.chars
    known = Phrases.of(text, (*COUNTED, "items in cart", "read more", "sign-in"))
    goes = shouted | known.within(segments, *known.phrases) | ((segments.ends > segments.starts) & (counts < MIN_WORDS))
    touched: NDArray[np.bool_] = segments.total(goes) > 0
    return touched


def left_of(line: str, notices: Notices) -> str | None:
    """The line without notices, None where it goes; one of nothing but a line end stays."""
    if not line.strip("\r"):
        return line
    words = len(line.split())
    goes = (
        sum(map(str.isupper, line)) > MAX_UPPERCASE * len(line)
        or line.isdigit()
        or _COUNTER.fullmatch(line.lower())
        or words < MIN_WORDS
    )
    for notice in () if goes or words > NOTICE_WORDS else _NOTICES[notices]:
        line = notice.sub("", line)
        goes = goes or not line.strip()
    return None if goes else line


def loss(before: str, after: str) -> float:
    """The share of the words that went, words as DCLM counts them: what white space parts and a letter or digit begins."""
    first, second = (sum(word[0].isalnum() for word in text.split()) for text in (before, after))
    return (first - second) / first if first else 0.0
