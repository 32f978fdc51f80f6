"""`Signal`: a number of each document; and the engine that helps one that must first see the corpus."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, TypeVar

from numpy.typing import NDArray

from dataqual.errors import SpecError
from dataqual.naming import snake_case
from dataqual.text import Text

if TYPE_CHECKING:
    from dataqual.corpus import Batch, Corpus

Item = TypeVar("Item")
Result = TypeVar("Result")

ViewName = str
"""What is looked at: "text" of documents, or the pictures that they are, "image"; see `dataqual.views`."""

Worse = Literal["high", "low"]
"""At which end of a signal a document is worse."""


class Engine(Protocol):
    """Who does the work for a signal or a step that must see the whole corpus: `dataqual.engine.Local`."""

    @property
    def memory(self) -> int:
        """The budget in bytes."""

    @property
    def threads(self) -> int:
        """How many threads may work at once."""

    @property
    def scratch(self) -> str | None:
        """A folder for what a survey has made and its step needs again, which outlives a run that is killed; None without one."""

    def within(self, name: str) -> Engine:
        """The same, with a part of that folder of its own."""

    def map(
        self, function: Callable[[Item], Result], items: Iterable[Item], *, size: int = 0
    ) -> Generator[Result, None, None]:
        """`function` of every item, in order; with `size`, the bytes of all items, processes may help."""


class Signal(ABC):
    """One finite number, not negative, per document, each document measured on its own.

    A subclass is a frozen dataclass whose fields are its parameters; its file, its YAML name and
    its class are one word (`word_count.py`, `word_count`, `WordCount`). It defines `measure`.
    """

    view: ClassVar[ViewName | None] = "text"
    """What it looks at: see `dataqual.images.signal` for signals of pictures; None for one that is of both."""
    unit: ClassVar[str] = ""
    """What one unit of the number is: "words", "characters", "bytes"; "" for a share (0 to 1) or ratio."""
    worse: ClassVar[Worse | None] = None
    """At which end of it a document is worse; None where neither end is, or either."""
    masked: ClassVar[bool] = False
    """Whether what it rests on is shown with all but first letters hidden."""
    of_turns: ClassVar[bool] = False
    """Whether it tells of chats and instructions alone, and nothing of other documents."""
    profiled: ClassVar[bool] = True
    """Whether every profile measures it; one that costs more, or says little alone, waits for a rule that asks."""

    surveyed: ClassVar[bool] = False
    """Whether it must first see the corpus, in `prepare`: only a step lets it, and neither a profile nor a check does."""

    @property
    def rests_on(self) -> object:
        """What beside its parameters decides its numbers, such as a file: a run goes on only where it is the same."""
        return None

    def prepare(self, corpus: Corpus, engine: Engine) -> Signal:
        """The signal that measures each document on its own, after a survey of the corpus where it needs one."""
        return self

    def of_batch(self, batch: Batch) -> NDArray[Any]:
        """The number for every document of a batch; of its text, unless it must know more of them. SpecError for pictures."""
        if batch.images is not None:
            raise SpecError(f"{snake_case(type(self).__name__)} is a signal of texts, and these are pictures")
        return self.measure(batch.text)

    @abstractmethod
    def measure(self, text: Any) -> NDArray[Any]:
        """The number for every document of a `Text` (picture of `Images`); shape (len(text),), finite, for empty ones too."""

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """What the number rests on, for people: character spans of `document`, each with its reason; may be empty.

        Slow and plain; called for the few documents that are shown as examples.
        """
        return []

    def __call__(self, column: object) -> NDArray[Any]:
        """The number for every document of a `Text`, a list of str, or a polars or pandas column."""
        return self.measure(Text.of(column))
