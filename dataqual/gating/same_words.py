"""Edits of Chinese texts that our own list of everyday words calls the same, taken out before opposites and negations are looked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dataqual.children import Edit, differing
from dataqual.gating.wording import has_han
from dataqual.synonyms.everyday import everyday

BLANK = "\n"
"""What stands in their place: it belongs to no word."""


class Apart(NamedTuple):
    """A parent and a child without what the list lets stand for one another, and what is left that makes the one of the other."""

    parent: str
    child: str
    edits: Sequence[Edit]
    """None of texts without Han characters."""


def apart(parent: str, child: str) -> Apart:
    """Both without such words, so that 不少 for 很多 is no opposite and 不足 for 缺点 no negation.

    >>> apart("很多缺点，不好", "不少不足，好")[:2]
    ('\\n，不好', '\\n，好')
    """
    if not has_han(parent):
        return Apart(parent, child, ())
    before, after, grown = [], [], 0
    edits = differing(parent, child, "")
    for edit in edits:
        was, now = parent[edit.start : edit.end], edit.replacement
        start = edit.start + grown
        grown += len(now) - len(was)
        if _listed(was, now) or _listed_wider(parent, edit.start, edit.end, now):
            before.append((edit.start, edit.end))
            after.append((start, start + len(now)))
    if not before:
        return Apart(parent, child, edits)
    parent, child = _without(parent, before), _without(child, after)
    return Apart(parent, child, differing(parent, child, ""))


WIDER = 2
"""Characters beside an edit that may belong to its words: of 洗手间 and 卫生间 two differ."""


def _listed_wider(parent: str, start: int, end: int, now: str) -> bool:
    """Whether the list has the words of which an edit is a part."""
    may = everyday().may
    return any(
        before + now + after in may.get(before + parent[start:end] + after, ())
        for left in range(min(WIDER, start) + 1)
        for right in range(WIDER + 1)
        for before, after in [(parent[start - left : start], parent[end : end + right])]
    )


def _listed(was: str, now: str) -> bool:
    """Whether the list says that the one may stand for the other, or so of each of the words in a row that both are."""
    may = everyday().may
    if not was or not now:
        return not was and not now
    return any(
        now.startswith(other) and _listed(was[size:], now[len(other) :])
        for size in range(1, len(was) + 1)
        for other in may.get(was[:size], ())
    )


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    out, end = "", 0
    for start, stop in spans:
        out += text[end:start] + BLANK
        end = stop
    return out + text[end:]
