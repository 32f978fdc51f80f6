"""How a threshold becomes bands, and what is found."""

from __future__ import annotations

import numpy as np
import pytest

from dataqual.errors import SpecError
from dataqual.near_duplicates import NearDuplicates


@pytest.mark.parametrize("threshold", [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0])
def test_a_pair_at_the_threshold_is_found_99_times_of_100(threshold: float) -> None:
    assert NearDuplicates(threshold=threshold).found(threshold) >= 0.99


def test_one_more_row_would_lose_too_many_pairs() -> None:
    parameters = NearDuplicates()
    more = parameters.rows + 1
    assert 1 - (1 - 0.8**more) ** (128 // more) < 0.99


@pytest.mark.parametrize("similarity", [0.6, 0.7, 0.75, 0.8])
def test_the_chance_to_be_found_is_what_simulated_signatures_show(similarity: float) -> None:
    parameters = NearDuplicates()
    agree = np.random.default_rng(0).random((40_000, 128)) < similarity
    met = (agree[:, :126].reshape(-1, 21, 6).sum(axis=2) == 6).sum(axis=1) > 0
    found = (met & (agree.sum(axis=1) >= 90)).mean()
    assert parameters.found(similarity) == pytest.approx(found, abs=0.01)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"threshold": 80}, "near_duplicates.threshold: 80 is not above 0 and at most 1 (80 % is 0.8)"),
        ({"threshold": 0.0}, "near_duplicates.threshold: 0 is not above 0 and at most 1 (80 % is 0.8)"),
        ({"shingle": 0}, "near_duplicates.shingle: 0 words; at least 1, 5 is usual"),
        ({"permutations": 100}, "near_duplicates.permutations: 100 is not a multiple of 16 from 16 to 1008"),
        ({"permutations": 1024}, "near_duplicates.permutations: 1024 is not a multiple of 16 from 16 to 1008"),
    ],
)
def test_a_wrong_parameter_is_answered_with_a_letter(given: dict[str, float], message: str) -> None:
    with pytest.raises(SpecError) as error:
        NearDuplicates(**given)  # type: ignore[arg-type]
    assert str(error.value) == message
