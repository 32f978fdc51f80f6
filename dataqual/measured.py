"""A batch and the signals measured on it so far: each is computed once, by whoever asks first."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch
from dataqual.document_sample import BYTES, ROLES, DocumentSample, objects, priorities
from dataqual.lazy import lazy
from dataqual.signal import Signal
from dataqual.text import Text


class Judges(Protocol):
    """What rejects documents by rules of its own: `dataqual.rules.RuleSet`."""

    @property
    def name(self) -> str:
        """Of all that judge, its own."""

    def fails(self, values: Measured) -> NDArray[np.bool_]:
        """Which rule rejects which document, (documents, rules)."""


class Measured:
    """Looks like a table of signals: `measured[WordCount()]` is the array for this batch.

    >>> from dataqual.corpus import Corpus
    >>> from dataqual.signals.word_count import WordCount
    >>> [batch] = Corpus.of(["two words", ""]).batches()
    >>> Measured(batch)[WordCount()].tolist()
    [2, 0]
    """

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self._values: dict[Signal, NDArray[Any]] = {}
        self._verdicts: dict[str, NDArray[np.bool_]] = {}
        self._dropped: dict[str, NDArray[np.bool_]] = {}
        self._beginnings: dict[tuple[int, int], str] = {}
        self._samples: dict[tuple[int, int, int], DocumentSample] = {}

    @property
    def text(self) -> Text:
        """The batch's documents."""
        return self.batch.text

    def __len__(self) -> int:
        return len(self.batch)

    @lazy
    def priorities(self) -> NDArray[np.uint64]:
        """A well-mixed number per document, from its address alone: the smallest of a corpus are a fair sample."""
        return priorities(self.batch.file, self.batch.record)

    @lazy
    def drawn(self) -> NDArray[np.int64]:
        """All rows in the order of their priorities."""
        return np.argsort(self.priorities)

    def beginning(self, row: int, size: int) -> str:
        """The first `size` bytes of a document as text, decoded once however many rules show it."""
        if (row, size) not in self._beginnings:
            start, end = self.text.offsets[row], self.text.offsets[row + 1]
            raw = self.text.data[start : min(end, start + size)].tobytes()
            self._beginnings[row, size] = raw.decode(errors="ignore")
        return self._beginnings[row, size]

    def sample(self, size: int, seed: int = 0, byte_limit: int = BYTES, likely: float = 1.0) -> DocumentSample:
        """The documents of the batch that can be in a sample of the corpus; drawn once for all who ask alike.

        The first who asks says with `likely` what is worth carrying along, see `DocumentSample.draw`.
        """
        key = (size, seed, byte_limit)
        if key not in self._samples:
            batch = self.batch
            drawn = self.priorities if seed == 0 else priorities(batch.file, batch.record, seed)
            there = [role for role in ROLES if role in batch.columns.columns]
            columns = {role: objects(batch.columns[role].to_list()) for role in there}
            self._samples[key] = DocumentSample.draw(
                batch.text, batch.file, batch.record, drawn, columns, size, byte_limit, likely, seed
            )
        return self._samples[key]

    def fails(self, rule_set: Judges) -> NDArray[np.bool_]:
        """Which rule of the set rejects which document, (documents, rules); judged once for all who ask."""
        if rule_set.name not in self._verdicts:
            self._verdicts[rule_set.name] = rule_set.fails(self)
        return self._verdicts[rule_set.name]

    def drops(self, rule_set: Judges) -> NDArray[np.bool_]:
        """Which documents at least one rule of the set rejects."""
        if rule_set.name not in self._dropped:
            self._dropped[rule_set.name] = np.asarray(self.fails(rule_set).any(axis=1))
        return self._dropped[rule_set.name]

    def __getitem__(self, signal: Signal) -> NDArray[Any]:
        values = self._values.get(signal)
        if values is None:
            values = self._values[signal] = signal.of_batch(self.batch)
        return values
