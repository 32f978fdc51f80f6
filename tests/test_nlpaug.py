"""nlpaug's augmenters, wrapped: what they should not touch survives, and seeds hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dataqual import specs
from dataqual.augmenting import augment_column, step_of
from dataqual.children import Chance
from dataqual.errors import DataqualError, SpecError
from dataqual.nlpaug_augmenters import NlpaugAugmenter, word_edits
from tests.test_children import check_locality

pytest.importorskip("nlpaug")

ISSUES = {
    143: "Connect to 192.168.1.1 and to 10.0.0.7 with the big old server that we have",
    171: "The Quick Brown Fox Jumps Over the LAZY dog and Then It Sleeps",
    272: "It costs 5\u00a0000\u00a0€ and it is not cheap for all of us here",
    313: "I don't know what they're doing, it isn't the dog's  fault at all",
}
"""Inputs of nlpaug's issues 143 (numbers taken apart), 171 (small letters), 272 (no-break spaces) and 313 (apostrophes)."""


@pytest.mark.parametrize("issue", ISSUES)
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("RandomWordAug", {"action": "swap"}),
        ("RandomWordAug", {"action": "delete"}),
        ("KeyboardAug", {}),
        ("SplitAug", {}),
    ],
)
def test_the_inputs_of_its_issues_survive(issue: int, name: str, options: dict[str, Any]) -> None:
    text = ISSUES[issue]
    augmenter = NlpaugAugmenter(name, options)
    changed = 0
    for run in range(15):
        for child in augmenter.children(text, Chance(run), 1):
            changed += 1
            check_locality(text, child)
            untouched = [text[a:b] for a, b in spans_between(text, child.edits)]
            for kept in ("192.168.1.1", "10.0.0.7", "5\u00a0000\u00a0€"):
                assert (kept in text) == (kept in child.text)
            assert all(part in child.text for part in untouched)
    assert changed


def spans_between(text: str, edits: Any) -> list[tuple[int, int]]:
    at, found = 0, []
    for edit in edits:
        found.append((at, edit.start))
        at = edit.end
    return [*found, (at, len(text))]


def test_seeds_hold_and_the_generators_of_the_process_are_left_alone() -> None:
    import random

    random.seed(1)
    expected = random.random()
    random.seed(1)
    augmenter = NlpaugAugmenter("RandomWordAug", {"action": "swap"})
    first = augmenter.children(ISSUES[171], Chance(5), 3)
    assert random.random() == expected
    assert augmenter.children(ISSUES[171], Chance(5), 3) == first
    assert augmenter.children(ISSUES[171], Chance(6), 3) != first


def test_what_is_only_spaced_or_written_otherwise_is_no_edit() -> None:
    assert word_edits("It's  here,\u00a0Ann", "it ' s here , ann", "x") == []
    assert [edit.replacement for edit in word_edits("a b c", "a b new c", "x")] == ["new "]
    assert [(edit.start, edit.end) for edit in word_edits("one two three", "one three", "x")] == [(4, 8)]


def test_names_and_options_are_checked_before_a_document_is_read() -> None:
    for given, message in (
        ({"aug": "SynonymAugg"}, "nlpaug has no augmenter 'SynonymAugg'; did you mean 'SynonymAug'?"),
        ({"options": {"aug_pp": 0.2}}, "nlpaug's RandomWordAug has no option 'aug_pp'; did you mean 'aug_p'?"),
    ):
        with pytest.raises(DataqualError) as told:
            augment_column(["a text of some words"], "nlpaug", parameters=given)
        assert message in str(told.value)
    with pytest.raises(SpecError, match="not a mapping"):
        step_of("nlpaug", {"options": "aug_p"})
    step = specs.step({"augment_nlpaug": {"aug": "KeyboardAug", "options": {"aug_char_p": 0.2}}}, "x.yaml.steps[0]")
    assert repr(step).endswith("aug='KeyboardAug', options='{aug_char_p: 0.2}')")


def test_data_that_are_missing_are_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nltk = pytest.importorskip("nltk")
    monkeypatch.setattr(nltk.data, "path", [str(tmp_path)])
    monkeypatch.setattr(nltk, "download", lambda *a, **k: False)
    with pytest.raises(DataqualError, match="nlpaug's SynonymAug"):
        augment_column(["the quick dog was here"], "nlpaug", parameters={"aug": "SynonymAug"})
