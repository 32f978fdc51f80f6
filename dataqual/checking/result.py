"""`Checked`: the verdicts of a suite on a corpus, to ask, save and show."""

from __future__ import annotations

import datetime as dt
import html
import json
import math
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from dataqual.checking.baseline import SCHEMA
from dataqual.errors import CheckFailed
from dataqual.excerpts import excerpt
from dataqual.finding import percent, plural
from dataqual.masking import mask
from dataqual.operators import ViewName
from dataqual.profiling.mending import clean_command
from dataqual.readers.paths import readable
from dataqual.readers.streams import COMPRESSIONS
from dataqual.suites.gauges import Shown
from dataqual.suites.suite import Suite
from dataqual.suites.verdicts import Outcome
from dataqual.version import __version__
from dataqual.views import in_words_of, view_of
from dataqual.writers.appearing import write_text

PASSED, FAILED, CANNOT_TELL = 0, 1, 2
"""Exit codes: a proven violation goes before what cannot be told."""

STATUSES = {"failed": "failed", "cannot tell": "cannot be told", "passed": "passed"}
"""How many of each are told, in this order."""
SIGNS = {"passed": "✓", "failed": "✗", "cannot tell": "?"}
QUOTED = 100
"""Characters of an example on a line for people."""
GROUPS_TOLD = 5


