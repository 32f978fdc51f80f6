"""`dataqual dedup`: who goes, who stays in whose place, and that it never depends on how the work was done."""

from __future__ import annotations

import doctest
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner, Result
from hypothesis import example, given, settings
from hypothesis import strategies as st

import dataqual
from dataqual import catalog, jaccard, sample
from dataqual.cli import main
from dataqual.corpus import Corpus
from dataqual.deduplicating import Deduplicated
from dataqual.engine import Local
from dataqual.errors import DataqualError, InputError, SpecError
from dataqual.near_duplicates import NearDuplicates, Signing, shingles
from dataqual.seen import SIGNATURES
from dataqual.steps._known_copies import Found
from dataqual.steps.dedup import Dedup
from dataqual.text import Text
from tests.strange import tries

HAN = [chr(c) for c in range(0x4E00, 0x9FA0)]


def words(count: int, rng: random.Random, chinese: bool = False) -> list[str]:
    return rng.choices(HAN, k=count) if chinese else [f"w{rng.randrange(10**9)}" for _ in range(count)]


def text(parts: Sequence[str], chinese: bool = False) -> str:
    return ("" if chinese else " ").join(parts)


def jsonl(path: Path, texts: Sequence[str], **columns: Sequence[Any]) -> Path:
    """A corpus of these texts, each with its number as id, unless told."""
    names = {"id": [f"{path.stem}-{i}" for i in range(len(texts))]} | columns
    rows = [
        {"text": one} | {name: values[i] for name, values in names.items() if values} for i, one in enumerate(texts)
    ]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def texts_of(path: Path) -> list[str]:
    return [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]


def ledger(done: Deduplicated) -> list[dict[str, Any]]:
    assert done.ledger
    return pl.read_parquet(done.ledger).to_dicts()


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(main, ["dedup", *map(str, arguments)], prog_name="dataqual")


def found(texts: Sequence[str], step: Dedup) -> Found:
    return step.find(Corpus.of(list(texts)), Local(workers=1))


# Who goes


@pytest.mark.parametrize("chinese", [False, True], ids=["English", "Chinese"])
def test_planted_copies_go_and_nothing_else(chinese: bool, tmp_path: Path) -> None:
    rng = random.Random(5)
    originals = [words(104, rng, chinese) for _ in range(400)]
    similar = [text(one[:-9] + words(9, rng, chinese), chinese) for one in originals[:200]]  # 91 of 109
    fewer = [text(one[:-15] + words(15, rng, chinese), chinese) for one in originals[200:]]  # 85 of 115
    first = [text(one, chinese) for one in originals]
    assert 0.83 < jaccard(first[0], similar[0]) < 0.84
    assert 0.73 < jaccard(first[200], fewer[0]) < 0.75
    source = jsonl(tmp_path / "in.jsonl", [*first, *similar, *fewer, *first[:50]])
    done = dataqual.dedup(source, tmp_path / "out.jsonl")
    gone = {row["record"]: row for row in ledger(done)}
    assert {row["record"] for row in gone.values() if row["rule"] == "exact_copies"} == set(range(801, 851))
    near = {row["record"]: row["kept_record"] for row in gone.values() if row["rule"] == "near_copies"}
    assert len(near) >= 0.99 * 200
    assert all(kept == record - 400 for record, kept in near.items())
    assert all(gone[record]["similarity"] == jaccard(similar[record - 401], first[record - 401]) for record in near)
    assert (done.read, done.kept, done.dropped) == (850, 800 - len(near), 50 + len(near))


def test_of_documents_from_one_template_none_is_lost(tmp_path: Path) -> None:
    rng = random.Random(3)
    template = words(64, rng)
    texts = [text(template + words(rng.randrange(11, 18), rng)) for _ in range(600)]
    similarities = [jaccard(*rng.sample(texts, 2)) for _ in range(300)]
    assert 0.6 < min(similarities) < max(similarities) < 0.76
    done = dataqual.dedup(jsonl(tmp_path / "in.jsonl", texts), tmp_path / "out.jsonl")
    assert (done.kept, done.dropped, done.alarms) == (600, 0, ())


def test_the_bytes_are_the_same_whatever_the_workers_and_the_memory(tmp_path: Path) -> None:
    rng = random.Random(7)
    base = [words(rng.randrange(30, 90), rng, chinese=i % 2 == 0) for i in range(3000)]
    texts = [text(one[: rng.randrange(25, len(one))], i % 2 == 0) for _ in range(3) for i, one in enumerate(base)]
    source = jsonl(tmp_path / "in.jsonl", texts)
    results = []
    for name, options in {"one": {"workers": 1}, "three": {"workers": 3}, "little": {"max_memory": 1 << 20}}.items():
        folder = tmp_path / name
        folder.mkdir()
        done = dataqual.dedup(
            source, folder / "out.jsonl", keep="longest", clusters=folder / "c.parquet", index=folder / "i.dqx", **options
        )  # fmt: skip
        assert 0 < done.rules["near_copies"] < done.kept
        (folder / "i.dqx" / "index.json").unlink()  # it says where the output is, and the names of the parts are random
        written = (file for file in sorted(folder.rglob("*")) if file.is_file())
        results.append({re.sub(r"^[0-9a-f]{16}", "part", file.name): file.read_bytes() for file in written})
    assert results[0] == results[1] == results[2]
    assert len(results[0]) == 7


def test_documents_without_words_or_with_few_are_copies_only_if_they_are_the_same(tmp_path: Path) -> None:
    texts = ["", "", " ", "…", "?", "…", "Thank you!", "thank you", "thank you all", "我们", "我们。", "我"]
    assert kept_of(texts, Dedup(near=NearDuplicates())) == [
        "",
        " ",
        "…",
        "?",
        "Thank you!",
        "thank you all",
        "我们",
        "我",
    ]
    assert kept_of(texts, Dedup()) == ["", " ", "…", "?", *texts[6:]]
    assert kept_of(texts, Dedup(near=NearDuplicates(cut="characters")))[:4] == ["", " ", "…", "?"]


