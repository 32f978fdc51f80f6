"""Numbers of documents that were found out by a survey."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch
from dataqual.ledger import addresses
from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class OfDocuments(Signal):
    """The number of the document at each address; what a signal becomes that had to see the corpus."""

    digest: str
    """Of the arrays: what tells two of these apart."""
    place: NDArray[np.uint64] = field(compare=False, repr=False)
    """(documents,), ascending."""
    value: NDArray[np.float64] = field(compare=False, repr=False)

    @classmethod
    def of(cls, place: NDArray[np.uint64], value: NDArray[np.float64]) -> Self:
        """Of arrays in corpus order."""
        digest = hashlib.blake2b(place.tobytes() + value.tobytes(), digest_size=16).hexdigest()
        return cls(digest, place, value)

    def of_batch(self, batch: Batch) -> NDArray[Any]:
        """Looked up by address."""
        return self.value[np.searchsorted(self.place, addresses(batch.file, batch.record))]

    def measure(self, text: Text) -> NDArray[Any]:
        raise TypeError("these are numbers of documents, which a text alone does not name")
