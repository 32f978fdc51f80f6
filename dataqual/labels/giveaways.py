"""Words that give a label away: what nearly all documents that have them share is one label, too surely to be its subject."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dataqual.intervals import clopper_pearson
from dataqual.labels.judging import RARE, Classes
from dataqual.text import Text
from dataqual.vectors.text_classifier import terms_of

PURITY = 0.95
"""The share of documents with the word that must have the label, with all the words there are allowed for (Bonferroni)."""
COVERAGE = 0.2
"""The share of the label's documents that must have the word: few subjects have one that every fifth text needs."""
COMMONEST = 0.9
"""A label of more of all documents is given away by every word."""
LISTED = 10
RUN = re.compile("[a-z0-9]+")
"""What a name of a label is compared with as a whole, in lower case."""


@dataclass(frozen=True)
class Giveaway:
    """A word or phrase, or the name of a label, that tells the label."""

    phrase: str
    label: str
    documents: int
    """That have it."""
    hits: int
    """Of these, with the label."""
    of_label: int
    """Documents with the label."""
    named: bool
    """Whether it is the name of the label itself."""

    @property
    def purity(self) -> float:
        """The share of the documents with it that have the label."""
        return self.hits / self.documents

    @property
    def coverage(self) -> float:
        """The share of the label's documents that have it."""
        return self.hits / self.of_label

    def __str__(self) -> str:
        kind = "the name of the label" if self.named else "a phrase"
        return (
            f"{kind} gives {self.label!r} away: {self.phrase!r} stands in {self.hits:,} of its {self.of_label:,} documents,"
            f" and in {self.documents - self.hits:,} others"
        )

    def facts(self) -> dict[str, Any]:
        """As plain JSON values, with 95 % intervals."""
        own = ("phrase", "label", "documents", "hits", "of_label", "named", "purity", "coverage")
        intervals = {
            "purity_interval": list(clopper_pearson(self.hits, self.documents) or ()),
            "coverage_interval": list(clopper_pearson(self.hits, self.of_label) or ()),
        }
        return {name: getattr(self, name) for name in own} | intervals


def giveaways(text: Text, labels: Sequence[str | None]) -> list[Giveaway]:
    """Phrases that give labels away, those of the most documents first; of phrases in the same documents the longest.

    A word that belongs to a subject (goals to sports) is no mistake, but is told too if every fifth text has it.

    >>> text = Text.of([f"OK text {i}" for i in range(30)] + [f"text {i}" for i in range(30)])
    >>> [(one.phrase, one.label, one.hits) for one in giveaways(text, ["fine"] * 30 + ["faulty"] * 30)]
    [('ok text', 'fine', 30)]
    """
    counts: dict[str, int] = {}
    for label in labels:
        if label is not None:
            counts[label] = counts.get(label, 0) + 1
    n = sum(counts.values())
    classes = Classes.of(counts)
    if len(classes) < 2:
        return []
    codes = classes.codes(labels)
    terms = terms_of(text)
    rows, columns = terms.counts.rows, terms.counts.indices
    judged = codes[rows] >= 0
    width = terms.counts.shape[1]
    cells = np.bincount(codes[rows[judged]] * width + columns[judged], minlength=len(classes) * width)
    table = cells.reshape(len(classes), width)
    total = table.sum(axis=0)
    found = []
    for code, name in enumerate(classes.names):
        if counts[name] > COMMONEST * n:
            continue
        hits = table[code]
        likely = np.flatnonzero((hits >= max(RARE, COVERAGE * counts[name])) & (hits >= PURITY * total))
        for column in likely[np.argsort(-hits[likely], kind="stable")].tolist():
            low, _ = clopper_pearson(int(hits[column]), int(total[column]), 1 - 0.05 / max(width, 1)) or (0.0, 1.0)
            if low >= PURITY or (low >= 0.5 and hits[column] == total[column]):
                documents, own = int(total[column]), int(hits[column])
                found.append(Giveaway(terms.name(column), name, documents, own, counts[name], named=False))
    return [*_named(text, labels, classes, counts), *_longest(found)][:LISTED]


def _named(text: Text, labels: Sequence[str | None], classes: Classes, counts: dict[str, int]) -> list[Giveaway]:
    """Names of labels that stand in documents with the label at least twice as often as in others, and in every tenth."""
    found = []
    documents = [text[i].casefold() for i in range(len(text))]
    runs = [frozenset(RUN.findall(document)) for document in documents]
    for name in classes.names:
        folded = name.casefold().strip()
        if len(folded) < 2 or folded.replace(".", "").isdigit():
            continue
        with_it = _standing(folded, documents, runs)
        hits = sum(1 for has, label in zip(with_it, labels, strict=True) if has and label == name)
        total = sum(1 for has, label in zip(with_it, labels, strict=True) if has and label in classes.names)
        low, _ = clopper_pearson(hits, total) or (0.0, 1.0)
        if hits >= max(RARE, counts[name] / 10) and low > max(0.8, 2 * counts[name] / sum(counts.values()) - 1):
            found.append(Giveaway(name, name, total, hits, counts[name], named=True))
    return found


def _standing(name: str, documents: Sequence[str], runs: Sequence[frozenset[str]]) -> list[bool]:
    """Which documents have a name that no Latin letter and no digit touches; `runs` are those of each, see RUN."""
    if RUN.fullmatch(name):
        return [name in own for own in runs]
    pattern = re.compile(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])")
    return [name in document and pattern.search(document) is not None for document in documents]


def _longest(found: Sequence[Giveaway]) -> list[Giveaway]:
    """One phrase for each set of numbers: the longest of those in as many documents of a label."""
    best: dict[tuple[str, int, int], Giveaway] = {}
    for one in found:
        key = (one.label, one.hits, one.documents)
        if key not in best or len(one.phrase) > len(best[key].phrase):
            best[key] = one
    return sorted(best.values(), key=lambda one: (-one.coverage, one.label, one.phrase))
