"""Cuts, counts and hashes against tests/reference.py, on text of all scripts; doors against wrong columns."""

from __future__ import annotations

import doctest
import unicodedata
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dataqual.errors import InputError, SpecError
from dataqual.text import ALONE, DIGIT, LETTER, LOWER, MARK, OTHER, SCRIPTS, UPPER, Segments, Text
from tests import reference
from tests.strange import DOCUMENTS, corpora, documents

WAYS: list[tuple[str, Callable[[Text], Segments], Callable[[str], list[str]]]] = [
    ("whitespace", lambda text: text.cut("whitespace"), str.split),
    ("tokens", lambda text: text.cut("tokens"), reference.tokens),
    ("unicode", lambda text: text.cut("unicode"), reference.words),
    ("lines", lambda text: text.lines, reference.lines),
    ("stripped lines", lambda text: text.lines.stripped, lambda document: [line.strip() for line in reference.lines(document)]),
    ("paragraphs", lambda text: text.paragraphs, reference.paragraphs),
    ("sentences", lambda text: text.sentences, reference.sentences),
]  # fmt: skip

every_cut = pytest.mark.parametrize(("cut", "rule"), [pytest.param(cut, rule, id=name) for name, cut, rule in WAYS])


@every_cut
@given(corpora)
@example(DOCUMENTS)
@example([])
@example(["", "a b", "", "", "c", ""])
def test_every_cut_follows_its_rule(
    cut: Callable[[Text], Segments], rule: Callable[[str], list[str]], corpus: list[str]
) -> None:
    segments = cut(Text.of(corpus))
    expected = [rule(document) for document in corpus]
    assert [segments.strings(i) for i in range(len(corpus))] == expected
    assert segments.counts.tolist() == [len(own) for own in expected]
    assert segments.chars.tolist() == [len(segment) for own in expected for segment in own]
    assert segments.documents.tolist() == [i for i, own in enumerate(expected) for _ in own]
    assert len(segments) == sum(map(len, expected))


@given(st.lists(st.text("aaaZ5 .,\n\x1c\u0301é我\u200d", min_size=50, max_size=300), min_size=1, max_size=3))
@example(["," * 3000])
@example(["a" * 200 + "\u0301b" + "c" * 62 + "。" + "d" * 64])
def test_words_are_cut_alike_wherever_a_block_of_64_bytes_ends(corpus: list[str]) -> None:
    text = Text.of([*corpus, " " * 64])
    for i, document in enumerate(corpus):
        assert text.cut("tokens").strings(i) == reference.tokens(document)
        assert text.cut("whitespace").strings(i) == document.split()
    tokens = text.cut("tokens")
    assert tokens.flags.tolist() == [_flags(token) for i in range(len(corpus)) for token in tokens.strings(i)]
    assert tokens.chars.tolist() == [len(token) for i in range(len(corpus)) for token in tokens.strings(i)]


def _flags(token: str) -> int:
    flags = 0 if reference.is_word(token) else OTHER
    for char in token:
        flags |= LETTER if reference.is_letter(char) else DIGIT if reference.is_digit(char) else 0
        flags |= (
            UPPER if unicodedata.category(char) in ("Lu", "Lt") else LOWER if unicodedata.category(char) == "Ll" else 0
        )
        flags |= MARK if reference.is_mark(char) else 0
        flags |= ALONE if reference.is_alone(char) else 0
    return flags


@given(documents)
def test_flags_say_what_a_token_contains(document: str) -> None:
    text = Text.of([document])
    assert text.cut("tokens").flags.tolist() == [_flags(token) for token in reference.tokens(document)]
    assert text.cut("unicode").flags.tolist() == [_flags(word) for word in reference.words(document)]


COUNTED: dict[str, Callable[[str], bool]] = {
    "total": lambda char: True,
    "letters": reference.is_letter,
    "upper": lambda char: unicodedata.category(char) in ("Lu", "Lt"),
    "lower": lambda char: unicodedata.category(char) == "Ll",
    "digits": reference.is_digit,
    "marks": reference.is_mark,
    "space": str.isspace,
    "punctuation": lambda char: unicodedata.category(char).startswith("P"),
    "symbols": lambda char: unicodedata.category(char).startswith("S"),
    "control": lambda char: unicodedata.category(char) == "Cc" and not char.isspace(),
    "replacement": lambda char: char == "\ufffd",
    "c1_controls": lambda char: "\x80" <= char <= "\x9f",
}


