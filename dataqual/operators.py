"""The three kinds of operator: `Signal`, `Metric`, `Step`. Their promises are tested in tests/contracts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from numpy.typing import NDArray

from dataqual.reading import Reading
from dataqual.text import Text

if TYPE_CHECKING:
    from dataqual.measured import Measured

State = TypeVar("State")


class Signal(ABC):
    """One finite number per document, each document measured on its own.

    A subclass is a frozen dataclass whose fields are its parameters; its file, its YAML name and
    its class are one word (`word_count.py`, `word_count`, `WordCount`). It defines `measure`.
    """

    unit: ClassVar[str] = ""
    """What one unit of the number is: "words", "characters", "bytes"; "" for a share (0 to 1) or ratio."""

    @abstractmethod
    def measure(self, text: Text) -> NDArray[Any]:
        """The number for every document of `text`; shape (len(text),), finite, for empty documents too."""

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """What the number rests on, for people: character spans of `document`, each with its reason; may be empty.

        Slow and plain; called for the few documents that are shown as examples.
        """
        return []

    def __call__(self, column: object) -> NDArray[Any]:
        """The number for every document of a `Text`, a list of str, or a polars or pandas column."""
        return self.measure(Text.of(column))


class Metric(ABC, Generic[State]):
    """One `Reading` per corpus: measure a batch, merge two states, read the state.

    States are bounded and form a monoid: merging any split of the corpus equals measuring it whole.
    """

    @abstractmethod
    def measure(self, measured: Measured) -> State:
        """The state of one batch; an empty batch gives the neutral state."""

    @abstractmethod
    def merge(self, first: State, second: State) -> State:
        """The state of both batches; associative, and blind to batch borders."""

    @abstractmethod
    def read(self, state: State) -> Reading:
        """What the state says; defined on the empty corpus."""


class Step(ABC):  # noqa: B024 - its verbs come with the first cleaning step
    """Batch in; batch and ledger rows out. Cleaning steps are `idempotent`: a second run changes nothing."""

    idempotent: ClassVar[bool] = True
