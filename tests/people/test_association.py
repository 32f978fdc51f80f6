"""nPMI, log-odds and the control of false ones, each against plain arithmetic on the same words."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest

from dataqual.people import Mentions, associations, log_odds, npmi, significant
from dataqual.people.association import with_examples
from dataqual.people.fighting_words import Usage


def test_npmi_is_boumas_by_its_formula() -> None:
    texts = ["She is a nurse. He is a nurse. She left.", "The nurse came, she said. He slept. It rained."]
    found = npmi(texts, "she", "nurse")
    both, she, nurse, n = 2, 3, 3, 6
    pmi = log((both / n) / ((she / n) * (nurse / n)))
    assert found.value == pytest.approx(pmi / -log(both / n))
    assert (found.both, found.first, found.second, found.sentences, found.documents) == (2, 3, 3, 6, 2)


@pytest.mark.parametrize(
    ("texts", "value"),
    [
        (["she nurse. other."], 1.0),  # always together
        (["she left. a nurse."], -1.0),  # never
        (["she left. nothing."], None),  # one of them nowhere
        ([""], None),
        (["她是护士。下雨了。"], None),
    ],
)
def test_npmi_at_its_ends(texts: list[str], value: float | None) -> None:
    assert npmi(texts, "she", "nurse").value == (pytest.approx(value) if value is not None else None)


def test_npmi_takes_any_words_also_several_and_chinese() -> None:
    assert npmi(["她是护士。他是医生。", "她是护士，下雨了。晴天。"], ["她", "她们"], "护士").value == pytest.approx(
        1.0
    )


def test_the_interval_of_npmi_is_that_of_the_numerical_derivative() -> None:
    rng = np.random.default_rng(1)
    said = ["she is a nurse. ", "she left. ", "a nurse. ", "it rains. "]
    counts = rng.integers(0, 4, (40, 4)) + np.array([1, 0, 0, 2])
    texts = ["".join(sentence * k for sentence, k in zip(said, row, strict=True)) for row in counts]

    def value(weights: np.ndarray) -> float:
        both, she, nurse, none = weights @ counts
        n = both + she + nurse + none
        return log(both * n / ((both + she) * (both + nurse))) / -log(both / n)

    one = np.ones(40)
    adds = [(value(one + 1e-5 * row) - value(one - 1e-5 * row)) / 2e-5 for row in np.eye(40)]
    spread = sqrt(sum(x * x for x in adds) * 40 / 39) * 2.0227  # t of 39 degrees of freedom
    found = npmi(texts, "she", "nurse")
    assert found.interval == pytest.approx((value(one) - spread, value(one) + spread), abs=1e-4)


def test_log_odds_and_z_are_those_of_monroe_by_his_formulas() -> None:
    first, second = np.array([[8, 1, 11], [7, 2, 11]]), np.array([[1, 5, 14], [2, 6, 12]])
    background = first.sum(axis=0) + second.sum(axis=0)
    found = log_odds(Usage.of(first), Usage.of(second), background, prior=10)
    alpha0 = 10
    for w in range(3):
        alpha = alpha0 * background[w] / background.sum()
        y1, y2, n1, n2 = first[:, w].sum(), second[:, w].sum(), first.sum(), second.sum()
        delta = log((y1 + alpha) / (n1 + alpha0 - y1 - alpha)) - log((y2 + alpha) / (n2 + alpha0 - y2 - alpha))
        assert found.delta[w] == pytest.approx(delta)
        assert found.z_of_words[w] == pytest.approx(delta / sqrt(1 / (y1 + alpha) + 1 / (y2 + alpha)))


def test_the_error_over_documents_is_that_of_the_numerical_derivative() -> None:
    rng = np.random.default_rng(0)
    first = rng.poisson(rng.gamma(0.3, 8, (30, 1)) * np.arange(1, 5))
    second = rng.poisson(rng.gamma(0.3, 8, (30, 4)))
    background = (first + second).sum(axis=0)
    found = log_odds(Usage.of(first), Usage.of(second), background, prior=100)
    alpha = 100 * background / background.sum()

    def delta(weights: np.ndarray) -> np.ndarray:
        y1, y2 = weights @ first, weights @ second
        return np.log((y1 + alpha) / (y1.sum() + 100 - y1 - alpha)) - np.log(
            (y2 + alpha) / (y2.sum() + 100 - y2 - alpha)
        )

    adds = np.array([(delta(1 + 1e-5 * row) - delta(1 - 1e-5 * row)) / 2e-5 for row in np.eye(30)])
    drawn = ((first + second).sum(axis=1) > 0).sum()
    error = np.sqrt((adds**2).sum(axis=0) - adds.sum(axis=0) ** 2 / drawn) * sqrt(drawn / (drawn - 1))
    assert (error > found.delta / found.z_of_words).all(), "else the test would see Monroe's error"
    assert found.error == pytest.approx(error, rel=1e-5)


def test_a_word_of_one_long_document_is_not_held_for_a_habit_of_many() -> None:
    lumped, rest = np.zeros((50, 2), np.int64), np.full((50, 2), [1, 40])
    lumped[:, 1] = 40
    spread = lumped.copy()
    lumped[0, 0], spread[:, 0] = 150, 3
    background = [200, 4000]
    by_one, by_all = (log_odds(Usage.of(text), Usage.of(rest), background) for text in (lumped, spread))
    assert by_one.z_of_words[0] > 4
    assert by_one.p[0] > 0.01
    assert by_all.p[0] < 1e-4


def test_adjusted_chances_are_benjamini_and_hochbergs_of_1995() -> None:
    # the fifteen chances of their section 3.2, of which the procedure at 5 per cent rejects the first four
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
    q = significant(p)
    assert (q <= 0.05).sum() == 4
    assert q[:4] == pytest.approx([0.0015, 0.003, 0.0095, 0.035625])
    assert len(significant([])) == 0


CORPUS = [f"She is a nurse on ward {i}. He is an engineer. It rained. She left; he slept {i}." for i in range(30)]
CORPUS += [f"He is a nurse in {i}. She slept. They went away. A tree fell." for i in range(6)]


def test_what_is_said_of_one_gender_is_found_with_its_sentences() -> None:
    mentions = Mentions.of(CORPUS)
    found = {str(one.said): one for one in associations(mentions, "gender", lists=["occupation"])}
    nurse, engineer = found["occupation/nurse"], found["occupation/engineer"]
    assert (nurse.group, nurse.often, nurse.elsewhere, nurse.documents) == ("female", 30, 6, 36)
    assert nurse.significant
    assert nurse.z > 2.5
    assert nurse.interval[0] > 0
    assert engineer.z < -2.5
    assert nurse.npmi.both == 30
    shown = with_examples(mentions, nurse)
    assert [spot.text for spot in shown.spots] == ["She is a nurse on ward 0.", "She is a nurse on ward 1."]
    assert [shown.spots[0].text[a:b] for a, b, _ in shown.spots[0].marks] == ["She", "nurse"]


def test_sentences_that_name_both_say_nothing_of_either() -> None:
    assert associations(["She told him the nurse was here."] * 40, "gender") == []


def test_what_occurs_too_rarely_is_not_tested() -> None:
    assert associations(CORPUS[:4], "gender") == []
    assert associations([], "gender") == []
    assert associations([""], "gender") == []


def test_of_two_groups_one_is_tested_and_of_three_each() -> None:
    assert {one.group for one in associations(CORPUS, "gender")} == {"female"}
    three = [f"Young people are happy {i}. Old people are happy. Adults are sad." for i in range(20)]
    assert {one.group for one in associations(three, "age")} == {"young", "middle", "old"}


def test_chinese_is_tested_as_english_is() -> None:
    texts = [f"她是护士{i}。他是工程师。下雨了。" for i in range(20)]
    best = associations(texts, "gender")[0]
    assert str(best.said) in ("occupation/护士", "occupation/工程师")
    assert best.significant
