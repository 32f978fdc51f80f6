"""What the steps `augment_*` share: which documents get children, how many, the gate, and what is told of it."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any, ClassVar, Self, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual import specs
from dataqual.children import Augmenter, Chance, Child, Everything, Failed, Judge, Refusal, Verdict
from dataqual.corpus import Batch, Chunk, Corpus, Origin
from dataqual.drawing import document_keys
from dataqual.errors import SpecError
from dataqual.gating import Gate, gate_of
from dataqual.ledger import TORN_TURNS, Added, Change, Refused
from dataqual.naming import snake_case
from dataqual.operators import Engine, Step
from dataqual.series import like, texts_of
from dataqual.steps._gated import judge_of
from dataqual.steps._held_out import HeldOut, held_out, parents
from dataqual.steps._sharing import Plan, Share, eligible, planned, shares_of
from dataqual.steps._taking import By, Value, kinds
from dataqual.turns import divided

UNCHANGED, SAME, FAILED = "nothing_to_change", "same_text", "engine_failed"
"""Rules of every augmentation: nothing could be made of a document; a child is its parent or one of its siblings; the engine
that should make it failed."""


@dataclass(frozen=True)
class Augmenting(Step):
    """A step that adds children of documents right behind them, and leaves the documents as they are.

    `gate` is `default`, `none`, the path of a YAML file of rules, or rules, each as YAML on one line where Python has it;
    `similarity_model` and `fluency_model` are models of which it may make use. With `most`, documents of which children can be
    made have those of the others too, so many at most.

    A subclass is called `augment_METHOD`, has the method's own parameters as further fields, and opens an `augmenter`.
    """

    idempotent: ClassVar[bool] = False
    adds: ClassVar[bool] = True

    factor: float = 2.0
    balance: By | None = None
    only: tuple[str, ...] = ()
    held_out: tuple[str, ...] = ()
    split: str | None = None
    tries: int = 3
    most: int | None = None
    seed: int = 0
    gate: str | tuple[str, ...] = "none"
    similarity_model: str | None = None
    fluency_model: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.factor <= 1000:
            raise SpecError(f"factor is {self.factor:g}; it is from 1, which adds nothing, to 1,000")
        if not 1 <= self.tries <= 100:
            raise SpecError(f"tries is {self.tries}; it is from 1 to 100")
        if self.most is not None and not 1 <= self.most <= 100:
            raise SpecError(f"most is {self.most}; it is from 1 to 100, children of one document")
        if not 0 <= self.seed < 2**64:
            raise SpecError(f"seed is {self.seed}; it is a whole number from 0 on")
        self.rules  # noqa: B018  what is wrong with a rule is told at once

    @classmethod
    def of_spec(cls, parameters: Mapping[str, Any], where: str) -> Self | None:
        """With rules and routes that YAML has as mappings on one line each."""
        flat = {name: specs.flat(value) for name, value in parameters.items()}
        return None if flat == parameters else specs.construct(cls, flat, where, snake_case(cls.__name__))

    @property
    def method(self) -> str:
        """What it is called in the ids of the children and on the command line, such as `back-translation`."""
        return snake_case(type(self).__name__).removeprefix("augment_").replace("_", "-")

    @abstractmethod
    def augmenter(self, corpus: Corpus, engine: Engine) -> Augmenter:
        """Who makes the children, with all files open that it needs; `corpus` is what it may learn from."""

    @property
    def rules(self) -> Gate:
        """The gate, before it has seen the corpus."""
        return gate_of(self.gate, similarity_model=self.similarity_model, fluency_model=self.fluency_model)

    @property
    def rests_on(self) -> object:
        """The models of the gate."""
        return self.rules.rests_on

    def judge(self, corpus: Corpus, engine: Engine, held: HeldOut) -> Judge:
        """Who lets the children through, once it has seen the originals."""
        gate = self.rules
        return judge_of(gate, corpus, engine, lambda batch: parents(batch, held)) if gate.rules else Everything()

    @property
    def told_as(self) -> tuple[str, ...]:
        """The method; the rules of a gate are told where they refused something."""
        return (self.method,)

    def prepare(self, corpus: Corpus, engine: Engine) -> GrowingStep:
        """Count what there is of each label where that matters, find what is held out, and open what makes children."""
        held = held_out(corpus, engine, self.split, self.held_out)
        growing = Growing(
            augmenter=self.augmenter(corpus, engine),
            judge=self.judge(corpus, engine, held),
            most=self.most,
            **growing_of(self, corpus, engine, held),
        )
        if self.most is None:
            return growing
        name = snake_case(type(self).__name__)
        return replace(growing, plan=planned(self, name, corpus, engine, held, growing.can_have))

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Change]]:
        """Only what `prepare` returns can."""
        raise TypeError("call prepare, and then what it returns")

    def on(self, column: Any, *, engine: Engine) -> Any:
        """The texts of a column, each as its first child that the gate lets through, or as it is where there is none.

        A missing text stays missing; a polars or pandas column gives one, anything else a list.
        """
        texts = texts_of(column)
        rows = [row for row, text in enumerate(texts) if text is not None]
        corpus = Corpus.of([texts[row] for row in rows])
        ready = replace(self, factor=max(2.0, self.factor)).prepare(corpus, engine)
        out = list(texts)
        for batch in corpus.batches():
            after, _ = ready(batch)
            for row in np.flatnonzero(after.made).tolist()[::-1]:  # the first child of each is written last
                out[rows[int(after.record[row]) - 1]] = after.text[row]
        return like(column, out)


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


@dataclass
class _Wanted:
    """A document that gets children: what it is, how many are still wanted, and what it has."""

    row: int
    text: str
    chance: Chance
    still: int
    turns: list[str] | None
    """What each turn says, of a chat."""
    accepted: list[tuple[Child, Verdict]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    tried: set[str] = field(default_factory=set)
    """Texts of earlier attempts."""
    refused: list[tuple[Child, Refusal]] = field(default_factory=list)

    def failed(self, made: Sequence[Child | Failed]) -> None:
        """Where an engine failed at it, what it said, once; the engine has tried as often as it does, and is not asked again."""
        why = next((one.why for one in made if isinstance(one, Failed)), None)
        if why is not None:
            self.refused.append((Child(self.text, ()), Refusal(FAILED, evidence=why)))
            self.still = sum(isinstance(one, Child) for one in made[: self.still])


@dataclass(frozen=True, eq=False, kw_only=True)
class GrowingStep(Step):
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
        can = eligible(batch, self.held, self.only, self.balance)
        counts = np.zeros(len(batch), np.int64)
        for value, rows in kinds(batch, self.balance):
            share = self.shares.get(value)
            if share is not None:
                counts[rows] = share.of(keys[rows])
        return np.where(can, counts, 0)

    def _place(self, batch: Batch, row: int) -> str:
        return f"{self.files[int(batch.file[row])]}:{int(batch.record[row])}"


@dataclass(frozen=True, eq=False, kw_only=True)
class Growing(GrowingStep):
    """Adds children of texts."""

    augmenter: Augmenter
    judge: Judge
    most: int | None = None
    plan: Plan | None = None
    """Who gets how many, where `most` is given."""

    def can_have(self, batch: Batch) -> NDArray[np.int64]:
        """How many children of each document pass, up to `most`, (documents,): made and judged, where that is cheap."""
        if self.most is None or not self.augmenter.settled:
            return np.full(len(batch), self.most or 1)
        passed = np.zeros(len(batch), np.int64)
        for one in self._made(batch, np.full(len(batch), self.most)):
            passed[one.row] = len(one.accepted)
        return passed

    @property
    def notes(self) -> tuple[str, ...]:
        """Rules that could not be applied."""
        return tuple(getattr(self.judge, "notes", ()))

    def __call__(self, batch: Batch) -> tuple[Batch, list[Change]]:
        if not len(batch):
            return batch, []
        if self.plan is None:
            keys = document_keys(batch.file, batch.record, self.step, self.seed)
            return self._grown(batch, self._made(batch, self._how_many(batch, keys)))
        counts = self.plan.of(batch)
        wanted = self._made(batch, np.where(counts == 0, 0, self.most or 1) if self.augmenter.settled else counts)
        for one in wanted:
            own = max(0, int(counts[one.row]))
            if 0 < own <= len(one.accepted):  # that no more could be made of it matters to nobody
                one.refused = [(child, why) for child, why in one.refused if why.rule != SAME]
            del one.accepted[own:]
        return self._grown(batch, wanted)

    def _made(self, batch: Batch, how_many: NDArray[np.int64]) -> list[_Wanted]:
        """The documents that are to have so many children each, with what was made of them and judged."""
        keys = document_keys(batch.file, batch.record, self.step, self.seed)
        labels = batch.columns["label"].to_list() if "label" in batch.columns.columns else [None] * len(batch)
        wanted = [
            _Wanted(
                row,
                batch.text[row],
                self._chance(batch, row, int(keys[row])),
                int(how_many[row]),
                batch.parts(row) if batch.turns is not None else None,
            )
            for row in np.flatnonzero(how_many).tolist()
        ]
        for attempt in range(min(self.tries, self.augmenter.attempts or self.tries)):
            waiting = [one for one in wanted if one.still]
            if not waiting:
                break
            self._try(waiting, attempt, labels)
        for one in wanted:
            if not one.accepted and not one.refused:
                one.refused.append((Child(one.text, ()), Refusal(UNCHANGED)))
        return wanted

    def _try(self, waiting: Sequence[_Wanted], attempt: int, labels: Sequence[str | None]) -> None:
        """One attempt to give each what it still wants."""
        purpose = f"attempt {attempt}"
        made = self.augmenter.children_of(
            [one.text for one in waiting], [one.chance.of(purpose) for one in waiting], [one.still for one in waiting]
        )
        for one, children in zip(waiting, made, strict=True):
            if not children and self.augmenter.settled:
                one.still = 0
            one.failed(children)
        fresh = [
            (one, child)
            for one, children in zip(waiting, made, strict=True)
            for child in children[: one.still]
            if isinstance(child, Child)
        ]
        judged = []
        for one, child in fresh:
            if child.text in one.tried:
                continue  # an earlier attempt made it, and its reason is told
            if child.text == one.text or child.text in one.seen:
                one.refused.append((child, Refusal(SAME)))
            elif one.turns is not None and divided(one.turns, child.text) is None:
                one.refused.append((child, Refusal(TORN_TURNS)))
            else:
                one.seen.add(child.text)
                judged.append((one, child))
        for one, child in fresh:
            one.tried.add(child.text)
        verdicts = self.judge.judge(
            [one.text for one, _ in judged], [child for _, child in judged], [labels[one.row] for one, _ in judged]
        )
        for (one, child), verdict in zip(judged, verdicts, strict=True):
            if verdict.accepted:
                one.accepted.append((child, verdict))
                one.still -= 1
            else:
                one.refused += [(child, verdict.refusals[0])]

    def _grown(self, batch: Batch, wanted: Sequence[_Wanted]) -> tuple[Batch, list[Change]]:
        """The batch with the children that were accepted behind their parents, and what is told of all of them."""
        changes: list[Change] = list(self._refused(batch, wanted))
        counts = np.ones(len(batch), np.int64)
        for one in wanted:
            counts[one.row] += len(one.accepted)
        if int(counts.sum()) == len(batch):
            return batch, changes
        ends = np.cumsum(counts)
        texts: dict[int, bytes] = {}
        origins: dict[int, Origin] = {}
        for one in wanted:
            for number, (child, verdict) in enumerate(one.accepted, 1):
                at = int(ends[one.row] - counts[one.row]) + number
                texts[at] = child.text.encode()
                origins[at] = self._origin(batch, one.row, number, child, verdict)
        grown = batch.take(np.repeat(np.arange(len(batch)), counts)).rewritten(texts).with_origins(origins)
        rows = np.array(sorted(texts), np.int64)
        before = batch.take(np.repeat(np.arange(len(batch)), counts - 1)).text
        return grown, [Added(grown.take(rows), self.step, self.method, before), *changes]

    def _origin(self, batch: Batch, row: int, number: int, child: Child, verdict: Verdict) -> Origin:
        parent = self._called(batch, row)
        number += self.taken.get(parent, 0)
        edits = tuple((edit.start, edit.end, edit.replacement, edit.reason) for edit in child.edits)
        return Origin(f"{parent}~{self.method}-{number}", parent, self.method, edits, verdict.similarity)

    def _refused(self, batch: Batch, wanted: Sequence[_Wanted]) -> Iterator[Refused]:
        """By rule and bounds, in the order of their names."""
        refused = ((one.row, child, why) for one in wanted for child, why in one.refused)
        for rule, threshold, those, values in by_rule(refused):
            rows = np.array([row for row, _, _ in those], np.int64)
            there = batch.take(rows)
            children = there.rewritten({at: child.text.encode() for at, (_, child, _) in enumerate(those)})
            quoted = [why.evidence or "" for _, _, why in those] if rule == FAILED else None
            before = there.text if rule not in (UNCHANGED, FAILED) else None
            yield Refused(children, self.step, rule, before, values, threshold, evidence=quoted)


Tried = TypeVar("Tried")


def by_rule(
    refused: Iterable[tuple[int, Tried, Refusal]],
) -> Iterator[tuple[str, str | None, list[tuple[int, Tried, Refusal]], NDArray[np.float64] | None]]:
    """Rule and bounds, in the order of their names, those refused by them, and the values if any was measured."""
    found: dict[tuple[str, str], list[tuple[int, Tried, Refusal]]] = {}
    for one in refused:
        found.setdefault((one[2].rule, one[2].threshold or ""), []).append(one)
    for (rule, threshold), those in sorted(found.items(), key=lambda item: item[0]):
        measured = any(why.value is not None for _, _, why in those)
        values = np.array([np.nan if why.value is None else why.value for _, _, why in those], np.float64)
        yield rule, threshold or None, those, values if measured else None