@pytest.mark.parametrize("kind", COUNTED)
@given(corpora)
@example(["\ufffd\x80\x9f\xa0\x00", "", "aB1 .+é"])
def test_characters_are_counted_by_kind(kind: str, corpus: list[str]) -> None:
    counts = getattr(Text.of(corpus).characters, kind)
    assert counts.tolist() == [sum(map(COUNTED[kind], document)) for document in corpus]


@given(corpora)
def test_scripts_and_ascii_add_up(corpus: list[str]) -> None:
    characters = Text.of(corpus).characters
    assert characters.scripts.sum(axis=1).tolist() == [len(document) for document in corpus]
    assert characters.ascii.tolist() == [[document.count(chr(k)) for k in range(128)] for document in corpus]


@given(st.lists(st.text("aZ5 .[`{\x00é我🙂", max_size=200), max_size=4))
@example(DOCUMENTS)
@example(["a" * 63, "é" + "b" * 64, "".join(map(chr, range(128))), "c" * 130 + "我"])
def test_scripts_alone_are_counted_as_with_all_else(corpus: list[str]) -> None:
    text = Text.of(corpus)
    assert text.scripts.tolist() == Text.of(corpus).characters.scripts.tolist()
    assert text.characters.scripts.tolist() == text.scripts.tolist()


def test_scripts_are_counted_ascii_included() -> None:
    counts = Text.of(["ab1 漢字かな", "", "Ж"]).characters.scripts
    named = [{SCRIPTS[k]: int(row[k]) for k in np.flatnonzero(row)} for row in counts]
    assert named == [{"Common": 2, "Latin": 2, "Han": 2, "Hiragana": 2}, {}, {"Cyrillic": 1}]


short = st.text(st.sampled_from("aAbéÉe\u0301ßſKÅk\x00一漢カがか\u3099\u0903"), max_size=12)
MODES: list[tuple[bool, bool, Callable[[str], str]]] = [
    (False, False, lambda text: text),
    (True, False, reference.lower),
    (False, True, reference.without_accents),
    (True, True, lambda text: reference.lower(reference.without_accents(text))),
]


@pytest.mark.parametrize(("fold", "strip", "rule"), MODES)
@given(st.lists(st.one_of(short, documents), max_size=12))
@example(["\x00é", "é", "\x00\x00é", "abcdefgh", "abcdefgh\x00", "abcdefghé", "abcdefgh\x00é", "", "\x00" * 8, "\x00"])
@example(["\x00\x00\x00\x00\x80\x01\x00\x00", "Ā", "\x00\x00\x00\x00\x01\x01"])
def test_hashes_are_equal_where_the_mapped_text_is(
    fold: bool, strip: bool, rule: Callable[[str], str], corpus: list[str]
) -> None:
    lines = Text.of([document.replace("\n", " ") for document in corpus]).lines
    hashes = lines.hash(fold=fold, strip_accents=strip).tolist()
    first: dict[str, int] = {}
    for document, value in zip(corpus, hashes, strict=True):
        assert first.setdefault(rule(document.replace("\n", " ")), value) == value
    assert len(set(hashes)) == len(first)


@given(st.lists(st.text(st.sampled_from("ab0é我"), max_size=20), max_size=8))
@example(["a" * 7, "a" * 8, "a" * 9, "a" * 15, "a" * 16, "a" * 17, "", "b"])
def test_hashes_are_those_of_a_loop_over_the_bytes(corpus: list[str]) -> None:
    lines = Text.of(corpus).lines
    assert lines.hashes.tolist() == [reference.hashed(document.encode()) for document in corpus]


def test_hashes_do_not_depend_on_what_stands_around() -> None:
    alone = Text.of(["naïve"]).cut("unicode")
    among = Text.of(["x", "a naïve b naïve", ""]).cut("unicode")
    assert among.hashes[[2, 4]].tolist() == alone.hashes.tolist() * 2
    assert among.folded[[2, 4]].tolist() == alone.folded.tolist() * 2


@given(corpora)
def test_folded_is_the_hash_of_lower_case_whatever_shortcut_is_taken(corpus: list[str]) -> None:
    for words in (Text.of(corpus).cut("tokens"), Text.of(corpus).cut("whitespace"), Text.of(corpus).cut("unicode")):
        assert words.folded.tolist() == words.hash(fold=True).tolist()
        some = words.where(np.arange(len(words)) % 2 == 0)
        assert some.folded.tolist() == words.folded[::2].tolist()


