"""From corpus to token files: what is in them, what was kept out of them, and that they are always the same."""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from dataqual.drawing import document_keys, uniform
from dataqual.errors import InputError, UnknownColumn
from dataqual.readers import open_corpus
from dataqual.text import Text
from studies.design.study import Study
from studies.preparing.holding_out import Document
from studies.preparing.prepared import Prepared
from studies.preparing.texts import commonest_script, prepare
from studies.preparing.yields import token_yields
from studies.watching import Silent
from tests.studies.corpora import texts, write

TEXTS = texts()
NEUTRAL, REAL = TEXTS[:25], TEXTS[25:]


def cut(documents: list[str]) -> list[str]:
    """Documents of some forty words each, so that there are many."""
    found = []
    for document in documents:
        words, data = Text.of([document]).cut("unicode"), document.encode()
        for at in range(0, len(words), 40):
            end = int(words.ends[min(at + 39, len(words) - 1)])
            found.append(data[int(words.starts[at]) : end].decode())
    return list(dict.fromkeys(found))


CORPUS = cut(REAL)


def study(folder: Path, documents: list[str] = CORPUS, **more: Any) -> Study:
    write(folder / "corpus.jsonl", documents)
    write(folder / "neutral.jsonl", NEUTRAL)
    held_out = {"raw": {"share": 0.1}, "neutral": "neutral.jsonl"}
    content = {"corpus": "corpus.jsonl", "held_out": held_out, "sizes": 1000, "tokens": "1M"} | more
    return Study.of(content, "s.yaml", folder)


@pytest.mark.parametrize(("text", "script"), [("今天天气很好", "Han"), ("a day of rain", "Latin"), ("1 2 3", None)])
def test_the_commonest_script_of_held_out_text_is_known(text: str, script: str | None) -> None:
    assert (
        commonest_script([Document("raw", "c.jsonl", 1, text), Document("raw", "c.jsonl", 2, "ok")][: 1 + bool(script)])
        == script
    )


@pytest.mark.parametrize(
    ("key", "source", "message"),
    [
        ("corpus", "two.csv", "s.yaml.corpus.text: cannot tell which column is the text; name it as in {paths: …, text: COLUMN}; there are: a, b"),
        ("corpus", {"paths": "two.csv", "text": "c"}, "s.yaml.corpus.text: no column 'c'; there are: a, b"),
        ("held_out", {"neutral": "two.csv"}, "s.yaml.held_out.neutral.text: cannot tell which column is the text; name it as in {paths: …, text: COLUMN}; there are: a, b"),
    ],
)  # fmt: skip
def test_a_text_column_is_asked_for_by_its_key_in_the_study_file(
    tmp_path: Path, key: str, source: Any, message: str
) -> None:
    (tmp_path / "two.csv").write_text("a,b\nsome words here,other words now\n")
    with pytest.raises(UnknownColumn) as error:
        prepare(study(tmp_path, **{key: source}), tmp_path / "out")
    assert str(error.value) == message


def held_out_records(n: int, share: float = 0.1) -> set[int]:
    keys = document_keys(np.zeros(n, np.int32), np.arange(1, n + 1), "held out")
    return set((np.flatnonzero(uniform(keys) < share) + 1).tolist())


def documents(prepared: Prepared, grade: str) -> list[str]:
    """The documents in a token file of bytes."""
    tokens = prepared.grades[grade].path.read_bytes()
    whole = np.frombuffer(tokens, "<u2")
    assert len(whole) == prepared.grades[grade].tokens
    ends = np.flatnonzero(whole == 256)
    parts = np.split(whole, ends + 1)[:-1]
    assert sum(len(part) - 1 for part in parts) == prepared.grades[grade].bytes
    return [part[:-1].astype(np.uint8).tobytes().decode() for part in parts]


def shares_words(one: str, held: set[tuple[str, ...]]) -> bool:
    return bool(_grams(one) & held)


def _grams(text: str) -> set[tuple[str, ...]]:
    words = [word.lower() for word in Text.of([text]).cut("unicode").strings(0)]
    return {tuple(words[i : i + 13]) for i in range(max(len(words) - 12, 1))} - {()}


def test_every_document_is_held_out_removed_or_trained_on(tmp_path: Path) -> None:
    prepared = prepare(study(tmp_path), tmp_path)
    held = held_out_records(len(CORPUS))
    gone = set(pl.read_parquet(prepared.removed)["record"].to_list())
    assert not held & gone
    expected = [text for i, text in enumerate(CORPUS, 1) if i not in held | gone]
    assert documents(prepared, "corpus") == expected
    assert prepared.facts["raw"] == {"documents": len(CORPUS), "bytes": sum(len(t.encode()) for t in CORPUS)}
    assert prepared.facts["grades"]["corpus"]["yield"] == 1.0
    assert prepared.facts["held_out"]["raw"]["documents"] == len(held)


