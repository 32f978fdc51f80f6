"""The signal `personal_data`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.personal.finding import KINDS, places, tally
from dataqual.text import Text


@dataclass(frozen=True)
class PersonalData(Signal):
    """Personal data and secrets in a document beside e-mail addresses, which `email_addresses` counts; by kind, or `any`.

    Telephone numbers, public IP addresses, ID, card and account numbers by their check digits, accounts on messengers, keys, tokens and passwords
    in URLs. `any` counts all of these but e-mail addresses.

    >>> PersonalData()(["Tel. 13812345678 or a@b.cn", "arXiv:2301.12345", "身份证11010519491231002X"]).tolist()
    [1, 0, 1]
    >>> PersonalData(kind="email")(["Tel. 13812345678 or a@b.cn"]).tolist()
    [1]
    """

    unit: ClassVar[str] = "places"

    kind: Literal["any", "email", "phone", "ip", "id_number", "card", "iban", "account", "secret"] = "any"

    def measure(self, text: Text) -> NDArray[Any]:
        found = tally(text)
        total: NDArray[Any] = np.stack([found[kind] for kind in self._kinds]).sum(axis=0, dtype=np.int64)
        return total

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """Every place with its kind."""
        found = places(document)  # all kinds, for what touches an address may be a part of it
        return [(place.start, place.end, place.kind.replace("_", " ")) for place in found if place.kind in self._kinds]

    @property
    def _kinds(self) -> list[Any]:
        return [kind for kind in KINDS if kind != "email"] if self.kind == "any" else [self.kind]
