"""The metric `personal_data`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.measured import Measured
from dataqual.operators import Metric
from dataqual.personal.finding import KINDS, tally
from dataqual.reading import Reading


@dataclass(frozen=True)
class PersonalData(Metric[NDArray[np.int64]]):
    """Personal data and secrets by kind; the value is the share of documents with any, e-mail addresses included.

    `detail["kinds"]` lists each kind that was found with its places and the documents that have it.

    >>> from dataqual.corpus import Corpus
    >>> from dataqual.metric_reading import read
    >>> reading = read(PersonalData(), Corpus.of(["a@b.cn, c@d.cn", "☎ 13812345678", "nothing", "none"]))
    >>> reading.value, reading.detail["kinds"]
    (0.5, [{'kind': 'email', 'places': 2, 'documents': 1}, {'kind': 'phone', 'places': 1, 'documents': 1}])
    """

    def measure(self, measured: Measured) -> NDArray[np.int64]:
        found = np.stack([tally(measured.text)[kind] for kind in KINDS])
        places, documents = found.sum(axis=1), (found > 0).sum(axis=1)
        return np.concatenate([places, documents, [(found > 0).any(axis=0).sum(), len(measured)]]).astype(np.int64)

    def merge(self, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
        return first + second

    def read(self, state: NDArray[np.int64]) -> Reading:
        places, documents = state[:-2].reshape(2, len(KINDS)).tolist()
        rows = [
            {"kind": kind, "places": count, "documents": holding}
            for kind, count, holding in zip(KINDS, places, documents, strict=True)
            if count
        ]
        any_of_them, n = state[-2:].tolist()
        value = any_of_them / n if n else None
        return Reading("personal_data", value, n, detail={"documents": any_of_them, "kinds": rows})