def test_nothing_that_is_trained_on_shares_thirteen_words_with_held_out_text(tmp_path: Path) -> None:
    prepared = prepare(study(tmp_path), tmp_path)
    held = set().union(*(_grams(CORPUS[i - 1]) for i in held_out_records(len(CORPUS))), *map(_grams, NEUTRAL))
    assert not any(shares_words(text, held) for text in documents(prepared, "corpus"))
    removed = pl.read_parquet(prepared.removed)
    for row in removed.iter_rows(named=True):
        words = tuple(row["words"].split(" "))
        source = CORPUS if row["held_out"] == "raw" else NEUTRAL
        assert words in _grams(source[row["held_out_record"] - 1]) & _grams(CORPUS[row["record"] - 1])


def leaking(n: int) -> tuple[list[str], set[int]]:
    """The corpus with thirteen held-out words, no common phrase, put into n documents that are trained on."""
    chance, corpus = random.Random(3), list(CORPUS)
    held = held_out_records(len(corpus))
    known = Counter(gram for text in CORPUS for gram in _grams(text))
    sources = [text for i, text in enumerate(CORPUS, 1) if i in held] + NEUTRAL
    victims = chance.sample([i for i in range(1, len(corpus) + 1) if i not in held], n)
    for victim in victims:
        piece = next(piece for piece in _pieces(sources, chance) if known[next(iter(_grams(piece)))] < 3)
        corpus[victim - 1] = f"{corpus[victim - 1]} {piece.title()}! {CORPUS[victim % 50]}"
    return corpus, set(victims)


def _pieces(sources: list[str], chance: random.Random) -> Iterator[str]:
    """Thirteen words in a row, anywhere."""
    while True:
        source = chance.choice(sources).encode()
        words = Text.of([source.decode()]).cut("unicode")
        if len(words) >= 13:
            start = chance.randrange(len(words) - 12)
            yield source[int(words.starts[start]) : int(words.ends[start + 12])].decode()


TYPOS = {"clean": {}, "typos": {"spoil_typos": {"dose": 1, "rate": 0.2}}}


