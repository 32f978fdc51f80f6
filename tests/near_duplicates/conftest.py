"""Texts whose exact similarity is known by construction, and a survey of them in one call."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest

from dataqual.near_duplicates import NearCopies, NearDuplicates, Survey
from dataqual.text import Text

ALPHABETS = {
    "English": None,
    "Chinese": [chr(c) for c in range(0x4E00, 0x9FA0)],
    "Thai": [chr(c) for c in range(0x0E01, 0x0E2F)],  # consonants; each is a word of its own
}


def words(count: int, script: str, rng: random.Random) -> list[str]:
    """Random words, or characters where each is a word."""
    alphabet = ALPHABETS[script]
    if alphabet:
        return rng.choices(alphabet, k=count)
    return ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=7)) for _ in range(count)]


def write(parts: Sequence[str], script: str) -> str:
    """Words as a text of that script."""
    return (" " if script == "English" else "").join(parts)


@pytest.fixture
def make_pair() -> Callable[[random.Random, str, int, int], tuple[str, str]]:
    """Two texts that share `shared` of `shared + 2 * own` shingles: a common beginning, then `own` words each."""

    def make(rng: random.Random, script: str, shared: int, own: int) -> tuple[str, str]:
        beginning = words(shared + 4, script, rng)
        first, second = words(own, script, rng), words(own, script, rng)
        while first[0] == second[0]:  # would be one more shared shingle
            second = words(own, script, rng)
        return write(beginning + first, script), write(beginning + second, script)

    return make


@pytest.fixture
def find_copies() -> Callable[..., NearCopies]:
    """The survey of some texts, in batches of a given size."""

    def find(
        texts: Sequence[str],
        parameters: NearDuplicates | None = None,
        *,
        batch: int = 1000,
        verify: int | None = None,
        memory: int = 48 << 20,
        fetch: Callable[[list[int]], list[str]] | None = None,
    ) -> NearCopies:
        survey = Survey(parameters or NearDuplicates(), memory=memory)
        for start in range(0, len(texts), batch):
            survey.add(survey.measure(Text.of(list(texts[start : start + batch]))))
        return survey.finish(fetch or (lambda numbers: [texts[i] for i in numbers]), verify=verify)

    return find
