"""Whom the corpus speaks of, and what it says of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from dataqual.document_sample import DocumentSample
from dataqual.excerpts import marked
from dataqual.finding import Finding
from dataqual.masking import hidden, mask
from dataqual.people.association import associations, controlled, with_examples
from dataqual.people.counterfactuals import counterfactual_pairs
from dataqual.people.mentions import Mentions, Spot
from dataqual.people.references import Shares, reference
from dataqual.people.representation import Represented, documents_naming_anyone, represented
from dataqual.people.words import FLAGGED, OURS, Lexicon, lexicon
from dataqual.profiling.sections import Setting
from dataqual.reading import Reading, wilson

ALONE = True
SIZE = 4_000
"""Documents: short ones name people rarely, and what is said of whom wants many."""
BYTES = 8 << 20
"""Bytes of them at most: read in a third of a second."""
GROUPS = 12
"""Groups of an axis that are listed; the others are counted in it."""
QUOTED = 4
"""Groups of an axis of which a sentence is shown."""
LISTED = 20
"""Associations that are listed, the surest first."""
SHOWN = 12
"""Associations of which sentences are shown."""
BESIDE = 100
"""Characters on either side of a sentence that are looked at to tell an address cut by its end."""

FEW = 100
"""Mentions from which on a finding speaks of an axis."""
LOPSIDED = 0.8
"""Share of an axis of two groups above which the other is hardly there: four of one for one of the other."""
TWO = {"gender": ("female", "male")}


def facts(sample: DocumentSample, setting: Setting) -> dict[str, Any] | None:
    """Counts by axis, what is said of whom, sentences that are there with their gender changed; None where nobody is named."""
    sample = sample.first(SIZE, BYTES)
    if not len(sample):
        return None
    words, shares = checked(setting.extras.get("people") or (), setting.extras.get("census"))
    mentions = Mentions.of(sample.text, words)
    named = documents_naming_anyone(mentions)
    quote = _Quotes(sample, setting, mentions)
    axes = [_axis(mentions, axis, quote, shares.get(axis)) for axis in mentions.lexicon.axes]
    axes = [axis for axis in axes if axis["groups"]]
    if not axes:
        return None
    interval = None if sample.complete else wilson(named, len(sample))
    naming = sample.reading("naming", named / len(sample), interval, detail={"documents": named})
    return {
        "sample": {"documents": len(sample), "of": sample.of, "complete": sample.complete},
        "lexicons": [*OURS, *(setting.extras.get("people") or ())],
        "naming": naming.facts(),
        "axes": axes,
        "associations": _associations(mentions, quote),
        "counterfactuals": _counterfactuals(mentions, sample),
    }


def checked(lexicons: Sequence[str], census: str | None) -> tuple[Lexicon, Shares]:
    """Our words with those of more files, and the shares of a table; SpecError where either will not do."""
    words = lexicon(*OURS, *lexicons)
    shares = reference(census) if census else {}
    for axis, groups in shares.items():
        for group in groups:
            words.group(axis, group)
    return words, shares


class _Quotes:
    """Sentences as examples: where they stand, with what is personal in them masked."""

    def __init__(self, sample: DocumentSample, setting: Setting, mentions: Mentions) -> None:
        self.sample, self.setting, self.mentions = sample, setting, mentions

    def __call__(self, spot: Spot) -> dict[str, Any]:
        row = spot.document
        found: dict[str, Any] = {
            "file": self.setting.path(int(self.sample.file[row])),
            "record": int(self.sample.record[row]),
        }
        if (name := self.sample.values("id")[row]) is not None:
            found["id"] = mask(name)
        return found | marked(shown(spot, self.sample.texts[row]), list(spot.marks), cut=bool(self.sample.cut[row]))

    def of_group(self, label: int) -> dict[str, Any] | None:
        """The first sentence that names a group."""
        mentions = self.mentions
        chosen = np.flatnonzero((mentions.label == label) & ~mentions.ambiguous)
        if not len(chosen):
            return None
        return self(mentions.spot(int(mentions.sentence[mentions.at[chosen[0]]]), (label,)))


def shown(spot: Spot, document: str) -> str:
    """A sentence as it may be shown: what is personal is told by what stands around it, and flagged words are hidden."""
    at = document.find(spot.text)
    start = max(0, at - BESIDE)
    around = mask(document[start : at + len(spot.text) + BESIDE])
    text = around[at - start : at - start + len(spot.text)]
    return hidden(text, [mark for mark in spot.marks if mark[2] == FLAGGED])


def _axis(mentions: Mentions, axis: str, quote: _Quotes, shares: Mapping[str, float] | None) -> dict[str, Any]:
    groups = represented(mentions, axis, reference=shares)
    numbers = mentions.lexicon.groups(axis)
    documents = int((mentions.counts(list(numbers.values())).sum(axis=1) > 0).sum())
    listed = [_group(mentions, found, numbers[found.group]) for found in groups[:GROUPS]]
    for row, found in zip(listed[:QUOTED], groups, strict=False):
        if (example := quote.of_group(numbers[found.group])) is not None:
            row["example"] = example
    return {
        "axis": axis,
        "mentions": groups[0].of if groups else 0,
        "documents": documents,
        "ambiguous": sum(group.ambiguous for group in groups),
        "groups": listed,
        "more": max(0, len(groups) - GROUPS),
    }


def _group(mentions: Mentions, found: Represented, number: int) -> dict[str, Any]:
    words = {"terms": mentions.terms(number), "ambiguous_terms": mentions.terms(number, ambiguous=True)}
    return found.facts() | {name: terms for name, terms in words.items() if terms}


def _associations(mentions: Mentions, quote: _Quotes) -> dict[str, Any]:
    """All axes under one control of false ones."""
    found = controlled([one for axis in mentions.lexicon.axes for one in associations(mentions, axis)])
    sure = [one for one in found if one.significant]
    rows = [one.facts() for one in (sure or found)[:LISTED]]
    for row, one in zip(rows[:SHOWN], sure, strict=False):
        row["examples"] = [quote(spot) for spot in with_examples(mentions, one).spots]
    return {"tested": len(found), "significant": len(sure), "rows": rows if sure else []}


def _counterfactuals(mentions: Mentions, sample: DocumentSample) -> dict[str, Any]:
    """Within the sample alone: a pair whose halves stand in two documents is seen only where both were drawn."""
    found = counterfactual_pairs(mentions)
    interval = found.interval if not sample.complete else None
    detail: dict[str, Any] = {"paired": found.paired} | ({} if sample.complete else {"in_sample_alone": True})
    method = "exact" if sample.complete else "sample"
    reading = Reading("counterfactual_pairs", found.share, found.sentences, "sentences", "", method, interval, detail)  # type: ignore[arg-type]
    return reading.facts() | {"examples": [[mask(text)[:200] for text in pair] for pair in found.examples]}


def findings(block: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterator[Finding]:
    """An axis of two groups of which one is hardly named, and flagged words that keep company with a group."""
    for axis in block["axes"]:
        groups = {group["group"]: group for group in axis["groups"]}
        pair = [groups[name] for name in TWO.get(axis["axis"], ()) if name in groups]
        if len(pair) == 2:
            yield from _lopsided(axis, *sorted(pair, key=lambda group: -group["mentions"]))
    for row in block["associations"]["rows"]:
        if row["list"] == FLAGGED and row["log_odds"] > 0 and row["q"] <= 0.05:
            yield _maligned(row)


def _lopsided(axis: Mapping[str, Any], more: Mapping[str, Any], less: Mapping[str, Any]) -> Iterator[Finding]:
    low = more["interval"][0]
    if more["mentions"] + less["mentions"] < FEW or low <= LOPSIDED:
        return
    times = f"{more['mentions'] / less['mentions']:.1f}" if less["mentions"] else ""
    headline = (
        f"{more['group']} is named {times} times as often as {less['group']}"
        if times
        else f"{less['group']} is never named, {more['group']} is"
    )
    reading = {
        "value": more["share"],
        "n": axis["mentions"],
        "of": "mentions",
        "method": "sample",
        "interval": more["interval"],
    }
    yield Finding(
        "lopsided_" + str(axis["axis"]),
        "note",
        headline,
        reading,
        f"A model learns whom the world is made of from whom its text names: here {less['mentions']:,} words name {less['group']}.",
        example=less.get("example"),
        say="compare with whom the model is for, or balance the sources; docs/people.md says how",
        where="people",
    )


def _maligned(row: Mapping[str, Any]) -> Finding:
    factor = np.exp(row["log_odds"])
    reading = {"value": row["often"], "n": row["words"], "of": "words", "method": "exact"}
    return Finding(
        f"maligned_{row['axis']}_{row['group']}",
        "warning",
        f"flagged words stand {factor:.1f} times as often beside {row['group']} as beside others",
        reading,
        "A model learns of whom such words are said. Read the sentences before anything is dropped: quotation and report have them too.",
        example=(row.get("examples") or [None])[0],
        say="look at the sentences in the section on people; the signal flagged_words finds the documents",
        where="people",
    )
