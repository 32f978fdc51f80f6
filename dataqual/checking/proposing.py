"""`propose`: a suite that a fresh sample of the same corpus passes nearly always, with bounds that follow from what is seen.

The promise is of all checks together: `PASSES` of the fresh samples pass every one of them. Each check fails only if the
whole interval of what the fresh sample shows lies beyond its bound, and the bound is itself the end of such an interval
around what this corpus shows. If the true value lies within both, nothing can fail; so with k one-sided bounds and
intervals that miss on either side with a chance of at most (1 - PASSES) / 2k, the chance that any check fails is at most
1 - PASSES, whatever the size of the fresh sample. The intervals of shares (Clopper and Pearson) and of quantiles
(by ranks) keep this for any distribution, as long as documents are drawn independently; those of copies do for samples no
larger than the corpus, for a larger one holds a larger share of copies.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from dataqual import catalog
from dataqual.checking.running import check
from dataqual.corpus import Progress
from dataqual.operators import ViewName, Worse
from dataqual.readers.sources import as_corpus
from dataqual.rules import rule_sets
from dataqual.suites.columns import OfColumn
from dataqual.suites.suite import Suite
from dataqual.suites.verdicts import Outcome
from dataqual.views import in_words_of, view_of

PASSES = 0.99
"""Share of fresh samples of the same corpus that pass the whole suite."""

MISFIT = 0.5
"""A rule set that drops more than this share was made for other documents, and is not proposed."""

MANY = 50
"""A column of labels has at most so many values; of more, an unseen one is to be expected."""


@dataclass(frozen=True)
class Proposal:
    """A proposed suite, and what it rests on."""

    content: dict[str, Any]
    documents: int
    view: ViewName = "text"

    @property
    def suite(self) -> Suite:
        """Read as any other."""
        return Suite.of(self.content, "proposed suite")

    @property
    def promises(self) -> tuple[str, ...]:
        """What it promises, a sentence each."""
        return (
            in_words_of(self.view, f"Proposed from {self.documents:,} documents."),
            f"All bounds together are set so that at least {PASSES:.0%} of the fresh samples of the same source pass.",
            "A check fails only if the interval of what it sees lies beyond its bound, at the confidence below.",
            "Edit freely: tighten what you care about, delete the rest.",
        )

    def yaml(self, say: Callable[[str], str] = str) -> str:
        """As YAML, with a comment that says what it promises, in the language of `say`."""
        head = "".join(f"# {say(sentence)}\n" for sentence in self.promises)
        return head + yaml.safe_dump(self.content, sort_keys=False, allow_unicode=True, width=110)

    def __str__(self) -> str:
        return self.yaml()


def propose(
    source: Any,
    *,
    workers: int | None = None,
    max_memory: int | None = None,
    progress: Progress | None = None,
    inputs: Sequence[str] | None = None,
    **asked: Any,
) -> Proposal:
    """A suite for a corpus, from one pass over it; `source` and `asked` are those of `check`.

    >>> proposal = propose([f"document number {i} of this corpus" for i in range(400)])
    >>> proposal.suite.checks[0].expected, bool(check([f"document number {i} of this corpus" for i in range(200)], proposal.suite))
    ('the number of documents is >= 1', True)
    """
    corpus = as_corpus(source, **asked)
    columns = corpus.columns
    first = Suite.of([*_asked(corpus.view), *_asked_of_columns(columns.id, columns.label)], "proposal")
    seen = check(corpus, first, workers=workers, max_memory=max_memory, progress=progress, inputs=inputs)
    kept = [outcome for outcome in seen.outcomes if _fits(outcome)]
    sides = sum(map(_sides, kept))
    confidence = 1 - (1 - PASSES) / max(sides, 1)
    checks: list[dict[str, Any]] = [{"metric": "documents", "min": 1}]
    if view_of(corpus).has_text:
        checks += [{"columns": sorted({columns.text, *columns.extras().values()})}]
    checks += [bounded for outcome in kept for bounded in _bounded(outcome, confidence)]
    number = in_words_of(corpus.view, f"{seen.documents:,} documents")
    about = f"Proposed from {number} of {', '.join(seen.inputs[:3])}."
    content = {"about": about, "sampled": True, "confidence": round(confidence, 7), "checks": checks}
    return Proposal(content, seen.documents, corpus.view)


def _asked(view: ViewName) -> list[dict[str, Any]]:
    """What is looked at, with bounds that anything meets."""
    own = view_of(view)
    faults = [{"metric": name, "max": 1.0} for name in ("unreadable", "exact_copies", "near_copies", *own.shares)]
    signals = [{"signal": name, "quantile": q, "min": 0.0} for name, q in own.quantiles]
    return [*faults, *signals, *({"rules": name, "mostly": 0.0} for name in rule_sets(view))]


def _asked_of_columns(name: str | None, label: str | None) -> list[dict[str, Any]]:
    checks: list[dict[str, Any]] = []
    if name is not None:
        checks += [{"column": name, "nulls": 1.0}, {"column": name, "unique": True, "mostly": 0.0}]
    if label is not None:
        checks += [{"column": label, "nulls": 1.0}]
    return checks


def _fits(outcome: Outcome) -> bool:
    """Whether what was seen makes a check worth having."""
    if outcome.value is None:
        return False
    if "rules" in outcome.check.spec:
        return outcome.value >= MISFIT
    if outcome.check.spec.get("unique"):
        return outcome.value == 1.0  # ids that are not unique are no property to insist on
    return not isinstance(outcome.check.gauge, OfColumn)


def _worse(outcome: Outcome) -> Worse | None:
    """At which end of its signal a document is worse."""
    return catalog.signal(outcome.check.spec["signal"]).worse


def _sides(outcome: Outcome) -> int:
    """How many bounds the check gets."""
    return 2 if outcome.check.spec.get("quantile") is not None and _worse(outcome) is None else 1


def _bounded(outcome: Outcome, confidence: float) -> list[dict[str, Any]]:
    """The check with bounds at the ends of the interval around what was seen: at the one that is worse, where one is."""
    spec = {key: value for key, value in outcome.check.spec.items() if key not in ("min", "max", "mostly", "nulls")}
    interval = outcome.sight.estimate.interval(confidence)
    if interval is None:
        return []
    low, high = interval
    if "quantile" in spec:
        worse = _worse(outcome)
        ends = {"min": _rounded(low, down=True)} if low > 0 and worse != "high" else {}
        ends |= {"max": _rounded(high, down=False)} if high != float("inf") and worse != "low" else {}
        return (
            [{**spec, **{end: int(value) if value.is_integer() else value for end, value in ends.items()}}]
            if ends
            else []
        )
    if "rules" in spec or "unique" in spec:
        return [{**spec, "mostly": _rounded(low, down=True)}]
    if "column" in spec:
        return [{**spec, "nulls": _rounded(high, down=False)}]
    return [{**spec, "max": _rounded(high, down=False)}]


def _rounded(value: float, *, down: bool) -> float:
    """Three digits, always away from what was seen, so that a bound is never closer than it was computed.

    >>> _rounded(0.0123456, down=False), _rounded(0.98765, down=True), _rounded(1234.5, down=True)
    (0.0124, 0.987, 1230.0)
    """
    if value <= 0:
        return 0.0
    scale = 10 ** (math.floor(math.log10(value)) - 2)
    steps = math.floor(value / scale) if down else math.ceil(value / scale)
    rounded = float(f"{steps * scale:.12g}")
    return min(rounded, 1.0) if value <= 1 else rounded
