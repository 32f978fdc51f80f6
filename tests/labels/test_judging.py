"""Labels judged by models that never saw the document: planted flips are found, copies do not vouch for each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from dataqual.labels.copies import Copied, conflict_reading, conflicts
from dataqual.labels.error_share import label_errors
from dataqual.labels.judging import judge
from dataqual.text import Text

GOOD = {"en": "good fine great lovely clean quick friendly".split(), "zh": "好 棒 干净 方便 满意 舒服 漂亮".split()}
BAD = {"en": "bad poor awful dirty slow rude broken".split(), "zh": "差 坏 脏 吵 失望 难吃 破".split()}
OTHER = {
    "en": "the room food staff price we had was today".split(),
    "zh": "房间 早餐 服务 价格 我们 今天 觉得 这家".split(),
}


def reviews(language: str, n: int, seed: int = 0) -> tuple[list[str], list[str]]:
    """Reviews and their true labels."""
    random = np.random.default_rng(seed)
    texts, labels = [], []
    for i in range(n):
        label = ("neg", "pos")[i % 2]
        words = [*random.choice((BAD, GOOD)[i % 2][language], 3), *random.choice(OTHER[language], 8)]
        texts.append(("" if language == "zh" else " ").join(random.permutation(words)) + f" {i}")
        labels.append(label)
    return texts, labels


def flipped(labels: list[str], every: int) -> tuple[list[str], np.ndarray]:
    wrong = np.arange(len(labels)) % every == 0
    return [{"pos": "neg", "neg": "pos"}[x] if w else x for x, w in zip(labels, wrong, strict=True)], wrong


@pytest.mark.parametrize("language", ["en", "zh"])
def test_planted_flips_come_first_and_their_share_is_in_the_interval(language: str) -> None:
    texts, labels = reviews(language, 400)
    given, wrong = flipped(labels, 15)
    found = judge(Text.of(texts), given)
    assert found is not None
    first = found.rows[found.ranked()[: wrong.sum()]]
    assert wrong[first].mean() > 0.9
    suggested = [found.classes[code] for code in found.suggested[found.ranked()[:10]]]
    assert suggested == [labels[row] for row in first[:10]]
    reading = found.errors()
    assert reading.interval is not None
    assert reading.interval[0] <= wrong.mean() <= reading.interval[1]


def test_the_order_of_the_documents_changes_no_verdict() -> None:
    texts, labels = reviews("en", 200)
    given, _ = flipped(labels, 9)
    order = np.random.default_rng(1).permutation(200)
    one = judge(Text.of(texts), given)
    other = judge(Text.of([texts[i] for i in order]), [given[i] for i in order])
    assert one is not None and other is not None
    assert other.quality == pytest.approx(one.quality[order], abs=1e-6)
    assert other.suspects.tolist() == one.suspects[order].tolist()


def test_workers_change_no_bit() -> None:
    texts, labels = reviews("zh", 200)
    one = judge(Text.of(texts), labels)
    with ThreadPoolExecutor(3) as pool:
        other = judge(Text.of(texts), labels, run=pool.map)
    assert one is not None and other is not None
    assert one.probabilities.tolist() == other.probabilities.tolist()


def test_a_copy_does_not_vouch_for_a_wrong_label() -> None:
    texts, labels = reviews("en", 300)
    wrong = "the staff was good great lovely fine clean and friendly today we had great food"
    found = judge(Text.of([*texts, *[wrong] * 3]), [*labels, *["neg"] * 3])
    assert found is not None
    assert found.suspects[-3:].all()


def test_rare_labels_and_documents_without_one_are_not_judged() -> None:
    texts, labels = reviews("en", 100)
    given: list[str | None] = [*labels[:-8], *[None] * 5, *["typo"] * 3]
    found = judge(Text.of(texts), given)
    assert found is not None
    assert (found.classes, found.rows.tolist()) == (("neg", "pos"), list(range(92)))
    assert judge(Text.of(texts), [None] * 100) is None
    assert judge(Text.of([]), []) is None


def test_strange_documents_are_judged_like_others() -> None:
    texts, labels = reviews("en", 100)
    found = judge(Text.of([*texts, "", "\0", "🙂", "  "]), [*labels, "pos", "neg", "pos", "neg"])
    assert found is not None
    assert np.isfinite(found.probabilities).all()
    assert len(found.rows) == 104


def test_contradictions_are_of_copies_and_the_largest_comes_first() -> None:
    near = "we went to the park and it rained all day long so we came home early with the dog and the ball"
    texts = ["same", "same", "other", near, near + " again", near, "alone", "same"]
    labels = ["+", "-", "+", "+", "-", "+", "-", None]
    found = conflicts(Copied.of(Text.of(texts)), labels)
    assert [(one.exact, one.labels, one.rows) for one in found] == [
        (False, (("+", 2), ("-", 1)), (3, 4)),
        (True, (("+", 1), ("-", 1)), (0, 1)),
    ]
    reading = conflict_reading(found, 7)
    assert (reading.value, reading.detail) == (5 / 7, {"documents": 5, "exact": 2, "clusters": 2})
    assert conflict_reading([], 0).value is None


def test_without_documents_or_classes_no_share_is_told() -> None:
    assert label_errors(np.zeros(0, np.int64), np.zeros((0, 2))).value is None
    assert label_errors(np.zeros(5, np.int64), np.ones((5, 1))).value is None


def test_that_no_label_looks_wrong_does_not_prove_that_none_is() -> None:
    for n in (12, 600):
        labels = np.repeat([0, 1], n)
        found = label_errors(labels, np.where(labels[:, None] == np.arange(2), 0.95, 0.05))
        assert found.value == 0.0 and found.interval is not None
        assert found.interval == (0.0, pytest.approx(1 - 0.025 ** (1 / (2 * n)))), "Clopper and Pearson, of none"


def test_a_label_of_which_all_documents_are_copies_of_one_is_not_judged() -> None:
    texts = ["only this one sentence"] * 12 + [f"{word}{i} {word}" for word in ("好评", "bad") for i in range(12)]
    found = judge(Text.of(texts), ["template"] * 12 + ["好评"] * 12 + ["bad"] * 12)
    assert found is not None
    assert found.classes == ("bad", "好评")
