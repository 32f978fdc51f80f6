"""Which document of one version is which of another: by id, or by text; each is paired once at most."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

ROW = np.dtype([("id", "<u8"), ("text", "<u8"), ("label", "<u8"), ("address", "<u8")])
"""What is kept of a document: hashes of its id (0 where it has none), text and label, and its address."""

PAIR = np.dtype([("before", "<u8"), ("after", "<u8"), ("kind", "u1")])
"""Addresses of the two, and a place in `KINDS`."""

KINDS = ("unchanged", "relabelled", "renamed", "edited")
"""Same text, label and id; same text under another label; same text and label under another id; another text."""
UNCHANGED, RELABELLED, RENAMED, EDITED = range(4)


@dataclass(frozen=True, eq=False)
class Paired:
    """The pairs among some documents, and the documents that are left of either side, in the order they came."""

    pairs: NDArray[np.void]
    """Of the type `PAIR`."""
    before: NDArray[np.void]
    after: NDArray[np.void]
    labels: NDArray[np.uint64]
    """(…, 2): of pairs whose labels differ, the hashes of both labels, 0 for none; edited ones too."""


def by_id(before: NDArray[np.void], after: NDArray[np.void]) -> Paired:
    """Documents with the same id: of several those with the same text and label first, then the same text, then in order."""
    return _paired(
        before, after, [(("id", "text", "label"), UNCHANGED), (("id", "text"), RELABELLED), (("id",), EDITED)]
    )


def by_text(before: NDArray[np.void], after: NDArray[np.void], *, ids: bool) -> Paired:
    """Documents with the same text: of several those with the same label first; `ids` says whether ids mean anything.

    >>> rows = [np.array([(1, 7, 0, 11), (2, 8, 0, 12)], ROW), np.array([(2, 7, 0, 21), (9, 9, 0, 22)], ROW)]
    >>> found = by_text(*rows, ids=True)
    >>> found.pairs.tolist(), found.before["address"].tolist(), found.after["address"].tolist()
    ([(11, 21, 2)], [12], [22])
    """
    same = RENAMED if ids else UNCHANGED
    exact = [(("id", "text", "label"), UNCHANGED)] if ids else []
    return _paired(before, after, [*exact, (("text", "label"), same), (("text",), RELABELLED)])


def _paired(before: NDArray[np.void], after: NDArray[np.void], keys: Sequence[tuple[tuple[str, ...], int]]) -> Paired:
    pairs, labels = [], [np.zeros((0, 2), np.uint64)]
    for names, kind in keys:
        if not len(before) or not len(after):
            break
        left, right = _join(before, after, names)
        made = np.zeros(len(left), PAIR)
        made["before"], made["after"], made["kind"] = before["address"][left], after["address"][right], kind
        pairs.append(made)
        both = np.stack([before["label"][left], after["label"][right]], axis=1)
        labels.append(both[both[:, 0] != both[:, 1]])
        before, after = (np.delete(side, gone) for side, gone in ((before, left), (after, right)))
    return Paired(np.concatenate([np.zeros(0, PAIR), *pairs]), before, after, np.concatenate(labels))


def _join(
    before: NDArray[np.void], after: NDArray[np.void], names: Sequence[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row numbers of the k-th document with some values on one side, and of the k-th with them on the other."""
    frames = [
        pl.DataFrame({name: np.ascontiguousarray(side[name]) for name in names})
        .with_row_index("row")
        .with_columns(pl.int_range(pl.len()).over(*names).alias("turn"))
        for side in (before, after)
    ]
    joined = frames[0].join(frames[1], on=[*names, "turn"], how="inner").sort("row")
    return joined["row"].to_numpy().astype(np.int64), joined["row_right"].to_numpy().astype(np.int64)


def displaced(after: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which of some different numbers must go so that the most of them stay, in ascending order (patience sorting).

    >>> displaced(np.array([1, 2, 9, 3, 4], np.uint64)).tolist()
    [False, False, True, False, False]
    """
    n = len(after)
    if n < 2 or (after[1:] > after[:-1]).all():
        return np.zeros(n, bool)
    tails: list[int] = []
    ends: list[int] = []
    previous = np.full(n, -1, np.int64)
    for at, value in enumerate(after.tolist()):
        place = len(tails) if not tails or value > tails[-1] else bisect_left(tails, value)
        if place == len(tails):
            tails.append(value)
            ends.append(at)
        else:
            tails[place], ends[place] = value, at
        previous[at] = ends[place - 1] if place else -1
    gone = np.ones(n, bool)
    at = ends[-1]
    while at >= 0:
        gone[at] = False
        at = int(previous[at])
    return gone
