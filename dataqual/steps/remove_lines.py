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
from dataqual.text import Text

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
        find, leave = (_touched_by_c4, _c4) if self.variant == "c4@tfds" else (_touched_by_refinedweb, _refinedweb)
        rows = np.flatnonzero(find(batch.text)).tolist()
        left = {row: after for row in rows if (after := _fixed(batch.text[row], leave)).removed}
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


def _fixed(document: str, leave: Callable[[str], Left]) -> Left:
    """What is left when nothing more goes; neither C4 nor RefinedWeb looks twice at what it has shortened."""
    text, removed = leave(document)
    while text:
        again, more = leave(text)
        if not more:
            break
        text, removed = again, removed + more
    return Left(text, removed)


def _touched_by_c4(text: Text) -> NDArray[np.bool_]:
    """The documents that have a line which C4 would not leave as it is."""
    judged = judge(text)
    goes = ~_stays(judged.fates)
    goes[judged.cited] = True
    touched: NDArray[np.bool_] = judged.lines.total(goes) > 0
    return touched


def _stays(fates: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.isin(fates, (Fate.KEPT, Fate.LOREM_IPSUM, Fate.CURLY_BRACKET))


def _c4(document: str) -> Left:
    """What one look of C4 leaves; a document of which every line stays keeps its line ends too."""
    judged = judge(Text.of([document]))
    own = judged.lines.strings(0)
    plain = {at: judged.plain[i] for i, at in enumerate(judged.cited.tolist())}
    stays = np.flatnonzero(_stays(judged.fates)).tolist()
    removed = len(own) - len(stays) + len(plain.keys() & set(stays))
    return Left("\n".join(plain.get(at, own[at]) for at in stays).strip() if removed else document, removed)


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
