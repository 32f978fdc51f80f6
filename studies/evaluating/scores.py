"""How well classes are told: accuracy and the F1 of each class, with 95 % intervals over the records they were told of.

F1 of a class is 2 TP / (2 TP + FP + FN) (van Rijsbergen 1979). Of tags that begin with B- or I- it is counted over whole spans, a
span right only with its two ends and its type, as in CoNLL-2000's `conlleval` (Tjong Kim Sang & Buchholz 2000): an I- that
follows no tag of its type begins a span. `macro_f1` is the plain mean over classes that are there or were told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.clustered import ShareSums
from dataqual.intervals import around

Facts = dict[str, Any]
Span = tuple[str, int, int]

OUTSIDE = "O"
_TAG = re.compile(r"([BI])-(.+)", re.DOTALL)


def scores(true: Sequence[Sequence[str]], told: Sequence[Sequence[str]], sources: Sequence[int]) -> dict[str, Facts]:
    """Accuracy, macro F1 and the F1 of each class, each with `value`, `interval` and `n`, the labels or spans it rests on.

    A row of `true` and `told` is what one text has; rows of one source count as one cluster.
    """
    same = [[a == b for a, b in zip(one, other, strict=True)] for one, other in zip(true, told, strict=True)]
    hits = np.array([sum(row) for row in same], np.int64)
    found = {"accuracy": _share(hits, np.array(list(map(len, true)), np.int64), sources)}
    spans = is_spans(tag for row in (*true, *told) for tag in row)
    counts = [_counted(*pair, spans) for pair in zip(true, told, strict=True)]
    names = sorted({name for each in counts for name in each})
    triples = {name: np.array([each.get(name, (0, 0, 0)) for each in counts], np.int64) for name in names}
    each = {name: _share(2 * t[:, 0], t[:, 1] + t[:, 2], sources, n=int(t[:, 1].sum())) for name, t in triples.items()}
    return found | {"macro_f1": _macro(triples, sources)} | {f"f1:{name}": reading for name, reading in each.items()}


def is_spans(tags: Iterator[str]) -> bool:
    """Whether these are tags of spans, B- and I- and O alone.

    >>> is_spans(iter(["O", "B-PER", "I-PER"])), is_spans(iter(["good", "bad"])), is_spans(iter(["O"]))
    (True, False, False)
    """
    kinds = {bool(_TAG.fullmatch(tag)) for tag in tags if tag != OUTSIDE}
    return kinds == {True}


def spans_of(tags: Sequence[str]) -> list[Span]:
    """Type, first and last place of every span.

    >>> spans_of(["B-PER", "I-PER", "O", "I-LOC", "B-LOC"])
    [('PER', 0, 1), ('LOC', 3, 3), ('LOC', 4, 4)]
    """
    found: list[Span] = []
    for at, tag in enumerate(tags):
        kind = _TAG.fullmatch(tag)
        if kind is None:
            continue
        before = found[-1] if found else None
        if kind[1] == "I" and before is not None and before[0] == kind[2] and before[2] == at - 1:
            found[-1] = (*before[:2], at)
        else:
            found.append((kind[2], at, at))
    return found


def _counted(true: Sequence[str], told: Sequence[str], spans: bool) -> Mapping[str, tuple[int, int, int]]:
    """Class -> how many were right, there, and told."""
    ours, theirs = (
        (spans_of(tags) if spans else [(tag, at, at) for at, tag in enumerate(tags)]) for tags in (true, told)
    )
    right, there, said = (Counter(name for name, _, _ in part) for part in (set(ours) & set(theirs), ours, theirs))
    return {name: (right[name], there[name], said[name]) for name in there | said}


def _share(part: NDArray[np.int64], whole: NDArray[np.int64], sources: Sequence[int], n: int | None = None) -> Facts:
    sums = ShareSums.of(_by_source(part, sources), _by_source(whole, sources))
    interval = sums.interval()
    return {"value": sums.value, "interval": interval and list(interval), "n": sums.whole if n is None else n}


def _macro(triples: Mapping[str, NDArray[np.int64]], sources: Sequence[int]) -> Facts:
    """The mean F1, its interval by how far each source moves it."""
    values, moves = [], []
    for counts in triples.values():
        part, whole = _by_source(2 * counts[:, 0], sources), _by_source(counts[:, 1] + counts[:, 2], sources)
        value = part.sum() / whole.sum()
        values.append(value)
        moves.append((part - value * whole) / whole.sum())
    if not values:
        return {"value": None, "interval": None, "n": 0}
    value = float(np.mean(values))
    ends = around(value, np.mean(moves, axis=0))
    n = int(sum(counts[:, 1].sum() for counts in triples.values()))
    sure = ends is None or ends[0] == ends[1]  # all right or all wrong: how far it moves says nothing
    return {
        "value": value,
        "interval": None if sure or ends is None else [max(0.0, ends[0]), min(1.0, ends[1])],
        "n": n,
    }


def _by_source(each: NDArray[np.int64], sources: Sequence[int]) -> NDArray[np.int64]:
    kinds, at = np.unique(np.asarray(sources), return_inverse=True)
    sums = np.zeros(len(kinds), np.int64)
    np.add.at(sums, at, each)
    return sums
