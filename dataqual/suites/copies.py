"""Checks of copies: which share of the documents are exact or near copies of an earlier one, by one survey for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.examples import KEPT
from dataqual.finding import below_one
from dataqual.images.perceptual import Perceptual, PictureCopies
from dataqual.near_duplicates import NearCopies, NearDuplicates
from dataqual.suites.estimates import Clustered, Known
from dataqual.suites.gauges import Gauge, Shown, Sight
from dataqual.suites.looking import Looked

NEAR = NearDuplicates()
Kind = Literal["exact_copies", "near_copies"]


@dataclass(frozen=True)
class Copies(Gauge[None]):
    """The share of documents that are copies of an earlier one; near copies are none that are exact.

    Nothing is measured batch by batch but what the survey needs: see `dataqual.near_duplicates.Survey`.
    """

    kind: Kind
    parameters: NearDuplicates | Perceptual = NEAR
    """Those of pictures where it is told by one of theirs; `Pictures.near` says what the usual ones mean for pictures."""
    of: ClassVar[str] = "documents"

    def measure(self, looked: Looked) -> None:
        return None

    def merge(self, first: None, second: None) -> None:
        return None

    def read(self, state: None) -> Sight:
        return Sight(Known(None, 0), detail={"why": "no survey was made"})

    def seen(self, copies: NearCopies | PictureCopies, places: Any) -> Sight:
        """What a survey found; `places[number]` is the address of a document."""
        exact = self.kind == "exact_copies"
        copy_of = copies.exact_copy_of if exact else copies.near_copy_of
        reading = copies.exact_share if exact else copies.share
        kept, counts = np.unique(copy_of[copy_of >= 0], return_counts=True)
        estimate = Clustered(
            (reading.value or 0.0) * reading.n,
            reading.n,
            len(kept),
            reading.interval,
        )
        examples = [self._example(copies, int(number), copy_of, places) for number in _few(copy_of, kept, counts)]
        return Sight(estimate, examples, int((copy_of >= 0).sum()))

    def _example(
        self, copies: NearCopies | PictureCopies, number: int, copy_of: NDArray[np.int64], places: Any
    ) -> Shown:
        (file, record), (other, original) = places[number], places[int(copy_of[number])]
        where = f"record {original}" + ("" if file == other else " of another file")
        about = "about " if isinstance(copies, NearCopies) else ""
        value = float(copies.similarity[number])
        shown = f"{value:.2f}" if about else below_one(value)
        similar = "" if self.kind == "exact_copies" else f", similarity {about}{shown}"
        return Shown(file, record, None, note=f"a copy of {where}{similar}")


def _few(copy_of: NDArray[np.int64], kept: NDArray[np.int64], counts: NDArray[np.int64]) -> list[int]:
    """The first copy of each of the largest clusters."""
    largest = kept[np.argsort(-counts, kind="stable")[:KEPT]]
    return [int(np.flatnonzero(copy_of == number)[0]) for number in largest]