def test_a_planted_leak_is_found_completely_also_where_the_grade_spoils_it(tmp_path: Path) -> None:
    corpus, victims = leaking(max(20, len(CORPUS) // 50))
    prepared = prepare(study(tmp_path, corpus, grades=TYPOS), tmp_path)
    removed = pl.read_parquet(prepared.removed)
    for grade in TYPOS:
        own = removed.filter(pl.col("grade") == grade)
        assert victims <= set(own["record"].to_list())
        facts = prepared.facts["grades"][grade]["removed"]
        assert facts == {"documents": own.height, "bytes": own["bytes"].sum()}
    assert set(removed["when"]) == {"before"}


def test_a_leak_that_a_step_makes_is_found_behind_it(tmp_path: Path) -> None:
    """What a step makes of some documents is held out as neutral text; as they were they share nothing with it."""
    moved = {"g": {"spoil_shuffled_words": {"dose": 1, "seed": 1}}}
    plain = study(tmp_path, grades=moved)
    first = prepare(plain, tmp_path / "first")
    shuffled = documents(first, "g")
    long = [text for text in shuffled if len(Text.of([text]).cut("unicode")) > 20][:5]
    write(tmp_path / "neutral.jsonl", long)
    again = prepare(plain, tmp_path / "again")
    assert not set(long) & set(documents(again, "g"))
    removed = pl.read_parquet(again.removed).filter(pl.col("held_out") == "neutral")
    assert removed.height >= 5
    assert set(removed["when"]) == {"after"}


def test_typos_are_the_same_documents_as_the_clean_ones(tmp_path: Path) -> None:
    half = {"clean": {}, "typos": {"spoil_typos": {"dose": 0.5}}}
    prepared = prepare(study(tmp_path, grades=half), tmp_path)
    clean, typos = documents(prepared, "clean"), documents(prepared, "typos")
    differ = sum(a != b for a, b in zip(clean, typos, strict=True))
    assert differ == prepared.facts["grades"]["typos"]["whole"]["edited"]
    assert 0.35 * len(clean) < differ < 0.6 * len(clean)


def test_the_yield_is_what_a_grade_leaves_of_the_bytes(tmp_path: Path) -> None:
    grades = {
        "clean": {},
        "half": {"share": 0.5},
        "quarter": {"share": 0.25},
        "long": {"keep": {"signal": "word_count", "min": 40}},
        "copies": {"spoil_duplicates": {"dose": 0.5}},
    }
    prepared = prepare(study(tmp_path, grades=grades), tmp_path)
    texts = {name: documents(prepared, name) for name in grades}
    whole = sum(len(text.encode()) for text in texts["clean"])
    for name in grades:
        own = sum(len(text.encode()) for text in texts[name])
        assert prepared.facts["grades"][name]["yield"] == pytest.approx(own / whole, rel=1e-12)
        unique = sum(len(text.encode()) for text in set(texts[name]))
        assert prepared.facts["grades"][name]["unique"] == pytest.approx(unique / own, rel=1e-12)
    assert set(texts["quarter"]) < set(texts["half"]) < set(texts["clean"])
    assert 0 < prepared.facts["grades"]["long"]["yield"] < 1 < prepared.facts["grades"]["copies"]["yield"]
    assert token_yields(prepared.facts["grades"], "clean")["copies"] == pytest.approx(
        1.0, rel=1e-4
    )  # document ends are tokens


def test_a_study_that_needs_less_takes_documents_from_all_over(tmp_path: Path) -> None:
    corpus = [
        f"{i} {'some words that make up a document of about a hundred characters '}{i * 7919}" for i in range(8000)
    ]
    prepared = prepare(study(tmp_path, corpus, tokens="30k"), tmp_path)
    numbers = [int(text.split()[0]) for text in documents(prepared, "corpus")]
    file = prepared.grades["corpus"]
    assert 97_000 <= file.tokens < 98_000  # 30k, a twentieth, and 64 Ki to spare
    assert numbers == sorted(numbers)
    quarters = np.bincount(np.array(numbers) // 2000, minlength=4)
    assert quarters.min() > 0.8 * quarters.mean()
    more = prepare(study(tmp_path, corpus, tokens="60k"), tmp_path)
    assert set(numbers) < {int(text.split()[0]) for text in documents(more, "corpus")}


@pytest.mark.parametrize("tokenizer", ["bytes", {"bpe": 500}])
def test_the_files_do_not_depend_on_the_workers_or_the_memory(
    tmp_path: Path, tokenizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dataqual.corpus.CHUNK_BYTES", 1 << 15)  # every file a batch
    for i in range(8):
        write(tmp_path / f"part{i}.jsonl", CORPUS[i::8])
    given = study(tmp_path, corpus="part*.jsonl", grades=TYPOS, tokenizer=tokenizer)
    assert sum(1 for _ in open_corpus(str(tmp_path / "part*.jsonl")).chunks()) == 8
    one = prepare(given, tmp_path / "one", workers=1)
    many = prepare(given, tmp_path / "many", workers=4, max_memory=2 << 30)
    assert one.facts == many.facts
    for name in ("clean", "typos"):
        assert one.grades[name].path.read_bytes() == many.grades[name].path.read_bytes()
    assert pl.read_parquet(one.removed).equals(pl.read_parquet(many.removed))


class Heard(Silent):
    """What a watch hears of preparing."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.planned: list[str] = []
        self.passed: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def passes(self, names: Sequence[str]) -> None:
        self.planned = list(names)

    def prepare(self, what: str, done: int, size: int) -> None:
        assert 0 <= done <= size
        self.passed.append(what)


def test_what_is_there_is_used_again_and_what_changed_is_made_anew(tmp_path: Path) -> None:
    given = study(tmp_path)
    heard = Heard()

    def made() -> bool:
        heard.passed.clear()
        prepare(given, tmp_path / "out", watch=heard)
        return bool(heard.passed)

    assert [made(), made()] == [True, False]
    first = (tmp_path / "out" / "data" / "corpus.u16").read_bytes()
    with (tmp_path / "out" / "data" / "corpus.u16").open("r+b") as file:
        file.write(b"\0\0")
    assert [made(), made()] == [True, False]
    assert (tmp_path / "out" / "data" / "corpus.u16").read_bytes() == first
    os.utime(tmp_path / "corpus.jsonl", ns=(1, 1))
    assert [made(), made()] == [True, False]
    (tmp_path / "out" / "data" / "data.json").write_text("{", "utf-8")
    assert [made(), made()] == [True, False]
    (tmp_path / "out" / "removed.parquet").unlink()
    assert [made(), made()] == [True, False]
    given = study(tmp_path, grades={"corpus": {"share": 0.9}})
    os.utime(tmp_path / "corpus.jsonl", ns=(1, 1))
    assert [made(), made()] == [True, False]
    assert [line.split(" in ")[0].split(";")[0] for line in heard.said[:4]] == [
        "prepared",
        "prepared before, and used again",
        "what was prepared before is of another corpus or study, or was harmed: it is prepared anew",
        "prepared",
    ]
    (tmp_path / "out" / "data" / "data.json").unlink()
    heard.said.clear()
    assert made()
    assert heard.said[0] == "an earlier start was broken off while it prepared the corpus: that begins anew"


@pytest.mark.parametrize(
    ("more", "passes"),
    [
        ({}, ["holding out", "looking for leaks", "grading", "writing tokens", "looking for copies of held-out text"]),
        (
            {"tokenizer": {"bpe": 300}, "grades": {"a": {}, "b": {"dedup": {"near": True}}}},
            ["holding out", "training the tokenizer", "looking for leaks", "looking over the corpus for b", "grading", "writing tokens",
             "looking for copies of held-out text"],
        ),
    ],
)  # fmt: skip
def test_the_passes_are_told_before_they_are_made_and_in_that_order(
    tmp_path: Path, more: dict[str, Any], passes: list[str]
) -> None:
    heard = Heard()
    prepare(study(tmp_path, **more), tmp_path / "out", watch=heard)
    assert heard.planned == passes
    assert list(dict.fromkeys(heard.passed)) == passes


def test_a_bpe_is_trained_on_text_that_no_grade_and_no_held_out_set_has(tmp_path: Path) -> None:
    corpus = [f"{text} №{i}" for i, text in enumerate(CORPUS)]
    prepared = prepare(study(tmp_path, corpus, tokenizer={"bpe": 400}), tmp_path)
    held, more = held_out_records(len(corpus)), held_out_records(len(corpus), 0.15)
    trained_on = len(corpus) - len(more) - prepared.facts["grades"]["corpus"]["removed"]["documents"]
    assert len(more) > len(held)
    assert prepared.facts["grades"]["corpus"]["documents"] == trained_on
    assert (prepared.vocabulary, prepared.tokenizer) == (400, "bpe-400")
    assert (tmp_path / "data" / "tokenizer.json").exists()
    assert prepared.held_out["raw"].bytes > prepared.held_out["raw"].tokens


def test_nothing_is_left_half_done_and_no_other_file_is_there(tmp_path: Path) -> None:
    prepare(study(tmp_path), tmp_path / "out")
    names = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*"))
    assert names == [
        "data",
        "data/corpus.u16",
        "data/data.json",
        "data/held_out-neutral.u16",
        "data/held_out-raw.u16",
        "removed.parquet",
    ]
    assert json.loads((tmp_path / "out" / "data" / "data.json").read_bytes())["facts"]["vocabulary"] == 257


def test_held_out_sets_end_where_they_are_told_to(tmp_path: Path) -> None:
    held_out = {"raw": {"share": 0.5}, "neutral": "neutral.jsonl", "tokens": 2000}
    prepared = prepare(study(tmp_path, held_out=held_out), tmp_path)
    for file in prepared.held_out.values():
        assert 1990 <= file.tokens <= 2000
        whole = np.frombuffer(file.path.read_bytes(), "<u2")
        assert whole[whole < 256].astype(np.uint8).tobytes().decode()
        assert file.bytes == (whole < 256).sum()


WRONG = [
    (["one", "二"], {"held_out": {"raw": {"share": 1e-6}, "neutral": "neutral.jsonl"}}, "held_out.raw.share: none of 2 documents fell into the 1e-06 that is held out; raise it, or give the study more documents"),
    (CORPUS, {"grades": {"g": {"keep": {"signal": "word_count", "min": 10_000}}}}, "grades.g: no document is left of the corpus"),
]  # fmt: skip


@pytest.mark.parametrize(("corpus", "more", "message"), WRONG)
def test_a_study_that_comes_to_nothing_is_told(
    corpus: list[str], more: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as error:
        prepare(study(tmp_path, corpus, **more), tmp_path / "out")
    assert str(error.value) == message
    assert not (tmp_path / "out" / "data" / "data.json").exists()


def test_a_neutral_text_that_is_in_the_corpus_is_told(tmp_path: Path) -> None:
    given = study(tmp_path)
    write(tmp_path / "neutral.jsonl", [f"{text}!" for text in CORPUS if len(text) > 100])
    with pytest.raises(InputError, match=r"^grades\.corpus: [\d,]+ documents, \d\d% of its text, share 13 words with"):
        prepare(given, tmp_path / "out")


def test_a_corpus_that_is_not_there_is_told(tmp_path: Path) -> None:
    given = Study.of({"corpus": "none.jsonl", "sizes": 1, "tokens": 1}, "s.yaml", tmp_path)
    with pytest.raises(InputError, match=r"none\.jsonl: no such file or folder$"):
        prepare(given, tmp_path / "out")
