"""The three kinds of operator: `Signal`, `Metric`, `Step`. Their promises are tested in tests/contracts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, Protocol, Self, TypeVar

from numpy.typing import NDArray

from dataqual.document_sample import SIZE, DocumentSample
from dataqual.errors import SpecError
from dataqual.naming import snake_case
from dataqual.reading import Reading
from dataqual.text import Text

if TYPE_CHECKING:
    from dataqual.corpus import Batch, Corpus
    from dataqual.ledger import Change
    from dataqual.measured import Measured

State = TypeVar("State")
Item = TypeVar("Item")
Result = TypeVar("Result")

ViewName = str
"""What is looked at: "text" of documents, or the pictures that they are, "image"; see `dataqual.views`."""

Worse = Literal["high", "low"]
"""At which end of a signal a document is worse."""


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


class Engine(Protocol):
    """Who does the work for a step that must see the whole corpus: `dataqual.engine.Local`."""

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


class InOrder(Protocol):
    """A survey and what comes of it in one: whether a document stays depends on those before it alone."""

    def ahead(self, batch: Batch) -> Any:
        """What it must know of a batch; pure, in any thread."""

    def step(self, known: Any) -> Step:
        """What judges the batch that this is known of; batches come in the order of the corpus, each once."""

    def prepared(self) -> Step:
        """What `prepare` would have given, once the last batch has come."""


class Step(ABC):
    """Batch in; batch and ledger rows out. Cleaning steps are `idempotent`: a second run changes nothing.

    A subclass is a frozen dataclass whose fields are its parameters; each document is judged on its own, so that
    batches may come in any order and thread. A step that must first see the corpus surveys it in `prepare`.
    """

    view: ClassVar[ViewName | None] = "text"
    """What it looks at, or None for one to which texts and pictures are alike."""
    idempotent: ClassVar[bool] = True
    rewrites: ClassVar[bool] = False
    """Whether it changes the text of documents that stay."""
    only_drops: ClassVar[bool] = False
    """Whether all it does, once it is prepared, is to drop documents: what it has left once it leaves again."""
    light: ClassVar[bool] = False
    """Whether it costs less than handing a batch to another process and back, once it is prepared."""
    adds: ClassVar[bool] = False
    """Whether it puts new documents behind those they were made of, which have the same address."""
    tells_by_address: ClassVar[bool] = False
    """Whether it drops the one of two documents and keeps the other, which it tells apart by their addresses."""
    secrets: ClassVar[tuple[str, ...]] = ()
    """Parameters that no page or file may quote, unless they name an environment variable: $NAME."""

    @property
    def reversible(self) -> bool:
        """Whether what it edits can be undone by a map that is written beside the output."""
        return False

    @property
    def rests_on(self) -> object:
        """What beside its parameters decides what it does, such as files: a run goes on only where it is the same."""
        return None

    @property
    def surveys(self) -> bool:
        """Whether `prepare` looks at the corpus."""
        return type(self).prepare is not Step.prepare

    @property
    def told_as(self) -> tuple[str, ...]:
        """The rules under which it may tell of a document: its name, unless it has several reasons."""
        return (snake_case(type(self).__name__),)

    @classmethod
    def of_spec(cls, parameters: Mapping[str, Any], where: str) -> Self | None:
        """The step as YAML has it where that is not its fields one by one; None where it is. SpecError at `where`."""
        return None

    @classmethod
    def spec_schema(cls) -> dict[str, Any] | None:
        """The JSON Schema of what `of_spec` takes, which may refer to `dataqual.schemas.definitions`; None for its fields."""
        return None

    def in_order(self, corpus: Corpus) -> InOrder | None:
        """What judges the documents of a corpus while it is read once, in order, in the place of `prepare`; None where it must
        have been read before."""
        return None

    def prepare(self, corpus: Corpus, engine: Engine) -> Step:
        """The step that judges each document on its own, after a survey of the corpus where it needs one.

        `corpus` is what the steps before this one leave.
        """
        return self

    @abstractmethod
    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Change]]:
        """What is left of a batch, and what was dropped from it, edited in it or added to it, and why.

        Left and dropped are together its documents, each once, and those that were added.
        """
