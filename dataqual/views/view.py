"""`View`: all that the verbs do differently for texts and for pictures, a question each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from dataqual.bounds import Bounds
from dataqual.corpus import Address, Batch, Corpus, Progress
from dataqual.ledger import Change, Dropped
from dataqual.near_duplicates import NearDuplicates
from dataqual.operators import Engine, ViewName

if TYPE_CHECKING:
    from dataqual.embeddings import Model
    from dataqual.labels.surveying import Count, Surveyed

USUAL = NearDuplicates()
"""How near copies are told of which nothing is asked."""


class CopySurvey(Protocol):
    """Who finds copies: of texts `near_duplicates.Survey`, of pictures `images.perceptual.PictureSurvey`."""

    @property
    def signing(self) -> Any:
        """What it measures of a batch, by `of_batch`: pure, in any thread or process."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def add(self, part: Any) -> None:
        """Take what the next batch left, in corpus order."""

    @property
    def finish(self) -> Callable[..., Any]:
        """Called with what fetches documents by their numbers: exact and near copies."""


@dataclass(frozen=True)
class Judging:
    """How labels are judged; None for what is left to whoever judges."""

    size: int
    """Documents learnt from, at most."""
    seed: int = 0
    embed: Model | None = None
    most: int | None = None
    count: Count | None = None
    progress: Progress | None = None

    def told(self, *names: str) -> dict[str, Any]:
        """Of these settings those that are not None, by their names.

        >>> Judging(100, most=3).told("seed", "most", "count")
        {'seed': 0, 'most': 3}
        """
        return {name: value for name in names if (value := getattr(self, name)) is not None}


class View(ABC):
    """What documents are: one object of it in each module beside this, found by the name of the module.

    Whoever needs to know asks it, and nobody asks for its name. Methods are pure, but for those that read a corpus.
    """

    name: ClassVar[ViewName]
    """As signals, steps and facts have it: "text"."""
    nouns: ClassVar[str]
    """What these are, in our sentences: "texts"."""
    has_text: ClassVar[bool] = False
    """Whether a document has a text that is read in words, quoted and kept in a column."""
    content: ClassVar[str]
    """By what documents without ids are told apart: "text"."""
    by_content: ClassVar[str]
    """Of that a sentence, for whoever splits such a corpus."""
    largest: ClassVar[str]
    """The signal by which the longest, or largest, of copies is kept."""
    shown: ClassVar[int]
    """Examples of one reason: enough to see whether it hits what it should, few enough to be looked at."""

    shares: ClassVar[Mapping[str, tuple[str, Bounds]]]
    """Faults of single documents that have a name: signal, and where it says so."""
    findings: ClassVar[Sequence[str]]
    """Every finding that `clean --drop` leaves out by its name, beside rule sets and files of rules."""
    quantiles: ClassVar[Sequence[tuple[str, float]]]
    """Signals with quantiles whose move is worth stopping for: what a proposed suite looks at."""

    def says(self, sentence: str) -> str:
        """A sentence of ours about documents, in the words of this view."""
        return sentence

    def units(self, facts: Any) -> Any:
        """Facts that count characters, with what is counted here called by its name."""
        return facts

    # What commands say

    read_by: ClassVar[Sequence[str]] = ()
    """Roles of columns that decide, beside the text, what is read: a command that reads the same again names them."""

    def leaving_out(self, finding: str) -> tuple[str, list[str]]:
        """The command that leaves out the documents of a finding, and its options."""
        return "clean", ["--drop", finding]

    @abstractmethod
    def name_of_rest(self, corpus: Mapping[str, Any], options: Mapping[str, Any], mark: str) -> str:
        """A name with a `mark` for what is left of the corpus that facts tell of, in the format it came in where that can hold it."""

    @abstractmethod
    def ending(self, corpus: Corpus) -> str:
        """How files that are like those of a corpus end, as far as they are written."""

    # Documents

    @abstractmethod
    def hashes(self, batch: Batch) -> NDArray[np.uint64]:
        """(documents,): equal content, equal hashes."""

    @abstractmethod
    def blank(self, batch: Batch) -> NDArray[np.bool_]:
        """(documents,): which show nothing."""

    @abstractmethod
    def lengths(self, batch: Batch) -> NDArray[np.int64]:
        """(documents,): how long, or large, each is: what facts count as characters, or under the name that `units` gives it."""

    @abstractmethod
    def bytes(self, batch: Batch) -> int:
        """What all documents of a batch take, decoded."""

    def groups(self, batch: Batch, files: Sequence[str]) -> Iterator[tuple[str, Sequence[str | None], NDArray[Any]]]:
        """Groupings beside those of columns: what each is called, its values, and which of them each document has."""
        return iter(())

    # Examples

    @abstractmethod
    def drawn(self, part: Change, hashed: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The rows of the documents of a change that are shown; `hashed` (documents,) is of their addresses."""

    @abstractmethod
    def example(self, part: Change, row: int) -> dict[str, Any]:
        """What a `dataqual.effects.Shown` holds of a document of a change, beside where it is."""

    def thumbnails(self, corpus: Corpus, addresses: Iterable[Address]) -> dict[Address, str]:
        """What is shown of documents beside their texts, each as the address of an image; empty where there is nothing."""
        return {}

    # Copies

    method: ClassVar[str]
    """How `dedup` tells copies unless told."""
    methods: ClassVar[Sequence[str]]
    """All the ways it has."""
    told_apart: ClassVar[Mapping[str, Any]] = {}
    """What the facts of `dedup` say of how copies were told, beside the parameters."""
    told_in_order: ClassVar[bool] = False
    """Whether exact copies are told while a corpus is read once."""

    @abstractmethod
    def check_method(self, method: str) -> None:
        """SpecError for a method of `dedup` that compares what these are not."""

    @abstractmethod
    def check_index(self) -> None:
        """SpecError where the index of `dedup` holds nothing of these."""

    @abstractmethod
    def near(self, parameters: Any = USUAL) -> Any:
        """How near copies are told, as a check asks for it; SpecError for what is said of another view."""

    @abstractmethod
    def survey(self, near: Any, *, memory: int, normalized: bool = False, threads: int = 1) -> CopySurvey:
        """Who finds copies, within so many bytes; `near` None: exact ones alone. SpecError for what compares another view."""

    def threshold(self, near: Any) -> str | None:
        """How similar near copies must be, and by what, where the ledger is to say so."""
        return None

    # Labels

    @abstractmethod
    def label_survey(self, corpus: Corpus, engine: Engine, asked: Judging) -> Surveyed:
        """Judge every label by models that saw neither its document nor a copy: see `dataqual.labels.surveying.survey`."""


def original(part: Change, row: int) -> dict[str, Any]:
    """Of a copy, where what was kept in its place is, and how similar they are; nothing of others."""
    if not isinstance(part, Dropped) or part.originals is None:
        return {}
    kept = part.originals
    return {"original": (int(kept.file[row]), int(kept.record[row])), "similarity": float(kept.similarity[row])}
