"""The signal `curly_brackets`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class CurlyBrackets(Signal):
    """Opening curly brackets, which prose hardly has and code and templates do.

    >>> CurlyBrackets()(["if (x) { y(); }", "prose", ""]).tolist()
    [1, 0, 0]
    """

    unit: ClassVar[str] = "brackets"

    def measure(self, text: Text) -> NDArray[Any]:
        return text.characters.ascii[:, ord("{")]

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """Every bracket."""
        return [(i, i + 1, "curly bracket") for i, character in enumerate(document) if character == "{"]
