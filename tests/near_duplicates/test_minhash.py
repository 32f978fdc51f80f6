"""The compiled loops against published values and slow, obvious Python."""

from __future__ import annotations

import random

import numpy as np
import pytest

from dataqual.kernels import minhash
from dataqual.near_duplicates import NearDuplicates
from dataqual.near_duplicates.signing import Part, sign
from dataqual.text import Text

WRAP = 2**64


def sign_all(texts: list[str], parameters: NearDuplicates | None = None) -> Part:
    return sign(Text.of(texts), parameters or NearDuplicates())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "00000000000000000000000000000000"),
        ("hello", "cbd8a7b341bd9b025b1e906a48ae1d19"),
        ("The quick brown fox jumps over the lazy dog", "e34bbc7bbc071b6c7a433ca9c49a9347"),
    ],
)
def test_the_exact_hash_is_murmurhash3_x64_128_whatever_stands_around_the_document(text: str, expected: str) -> None:
    for around in ([], ["é"], ["sixteen letters.", "x"]):
        high, low = sign_all([*around, text, *around]).exact[len(around)].tolist()
        assert f"{high:016x}{low:016x}" == expected


def test_one_flipped_bit_flips_about_half_of_the_bits_of_the_exact_hash() -> None:
    rng = random.Random(0)
    for length in (1, 7, 8, 9, 15, 16, 17, 33):
        letters = [rng.randrange(128) for _ in range(length)]
        variants = [bytes(letters)]
        for bit in range(7 * length):
            changed = letters.copy()
            changed[bit // 7] ^= 1 << bit % 7
            variants.append(bytes(changed))
        exact = sign_all([v.decode() for v in variants]).exact
        flipped = np.bitwise_count(exact[1:] ^ exact[0]).sum(axis=1)
        assert flipped.min() > 35
        assert 58 < flipped.mean() < 70


def test_neither_half_of_the_exact_hash_collides_among_many_similar_documents() -> None:
    exact = sign_all([f"document {i:07}" for i in range(200_000)]).exact
    assert len(np.unique(exact[:, 0])) == len(np.unique(exact[:, 1])) == 200_000


def mix(x: int) -> int:
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        x = (x ^ x >> 33) * factor % WRAP
    return x ^ x >> 33


def slow_signature(words: list[int], parameters: NearDuplicates) -> list[int]:
    size = min(parameters.shingle, len(words))
    hashes = []
    for start in range(len(words) - size + 1):
        rolled = 0
        for word in words[start : start + size]:
            rolled = (rolled * int(minhash.ROLL) + word) % WRAP
        hashes.append(mix(rolled))
    minima = [min((a * (h % 2**32) + (h >> 32)) % 2**32 for h in hashes) for a in parameters.multipliers.tolist()]
    return [m * int(minhash.SPREAD) % 2**32 >> 16 for m in minima]


@pytest.mark.parametrize("shingle", [1, 5])
def test_signatures_are_those_of_slow_python_for_every_number_of_words(shingle: int) -> None:
    parameters = NearDuplicates(shingle=shingle, permutations=32, seed=7)
    texts = [" ".join(f"w{n}x{i}" for i in range(n)) for n in (1, 2, 4, 5, 6, 7, 8, 9, 12, 30)]
    text = Text.of(texts)
    words = text.cut("unicode")
    signatures = sign(text, parameters).signatures
    for i in range(len(texts)):
        own = words.folded[words.offsets[i] : words.offsets[i + 1]].tolist()
        assert signatures[i].tolist() == slow_signature(own, parameters)


def test_documents_without_a_word_are_told_apart_from_those_with_one() -> None:
    assert sign_all(["", "a", " \n", "…!", "我"]).worded.tolist() == [False, True, False, False, True]


def test_one_word_documents_that_differ_hardly_ever_agree_in_any_permutation() -> None:
    signatures = sign_all([f"word{i}" for i in range(2000)]).signatures
    same = (signatures[:1000] == signatures[1000:]).mean()
    assert same < 10 / 2**16  # by chance 1 / 2**16
    assert len(np.unique(signatures, axis=0)) == 2000


def test_other_seeds_are_other_permutations() -> None:
    one, two = (NearDuplicates(seed=seed).multipliers for seed in (0, 1))
    assert not np.intersect1d(one, two).size
    assert (one % 2 == 1).all()
