"""What the steps `augment_*` of texts share: what makes the children, and the gate."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.children import Augmenter, Chance, Child, Everything, Failed, Judge, Refusal, Verdict
from dataqual.corpus import Batch, Corpus, Origin
from dataqual.drawing import document_keys
from dataqual.errors import SpecError
from dataqual.gating import Gate, PairRule, gate_of
from dataqual.lazy import lazy
from dataqual.ledger import FAILED, NEVER_MADE, TORN_TURNS, Change, addresses
from dataqual.operators import Engine
from dataqual.series import like, texts_of
from dataqual.steps._asking import LARGEST, Asking, Pool, most_for
from dataqual.steps._children_survey import MadeChildren, Rounds, wanted_of
from dataqual.steps._gated import judge_of
from dataqual.steps._growing import Augmenting, Earlier, GrowingStep, Wanted, growing_of
from dataqual.steps._held_out import HeldOut, held_out, parents
from dataqual.steps._kept_children import Tried
from dataqual.steps._sharing import eligible
from dataqual.steps._taking import Value, kinds
from dataqual.turns import divided

SAME = "same_text"
"""Rule of every augmentation of texts: a child is its parent or one of its siblings."""

MEANINGS: Mapping[str, str] = {
    SAME: "Other than its parent, and than what was made of that before.",
    TORN_TURNS: "The turns of its chat, each in its place.",
}
"""What rules ask of a child that are no part of a gate."""


@dataclass(frozen=True)
class AugmentingTexts(Augmenting):
    """A step that adds children of texts: a subclass opens an `augmenter`.

    `gate` is `default`, `none`, the path of a YAML file of rules, or rules, each as YAML on one line where Python has it;
    `similarity_model` and `fluency_model` are models of which it may make use. Documents of which children pass have
    those of the others too, round after round, so many each as `most` says.
    """

    most: int | None = None
    similarity_model: str | None = None
    fluency_model: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.most is not None and not 1 <= self.most <= LARGEST:
            raise SpecError(f"most is {self.most}; it is from 1 to {LARGEST}, children of one document")
        self.rules  # noqa: B018  what is wrong with a rule is told at once

    @abstractmethod
    def augmenter(self, corpus: Corpus, engine: Engine) -> Augmenter:
        """Who makes the children, with all files open that it needs; `corpus` is what it may learn from."""

    @property
    def rules(self) -> Gate:
        """The gate, before it has seen the corpus."""
        return gate_of(self.gate, similarity_model=self.similarity_model, fluency_model=self.fluency_model)

    @property
    def meanings(self) -> dict[str, str]:
        return super().meanings | dict(MEANINGS) | {rule.signal: rule.about for rule in self.rules.rules}

    @property
    def rests_on(self) -> object:
        """The models of the gate."""
        return self.rules.rests_on

    def judge(self, corpus: Corpus, engine: Engine, held: HeldOut) -> Judge:
        """Who lets the children through, once it has seen the originals."""
        gate = self.rules
        return judge_of(gate, corpus, engine, lambda batch: parents(batch, held)) if gate.rules else Everything()

    def prepare(self, corpus: Corpus, engine: Engine) -> Growing:
        """Count what there is of each label where that matters, find what is held out, and open what makes children.

        Where children may be refused or numbers are to be exact, all are made now: who gives some is asked for those of the others.
        """
        return self._prepared(corpus, engine)

    def _prepared(self, corpus: Corpus, engine: Engine, *, once: bool = False) -> Growing:
        """The same; `once` if nobody is to have children in the place of another, as where each is dear and `most` says nothing."""
        held = held_out(corpus, engine, self.split, self.held_out)
        growing = Growing(
            augmenter=self.augmenter(corpus, engine),
            judge=self.judge(corpus, engine, held),
            **growing_of(self, corpus, engine, held),
        )
        once = once or (growing.augmenter.dear and self.most is None)
        apart = self.rules.of_children
        if once and apart is None:
            return growing
        rounds = Rounds(
            growing.tried,
            partial(growing.first, most_for(self.factor, self.most)),
            apart.bounds if apart is not None else None,
            corpus,
            engine,
        )
        made, asking = rounds.run(partial(self._asking, growing), once=once)
        own = {one.name: getattr(growing, one.name) for one in fields(growing)}
        return Surveyed(**own, made=made, apart=apart, asking=asking, once=once)

    def _asking(self, growing: Growing, pools: Sequence[Sequence[Pool]]) -> Asking:
        """How many children of each value are wanted, and who may give them."""

        def size(value: Value, there: int) -> int:
            if self.balance is None:
                return round(self.factor * there) - there
            share = growing.shares.get(value)
            return share.wanted if share is not None else 0

        wanted = wanted_of(pools, size)
        return Asking(pools, wanted, most=most_for(self.factor, self.most), exactly=growing.augmenter.dear)

    def on(self, column: Any, *, engine: Engine) -> Any:
        """The texts of a column, each as its first child that the gate lets through, or as it is where there is none.

        A missing text stays missing; a polars or pandas column gives one, anything else a list.
        """
        texts = texts_of(column)
        rows = [row for row, text in enumerate(texts) if text is not None]
        corpus = Corpus.of([texts[row] for row in rows])
        ready = replace(self, factor=max(2.0, self.factor))._prepared(corpus, engine, once=True)
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

    @property
    def notes(self) -> tuple[str, ...]:
        """Rules that could not be applied."""
        return tuple(getattr(self.judge, "notes", ()))

    def __call__(self, batch: Batch) -> tuple[Batch, list[Change]]:
        if not len(batch):
            return batch, []
        how_many = self._how_many(batch, document_keys(batch.file, batch.record, self.step, self.seed))
        return self._grown(batch, self._attempted(batch, how_many, self._attempts))

    @property
    def _attempts(self) -> int:
        return min(self.tries, self.augmenter.attempts or self.tries)

    def first(self, most: int, batch: Batch) -> list[Pool]:
        """Which documents of a batch may have children, by value, and the share of each, `most` at most."""
        keys = document_keys(batch.file, batch.record, self.step, self.seed)
        places, counts = addresses(batch.file, batch.record), np.minimum(self._shared(batch, keys), most)
        may = eligible(batch, self.held, self.only, self.balance)
        found = []
        for value, rows in kinds(batch, self.balance):
            own = rows[may[rows]]
            if len(own) and (value is not None or self.balance is None):
                found.append(Pool(value, places[own], keys[own], counts[own]))
        return found

    def tried(
        self, batch: Batch, how_many: NDArray[np.int64], number: int, earlier: Mapping[int, Earlier]
    ) -> list[Tried]:
        """What is made and judged of a batch in a round, as a survey keeps it."""
        places = addresses(batch.file, batch.record).tolist()
        before = {row: earlier[places[row]] for row in np.flatnonzero(how_many).tolist() if places[row] in earlier}
        wanted = self._attempted(batch, how_many, self._attempts, number * self.tries, before)
        return [
            Tried(places[one.row], self._called(batch, one.row), one.accepted, one.refused, one.asked) for one in wanted
        ]

    def _try(self, batch: Batch, waiting: Sequence[Wanted[str, Child]], attempt: int) -> None:
        made = self.augmenter.attempt(
            attempt,
            [one.parent for one in waiting],
            [one.chance for one in waiting],
            [one.still for one in waiting],
            [one.asked for one in waiting],
        )
        for one, children in zip(waiting, made, strict=True):
            one.asked += one.still
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
        for one in waiting:
            one.refused = _told_once(one.refused)

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
        return Origin(name, parent, self.method, self._edits(child), verdict.similarity)

    def _edits(self, child: Child) -> tuple[tuple[int, int, str, str], ...]:
        return tuple((edit.start, edit.end, edit.replacement, edit.reason) for edit in child.edits)


def _told_once(refused: Sequence[tuple[Child, Refusal]]) -> list[tuple[Child, Refusal]]:
    """Each text with one reason: that a child is another's like is no news of one that a gate refused, or a second time."""
    told = {child.text for child, why in refused if why.rule not in (SAME, *NEVER_MADE)}
    out = []
    for child, why in refused:
        if why.rule == SAME:
            if child.text in told:
                continue
            told.add(child.text)
        out.append((child, why))
    return out


