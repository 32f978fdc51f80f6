"""What is said in the sentences that name a group: normalised PMI, and log-odds against the sentences that name others."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.drift.multiple_testing import benjamini_hochberg
from dataqual.intervals import t_of
from dataqual.people.fighting_words import PRIOR, LogOdds, Usage, log_odds
from dataqual.people.mentions import Ints, Mentions, Spot
from dataqual.people.words import Label, lexicon_of
from dataqual.reading import Interval
from dataqual.text import Text

FEWEST = 10
"""Times a word must stand in the sentences compared; below that no test says anything."""
FEWEST_DOCUMENTS = 5
"""Documents it must stand in: a standard error over fewer is none."""
FALSE = 0.05
"""Share of false ones that is put up with among the associations that are called significant."""
TENTH = 0.1
"""Of the words compared, what the prior is worth where they are few: it is to quiet rare words, not to speak for them."""
SHOWN = 2
"""Sentences kept of each association."""


@dataclass(frozen=True)
class Npmi:
    """How much more two things share sentences than they would by chance: 0 as by chance, 1 always, -1 never (Bouma 2009)."""

    value: float | None
    """None where one of them stands nowhere."""
    interval: Interval | None
    """By the delta method, documents being the draws; None where they share no sentence."""
    both: int
    """Sentences with both."""
    first: int
    second: int
    sentences: int
    documents: int
    """Documents with a sentence with both."""


@dataclass(frozen=True)
class Association:
    """A group of an axis, and a word or list of words in the sentences that name it and no other group of the axis."""

    axis: str
    group: str
    said: Label
    """A list, or an item of one."""
    often: int
    """Occurrences in sentences that name this group alone."""
    elsewhere: int
    """Occurrences in sentences that name other groups of the axis alone."""
    words: int
    """Words of those sentences."""
    words_elsewhere: int
    documents: int
    """Documents in which it occurs in either."""
    log_odds: float
    """Above 0: more with this group. The factor between the odds is its exponential."""
    interval: Interval
    z: float
    """By a standard error over documents, or Monroe's where that is larger."""
    z_of_words: float
    p: float
    q: float
    """The smallest share of false ones among those called significant at which this is one (Benjamini and Hochberg 1995)."""
    npmi: Npmi
    spots: tuple[Spot, ...] = ()

    @property
    def significant(self) -> bool:
        """Whether at most a twentieth of those that are like it is by chance."""
        return self.q <= FALSE

    def facts(self) -> dict[str, Any]:
        """As plain JSON values, without the sentences."""
        names = ("axis", "group", "often", "elsewhere", "documents", "log_odds", "z", "p", "q")
        own: dict[str, Any] = {name: getattr(self, name) for name in names}
        own |= {"list": self.said.of, "item": self.said.name if self.said.kind == "item" else None}
        own |= {"interval": list(self.interval), "words": self.words, "words_elsewhere": self.words_elsewhere}
        own["npmi"] = {"value": self.npmi.value, "both": self.npmi.both, "sentences": self.npmi.sentences}
        return own | ({"npmi": own["npmi"] | {"interval": list(self.npmi.interval)}} if self.npmi.interval else {})


def npmi(column: object, first: str | Sequence[str], second: str | Sequence[str]) -> Npmi:
    """The normalised PMI of any two words, or of any of some words with any of others, over the sentences of documents.

    >>> found = npmi(["She is a nurse. He is a clerk.", "She left. The nurse stayed."], "she", "nurse")
    >>> round(found.value, 3), found.both, found.first, found.second, found.sentences
    (0.0, 1, 2, 2, 4)
    """
    lists = [[words] if isinstance(words, str) else list(words) for words in (first, second)]
    words = lexicon_of({"lists": dict(zip(("first", "second"), lists, strict=True))})
    mentions = Mentions.of(column, words)
    numbers = [words.labels.index(Label("list", name, name)) for name in ("first", "second")]
    one, other = (sentences_with(mentions, number) for number in numbers)
    return npmi_between(one, other, mentions.text)


