"""What goes to datasketch and comes back, and that both estimate the same similarity."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from datasketch import LeanMinHash, MinHash, MinHashLSH

from dataqual import jaccard
from dataqual.adapters.datasketch import lean, low_half, minhash, minhashes, signature_of
from dataqual.errors import MissingExtra, SpecError
from dataqual.near_duplicates import NearDuplicates, Signing, shingles
from dataqual.text import Text


def pairs(count: int) -> list[tuple[str, str]]:
    """Texts that share between none and all of their words, English and Chinese."""
    rng, made = random.Random(0), []
    for number in range(count):
        alphabet = [chr(c) for c in range(0x4E00, 0x9FA0)] if number % 2 else [f"w{i}" for i in range(10**4)]
        first, join = rng.choices(alphabet, k=200), "" if number % 2 else " "
        second = first[: rng.randrange(5, 200)] + rng.choices(alphabet, k=rng.randrange(1, 60))
        made.append((join.join(first), join.join(second)))
    return made


def test_our_estimates_and_those_of_datasketch_agree_within_sampling_error() -> None:
    near, both = NearDuplicates(), pairs(300)
    signatures = [Signing(near)(Text.of(list(pair))).signatures for pair in both]
    ours = np.array([near.similarity(np.array((a == b).sum(), np.uint16)) for a, b in signatures])
    theirs = np.array([minhash(a).jaccard(minhash(b)) for a, b in both])
    exact = np.array([jaccard(a, b) for a, b in both])
    error = np.sqrt(exact * (1 - exact) / 128)
    for estimate in (ours, theirs):
        assert (np.abs(estimate - exact) <= 4.5 * error + 1e-4).all()
        assert abs((estimate - exact).mean()) <= 3 * math.sqrt((error**2).sum()) / len(both)
    assert (
        0.8 < (ours - theirs).std() / math.sqrt(2 * (error**2).mean()) < 1.2
    )  # as two that know nothing of each other


def test_a_minhash_is_what_datasketch_makes_of_the_same_shingles_itself() -> None:
    text = "one two three four five six seven"
    own = MinHash(num_perm=64, seed=3, hashfunc=low_half)
    for hashed in shingles(text).tolist():
        own.update(hashed)
    assert own == minhash(text, num_perm=64, seed=3)
    assert minhash("…").is_empty()
    assert minhash(text, NearDuplicates(cut="characters")).jaccard(minhash(text)) == 0.0


def test_every_document_of_a_corpus_has_its_minhash_under_its_name() -> None:
    named = dict(minhashes(["one two three", "…"]))
    assert list(named) == ["<list>:1", "<list>:2"]
    assert named["<list>:1"] == minhash("one two three")


def test_our_signatures_find_each_other_in_an_lsh_of_datasketch_and_come_back() -> None:
    [(first, second), *_] = [pair for pair in pairs(100) if jaccard(*pair) > 0.8]
    signed = Signing(NearDuplicates())(Text.of([first, second, "something else altogether"])).signatures
    lsh = MinHashLSH(threshold=0.8, num_perm=128)
    lsh.insert("first", lean(signed[0]))
    assert lsh.query(lean(signed[1])) == ["first"]
    assert lsh.query(lean(signed[2])) == []
    assert lean(signed[0]).jaccard(lean(signed[1])) == (signed[0] == signed[1]).mean()
    stored = bytearray(lean(signed[0]).bytesize())
    lean(signed[0]).serialize(stored)
    assert (signature_of(LeanMinHash.deserialize(stored)) == signed[0]).all()


def test_what_cannot_be_compared_or_converted_is_refused() -> None:
    ours, theirs = lean(np.zeros(128, np.uint16)), LeanMinHash(minhash("a b c"))
    with pytest.raises(ValueError, match="different seeds"):
        ours.jaccard(theirs)
    with pytest.raises(SpecError, match="hash values cannot be converted; sign the text instead"):
        signature_of(theirs)
    with pytest.raises(SpecError, match="which has"):
        signature_of(ours, NearDuplicates(seed=1))


def test_without_datasketch_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dataqual.adapters.datasketch.find_spec", lambda name: None)
    with pytest.raises(
        MissingExtra,
        match="datasketch is not installed; it comes with: pip install '\\.\\[datasketch\\]' -c constraints\\.txt",
    ):
        minhash("a")