@dataclass(frozen=True)
class Checked:
    """The verdicts of a suite. True where nothing failed that must not, and everything could be told."""

    suite: Suite
    outcomes: tuple[Outcome, ...]
    inputs: tuple[str, ...]
    files: tuple[str, ...]
    formats: tuple[str, ...]
    documents: int
    unreadable: Mapping[str, int]
    """Records by kind of fault."""
    warnings: tuple[str, ...]
    columns: Mapping[str, str | None]
    view: ViewName = "text"
    """What the documents are."""
    baseline: str | None = None
    ledger: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    """What decided which documents were read, as `Corpus.options` has it."""

    @property
    def exit_code(self) -> int:
        """0: all pass; 1: a check failed that must not; 2: none did, but one cannot be told."""
        strict = [outcome for outcome in self.outcomes if outcome.check.severity == "fail"]
        if any(outcome.status == "failed" for outcome in strict):
            return FAILED
        return CANNOT_TELL if any(outcome.status == "cannot tell" for outcome in strict) else PASSED

    @property
    def ok(self) -> bool:
        """Whether all passed, but for warnings."""
        return self.exit_code == PASSED

    def __bool__(self) -> bool:
        return self.ok

    @property
    def failures(self) -> list[Outcome]:
        """The checks that failed and must not."""
        return [outcome for outcome in self.outcomes if outcome.failed]

    def __getitem__(self, name: str) -> Outcome:
        for outcome in self.outcomes:
            if outcome.check.name == name:
                return outcome
        raise KeyError(f"no check {name!r}; there are: {', '.join(o.check.name for o in self.outcomes)}")

    def or_raise(self) -> Checked:
        """Itself where it is ok; CheckFailed, which says what failed, where it is not."""
        if not self.ok:
            raise CheckFailed(str(self))
        return self

    # For machines

    def facts(self) -> dict[str, Any]:
        """As plain JSON values; what `--json` prints and a baseline is read from."""
        facts = {
            "schema": SCHEMA,
            "version": __version__,
            "verdict": ("passed", "failed", "cannot tell")[self.exit_code],
            "exit_code": self.exit_code,
            "corpus": {
                "inputs": [*map(readable, self.inputs)],
                "files": [*map(readable, self.files)],
                "documents": self.documents,
                "unreadable": dict(self.unreadable),
                "columns": {role: name for role, name in self.columns.items() if name is not None},
                "view": self.view,
            },
            "baseline": self.baseline,
            "ledger": self.ledger,
            "suite": {"about": self.suite.about} | self.suite.content if self.suite.about else self.suite.content,
            "checks": [self._check(outcome) for outcome in self.outcomes],
        }
        return _plain(facts)

    def _check(self, outcome: Outcome) -> dict[str, Any]:
        check = outcome.check
        facts: dict[str, Any] = {
            "name": check.name,
            "about": check.about or None,
            "severity": check.severity,
            "status": outcome.status,
            "expected": check.expected,
            "seen": seen(outcome),
            "value": outcome.value,
            "n": outcome.n,
            "of": check.gauge.of,
            "share": _is_share(outcome),
            "bounds": {end: value for end, value in asdict(check.bounds).items() if value is not None},
            "interval": list(outcome.interval) if outcome.interval else None,
            "sure": outcome.sure,
            "failing": outcome.sight.failing,
            "why": outcome.why or None,
            "estimate": outcome.sight.estimate.facts(),
            "examples": [self.example(shown) for shown in outcome.examples] if outcome.status != "passed" else [],
            "mend": self.mend(outcome),
            "spec": dict(check.spec),
        }
        if "rules" in outcome.sight.detail:
            facts["rules"] = outcome.sight.detail["rules"]
        if outcome.groups:
            facts["groups"] = [
                {"group": name, "status": own.status, "value": own.value, "n": own.n, "failing": own.sight.failing,
                 "interval": list(own.interval) if own.interval else None,
                 "estimate": own.sight.estimate.facts(), "against": _against(own)}
                for name, own in outcome.groups.items()
            ]  # fmt: skip
        if outcome.against is not None:
            facts["against"] = _against(outcome)
        return facts

    def example(self, shown: Shown) -> dict[str, Any]:
        """One document or value, with its place; what is private in it is masked."""
        facts: dict[str, Any] = {"file": readable(self.files[shown.file]), "record": shown.record}
        if self.formats[shown.file] == "jsonl":
            facts["line"] = shown.record
        if shown.id is not None:
            facts["id"] = mask(shown.id)
        if shown.value is not None:
            facts["value"] = mask(shown.value[:QUOTED]) if isinstance(shown.value, str) else shown.value
        if shown.note:
            facts["note"] = shown.note
        if shown.text is not None and view_of(self.view).has_text:
            facts |= excerpt(shown.text, shown.signal, cut=shown.cut)
        return facts

    def mend(self, outcome: Outcome) -> str | None:
        """The command that leaves out what makes a check fail; None where there is none."""
        if outcome.status != "failed" or not outcome.check.mend:
            return None
        option, what = outcome.check.mend
        facts = {
            "corpus": {
                "embedded_sample": False,
                "inputs": [*map(readable, self.inputs)],
                "files": [
                    {"path": readable(path), "format": kind, "compression": _compression(path)}
                    for path, kind in zip(self.files, self.formats, strict=True)
                ],
                "files_more": 0,
                "view": self.view,
            },
            "options": dict(self.options),
        }
        if option == "--drop":
            return clean_command(facts, what)
        command = clean_command(facts, f"{_file_name(outcome.check.name)}.yaml")
        if command is None:
            return None
        recipe = f"{_file_name(outcome.check.name)}.yaml"
        return f"echo {shlex.quote(what)} > {recipe} && " + command.replace(f"--drop {recipe}", f"--recipe {recipe}")

    def save(self, path: str | Path) -> Path:
        """Write the facts as JSON, as a baseline for later checks; returns where."""
        write_text(Path(path), json.dumps(self.facts(), ensure_ascii=False, indent=1, allow_nan=False) + "\n")
        return Path(path)

    # For people

    def __str__(self) -> str:
        return "\n".join(text for text, _ in self.lines())

    def __repr__(self) -> str:
        return f"<Checked: {self.headline}>"

    @property
    def headline(self) -> str:
        """How many passed of how many."""
        inputs = ", ".join(map(readable, self.inputs[:3])) + (" …" if len(self.inputs) > 3 else "")
        counts: Counter[str] = Counter(outcome.status for outcome in self.outcomes)
        told = ", ".join(f"{counts[status]} {said}" for status, said in STATUSES.items() if counts[status])
        documents = in_words_of(self.view, plural(self.documents, "document"))
        return f"{inputs}: {documents}, {plural(len(self.outcomes), 'check')}: {told}"

    def lines(self) -> Iterator[tuple[str, str | None]]:
        """Lines for a terminal, each with the colour it is best shown in: what failed first, with all that explains it."""
        yield self.headline, None
        if self.unreadable:
            kinds = ", ".join(f"{count:,} {kind}" for kind, count in self.unreadable.items())
            yield f"records that could not be read: {kinds}", None
        order = ("failed", "cannot tell", "passed")
        for outcome in sorted(self.outcomes, key=lambda o: (order.index(o.status), o.check.severity != "fail")):
            yield from self._lines(outcome)
        if self.ledger is not None:
            yield "", None
            yield f"{in_words_of(self.view, 'every document that is not as expected')}: {self.ledger}", None

    def _lines(self, outcome: Outcome) -> Iterator[tuple[str, str | None]]:
        check, warns = outcome.check, outcome.check.severity == "warn"
        sign = "!" if warns and outcome.status == "failed" else SIGNS[outcome.status]
        colour = {"passed": "green", "failed": "yellow" if warns else "red", "cannot tell": "yellow"}[outcome.status]
        if outcome.status == "passed":
            yield f"{sign} {check.name}: {in_words_of(self.view, seen(outcome))}{_note(outcome)}", colour
            return
        word = {"failed": "a warning" if warns else "failed", "cannot tell": "cannot tell"}[outcome.status]
        yield "", None
        yield f"{sign} {check.name} ({word})", colour
        if check.about:
            yield f"    {check.about}", None
        yield f"    expected: {in_words_of(self.view, check.expected)}", None
        yield f"    seen:     {in_words_of(self.view, seen(outcome))}{_note(outcome)}", None
        for name, count in list(outcome.sight.detail.get("rules", {}).items())[:GROUPS_TOLD]:
            yield f"      {name}: {in_words_of(self.view, plural(count, 'document'))}", None
        for shown in outcome.examples:
            yield f"    {self.told(shown)}", None
        if command := self.mend(outcome):
            yield f"    mend: {command}", None

    def told(self, shown: Shown) -> str:
        """An example on a line: its place, its value, and why, or how it begins."""
        example = self.example(shown)
        place = f"{example['file']}:{shown.record}"
        value = f" {_number(shown.value)}" if isinstance(shown.value, int | float) and shown.text is not None else ""
        if shown.text is None and shown.value is not None:
            value = f" {example['value']!r}" if isinstance(shown.value, str) else f" {str(example['value'])[:QUOTED]}"
        text = example.get("text")
        if text and example["marks"]:
            start, end, why = example["marks"][0]
            note = f" {shown.note}“{_line(text[max(0, start - 20) : max(end, start + QUOTED - 20)])}” ({why})"
        elif text is not None:
            note = f" {shown.note}“{_line(text[:QUOTED])}{'…' if len(text) > QUOTED else ''}”"
        else:
            note = f" {shown.note}" if shown.note else ""
        return f"{place}{value}{note}"

    def _repr_html_(self) -> str:
        """A small table for notebooks."""
        rows = "".join(
            f"<tr><td>{SIGNS[o.status]} {html.escape(o.status)}</td><td>{html.escape(o.check.name)}</td>"
            f"<td>{html.escape(o.check.expected)}</td><td>{html.escape(seen(o) + _note(o))}</td>"
            f"<td>{'<br>'.join(html.escape(self.told(s)) for s in o.examples) if o.status != 'passed' else ''}</td></tr>"
            for o in self.outcomes
        )
        head = "<tr><th></th><th>check</th><th>expected</th><th>seen</th><th>examples</th></tr>"
        return f"<table><caption>{html.escape(self.headline)}</caption>{head}{rows}</table>"


