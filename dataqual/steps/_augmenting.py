"""What the steps `augment_*` of texts share: what makes the children, and the gate."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.children import Augmenter, Child, Everything, Failed, Judge, Refusal, Verdict
from dataqual.corpus import Batch, Corpus, Origin
from dataqual.drawing import document_keys
from dataqual.errors import SpecError
from dataqual.gating import Gate, gate_of
from dataqual.ledger import TORN_TURNS, Change
from dataqual.naming import snake_case
from dataqual.operators import Engine
from dataqual.series import like, texts_of
from dataqual.steps._gated import judge_of
from dataqual.steps._growing import FAILED, Augmenting, GrowingStep, Wanted, growing_of
from dataqual.steps._held_out import HeldOut, held_out, parents
from dataqual.steps._sharing import Plan, planned
from dataqual.turns import divided

SAME = "same_text"
"""Rule of every augmentation of texts: a child is its parent or one of its siblings."""


@dataclass(frozen=True)
class AugmentingTexts(Augmenting):
    """A step that adds children of texts: a subclass opens an `augmenter`.

    `gate` is `default`, `none`, the path of a YAML file of rules, or rules, each as YAML on one line where Python has it;
    `similarity_model` and `fluency_model` are models of which it may make use. With `most`, documents of which children can be
    made have those of the others too, so many at most.
    """

    most: int | None = None
    similarity_model: str | None = None
    fluency_model: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.most is not None and not 1 <= self.most <= 100:
            raise SpecError(f"most is {self.most}; it is from 1 to 100, children of one document")
        self.rules  # noqa: B018  what is wrong with a rule is told at once

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

    def prepare(self, corpus: Corpus, engine: Engine) -> Growing:
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


@dataclass(frozen=True, eq=False, kw_only=True)
class Growing(GrowingStep[str, Child]):
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

    def _made(self, batch: Batch, how_many: NDArray[np.int64]) -> list[Wanted[str, Child]]:
        """The documents that are to have so many children each, with what was made of them and judged."""
        return self._attempted(batch, how_many, min(self.tries, self.augmenter.attempts or self.tries))

    def _try(self, batch: Batch, waiting: Sequence[Wanted[str, Child]], attempt: int) -> None:
        purpose = f"attempt {attempt}"
        made = self.augmenter.children_of(
            [one.parent for one in waiting], [one.chance.of(purpose) for one in waiting], [one.still for one in waiting]
        )
        for one, children in zip(waiting, made, strict=True):
            if not children and self.augmenter.settled:
                one.still = 0
            failed(one, children)
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
            if child.text == one.parent or child.text in one.seen:
                one.refused.append((child, Refusal(SAME)))
            elif batch.turns is not None and divided(batch.parts(one.row), child.text) is None:
                one.refused.append((child, Refusal(TORN_TURNS)))
            else:
                one.seen.add(child.text)
                judged.append((one, child))
        for one, child in fresh:
            one.tried.add(child.text)
        verdicts = self.judge.judge(
            [one.parent for one, _ in judged], [child for _, child in judged], [one.label for one, _ in judged]
        )
        for (one, child), verdict in zip(judged, verdicts, strict=True):
            one.judged(child, verdict)

    def _parent(self, batch: Batch, row: int) -> str:
        return batch.text[row]

    def _nothing(self, parent: str) -> Child:
        return Child(parent, ())

    def _with(self, batch: Batch, children: Mapping[int, Child]) -> Batch:
        return batch.rewritten({row: child.text.encode() for row, child in children.items()})

    def _parents(self, batch: Batch) -> dict[str, Any]:
        return {"before": batch.text}

    def _origin(self, batch: Batch, row: int, number: int, child: Child, verdict: Verdict) -> Origin:
        name, parent = self._name(batch, row, number)
        edits = tuple((edit.start, edit.end, edit.replacement, edit.reason) for edit in child.edits)
        return Origin(name, parent, self.method, edits, verdict.similarity)


def failed(one: Wanted[str, Child], made: Sequence[Child | Failed]) -> None:
    """Where an engine failed at a document, what it said, once; the engine has tried as often as it does, and is not asked again."""
    why = next((each.why for each in made if isinstance(each, Failed)), None)
    if why is not None:
        one.refused.append((Child(one.parent, ()), Refusal(FAILED, evidence=why)))
        one.still = sum(isinstance(each, Child) for each in made[: one.still])
