"""Keeping held-out text out: what shares thirteen words in a row goes, whatever the script, and nothing else."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dataqual.corpus import Corpus
from dataqual.text import Text
from studies.preparing.holding_out import Decontaminate, Document, Grams, Withhold

FOX = "the quick brown fox jumps over the lazy dog while seven old owls watch from a tree"
HAN = "床前明月光，疑是地上霜。举头望明月，低头思故乡。"


def grams(*texts: str) -> Grams:
    return Grams.of([Document("raw", "held.jsonl", i + 1, text) for i, text in enumerate(texts)])


def found(held: Grams, *texts: str) -> list[int]:
    return [overlap.row for overlap in held.overlaps(Text.of(list(texts)))]


def test_thirteen_words_in_a_row_convict_and_twelve_do_not() -> None:
    words = FOX.split()
    inside = [" ".join(["here", *words[start : start + n], "there"]) for start, n in ((0, 13), (4, 13), (2, 12))]
    assert found(grams(FOX), *inside) == [0, 1]


def test_case_and_punctuation_do_not_hide_a_leak() -> None:
    assert found(grams(FOX), "Quoth he: «" + FOX.upper().replace(" ", ", ") + "!»", "Quoth he nothing") == [0]


def test_a_chinese_leak_is_found_by_its_characters() -> None:
    assert found(
        grams(HAN),
        "他说：举头望明月低头思故乡。床前",
        "他背诵：疑是地上霜举头望明月低头思故乡",
        "他背诵：明月光疑是地上霜",
    ) == [1]


def test_a_short_document_leaks_only_as_a_whole() -> None:
    held = grams("Hello, small world!", "你好")
    assert found(held, "hello small world", "Hello, small world, again", "small world", "你好。", "你好吗") == [0, 3]


def test_a_document_without_words_is_nobodys_copy() -> None:
    assert found(grams("…", "", FOX), "…", "", "!!!") == []


def test_what_is_told_is_the_document_the_words_and_how_many() -> None:
    [overlap] = grams("other words", FOX).overlaps(Text.of(["nothing", "A b. " + FOX.title() + " c d"]))
    assert (overlap.row, overlap.document.record, overlap.document.text) == (1, 2, FOX)
    assert overlap.words == " ".join(FOX.split()[:13])
    assert (overlap.shared, overlap.of) == (len(FOX.split()) - 12, len(FOX.split()) + 4 - 12)


def test_a_common_phrase_convicts_nobody_but_a_copy_goes_all_the_same() -> None:
    phrase = " ".join(FOX.split()[:13])
    own = " ".join(f"word{i}" for i in range(40))
    held = grams(f"{phrase} {own}")
    corpus = Text.of([f"{phrase} {' '.join(f'w{i}x{j}' for j in range(30))}" for i in range(11)] + [FOX])
    counts = held.count(corpus)
    assert sorted(counts.tolist())[-1] == 12
    knowing = held.knowing(counts)
    assert int(knowing.common.sum()) == 1
    assert found(knowing, corpus[0], f"{phrase} {own}", f"x {own}", phrase) == [1, 2, 3]
    assert found(held.knowing(np.minimum(counts, 10)), corpus[0]) == [0]


def test_a_gram_is_counted_once_for_each_document() -> None:
    phrase = " ".join(FOX.split()[:13])
    assert grams(phrase).count(Text.of([f"{phrase}. {phrase}.", phrase, "none", HAN])).tolist() == [2]


def _slowly(held: list[str], text: str) -> bool:
    """The same by sets of tuples of words."""

    def own(document: str) -> set[tuple[str, ...]]:
        words = [word.lower() for word in Text.of([document]).cut("unicode").strings(0)]
        return {tuple(words[i : i + 13]) for i in range(max(len(words) - 12, 1))} - {()}

    return bool(set().union(*map(own, held)) & own(text))


LETTERS = st.text(alphabet="aB 月я。", max_size=60)


@given(st.lists(LETTERS, max_size=3), st.lists(LETTERS, min_size=1, max_size=3))
def test_what_is_found_is_what_sets_of_words_have_in_common(held: list[str], texts: list[str]) -> None:
    assert found(grams(*held), *texts) == [i for i, text in enumerate(texts) if _slowly(held, text)]


def test_the_steps_drop_and_keep_every_document_once() -> None:
    [batch] = Corpus.of([f"{i} {FOX if i % 3 == 0 else HAN}" for i in range(300)]).batches()
    kept, [dropped] = Decontaminate(grams(FOX))(batch)
    assert dropped.batch.record.tolist() == list(range(1, 301, 3))
    assert sorted([*kept.record.tolist(), *dropped.batch.record.tolist()]) == list(range(1, 301))
    kept, [dropped] = Withhold(0.2)(batch)
    assert 30 < len(dropped.batch) < 90
    assert sorted([*kept.record.tolist(), *dropped.batch.record.tolist()]) == list(range(1, 301))
    less = Withhold(0.1)(batch)[1][0].batch.record.tolist()
    assert set(less) < set(dropped.batch.record.tolist())
