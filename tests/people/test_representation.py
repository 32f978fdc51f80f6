"""Shares of groups: hand counts, intervals over documents, references."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from benchmarks import people_intervals
from dataqual.clustered import ShareSums
from dataqual.corpus import Corpus
from dataqual.errors import SpecError
from dataqual.intervals import clopper_pearson, quotient, t_of, t_tail
from dataqual.metric_reading import read
from dataqual.metrics.gender_ratio import GenderRatio
from dataqual.metrics.representation import Representation
from dataqual.people import reference, represented

FEW = ["She met her sister and him.", "He left. 她走了。", "他和爸爸", "nobody", ""]


def test_shares_are_those_counted_by_hand() -> None:
    male, female = sorted(represented(FEW, "gender"), key=lambda group: group.group, reverse=True)
    assert (female.mentions, female.of, female.documents, female.ambiguous) == (4, 8, 2, 0)
    assert (male.mentions, male.share, male.documents) == (4, 0.5, 3)


def test_the_interval_is_that_of_a_simple_sample_as_informative_by_plain_arithmetic() -> None:
    part, whole = np.array([3, 0, 2, 5, 1]), np.array([4, 3, 2, 9, 2])
    p = part.sum() / whole.sum()
    variance = 5 / 4 * sum((y - p * x) ** 2 for y, x in zip(part, whole, strict=True)) / whole.sum() ** 2
    size = p * (1 - p) / variance * (2.0930 / 2.7764) ** 2  # t of 19 and of 4 degrees of freedom, from a printed table
    expected = clopper_pearson(p * size, size)
    assert expected
    assert ShareSums.of(part, whole).interval() == pytest.approx(expected, abs=1e-4)


def test_where_words_come_one_a_document_the_interval_is_clopper_and_pearsons() -> None:
    part, whole = np.repeat([1, 0], [30, 70]), np.ones(100, np.int64)
    sums = ShareSums.of(part, whole)
    assert sums.interval() == pytest.approx(clopper_pearson(30, 100), abs=0.002)


def test_words_of_one_document_are_not_independent() -> None:
    spread = ShareSums.of(np.repeat([1, 0], 500), np.ones(1000, np.int64)).interval()
    lumped = ShareSums.of(np.repeat([100, 0], 5), np.full(10, 100)).interval()
    assert spread
    assert lumped
    assert lumped[1] - lumped[0] > 8 * (spread[1] - spread[0])


def test_sums_of_parts_are_those_of_the_whole() -> None:
    part, whole = np.array([3, 0, 2, 5, 1]), np.array([4, 3, 2, 9, 2])
    both = ShareSums.of(part[:2], whole[:2]) + ShareSums.of(part[2:], whole[2:])
    assert both == ShareSums.of(part, whole)
    assert ShareSums().interval() is None


def test_students_t_is_that_of_printed_tables() -> None:
    assert [round(t_of(0.95, n), 3) for n in (1, 2, 5, 30)] == [12.706, 4.303, 2.571, 2.042]
    assert t_tail(2.042, 30) == pytest.approx(0.05, abs=1e-4)


def test_the_interval_of_a_quotient_is_that_of_donner_and_zou_by_the_formula_as_printed() -> None:
    a, (la, ua), b, (lb, ub) = 0.3, (0.22, 0.4), 0.2, (0.13, 0.29)
    low = (a * b - math.sqrt((a * b) ** 2 - la * ub * (2 * a - la) * (2 * b - ub))) / (ub * (2 * b - ub))
    high = (a * b + math.sqrt((a * b) ** 2 - ua * lb * (2 * a - ua) * (2 * b - lb))) / (lb * (2 * b - lb))
    assert quotient(a, (la, ua), b, (lb, ub)) == pytest.approx((low, high))
    assert quotient(0.3, (0.2, 0.4), 0.2, (0.2, 0.2)) == pytest.approx((1.0, 2.0))  # a reference that is known
    assert quotient(0.3, (0.2, 0.4), 0.2, (0.0, 0.5))[1] == math.inf


@pytest.mark.parametrize("name", ["census.csv", "census.yaml"])
def test_a_reference_is_a_table_and_its_shares_sum_to_one(tmp_path: Path, name: str) -> None:
    rows = "axis,group,share\ngender,female,30\ngender,male,10\n"
    (tmp_path / name).write_text(
        rows if name.endswith("csv") else "gender: {female: 0.75, male: 0.25}\n", encoding="utf-8"
    )
    assert reference(tmp_path / name) == {"gender": {"female": 0.75, "male": 0.25}}
    metric = Representation(reference=str(tmp_path / name))
    reading = read(metric, Corpus.of(["She met her sister and him.", "they are nonbinary"]))
    assert (reading.value, reading.n) == (1.0, 4)  # three of four, where the reference has three of four
    [group] = [group for group in reading.detail["groups"] if group["group"] == "female"]
    assert group["reference"] == 0.75
    assert group["ratio_interval"][0] < 1 < group["ratio_interval"][1]


def test_another_corpus_is_a_reference_with_an_interval_of_its_own() -> None:
    women, men = represented(["She met her."] * 30 + ["He left."] * 10, reference=["She met him."] * 40)
    assert (women.share, women.reference, women.ratio) == (60 / 70, 0.5, pytest.approx(12 / 7))
    known = represented(["She met her."] * 30 + ["He left."] * 10, reference={"female": 0.5, "male": 0.5})[0]
    assert women.ratio_interval
    assert known.ratio_interval
    assert women.ratio_interval[0] < known.ratio_interval[0]
    assert men.group == "male"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("axis,group\ngender,female\n", "census.csv:2: expected the columns axis, group and share"),
        (
            "axis,group,share\ngender,female,much\n",
            "census.csv: gender.female: expected a share or a count, got 'much'",
        ),
        ("axis,group,share\ngender,female,0\n", "census.csv: gender: the shares sum to nothing"),
        ("axis,group,share\n", "census.csv: no shares in it"),
        ("axis,group,share\nage,old,1\n", "census.csv: no shares of the axis gender; there are: age"),
        ("axis,group,share\ngender,males,1\n", "no group 'males' of the axis 'gender'; did you mean 'male'"),
        ("axis,group,share\ngender,male,1\n", "census.csv: no share of gender female; there are: male"),
    ],
)
def test_a_reference_that_will_not_do_is_one_line(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "census.csv").write_text(content, encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        Representation(reference=str(tmp_path / "census.csv"))
    assert said in str(caught.value)


def test_the_ratio_is_women_for_each_man_and_none_without_men() -> None:
    reading = read(GenderRatio(), Corpus.of(["She met her sister and him.", "nobody"]))
    assert (reading.value, reading.n, reading.method) == (3.0, 4, "exact")
    assert read(GenderRatio(), Corpus.of(["She left."])).value is None
    assert read(GenderRatio(), Corpus.of(["她走了，他来了。"])).value == 1.0
    assert read(GenderRatio(), Corpus.of(["nobody", ""])).value is None


def test_in_made_corpora_intervals_over_documents_hold_the_truth_and_those_over_words_do_not() -> None:
    over_documents = people_intervals.held(people_intervals.CASES["representation, 300 documents, 1/2"], 200)
    over_words = people_intervals.held(next(iter(people_intervals.BESIDE.values())), 200)
    assert over_documents >= 0.93
    assert over_words < 0.85
