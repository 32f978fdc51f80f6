"""Estimates as a person reads them: enough digits, none to spare."""

from __future__ import annotations

import math

import pytest

from reports import say

NB = "\u00a0"


@pytest.mark.parametrize(
    ("value", "low", "high", "shown"),
    [
        (-0.154, -0.9, 0.3, "−0.15 [−0.90, 0.30]"),
        (-0.0709, -0.0953, -0.0363, "−0.071 [−0.095, −0.036]"),
        (0.189, -0.0386, 0.3696, "0.19 [−0.04, 0.37]"),
        (6.1458, 1.904, 10.826, "6.1 [1.9, 10.8]"),
        (0.42, 0.378, 0.462, "0.42 [0.38, 0.46]"),
        (2.3810, 2.1645, 2.6455, "2.4 [2.2, 2.6]"),
        (1.62, 1.5066, 1.7419, "1.62 [1.51, 1.74]"),
        (15.38, 6.6, math.inf, "15.4 [6.6, ∞]"),
        (123.4, 87.6, 159.2, "123 [88, 159]"),
        (0.0, -0.0158, 0.0, "0.000 [−0.016, 0.000]"),
        (0.3, -0.000021, 0.9, "0.30 [−0.00, 0.90]"),
    ],
)
def test_an_estimate_has_two_digits_that_matter_and_at_most_one_more_than_its_interval_tells(
    value: float, low: float, high: float, shown: str
) -> None:
    assert say.estimate({"value": value, "interval": [low, high]}).replace(NB, " ") == shown


@pytest.mark.parametrize(
    ("value", "low", "high", "shown"),
    [
        (101_882_382.3, 0.0029544, 1_107_807_441_722_078.9, "1.02 × 10⁸ [0.00295, 1.11 × 10¹⁵]"),
        (2.0, 6.144e-6, 7.156, "2 [6.14 × 10⁻⁶, 7.16]"),
        (0.0, -3e9, 5e9, "0 [−3.00 × 10⁹, 5.00 × 10⁹]"),
        (58_455.8, 7.0, 100_000.0, "58,456 [7, 100,000]"),
        (5_000_000.0, 4_999_900.0, 5_000_100.0, "5,000,000 [4,999,900, 5,000,100]"),
    ],
)
def test_a_figure_too_long_to_read_is_a_power_of_ten_unless_that_hides_what_tells_it_apart(
    value: float, low: float, high: float, shown: str
) -> None:
    assert say.estimate({"value": value, "interval": [low, high]}).replace(NB, " ") == shown
