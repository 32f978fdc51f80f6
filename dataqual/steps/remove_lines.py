"""The step `remove_lines`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch
from dataqual.ledger import Dropped, Edited, edited
from dataqual.operators import Step
from dataqual.signals.c4_lines import Fate, judge
from dataqual.signals.refinedweb_removed_share import left_of, loss, may_lose_lines
from dataqual.text import Segments, Text

Variant = Literal["c4@tfds", "refinedweb@dclm"]

MAX_REMOVED = 0.05


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
        losses = {} if self.variant == "c4@tfds" else {row: loss(batch.text[row], left[row].text) for row in left}
        lossy = [row for row, share in losses.items() if share > MAX_REMOVED and row not in empty]
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


def _look_of_refinedweb(text: Text) -> dict[int, Left]:
    """What one look of RefinedWeb leaves of the documents that it changes."""
    rows = np.flatnonzero(may_lose_lines(text)).tolist()
    return {row: after for row in rows if (after := _refinedweb(text[row])).removed}


def _refinedweb(document: str) -> Left:
    """What one look of RefinedWeb leaves; a document of which every line stays keeps its blanks too."""
    own = document.split("\n")
    judged = [(line, left_of(line, "as_meant")) for line in own]
    removed = sum(after != line for line, after in judged)
    kept = [after for _, after in judged if after is not None]
    return Left("\n".join(kept).strip() if removed else document, removed)
