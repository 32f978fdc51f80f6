"""Tokens of one grade as what was changed in those of another: a document with slips of the fingers costs the slips.

Documents that are the same in both files are landmarks; those between them are taken for each other where they are as many.
Their texts, not their tokens, are compared: a slip of one letter makes two or three other tokens, which no compressor can foresee.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.differing import PUT_IN, REPLACED, slipped, slips
from studies.data.tokenizing import Tokenizer, Tokens

LONGEST = 1_000_000
"""Characters of a document that is compared: finding its slips takes 65 bytes of memory for each."""
DEAR = 12
"""Half bits for each token from which on slips are no saving: spoilt tokens take 9 bits in a pack."""
PARTS = (
    ("rest", "<u2"), ("children", "<u4"), ("parents", "<u4"), ("slips", "<u4"),
    ("gaps", "<u2"), ("kinds", "u1"), ("low", "u1"), ("high", "<u2"),
)  # fmt: skip
"""Tokens of the documents that are told as they are; of the others their place, that of what they were, and their slips; of each
slip characters kept before it, its kind, and its letter (lowest byte and the others apart)."""

Points = NDArray[np.uint32]


def changes(parent: Tokens, child: Tokens, tokenizer: Tokenizer) -> bytes | None:
    """What makes `child` of `parent`, both documents with ends of text behind them; None where that would save nothing."""
    were, are = _documents(parent, tokenizer), _documents(child, tokenizer)
    told: dict[int, tuple[int, tuple[NDArray[np.int32], NDArray[np.uint8], Points]]] = {}
    for this, that in _pairs([one.tobytes() for one in were], [one.tobytes() for one in are]):
        if found := _slips(were[that], are[this], tokenizer):
            told[this] = that, found
    if not told:
        return None
    each = [found for _, found in told.values()]
    gaps, kinds, letters = (np.concatenate([one[part] for one in each]) for part in range(3))
    letters = letters[(kinds == REPLACED) | (kinds == PUT_IN)]
    if len(gaps) and int(gaps.max()) > 65_535:  # 16 bits for each; such documents are hardly changed at all
        return None
    rest = [one for at, one in enumerate(are) if at not in told]
    parts = {
        "rest": np.concatenate(rest) if rest else np.zeros(0, np.uint16),
        "children": np.diff([*told], prepend=0),
        "parents": np.diff([that for that, _ in told.values()], prepend=0),
        "slips": np.array([len(one[0]) for one in each]),
        "gaps": gaps,
        "kinds": kinds,
        "low": letters & 0xFF,
        "high": letters >> 8,
    }
    head = json.dumps({name: len(part) for name, part in parts.items()}).encode()
    return head + b"\n" + b"".join(parts[name].astype(kind).tobytes() for name, kind in PARTS)


def changed(parent: Tokens, told: bytes, tokenizer: Tokenizer) -> Tokens:
    """The child of `changes` again."""
    head, _, data = told.partition(b"\n")
    sizes, part, at = json.loads(head), {}, 0
    for name, kind in PARTS:
        part[name] = np.frombuffer(data, kind, sizes[name], at)
        at += part[name].nbytes
    were, rest = _documents(parent, tokenizer), iter(_documents(part["rest"], tokenizer))
    letters = np.zeros(len(part["kinds"]), np.uint32)
    letters[(part["kinds"] == REPLACED) | (part["kinds"] == PUT_IN)] = part["low"] + (
        part["high"].astype(np.uint32) << 8
    )
    ends = np.cumsum(part["slips"], dtype=np.int64)
    made: list[Tokens] = []
    for child, that, start, end in zip(
        np.cumsum(part["children"], dtype=np.int64).tolist(),
        np.cumsum(part["parents"], dtype=np.int64).tolist(),
        (ends - part["slips"]).tolist(), ends.tolist(), strict=True,
    ):  # fmt: skip
        made += [next(rest) for _ in range(child - len(made))]
        gaps, kinds = part["gaps"][start:end].astype(np.int32), part["kinds"][start:end]
        now = slipped(_points(tokenizer.decode(were[that])), gaps, kinds, letters[start:end])
        made += tokenizer.encode([_text(now)])
    return np.concatenate([*made, *rest])


def _slips(
    was: Tokens, now: Tokens, tokenizer: Tokenizer
) -> tuple[NDArray[np.int32], NDArray[np.uint8], Points] | None:
    """The slips between two documents; None where they would not save anything, or not give the very tokens again."""
    before, after = _points(tokenizer.decode(was)), _points(tokenizer.decode(now))
    if max(len(before), len(after)) > LONGEST:
        return None
    gaps, kinds, letters = slips(before, after, DEAR * len(now))
    if len(kinds) == 1 and kinds[0] == 0:
        return None
    [again] = tokenizer.encode([_text(slipped(before, gaps, kinds, letters))])
    return (gaps, kinds, letters) if np.array_equal(again, now) else None


def _documents(tokens: Tokens, tokenizer: Tokenizer) -> list[Tokens]:
    """The tokens of each document with the end of text; what is behind the last end, if there is something, too."""
    ends = np.flatnonzero(tokens == tokenizer.vocabulary - 1) + 1
    return [tokens[start:end] for start, end in pairwise([0, *ends.tolist(), len(tokens)]) if start < end]


def _pairs(were: Sequence[bytes], are: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Places (child, parent) of documents that are probably one document, and differ."""
    once = {document for document, n in Counter(were).items() if n == 1} & {
        document for document, n in Counter(are).items() if n == 1
    }
    place = {document: at for at, document in enumerate(were) if document in once}
    marks, last = [(-1, -1)], -1
    for at, document in enumerate(are):
        if (there := place.get(document, -1)) > last:
            marks.append((at, there))
            last = there
    for (this, that), (next_this, next_that) in pairwise([*marks, (len(are), len(were))]):
        if next_this - this == next_that - that:
            yield from ((this + k, that + k) for k in range(1, next_this - this) if are[this + k] != were[that + k])


def _points(text: str) -> Points:
    return np.frombuffer(text.encode("utf-32-le"), np.uint32)


def _text(points: Points) -> bytes:
    return points.astype("<u4").tobytes().decode("utf-32-le").encode()
