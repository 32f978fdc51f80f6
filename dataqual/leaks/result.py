"""`Leakage`: how much of a test set stands in a training corpus, to ask and to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.finding import below_one
from dataqual.operators import ViewName
from dataqual.reading import Reading, wilson
from dataqual.views import in_words_of

EXAMPLES = 3


@dataclass(frozen=True)
class Leak:
    """One test document that leaks, and a training document it leaks from."""

    kind: str
    """`exact_copies`, `near_copies` or `ngrams`."""
    test: tuple[str, int]
    """Path and record number."""
    train: tuple[str, int]
    similarity: float | None
    """Of copies, exact; None of what shares n-grams alone."""
    shared: int
    """How many of its n-grams are in the training corpus, anywhere."""
    of: int
    """How many it has."""
    text: str
    """From the longest passage on, at most `QUOTED` characters; addresses are masked."""

    def __str__(self) -> str:
        (test, test_record), (train, train_record) = self.test, self.train
        how = (
            f"similarity {below_one(self.similarity)}"
            if self.similarity is not None
            else f"{self.shared:,} of {self.of:,} n-grams"
        )
        told = f"{self.kind}: {test}:{test_record} is in {train}:{train_record} ({how})"
        return f"{told}: {' '.join(self.text.split())}" if self.text else told

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        places = {
            name: {"path": path, "record": record}
            for name, (path, record) in (("test", self.test), ("train", self.train))
        }
        return {
            "kind": self.kind,
            **places,
            "similarity": self.similarity,
            "shared": self.shared,
            "of": self.of,
            "text": self.text,
        }


@dataclass(frozen=True)
class Leakage:
    """How much of a test set stands in a training corpus; shares are of the test documents."""

    view: ViewName
    train: int
    """Documents."""
    test: int
    unreadable: Mapping[str, int]
    """Records of `train` and `test` that could not be read."""
    readings: Mapping[str, Reading]
    """`leaked` (in any way), `exact_copies`, `near_copies` (that are not exact ones), `ngrams`, `mostly`; with Wilson's
    interval, for a test set is a sample of what it tests."""
    about: Mapping[str, str]
    """What is said of each reading, behind its share."""
    words: Reading | None
    """None of pictures; the share of the words of the test documents that stand in shared n-grams."""
    ngram: int
    """0 of pictures."""
    examples: Sequence[Leak]
    mend: str
    """What would take out of the training corpus what leaks."""
    decontaminate: Mapping[str, Any]
    """Of texts, parameters of the step that would; `against` is TEST where the test documents came in memory."""

    @property
    def share(self) -> float:
        """The share of the test documents that leak in one way or another."""
        value = self.readings["leaked"].value
        assert value is not None, "there are documents"
        return value

    def __str__(self) -> str:
        """A line for each way to leak, and a few examples."""
        looked = f"{self.test:,} test documents, looked for in {self.train:,} training documents"
        lines = [in_words_of(self.view, looked)]
        lines += [f"{count:,} records of {name} are unreadable" for name, count in self.unreadable.items() if count]
        for name, reading in self.readings.items():
            low, high = reading.interval or (0.0, 1.0)
            lines.append(
                f"{reading.value:8.2%} [{low:.2%}, {high:.2%}] {self.about[name]} ({reading.detail['documents']:,} of {reading.n:,})"
            )
        if self.words is not None:
            lines.append(f"{self.words.value or 0:8.2%} of their {self.words.n:,} words are in such runs")
        lines += [str(example) for example in self.examples]
        if self.share:
            lines.append(self.mend)
        return "\n".join(lines)

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        readings = {name: reading.facts() for name, reading in self.readings.items()}
        return {
            "train": {"documents": self.train, "unreadable": self.unreadable["train"]},
            "test": {"documents": self.test, "unreadable": self.unreadable["test"]},
            "ngram": self.ngram,
            "readings": readings | ({"words": self.words.facts()} if self.words is not None else {}),
            "examples": [example.facts() for example in self.examples],
        }


def share(name: str, mask: NDArray[np.bool_]) -> Reading:
    """A reading of how many of the test documents are under `mask`, (documents,)."""
    hits, n = int(mask.sum()), len(mask)
    return Reading(name, hits / n, n, interval=wilson(hits, n), detail={"documents": hits})
