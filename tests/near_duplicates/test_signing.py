"""The one pass from bytes to signatures against the cuts of `Text`, made into shingles one after the other."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dataqual.kernels import minhash
from dataqual.kernels import signing as kernel
from dataqual.near_duplicates import NearDuplicates, Part, Signing, jaccard, shingling
from dataqual.near_duplicates.shingling import shingle_sets
from dataqual.near_duplicates.signing import sign
from dataqual.text import Text
from tests.strange import tries

CHARACTERS = st.sampled_from("aBz09 _-.'\n\t\0’éÀß\u0301\u200d\u00a0\u3000我们のไทยह्ि𝒳👍🏽ǅ\u0130\ufeff\u0345")
PARTS = st.one_of(
    CHARACTERS, st.text(max_size=5), st.text("abcXYZ 019", max_size=90), st.sampled_from(["word " * 30, "我" * 40])
)
TEXTS = st.lists(st.lists(PARTS, max_size=12).map("".join), max_size=6)


def shingles_of(words: list[int], size: int) -> list[int]:
    """Polynomials of windows of words, hashed by MurmurHash3's finaliser, in Python's own whole numbers."""
    if not words:
        return []
    size = min(size, len(words))
    found = []
    for start in range(len(words) - size + 1):
        rolled = 0
        for word in words[start : start + size]:
            rolled = (rolled * 0x9E3779B97F4A7C15 + word) % 2**64
        for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
            rolled = (rolled ^ rolled >> 33) * factor % 2**64
        found.append(rolled ^ rolled >> 33)
    return found


def signed_by_words(text: Text, parameters: NearDuplicates) -> Part:
    """From the words of a cut that was made before."""
    words = text.cut("unicode")
    exact = np.empty((len(text), 2), np.uint64)
    signatures = np.empty((len(text), parameters.permutations), np.uint16)
    longest = int(words.counts.max(initial=0))
    minhash.sign(
        np.array(text.data), text.offsets, np.array(words.folded), words.offsets, parameters.shingle, parameters.multipliers,
        np.empty(parameters.permutations, np.uint32), np.empty(longest + 3, np.uint64), exact, signatures,
    )  # fmt: skip
    return Part(exact, signatures, words.counts > 0, text.byte_counts.astype(np.uint32))


def same(a: NDArray[np.generic], b: NDArray[np.generic]) -> bool:
    return a.dtype == b.dtype and np.array_equal(a, b)


@settings(max_examples=tries(300), deadline=None)
@given(TEXTS, st.sampled_from([1, 2, 5]))
def test_one_pass_signs_as_words_that_were_cut_before(documents: list[str], size: int) -> None:
    text, parameters = Text.of(documents), NearDuplicates(shingle=size, permutations=32)
    ours, theirs = sign(text, parameters), signed_by_words(text, parameters)
    assert same(ours.exact, theirs.exact)
    assert same(ours.signatures, theirs.signatures)
    assert same(ours.worded, theirs.worded)
    assert same(ours.sizes, theirs.sizes)


@settings(max_examples=tries(150), deadline=None)
@given(TEXTS, st.sampled_from([1, 2, 5]))
def test_shingles_are_windows_of_the_folded_words(documents: list[str], size: int) -> None:
    words = Text.of(documents).cut("unicode")
    borders = words.offsets.tolist()
    expected = [sorted(set(shingles_of(words.folded[a:b].tolist(), size))) for a, b in pairwise(borders)]
    assert [own.tolist() for own in shingle_sets(documents, size)] == expected


@pytest.mark.parametrize("words", [1, 4, 5, 6, 13, 14, 15, 200, 5000])
@pytest.mark.parametrize("size", [1, 5, 40])
def test_documents_longer_than_the_room_for_words_are_signed_whole(
    words: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shingling, "WORDS", kernel.SPARE + 5)
    document = " ".join(f"W{number}" if number % 3 else f"é{number}" for number in range(words))
    text, parameters = Text.of([document, "x", document + " end"]), NearDuplicates(shingle=size, permutations=256)
    assert same(sign(text, parameters).signatures, signed_by_words(text, parameters).signatures)
    expected = shingles_of(text.cut("unicode").folded[:words].tolist(), size)
    assert shingle_sets([document], size)[0].tolist() == sorted(expected)


def test_shingles_of_words_of_one_letter_find_room() -> None:
    document = " ".join("a b c d e f g".split() * 3000)
    assert [len(own) for own in shingle_sets([document], 5)] == [7]


def test_similarity_side_by_side_is_that_of_two_sets() -> None:
    documents = ["one two three four five six", "One, two; three: four five seven", "", "…", "我们今天去公园"]
    sets = shingling.Shingles.of(Text.of(documents), 2)
    pairs = [(a, b) for a in range(5) for b in range(5)]
    left, right = (np.array(side, np.int64) for side in zip(*pairs, strict=True))
    expected = [jaccard(documents[a], documents[b], 2) for a, b in pairs]
    assert sets.similarities(left, right).tolist() == pytest.approx(expected)
    assert expected[1] == pytest.approx(4 / 6)


def test_only_exact_copies_cost_no_signature() -> None:
    part = Signing(NearDuplicates(), near=False)(Text.of(["a", "a", "b"]))
    assert part.signatures.shape == (0, 128)
    assert part.worded.tolist() == [False, False, False]
    assert (part.exact[0] == part.exact[1]).all() and not (part.exact[0] == part.exact[2]).any()