def kept_of(texts: Sequence[str], step: Dedup) -> list[str]:
    return [texts[i] for i in np.flatnonzero(~found(texts, step).goes)]


@pytest.mark.parametrize(
    ("same", "other"),
    [
        (["Hello, World", "hello world!", "HELLO\n\nworld"], "hello worlds"),
        (["我们去公园。", "我们,去 公园"], "我们去公司"),
        (["Привет, мир", "привет МИР"], "привет миру"),
        (["สวัสดี ครับ", "สวัสดีครับ!"], "สวัสดีคะ"),
    ],
)
def test_normalized_copies_have_the_same_words_in_every_script(same: list[str], other: str) -> None:
    there = found([*same, other], Dedup(normalized=True))
    assert there.original.tolist() == [0] * len(same) + [len(same)]
    assert set(there.similarity[there.goes]) == {1.0}
    assert kept_of([*same, other], Dedup()) == [*same, other]


def test_normalized_copies_are_told_as_such_and_never_by_a_hash_of_nothing(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "in.jsonl", ["A b", "a, B", "…", "?", "…"])
    done = dataqual.dedup(source, tmp_path / "out.jsonl", method="exact", normalized=True)
    assert [(row["record"], row["rule"], row["kept_record"]) for row in ledger(done)] == [
        (2, "normalized_copies", 1),
        (5, "normalized_copies", 3),
    ]


@pytest.mark.parametrize(
    ("cut", "split"), [("whitespace", str.split), ("characters", lambda one: "".join(one.split()))]
)
def test_shingles_of_another_cut_are_what_they_are_called(cut: str, split: Any) -> None:
    first, second = "Ça va, ça\u3000va? 我们 去。 yes it is so 🙂 !", "ça VA, ça va? 我们去。 yes it is so 🙂 !"

    def sets(document: str) -> set[tuple[str, ...]]:
        pieces = list(split(document.lower()))
        return {tuple(pieces[i : i + 3]) for i in range(len(pieces) - 2)}

    one, two = sets(first), sets(second)
    assert (len(shingles(first, 3, cut)), len(shingles(second, 3, cut))) == (len(one), len(two))
    assert jaccard(first, second, 3, cut) == len(one & two) / len(one | two)


def test_near_copies_are_judged_by_the_cut_that_was_asked_for() -> None:
    parts = [f"word{letter}{number}x" for number in range(10, 50) for letter in "a"]
    misspelt = [part.replace("word", "wurd") if number % 10 == 5 else part for number, part in enumerate(parts)]
    texts = [text(parts), text(misspelt)]
    assert jaccard(*texts) < 0.5
    there = found(texts, Dedup(near=NearDuplicates(cut="characters")))
    assert there.goes.tolist() == [False, True]
    assert there.similarity[1] == jaccard(*texts, cut="characters") > 0.8
    assert not found(texts, Dedup(near=NearDuplicates())).goes.any()


# Who stays

SUFFIXES = (0, 5, 10, 15, 20, 25)
"""Words appended to the 50 of a family: those 5 and 10 apart are copies (.82 and more), those 15 apart are not (.79)."""


def family(number: int, more: int, shout: bool) -> str:
    parts = words(50 + more, random.Random(number))
    return text(parts).upper() if shout else text(parts)


def reference(texts: Sequence[str], values: Sequence[float]) -> list[int]:
    """Document after document, highest value first, compared with every one that is kept."""
    kept: list[int] = []
    for i in sorted(range(len(texts)), key=lambda i: (-values[i], i)):
        if not any(texts[i] == texts[k] or jaccard(texts[i], texts[k]) >= 0.8 for k in kept):
            kept.append(i)
    return sorted(kept)


@settings(max_examples=tries(60))
@given(
    st.lists(st.builds(family, st.integers(0, 1), st.sampled_from(SUFFIXES), st.booleans()), min_size=2, max_size=9),
    st.sampled_from(["first", "longest", "uppercase_share", "whitespace_share"]),
)
def test_who_is_kept_is_what_comparing_everybody_would_keep(texts: list[str], keep: str) -> None:
    values = {"first": lambda one: 0, "longest": len}.get(keep) or (lambda one: float(catalog.signal(keep)([one])[0]))
    there = found(texts, Dedup(near=NearDuplicates(), keep=keep))
    kept = np.flatnonzero(~there.goes).tolist()
    assert kept == reference(texts, [values(one) for one in texts])
    for copy in np.flatnonzero(there.goes):
        original = int(there.original[copy])
        assert original in kept
        assert there.similarity[copy] == jaccard(texts[copy], texts[original]) >= 0.8
        assert (-values(texts[original]), original) < (-values(texts[copy]), copy)


def test_similarity_is_not_handed_on_whoever_is_kept() -> None:
    a, b, c = (text([f"word{i}" for i in range(start, stop)]) for start, stop in ((0, 101), (6, 106), (12, 112)))
    assert jaccard(a, b) > 0.8 > jaccard(a, c)
    assert jaccard(b, c) > 0.8
    near = NearDuplicates()
    assert kept_of([c, b, a], Dedup(near=near)) == [c, a]
    assert kept_of([c, b, a], Dedup(near=near, keep="longest")) == [c, a]
    assert kept_of([b, c, a], Dedup(near=near)) == [b]
    assert kept_of([b, c, a], Dedup(near=near, keep="longest")) == [c, a]


def test_of_copies_with_the_same_words_the_longest_stays_too() -> None:
    assert kept_of(["A b", "a b!!", "a, b!!"], Dedup(normalized=True, keep="longest")) == ["a, b!!"]
    assert kept_of(["A b", "a b!!", "a, b!!"], Dedup(normalized=True)) == ["A b"]