def test_accents_go_and_vowel_signs_stay() -> None:
    def stripped(text: str) -> list[int]:
        return Text.of([text]).cut("whitespace").hash(fold=True, strip_accents=True).tolist()

    assert stripped("Éclair E\u0301CLAIR éclair") == stripped("eclair eclair eclair")
    assert stripped("की") != stripped("का")  # signs of vowels are spacing marks: other words
    assert stripped("한국") != stripped("하구")


values = st.lists(st.lists(st.integers(0, 3000), max_size=9), max_size=7)


@given(values)
@example([[], [5], [], [], [2000, 1023, 1022], []])
@example([[1023, 1023], [1024], [1022, 1024]])
@example([])
def test_sums_means_and_medians_are_those_of_a_loop(rows: list[list[int]]) -> None:
    words = Text.of([" ".join("w" for _ in row) for row in rows]).cut("whitespace")
    flat = np.array([value for row in rows for value in row], np.int32)
    assert words.total(flat).tolist() == [sum(row) for row in rows]
    assert words.total(flat / 2).tolist() == [sum(row) / 2 for row in rows]
    assert words.total(flat > 7).tolist() == [sum(value > 7 for value in row) for row in rows]
    assert words.mean(flat) == pytest.approx([sum(row) / len(row) if row else 0 for row in rows])
    assert words.share(flat > 7) == pytest.approx([sum(v > 7 for v in row) / len(row) if row else 0 for row in rows])
    assert words.largest(flat).tolist() == [max(row, default=0) for row in rows]
    assert words.median(flat).tolist() == [reference.median(row) for row in rows]


def test_sums_do_not_overflow() -> None:
    words = Text.of(["w w w"]).cut("whitespace")
    assert words.total(np.full(3, 2**31 - 1, np.int32)).tolist() == [3 * (2**31 - 1)]
    assert words.total(np.full(3, 200, np.uint8)).tolist() == [600]


@given(corpora, st.randoms(use_true_random=False))
def test_where_keeps_the_chosen_segments_and_all_that_belongs_to_them(corpus: list[str], random: object) -> None:
    tokens = Text.of(corpus).cut("tokens")
    mask = np.array([random.random() < 0.5 for _ in range(len(tokens))], np.bool_)  # type: ignore[attr-defined]
    chosen = tokens.where(mask)
    expected = [[token for token, keep in zip(tokens.strings(i), mask[a:b], strict=True) if keep]
                for i, (a, b) in enumerate(zip(tokens.offsets[:-1], tokens.offsets[1:], strict=True))]  # fmt: skip
    assert [chosen.strings(i) for i in range(len(corpus))] == expected
    for name in ("hashes", "chars", "flags", "starts", "ends"):
        assert getattr(chosen, name).tolist() == getattr(tokens, name)[mask].tolist()
    assert chosen.hashes.tolist() == chosen.hash(fold=False).tolist()


def test_where_works_on_segments_without_flags() -> None:
    lines = Text.of(["a\n\nb", ""]).lines
    full = lines.where(lines.chars > 0)
    assert [full.strings(i) for i in range(2)] == [["a", "b"], []]


def test_given_words_replace_a_cut() -> None:
    text = Text.of(["can't stop", "", "我们去"])
    other = text.with_words("tokens", [["ca", "n't", "stop"], [], ["我们", "去"]])
    assert [other.cut("tokens").strings(i) for i in range(3)] == [["ca", "n't", "stop"], [], ["我们", "去"]]
    assert other.cut("tokens").flags.tolist() == [LETTER | LOWER] * 3 + [LETTER] * 2
    assert other.cut("unicode").counts.tolist() == [3, 0, 2]
    assert text.cut("tokens").strings(0) == ["can", "'", "t", "stop"]
    assert Text.of([]).with_words("tokens", []).cut("tokens").counts.tolist() == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([["b", "a"], []], "document 0: the word 'a' does not follow in the text"),
        ([["a"], ["a"]], "document 1: the word 'a' does not follow in the text"),
        ([["a"]], "words of 1 documents given, there are 2"),
    ],
)
def test_given_words_must_stand_in_the_text_in_their_order(words: list[list[str]], message: str) -> None:
    with pytest.raises(InputError) as caught:
        Text.of(["a b", "c a".replace("a", "d")]).with_words("tokens", words)
    assert str(caught.value) == message


