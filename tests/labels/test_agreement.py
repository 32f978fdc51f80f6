"""Agreement against the published examples, and against plain sums over all pairs."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dataqual.errors import InputError
from dataqual.labels.agreement import (
    annotator_agreement,
    cohen_kappa,
    fleiss_kappa,
    item_agreement,
    krippendorff_alpha,
)
from dataqual.labels.ratings import LEVELS, Level, Ratings
from dataqual.reading import Reading


def columns(**rows: str) -> Ratings:
    return Ratings.of_columns({name: [None if c == "." else c for c in row] for name, row in rows.items()})


KRIPPENDORFF = columns(a="123321412...", b="1233224125.3", c=".3332342251.", d="12332441251.")
"""Krippendorff 2011, example C: four observers, twelve units, values missing."""


@pytest.mark.parametrize(
    ("level", "expected"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_the_computing_example_of_krippendorff_at_every_level(level: Level, expected: float) -> None:
    assert krippendorff_alpha(KRIPPENDORFF, level).value == pytest.approx(expected, abs=5e-4)


def test_his_binary_and_nominal_examples() -> None:
    assert krippendorff_alpha(columns(meg="0100000010", owen="1110010000")).value == pytest.approx(0.095, abs=5e-4)
    assert krippendorff_alpha(columns(ben="aabbdcccedda", gerry="babbbccceddd")).value == pytest.approx(0.692, abs=5e-4)


DIAGNOSES = (
    "444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333 144444 224445 "
    "333335 111455 111112 224444 133555 555555 244444 224555 114444 144445 222224 111155 224444 133333 555555"
)
"""Fleiss 1971, table 1: thirty patients, six psychiatrists each, five diagnoses; who said what within a row is not told."""


def test_the_psychiatrists_of_fleiss() -> None:
    rows = DIAGNOSES.split()
    ratings = Ratings.of_columns({f"rater{at}": [row[at] for row in rows] for at in range(6)})
    assert fleiss_kappa(ratings).value == pytest.approx(0.430, abs=5e-4)


def test_cohens_clinicians() -> None:
    table = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]  # Cohen 1960, table 1, per 200 patients: .44 .07 .09 / …
    pairs = [(i, j) for i, j in itertools.product(range(3), range(3)) for _ in range(table[i][j])]
    ratings = Ratings.of_columns({"a": [str(i) for i, _ in pairs], "b": [str(j) for _, j in pairs]})
    assert cohen_kappa(ratings).value == pytest.approx(0.49, abs=5e-3)


def plain_alpha(ratings: Ratings, level: Level) -> float:
    """Sums over all pairs, as the definition has them."""
    units = [[c for c in row if c >= 0] for row in ratings.codes.tolist()]
    units = [unit for unit in units if len(unit) > 1]
    every = [c for unit in units for c in unit]
    n = [every.count(c) for c in range(len(ratings.values))]

    def distance(c: int, k: int) -> float:
        if level == "nominal":
            return float(c != k)
        if level == "ordinal":
            low, high = sorted((c, k))
            return (sum(n[low : high + 1]) - (n[c] + n[k]) / 2) ** 2 if c != k else 0.0
        a, b = float(ratings.values[c]), float(ratings.values[k])
        return (a - b) ** 2 if level == "interval" else ((a - b) / (a + b)) ** 2 if a + b else 0.0

    observed = sum(distance(c, k) / (len(u) - 1) for u in units for c, k in itertools.permutations(u, 2)) / len(every)
    expected = sum(distance(c, k) for c, k in itertools.permutations(every, 2)) / (len(every) * (len(every) - 1))
    return 1 - observed / expected


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("seed", range(3))
def test_alpha_is_what_all_pairs_say(level: Level, seed: int) -> None:
    random = np.random.default_rng(seed)
    codes = np.where(random.random((15, 4)) < 0.7, random.integers(0, 4, (15, 4)), -1)
    ratings = Ratings(tuple(map(str, range(15))), tuple("abcd"), ("0", "1", "2.5", "7"), codes)
    assert krippendorff_alpha(ratings, level, draws=1).value == pytest.approx(plain_alpha(ratings, level))
    own = item_agreement(ratings, level)[ratings.pairable]
    sizes = (codes >= 0).sum(axis=1)[ratings.pairable]
    assert (own * sizes).sum() / sizes.sum() == pytest.approx(plain_alpha(ratings, level))


def test_the_one_who_disagrees_is_seen() -> None:
    ratings = columns(a="ababababab", b="ababababab", c="ababababab", d="baabbababb")
    one = annotator_agreement(ratings)
    assert one.argmin() == 3
    assert one[0] == one[1] == one[2]
    assert np.isnan(item_agreement(columns(a="ab", b="a."))[1])


def test_where_nothing_can_disagree_there_is_no_number() -> None:
    for ratings in (columns(a="", b=""), columns(a="aa", b="aa"), columns(a="ab", b=".."), columns(a="ab")):
        found = krippendorff_alpha(ratings)
        assert (found.value, found.interval) == (None, None)


def test_the_interval_holds_the_value_and_narrows_with_items() -> None:
    few = krippendorff_alpha(columns(a="ababab", b="abbbab"))
    many = krippendorff_alpha(columns(a="ababab" * 20, b="abbbab" * 20))
    assert few.interval and many.interval
    assert few.interval[0] <= few.value <= few.interval[1]  # type: ignore[operator]
    assert many.interval[1] - many.interval[0] < (few.interval[1] - few.interval[0]) / 3


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: fleiss_kappa(columns(a="ab", b="a.")), "items have 1 to 2 values, and Fleiss' kappa needs equally many, two"),
        (lambda: cohen_kappa(columns(a="a", b="a", c="a")), "Cohen's kappa is of two annotators, and there are 3"),
        (lambda: krippendorff_alpha(columns(a="ab", b="ab"), "interval"), "'a' is no number, which interval and ratio"),
        (lambda: krippendorff_alpha(Ratings.of_columns({"a": ["-1"], "b": ["2"]}), "ratio"), "-1 is below 0"),
        (lambda: Ratings.of_long([("x", "ann", "1"), ("x", "ann", "2")]), "'ann' gave 'x' both '1' and '2'; keep one"),
        (lambda: Ratings.of_columns({"a": ["low", "mid"]}, order=["low", "high"]), "'mid' was given, and is not in the order"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_said(call: Any, said: str) -> None:
    with pytest.raises(InputError) as found:
        call()
    assert said in str(found.value)


def test_a_long_table_and_columns_say_the_same() -> None:
    wide = columns(a="ab.b", b="abab")
    long = Ratings.of_long(
        [
            (str(i + 1), name, None if c == "." else c)
            for name, row in (("a", "ab.b"), ("b", "abab"))
            for i, c in enumerate(row)
        ]
    )
    assert krippendorff_alpha(long).value == krippendorff_alpha(wide).value


def test_numbers_are_in_their_own_order_and_words_in_the_order_that_is_named() -> None:
    assert Ratings.of_columns({"a": ["10", "9", "9.0"]}).values == ("9", "10")
    assert Ratings.of_columns({"a": ["高", "低"]}, order=["低", "中", "高"]).codes.tolist() == [[2], [0]]


@pytest.mark.parametrize("measure", [krippendorff_alpha, fleiss_kappa, cohen_kappa])
def test_a_few_items_without_a_disagreement_prove_no_perfect_agreement(measure: Callable[[Ratings], Reading]) -> None:
    few, many = (measure(columns(a="01011" * times, b="01011" * times)) for times in (1, 200))
    assert few.value == many.value == 1.0
    assert few.interval and many.interval
    assert few.interval[0] < 0.2 and few.interval[1] == 1.0, "one item in two may disagree, and none of five show it"
    assert 0.99 < many.interval[0] < 1.0