def test_the_longest_is_counted_in_characters_not_in_bytes() -> None:
    shared = words(60, random.Random(1))
    latin, han = text([*shared, "abcd"]), text([*shared, "我们"])
    assert len(latin) > len(han)
    assert len(latin.encode()) < len(han.encode())
    assert kept_of([han, latin], Dedup(near=NearDuplicates(), keep="longest")) == [latin]


# Against others, and what was seen before


def test_copies_of_another_corpus_go_and_the_other_is_neither_written_nor_thinned_out(tmp_path: Path) -> None:
    rng = random.Random(4)
    ours, theirs = words(100, rng), words(100, rng)
    a, b, c = (text(theirs[:88] + more) for more in ([], words(6, rng), words(12, rng)))
    assert jaccard(a, b) >= 0.8
    other = jsonl(tmp_path / "other.jsonl", [a, b, "Same."])
    second = jsonl(tmp_path / "second.jsonl", ["content", "again"])
    texts = [text(ours), b + " end", "Same.", text(ours), c, "again", text(ours) + " more"]
    source = jsonl(tmp_path / "in.jsonl", texts)
    done = dataqual.dedup(source, tmp_path / "out.jsonl", against=[other, second], clusters=tmp_path / "c.parquet")
    gone = {row["record"]: (row["rule"], row["kept_path"], row["kept_record"]) for row in ledger(done)}
    assert gone == {
        2: ("near_copies", str(other), 2),  # not the first of the other corpus, whose copy that one is
        3: ("exact_copies", str(other), 3),
        4: ("exact_copies", str(source), 1),
        5: ("near_copies", str(other), 1),
        6: ("exact_copies", str(second), 2),
        7: ("near_copies", str(source), 1),
    }
    assert texts_of(tmp_path / "out.jsonl") == [text(ours)]
    members = pl.read_parquet(tmp_path / "c.parquet")
    assert members.filter(pl.col("path") == str(other))["id"].to_list() == ["other-0", "other-1", "other-2"]
    assert dict(members.select("id", "kept_id").iter_rows())["in-5"] == "second-1"


def test_an_earlier_corpus_stays_even_where_a_longer_copy_comes(tmp_path: Path) -> None:
    short = text(words(60, random.Random(0)))
    other = jsonl(tmp_path / "other.jsonl", [short])
    source = jsonl(tmp_path / "in.jsonl", [short + " and some", "else"])
    assert dataqual.dedup(source, dry_run=True, keep="longest", against=other).kept == 1
    assert dataqual.dedup(source, dry_run=True, keep="longest", against=dataqual.read(other)).kept == 1


A, B, C = (family(0, more, False) for more in (0, 10, 20))
"""A ~ B ~ C, but not A ~ C."""

document = st.one_of(
    st.builds(family, st.integers(0, 0), st.sampled_from(SUFFIXES), st.booleans()),
    st.sampled_from(["", "…", "A cat.", "a cat", "我们去公园", "我们去公园。"]),
)


@settings(max_examples=25)
@given(
    st.lists(st.lists(document, min_size=1, max_size=6), min_size=2, max_size=3),
    st.sampled_from(["minhash", "exact"]),
    st.booleans(),
)
@example([[A, B], [C]], "minhash", False)  # what is like a copy alone stays
@example([["x", "x", A, B], [B, C]], "minhash", False)  # the same as a copy goes for what that one went for
@example([["x", "x", A, B], ["x", B + "."], [B + ".", "x", C]], "minhash", False)
def test_corpora_one_after_the_other_through_an_index_are_the_same_as_all_at_once(
    tmp_path_factory: pytest.TempPathFactory, corpora: list[list[str]], method: str, normalized: bool
) -> None:
    folder = tmp_path_factory.mktemp("index")
    asked: dict[str, Any] = {"method": method, "normalized": normalized}
    left, told = [], []
    for number, texts in enumerate(corpora):
        source = jsonl(folder / f"{number}.jsonl", texts)
        done = dataqual.dedup(source, folder / f"{number}.out.jsonl", index=folder / "i.dqx", **asked)
        left += (folder / f"{number}.out.jsonl").read_text().splitlines()
        told += ledger(done)
    paths = [folder / f"{number}.jsonl" for number in range(len(corpora))]
    at_once = dataqual.dedup(paths, folder / "all.jsonl", **asked)
    assert left == (folder / "all.jsonl").read_text().splitlines()
    assert told == ledger(at_once)


