"""The metric `script_mix`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.measured import Measured
from dataqual.operators import Metric
from dataqual.reading import Reading
from dataqual.text import SCRIPTS


@dataclass(frozen=True)
class ScriptMix(Metric[NDArray[np.int64]]):
    """Which scripts the letters belong to; the value is the largest script's share of all letters with a script.

    `detail["scripts"]` lists each script with its characters, its share of them, and the documents in which it
    is the commonest; `Common` (digits, punctuation, spaces) is left out (UAX #24).

    >>> from dataqual.corpus import Corpus
    >>> from dataqual.metric_reading import read
    >>> read(ScriptMix(), Corpus.of(["abc 1", "你好世"])).detail["scripts"][0]
    {'script': 'Latin', 'characters': 3, 'share': 0.5, 'documents': 1}
    """

    def measure(self, measured: Measured) -> NDArray[np.int64]:
        scripts = measured.text.characters.scripts[:, 1:]
        main = np.argmax(scripts, axis=1)[scripts.any(axis=1)]
        return np.stack([scripts.sum(axis=0, dtype=np.int64), np.bincount(main, minlength=scripts.shape[1])])

    def merge(self, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
        return first + second

    def read(self, state: NDArray[np.int64]) -> Reading:
        characters, documents = state
        total = int(characters.sum())
        order = [int(i) for i in np.argsort(-characters, kind="stable") if characters[i]]
        rows = [
            {
                "script": SCRIPTS[i + 1],
                "characters": int(characters[i]),
                "share": int(characters[i]) / total,
                "documents": int(documents[i]),
            }
            for i in order
        ]
        value = int(characters.max()) / total if total else None
        return Reading("script_mix", value, total, of="characters", detail={"scripts": rows})
