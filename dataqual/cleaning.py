"""`clean`: leave documents out of a corpus, write the rest as it came, and say of each one why it went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from dataqual import catalog, rules
from dataqual.catalog import label
from dataqual.corpus import Chunk, Corpus, Progress, Unreadable
from dataqual.engine import Local
from dataqual.errors import InputError, SpecError, did_you_mean
from dataqual.faults import SHARES
from dataqual.ledger import SCHEMA
from dataqual.ledger import rows as ledger_rows
from dataqual.masking import mask
from dataqual.near_duplicates import NearDuplicates
from dataqual.operators import Signal, Step
from dataqual.readers import ReadCount
from dataqual.readers.paths import LEDGER
from dataqual.readers.sources import as_corpus
from dataqual.recipe import Recipe, applied, prepared
from dataqual.rules.rule_set import Rule
from dataqual.steps.dedup import Dedup
from dataqual.steps.keep import Keep
from dataqual.writers import NewParquet, Nowhere, Writer, open_writer
from dataqual.writers.opening import check_place

COPIES = ("exact_copies", "near_copies")

LOOKED_AT = 1 << 16
"""Characters of a document in which evidence is looked for; as much as a profile keeps of an example."""

OPTIONS = ("recipe", "drop", "ledger", "dry_run", "workers", "max_memory", "progress")
"""What `clean` is told beside what `dataqual.read` is."""

AROUND = 20
"""Characters to quote before and behind a change."""

QUOTED = 200
"""Characters of evidence in a row of the ledger: a sentence or two, so that a million rows stay a small file."""


@dataclass(frozen=True)
class Drop:
    """What is to go, by the names of a profile's findings, resolved before a byte of data is read."""

    names: tuple[str, ...]
    keep: tuple[Rule, ...]
    exact: bool
    near: bool

    @classmethod
    def of(cls, names: Iterable[str]) -> Drop:
        """SpecError for a name that is unknown, and for none at all.

        >>> Drop.of(["mojibake"]).steps[0].rules[0].bounds
        Bounds(min=None, max=None, above=None, below=1)
        """
        asked = tuple(dict.fromkeys([names] if isinstance(names, str) else names))
        if not asked:
            raise SpecError(
                f"name what is to be done, with --recipe or with --drop; for --drop there are: {', '.join(_known())}; or a .yaml file of rules"
            )
        found = [rule for name in asked if name not in COPIES for rule in _rules(name)]
        return cls(asked, tuple(found), "exact_copies" in asked, "near_copies" in asked)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Rules first, then copies among what the rules leave: no copy goes because of a document that goes itself."""
        steps: list[Step] = [Keep(self.keep)] if self.keep else []
        if self.exact or self.near:
            steps.append(Dedup(self.exact, NearDuplicates() if self.near else None))
        return tuple(steps)


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
    output: Path | None = None
    """None after a dry run, as `ledger`."""
    ledger: Path | None = None

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
        lines += [f"  {count:>{width},} {rule}" for rule, count in self.rules.items() if count]
        idle = [rule for rule, count in self.rules.items() if not count]
        if idle:
            lines.append(f"matched nothing, or nothing that was left: {', '.join(idle)}")
        if not self.kept:
            lines.append("nothing is left")
        return "\n".join([*lines, *(str(path) for path in (self.output, self.ledger) if path)])

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        names = ("read", "kept", "dropped", "unreadable", "edited", "added", "written")
        paths = {name: str(path) if (path := getattr(self, name)) else None for name in ("output", "ledger")}
        return {name: getattr(self, name) for name in names} | {"rules": dict(self.rules)} | paths


def clean(
    source: Any,
    output: str | Path | None = None,
    *,
    recipe: str | Recipe | None = None,
    drop: Iterable[str] = (),
    ledger: str | Path | None = None,
    dry_run: bool = False,
    workers: int | None = None,
    max_memory: int | None = None,
    progress: Progress | None = None,
    **asked: Any,
) -> Cleaned:
    """Write a corpus as a recipe leaves it, without the documents that `drop` names, and a ledger of all that was done.

    `source` is what `profile` takes, `asked` the arguments of `dataqual.read`. `recipe` is a `Recipe`, the name of one
    that ships, or a .yaml file. `drop` has the names of findings (`exact_copies`, `near_copies`, `mojibake`, …), of
    rule sets (`gopher@dolma`), or .yaml files of rules; it comes after the recipe. One of the two is needed. The ending
    of `output` says the format. `ledger` is OUTPUT.ledger.parquet unless told. A dry run counts, and writes nothing.

    Both files appear when everything is done; on an error nothing is left. SpecError for a name that is not known,
    InputError for what cannot be read or written, NoDocuments and TooManyUnreadable as for `profile`.
    """
    what = plan(recipe, drop)
    if output is None and not dry_run:
        raise SpecError("-o: name the file to write, or ask for a dry run")
    corpus = as_corpus(source, also=OPTIONS, **asked)
    if any(file.path == "<pandas frame>" for file in corpus.files):
        raise InputError("a pandas frame cannot be cleaned whole; write it with to_parquet and give the path")
    engine = Local(workers=workers, max_memory=max_memory)
    writer, paper = _targets(corpus, output, ledger, dry_run)
    with ExitStack() as files:
        files.enter_context(writer)
        if paper is not None:
            files.enter_context(paper)
        run = _Run(corpus, prepared(what.steps, corpus, engine, progress=progress), writer, paper, what)
        run.go(engine, progress)
        if paper is not None:  # the ledger first: an output that is there has one
            for target in (paper, writer):
                target.finish()
            for target in (paper, writer):
                target.publish()
    return run.cleaned(Path(output) if output and not dry_run else None, Path(paper.path) if paper else None)


def plan(recipe: str | Recipe | None, drop: Iterable[str]) -> Recipe:
    """What is to be done, resolved; SpecError for an unknown name, and where nothing is asked for.

    >>> plan(None, ["exact_copies", "mojibake"]).told_as
    ('mojibake', 'exact_copies')
    """
    loaded = Recipe.load(recipe) if isinstance(recipe, str) else recipe
    names = [drop] if isinstance(drop, str) else list(drop)
    if loaded is not None and not names:
        return loaded
    steps = Drop.of(names).steps
    return replace(loaded, steps=loaded.steps + steps) if loaded is not None else Recipe("--drop", steps)


def _rules(name: str) -> Iterator[Rule]:
    """The rules that a document must pass lest it is dropped under this name; SpecError if it is no such name."""
    if name in SHARES:
        signal, bounds = SHARES[name]
        yield Rule(name, f"As the finding {name} of a profile.", catalog.signal(signal), bounds.outside)
        return
    versions = [known for known in rules.rule_sets() if known.startswith(f"{name}@")]
    if name not in _known() and not name.endswith((".yaml", ".yml")) and not versions:
        raise SpecError(
            f"--drop: nothing is called {name!r} that could be dropped; {did_you_mean(name, _known())}; "
            "or name a .yaml file of rules"
        )
    rule_set = rules.load(name)
    for rule in rule_set.rules:
        yield Rule(f"{rule.name}@{rule_set.name}", rule.about, rule.signal, rule.bounds)


def _known() -> list[str]:
    return [*COPIES, *SHARES, *rules.rule_sets()]


def _targets(
    corpus: Corpus, output: str | Path | None, ledger: str | Path | None, dry_run: bool
) -> tuple[Writer, NewParquet | None]:
    """Where the documents and the ledger go, after every check that needs no data; nowhere in a dry run."""
    path = str(output) if output is not None else ""
    writer = open_writer(path, corpus) if path else Nowhere()
    if path:
        paper = str(ledger) if ledger is not None else f"{path}{LEDGER}"
        if not paper.endswith(".parquet"):
            raise SpecError(f"--ledger: {paper}: a ledger is a .parquet file")
        check_place(paper, "--ledger", corpus)
        if Path(paper).resolve() == Path(path).resolve():
            raise InputError(f"--ledger: {paper} is the output itself; choose another name")
        if not dry_run:
            return writer, NewParquet(paper, SCHEMA)
    return Nowhere(), None


@dataclass(frozen=True)
class _Done:
    """What one batch came to."""

    documents: int
    encoded: Any
    dropped: int
    edited: int
    added: int
    rules: Counter[str]
    ledger: pl.DataFrame
    unreadable: Sequence[Unreadable]


@dataclass
class _Run:
    """The pass that writes: batches in any thread, what each came to in order."""

    corpus: Corpus
    steps: tuple[Step, ...]
    writer: Writer
    paper: NewParquet | None
    what: Recipe
    count: ReadCount = field(default_factory=ReadCount)
    rules: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)

    def go(self, engine: Local, progress: Progress | None) -> None:
        """All batches; raises where there are no documents, or too many records that are none."""
        with closing(engine.map(self._look, self.corpus.chunks())) as results:
            for chunk, done in results:
                self.writer.write(done.encoded)
                if self.paper is not None:
                    self.paper.add(done.ledger)
                self.count.add(done.documents, done.unreadable)
                self.rules.update(done.rules)
                self.changed.update(dropped=done.dropped, edited=done.edited, added=done.added)
                if progress is not None:
                    progress(self.count.documents, chunk.done, self.corpus.size)
        self.count.check(self.corpus)

    def cleaned(self, output: Path | None, ledger: Path | None) -> Cleaned:
        """The sum, which must come out even."""
        read, unreadable = self.count.documents + self.count.unreadable, self.count.unreadable
        dropped, edited, added = (self.changed[name] for name in ("dropped", "edited", "added"))
        kept = self.writer.written - added
        if read != kept + dropped + unreadable:
            raise AssertionError(f"{read} records read, but {kept} kept, {dropped} dropped and {unreadable} unreadable")
        rules = {rule: self.rules[rule] for rule in (*self.what.told_as, *sorted(self.rules))}
        return Cleaned(read, kept, dropped, unreadable, edited, added, rules, output, ledger)

    def _look(self, chunk: Chunk) -> tuple[Chunk, _Done]:
        batch = self.corpus.parse(chunk)
        left, changes = applied(self.steps, batch)
        rows = pl.DataFrame()
        if self.paper is not None:
            rows = ledger_rows(
                self.corpus, changes, batch.unreadable, name=label, evidence=evidence, difference=difference
            )
        told: Counter[str] = Counter()
        rules: Counter[str] = Counter()
        for part in changes:
            told[type(part).__name__] += len(part)
            rules[part.rule] += len(part)
        edited = int(left.edited.sum()) if left.edited is not None else 0
        counts = told["Dropped"], edited, told["Added"]
        return chunk, _Done(len(batch), self.writer.encode(left), *counts, rules, rows, batch.unreadable)


def evidence(document: str, signal: Signal | None) -> str:
    """What to quote of a document: the first place that made it fail, or its beginning; addresses are masked.

    >>> from dataqual.signals.email_addresses import EmailAddresses
    >>> evidence("Ask ann.lee@example.com now", EmailAddresses())
    'a••••••@•••••••.com now'
    """
    marks = signal.evidence(document[:LOOKED_AT]) if signal is not None else []
    start = marks[0][0] if marks else 0
    return mask(document[: start + 2 * QUOTED])[start : start + QUOTED]


def difference(before: str, after: str) -> str:
    """What to quote of an edit: from where the two differ, what stood there and what does now; addresses are masked.

    >>> difference("The café is open.", "The cafe is open.")
    'The caf[é→e] is open.'
    """
    start = _agreeing(before, after)
    end = _agreeing(before[start:][::-1], after[start:][::-1])
    old, new = (_around(text, start, len(text) - end) for text in (before, after))
    return f"{old[0]}[{old[1]}→{new[1]}]{old[2]}"


def _agreeing(first: str, second: str) -> int:
    """How many characters the two have in common at their beginnings."""
    size = min(len(first), len(second))
    one, two = (np.frombuffer(text[:size].encode("utf-32-le"), np.uint32) for text in (first, second))
    different = np.flatnonzero(one != two)
    return int(different[0]) if len(different) else size


def _around(text: str, start: int, end: int) -> tuple[str, str, str]:
    """A little before a place, what is there, and a little behind, each cut short; masked before it is cut."""
    low, room = max(0, start - QUOTED), (QUOTED - 2 * AROUND) // 2
    shown = mask(text[low : min(end, start + room) + QUOTED])
    place = shown[start - low : min(end, start + room) - low]
    behind = shown[end - low : end - low + AROUND] if end <= start + room else ""
    return shown[: start - low][-AROUND:], place + ("…" if end > start + room else ""), behind
