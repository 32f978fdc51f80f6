"""`flips`: which documents two rule sets judge differently, by which rule, and how near the thresholds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from dataqual.catalog import label
from dataqual.corpus import Chunk, Corpus, Progress, Unreadable
from dataqual.engine import Local
from dataqual.errors import SpecError
from dataqual.measured import Measured
from dataqual.quoting import evidence
from dataqual.readers import ReadCount
from dataqual.readers.sources import as_corpus, options_of
from dataqual.rules import Rule, RuleSet, load

Side = Literal["first", "second"]
EXAMPLES = 5


@dataclass(frozen=True)
class Verdict:
    """One rule's word on one document."""

    rule: str
    signal: str
    value: float
    threshold: str

    def __str__(self) -> str:
        return f"{self.signal} is {self.value:g}, to be {self.threshold}"


@dataclass(frozen=True, order=True)
class Flip:
    """One document that one rule set drops and the other keeps."""

    priority: int
    path: str
    record: int
    id: str | None
    drops: Side
    reasons: tuple[tuple[Verdict, Verdict | None], ...] = field(compare=False)
    """Every rule that rejects it, and the rule of the same name in the other set, which it passes."""
    excerpt: str = field(compare=False)

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        reasons = [{"dropped_by": vars(rule), "other": vars(other) if other else None} for rule, other in self.reasons]
        where = {"path": self.path, "record": self.record, "id": self.id}
        return where | {"drops": self.drops, "reasons": reasons, "excerpt": self.excerpt}


@dataclass(frozen=True)
class Flips:
    """What two rule sets make of a corpus: how often they agree, which rules part them, and some documents."""

    first: str
    second: str
    both_keep: int
    both_drop: int
    first_drops: int
    """Documents that only the first set drops."""
    second_drops: int
    unreadable: int
    rules: dict[Side, dict[str, int]]
    """Of the documents that only this set drops, how many each of its rules rejects; several may reject one."""
    examples: tuple[Flip, ...]
    idle: dict[Side, tuple[str, ...]] = field(default_factory=dict)
    """The rules of each set that reject no document of the corpus."""

    @property
    def documents(self) -> int:
        """All that were judged."""
        return self.both_keep + self.both_drop + self.first_drops + self.second_drops

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        names = ("first", "second", "documents", "both_keep", "both_drop", "first_drops", "second_drops", "unreadable")
        rules = {side: dict(counts) for side, counts in self.rules.items()}
        told = {name: getattr(self, name) for name in names}
        idle = {side: list(names) for side, names in self.idle.items()}
        return told | {"rules": rules, "idle": idle, "examples": [flip.facts() for flip in self.examples]}

    def __str__(self) -> str:
        """The table, the rules and the examples, for people."""
        flipped = self.first_drops + self.second_drops
        share = f" ({flipped / self.documents:.2%})" if self.documents else ""
        lines = [f"{flipped:,} of {self.documents:,} documents flip{share}", "", *self._table()]
        for counts, name in ((self.rules["first"], self.first), (self.rules["second"], self.second)):
            if counts:
                lines += ["", f"rules by which only {name} drops (a document may fail several):"]
                lines += [f"  {count:>{len(f'{max(counts.values()):,}')},} {rule}" for rule, count in counts.items()]
        for idle, name in ((self.idle.get("first"), self.first), (self.idle.get("second"), self.second)):
            if idle:
                lines += ["", f"rules of {name} that matched nothing: {', '.join(idle)}"]
        return "\n".join([*lines, *(line for flip in self.examples for line in self._told(flip))])

    def _table(self) -> Iterator[str]:
        left, heads = f"{self.first} ", (f"{self.second} keeps", f"{self.second} drops")
        rows = (("keeps", self.both_keep, self.second_drops), ("drops", self.first_drops, self.both_drop))
        yield f"{'':{len(left) + 5}}  {heads[0]}  {heads[1]}"
        for verb, *counts in rows:
            yield f"{left}{verb}  {counts[0]:>{len(heads[0])},}  {counts[1]:>{len(heads[1])},}"

    def _told(self, flip: Flip) -> Iterator[str]:
        drops, keeps = (self.first, self.second) if flip.drops == "first" else (self.second, self.first)
        name = f" ({flip.id})" if flip.id is not None else ""
        yield from ("", f"{flip.path}:{flip.record}{name}: {drops} drops, {keeps} keeps")
        for rule, other in flip.reasons:
            yield f"  {rule.rule}: {rule}"
            yield f"    {keeps}: {other if other else 'has no rule of that name'}"
        yield f"  “{' '.join(flip.excerpt.split())}”"