def failed(one: Wanted[str, Child], made: Sequence[Child | Failed]) -> None:
    """Where an engine failed at a document, what it said, once; the engine has tried as often as it does, and is not asked again."""
    why = next((each.why for each in made if isinstance(each, Failed)), None)
    if why is not None:
        one.refused.append((Child(one.parent, ()), Refusal(FAILED, evidence=why)))
        one.still = sum(isinstance(each, Child) for each in made[: one.still])


@dataclass(frozen=True, eq=False, kw_only=True)
class Surveyed(Growing):
    """Adds the children that a survey made, those of them that stay and are wanted."""

    made: MadeChildren
    apart: PairRule | None
    asking: Asking
    once: bool
    """Whether nobody has one in the place of another."""

    @lazy
    def gets(self) -> NDArray[np.int64]:
        """(documents of `made`,): how many children each gets."""
        return self.asking.gets

    def __call__(self, batch: Batch) -> tuple[Batch, list[Change]]:
        rows, documents = self.made.at(batch)
        found = self.made.read(documents)
        if found is None:  # gone, as after a run whose output is elsewhere
            found = self.made.again(self.tried, batch)
        places = self.made.places[documents].tolist()
        told = zip(places, documents.tolist(), rows.tolist(), strict=True)
        return self._grown(
            batch,
            [
                self._left(found[place], document, row, batch.text[row])
                for place, document, row in told
                if place in found
            ],
        )

    def _left(self, tried: Sequence[Tried], document: int, row: int, text: str) -> Wanted[str, Child]:
        """What is added, and what is told, of one document."""
        one = Wanted[str, Child](row, text, None, Chance(0), 0)
        one.refused = [refused for each in tried for refused in each.refused]
        accepted = [child for each in tried for child in each.accepted]
        staying = {}
        for (child, verdict), number in zip(accepted, self.made.of(document), strict=True):
            like = int(self.made.apart.like[number])
            if like < 0:
                staying[int(self.made.ranks[number])] = child, verdict
            else:
                one.refused.append((child, self._copies(number, like)))
        one.accepted = [staying[rank] for rank in sorted(staying)[: int(self.gets[document])]]
        if one.accepted:  # that no more could be made of it matters to nobody
            one.refused = [(child, why) for child, why in one.refused if why.rule != SAME]
        return one

    def _copies(self, number: int, like: int) -> Refusal:
        """Why a child that another is like does not stay: what that one is called, or its parent where it is not added."""
        assert self.apart is not None
        parent, rank = self.made.called(like)
        added = rank <= self.gets[self.made.parents[like]]
        name = f"{parent}~{self.method}-{rank + self.taken.get(parent, 0)}" if added else parent
        return Refusal(self.apart.signal, float(self.made.apart.similarity[number]), str(self.apart.bounds), name)