def npmi_between(first: Ints, second: Ints, text: Text) -> Npmi:
    """The same of the sentences (numbers, ascending, each once) that have the first and those that have the second."""
    sentences = text.sentences
    n, of = len(sentences), sentences.documents
    both = np.intersect1d(first, second, assume_unique=True)
    documents = len(np.unique(of[both]))
    counts = (len(both), len(first), len(second), n, documents)
    if not len(first) or not len(second):
        return Npmi(None, None, *counts)
    if not len(both):
        return Npmi(-1.0, None, *counts)
    shared = math.log(len(both) / n)
    apart = math.log(len(first) / n) + math.log(len(second) / n)
    if shared == 0:
        return Npmi(1.0, None, *counts)  # every sentence has both
    clusters = len(text)
    per = [np.bincount(of[rows], minlength=clusters) / len(rows) for rows in (both, first, second)]
    size = sentences.counts / n
    # npmi = apart / shared - 1; what each document adds to its logarithms, by their derivatives
    adds = (per[1] + per[2] - 2 * size) / shared - apart / shared**2 * (per[0] - size)
    held = int((sentences.counts > 0).sum())
    value = apart / shared - 1
    if held < 2 or documents < 2:
        return Npmi(value, None, *counts)
    spread = math.sqrt(float(adds @ adds) * held / (held - 1)) * t_of(0.95, documents - 1)
    return Npmi(value, (max(-1.0, value - spread), min(1.0, value + spread)), *counts)


def associations(
    column: object,
    axis: str = "gender",
    *,
    lists: Sequence[str] | None = None,
    groups: Sequence[str] | None = None,
    least: int = FEWEST,
    least_documents: int = FEWEST_DOCUMENTS,
) -> list[Association]:
    """What is said of the groups of an axis, the surest first: each list, and each item of it, with each group.

    A group is compared with the other groups of its axis together; where two groups alone are named often enough, only the
    first is, for the second is its mirror. `lists`: those that are asked for, None: all; `groups` likewise. All that is tested at once is held against one
    Benjamini-Hochberg control; what occurs too rarely is not tested and not listed.
    """
    mentions = column if isinstance(column, Mentions) else Mentions.of(column)
    found = [*_of_axis(mentions, axis, lists, groups, least, least_documents)]
    return controlled(found)


def controlled(found: Sequence[Association]) -> list[Association]:
    """The same with `q` from all of them together, the surest first."""
    q = significant([one.p for one in found])
    rated = [replace(one, q=float(value)) for one, value in zip(found, q, strict=True)]
    return sorted(rated, key=lambda one: (one.p, -abs(one.z), str(one.said), one.group))


def significant(p: Sequence[float]) -> NDArray[np.float64]:
    """Benjamini and Hochberg's (1995) adjusted chances: reject where they are at most the false share that is put up with.

    >>> significant([0.01, 0.02, 0.03, 0.5]).round(3).tolist()
    [0.04, 0.04, 0.04, 0.5]
    """
    return np.array(benjamini_hochberg(list(p)), np.float64)


def sentences_with(mentions: Mentions, label: int) -> Ints:
    """The sentences with a label by a word that is not ambiguous, each once."""
    chosen = (mentions.label == label) & ~mentions.ambiguous
    return np.unique(mentions.sentence[mentions.at[chosen]])


def with_examples(mentions: Mentions, one: Association) -> Association:
    """The same with the first sentences that show it, of different documents."""
    group = mentions.lexicon.group(one.axis, one.group)
    said = mentions.lexicon.labels.index(one.said)
    both = np.intersect1d(sentences_with(mentions, group), sentences_with(mentions, said))
    _, first = np.unique(mentions.text.sentences.documents[both], return_index=True)
    spots = tuple(mentions.spot(int(k), (group, said)) for k in both[first[:SHOWN]])
    return replace(one, spots=spots)


def _alone(mentions: Mentions, numbers: Sequence[int]) -> Ints:
    """(sentences,) the number of the one group of an axis that each sentence names; -1 where it names none or several."""
    chosen = np.isin(mentions.label, numbers) & ~mentions.ambiguous
    where, label = mentions.sentence[mentions.at[chosen]], mentions.label[chosen]
    low, high = np.full(len(mentions.text.sentences), 1 << 30), np.full(len(mentions.text.sentences), -1)
    np.minimum.at(low, where, label)
    np.maximum.at(high, where, label)
    return np.where(low == high, high, -1)