def flips(
    source: Any,
    first: str | RuleSet,
    second: str | RuleSet,
    *,
    examples: int = EXAMPLES,
    workers: int | None = None,
    max_memory: int | None = None,
    progress: Progress | None = None,
    **asked: Any,
) -> Flips:
    """Which documents of a corpus two rule sets, by name or file, judge differently.

    `examples` documents are told of, drawn evenly by their addresses, so the same ones every time. SpecError where the
    two are one rule set, NoDocuments and TooManyUnreadable as for `profile`.
    """
    sets = (_loaded(first), _loaded(second))
    if sets[0] == sets[1]:
        raise SpecError(f"{sets[0].name} is compared with itself, by which no document flips; name two rule sets")
    corpus = as_corpus(source, also=options_of(flips), **asked)
    engine, counts, count = Local(workers=workers, max_memory=max_memory), Counter[str](), ReadCount()
    rules: dict[Side, Counter[str]] = {"first": Counter(), "second": Counter()}
    hits: dict[Side, Counter[str]] = {"first": Counter(), "second": Counter()}
    chosen: tuple[Flip, ...] = ()
    with closing(engine.map(partial(_look, corpus, sets, examples), corpus.chunks(), size=corpus.size)) as parts:
        for part in parts:
            counts.update(part.counts)
            for side, more in part.rules.items():
                rules[side].update(more)
                hits[side].update(part.hits[side])
            chosen = tuple(sorted(chosen + part.examples)[:examples])
            count.add(part.documents, part.unreadable)
            if progress is not None:
                progress(count.documents, part.read, corpus.size)
    count.check(corpus)
    by_rule: dict[Side, dict[str, int]] = {side: dict(found.most_common()) for side, found in rules.items()}
    sums = {name: counts[name] for name in ("both_keep", "both_drop", "first_drops", "second_drops")}
    both: tuple[tuple[Side, RuleSet], ...] = (("first", sets[0]), ("second", sets[1]))
    idle = {side: tuple(r.name for r in rule_set.rules if not hits[side][r.name]) for side, rule_set in both}
    told: dict[str, Any] = {**sums, "rules": by_rule, "examples": chosen, "idle": idle}
    return Flips(sets[0].name, sets[1].name, unreadable=count.unreadable, **told)


def _loaded(rule_set: str | RuleSet) -> RuleSet:
    return rule_set if isinstance(rule_set, RuleSet) else load(rule_set)


@dataclass(frozen=True)
class _Part:
    """What one batch came to."""

    documents: int
    read: int
    unreadable: tuple[Unreadable, ...]
    counts: dict[str, int]
    rules: dict[Side, dict[str, int]]
    hits: dict[Side, dict[str, int]]
    """Of all documents, how many each rule rejects."""
    examples: tuple[Flip, ...]


def _look(corpus: Corpus, sets: tuple[RuleSet, RuleSet], examples: int, chunk: Chunk) -> _Part:
    """Both sets on one batch; in any thread or process."""
    batch = corpus.parse(chunk)
    measured = Measured(batch)
    fails = tuple(rule_set.fails(measured) for rule_set in sets)
    first, second = (verdicts.any(axis=1) for verdicts in fails)
    only: dict[Side, Any] = {"first": first & ~second, "second": second & ~first}
    counts = {"both_keep": int((~first & ~second).sum()), "both_drop": int((first & second).sum())}
    counts |= {f"{side}_drops": int(rows.sum()) for side, rows in only.items()}
    rules: dict[Side, dict[str, int]] = {}
    hits: dict[Side, dict[str, int]] = {}
    chosen: list[Flip] = []
    sides: tuple[tuple[Side, Any, RuleSet, RuleSet], ...]
    sides = (("first", fails[0], *sets), ("second", fails[1], *sets[::-1]))
    for side, verdicts, these, others in sides:
        rows = only[side]
        rejected = verdicts[rows].sum(axis=0).tolist()
        rules[side] = {rule.name: n for rule, n in zip(these.rules, rejected, strict=True) if n}
        hits[side] = {rule.name: n for rule, n in zip(these.rules, verdicts.sum(axis=0).tolist(), strict=True) if n}
        drawn = measured.drawn[rows[measured.drawn]][:examples]
        chosen += [_flip(corpus, measured, row, side, these, others, verdicts[row]) for row in drawn.tolist()]
    return _Part(len(batch), chunk.done, tuple(batch.unreadable), counts, rules, hits, tuple(sorted(chosen)[:examples]))


def _flip(
    corpus: Corpus, measured: Measured, row: int, drops: Side, these: RuleSet, others: RuleSet, failed: Any
) -> Flip:
    """One document, told."""
    batch, other = measured.batch, {rule.name: rule for rule in others.rules}
    rejecting = [rule for rule, hit in zip(these.rules, failed.tolist(), strict=True) if hit]
    reasons = tuple(
        (_verdict(measured, row, rule), _verdict(measured, row, other[rule.name]) if rule.name in other else None)
        for rule in rejecting
    )
    return Flip(
        int(measured.priorities[row]),
        corpus.files[int(batch.file[row])].path,
        int(batch.record[row]),
        batch.columns["id"][row] if "id" in batch.columns.columns else None,
        drops,
        reasons,
        evidence(batch.text[row], rejecting[0].signal),
    )


def _verdict(measured: Measured, row: int, rule: Rule) -> Verdict:
    return Verdict(rule.name, label(rule.signal), float(measured[rule.signal][row]), str(rule.bounds))
