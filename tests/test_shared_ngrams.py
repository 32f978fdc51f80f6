"""N-grams that two texts share: found by case-folded words in any script, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataqual import shared_ngrams
from dataqual.errors import SpecError
from dataqual.shared_ngrams import Ngrams
from dataqual.text import Text

FOX = "the quick brown fox jumps over the lazy dog while seven old owls watch from a tree"
HAN = "床前明月光，疑是地上霜。举头望明月，低头思故乡。"


def counts(known: Ngrams, *texts: str) -> list[int]:
    return known.hits(Text.of(list(texts))).counts(len(texts)).tolist()


def known(*texts: str, size: int = 13, shortest: int = 8) -> Ngrams:
    return Ngrams(Text.of(list(texts)), size, shortest)


def test_thirteen_words_in_a_row_are_shared_and_twelve_are_not() -> None:
    words = FOX.split()
    inside = [" ".join(["here", *words[start : start + n], "there"]) for start, n in ((0, 13), (4, 13), (2, 12))]
    assert counts(known(FOX), *inside, "other text") == [1, 1, 0, 0]
    assert counts(known(FOX, size=12), inside[2]) == [1]


def test_case_and_punctuation_hide_nothing() -> None:
    assert counts(known(FOX), "Quoth he: «" + FOX.upper().replace(" ", ", ") + "!»") == [17 - 12]


def test_a_han_character_is_a_word() -> None:
    texts = ["他说：举头望明月低头思故乡。床前", "他背诵：疑是地上霜举头望明月低头思故乡", "明月光疑是地上霜"]
    assert counts(known(HAN), *texts) == [0, 3, 0]
    assert counts(known(HAN, size=8), *texts) == [3, 8, 1]


def test_a_short_text_counts_as_a_phrase_from_shortest_words_on() -> None:
    phrase = "What is the boiling point of water?"
    assert counts(known(phrase, shortest=7), f"Q: {phrase} A: 100", phrase, "the boiling point of water") == [1, 1, 0]
    assert counts(known("床前明月光疑是地上"), HAN, "床前明月光疑是地") == [1, 0]


def test_a_text_below_that_counts_only_as_all_that_a_document_says() -> None:
    held = known("Hello, small world!", "你好", "Yes")
    assert counts(held, "hello small world", "Hello, small world, again", "你好。", "你好吗", "yes!", "Yes, sir") == [
        1, 0, 1, 0, 1, 0,
    ]  # fmt: skip


def test_texts_without_words_share_nothing() -> None:
    assert counts(known("…", "", FOX), "…", "", "!!!") == [0, 0, 0]
    assert counts(known("…"), FOX) == [0]
    assert known().hits(Text.of([])).spans.start.tolist() == []


def test_a_hash_alone_convicts_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a hash that is the same for everything, the words still decide, whichever known text they are of."""
    real = shared_ngrams._grams

    def blind(*given):  # type: ignore[no-untyped-def]
        hashes, places = real(*given)
        return np.zeros_like(hashes), places

    monkeypatch.setattr(shared_ngrams, "_grams", blind)
    other = "thirteen other words that have nothing at all to do with what is held out"
    held = known(HAN, FOX)
    hits = held.hits(Text.of([other, FOX]))
    assert hits.document.tolist() == [1] * 5
    assert held.documents(hits.known).tolist() == [1] * 5


def test_runs_of_hits_are_spans_and_lead_to_the_known_words() -> None:
    held = known(HAN, FOX)
    text = Text.of(["nothing", f"A b. {FOX.title()} c d. {FOX[:70]}", FOX])
    spans = held.hits(text).spans
    words = text.cut("unicode")
    assert [text.data[a:b].tobytes().decode() for a, b in spans.bytes(words)] == [FOX.title(), FOX[:70], FOX]
    assert spans.document.tolist() == [1, 1, 2]
    assert held.documents(spans.known).tolist() == [1, 1, 1]


def test_an_ngram_is_counted_once_for_each_document() -> None:
    phrase = " ".join(FOX.split()[:13])
    assert known(phrase).count(Text.of([f"{phrase}. {phrase}.", phrase, "none", HAN])).tolist() == [2]


def test_every_place_of_a_known_ngram_is_found_again() -> None:
    held = known("a b c", "x a b", size=2)
    hits = held.hits(Text.of(["A, B!"]))
    found = np.zeros(len(held), bool)
    found[hits.gram] = True
    places = held.places(found)
    assert (places.document.tolist(), places.place.tolist()) == ([0, 1], [0, 4])


@pytest.mark.parametrize(("size", "shortest", "message"), [
    (0, 8, "ngram is 0; it is at least 1 word, 13 is usual"),
    (13, 0, "shortest is 0; it is at least 1 word"),
])  # fmt: skip
def test_a_size_below_one_is_refused(size: int, shortest: int, message: str) -> None:
    with pytest.raises(SpecError) as error:
        known("a", size=size, shortest=shortest)
    assert str(error.value) == message


LETTERS = st.text(alphabet="aB 月我。", max_size=60)


def slowly(held: list[str], text: str, size: int, shortest: int) -> int:
    """How many places of `text` have an n-gram, by tuples of words."""

    def words(document: str) -> tuple[str, ...]:
        return tuple(word.lower() for word in Text.of([document]).cut("unicode").strings(0))

    grams = {own[i : i + size] for own in map(words, held) for i in range(len(own) - size + 1)}
    short = {own for own in map(words, held) if 0 < len(own) < size}
    given = words(text)
    total = sum(given[i : i + size] in grams for i in range(len(given) - size + 1))
    for own in short:
        if len(own) >= shortest:
            total += sum(given[i : i + len(own)] == own for i in range(len(given) - len(own) + 1))
        else:
            total += given == own
    return total


@given(st.lists(LETTERS, max_size=4), st.lists(LETTERS, min_size=1, max_size=3), st.integers(1, 13), st.integers(1, 14))
def test_what_is_found_is_what_sets_of_words_have_in_common(
    held: list[str], texts: list[str], size: int, shortest: int
) -> None:
    expected = [slowly(held, text, size, min(shortest, size)) for text in texts]
    assert counts(known(*held, size=size, shortest=shortest), *texts) == expected
