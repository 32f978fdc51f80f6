"""`Looking`: what is looked for of a test set."""

from __future__ import annotations

from dataclasses import dataclass

SURVEY_SHARE = 8
"""An eighth of the memory is for comparing, as in a profile."""


@dataclass(frozen=True)
class Looking:
    """Which ways to leak are looked for."""

    ngram: int
    """Words in a row; of pictures nothing, as `shortest`."""
    shortest: int
    """Words of the shortest text that is looked for whole."""
    near_copies: bool
