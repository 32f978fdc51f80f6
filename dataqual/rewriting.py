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
from dataqual.corpus import Batch, Chunk, Corpus, Progress, Unreadable
from dataqual.effects import Accounting, Effects
from dataqual.engine import Local
from dataqual.errors import SpecError
from dataqual.finding import SIGNS, Finding
from dataqual.ledger import NEVER_MADE, SCHEMA
from dataqual.ledger import rows as ledger_rows
from dataqual.operators import InOrder, Signal, Step, ViewName
from dataqual.pseudonyms import SCHEMA as MAP_SCHEMA
from dataqual.pseudonyms import rows as map_rows
from dataqual.quoting import difference, evidences, replacements
from dataqual.readers import ReadCount
from dataqual.readers.paths import LEDGER, MAP
from dataqual.recipe import Recipe, Remaining, applied, prepared
from dataqual.unfinished import PART, Unfinished, inputs
from dataqual.views import view_of
from dataqual.writers import NewParquet, Nowhere, Writer, open_writer
from dataqual.writers.appearing import STDOUT, is_elsewhere, writing
from dataqual.writers.opening import check_ledger, check_place, check_shard_size
from dataqual.writers.writer import Encoder, Lines, Wanted

Look = Callable[[Sequence[Step]], None]
"""Who is shown the prepared steps."""

STDOUT_NAME = "stdout"
"""After what the ledger is called where the output has no name."""

KEPT = ("count", "rules", "changed", "effects", "batches")
"""Of a run, what is marked beside what is on the disk."""


class Judged(Protocol):
    """Verdicts of checks, which stand above."""

    @property
    def exit_code(self) -> int:
        """0 where all pass, 1 where one failed, 2 where that cannot be told."""

    @property
    def headline(self) -> str:
        """How many passed of how many."""

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""


@dataclass(frozen=True)
class Cleaned:
    """What a run of `clean` read, kept, dropped, edited, added and could not read, and where output and ledger are.

    read = kept + dropped + unreadable, and written = kept + added.
    """

    read: int
    kept: int
    dropped: int
    unreadable: int
    edited: int
    """Of those that were kept, how many have another text."""
    added: int
    rules: Mapping[str, int]
    """Of how many documents each rule tells, those that tell of none included. A document that was dropped is told
    under the first rule that it fails, one that was edited under each that did."""
    outputs: tuple[Path, ...] = ()
    """The file that was written, or the shards of it; none after a dry run."""
    ledger: Path | None = None
    """None after a dry run."""
    resumed: int = 0
    """Of the records read, how many an earlier run had done that was killed."""
    went_on: bool = False
    """Whether there was such a run, and something of what it had done was taken, be it a survey alone."""
    account: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """What was done and what it cost, with examples, as plain JSON values: docs/facts.md says what."""
    warnings: tuple[str, ...] = ()
    """A line for every file that could not be read to its end."""
    map: Path | None = None
    """What the pseudonyms stand for, where a step was asked to write that."""
    sent: tuple[str, ...] = ()
    """What was written elsewhere: URLs, and - for standard output."""
    untold: bool = False
    """Whether checks were asked for, and nothing is left to make them on."""
    checked: Judged | None = None
    """The verdicts of the recipe's checks on what is left, a `dataqual.checking.Checked`; None where it has none."""

    @property
    def findings(self) -> list[Finding]:
        """What should be looked at before the output is used, worst first: a source, label or script that was eaten."""
        return [Finding.of_facts(facts) for facts in self.account.get("findings", ())]

    @property
    def refused(self) -> dict[str, int]:
        """Of how many children each rule let none through; empty where no step makes any."""
        reasons = self.account.get("reasons", ())
        return {reason["rule"]: reason["documents"] for reason in reasons if reason["action"] == "refused"}

    @property
    def output(self) -> Path | None:
        """The first file that was written."""
        return self.outputs[0] if self.outputs else None

    @property
    def exit_code(self) -> int:
        """What a command ends with: that of the checks, 0 without any, 2 where nothing is left to make them on."""
        return self.checked.exit_code if self.checked is not None else 2 * self.untold

    @property
    def written(self) -> int:
        """How many records the output has."""
        return self.kept + self.added

    def __str__(self) -> str:
        """The sums, what each rule did, and where the files are: a few lines for people."""
        lines = [
            f"{self.read:,} records read = {self.kept:,} kept + {self.dropped:,} dropped + {self.unreadable:,} unreadable"
        ]
        if self.edited:
            lines.append(f"{self.edited:,} of the {self.kept:,} kept were edited")
        if self.added:
            lines.append(f"{self.written:,} written = {self.kept:,} kept + {self.added:,} added")
        width = max([len(f"{count:,}") for count in self.rules.values()], default=0)
        lines += [f"  {count:>{width},} {rule}{self._what(rule)}" for rule, count in self.rules.items() if count]
        idle = [rule for rule, count in self.rules.items() if not count]
        if idle:
            lines.append(f"matched nothing, or nothing that was left: {', '.join(idle)}")
        if not self.kept:
            lines.append("nothing is left, so the checks cannot be told" if self.untold else "nothing is left")
        if self.resumed:
            lines.append(f"{self.resumed:,} of the records were done by an earlier run")
        elif self.went_on:
            lines.append("went on with an earlier run: what it had surveyed was not surveyed again")
        for finding in self.findings:
            lines += [f"{SIGNS[finding.severity]} {finding.headline}", *([f"    {finding.say}"] if finding.say else [])]
        written = [str(path) for path in self.outputs[:1]]
        if len(self.outputs) > 1:
            written = [f"{self.outputs[0]} … {self.outputs[-1].name}"]
        written += [url for url in self.sent if url != STDOUT]
        said = str(self.checked).splitlines() if self.checked is not None else []
        return "\n".join([*lines, *said, *written, *([str(self.ledger)] if self.ledger else []), *self._private])

    def _what(self, rule: str) -> str:
        """What a count means where it is neither of documents that went nor of children that came."""
        if rule in NEVER_MADE:
            return ", no child made"
        return ", refused" if rule in self.refused else ""

    @property
    def _private(self) -> list[str]:
        return [f"{self.map} says what the pseudonyms stand for: keep it apart"] if self.map else []

    def facts(self) -> dict[str, Any]:
        """As plain JSON values: docs/facts.md says what."""
        names = ("read", "kept", "dropped", "unreadable", "edited", "added", "written", "resumed")
        counts = {name: getattr(self, name) for name in names}
        ledgers = [str(self.ledger)] if self.ledger else [url for url in self.sent if url.endswith(".parquet")][-1:]
        outputs = [*map(str, self.outputs), *(url for url in self.sent if [url] != ledgers)]
        ledger = ledgers[0] if ledgers else None
        private = str(self.map) if self.map else None
        named = {"rules": dict(self.rules), "outputs": outputs, "ledger": ledger, "map": private}
        checks = self.checked.facts() if self.checked is not None else None
        return {"schema": "dataqual.cleaning/1", **counts, **named, **self.account, "checks": checks}


