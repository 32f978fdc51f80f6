"""`Step`: a batch in, what is left of it out, and what was done to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

from dataqual.naming import snake_case
from dataqual.signal import Engine, ViewName

if TYPE_CHECKING:  # polars comes with them, and to know of a step nobody needs that
    from dataqual.corpus import Batch, Corpus
    from dataqual.ledger import Change


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
