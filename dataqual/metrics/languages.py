"""The metric `languages`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dataqual.languages.telling import UNSURE, Method, tell
from dataqual.measured import Measured
from dataqual.operators import Metric
from dataqual.reading import Reading

Tally = Mapping[str | None, tuple[int, int, int]]
"""Per language: documents, their bytes, and how many of them are unsure."""


@dataclass(frozen=True)
class Languages(Metric[Tally]):
    """Which languages the documents are in, by lid.176; the value is the share of the commonest one.

    `detail["languages"]` lists each with its documents, its share of them, its bytes, and how many documents are unsure
    (confidence below 0.5). None is what has no letters, `und` what says too little to tell. MissingExtra where the model is not installed.

    >>> from dataqual.corpus import Corpus
    >>> from dataqual.metric_reading import read
    >>> reading = read(Languages(), Corpus.of(["This one is in English.", "今天天气很好，我们出去玩。", "So is this one.", "42"]))
    >>> [(row["language"], row["share"]) for row in reading.detail["languages"]]
    [('en', 0.5), ('zh-Hans', 0.25), (None, 0.25)]
    """

    method: Method = "fast"

    def measure(self, measured: Measured) -> Tally:
        told = tell(measured.text, self.method)
        unsure = (told.confidence < UNSURE).tolist()
        rows = list(zip(told.codes, measured.text.byte_counts.tolist(), unsure, strict=True))
        documents, size, doubtful = Counter(told.codes), Counter[str | None](), Counter[str | None]()
        for code, length, doubt in rows:
            size[code] += length
            doubtful[code] += doubt
        return {code: (documents[code], size[code], doubtful[code]) for code in documents}

    def merge(self, first: Tally, second: Tally) -> Tally:
        none = (0, 0, 0)
        return {
            code: tuple(np.add(first.get(code, none), second.get(code, none)).tolist()) for code in {**first, **second}
        }

    def read(self, state: Tally) -> Reading:
        n = sum(documents for documents, _, _ in state.values())
        ordered = sorted(state.items(), key=lambda item: (-item[1][0], item[0] is None, item[0] or ""))
        rows = [
            {"language": code, "documents": documents, "share": documents / n, "bytes": size, "unsure": unsure}
            for code, (documents, size, unsure) in ordered
        ]
        return Reading("languages", ordered[0][1][0] / n if n else None, n, detail={"languages": rows})
