"""The step `dedup_paragraphs`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from dataqual.steps._known_pieces import DedupPieces


@dataclass(frozen=True)
class DedupParagraphs(DedupPieces):
    """Take paragraphs that stand in `copies` documents or more out of all but the first; what repeats within one stays.

    Paragraphs are what blank lines part. All else is as in `dedup_lines`. CCNet (arXiv 1911.00359) and Dolma
    (arXiv 2402.00159) take out paragraphs that stood anywhere before.
    """

    kind: ClassVar[Literal["lines", "paragraphs"]] = "paragraphs"
