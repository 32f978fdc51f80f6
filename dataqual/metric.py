"""`Metric`: a reading of a corpus, put together of the states of its batches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from dataqual.document_sample import SIZE, DocumentSample
from dataqual.errors import SpecError
from dataqual.reading import Reading

if TYPE_CHECKING:  # polars comes with it, and to know of a metric nobody needs that
    from dataqual.measured import Measured

State = TypeVar("State")


class Metric(ABC, Generic[State]):
    """One `Reading` per corpus: measure a batch, merge two states, read the state.

    States are bounded and form a monoid: merging any split of the corpus equals measuring it whole.
    """

    of_labels: ClassVar[bool] = False
    """Whether it can tell nothing of a corpus without a label column."""
    of_dates: ClassVar[bool] = False
    """The same of a column of dates, which is looked for only where one is asked."""

    @abstractmethod
    def measure(self, measured: Measured) -> State:
        """The state of one batch; an empty batch gives the neutral state."""

    @abstractmethod
    def merge(self, first: State, second: State) -> State:
        """The state of both batches; associative, and blind to batch borders."""

    @abstractmethod
    def read(self, state: State) -> Reading:
        """What the state says; defined on the empty corpus."""


def at_least(least: int, **parameters: int) -> None:
    """SpecError for the first parameter that is below."""
    for name, value in parameters.items():
        if value < least:
            raise SpecError(f"{name} is {value}; it is at least {least}")


@dataclass(frozen=True, kw_only=True)
class SampleMetric(Metric[DocumentSample]):
    """A metric that must see documents beside each other: read from a sample, with an interval unless that holds them all.

    A subclass writes `estimate`; samples of equal size and seed are drawn once, however many metrics there are.
    """

    certain: ClassVar[bool] = True
    """Whether it is exact where the sample holds all; else it is an estimate even then."""

    size: int = SIZE
    seed: int = 0

    def __post_init__(self) -> None:
        at_least(1, size=self.size)

    @abstractmethod
    def estimate(self, sample: DocumentSample) -> Reading:
        """What the sample says of the corpus it was drawn from; defined on the empty one. See `DocumentSample.reading`."""

    def measure(self, measured: Measured) -> DocumentSample:
        return measured.sample(self.size, self.seed)

    def merge(self, first: DocumentSample, second: DocumentSample) -> DocumentSample:
        return first.merge(second)

    def read(self, state: DocumentSample) -> Reading:
        return self.estimate(state)

    def __call__(self, column: object) -> Reading:
        """The reading of a list of str, a `Text`, or a polars or pandas column."""
        return self.estimate(DocumentSample.of_texts(column, size=self.size, seed=self.seed))
