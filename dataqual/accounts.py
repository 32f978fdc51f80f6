"""The account of a cleaning: from what was gathered to facts, and what of it is a finding (docs/facts.md)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual import specs
from dataqual.corpus import Address, Corpus
from dataqual.effects import COUNTS, SUMS, Costs, Effects, Reason, Shown, Told
from dataqual.errors import InputError
from dataqual.excerpts import differences, excerpt, marked, replaced
from dataqual.finding import SEVERITIES, Finding, percent
from dataqual.masking import mask
from dataqual.metrics.distribution import QUANTILES
from dataqual.readers.paths import readable
from dataqual.reading import wilson
from dataqual.recipe import Recipe, recipes
from dataqual.views import in_words_of, view_of

LISTED = 50
"""Groups that are listed by themselves, the largest; the others are one row."""

FILES = 50
"""Input files that are named; the rest are counted."""

LEAST = 50
"""Documents of a group from which its loss is judged: of fewer, one more or less is two per cent."""

TIMES = 2.0
"""A group that loses this many times what all others lose, or keeps that many times less, is another mixture than the
corpus was; published mixtures weigh sources by factors of about that, so it is as much as a decision, taken unseen."""

SPARED = 0.05
"""A loss of less is no finding, whatever the others lose: it changes no mixture."""

MUCH = 0.25
"""From a quarter of all documents on, what a single rule takes is told before all else: it alone decides what the corpus is."""

EATEN = 0.5
"""From this share on, at the lower end of its interval, a loss is serious: most of the group is gone."""

WORST = 5
"""Findings of one grouping, the worst; the table has all groups."""

Fetch = Callable[[list[Address]], list[str]]


def account(corpus: Corpus, recipe: Recipe, effects: Effects, rules: Sequence[str], fetch: Fetch) -> dict[str, Any]:
    """As plain JSON values: sums, reasons with examples, costs by group, findings; personal data in them is masked.

    `rules` are those of the costs, in their order; `fetch` gives documents that were kept in the place of copies.
    """
    names = [readable(file.path) for file in corpus.files]
    costs = {role: _cost(corpus, recipe, role, costs, rules) for role, costs in effects.costs.items()}
    originals = _originals(effects, len(names), fetch)
    reasons = _reasons(effects.reasons, rules, names, originals, int(effects.before[0]))
    _show_kept(view_of(corpus).thumbnails(corpus, originals), names, reasons)
    facts = {
        "corpus": {
            "files": names[:FILES],
            "files_more": max(0, len(names) - FILES),
            **({"folder": above} if (above := _folder(names)) else {}),
            "columns": {role: getattr(corpus.columns, role) for role in ("text", "id", "label", "group")},
            "view": corpus.view,
            **({"asked": dict(corpus.asked)} if corpus.asked else {}),
        },
        "recipe": {
            "name": recipe.name,
            "about": recipe.about,
            "language": recipe.language,
            "steps": [specs.unfolded(step) for step in recipe.says],
        },
        "before": dict(zip(SUMS, effects.before.tolist(), strict=True)),
        "after": dict(zip(SUMS, effects.after.tolist(), strict=True)),
        "reasons": reasons,
        "groups": [facts for facts, _ in costs.values()],
    }
    found = [
        *_much_by_one(reasons, recipe, facts),
        *(finding for _, findings in costs.values() for finding in findings),
    ]
    found.sort(key=lambda finding: (SEVERITIES.index(finding.severity), -(finding.reading["value"] or 0), finding.name))
    facts |= {"findings": [finding.facts() for finding in found]}
    told: dict[str, Any] = view_of(corpus).units(facts)
    return told


def _folder(names: Sequence[str]) -> str | None:
    """The folder that all files lie in, as it is written; None of one file, or where there is none.

    >>> _folder(["photos/cat/1.jpg", "photos/dog/2.png"]), _folder(["a.jsonl"]), _folder(["a.jsonl", "b.jsonl"])
    ('photos', None, None)
    """
    try:
        return os.path.commonpath([os.path.dirname(name) for name in names]) or None if len(names) > 1 else None
    except ValueError:  # some relative, some not
        return None


def share(hits: int, n: int) -> dict[str, Any]:
    """A share of all documents, counted, with the interval of what it says of others like them; None of none."""
    facts: dict[str, Any] = {"value": hits / n if n else None, "n": n, "of": "documents", "method": "exact"}
    return facts | ({"interval": list(wilson(min(hits, n), n) or ())} if n else {})


# What was done for which reason


def _reasons(
    reasons: Mapping[Reason, Told],
    rules: Sequence[str],
    names: Sequence[str],
    originals: Mapping[Address, str],
    n: int,
) -> list[dict[str, Any]]:
    """In the order of the recipe, and where it is the same, of their names."""
    order = {rule: at for at, rule in enumerate(rules)}
    ranked = sorted(reasons, key=lambda reason: (order.get(reason[2], len(order)), reason))
    return [_reason(reason, reasons[reason], names, originals, n) for reason in ranked]


def _reason(
    reason: Reason, told: Told, names: Sequence[str], originals: Mapping[Address, str], n: int
) -> dict[str, Any]:
    action, step, rule = reason
    return {
        "action": action,
        "step": step,
        "rule": rule,
        "signal": told.signal,
        "unit": told.unit,
        "threshold": told.threshold,
        "ends": [float(end) for end in re.findall(r"-?\d+\.?\d*(?:e[-+]?\d+)?", told.threshold or "")],
        "documents": told.documents,
        "characters": told.characters,
        "share": {"value": told.documents / n if n else None, "n": n, "of": "documents", "method": "exact"},
        "values": _values(told),
        "examples": [_example(shown, names, originals) for shown in told.examples],
    }


def _values(told: Told) -> dict[str, Any] | None:
    """How what was measured is distributed over these documents; None where nothing was."""
    sketch = told.values
    if sketch is None:
        return None
    quantiles = {str(q): sketch.quantile(q) for q in QUANTILES}
    return {"min": sketch.low, "max": sketch.high, "mean": sketch.mean, "quantiles": quantiles} | {
        "histogram": sketch.histogram()
    }


def _example(shown: Shown, names: Sequence[str], originals: Mapping[Address, str]) -> dict[str, Any]:
    place = {"file": names[shown.file], "record": shown.record, "id": mask(shown.id) if shown.id else shown.id}
    facts = place | marked(shown.text, list(shown.marks), cut=shown.cut) | {"value": shown.value}
    if shown.picture is not None:
        facts |= {"picture": shown.picture}
        facts |= {"picture_after": shown.picture_after} if shown.picture_after is not None else {}
    if shown.seen:
        facts |= {"seen": mask(shown.seen)}
    if shown.edits:
        return facts | {"diff": replaced(shown.text, shown.edits)}
    if shown.after is not None:
        return facts | {"diff": differences(shown.text, shown.after)}
    if shown.similarity is None:
        return facts
    facts |= {"similarity": shown.similarity}
    if shown.original is None or (kept := originals.get(shown.original)) is None:
        return facts
    file, record = shown.original
    diff = {"diff": differences(kept, shown.text)} if kept != shown.text else {}
    return facts | {"kept": {"file": names[file], "record": record} | excerpt(kept)} | diff


def _show_kept(thumbnails: Mapping[Address, str], names: Sequence[str], reasons: Sequence[Mapping[str, Any]]) -> None:
    """Thumbnails of what was kept in the place of the copies that are shown, put beside them."""
    thumbs = {(names[file], record): image for (file, record), image in thumbnails.items()}
    for reason in reasons:
        for example in reason["examples"]:
            if "kept" in example and (example["kept"]["file"], example["kept"]["record"]) in thumbs:
                example["kept"]["picture"] = thumbs[example["kept"]["file"], example["kept"]["record"]]


def _originals(effects: Effects, files: int, fetch: Fetch) -> dict[Address, str]:
    """The documents that were kept in the place of the copies that are shown; those of another corpus are not had."""
    shown = (example for told in effects.reasons.values() for example in told.examples)
    wanted = sorted({one.original for one in shown if one.original is not None and one.original[0] < files})
    with suppress(InputError):  # a file that is gone, or was changed meanwhile
        return dict(zip(wanted, fetch(wanted), strict=True)) if wanted else {}
    return {}


# What it cost whom


def _cost(
    corpus: Corpus, recipe: Recipe, role: str, costs: Costs, rules: Sequence[str]
) -> tuple[dict[str, Any], list[Finding]]:
    """The facts of one grouping, and the groups of it that lost far more than the others."""
    column = str(getattr(corpus.columns, role, None) or role)
    ordered = sorted(costs.rows.items(), key=lambda item: (-int(item[1][0]), item[0] is None, item[0] or ""))
    rest = [numbers for _, numbers in ordered[LISTED:]]
    facts = {
        "role": role,
        "column": column,
        "distinct": len(ordered),
        "overflow": costs.overflow,
        "rows": [_row(name, numbers, rules) for name, numbers in ordered[:LISTED]],
        "rest": _row(None, np.sum(rest, axis=0), rules) | {"groups": len(rest)} if rest else None,
    }
    found = list(_eaten(recipe, in_words_of(corpus.view, "documents"), role, column, ordered, rules))
    return facts, sorted(found, key=lambda finding: (-(finding.reading["value"] or 0), finding.name))[:WORST]


def _row(name: str | None, numbers: NDArray[np.int64], rules: Sequence[str]) -> dict[str, Any]:
    counts = dict(zip(COUNTS, numbers[: len(COUNTS)].tolist(), strict=True))
    by_rule = dict(zip(rules, numbers[len(COUNTS) :].tolist(), strict=True))
    worst = sorted((rule for rule in by_rule if by_rule[rule]), key=lambda rule: -by_rule[rule])
    lost = share(counts["dropped"], counts["documents"])
    shown = None if name is None else mask(readable(name))
    return {"value": shown, **counts, "lost": lost, "rules": {rule: by_rule[rule] for rule in worst}}


def _eaten(
    recipe: Recipe,
    noun: str,
    role: str,
    column: str,
    rows: Sequence[tuple[str | None, NDArray[np.int64]]],
    rules: Sequence[str],
) -> Iterator[Finding]:
    """Groups whose loss, at the lower end of its interval, is far above that of all others, at its upper end."""
    documents, dropped = (sum(int(numbers[at]) for _, numbers in rows) for at in (0, 1))
    for name, numbers in rows:
        n, lost = int(numbers[0]), int(numbers[1])
        others = wilson(min(dropped - lost, documents - n), documents - n)
        own = wilson(min(lost, n), n)
        if n < LEAST or own is None or others is None or not far_above(own[0], others[1]):
            continue
        row = _row(name, numbers, rules)
        rule, count = next(iter(row["rules"].items()), ("", 0))
        value = "(none)" if row["value"] is None else row["value"]
        rest = percent((dropped - lost) / (documents - n))
        yield Finding(
            f"loss {column}={value}",
            "error" if own[0] >= EATEN else "warning",
            f"{column} {value} loses {percent(lost / n)} of its documents, all others {rest}".replace(
                "of its documents, all others", f"of its {noun}, all others"
            ),
            row["lost"],
            "What is left is another mixture than the corpus was, which nobody decided; a rule may be made for another "
            "language or kind of text.",
            None,
            _to_spare(recipe, rule, count, lost),
            None,
            f"cost-{role}",
        )


def far_above(loss: float, others: float) -> bool:
    """Whether one loses more than `TIMES` what the others do, or keeps that many times less; no loss below `SPARED` is.

    >>> far_above(0.3, 0.1), far_above(0.15, 0.1), far_above(0.95, 0.6), far_above(0.04, 0.0)
    (True, False, True, False)
    """
    return loss >= SPARED and (loss > TIMES * others or (1 - loss) * TIMES < 1 - others)


def _to_spare(recipe: Recipe, rule: str, count: int, lost: int) -> str:
    """What to do about a group that loses much; what was done by options alone has no file with bounds to move."""
    if recipe.says:
        return (
            f"look at the examples of `{rule}`, which takes {count:,} of these {lost:,}; if they are sound, move its "
            "bounds, or clean these documents with another recipe"
        )
    return (
        f"look at the examples of `{rule}`, which takes {count:,} of these {lost:,}; if they are sound, treat these "
        "documents on their own, with other options"
    )


def _much_by_one(reasons: Sequence[Mapping[str, Any]], recipe: Recipe, facts: Mapping[str, Any]) -> Iterator[Finding]:
    """A recipe that drops most of a corpus was made for another one; so was a rule that alone takes a large share of it."""
    dropped = [reason for reason in reasons if reason["action"] == "dropped"]
    n, gone = facts["before"]["documents"], sum(reason["documents"] for reason in dropped)
    view = facts["corpus"]["view"]
    worst = max(dropped, key=lambda reason: reason["documents"], default=None)
    if worst is not None and gone > EATEN * n:
        yield Finding(
            "most_gone",
            "warning",
            in_words_of(view, f"{percent(min(gone / n, 1.0))} of the documents go, most by {worst['rule']}"),
            {"value": min(gone / n, 1.0), "n": n, "of": "documents", "method": "exact"},
            "A recipe that leaves less than half of a corpus was made for other documents, or the corpus is not what it seems.",
            None,
            _to_change(recipe, worst),
            None,
            "rules",
        )
    for reason in dropped:
        told = reason is worst and gone > EATEN * n
        if told or n < LEAST or reason["documents"] <= MUCH * n:
            continue
        yield Finding(
            f"much_by_one {reason['rule']}",
            "warning",
            in_words_of(view, f"{reason['rule']} alone takes {percent(reason['documents'] / n)} of all documents"),
            share(reason["documents"], n),
            "A limit that suits one kind of text takes most of another, such as short entries, messages or reviews.",
            None,
            _to_change(recipe, reason),
            None,
            "rules",
        )


def _to_change(recipe: Recipe, reason: Mapping[str, Any]) -> str:
    """What a rule takes that takes too much, and what to do about it."""
    rule, taken, signal = reason["rule"], reason["documents"], reason["signal"]
    what = f"{taken:,} documents"
    if signal is not None and reason["values"]:
        median = reason["values"]["quantiles"]["0.5"]
        what += f" whose {signal} is not {reason['threshold']} (median {median:.2g})"
    if recipe.name in recipes():
        how = (
            f"write the recipe out (`dataqual recipes {recipe.name} > mine.yaml`), move the bounds of `{rule}` or take it "
            "out, and clean with `--recipe mine.yaml`"
        )
    elif recipe.says:
        how = f"move the bounds of `{rule}` in {recipe.name}, or take it out"
    else:
        how = f"leave out the `--drop` that has `{rule}`, or name a .yaml file of rules with other bounds"
    return f"`{rule}` takes {what}: look at its examples; if such documents belong in the corpus, {how}"
