"""The signal `policy_phrases`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from dataqual.line_cuts import POLICY, Phrases
from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class PolicyPhrases(Signal):
    """How often a document speaks of cookies, privacy policies and terms of use, in English and any case.

    >>> PolicyPhrases()(["This site uses cookies. See our Privacy Policy.", ""]).tolist()
    [2, 0]
    """

    unit: ClassVar[str] = "places"

    def measure(self, text: Text) -> NDArray[Any]:
        return Phrases.of(text, POLICY).counts(*POLICY)

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """Every place."""
        return Phrases.evidence(document, POLICY, "policy phrase")
