"""Estimated similarity against the exact one, with datasketch as a second opinion."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest
from datasketch import MinHash

from dataqual.near_duplicates import NearDuplicates, jaccard, shingles
from dataqual.near_duplicates.signing import sign
from dataqual.text import Text


@pytest.mark.parametrize(("shared", "own"), [(20, 40), (60, 20), (80, 10), (90, 5)])
def test_estimates_scatter_no_more_than_those_of_datasketch(
    make_pair: Callable[..., tuple[str, str]], shared: int, own: int
) -> None:
    rng = random.Random(shared)
    pairs = [make_pair(rng, "English", shared, own) for _ in range(150)]
    truth = shared / (shared + 2 * own)
    assert jaccard(*pairs[0]) == truth
    parameters = NearDuplicates()
    signatures = sign(Text.of([text for pair in pairs for text in pair]), parameters).signatures
    ours = parameters.similarity((signatures[::2] == signatures[1::2]).sum(axis=1).astype(np.uint16))
    theirs = [_datasketch(first).jaccard(_datasketch(second)) for first, second in pairs]
    expected = (truth * (1 - truth) / 128) ** 0.5
    assert ours.mean() == pytest.approx(truth, abs=4 * expected / 150**0.5)
    assert ours.mean() == pytest.approx(np.mean(theirs), abs=6 * expected / 150**0.5)
    assert ours.std() < 1.25 * expected
    assert ours.std() < 1.35 * np.std(theirs)


def _datasketch(text: str) -> MinHash:
    sketch = MinHash(num_perm=128, seed=1)
    sketch.update_batch([number.tobytes() for number in shingles(text)])
    return sketch