class Appearing(Protocol):
    """A file that is complete under a temporary name."""

    path: str

    def publish(self) -> None:
        """It appears under its own."""


@dataclass(frozen=True)
class Target:
    """Where the documents and the ledger go; nowhere in a dry run."""

    output: str | None
    ledger: str | None = None
    """OUTPUT.ledger.parquet unless told."""
    dry_run: bool = False
    shard_size: int | None = None
    """Bytes of about which each file of the output is to be; None for one file."""
    resume: bool | None = None
    """None goes on from a run that was killed, if there was one; True insists on that, False begins anew."""

    def __post_init__(self) -> None:
        if self.output is None and not self.dry_run:
            raise SpecError("-o: name the file to write, or ask for a dry run")
        check_shard_size(self.shard_size)

    @property
    def map(self) -> str:
        """Where a map goes, if a step asks for one."""
        return f"{self.output}{MAP}"

    def open(self, corpus: Corpus) -> tuple[Writer, str | None]:
        """The writer, and the path of the ledger, after every check that needs no data."""
        if self.output is None:
            return Nowhere(), None
        writer = open_writer(self.output, corpus, self.shard_size)
        name = STDOUT_NAME if self.output == STDOUT else self.output
        paper = self.ledger if self.ledger is not None else f"{name}{LEDGER}"
        check_ledger(paper, [self.output], corpus)
        check_place(self.map, "-o", corpus)
        return (Nowhere(), None) if self.dry_run else (writer, paper)


def as_said(path: str | Path | None) -> str | None:
    """A path as messages show it: as the user wrote it."""
    return (str(path).rstrip("/") or str(path)) if path is not None else None


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
        writer.start(unfinished.folder, state and state["writer"])
        run.paper = NewParquet(
            ledger, SCHEMA, place=unfinished.folder / "ledger", parts=state["ledger"] if state else 0
        )
        if state:
            for name in KEPT:
                setattr(run, name, state[name])
        resumed, went_on = run.count.documents + run.count.unreadable, unfinished.goes_on
        if any(step.reversible for step in recipe.steps):
            if is_elsewhere(target.output):
                raise SpecError(
                    f"-o: {target.output}: what pseudonyms stand for is kept on this machine; name a file of it"
                )
            folder, parts = unfinished.folder / "map", state["map"] if state else 0
            run.map = files.enter_context(NewParquet(target.map, MAP_SCHEMA, place=folder, parts=parts, private=True))
        files.enter_context(writer)
        files.enter_context(run.paper)
        files.callback(unfinished.wait)
        run.go(engine, progress)
        run.check()
        papers = [run.paper] if run.map is None else [run.paper, run.map]
        writer.finish()
        for paper in papers:
            paper.finish()
        names = _appear(writer, (run.paper, *also), run.map)
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