def _of_axis(
    mentions: Mentions,
    axis: str,
    lists: Sequence[str] | None,
    wanted: Sequence[str] | None,
    least: int,
    least_documents: int,
) -> Iterator[Association]:
    groups = mentions.lexicon.groups(axis)
    chosen = [groups[name] if name in groups else mentions.lexicon.group(axis, name) for name in wanted or groups]
    alone = _alone(mentions, list(groups.values()))
    often = {k: int((alone == k).sum()) for k in groups.values()}
    named = [k for k in chosen if often[k] >= least]
    enough = [k for k in groups.values() if often[k] >= least]
    for k in named[:1] if len(enough) == 2 and len(named) == 2 else named:
        if sum(often.values()) - often[k] >= least:
            yield from _of_group(mentions, axis, k, alone, _said(mentions, lists), least, least_documents)


def _said(mentions: Mentions, lists: Sequence[str] | None) -> Ints:
    """The numbers of the lists asked for and of their items."""
    labels = mentions.lexicon.labels
    return np.array(
        [k for k, label in enumerate(labels) if label.kind != "group" and (lists is None or label.of in lists)],
        np.int64,
    )


def _of_group(
    mentions: Mentions, axis: str, group: int, alone: Ints, said: Ints, least: int, least_documents: int
) -> Iterator[Association]:
    """The tests of one group against the other groups of its axis."""
    column = np.full(len(mentions.lexicon.labels), -1)
    column[said] = np.arange(len(said))
    own = (column[mentions.label] >= 0) & ~mentions.ambiguous
    word, where = column[mentions.label[own]], mentions.sentence[mentions.at[own]]
    of = mentions.text.sentences.documents
    with_it = alone == group
    with_others = (alone >= 0) & ~with_it
    texts = [_usage(word, where, of, mask, mentions.words, len(mentions.text)) for mask in (with_it, with_others)]
    prior = min(PRIOR, TENTH * float(texts[0].sizes.sum() + texts[1].sizes.sum()))
    total = int(mentions.words.sum())
    found = log_odds(texts[0], texts[1], np.bincount(word, minlength=len(said)), prior, total)
    often = [np.bincount(text.word, text.often, minlength=len(said)).astype(np.int64) for text in texts]
    enough = (often[0] + often[1] >= least) & (found.documents >= least_documents)
    in_group = sentences_with(mentions, group)
    for k in np.flatnonzero(enough & np.isfinite(found.error)).tolist():
        beside = npmi_between(in_group, np.unique(where[word == k]), mentions.text)
        numbers = (int(often[0][k]), int(often[1][k]), int(texts[0].sizes.sum()), int(texts[1].sizes.sum()))
        yield _association(mentions, axis, group, int(said[k]), numbers, found, k, beside)


def _association(
    mentions: Mentions,
    axis: str,
    group: int,
    said: int,
    numbers: tuple[int, int, int, int],
    found: LogOdds,
    k: int,
    beside: Npmi,
) -> Association:
    labels = mentions.lexicon.labels
    p = float(found.p[k])
    return Association(
        axis,
        labels[group].name,
        labels[said],
        *numbers,
        documents=int(found.documents[k]),
        log_odds=float(found.delta[k]),
        interval=found.interval(k),
        z=float(found.z[k]),
        z_of_words=float(found.z_of_words[k]),
        p=p,
        q=p,
        npmi=beside,
    )


def _usage(word: Ints, where: Ints, of: Ints, mask: NDArray[np.bool_], words: Ints, documents: int) -> Usage:
    """How often the documents use the words in the sentences under a mask."""
    held = mask[where]
    keys, often = np.unique(word[held] * documents + of[where[held]], return_counts=True)
    in_document = np.bincount(of[mask], words[mask], minlength=documents).astype(np.int64)
    return Usage(keys % documents, keys // documents, often.astype(np.int64), in_document)
