"""The step `dedup_substrings`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.bounds import Bounds
from dataqual.corpus import Batch, Corpus
from dataqual.errors import SpecError
from dataqual.ledger import Dropped, Edited, addresses, edited
from dataqual.operators import Engine, Step
from dataqual.recurring.spans import RecurringSpans, survey
from dataqual.steps._known_pieces import known, originals
from dataqual.text import ALONE, OTHER, Text

NAME = "dedup_substrings"


@dataclass(frozen=True)
class DedupSubstrings(Step):
    """Take out every span of `words` words or more that stands somewhere before, in any document; the first stays.

    Words are those of the cut `unicode`, compared byte for byte with the marks between them; white space may differ. What
    goes begins and ends at a word, never reaches over two documents, and takes with it the marks around it that stand
    around the first copy too. A document of which no word would be left goes as a whole. 50 words are those of Lee et
    al. 2022 (50 tokens).
    """

    tells_by_address: ClassVar[bool] = True

    rewrites: ClassVar[bool] = True

    words: int = 50

    def __post_init__(self) -> None:
        if self.words < 2:
            raise SpecError(f"words: {self.words} is too small; it is at least 2, and 50 is usual")

    def prepare(self, corpus: Corpus, engine: Engine) -> KnownSpans:
        """Survey what comes again, until nothing does."""
        return KnownSpans(survey(corpus, engine, self.words))

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped | Edited]]:
        """Only a survey can tell what stands before."""
        raise TypeError("dedup_substrings must see the corpus first: call prepare, and then what it returns")


@dataclass(frozen=True, eq=False)
class KnownSpans(Step):
    """Take the spans that were found out of the documents at these addresses."""

    rewrites: ClassVar[bool] = True

    found: RecurringSpans

    @property
    def told_as(self) -> tuple[str, ...]:
        """As the step that surveyed."""
        return (NAME,)

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped | Edited]]:
        rows, at = known(self.found.place, batch)
        if not len(rows):
            return batch, []
        text = batch.take(rows).text
        texts, counts = {}, np.zeros(len(rows), np.int64)
        for i, (row, k) in enumerate(zip(rows.tolist(), at.tolist(), strict=True)):
            spans = self.found.spans[self.found.borders[k] : self.found.borders[k + 1]].tolist()
            words = (_flags(text, i) & OTHER) == 0
            counts[i] = sum(int(np.count_nonzero(words[start:end])) for start, end in spans)
            if counts[i] < np.count_nonzero(words):
                texts[row] = without(text, i, spans)
        partly = np.isin(rows, list(texts))
        left, told = edited(batch, texts, NAME, NAME, counts[partly])
        changes = [replace(part, originals=originals(self.found.kept[at[partly]])) for part in told]
        return (left, changes) if partly.all() else self._dropped(left, changes, batch.take(rows[~partly]), at[~partly])

    def _dropped(
        self, left: Batch, told: Sequence[Edited], whole: Batch, at: NDArray[np.int64]
    ) -> tuple[Batch, list[Dropped | Edited]]:
        """The documents that lose all their words go."""
        share = np.ones(len(whole))
        part = Dropped(whole, NAME, NAME, None, share, str(Bounds(below=1)), originals(self.found.kept[at]))
        gone = np.isin(addresses(left.file, left.record), addresses(whole.file, whole.record))
        return left.where(~gone), [part, *told]


def _flags(text: Text, document: int) -> NDArray[np.uint8]:
    tokens = text.cut("tokens")
    return tokens.flags[tokens.offsets[document] : tokens.offsets[document + 1]]


def without(text: Text, document: int, spans: Sequence[tuple[int, int]]) -> bytes:
    """A document without some spans of its tokens, in order; of the white space around each the wider stays.

    Where there is none, a blank keeps two words from becoming one.

    >>> without(Text.of(["one (two)\\nthree."]), 0, [(1, 4)]), without(Text.of(["one,two,three"]), 0, [(1, 4)])
    (b'one\\nthree.', b'one three')
    >>> without(Text.of(["我们,去"]), 0, [(1, 3)]).decode()
    '我去'
    """
    tokens = text.cut("tokens")
    own = slice(tokens.offsets[document], tokens.offsets[document + 1])
    starts, ends = tokens.starts[own].tolist(), tokens.ends[own].tolist()
    apart = (_flags(text, document) & (OTHER | ALONE)) != 0
    begin, stop = text.offsets[document : document + 2].tolist()
    raw = text.data[begin:stop].tobytes()
    ends, starts = [0, *(end - begin for end in ends)], [*(start - begin for start in starts), stop - begin]
    kept, upto = [], 0
    for first, last in spans:  # `ends` is one ahead: the token before the span ends at ends[first]
        before, behind = raw[ends[first] : starts[first]], raw[ends[last] : starts[last]]
        inner = first > 0 and last < len(apart)
        blank = b" " if inner and not apart[first - 1] and not apart[last] else b""
        wider = before if first == 0 or (inner and before.count(b"\n") >= behind.count(b"\n") and before) else behind
        kept += [raw[upto : ends[first]], wider or blank]
        upto = starts[last]
    return b"".join([*kept, raw[upto:]])
