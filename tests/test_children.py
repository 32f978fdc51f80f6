"""Children and their edits: what is outside of an edit is the parent's, whatever the text and the method."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataqual.children import Augmenter, Chance, Child, Edit, differing
from dataqual.noise import KINDS, Noise, SentenceShuffle
from dataqual.protected import Protected
from tests.strange import ALPHABETS, DOCUMENTS

ANY_TEXT = st.one_of([st.text(alphabet, max_size=200) for alphabet in ALPHABETS] + [st.text(max_size=200)])
MIXED = st.lists(ANY_TEXT, max_size=4).map(" ".join)


def rebuilt(parent: str, child: Child) -> str:
    """The child from its edits alone, from behind to the front: another way than `Child.of`."""
    for edit in reversed(child.edits):
        parent = parent[: edit.start] + edit.replacement + parent[edit.end :]
    return parent


def check_locality(parent: str, child: Child) -> None:
    """What lies between the edits are the parent's bytes, in the same order, and nothing else is in the child."""
    at = place = 0
    for edit in child.edits:
        between = parent[at : edit.start]
        assert child.text[place : place + len(between)].encode() == between.encode()
        place += len(between)
        assert child.text[place : place + len(edit.replacement)] == edit.replacement
        place += len(edit.replacement)
        at = edit.end
    assert child.text[place:].encode() == parent[at:].encode()
    assert rebuilt(parent, child) == child.text


NOISES = [pytest.param(Noise((kind,), rate=0.5), id=kind) for kind in KINDS]
AUGMENTERS = [*NOISES, pytest.param(SentenceShuffle(), id="shuffle")]


@pytest.mark.parametrize("augmenter", AUGMENTERS)
@given(text=MIXED, key=st.integers(0, 2**53))
@settings(deadline=None)
def test_bytes_outside_of_the_edits_are_the_parents(augmenter: Augmenter, text: str, key: int) -> None:
    for child in augmenter.children(text, Chance(key), 2):
        check_locality(text, child)


@pytest.mark.parametrize("augmenter", NOISES)
@given(text=MIXED, key=st.integers(0, 2**53))
@settings(deadline=None)
def test_noise_touches_nothing_that_is_protected(augmenter: Augmenter, text: str, key: int) -> None:
    text = f"{text} https://x.org/a?b=c 3.50 `code` <b> a@b.cn 我们 word {text}"
    protected = Protected(text)
    for child in augmenter.children(text, Chance(key), 1):
        assert not [edit for edit in child.edits if protected.touches(edit.start, edit.end)]


def test_an_edit_that_is_not_told_would_be_seen() -> None:
    with pytest.raises(AssertionError):
        check_locality("a good film", Child("a fine Film", (Edit(2, 6, "fine", "x"),)))


def test_edits_that_overlap_are_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="overlaps"):
        Child.of("abc", [Edit(0, 2, "x", "x"), Edit(1, 3, "y", "y")])


@given(first=MIXED, second=MIXED)
def test_what_was_written_anew_differs_where_its_edits_say(first: str, second: str) -> None:
    check_locality(first, Child.rewritten(first, second, "anew"))


@pytest.mark.parametrize("text", DOCUMENTS)
def test_strange_documents_differ_from_themselves_in_nothing(text: str) -> None:
    assert differing(text, text, "x") == []


def test_the_edits_of_a_huge_text_are_found_in_the_middle() -> None:
    text = "word " * 100_000
    [edit] = differing(text, text[:250_000] + "另一个 " + text[250_000:], "x")
    assert edit.replacement.strip() == "另一个"
    check_locality(text, Child.of(text, [edit]))
