"""Accuracy and F1, against the numbers that others publish for the same tags."""

from __future__ import annotations

import numpy as np
import pytest

from studies.evaluating.scores import scores, spans_of

SEQEVAL_TRUE = [["O", "O", "O", "B-MISC", "I-MISC", "I-MISC", "O"], ["B-PER", "I-PER", "O"]]
SEQEVAL_TOLD = [["O", "O", "B-MISC", "I-MISC", "I-MISC", "I-MISC", "O"], ["B-PER", "I-PER", "O"]]
"""The example of the README of seqeval 1.2.2, which says: f1 of MISC 0.00, of PER 1.00, macro 0.50, accuracy 0.80."""


def test_spans_are_scored_as_seqeval_scores_its_own_example() -> None:
    found = scores(SEQEVAL_TRUE, SEQEVAL_TOLD, [0, 1])
    assert {name: round(reading["value"], 2) for name, reading in found.items()} == {
        "accuracy": 0.80, "macro_f1": 0.50, "f1:MISC": 0.0, "f1:PER": 1.0,
    }  # fmt: skip
    assert {name: reading["n"] for name, reading in found.items()} == {
        "accuracy": 10, "macro_f1": 2, "f1:MISC": 1, "f1:PER": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        (["I-NP", "I-NP", "O"], [("NP", 0, 1)]),
        (["B-NP", "I-VP", "I-VP"], [("NP", 0, 0), ("VP", 1, 2)]),
        (["B-NP", "B-NP"], [("NP", 0, 0), ("NP", 1, 1)]),
        (["B-人", "I-人", "O", "B-地"], [("人", 0, 1), ("地", 3, 3)]),
        (["O", "O"], []),
        ([], []),
    ],
)
def test_a_span_begins_as_conlleval_says(tags: list[str], spans: list[tuple[str, int, int]]) -> None:
    assert spans_of(tags) == spans


def test_classes_of_documents_are_scored_as_scikit_learn_scores_its_own_example() -> None:
    # sklearn.metrics.f1_score: y_true = [0, 1, 2, 0, 1, 2], y_pred = [0, 2, 1, 0, 0, 1]: average=None [0.8, 0, 0], macro 0.26…
    true, told = ([[str(x)] for x in row] for row in ([0, 1, 2, 0, 1, 2], [0, 2, 1, 0, 0, 1]))
    found = scores(true, told, range(6))
    assert [found[f"f1:{name}"]["value"] for name in "012"] == [0.8, 0.0, 0.0]
    assert found["macro_f1"]["value"] == pytest.approx(0.8 / 3)
    assert found["accuracy"]["value"] == pytest.approx(2 / 6)
    assert found["f1:1"]["interval"][1] > 0.2  # none of two is no proof that there never is one


def test_intervals_hold_the_true_accuracy_and_f1_as_often_as_they_say() -> None:
    random, held = np.random.default_rng(0), {"accuracy": 0, "f1:a": 0, "macro_f1": 0}
    truth = {"accuracy": 0.8, "f1:a": 2 * 0.24 / (0.3 + 0.24 + 0.14), "macro_f1": 0.0}
    f1_b = 2 * 0.56 / (0.7 + 0.56 + 0.06)
    truth["macro_f1"] = (truth["f1:a"] + f1_b) / 2
    times = 300
    for _ in range(times):
        true = np.where(random.random(200) < 0.3, "a", "b")
        told = np.where(random.random(200) < 0.8, true, np.where(true == "a", "b", "a"))
        found = scores([[t] for t in true.tolist()], [[t] for t in told.tolist()], range(200))
        for name in held:
            low, high = found[name]["interval"]
            held[name] += low <= truth[name] <= high
    assert all(count >= 0.92 * times for count in held.values()), held
    assert held["accuracy"] < times or held["f1:a"] < times  # and are no wider than they need be


def test_pieces_of_one_record_are_one_piece_of_evidence() -> None:
    apart = scores([["a"]] * 40, [["a"]] * 30 + [["b"]] * 10, range(40))["accuracy"]
    pieces = scores([["a"]] * 40, [["a"]] * 30 + [["b"]] * 10, [i // 10 for i in range(40)])["accuracy"]
    assert pieces["value"] == apart["value"] == 0.75
    assert pieces["interval"][1] - pieces["interval"][0] > 2 * (apart["interval"][1] - apart["interval"][0])