def test_documents_come_back_as_they_went_in() -> None:
    text = Text.of(DOCUMENTS)
    assert [text[i] for i in range(len(text))] == DOCUMENTS
    assert len(text) == len(DOCUMENTS)
    assert text.byte_counts.tolist() == [len(document.encode()) for document in DOCUMENTS]
    with pytest.raises(IndexError):
        text[-1]


COLUMNS: dict[str, Callable[[list[str]], object]] = {
    "list": list,
    "tuple": tuple,
    "generator": lambda docs: (doc for doc in docs),
    "polars": pl.Series,
    "pandas str": lambda docs: pd.Series(docs, dtype="str"),
    "pandas string": lambda docs: pd.Series(docs, dtype="string"),
    "pandas object": lambda docs: pd.Series(docs, dtype=object, index=range(5, 5 + len(docs))),
    "numpy str": np.array,
    "numpy object": lambda docs: np.array(docs, dtype=object),
    "arrow": lambda docs: pa.chunked_array([pa.array(docs, pa.string())]),
    "Text": Text.of,
}


@pytest.mark.parametrize("column", COLUMNS)
def test_any_kind_of_column_gives_the_same_text(column: str) -> None:
    docs = ["one two", "", "我们 é 🙂"]
    text = Text.of(COLUMNS[column](docs))
    assert [text[i] for i in range(len(text))] == docs


HALF = "x\ud800"


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (["a", None], "row 1: the text is missing; drop or fill such rows first"),
        (pl.Series(["a", None]), "row 1: the text is missing; drop or fill such rows first"),
        (pd.Series(["a", None], dtype="str"), "row 1: the text is missing; drop or fill such rows first"),
        (pd.Series(["a", None], dtype="string"), "row 1: the text is missing; drop or fill such rows first"),
        (pd.Series(["a", pd.NA, pd.NaT], dtype=object), "row 1: the text is missing; drop or fill such rows first"),
        (pd.Series([pd.NaT], dtype=object), "row 0: the text is missing; drop or fill such rows first"),
        (pa.array(["a", None]), "row 1: the text is missing; drop or fill such rows first"),
        ([float("nan")], "row 0: the text is missing; drop or fill such rows first"),
        (np.array([1.5]), "row 0: the text is float, not a string; drop or fill such rows first"),
        (["a", 5], "row 1: the text is int, not a string; drop or fill such rows first"),
        ([b"a"], "row 0: the text is bytes, not a string; drop or fill such rows first"),
        ([np.arange(3)], "row 0: the text is ndarray, not a string; drop or fill such rows first"),
        (["a", HALF], "row 1: half a surrogate pair at character 1; it is not text"),
        ("one string", "expected a column of documents, got one string: put it into a list"),
        (b"bytes", "expected a column of documents, got one string: put it into a list"),
        (np.array("zero-dimensional"), "expected a column of documents, got one string: put it into a list"),
        (pd.DataFrame({"text": ["a"]}), "expected a column of documents, got a whole table: choose one of its columns"),
        (pl.DataFrame({"text": ["a"]}), "expected a column of documents, got a whole table: choose one of its columns"),
        (pa.table({"text": ["a"]}), "expected a column of documents, got a whole table: choose one of its columns"),
        ({"text": ["a"]}, "expected a column of documents, got a whole table: choose one of its columns"),
        (None, "expected a column of documents, got NoneType"),
        (7, "expected a column of documents, got int"),
    ],
)  # fmt: skip
def test_what_is_no_column_of_text_is_refused_with_its_row(column: object, message: str) -> None:
    with pytest.raises(InputError) as caught:
        Text.of(column)
    assert str(caught.value) == message


def test_an_unknown_cut_is_refused_and_the_nearest_named() -> None:
    with pytest.raises(SpecError) as caught:
        Text.of(["a"]).cut("whitspace")
    assert str(caught.value) == "no cut 'whitspace'; did you mean 'whitespace'? there are: tokens, unicode, whitespace"


def test_a_cut_is_made_once_and_shared() -> None:
    text = Text.of(["a b"])
    assert text.cut("tokens") is text.cut("tokens")
    assert text.ngrams("tokens") is text.ngrams("tokens")
    assert text.lines is text.lines


def test_every_example_on_the_page_about_text_is_true() -> None:
    page = Path(__file__).parent.parent / "docs" / "text.md"
    failed, tried = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert failed == 0
    assert tried > 30