def _against(outcome: Outcome) -> dict[str, Any] | None:
    """By how much it has changed since the baseline; None where it was not compared."""
    against = outcome.against
    if against is None:
        return None
    return {
        "before": against.before.seen[0],
        "change": against.change,
        "interval": list(against.interval) if against.interval else None,
        "worse": against.worse,
    }


def seen(outcome: Outcome) -> str:
    """What a check saw, in words: the number, its interval, and of how many."""
    if outcome.groups:
        return _groups(outcome)
    if outcome.value is None or not outcome.n:
        return outcome.why or "nothing"
    share = _is_share(outcome)
    say = percent if share else _number
    around = ""
    if outcome.interval and outcome.interval[0] != outcome.interval[1]:
        ends = [say(end) if math.isfinite(end) else "∞" for end in outcome.interval]
        of = f"{100 * outcome.check.confidence:.4g} % interval" if outcome.check.sampled else "within"
        around = f" ({of} {ends[0]} to {ends[1]})"
    if not share:
        n = "" if outcome.n == outcome.value else f", n = {outcome.n:,}"
        return f"{say(outcome.value)}{around}{n}"
    wrong = outcome.sight.failing
    failing = f", {wrong:,} not as expected" if wrong else ""
    return f"{say(outcome.value)}{around} of {outcome.n:,} {outcome.check.gauge.of}{failing}"


def _groups(outcome: Outcome) -> str:
    bad = {name: own for name, own in outcome.groups.items() if own.status != "passed"}
    told = [
        f"{name if name is not None else '(none)'} {seen(own)}{_since(own)}"
        for name, own in list(bad.items())[:GROUPS_TOLD]
    ]
    more = f", and {len(bad) - GROUPS_TOLD} more" if len(bad) > GROUPS_TOLD else ""
    if not bad:
        return f"all of {plural(len(outcome.groups), 'group')}"
    return f"{len(bad)} of {plural(len(outcome.groups), 'group')}: {', '.join(told)}{more}"


def _note(outcome: Outcome) -> str:
    parts = []
    if outcome.why and outcome.value is not None and not outcome.groups:
        parts.append(outcome.why)
    if not outcome.sure and outcome.status == "passed":
        parts.append("not sure: the interval reaches the bound")
    if since := _since(outcome):
        parts.append(since.removeprefix("; "))
    return f"; {'; '.join(parts)}" if parts else ""


def _since(outcome: Outcome) -> str:
    """By how much it has changed since the baseline, behind a semicolon; nothing where it has not, or was not compared."""
    against = outcome.against
    if against is None or not against.change:
        return ""
    say = _points if _is_share(outcome) else _signed
    around = f" [{say(against.interval[0])}, {say(against.interval[1])}]" if against.interval else ""
    return f"; since the baseline {say(against.change)}{around}{', worse' if against.worse else ''}"


def _is_share(outcome: Outcome) -> bool:
    return outcome.check.says.startswith("the share")


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:,.4g}"


def _signed(value: float) -> str:
    return f"{'+' if value >= 0 else ''}{value:.4g}"


def _points(value: float) -> str:
    return f"{100 * value:+.2g} points"


def _line(text: str) -> str:
    return " ".join(text.split())


def _compression(path: str) -> str | None:
    return next((kind for ending, kind in COMPRESSIONS.items() if path.endswith(ending)), None)


def _file_name(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name).strip("-") or "mend"


def _plain(value: Any) -> Any:
    """As JSON has it: no infinity, dates as strings, numbers of numpy as Python's."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return _plain(value.item()) if hasattr(value, "item") else str(value)
