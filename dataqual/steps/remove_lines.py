"""The step `remove_lines`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch
from dataqual.ledger import Dropped, Edited, edited
from dataqual.line_cuts import Phrases, lines, ranks
from dataqual.operators import Step
from dataqual.signals.c4_lines import Fate, judge
from dataqual.text import Segments, Text

Variant = Literal["c4@tfds", "refinedweb@dclm"]

COUNTED = "likes shares comments retweets reposts quotes bookmarks upvotes downvotes downloads views followers".split()
_COUNTER = re.compile(rf"\W*\d(?:,|\.|\d)*[kmb]?\s+(?:{'|'.join(COUNTED)})\W*")
_NOTICES = tuple(
    re.compile(pattern, re.IGNORECASE) for pattern in (r"\s?items in cart", r"\s?Read more\.\.\.$", r"^Sign-in\s?")
)
"""As DCLM writes them, but that a full stop is a full stop: its pattern takes "read more of it" for a notice too."""
NOTICE_WORDS = 10
MAX_UPPERCASE, MIN_WORDS, MAX_REMOVED = 0.5, 2, 0.05


class Left(NamedTuple):
    """What the rules of a variant leave of a document."""

    text: str
    removed: int
    """Lines that went or were shortened."""


@dataclass(frozen=True)
class RemoveLines(Step):
    """Take out the lines that a published recipe takes out of a page, again and again until none is left to take.

    `c4@tfds` (Raffel et al. 2020, as tensorflow-datasets has it): lines without a terminal mark, of fewer than five
    words, with a word of more than 1,000 characters, on JavaScript and cookies; of the others citation marks. Lines
    with a curly bracket or "lorem ipsum" cost C4 the page: they stay, for the rules `c4@tfds` to find.
    `refinedweb@dclm` (Penedo et al. 2023, as DCLM has it): lines of one word, mostly capitals, digits alone, counters
    ("3 likes"), and some notices of shops; a page that loses more than 5 % of its words goes. Both are for English.

    Blank lines are no lines to `c4@tfds`. A document of which nothing is left is dropped.

    >>> from dataqual.corpus import Corpus
    >>> [batch] = Corpus.of(["Menu\\nThis line has five words[1].", "Menu", "All of this stays here."]).batches()
    >>> after, [dropped, edited] = RemoveLines("c4@tfds")(batch)
    >>> [after.text[i] for i in range(2)], dropped.rule, edited.rule, edited.values.tolist()
    (['This line has five words.', 'All of this stays here.'], 'nothing_left@c4@tfds', 'lines@c4@tfds', [2])
    """

    rewrites: ClassVar[bool] = True

    variant: Variant

    @property
    def told_as(self) -> tuple[str, ...]:
        """Lines that went, and documents that went with them."""
        loss = ("words_removed",) if self.variant == "refinedweb@dclm" else ()
        return tuple(f"{rule}@{self.variant}" for rule in ("lines", *loss, "nothing_left"))

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped | Edited]]:
        left = _fixed(batch.text, _look_of_c4 if self.variant == "c4@tfds" else _look_of_refinedweb)
        empty = [row for row, after in left.items() if not after.text.strip()]
        losses = {} if self.variant == "c4@tfds" else {row: _loss(batch.text[row], left[row].text) for row in left}
        lossy = [row for row, loss in losses.items() if loss > MAX_REMOVED and row not in empty]
        dropped = [
            *self._dropped(batch, "words_removed", lossy, [losses[row] for row in lossy], f"<= {MAX_REMOVED}"),
            *self._dropped(batch, "nothing_left", empty, [0] * len(empty), ">= 1"),
        ]
        stays = np.ones(len(batch), bool)
        stays[[*lossy, *empty]] = False
        place = np.cumsum(stays) - 1
        kept = {int(place[row]): after for row, after in left.items() if stays[row]}
        texts = {row: after.text.encode() for row, after in kept.items()}
        values = np.array([after.removed for after in kept.values()], np.int64)
        rest, changes = edited(batch.where(stays), texts, "remove_lines", f"lines@{self.variant}", values)
        return rest, [*dropped, *changes]

    def _dropped(
        self, batch: Batch, rule: str, rows: list[int], values: Sequence[float], threshold: str
    ) -> Sequence[Dropped]:
        if not rows:
            return []
        documents = batch.take(np.array(rows, np.int64))
        told = f"{rule}@{self.variant}"
        return [Dropped(documents, "remove_lines", told, values=np.array(values), threshold=threshold)]


def _fixed(text: Text, look: Callable[[Text], dict[int, Left]]) -> dict[int, Left]:
    """What is left of the rows that change when nothing more goes; neither C4 nor RefinedWeb looks twice at what it
    has shortened. Only what a look has changed is looked at again."""
    left = changed = look(text)
    while changed:
        rows = list(changed)
        again = look(Text.of([changed[row].text for row in rows]))
        changed = {rows[at]: Left(after.text, left[rows[at]].removed + after.removed) for at, after in again.items()}
        left = left | changed
    return left


def _stays(fates: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.isin(fates, (Fate.KEPT, Fate.LOREM_IPSUM, Fate.CURLY_BRACKET))


def _look_of_c4(text: Text) -> dict[int, Left]:
    """What one look of C4 leaves of the documents that have a line which it would not leave as it is."""
    judged = judge(text)
    stays, cited = _stays(judged.fates), np.zeros(len(judged.fates), np.bool_)
    cited[judged.cited] = True
    plain = dict(zip(judged.cited.tolist(), range(len(judged.cited)), strict=True))
    left = {}
    for row in np.flatnonzero(judged.lines.total(~stays | cited)).tolist():
        first, last = judged.lines.offsets[row : row + 2].tolist()
        lines = np.flatnonzero(stays[first:last]) + first
        kept = [judged.plain[plain[at]] if at in plain else _line(judged.lines, at) for at in lines.tolist()]
        left[row] = Left("\n".join(kept).strip(), last - first - len(lines) + int(cited[lines].sum()))
    return left


def _line(lines: Segments, at: int) -> str:
    return lines.data[lines.starts[at] : lines.ends[at]].tobytes().decode()


def _touched_by_refinedweb(text: Text) -> NDArray[np.bool_]:
    """The documents that may have a line which RefinedWeb would not leave as it is; of letters outside of ASCII each
    may be a capital."""
    segments, words = lines(text, "newline"), text.cut("whitespace")
    counts = ranks(words.starts, segments.ends) - ranks(words.starts, segments.starts)
    capitals = np.zeros(len(text.data) + 1, np.int32)
    np.cumsum(((text.data >= 65) & (text.data <= 90)) | (text.data >= 0xC0), out=capitals[1:])
    shouted = capitals[segments.ends] - capitals[segments.starts] > MAX_UPPERCASE * segments.chars
    known = Phrases.of(text, (*COUNTED, "items in cart", "read more...", "sign-in"))
    goes = shouted | known.within(segments, *known.phrases) | ((segments.ends > segments.starts) & (counts < MIN_WORDS))
    touched: NDArray[np.bool_] = segments.total(goes) > 0
    return touched


def _look_of_refinedweb(text: Text) -> dict[int, Left]:
    """What one look of RefinedWeb leaves of the documents that it changes."""
    rows = np.flatnonzero(_touched_by_refinedweb(text)).tolist()
    return {row: after for row in rows if (after := _refinedweb(text[row])).removed}


def _refinedweb(document: str) -> Left:
    """What one look of RefinedWeb leaves; a document of which every line stays keeps its blanks too."""
    own = document.split("\n")
    judged = [(line, _line_of_refinedweb(line)) for line in own]
    removed = sum(after != line for line, after in judged)
    kept = [after for _, after in judged if after is not None]
    return Left("\n".join(kept).strip() if removed else document, removed)


def _line_of_refinedweb(line: str) -> str | None:
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
    for notice in () if goes or words > NOTICE_WORDS else _NOTICES:
        line = notice.sub("", line)
        goes = goes or not line.strip()
    return None if goes else line


def _loss(before: str, after: str) -> float:
    """The share of the words that went, words as DCLM counts them: what white space parts and a letter or digit begins."""
    first, second = (sum(word[0].isalnum() for word in text.split()) for text in (before, after))
    return (first - second) / first if first else 0.0
