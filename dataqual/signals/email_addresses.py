"""The signal `email_addresses`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.personal import emails
from dataqual.text import Text


@dataclass(frozen=True)
class EmailAddresses(Signal):
    """E-mail addresses in a document: ASCII local part, `@`, a domain whose last label is letters.

    >>> EmailAddresses()(["Write to ann.lee@example.com.", "cost: 5 @ 3.50, @handle", "邮箱：wang@example.cn，谢谢"]).tolist()
    [1, 0, 1]
    """

    unit: ClassVar[str] = "addresses"

    def measure(self, text: Text) -> NDArray[Any]:
        return emails.count(text)

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """Every address."""
        return [(start, end, "e-mail address") for start, end in emails.find(document)]
