"""The signal `flagged_words`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import SpecError
from dataqual.lexicons.flagged import OURS, entries, file_of
from dataqual.lexicons.runs import Runs
from dataqual.line_cuts import evidence
from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class FlaggedWords(Signal):
    """Share of a document's words that are on a list of obscene and hateful ones; 0 for a document without words.

    The lists `en` and `zh` are LDNOOBW's, without entries whose everyday or medical sense is common (dataqual/lexicons); any
    other name is a file of your own, UTF-8, one word or phrase a line, # before a remark. Case does not matter. Text is not
    segmented: from the left, the longest word or phrase that is known wins, so 男性交往 has none of them.

    >>> FlaggedWords()(["what a bullshit story", "男性交往与出口交易", "你这个婊子养的", ""]).round(2).tolist()
    [0.25, 0.0, 0.57, 0.0]
    """

    profiled: ClassVar[bool] = False
    masked: ClassVar[bool] = True

    lexicons: tuple[str, ...] = OURS

    def __post_init__(self) -> None:
        _table(self.lexicons)

    @property
    def rests_on(self) -> object:
        """The lists as they are."""
        return [sha256(file_of(name).read_bytes()).hexdigest() for name in self.lexicons]

    def measure(self, text: Text) -> NDArray[Any]:
        counts = _table(self.lexicons).find(text, room=0).counts
        shares: NDArray[Any] = np.minimum(counts / np.maximum(text.cut("unicode").counts, 1), 1.0)
        return shares

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """Every word or phrase."""
        text = Text.of([document])
        tokens = text.cut("tokens")
        found = _table(self.lexicons).find(text)
        return evidence(document, tokens.starts[found.starts].tolist(), tokens.ends[found.ends - 1].tolist(), "flagged")


@lru_cache(maxsize=16)
def _table(lexicons: tuple[str, ...]) -> Runs:
    table = Runs.of(entries(lexicons))
    if not table:
        raise SpecError("lexicons: no word in them")
    return table
