"""`dedup_substrings`: a span of words that stands somewhere before goes, whole words of it, and the first copy stays."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import dataqual
from dataqual import specs
from dataqual.corpus import Corpus
from dataqual.engine import Local
from dataqual.errors import SpecError
from dataqual.kernels import recurring as kernels
from dataqual.ledger import Dropped, Edited
from dataqual.operators import Step
from dataqual.recurring.spans import Words
from dataqual.steps.dedup_substrings import DedupSubstrings
from dataqual.text import Text
from tests.steps.test_dedup_lines import left, run
from tests.strange import tries

WORDS = "alpha beta gamma delta epsilon zeta eta theta iota kappa"
FIVE = DedupSubstrings(words=5)
SONG = "春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。"


def numbered(start: int, stop: int) -> str:
    return " ".join(f"w{n}" for n in range(start, stop))


def test_the_first_copy_stays_and_every_later_one_goes() -> None:
    docs = (f"Intro. {WORDS} and on", f"Other {WORDS} or off", f"Third: {WORDS}!")
    assert left(FIVE, *docs) == [docs[0], "Other or off", "Third: !"]


def test_a_span_as_long_as_asked_goes_and_one_a_word_shorter_stays() -> None:
    docs = (f"x {numbered(0, 50)} y", f"p {numbered(0, 50)} q", f"r {numbered(1, 50)} s")
    assert left(DedupSubstrings(), *docs) == [docs[0], "p q", docs[2]]


def test_a_span_is_as_long_as_it_agrees() -> None:
    docs = (f"x {numbered(0, 90)} y", f"p {numbered(10, 80)} q")
    assert left(DedupSubstrings(), *docs) == [docs[0], "p q"]


def test_a_copy_never_reaches_over_two_documents() -> None:
    assert left(FIVE, "a b c d e f", "a b c", "d e f") == ["a b c d e f", "a b c", "d e f"]
    assert left(FIVE, "a b c", "d e f", "a b c d e f") == ["a b c", "d e f", "a b c d e f"]


def test_adjacent_and_overlapping_ranges_are_one() -> None:
    one, two = numbered(0, 6), numbered(6, 12)
    assert left(FIVE, f"p {one} q", f"r {two} s", f"t {one} {two} u") == [f"p {one} q", f"r {two} s", "t u"]
    over = (f"p {numbered(0, 8)} q", f"r {numbered(4, 12)} s", f"t {numbered(0, 12)} u")
    assert left(FIVE, *over) == [over[0], over[1], "t u"]


def test_words_are_never_cut_in_two() -> None:
    docs = (f"sunlight {numbered(0, 6)} moonshine", f"light {numbered(0, 6)} moon")
    assert left(FIVE, *docs) == [docs[0], "light moon"]


def test_two_words_never_become_one() -> None:
    docs = (f"p-{numbered(0, 6)}-q", f"one-{numbered(0, 6)}-two", f"三{SONG}四", f"五{SONG}六", f"end{SONG}end")
    assert left(FIVE, *docs) == [docs[0], "one two", docs[2], "五六", "end end"]


def test_the_wider_white_space_stays() -> None:
    span = numbered(0, 6)
    docs = (span, f"a\n\n{span} b", f"a {span}\n\nb", f"a\t{span} b", f"a,{span} b", f" {span} b", f"a {span}\n")
    assert left(FIVE, *docs) == [span, "a\n\nb", "a\n\nb", "a\tb", "a, b", " b", "a\n"]


def test_marks_around_a_span_go_where_they_stand_around_the_first_copy_too() -> None:
    span = numbered(0, 6)
    docs = (f"He said: “{span}!” Then", f"She wrote “{span}!” Now", f"We wrote “{span}?” Soon")
    assert left(FIVE, *docs) == [docs[0], "She wrote Now", "We wrote ?” Soon"]


def test_marks_within_a_span_count_and_white_space_does_not() -> None:
    docs = ("if a and b or c and d", "if a and\tb\n or  c and d", "if a and (b or c) and d")
    assert left(FIVE, *docs) == [docs[0], None, docs[2]]
    assert left(FIVE, "a b c d e", "A b c d e") == ["a b c d e", "A b c d e"]


def test_chinese_is_cut_between_characters_and_stays_valid() -> None:
    docs = (f"诗：{SONG}完", f"又见{SONG}好诗", SONG[:4], SONG[2:])
    assert left(FIVE, *docs) == [docs[0], "又见好诗", SONG[:4], None]
    assert left(DedupSubstrings(), *docs) == list(docs)  # twenty characters are no fifty
    assert left(DedupSubstrings(words=20), *docs) == [docs[0], "又见好诗", docs[2], docs[3]]


def test_other_scripts_and_emoji_too() -> None:
    docs = ("สวัสดีครับผมชื่อสมชาย", "x สวัสดีครับผมชื่อ y", "सभी मनुष्यों को गौरव और 🙂 a", "b सभी मनुष्यों को गौरव और 🙂 c")
    assert left(FIVE, *docs) == [docs[0], "x y", docs[2], "b c"]


def test_tiny_and_strange_documents_are_fine() -> None:
    docs = ("", " ", "a", "\x00", "…", "\u0301", "a", "好", "one two", "!" * 5000)
    assert left(DedupSubstrings(), *docs) == list(docs)
    assert left(FIVE, "") == [""]


def test_a_span_that_comes_again_in_its_own_document_goes_there() -> None:
    assert left(FIVE, f"{numbered(0, 7)} mid {numbered(0, 7)} end") == [f"{numbered(0, 7)} mid end"]
    assert left(FIVE, "no " * 40) == ["no no no no no "]


def test_what_comes_again_only_after_a_cut_goes_too() -> None:
    copied, x, y = numbered(0, 9), "one two three", "four five six"
    docs = (copied, f"a {x} {copied} {y} b", f"c {x} {copied.replace('w0', 'w0')} {y} d")
    assert left(FIVE, *docs) == [copied, f"a {x} {y} b", "c d"]


def test_the_ledger_says_how_many_words_went_and_where_the_first_stays(tmp_path: Path) -> None:
    docs = ["other words", f"p {numbered(0, 60)} q", f"r {numbered(0, 60)} s", numbered(0, 55)]
    _, told = run(DedupSubstrings(), docs)
    assert [type(part) for part in told] == [Dropped, Edited]
    pl.DataFrame({"text": docs}).write_ndjson(tmp_path / "in.jsonl")
    (tmp_path / "mine.yaml").write_text("steps: [dedup_substrings]\n", encoding="utf-8")
    done = dataqual.clean(tmp_path / "in.jsonl", tmp_path / "out.jsonl", recipe=str(tmp_path / "mine.yaml"))
    assert (done.kept, done.edited, done.dropped) == (3, 1, 1)
    ledger = pl.read_parquet(tmp_path / "out.jsonl.ledger.parquet")
    edited, dropped = ledger.select("record", "action", "value", "threshold", "kept_record", "similarity").rows()
    assert edited == (3, "edited", 60.0, None, 2, None)
    assert dropped == (4, "dropped", 1.0, "< 1", 2, None)
    assert ledger["evidence"][0].startswith("r [w0 w1 w2")
    assert (tmp_path / "out.jsonl").read_text().splitlines()[2] == '{"text":"r s"}'


def test_two_spans_with_one_hash_are_told_apart_by_their_text(monkeypatch: pytest.MonkeyPatch) -> None:
    docs = [f"{numbered(0, 6)} x", f"{numbered(0, 5)} other y"]

    def settle(rows: object, words: int, first: object, spans: np.ndarray) -> int:
        spans[:1] = [[1 << 32, 0, 6]]  # six words of the second document are said to be those of the first
        return 1

    assert left(FIVE, *docs) == [docs[0], "other y"]
    monkeypatch.setattr(kernels, "settle_windows", settle)
    assert left(FIVE, *docs) == docs


Tokens = list[str]


def tokens(document: str) -> Tokens:
    return Text.of([document]).cut("tokens").strings(0)


def windows(document: Tokens, words: int) -> list[tuple[int, int]]:
    """From and up to which token each window of so many words reaches."""
    at = [k for k, token in enumerate(document) if token[0].isalnum()]
    return [(at[i], at[i + words - 1] + 1) for i in range(len(at) - words + 1)]


def one_round(docs: list[Tokens], words: int) -> list[Tokens]:
    """What is left after one round, written as plainly as possible."""
    often = Counter(tuple(doc[a:b]) for doc in docs for a, b in windows(doc, words))
    first: dict[tuple[str, ...], tuple[int, int]] = {}
    out = []
    for number, doc in enumerate(docs):
        own = [(a, b, tuple(doc[a:b])) for a, b in windows(doc, words) if often[tuple(doc[a:b])] > 1]
        gone: set[int] = set()
        needed: set[int] = set()
        earlier = [window for window in own if window[2] in first]
        for a, b, key in earlier:
            gone |= around(doc, a, b, docs[first[key][0]], first[key][1])
        for a, b, key in own:
            if (a, b, key) in earlier:
                continue
            if key not in first:
                if not gone & {k for k in range(a, b) if doc[k][0].isalnum()}:
                    first[key] = number, a
                    needed |= set(range(a, b))
            else:
                start = min(k for k in range(a, b) if k not in needed and doc[k][0].isalnum())
                gone |= around(doc, start, b, doc, first[key][1] + start - a) - needed
        out.append([token for k, token in enumerate(doc) if k not in gone])
    return out


def around(doc: Tokens, a: int, b: int, kept: Tokens, at: int) -> set[int]:
    """The tokens from `a` up to `b`, and the marks around them that `kept` has around its own from `at` on."""
    low, high = a, b
    while low > 0 and at - (a - low) > 0 and doc[low - 1] == kept[at - (a - low) - 1] and not doc[low - 1][0].isalnum():
        low -= 1
    end = at + b - a
    while high < len(doc) and end + high - b < len(kept) and doc[high] == kept[end + high - b]:
        if doc[high][0].isalnum():
            break
        high += 1
    return set(range(low, high))


words_of_few = st.sampled_from(["a ", "b ", "c ", ", ", "我", "a, ", "\n", "b"])
documents = st.lists(st.lists(words_of_few, max_size=25).map("".join), max_size=6)


@settings(max_examples=tries(400), deadline=None)
@given(docs=documents, words=st.integers(2, 6))
@example(docs=["a a a a a a a a", "b a a a a b"], words=3)
@example(docs=["c b b b a, c b a b a c a a, c "], words=2)
def test_after_it_no_span_stands_twice_as_a_plain_program_has_it(docs: list[str], words: int) -> None:
    step = DedupSubstrings(words=words)
    before = [tokens(doc) for doc in docs]
    expected, once = before, one_round(before, words)
    there = {tuple(doc[a:b]) for doc in once for a, b in windows(doc, words)}
    for old, new in zip(before, once, strict=True):  # what goes stands in what stays
        lost = Counter(old) - Counter(new)
        held = Counter(token for a, b in windows(old, words) if tuple(old[a:b]) in there for token in old[a:b])
        assert all(token in held for token in lost if token[0].isalnum())
    while once != expected:
        expected, once = once, one_round(once, words)
    out = left(step, *docs)
    assert [[] if doc is None else tokens(doc) for doc in out] == [
        doc if any(token[0].isalnum() for token in doc) or doc == before[k] else [] for k, doc in enumerate(expected)
    ]
    kept = [doc for doc in out if doc is not None]
    count = Counter(tuple(doc[a:b]) for doc in map(tokens, kept) for a, b in windows(doc, words))
    assert all(n == 1 for n in count.values())
    assert left(step, *kept) == kept


@settings(max_examples=tries(100), deadline=None)
@given(drawn=st.lists(st.integers(0, 3), min_size=8, max_size=60), at=st.integers(0, 50), words=st.integers(2, 9))
def test_two_spans_that_agree_share_a_sampled_window(drawn: list[int], at: int, words: int) -> None:
    """The guarantee that the sample rests on: as many words as asked for, wherever they stand."""
    span = drawn[:words]
    docs = ["y " * at + " ".join(f"w{n}" for n in span) + " z" * 9, " ".join(f"w{n}" for n in span)]
    if len(span) < words:
        return
    found = Words.of(Text.of(docs), [np.zeros((0, 2), np.int64)] * 2)
    hashes, document, place = found.sample(words)
    inside = (document == 1) | ((place >= at) & (place + (words + 1) // 2 <= at + words))
    one = set(
        zip(hashes[inside & (document == 0)].tolist(), (place - at)[inside & (document == 0)].tolist(), strict=True)
    )
    two = set(zip(hashes[document == 1].tolist(), place[document == 1].tolist(), strict=True))
    assert one & two


def test_neither_workers_nor_memory_nor_batches_change_what_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = np.random.default_rng(0)
    spans = [" ".join(f"w{n}" for n in drawn.integers(0, 9, 9)) for _ in range(60)]
    docs = [" ".join(spans[n] for n in drawn.integers(0, 60, 4)) for _ in range(300)]
    corpus = Corpus.of(docs)
    one = FIVE.prepare(corpus, Local(workers=1)).found
    monkeypatch.setattr("dataqual.corpus.CHUNK_RECORDS", 7)
    monkeypatch.setattr("dataqual.recurring.rows.LEAST", 1 << 12)
    monkeypatch.setattr("dataqual.recurring.spans.TEXT_AT_ONCE", 1 << 10)
    other = FIVE.prepare(corpus, Local(workers=3, max_memory=1)).found
    assert len(one.place) > 200
    for name in ("place", "kept", "borders", "spans"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_too_few_words_are_refused() -> None:
    with pytest.raises(SpecError) as caught:
        specs.step({"dedup_substrings": {"words": 1}}, "web.yaml.steps[0]")
    assert (
        str(caught.value)
        == "web.yaml.steps[0].dedup_substrings: words: 1 is too small; it is at least 2, and 50 is usual"
    )


def test_it_must_see_the_corpus_first() -> None:
    [batch] = Corpus.of(["x"]).batches()
    step: Step = FIVE
    with pytest.raises(TypeError, match="dedup_substrings must see the corpus first"):
        step(batch)


def test_it_surveys_what_the_steps_before_it_leave_of_archives_too(tmp_path: Path) -> None:
    docs = [
        f"{WORDS}\n{numbered(0, 9)} p",
        f"q {numbered(0, 9)}\n{WORDS}\n{numbered(3, 9)} r",
        f"{WORDS}\ns {numbered(0, 9)}",
    ]
    data = pl.DataFrame({"text": docs}).write_ndjson().encode()
    (tmp_path / "in.jsonl.gz").write_bytes(gzip.compress(data))
    (tmp_path / "in.jsonl").write_bytes(data)
    (tmp_path / "mine.yaml").write_text("steps: [dedup_lines, {dedup_substrings: {words: 5}}]\n")
    for name in ("in.jsonl", "in.jsonl.gz"):
        dataqual.clean(tmp_path / name, tmp_path / "out.jsonl", recipe=str(tmp_path / "mine.yaml"))
        left = pl.read_ndjson(tmp_path / "out.jsonl")["text"].to_list()
        assert left == [docs[0], "q r", "s"]
