"""The cuts of the published rules against Python's own, on every kind of line break."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dataqual.line_cuts import Phrases, begins_with, ends_with, last_points, lines, paragraphs, repeats
from dataqual.signals.c4_lines import judge
from dataqual.text import Text
from tests.strange import tries

BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
DOCUMENTS = st.lists(st.text(st.sampled_from(f"{BREAKS}\n\n\n ab.é我😀\u3000")), max_size=5)
SLOW = settings(deadline=None, max_examples=tries(150))

EXPECTED = {
    "newline": lambda text: text.split("\n"),
    "newline_runs": lambda text: re.split("\n+", text),
    "nonblank": lambda text: [line for line in text.split("\n") if line.strip()],
    "splitlines": str.splitlines,
}


@SLOW
@given(DOCUMENTS)
def test_every_cut_is_what_python_says(documents: list[str]) -> None:
    text = Text.of(documents)
    for name, expected in EXPECTED.items():
        segments = lines(text, name)  # type: ignore[arg-type]
        assert [segments.strings(i) for i in range(len(text))] == [expected(document) for document in documents]


@SLOW
@given(DOCUMENTS)
def test_paragraphs_are_what_python_says(documents: list[str]) -> None:
    segments = paragraphs(Text.of(documents))
    found = [segments.strings(i) for i in range(len(documents))]
    assert found == [re.split("\n{2,}", document.strip()) for document in documents]


@SLOW
@given(DOCUMENTS)
def test_repeated_lines_are_counted_as_a_counter_does(documents: list[str]) -> None:
    found = repeats(Text.of(documents), "newline").tolist()
    for document, row in zip(documents, found, strict=True):
        counts = [(line, n) for line, n in Counter(document.split("\n")).items() if n > 1]
        later = [sum(n - 1 for _, n in counts), sum(len(line) * (n - 1) for line, n in counts)]
        assert row == [*later, sum(n for _, n in counts), sum(len(line) * n for line, n in counts)]


@SLOW
@given(DOCUMENTS)
def test_ends_of_lines_are_pythons(documents: list[str]) -> None:
    segments = lines(Text.of(documents), "splitlines")
    strings = [line for i in range(len(documents)) for line in segments.strings(i)]
    for mark in (".", "é", "我", "😀", "ab"):
        assert begins_with(segments, mark).tolist() == [line.startswith(mark) for line in strings]
        assert ends_with(segments, mark).tolist() == [line.endswith(mark) for line in strings]
    assert last_points(segments).tolist() == [ord(line[-1]) if line else -1 for line in strings]


@SLOW
@given(st.lists(st.text(st.sampled_from("abAB.…# ")), max_size=5))
def test_phrases_are_found_as_str_count_finds_them(documents: list[str]) -> None:
    phrases = ("ab", "...", "…", "#", "aba", "b a")
    found = Phrases.of(Text.of(documents), phrases)
    for phrase in phrases:
        assert found.counts(phrase).tolist() == [document.lower().count(phrase) for document in documents]


def test_no_phrase_reaches_over_the_end_of_a_document() -> None:
    assert Phrases.of(Text.of(["java", "script java", "script"]), ("javascript",)).where.tolist() == []


def test_a_phrase_is_found_wherever_it_stands_in_a_long_text() -> None:
    documents = ["x" * before + "Privacy Policy" + "y" * after for before in range(17) for after in range(17)]
    assert Phrases.of(Text.of(documents), ("privacy policy",)).counts("privacy policy").tolist() == [1] * 17 * 17
    alone = [Phrases.of(Text.of([document]), ("privacy policy",)).where.tolist() for document in documents]
    assert alone == [[before] for before in range(17) for _ in range(17)]


def test_many_phrases_outgrow_the_first_room_for_them() -> None:
    assert Phrases.of(Text.of(["#" * 5000]), ("#",)).counts("#").tolist() == [5000]


@SLOW
@given(st.lists(st.text(st.sampled_from("[]12٣x"), max_size=30), max_size=4))
def test_citations_go_as_the_expression_of_c4_says(documents: list[str]) -> None:
    documents = [document.replace("x", "[edit]", 1) + "[citation needed]" for document in documents]
    pattern = re.compile(r"\[\d*\]|\[edit\]|\[citation needed\]")
    plain = judge(Text.of(documents)).plain
    assert [plain[i] for i in range(len(plain))] == [pattern.sub("", document) for document in documents]


def test_a_text_keeps_its_lines_and_forgets_them_with_it() -> None:
    text = Text.of(["a\nb"])
    assert lines(text, "newline_runs") is lines(text, "newline_runs")
    assert np.array_equal(lines(Text.of(["c"]), "newline_runs").counts, [1])
