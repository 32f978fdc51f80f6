"""The pass that writes: a corpus as steps leave it, and a ledger of all that was done, complete or not at all."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from dataqual.accounts import account
from dataqual.catalog import label, name_of
from dataqual.cleaned import Cleaned
from dataqual.corpus import Batch, Chunk, Corpus, Progress, Unreadable
from dataqual.effects import Accounting, Effects
from dataqual.engine import Local
from dataqual.errors import SpecError
from dataqual.ledger import SCHEMA
from dataqual.ledger import rows as ledger_rows
from dataqual.operators import InOrder, Signal, Step, ViewName
from dataqual.pseudonyms import SCHEMA as MAP_SCHEMA
from dataqual.pseudonyms import rows as map_rows
from dataqual.quoting import difference, evidences, replacements
from dataqual.readers import ReadCount
from dataqual.recipe import Recipe, Remaining, applied, prepared
from dataqual.target import Target, as_said
from dataqual.unfinished import PART, Unfinished, inputs
from dataqual.views import view_of
from dataqual.writers import NewParquet, Writer
from dataqual.writers.appearing import is_elsewhere, writing
from dataqual.writers.writer import Encoder, Lines, Wanted

__all__ = ["PART", "Appearing", "Cleaned", "Look", "Target", "as_said", "check_views", "rewrite"]

Look = Callable[[Sequence[Step]], None]
"""Who is shown the prepared steps."""

KEPT = ("count", "rules", "changed", "effects", "batches")
"""Of a run, what is marked beside what is on the disk."""


class Appearing(Protocol):
    """A file that is complete under a temporary name."""

    path: str

    def publish(self) -> None:
        """It appears under its own."""


def rewrite(
    corpus: Corpus,
    recipe: Recipe,
    target: Target,
    engine: Local,
    progress: Progress | None = None,
    *,
    look: Look | None = None,
    also: Sequence[Appearing] = (),
) -> Cleaned:
    """Write a corpus as a recipe leaves it, and the ledger; both appear when everything is done.

    What was done is marked every `PART` batches, and so are finished surveys, so that a run that is killed goes on from
    there, and ends in the same bytes. `look` is shown the prepared steps before anything appears; what is `also` to
    appear does so with the ledger. A step that judges `in_order`, if it is the only one, does so while the corpus is read
    once; a run that is gone on with surveys it first. InputError for what cannot be read or written; on an error nothing is left.
    """
    check_views(recipe.steps, corpus)
    writer, ledger = target.open(corpus)
    look = look or (lambda steps: None)
    if ledger is None or target.output is None:
        run = _Run.of(corpus, recipe, writer, engine, progress, look)
        run.go(engine, progress)
        run.check()
        return run.cleaned()
    plan = (
        inputs(corpus),
        [step.rests_on for step in recipe.steps],
        corpus.columns,
        getattr(corpus, "txt", None),
        recipe.steps,
        target.shard_size,
        target.ledger,
    )
    with Unfinished(target.output, plan, resume=target.resume) as unfinished, ExitStack() as files:
        state = _sound(unfinished, writer)
        surveying = replace(engine, scratch=str(unfinished.scratch))
        run = _Run.of(corpus, recipe, writer, surveying, progress, look, unfinished)
        run.start(unfinished, state, ledger, target, files)
        resumed, went_on = run.count.documents + run.count.unreadable, unfinished.goes_on
        run.go(engine, progress)
        run.check()
        names = _appear(writer, (*run.finish(), *also), run.map)
    outputs = tuple(Path(name) for name in names if not is_elsewhere(name))
    sent = tuple(name for name in (*names, ledger) if is_elsewhere(name))
    own = None if is_elsewhere(ledger) else Path(ledger)
    back = Path(target.map) if run.map else None
    return replace(run.cleaned(outputs, own, resumed), went_on=went_on, map=back, sent=sent)


def check_views(steps: Iterable[Step], corpus: Corpus) -> None:
    """SpecError for a step, or a signal of one, that is for texts where pictures are read, or the other way round."""
    for step in steps:
        rules = getattr(step, "rules", ())  # that of an augmentation is a gate, whose signals are of pairs
        signals = (
            [(rule.signal, rule.name) for rule in rules if hasattr(rule, "signal")] if isinstance(rules, tuple) else []
        )
        for operator, name in ((step, name_of(step)), *signals):
            if operator.view not in (None, corpus.view):
                raise SpecError(_other_view(operator, name, corpus.view))


def _other_view(operator: Step | Signal, name: str, view: ViewName) -> str:
    """What is said of a step, or of a signal that judges under this name, of the other view than the corpus."""
    own, other = view_of(view), view_of(operator.view or view)
    known = "" if isinstance(operator, Step) else f"; of {own.nouns} --drop knows {', '.join(own.findings)}"
    return f"{name} is for {other.nouns}, and these are {own.nouns}{known if name in other.findings else ''}"


def _appear(writer: Writer, beside: Sequence[Appearing], back: Appearing | None) -> list[str]:
    """The output, and what tells of it: at no moment does that stand beside an output of which it does not tell.

    So what an earlier run told goes first. Who is killed in between finds no ledger, and the same command does all
    again. What leads `back` from pseudonyms comes before the output that has them.
    """
    for one in beside:
        if not is_elsewhere(one.path):
            with writing(one.path):
                Path(os.path.realpath(one.path)).unlink(missing_ok=True)
    if back is not None:
        back.publish()
    names = writer.publish()
    for one in beside:
        one.publish()
    return names


def _sound(unfinished: Unfinished, writer: Writer) -> Any:
    """The state to go on from, if all that it speaks of is there."""
    state = unfinished.state
    if state is None:
        return None
    papers = [unfinished.folder / name for name in ("ledger", "map") if state[name] is not None]
    if not writer.there(unfinished.folder, state["writer"]) or not all(paper.exists() for paper in papers):
        unfinished.begin_anew()  # it was killed in the very moment in which its files got their names
        return None
    return state


@dataclass(frozen=True)
class _Done:
    """What one batch came to."""

    read: int
    """Bytes of the input, up to its end."""
    documents: int
    encoded: Lines | Wanted
    changed: Counter[str]
    rules: Counter[str]
    effects: Effects
    ledger: pl.DataFrame
    map: pl.DataFrame
    unreadable: Sequence[Unreadable]


@dataclass(frozen=True)
class _Look:
    """What is done with every batch, in any thread or process."""

    corpus: Corpus
    steps: tuple[Step, ...]
    encoder: Encoder
    accounting: Accounting
    told: bool
    mapped: bool

    def __call__(self, chunk: Chunk) -> _Done:
        return self.of(chunk.done, self.corpus.parse(chunk), self.steps)

    def later(self, judged: tuple[int, Batch, Step]) -> _Done:
        """The same for a batch whose step has come."""
        read, batch, step = judged
        return self.of(read, batch, (step,))

    def of(self, read: int, batch: Batch, steps: Sequence[Step]) -> _Done:
        """What comes of a batch, of which so much of the input was read up to its end."""
        left, changes = applied(steps, batch)
        rows = pl.DataFrame()
        if self.told:
            rows = ledger_rows(
                self.corpus,
                changes,
                batch.unreadable,
                name=label,
                evidence=evidences,
                difference=difference,
                replacements=replacements,
            )
        undo = map_rows(self.corpus, changes) if self.mapped else pl.DataFrame()
        changed: Counter[str] = Counter()
        rules: Counter[str] = Counter()
        for part in changes:
            changed[type(part).__name__.lower()] += len(part)
            rules[part.rule] += len(part)
        changed["edited"] = int((left.edited & ~left.made).sum()) if left.edited is not None else 0
        effects = self.accounting(batch, left, changes)
        return _Done(read, len(batch), self.encoder(left), changed, rules, effects, rows, undo, batch.unreadable)


@dataclass(frozen=True)
class _Ahead:
    """What is done with every batch, in any thread, before its turn comes."""

    corpus: Corpus
    judge: InOrder

    def __call__(self, chunk: Chunk) -> tuple[int, Batch, Any]:
        batch = self.corpus.parse(chunk)
        batch.text.scripts  # noqa: B018 - counted here, and not by whoever takes one batch after the other
        return chunk.done, batch, self.judge.ahead(batch)


@dataclass
class _Run:
    """The pass itself: batches anywhere, what each came to in order."""

    corpus: Corpus
    recipe: Recipe
    steps: tuple[Step, ...]
    """Those of the recipe, prepared; of what judges in order only once all has come."""
    writer: Writer
    paper: NewParquet | None = None
    map: NewParquet | None = None
    unfinished: Unfinished | None = None
    batches: int = 0
    count: ReadCount = field(default_factory=ReadCount)
    rules: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    effects: Effects = field(default_factory=Effects)
    judge: InOrder | None = None
    """What judges in the place of steps, batch after batch."""
    look: Look | None = None
    """Who is to be shown the steps when it has judged all."""

    @classmethod
    def of(
        cls,
        corpus: Corpus,
        recipe: Recipe,
        writer: Writer,
        engine: Local,
        progress: Progress | None,
        look: Look,
        unfinished: Unfinished | None = None,
    ) -> _Run:
        """Ready to go: where no step can judge in order, after every survey that is needed."""
        fresh = unfinished is None or unfinished.state is None
        judge = recipe.steps[0].in_order(corpus) if fresh and len(recipe.steps) == 1 else None
        if judge is not None:
            return cls(corpus, recipe, (), writer, unfinished=unfinished, judge=judge, look=look)
        once = unfinished.once if unfinished is not None else None
        steps = prepared(recipe.steps, corpus, engine, progress=progress, once=once)
        look(steps)
        return cls(corpus, recipe, steps, writer, unfinished=unfinished)

    def start(self, unfinished: Unfinished, state: Any, ledger: str, target: Target, files: ExitStack) -> None:
        """Open all that is written, until `files` are closed, where an earlier run left it, if there is its `state`."""
        self.writer.start(unfinished.folder, state and state["writer"])
        self.paper = NewParquet(
            ledger, SCHEMA, place=unfinished.folder / "ledger", parts=state["ledger"] if state else 0
        )
        for name in KEPT if state else ():
            setattr(self, name, state[name])
        if any(step.reversible for step in self.recipe.steps):
            if is_elsewhere(str(target.output)):
                raise SpecError(
                    f"-o: {target.output}: what pseudonyms stand for is kept on this machine; name a file of it"
                )
            folder, parts = unfinished.folder / "map", state["map"] if state else 0
            self.map = files.enter_context(NewParquet(target.map, MAP_SCHEMA, place=folder, parts=parts, private=True))
        files.enter_context(self.writer)
        files.enter_context(self.paper)
        files.callback(unfinished.wait)

    def finish(self) -> list[NewParquet]:
        """All is on the disk; what tells of it that appears with the output."""
        self.writer.finish()
        for paper in filter(None, (self.paper, self.map)):
            paper.finish()
        return [self.paper] if self.paper is not None else []

    def go(self, engine: Local, progress: Progress | None) -> None:
        """All batches; raises where there are no documents, or too many records that are none."""
        accounting = Accounting.of(self.corpus, self.recipe.told_as)
        papers = self.paper is not None, self.map is not None
        look = _Look(self.corpus, self.steps, self.writer.encoder, accounting, *papers)
        with closing(self._judged(look, engine)) as results:
            for done in results:
                self._take(done)
                if progress is not None:
                    progress(self.count.documents, done.read, self.corpus.size)
        if self.judge is not None:
            self.steps = (self.judge.prepared(),)
            if self.look is not None:
                self.look(self.steps)
        if self.unfinished is not None:
            self.unfinished.settle()
        self.count.check(self.corpus)

    def _judged(self, look: _Look, engine: Local) -> Generator[_Done, None, None]:
        """What every batch comes to, in order."""
        if self.judge is None:
            size = 0 if all(step.light for step in self.steps) else self.corpus.size
            yield from engine.map(look, self._chunks(), size=size)
            return
        judge = self.judge
        with closing(engine.map(_Ahead(self.corpus, judge), self._chunks())) as coming:
            yield from engine.map(look.later, ((read, batch, judge.step(known)) for read, batch, known in coming))

    @property
    def _kept(self) -> int:
        return self.writer.written - self.changed["added"]

    def check(self) -> None:
        """Whether the sums come out even, before anything appears."""
        read = self.count.documents + self.count.unreadable
        dropped, unreadable = self.changed["dropped"], self.count.unreadable
        if read != self._kept + dropped + unreadable:
            raise AssertionError(
                f"{read} records read, but {self._kept} kept, {dropped} dropped and {unreadable} unreadable"
            )

    def cleaned(self, outputs: tuple[Path, ...] = (), ledger: Path | None = None, resumed: int = 0) -> Cleaned:
        """The sums, what each rule did, and the facts of the page."""
        read, unreadable = self.count.documents + self.count.unreadable, self.count.unreadable
        dropped, edited, added = (self.changed[name] for name in ("dropped", "edited", "added"))
        told = self.recipe.told_as
        rules: Mapping[str, int] = {rule: self.rules[rule] for rule in (*told, *sorted(self.rules))}
        facts = account(self.corpus, self.recipe, self.effects, told, Remaining.after(self.steps, self.corpus).fetch)
        kinds = {"unreadable_kinds": dict(sorted(self.count.kinds.items(), key=lambda item: (-item[1], item[0])))}
        sums = read, self._kept, dropped, unreadable, edited, added
        warnings = self.count.warnings(self.corpus)
        return Cleaned(*sums, rules, outputs, ledger, resumed, account=facts | kinds, warnings=warnings)

    def _chunks(self) -> Iterator[Chunk]:
        """Those that no earlier run has done."""
        return islice(self.corpus.chunks(), self.batches, None)

    def _take(self, done: _Done) -> None:
        self.writer.write(done.encoded)
        if self.paper is not None:
            self.paper.add(done.ledger)
        if self.map is not None:
            self.map.add(done.map)
        self.count.add(done.documents, done.unreadable)
        self.rules.update(done.rules)
        self.changed.update(done.changed)
        self.effects = self.effects.merge(done.effects)
        self.batches += 1
        if self.unfinished is not None and self.paper is not None and self.batches % PART == 0:
            marks = {"writer": self.writer.mark(), "ledger": self.paper.mark()}
            marks["map"] = self.map.mark() if self.map is not None else None
            written = [one for one in (self.writer, self.paper, self.map) if one is not None]
            self.unfinished.mark(marks | {name: getattr(self, name) for name in KEPT}, written)
