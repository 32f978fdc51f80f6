"""`Cleaned`: what a run that writes a corpus came to, to ask and to print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from dataqual.finding import SIGNS, Finding
from dataqual.ledger import NEVER_MADE
from dataqual.writers.appearing import STDOUT


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
