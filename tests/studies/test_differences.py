"""A grade told as what was changed in another one: the very tokens again, whatever the texts, and small."""

from __future__ import annotations

import lzma

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataqual.kernels.differing import DOUBLED, LEFT_OUT, PUT_IN, REPLACED, SWAPPED, slipped, slips
from studies.data.tokenizing import Bpe, Bytes, Tokenizer
from studies.preparing.differences import changed, changes
from studies.preparing.packing import FILTERS

WORDS = "the quick brown fox jumps over 我们今天去公园散步 👩‍👩‍👧 and a lazy dog sleeps\n"


def points(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-32-le"), np.uint32)


@pytest.fixture(scope="module")
def bpe() -> Bpe:
    return Bpe.train([WORDS * 5], 320)


@pytest.mark.parametrize(
    "was, now, kind",
    [
        ("walking", "waking", LEFT_OUT),
        ("walking", "wallking", DOUBLED),
        ("去公园散步", "去公散园步", SWAPPED),
        ("walking", "wslking", REPLACED),
        ("walking", "walxking", PUT_IN),
    ],
)
def test_a_slip_is_called_what_it_is(was: str, now: str, kind: int) -> None:
    gaps, kinds, letters = slips(points(was), points(now), 10**6)
    assert kinds.tolist() == [kind]
    assert gaps.tolist() == [next(i for i, (a, b) in enumerate(zip(was, now, strict=False)) if a != b)]
    assert (letters[0] > 0) == (kind in (REPLACED, PUT_IN))


@settings(deadline=None)
@given(st.text("abc中\0", max_size=60), st.text("abc中\0", max_size=60))
def test_whatever_two_texts_are_one_is_made_of_the_other(was: str, now: str) -> None:
    found = slips(points(was), points(now), 10**9)
    if found[1].tolist() != [0]:  # too far apart
        assert slipped(points(was), *found).tobytes() == points(now).tobytes()
    else:
        assert abs(len(was) - len(now)) > 20


def test_texts_too_far_apart_or_too_dear_are_left() -> None:
    for was, now, most in (("b", "a" * 200 + "b", 10**6), ("walking", "qwertyu", 30)):
        assert slips(points(was), points(now), most)[1].tolist() == [0]


documents = st.lists(st.text(WORDS, max_size=40), max_size=6)


@settings(max_examples=60, deadline=None)
@given(
    documents,
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 40), st.sampled_from(["", "x", "中", "aa"])), max_size=8),
)
def test_the_very_tokens_come_again(was: list[str], edits: list[tuple[int, int, str]]) -> None:
    now = list(was)
    for document, place, letters in edits:
        if now:
            text = now[document % len(now)]
            now[document % len(now)] = text[:place] + letters + text[place + 1 :]
    again(Bytes(), was, now)


def again(tokenizer: Tokenizer, was: list[str], now: list[str]) -> bytes | None:
    """What was changed, after proof that it makes the same tokens."""
    parent, child = (
        np.concatenate([np.zeros(0, np.uint16), *tokenizer.encode([one.encode() for one in some])])
        for some in (was, now)
    )
    told = changes(parent, child, tokenizer)
    if told is not None:
        assert changed(parent, told, tokenizer).tobytes() == child.tobytes()
    return told


def test_documents_that_went_came_or_are_others_altogether_are_told_as_they_are(bpe: Bpe) -> None:
    was = [f"{WORDS}{i} once more and again {i}" for i in range(8)]
    now = [
        *was[:2],
        was[2].replace("quick", "qick"),
        "something else altogether, 全新的",
        *was[4:6],
        was[7],
        "the last",
    ]
    told = again(bpe, was, now)
    assert told is not None and b'"slips": 1' in told
    assert again(bpe, was, was) is None  # nothing differs
    assert again(bpe, [], now) is None


def test_spoilt_documents_cost_their_slips_and_not_their_tokens(bpe: Bpe) -> None:
    random = np.random.default_rng(0)
    was = ["".join(random.choice(list(WORDS), 400)) for _ in range(40)]
    now = [one if i % 3 else "".join(c for c in one if random.random() > 0.1) for i, one in enumerate(was)]
    told = again(bpe, was, now)
    spoilt = np.concatenate(bpe.encode([one.encode() for one in now[::3]]))
    assert told is not None
    rest = np.concatenate(bpe.encode([one.encode() for i, one in enumerate(now) if i % 3]))
    size = len(lzma.compress(told, filters=FILTERS)) - len(lzma.compress(rest.tobytes(), filters=FILTERS))
    assert size < 0.4 * len(lzma.compress(spoilt.tobytes(), filters=FILTERS))
