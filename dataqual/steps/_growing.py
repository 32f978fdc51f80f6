"""What the steps `augment_*` share, of texts and of pictures: which documents get children, how many, and what is told of it."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, ClassVar, Generic, Self, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual import specs
from dataqual.children import Chance, Refusal, Verdict
from dataqual.corpus import Batch, Chunk, Corpus, Origin
from dataqual.drawing import document_keys
from dataqual.errors import SpecError
from dataqual.ledger import BLANK, FAILED, NEVER_MADE, UNCHANGED, Added, Change, Refused
from dataqual.naming import snake_case
from dataqual.operators import Engine, Step
from dataqual.steps._held_out import HeldOut
from dataqual.steps._sharing import Share, barren, eligible, shares_of
from dataqual.steps._taking import By, Value, kinds

MEANINGS: Mapping[str, str] = {
    UNCHANGED: "Nothing in it could be changed.",
    BLANK: "There is nothing in it.",
    FAILED: "The engine failed at it.",
}
"""What is said of documents and pictures of which no child was made."""

Parent = TypeVar("Parent")
Made = TypeVar("Made")


@dataclass(frozen=True)
class Augmenting(Step):
    """A step that adds children of documents right behind them, and leaves the documents as they are.

    A subclass is called `augment_METHOD`, has the method's own parameters as further fields, and says in `prepare` what makes
    the children and who lets them through.
    """

    idempotent: ClassVar[bool] = False
    adds: ClassVar[bool] = True

    factor: float = 2.0
    balance: By | None = None
    only: tuple[str, ...] = ()
    held_out: tuple[str, ...] = ()
    split: str | None = None
    tries: int = 3
    seed: int = 0
    gate: str | tuple[str, ...] = "none"

    def __post_init__(self) -> None:
        if not 1 <= self.factor <= 1000:
            raise SpecError(f"factor is {self.factor:g}; it is from 1, which adds nothing, to 1,000")
        if not 1 <= self.tries <= 100:
            raise SpecError(f"tries is {self.tries}; it is from 1 to 100")
        if not 0 <= self.seed < 2**64:
            raise SpecError(f"seed is {self.seed}; it is a whole number from 0 on")

    @classmethod
    def of_spec(cls, parameters: Mapping[str, Any], where: str) -> Self | None:
        """With rules and routes that YAML has as mappings on one line each."""
        flat = {name: specs.flat(value) for name, value in parameters.items()}
        return None if flat == parameters else specs.construct(cls, flat, where, snake_case(cls.__name__))

    @property
    def method(self) -> str:
        """What it is called in the ids of the children and on the command line, such as `back-translation`."""
        return snake_case(type(self).__name__).removeprefix("augment_").replace("_", "-")

    @property
    def told_as(self) -> tuple[str, ...]:
        """The method; the rules of a gate are told where they refused something."""
        return (self.method,)

    @property
    def meanings(self) -> dict[str, str]:
        """What each rule asks of a child, in a sentence, and what is said where none was made."""
        return dict(MEANINGS)

    def ahead(self, corpus: Corpus) -> tuple[str, ...]:
        """What takes its time before the first child is made, a line each."""
        return ()

    @abstractmethod
    def prepare(self, corpus: Corpus, engine: Engine) -> GrowingStep[Any, Any]:
        """What adds the children of each document, once it has seen the corpus."""

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Change]]:
        """Only what `prepare` returns can."""
        raise TypeError("call prepare, and then what it returns")


def growing_of(step: Augmenting, corpus: Corpus, engine: Engine, held: HeldOut) -> dict[str, Any]:
    """What the prepared step knows, whatever it makes children of: the fields of `GrowingStep`."""
    name = snake_case(type(step).__name__)
    return {
        "step": name,
        "method": step.method,
        "shares": shares_of(step, corpus, engine, held, name),
        "held": held,
        "balance": step.balance,
        "only": step.only,
        "tries": step.tries,
        "seed": step.seed,
        "files": _file_names(corpus),
        "taken": _taken(corpus, engine, step.method),
    }


def _taken(corpus: Corpus, engine: Engine, method: str) -> dict[str, int]:
    """The highest number of a child of this method that each document has already, by its id."""
    if corpus.columns.id is None:
        return {}
    child = f"^(.*)~{re.escape(method)}-([0-9]{{1,9}})$"

    def look(chunk: Chunk) -> list[tuple[str, int]]:
        ids = corpus.parse(chunk).columns["id"].cast(pl.String).drop_nulls()
        made = ids.filter(ids.str.contains(child))
        return list(
            zip(made.str.extract(child, 1).to_list(), map(int, made.str.extract(child, 2).to_list()), strict=True)
        )

    found: dict[str, int] = {}
    for pairs in engine.map(look, corpus.chunks()):
        for parent, number in pairs:
            found[parent] = max(number, found.get(parent, 0))
    return found


def _file_names(corpus: Corpus) -> tuple[str, ...]:
    """Of each file its name, and its whole path where two have one name."""
    names = [PurePath(file.path).name or file.path for file in corpus.files]
    return tuple(name if names.count(name) == 1 else file.path for name, file in zip(names, corpus.files, strict=True))


@dataclass(frozen=True)
class Earlier:
    """What earlier rounds tried of a document: how many children it was to have, and what tells those that were made from others."""

    asked: int
    made: frozenset[Hashable]


@dataclass
class Wanted(Generic[Parent, Made]):
    """A document that gets children: what it is, how many are still wanted, and what it has."""

    row: int
    parent: Parent
    label: str | None
    chance: Chance
    still: int
    asked: int = 0
    """How many children it was to have in all attempts so far."""
    accepted: list[tuple[Made, Verdict]] = field(default_factory=list)
    seen: set[Hashable] = field(default_factory=set)
    """Children that went to the gate, each by what tells it from others."""
    tried: set[Hashable] = field(default_factory=set)
    """All that were made in earlier attempts, likewise."""
    refused: list[tuple[Made, Refusal]] = field(default_factory=list)

    def judged(self, child: Made, verdict: Verdict) -> None:
        """A child goes to the others, or its first refusal is told."""
        if verdict.accepted:
            self.accepted.append((child, verdict))
            self.still -= 1
        else:
            self.refused.append((child, verdict.refusals[0]))


@dataclass(frozen=True, eq=False, kw_only=True)
class GrowingStep(Step, Generic[Parent, Made]):
    """Adds children; each document for itself, so that batches may come in any order and thread."""

    idempotent: ClassVar[bool] = False

    step: str
    method: str
    shares: Mapping[Value, Share]
    held: HeldOut
    balance: By | None
    only: tuple[str, ...]
    tries: int
    seed: int
    files: tuple[str, ...]
    """Names by which documents without ids are called."""
    taken: Mapping[str, int]
    """How far the children are numbered that a document has of an earlier run, by its id."""

    @property
    def told_as(self) -> tuple[str, ...]:
        """The method."""
        return (self.method,)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know of the gate."""
        return ()

    def _chance(self, batch: Batch, row: int, key: int) -> Chance:
        """Of a document; another one where it has children of this method already, which would be made once more."""
        before = self.taken.get(self._called(batch, row), 0)
        return Chance(key).of(f"after {before}") if before else Chance(key)

    def _called(self, batch: Batch, row: int) -> str:
        """Its id, or its place."""
        ids = batch.columns["id"] if "id" in batch.columns.columns else None
        return ids[row] if ids is not None and ids[row] is not None else self._place(batch, row)

    def _how_many(self, batch: Batch, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """How many children each document of a batch is to have, (documents,)."""
        return np.where(eligible(batch, self.held, self.only, self.balance), self._shared(batch, keys), 0)

    def _shared(self, batch: Batch, keys: NDArray[np.uint64], without: int = 0) -> NDArray[np.int64]:
        """The share of each document of a batch, (documents,); `without` where no document of its value may have children."""
        counts = np.zeros(len(batch), np.int64)
        for value, rows in kinds(batch, self.balance):
            share = self.shares.get(value)
            if share is not None:
                counts[rows] = share.of(keys[rows])
            elif value is not None:
                counts[rows] = without
        return counts

    def _attempted(
        self,
        batch: Batch,
        how_many: NDArray[np.int64],
        attempts: int,
        first: int = 0,
        before: Mapping[int, Earlier] = MappingProxyType({}),
    ) -> list[Wanted[Parent, Made]]:
        """The documents that are to have so many children each, with what was made of them and judged.

        `first` is the number of the first attempt, `before` what was tried in those before it, by row.
        """
        keys = document_keys(batch.file, batch.record, self.step, self.seed)
        labels = batch.columns["label"].to_list() if "label" in batch.columns.columns else [None] * len(batch)
        wanted = [
            Wanted[Parent, Made](
                row, self._parent(batch, row), labels[row], self._chance(batch, row, int(keys[row])), int(how_many[row])
            )
            for row in np.flatnonzero(how_many).tolist()
        ]
        for one in wanted:
            if (tried := before.get(one.row)) is not None:
                one.asked, one.tried = tried.asked, set(tried.made)
        for attempt in range(first, first + attempts):
            if waiting := [one for one in wanted if one.still]:
                self._try(batch, waiting, attempt)
        for one in wanted:
            if not one.accepted and not one.refused and one.row not in before:
                one.refused.append((self._nothing(one.parent), Refusal(UNCHANGED)))
        return wanted

    @abstractmethod
    def _try(self, batch: Batch, waiting: Sequence[Wanted[Parent, Made]], attempt: int) -> None:
        """One attempt to give each what it still wants."""

    @abstractmethod
    def _parent(self, batch: Batch, row: int) -> Parent:
        """A document, or picture, of a batch."""

    @abstractmethod
    def _nothing(self, parent: Parent) -> Made:
        """What stands for a child where none could be made."""

    @abstractmethod
    def _with(self, batch: Batch, children: Mapping[int, Made]) -> Batch:
        """The batch with children in the place of the documents in these rows."""

    @abstractmethod
    def _parents(self, batch: Batch) -> dict[str, Any]:
        """What the ledger is told of the documents that children were made of, as `Added` and `Refused` take it."""

    @abstractmethod
    def _origin(self, batch: Batch, row: int, number: int, child: Made, verdict: Verdict) -> Origin:
        """Where the so many-th child of a document comes from."""

    def _edits(self, child: Made) -> tuple[tuple[int, int, str, str], ...]:
        """What makes a child of its text, as batches and the ledger have it; of a picture nothing."""
        return ()

    def _evidence(self, child: Made, why: Refusal) -> str | None:
        """What is quoted of a refused child."""
        return why.evidence

    def _name(self, batch: Batch, row: int, number: int) -> tuple[str, str]:
        """The id of the so many-th child of a document, behind those of earlier runs, and that of the document."""
        parent = self._called(batch, row)
        return f"{parent}~{self.method}-{number + self.taken.get(parent, 0)}", parent

    def _grown(self, batch: Batch, wanted: Sequence[Wanted[Parent, Made]]) -> tuple[Batch, list[Change]]:
        """The batch with the children that were accepted behind their parents, and what is told of all of them."""
        changes: list[Change] = [*self._refused(batch, wanted), *self._blank(batch)]
        counts = np.ones(len(batch), np.int64)
        for one in wanted:
            counts[one.row] += len(one.accepted)
        if int(counts.sum()) == len(batch):
            return batch, changes
        ends = np.cumsum(counts)
        children: dict[int, Made] = {}
        origins: dict[int, Origin] = {}
        for one in wanted:
            for number, (child, verdict) in enumerate(one.accepted, 1):
                at = int(ends[one.row] - counts[one.row]) + number
                children[at] = child
                origins[at] = self._origin(batch, one.row, number, child, verdict)
        grown = self._with(batch.take(np.repeat(np.arange(len(batch)), counts)), children).with_origins(origins)
        rows = np.array(sorted(children), np.int64)
        parents = self._parents(batch.take(np.repeat(np.arange(len(batch)), counts - 1)))
        return grown, [Added(grown.take(rows), self.step, self.method, **parents), *changes]

    def _refused(self, batch: Batch, wanted: Sequence[Wanted[Parent, Made]]) -> Iterator[Refused]:
        """By rule and bounds, in the order of their names."""
        refused = ((one.row, child, why) for one in wanted for child, why in one.refused)
        for rule, threshold, those, values in by_rule(refused):
            there = batch.take(np.array([row for row, _, _ in those], np.int64))
            children = self._with(there, {at: child for at, (_, child, _) in enumerate(those)})
            quoted = [self._evidence(child, why) for _, child, why in those]
            evidence = [one or "" for one in quoted] if any(one is not None for one in quoted) else None
            more = {} if rule in NEVER_MADE else self._parents(there)
            more["edits"] = [self._edits(child) for _, child, _ in those]
            yield Refused(children, self.step, rule, values=values, threshold=threshold, evidence=evidence, **more)

    def _blank(self, batch: Batch) -> Iterator[Refused]:
        """Documents that would have children if there were anything in them."""
        keys = document_keys(batch.file, batch.record, self.step, self.seed)
        empty = barren(batch, self.held, self.only, self.balance)
        rows = np.flatnonzero(empty & (self._shared(batch, keys, without=1) > 0))
        if len(rows):
            yield Refused(batch.take(rows), self.step, BLANK)

    def _place(self, batch: Batch, row: int) -> str:
        return f"{self.files[int(batch.file[row])]}:{int(batch.record[row])}"


Attempt = TypeVar("Attempt")


def by_rule(
    refused: Iterable[tuple[int, Attempt, Refusal]],
) -> Iterator[tuple[str, str | None, list[tuple[int, Attempt, Refusal]], NDArray[np.float64] | None]]:
    """Rule and bounds, in the order of their names, those refused by them, and the values if any was measured."""
    found: dict[tuple[str, str], list[tuple[int, Attempt, Refusal]]] = {}
    for one in refused:
        found.setdefault((one[2].rule, one[2].threshold or ""), []).append(one)
    for (rule, threshold), those in sorted(found.items(), key=lambda item: item[0]):
        measured = any(why.value is not None for _, _, why in those)
        values = np.array([np.nan if why.value is None else why.value for _, _, why in those], np.float64)
        yield rule, threshold or None, those, values if measured else None