@pytest.mark.parametrize("frame", [1 << 20, 1])
def test_an_index_tells_the_ids_and_paths_of_what_was_kept_long_ago(
    frame: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dataqual.seen.FRAME", frame)
    long = text(words(60, random.Random(0)))
    first = jsonl(tmp_path / "first.jsonl", [long, "short"])
    second = jsonl(tmp_path / "second.jsonl", [long + " more", "short", "new"])
    dataqual.dedup(first, tmp_path / "1.jsonl", index=tmp_path / "i.dqx")
    first.unlink()  # the index needs none of the corpora it saw
    done = dataqual.dedup(second, tmp_path / "2.jsonl", index=tmp_path / "i.dqx", clusters=tmp_path / "c.parquet")
    assert texts_of(tmp_path / "2.jsonl") == ["new"]
    assert pl.read_parquet(tmp_path / "c.parquet").select("id", "cluster", "kept_id", "similarity").rows() == [
        ("first-0", 0, "first-0", 1.0),
        ("first-1", 1, "first-1", 1.0),
        ("second-0", 0, "first-0", 56 / 57),
        ("second-1", 1, "first-1", 1.0),
    ]
    assert {row["kept_path"] for row in ledger(done)} == {str(first)}
    assert "index" in done.facts()


@pytest.fixture
def indexed(tmp_path: Path) -> Path:
    """A corpus, in.jsonl, and the index i.dqx that one run of it left."""
    texts = [text(words(60, random.Random(i))) for i in range(5)]
    dataqual.dedup(jsonl(tmp_path / "in.jsonl", texts), tmp_path / "out.jsonl", index=tmp_path / "i.dqx")
    jsonl(tmp_path / "new.jsonl", [texts[3] + " end", "other"])
    return tmp_path


@pytest.mark.parametrize("name", ["*.documents", "*.signatures", "*.texts", "index.json"])
@pytest.mark.parametrize("harm", ["shorter", "other", "gone"])
def test_a_damaged_index_is_one_clear_line(indexed: Path, name: str, harm: str) -> None:
    [place] = (indexed / "i.dqx").glob(name)
    read = bytearray(place.read_bytes())
    read[len(read) // 2] ^= 0x55
    if harm == "gone":
        place.unlink()
    else:
        place.write_bytes(read if harm == "other" else read[:-1])
    if (name, harm) == ("index.json", "shorter"):  # without its last line end it is as good
        place.write_bytes(read[:-9])
    done = run(indexed / "new.jsonl", "-o", indexed / "new.out.jsonl", "--index", indexed / "i.dqx", "--quiet")
    assert done.exit_code == 2
    [line] = done.stderr.splitlines()
    what = "is there, but is no index" if (name, harm) == ("index.json", "gone") else "damaged"
    assert line.startswith(f"dataqual: --index: {indexed / 'i.dqx'}")
    assert what in line
    assert not (indexed / "new.out.jsonl").exists()


def test_an_index_in_whose_list_a_name_was_changed_is_damaged(indexed: Path) -> None:
    listed = indexed / "i.dqx" / "index.json"
    listed.write_text(listed.read_text().replace("in.jsonl", "on.jsonl"))
    with pytest.raises(InputError, match=r"damaged \(index.json is not what was written\)"):
        dataqual.dedup(indexed / "new.jsonl", dry_run=True, index=indexed / "i.dqx")


def test_copies_of_another_corpus_do_not_get_into_the_index(indexed: Path) -> None:
    own, foreign = text(words(60, random.Random(91))), text(words(60, random.Random(92)))
    other = jsonl(indexed / "other.jsonl", ["first", foreign])
    source = jsonl(indexed / "both.jsonl", [foreign + " end", "first", own, own + " end"])
    asked: dict[str, Any] = {"index": indexed / "i.dqx"}
    assert dataqual.dedup(source, indexed / "both.out.jsonl", against=other, **asked).kept == 1
    last = jsonl(indexed / "last.jsonl", [foreign + " end", "first", own + " end"])
    done = dataqual.dedup(last, indexed / "last.out.jsonl", **asked)
    assert [(row["record"], row["kept_path"], row["kept_record"]) for row in ledger(done)] == [(3, str(source), 3)]


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ({"threshold": 0.7}, "made with threshold 0.8, not 0.7"),
        ({"shingle": 3}, "made with shingle 5, not 3"),
        ({"seed": 1}, "made with seed 0, not 1"),
        ({"cut": "whitespace"}, "made with cut unicode, not whitespace"),
        ({"normalized": True}, "made with normalized False, not True"),
        ({"method": "exact"}, "made with method minhash, not exact"),
    ],
)
def test_an_index_of_other_parameters_is_refused(indexed: Path, option: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError) as told:
        dataqual.dedup(indexed / "new.jsonl", dry_run=True, index=indexed / "i.dqx", **option)
    assert str(told.value) == f"--index: {indexed / 'i.dqx'}: {said}; ask for the same, or for another index"


def test_an_index_is_extended_after_the_output_appeared_or_not_at_all(
    indexed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def snapshot() -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in (indexed / "i.dqx").iterdir()}

    before = snapshot()
    dataqual.dedup(indexed / "new.jsonl", dry_run=True, index=indexed / "i.dqx")
    assert snapshot() == before
    with monkeypatch.context() as broken:
        broken.setattr("dataqual.seen._Files.facts", lambda self: 1 / 0)  # as if it had been killed here
        with pytest.raises(ZeroDivisionError):
            dataqual.dedup(indexed / "new.jsonl", indexed / "new.out.jsonl", index=indexed / "i.dqx")
    assert texts_of(indexed / "new.out.jsonl") == ["other"]
    assert {name: data for name, data in snapshot().items() if name in before} == before
    done = dataqual.dedup(indexed / "new.jsonl", indexed / "new.out.jsonl", index=indexed / "i.dqx")
    assert (done.kept, done.dropped) == (1, 1)
    assert len(json.loads((indexed / "i.dqx" / "index.json").read_text())["parts"]) == 2
    assert dataqual.dedup(indexed / "new.jsonl", dry_run=True, index=indexed / "i.dqx").kept == 0


def test_a_folder_that_is_no_index_is_left_alone_but_an_empty_one_becomes_one(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "in.jsonl", ["a", "a"])
    (tmp_path / "i.dqx").mkdir()
    (tmp_path / "i.dqx" / "index.json.part").write_bytes(b"half")  # a first run was killed
    assert dataqual.dedup(source, tmp_path / "out.jsonl", index=tmp_path / "i.dqx").kept == 1
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(InputError, match="is there, but is no index; choose another name"):
        dataqual.dedup(source, tmp_path / "out.jsonl", index=tmp_path / "mine")


def while_it_extends(monkeypatch: pytest.MonkeyPatch, what: Any) -> None:
    """Let `what` happen when a run has written its output and begins to extend its index."""
    from dataqual.seen import Seen

    check = Seen._check_unchanged

    def once(self: Seen) -> None:
        monkeypatch.setattr(Seen, "_check_unchanged", check)
        check(self)
        what()

    monkeypatch.setattr(Seen, "_check_unchanged", once)


