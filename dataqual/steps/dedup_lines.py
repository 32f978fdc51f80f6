"""The step `dedup_lines`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from dataqual.steps._known_pieces import DedupPieces


@dataclass(frozen=True)
class DedupLines(DedupPieces):
    """Take lines that stand in `copies` documents or more out of all but the first; what repeats within one stays.

    Lines of fewer than `min_words` words stay, so that "}", headings and names of speakers do: C4's reference code calls
    a line prose from 5 words on. `fold`: lines are the same that differ in case and white space alone. A document of
    which everything would go, or more than `max_loss` of its characters, goes as a whole.
    """

    kind: ClassVar[Literal["lines", "paragraphs"]] = "lines"