def test_a_run_that_would_extend_an_index_which_another_has_is_told_so_before_it_reads(
    indexed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = jsonl(indexed / "other.jsonl", ["meanwhile"])
    said: list[str] = []

    def another() -> None:
        with pytest.raises(InputError) as told:
            dataqual.dedup(other, indexed / "other.out.jsonl", index=indexed / "i.dqx")
        said.append(str(told.value))
        assert dataqual.dedup(other, dry_run=True, index=indexed / "i.dqx").kept == 1  # this only reads

    while_it_extends(monkeypatch, another)
    dataqual.dedup(indexed / "new.jsonl", indexed / "new.out.jsonl", index=indexed / "i.dqx")
    assert said == [f"--index: {indexed / 'i.dqx'}: is being extended by another run; wait for it"]
    assert not (indexed / "other.out.jsonl").exists()
    assert dataqual.dedup(other, indexed / "other.out.jsonl", index=indexed / "i.dqx").kept == 1


def test_where_there_are_no_locks_the_later_of_two_runs_is_refused_and_the_index_stays_whole(
    indexed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = jsonl(indexed / "other.jsonl", ["meanwhile"])
    monkeypatch.setattr("dataqual.seen.fcntl", None)
    another = {"source": other, "output": indexed / "other.out.jsonl", "index": indexed / "i.dqx"}
    while_it_extends(monkeypatch, lambda: dataqual.dedup(**another))
    with pytest.raises(InputError, match="another run has extended it meanwhile; run again"):
        dataqual.dedup(indexed / "new.jsonl", indexed / "new.out.jsonl", index=indexed / "i.dqx")
    assert dataqual.dedup(other, dry_run=True, index=indexed / "i.dqx").kept == 0


def test_the_same_run_again_gives_the_same_and_leaves_the_index_as_it_is(indexed: Path) -> None:
    def outcome(name: str) -> tuple[bytes, pl.DataFrame]:
        return (indexed / name).read_bytes(), pl.read_parquet(indexed / f"{name}.ledger.parquet")

    asked: dict[str, Any] = {"index": indexed / "i.dqx"}
    dataqual.dedup(indexed / "new.jsonl", indexed / "new.out.jsonl", **asked)
    first, second, listed = outcome("out.jsonl"), outcome("new.out.jsonl"), (indexed / "i.dqx/index.json").read_bytes()
    assert (first[0].count(b"\n"), second[0].count(b"\n")) == (5, 1)
    for source, name, before in (("in", "out.jsonl", first), ("new", "new.out.jsonl", second)):
        dataqual.dedup(indexed / f"{source}.jsonl", indexed / name, **asked)  # what came after the first does not count
        assert outcome(name)[0] == before[0]
        assert outcome(name)[1].equals(before[1])
    assert (indexed / "i.dqx/index.json").read_bytes() == listed
    assert (
        dataqual.dedup(indexed / "in.jsonl", indexed / "else.jsonl", **asked).kept == 0
    )  # another output, another run


def test_what_a_later_run_kept_is_not_held_against_an_earlier_one_given_again(tmp_path: Path) -> None:
    first, later = jsonl(tmp_path / "1.jsonl", [A, B]), jsonl(tmp_path / "2.jsonl", [C])  # B goes for A, and is like C
    asked: dict[str, Any] = {"index": tmp_path / "i.dqx"}
    told = ledger(dataqual.dedup(first, tmp_path / "1.out.jsonl", **asked))
    dataqual.dedup(first, tmp_path / "1.out.jsonl", **asked)
    assert dataqual.dedup(later, tmp_path / "2.out.jsonl", **asked).kept == 1
    assert ledger(dataqual.dedup(first, tmp_path / "1.out.jsonl", **asked)) == told
    assert [(row["record"], row["kept_path"], row["kept_record"]) for row in told] == [(2, str(first), 1)]


@pytest.mark.parametrize("changed", ["its size", "its time"])
def test_an_input_that_was_changed_makes_another_run(indexed: Path, changed: str) -> None:
    source = indexed / "in.jsonl"
    if changed == "its size":
        jsonl(source, [*texts_of(source), "more"])
    else:
        os.utime(source, ns=(0, 0))
    done = dataqual.dedup(source, indexed / "out.jsonl", index=indexed / "i.dqx")
    assert done.kept == (1 if changed == "its size" else 0)


def test_the_same_run_by_standard_input_again_gives_the_same(tmp_path: Path) -> None:
    given = b'{"text": "one"}\n{"text": "two"}\n'
    for _ in range(2):
        arguments = ["dedup", "-", "-o", str(tmp_path / "out.jsonl"), "--index", str(tmp_path / "i.dqx"), "--quiet"]
        assert CliRunner().invoke(main, arguments, input=given).exit_code == 0
        assert (tmp_path / "out.jsonl").read_bytes() == given


@pytest.mark.parametrize("option", [{"keep": "longest"}, {"against": pl.DataFrame({"text": ["a"]})}])
def test_the_same_run_with_other_options_does_not_put_nothing_in_the_place_of_its_output(
    indexed: Path, option: dict[str, Any]
) -> None:
    with pytest.raises(SpecError) as told:
        dataqual.dedup(indexed / "in.jsonl", indexed / "out.jsonl", index=indexed / "i.dqx", **option)
    said = "has this input already, for the same -o but with other options; ask for the same, or for another index"
    assert str(told.value) == f"--index: {indexed / 'i.dqx'}: {said}"
    assert len(texts_of(indexed / "out.jsonl")) == 5


def test_what_a_killed_run_left_in_an_index_goes_with_the_next(indexed: Path) -> None:
    listed = {file.name for file in (indexed / "i.dqx").iterdir()}
    (indexed / "i.dqx" / f"{'0a' * 8}.texts").write_bytes(b"half")
    (indexed / "i.dqx" / "notes.txt").write_text("mine")
    dataqual.dedup(indexed / "in.jsonl", indexed / "out.jsonl", index=indexed / "i.dqx")
    assert {file.name for file in (indexed / "i.dqx").iterdir()} == listed | {"notes.txt"}


def test_a_first_run_that_fails_leaves_no_index(tmp_path: Path) -> None:
    with pytest.raises(DataqualError):
        dataqual.dedup(jsonl(tmp_path / "in.jsonl", []), tmp_path / "out.jsonl", index=tmp_path / "i.dqx")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["in.jsonl"]


def test_an_index_with_signatures_of_another_version_is_refused(indexed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dataqual.seen.SIGNATURES", 2)
    with pytest.raises(InputError) as told:
        dataqual.dedup(indexed / "new.jsonl", dry_run=True, index=indexed / "i.dqx")
    said = "has signatures of version 1, and this version makes 2; build it again from the corpora"
    assert str(told.value) == f"--index: {indexed / 'i.dqx'}: {said}"


def test_signatures_are_those_of_the_version_that_an_index_bears() -> None:
    """Where this fails, raise `dataqual.seen.SIGNATURES` and write the new digest here."""
    texts = [
        "The cat, sat on the MAT today.",
        "今天天气很好,我们去公园散步。",
        "ภาษาไทยไม่มีช่องว่าง",
        "نص عربي قصير جدا هنا",
        "👩‍👩‍👧 🎉",
        "",
        "…",
    ]
    summed = hashlib.blake2b(digest_size=8)
    for cut in ("unicode", "whitespace", "characters"):
        for normalized in (False, True):
            part = Signing(NearDuplicates(cut=cut), normalized=normalized)(Text.of(texts))
            for array in (part.exact, part.signatures, part.worded):
                summed.update(np.ascontiguousarray(array).tobytes())
    assert (SIGNATURES, summed.hexdigest()) == (1, "b61888af8b11da38")


# What is told


def test_clusters_have_a_row_for_every_document_in_one(tmp_path: Path) -> None:
    long = text(words(60, random.Random(0)))
    source = jsonl(tmp_path / "in.jsonl", ["alone", long, "x", long + " more", "x", long])
    done = dataqual.dedup(source, tmp_path / "out.jsonl", keep="longest", clusters=tmp_path / "c.parquet")
    table = pl.read_parquet(tmp_path / "c.parquet")
    assert table.columns[:6] == ["id", "path", "record", "cluster", "kept_id", "similarity"]
    assert table.select(table.columns[:1] + table.columns[2:6] + ["kept_record"]).rows() == [
        ("in-1", 2, 1, "in-3", 56 / 57, 4),
        ("in-2", 3, 0, "in-2", 1.0, 3),
        ("in-3", 4, 1, "in-3", 1.0, 4),
        ("in-4", 5, 0, "in-2", 1.0, 3),
        ("in-5", 6, 1, "in-3", 56 / 57, 4),
    ]
    assert (done.found_clusters, done.documents_in_clusters) == (2, 5)
    without = jsonl(tmp_path / "no.jsonl", ["x", "x"], id=[])
    dataqual.dedup(without, tmp_path / "out.jsonl", clusters=tmp_path / "c.parquet")
    assert pl.read_parquet(tmp_path / "c.parquet")["kept_id"].to_list() == [None, None]


def test_a_run_that_is_killed_leaves_nothing_of_its_clusters_behind_the_next(tmp_path: Path) -> None:
    source, clusters = jsonl(tmp_path / "in.jsonl", ["a", "a"]), tmp_path / "c.parquet"
    killed = (
        "import os, sys, dataqual, dataqual.deduplicating.running as module; module.rewrite = lambda *given, **more: os._exit(9);"
        "dataqual.dedup(sys.argv[1], sys.argv[2], clusters=sys.argv[3])"
    )
    arguments = [str(source), str(tmp_path / "out.jsonl"), str(clusters)]
    assert subprocess.run([sys.executable, "-c", killed, *arguments]).returncode == 9
    assert {file.name for file in tmp_path.iterdir()} > {"in.jsonl"}
    dataqual.dedup(source, tmp_path / "out.jsonl", clusters=clusters)
    assert pl.read_parquet(clusters).height == 2
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == ["c.parquet", "in.jsonl", "out.jsonl", "out.jsonl.ledger.parquet"]


def test_a_run_that_is_killed_after_it_compared_does_not_compare_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [text(words(20, random.Random(i % 70))) for i in range(100)]
    source, out, clusters = jsonl(tmp_path / "in.jsonl", texts), tmp_path / "out.jsonl", tmp_path / "c.parquet"
    other = jsonl(tmp_path / "other.jsonl", texts[5:8])
    asked: dict[str, Any] = {"against": other, "clusters": clusters, "max_cluster_share": 0.001}
    whole = dataqual.dedup(source, out, **asked)
    before = {path: path.read_bytes() for path in (out, Path(f"{out}.ledger.parquet"), clusters)}
    for path in before:
        path.unlink()
    killed = (
        "import os, sys, dataqual, dataqual.rewriting as module; module._Run.go = lambda *given: os._exit(9);"
        "dataqual.dedup(sys.argv[1], sys.argv[2], against=sys.argv[3], clusters=sys.argv[4])"
    )
    arguments = list(map(str, (source, out, other, clusters)))
    assert subprocess.run([sys.executable, "-c", killed, *arguments]).returncode == 9
    with monkeypatch.context() as patch:
        patch.setattr("dataqual.steps.dedup.Dedup.find", lambda *given, **more: pytest.fail("compared again"))
        again = dataqual.dedup(source, out, **asked)
    assert {path: path.read_bytes() for path in before} == before
    assert (whole.went_on, again.went_on, again.resumed) == (False, True, 0)
    assert "went on with an earlier run: what it had surveyed was not surveyed again" in str(again)
    assert (again.rules, again.alarms, again.found_clusters) == (whole.rules, whole.alarms, whole.found_clusters)
    assert not list(tmp_path.glob(".dataqual*"))


def test_what_is_killed_while_its_files_appear_leaves_no_ledger_beside_an_output_of_another_run(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "in.jsonl", ["a", "b", "a"])
    out, ledger, clusters = tmp_path / "out.jsonl", tmp_path / "out.jsonl.ledger.parquet", tmp_path / "c.parquet"
    dataqual.dedup(source, out, clusters=clusters)
    old = out.read_bytes()
    jsonl(source, ["b", "c", "c", "d"])
    for step in ("writers.writer.Writer.publish", "writers.parquet.NewParquet.publish"):
        module, owner, name = step.rsplit(".", 2)
        killed = (
            f"import os, sys, dataqual, dataqual.{module} as module; module.{owner}.{name} = lambda *given: os._exit(9);"
            "dataqual.dedup(sys.argv[1], sys.argv[2], clusters=sys.argv[3])"
        )
        assert subprocess.run([sys.executable, "-c", killed, str(source), str(out), str(clusters)]).returncode == 9
        assert not ledger.exists()
        assert not clusters.exists()
        assert (out.read_bytes() == old) == (owner == "Writer")
    done = dataqual.dedup(source, out, clusters=clusters)
    assert (done.read, done.kept) == (4, 3)
    assert pl.read_parquet(ledger)["id"].to_list() == ["in-2"]
    assert pl.read_parquet(clusters).height == 2


@pytest.mark.slow
def test_twenty_random_kills_of_dedup_change_no_byte(tmp_path: Path) -> None:
    rng = random.Random(0)
    texts = [text(words(120, random.Random(rng.randrange(7_000)))) for _ in range(10_000)]
    source, out, clusters = jsonl(tmp_path / "in.jsonl", texts), tmp_path / "out.jsonl", tmp_path / "c.parquet"
    command = [
        sys.executable,
        "-m",
        "dataqual",
        "dedup",
        str(source),
        "-o",
        str(out),
        "--clusters",
        str(clusters),
        "--quiet",
    ]
    start = time.monotonic()
    subprocess.run(command, check=True)
    took = time.monotonic() - start
    files = (out, Path(f"{out}.ledger.parquet"), clusters)
    before = [path.read_bytes() for path in files]
    kills = 0
    while kills < 20:
        start = time.monotonic()
        process = subprocess.Popen(command)
        with suppress(subprocess.TimeoutExpired):
            assert process.wait(rng.uniform(0.2, 1.0) * took) == 0
            took = min(took, time.monotonic() - start)  # the machine may be quicker now than it was
            continue
        process.kill()
        process.wait()
        kills += 1
    subprocess.run(command, check=True)
    assert [path.read_bytes() for path in files] == before


def test_a_large_cluster_and_a_source_that_loses_much_are_alarms_with_excerpts(tmp_path: Path) -> None:
    long = "Write to ann.lee@example.com about " + text([f"word{i}" for i in range(60)])
    texts = [long + "!" * i for i in range(30)] + [text(words(20, random.Random(i))) for i in range(70)]
    groups = ["mail"] * 31 + ["web"] * 69
    source = jsonl(tmp_path / "in.jsonl", texts, source=groups)
    done = run(source, "-o", tmp_path / "out.jsonl", "--quiet")
    assert done.exit_code == 0
    cluster, lost = done.stderr.splitlines()
    excerpt = "“Write to a••••••@•••••••.com about word0 word1 word2 word3 w…”"
    pair = f"{source} record 2, {excerpt} goes for {source} record 1, {excerpt} (similarity 1.000)"
    assert cluster == f"alarm: one cluster has 30 of 100 documents (30.0 %, more than 5.0 %): {pair}"
    assert lost == f"alarm: source mail loses 29 of 31 documents (93.5 %, more than 50.0 %): {pair}"
    strict = run(source, "-o", tmp_path / "strict.jsonl", "--quiet", "--strict")
    assert strict.exit_code == 1
    assert strict.stderr == done.stderr
    assert (tmp_path / "strict.jsonl").read_bytes() == (tmp_path / "out.jsonl").read_bytes()
    calm = ("--strict", "--max-cluster-share", "0.3", "--max-source-loss", "0.94")
    assert run(source, "-o", tmp_path / "out.jsonl", *calm).exit_code == 0
    only = dataqual.dedup(source, dry_run=True, max_source_loss=0.94)
    assert only.alarms == (cluster,)


def test_few_documents_are_no_alarm_and_files_are_sources_where_there_are_no_groups(tmp_path: Path) -> None:
    assert dataqual.dedup(["x"] * 19, dry_run=True).alarms == ()
    first = jsonl(tmp_path / "first.jsonl", [f"text {i}" for i in range(40)])
    second = jsonl(tmp_path / "second.jsonl", [f"text {i}" for i in range(20, 60)])
    third = jsonl(tmp_path / "third.jsonl", [f"text {i}" for i in range(15, 60)])
    [line] = dataqual.dedup([first, second, third], dry_run=True).alarms
    assert line.startswith(f"alarm: source {third} loses 45 of 45 documents (100.0 %, more than 50.0 %): ")


def test_how_sure_it_is_to_find_a_pair_is_said_before_it_begins(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "in.jsonl", ["x"])
    said = run(source, "--dry-run", "--threshold", "0.7", "--permutations", "256").stderr
    near = NearDuplicates(threshold=0.7, permutations=256)
    assert f"{near.bands} bands × {near.rows} rows of 256 permutations" in said
    for similarity in (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9):
        assert f"{similarity:g} {100 * near.found(similarity):.1f} %" in said
    assert "bands" not in run(source, "--dry-run", "--method", "exact").stderr


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"method": "minhsh"}, "--method: no method 'minhsh'; did you mean 'minhash'? there are: exact, lines, minhash, paragraphs, perceptual, semantic, substring"),
        ({"keep": "longst"}, "dedup.keep: no policy or signal 'longst'; did you mean 'longest'? there are: "),
        ({"cut": "words"}, "near_duplicates.cut: no cut 'words'; there are: characters, unicode, whitespace"),
        ({"max_source_loss": 50}, "max_source_loss: 50 is no share from 0 to 1 (50 % is 0.5)"),
        ({"clusters": "c.csv"}, "--clusters: c.csv: clusters are written to a .parquet file"),
        ({"clusters": "out.jsonl.ledger.parquet"}, "--clusters: out.jsonl.ledger.parquet is another output of this run; "),
        ({"index": "no/where.dqx"}, "--index: no/where.dqx: there is no folder no; make it first"),
        ({"treshold": 0.8}, "no option 'treshold'; did you mean 'threshold'? there are: "),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_told_in_one_line(
    asked: dict[str, Any], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataqualError) as told:
        dataqual.dedup(["a"], "out.jsonl", **asked)
    assert str(told.value).startswith(said)
    assert "\n" not in str(told.value)
    assert not [*tmp_path.iterdir()]


# The page

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "dedup.md").read_text(encoding="utf-8")
SHIM = '#!/bin/sh\nexec "{python}" -m dataqual "$@"\n'


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the sample as corpus.jsonl and in two parts, and `dataqual` on the PATH."""
    lines = sample.path().read_bytes().splitlines(keepends=True)
    (tmp_path / "pages").mkdir()
    for name, part in (("corpus", lines), ("pages/part-0", lines[::2]), ("pages/part-1", lines[1::2])):
        (tmp_path / f"{name}.jsonl").write_bytes(b"".join(part))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "dataqual").write_text(SHIM.format(python=sys.executable), encoding="utf-8")
    (tmp_path / "bin" / "dataqual").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return tmp_path


def test_the_walk_of_the_page_works_and_prints_what_it_shows(desk: Path) -> None:
    blocks = re.findall(r"(?ms)^```(\w+)\n(.*?)^```$", PAGE)
    assert [language for language, _ in blocks].count("text") == 2
    printed = ""
    for language, block in blocks:
        if language == "sh":
            done = subprocess.run(["bash", "-euc", block], cwd=desk, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            printed = done.stdout
        elif language == "text":
            assert printed == block
    told = run("--dry-run").stderr.splitlines()
    said = [line for line in told if line.startswith(("near copies: ", "chance that "))]
    assert len(said) == 2
    assert "".join(f"    {line}\n" for line in said) in PAGE


def test_the_python_of_the_page_works(desk: Path) -> None:
    assert doctest.testfile(str(ROOT / "docs" / "dedup.md"), module_relative=False).failed == 0
    assert doctest.testfile(str(ROOT / "docs" / "dedup.md"), module_relative=False).attempted >= 6


LINE = "This very line of seven words stands in both."


@pytest.mark.parametrize(("method", "left"), [("lines", "second"), ("paragraphs", "second"), ("substring", "second")])
def test_parts_of_documents_go_by_their_methods(method: str, left: str, tmp_path: Path) -> None:
    same = f"{LINE} {LINE} {LINE} {LINE} {LINE} {LINE}"
    result = dataqual.dedup([f"{same}\n\nfirst", f"{same}\n\nsecond"], tmp_path / "out.jsonl", method=method)
    texts = [json.loads(line)["text"] for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert (result.kept, result.edited) == (2, 1)
    assert [texts[0], texts[1].strip()] == [f"{same}\n\nfirst", left]


@pytest.mark.parametrize(("method", "expected"), [("lines", 1), ("substring", 1), ("exact", 0), ("minhash", 0)])
def test_processes_start_early_only_where_they_will_help(
    method: str, expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(Local, "expect", lambda self, paths, module: asked.append((paths, module)))
    source = jsonl(tmp_path / "in.jsonl", ["a"])
    assert run(source, "--dry-run", "--method", method).exit_code == 0
    assert asked == [((str(source),), "dataqual.deduplicating")] * expected


def test_what_parts_know_nothing_of_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="--clusters: says which documents are copies, and --method lines takes out"):
        dataqual.dedup(["a"], dry_run=True, method="lines", clusters=tmp_path / "c.parquet")
    assert dataqual.dedup(["a"], dry_run=True, method="lines", against=[]).kept == 1


@pytest.mark.parametrize("workers", [1, 2])
def test_copies_with_different_labels_are_told(tmp_path: Path, workers: int) -> None:
    texts = ["one text", "one text", "another", "another", "a third", "a third", "alone"]
    path = jsonl(tmp_path / "in.jsonl", texts, label=["+", "-", "+", "+", "-", None, "-"])
    found = CliRunner().invoke(main, ["dedup", str(path), "-o", str(tmp_path / "out.jsonl"), "--workers", str(workers)])
    line = "1 cluster holds copies with different labels, and one of them stays; dataqual labels with --conflicts FILE lists all of them"
    assert found.exit_code == 0 and line in found.stderr.splitlines()
    page = (tmp_path / "out.jsonl.report.html").read_text(encoding="utf-8")
    assert "1 cluster holds copies with different labels" in page


def test_copies_with_one_label_are_nothing_to_look_at(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "in.jsonl", ["one text", "one text", "another"], label=["+", "+", "-"])
    assert "label_conflicts" not in dataqual.dedup(path, tmp_path / "out.jsonl").facts()


def test_contradicting_labels_of_an_earlier_corpus_are_not_counted(tmp_path: Path) -> None:
    earlier = jsonl(tmp_path / "earlier.jsonl", ["one text"], label=["+"])
    path = jsonl(tmp_path / "in.jsonl", ["one text", "one text", "another"], label=["-", "-", "+"])
    assert dataqual.dedup(path, tmp_path / "out.jsonl", against=earlier).label_conflicts == 0
