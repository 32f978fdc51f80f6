"""As many children as are wanted: of which documents they are, none made in vain, and what is told where they are too few."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataqual.augmenting import augment
from dataqual.children import Chance, Child, Edit
from dataqual.steps._asking import Asking, Pool
from dataqual.steps._children_apart import Apart
from dataqual.synonyms.source import Swap
from dataqual.synonyms.substituting import Synonyms, series
from tests.augmenting.test_children_apart import alike


def asked_out(
    apart: Sequence[int], close: Sequence[int], wanted: int, most: int = 10, exactly: bool = False
) -> tuple[Asking, int, int]:
    """Documents that can give so many children, asked until enough are there; rounds, and children that were made."""
    n = len(apart)
    keys = np.array(random.Random(n).sample(range(n), n), np.uint64)
    pools = [[Pool("v", np.arange(n, dtype=np.uint64), keys, np.ones(n, np.int64))]]
    asking = Asking(pools, {"v": wanted}, most=most, exactly=exactly)
    can, all_of_them = np.array(apart, np.int64), np.array(apart, np.int64) + np.array(close, np.int64)
    given, rounds = np.minimum(1, all_of_them), 1
    asking.take(given, np.minimum(given, can))
    while asking.next() is not None:
        rounds += 1
        given = np.minimum(given + asking.counts, all_of_them)
        asking.take(given, np.minimum(given, can))
    return asking, rounds, int(given.sum())


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=30), st.integers(0, 80))
def test_the_number_is_exact_where_it_can_be_and_nobody_has_much_more_than_another_who_could(
    documents: list[tuple[int, int]], wanted: int
) -> None:
    apart, close = zip(*documents, strict=True)
    asking, _, _ = asked_out(apart, close, wanted, most=5)
    gets, able = asking.gets, [min(5, a + b) for a, b in documents]
    assert gets.sum() == min(wanted, sum(able))
    assert all(got <= can for got, can in zip(gets, able, strict=True))
    if wanted <= sum(min(5, a) for a in apart):  # nobody has one that is like a sibling
        assert all(got <= a for got, a in zip(gets, apart, strict=True))
        for one, a in zip(gets, apart, strict=True):
            assert one >= min(5, a) or gets.max() <= one + 1


def test_the_last_child_is_not_looked_for_in_one_document_after_the_other() -> None:
    asking, rounds, _ = asked_out([1] * 5_000 + [0], [0] * 5_001, 5_001)
    assert (asking.gets.sum(), rounds < 20) == (5_000, True)


@pytest.mark.parametrize("exactly", [False, True])
def test_hardly_more_are_made_than_are_wanted(exactly: bool) -> None:
    rng = random.Random(1)
    apart = [rng.choice((0, 1, 1, 2, 5)) for _ in range(1_000)]
    asking, rounds, made = asked_out(apart, [0] * 1_000, 1_000, exactly=exactly)
    assert asking.gets.sum() == 1_000
    assert made <= (1_000 if exactly else 1_050)
    assert rounds < 20


def reviews(path: Path, rows: Sequence[tuple[str, str]]) -> Path:
    told = [json.dumps({"id": f"r{at}", "text": text, "label": label}) for at, (text, label) in enumerate(rows)]
    path.write_text("\n".join(told) + "\n", encoding="utf-8")
    return path


class Letters(Synonyms):
    """Children that have another letter at the end, of documents that say how many they can give."""

    made: ClassVar[Counter[str]] = Counter()

    def attempt(
        self,
        number: int,
        texts: Sequence[str],
        chances: Sequence[Chance],
        how_many: Sequence[int],
        asked: Sequence[int],
    ) -> list[list[Child]]:
        found = []
        for text, wanted, done in zip(texts, how_many, asked, strict=True):
            own = [chr(ord("a") + at) * 3 for at in range(int(text.split()[-1]))][done : done + wanted]
            Letters.made.update([text] * len(own))
            found.append([Child.of(text, [Edit(0, 3, letters, "synonym")]) for letters in own])
        return found


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> type[Letters]:
    Letters.made.clear()
    monkeypatch.setattr("dataqual.steps.augment_synonyms.sources_of", lambda *_: ())
    monkeypatch.setattr("dataqual.steps.augment_synonyms.Synonyms", Letters)
    return Letters


ROWS = [(f"... review {n} that can give {can}", "rare") for n, can in enumerate((0, 0, 4, 1, 9, 2))]
ROWS += [(f"other review {n} of the many 9", "many") for n in range(20)]


def given_to(out: Path) -> dict[str, int]:
    """How many children each document has."""
    written = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    return dict(Counter(row["augmented"]["parent"] for row in written if "augmented" in row))


def test_those_with_fewest_children_give_for_those_of_which_none_can_be_made(
    letters: type[Letters], tmp_path: Path
) -> None:
    how: Mapping[str, Any] = {"method": "synonyms", "balance": "label", "parameters": {"gate": "none"}, "workers": 1}
    source, out = reviews(tmp_path / "in.jsonl", ROWS), tmp_path / "out.jsonl"
    done = augment(source, out, **how)
    has = given_to(out)
    assert (done.added, sum(has.values()), has["r3"], sorted(has.values())) == (6, 6, 1, [1, 1, 2, 2])
    assert sum(letters.made.values()) == 6  # no more were made than were wanted
    assert done.short == ("label 'rare': no child of 2 documents passed, so others have up to 2",)
    assert done.facts()["given"] == [
        {"by": "label", "value": "rare", "wanted": 6, "added": 6, "none": 2, "more": 2, "close": 0}
        | {"each": [{"children": n, "documents": 2} for n in (0, 1, 2)]}
    ]


def test_nobody_has_more_than_is_allowed_and_it_is_said_what_brings_more(
    letters: type[Letters], tmp_path: Path
) -> None:
    source, out = reviews(tmp_path / "in.jsonl", ROWS), tmp_path / "out.jsonl"
    how: Mapping[str, Any] = {"method": "synonyms", "balance": "label", "factor": 3.0, "workers": 1}
    done = augment(source, out, parameters={"gate": "none", "most": 4}, **how)
    assert given_to(out) == {"r2": 4, "r3": 1, "r4": 4, "r5": 2}
    assert done.short == (
        "label 'rare': 12 more wanted, 11 added, 1 short",
        "label 'rare': no child of 2 documents passed, so others have up to 4",
        "more children: --set most=8, for 2 documents that stopped at 4",
        "more children: the same command on what was written, with another --method",
    )
    done = augment(source, tmp_path / "more.jsonl", parameters={"gate": "none", "most": 8}, **how)
    assert (done.added, done.short[1:]) == (12, ())


def test_nothing_is_advised_that_would_be_refused_or_was_done(
    letters: type[Letters], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source, out = reviews(tmp_path / "in.jsonl", ROWS), tmp_path / "out.jsonl"
    how: Mapping[str, Any] = {"method": "synonyms", "balance": "label", "factor": 3.0, "workers": 1}
    other = "more children: the same command on what was written, with another --method"
    for largest, told in ((6, ["more children: --set most=6, for 2 documents that stopped at 4"]), (4, [])):
        monkeypatch.setattr("dataqual.augmenting.shares.LARGEST", largest)
        done = augment(source, out, parameters={"gate": "none", "most": 4}, **how)
        assert done.short[2:] == (*told, other)
    monkeypatch.setattr(Letters, "dear", True)
    dear = (
        "more children: with --set most=3 others have up to three in their place, for which more is asked of the engine"
    )
    assert augment(source, out, parameters={"gate": "none", "most": 4}, **how).short[2:] == (other,)
    for gate in ("none", "default"):
        assert dear in augment(source, out, parameters={"gate": gate}, **how).short


def test_what_is_not_balanced_reaches_its_number_too(letters: type[Letters], tmp_path: Path) -> None:
    source, out = reviews(tmp_path / "in.jsonl", ROWS), tmp_path / "out.jsonl"
    for factor in (1.5, 2.0, 2.5):
        done = augment(source, out, method="synonyms", factor=factor, parameters={"gate": "none"}, workers=1)
        assert done.added == round(26 * factor) - 26


WORDS = "漂亮 安静 干净 热情 可口 周到 高兴 舒服 方便 宽敞".split()
TEXT = "这家店的大堂十分{}，房间相当{}，楼下的早饭也很{}，楼上的服务员个个都{}，附近坐车非常{}，编号{}"
RULE = [{"signal": "copies_child", "below": 0.8}]


def hotels(n: int, path: Path) -> tuple[list[str], dict[str, Any]]:
    """Reviews with five words that have two synonyms each, and how to replace half of them."""
    (path / "words.txt").write_text("".join(f"{word} 甲{word[1]} 乙{word[1]}\n" for word in WORDS), encoding="utf-8")
    texts = [TEXT.format(*random.Random(at).sample(WORDS, 5), at * 1_000_003) for at in range(n)]
    how = {"chinese": str(path / "words.txt"), "segment": "longest", "frequency": "none", "gate": RULE, "rate": 0.1}
    return texts, how


def test_children_that_are_apart_from_their_siblings_come_before_those_that_are_not(tmp_path: Path) -> None:
    texts, how = hotels(6, tmp_path)
    rng = random.Random(1)
    long = ["".join(chr(rng.randint(0x5000, 0x8FFF)) for _ in range(200)) + "环境漂亮" for _ in range(2)]
    rows = [(text, "rare") for text in [*(f"没有什么可说{n}" for n in range(5)), *texts, *long]]
    source = reviews(tmp_path / "in.jsonl", [*rows, *((f"不知道说什么{n}", "many") for n in range(40))])
    bytes_of = []
    for workers in (1, 2):
        out = tmp_path / f"out{workers}.jsonl"
        done = augment(source, out, balance="label", parameters=how, workers=workers)
        bytes_of.append(out.read_bytes() + Path(f"{out}.ledger.parquet").read_bytes())
    assert bytes_of[0] == bytes_of[1]
    assert (done.added, done.given[0].close) == (13, 0)
    children: dict[str, list[str]] = {}
    for row in map(json.loads, out.read_text(encoding="utf-8").splitlines()):
        if "augmented" in row:
            children.setdefault(row["augmented"]["parent"], []).append(row["text"])
    assert all(alike(a, b) < 0.8 for own in children.values() for at, a in enumerate(own) for b in own[:at])
    assert {len(children[f"r{n}"]) for n in (11, 12)} == {1}  # of a long one with one word a second is never apart
    done = augment(
        source, tmp_path / "four.jsonl", balance="label", factor=4.0, only="rare", parameters=how | {"most": 3}
    )
    has = given_to(tmp_path / "four.jsonl")
    assert (has["r11"], has["r12"], done.given[0].close >= 2) == (2, 2, True)  # only where no others are left
    assert (
        f"label 'rare': {done.given[0].close} of the children are near copies of a sibling, for no others were left"
        in done.short
    )


def test_a_copy_of_a_sibling_stays_and_a_copy_of_a_stranger_goes() -> None:
    class Pairs:
        def between(self, fetch: object, groups: object) -> Any:
            yield np.array([1, 2, 3]), np.array([0, 0, 2]), np.array([0.9, 0.85, 0.95])

    from dataqual.bounds import Bounds

    found = Apart.find(Pairs(), None, np.array([0, 0, 1, 1]), Bounds(below=0.8))  # type: ignore[arg-type]
    assert found.like.tolist() == [-1, -1, 0, -1]
    assert found.close.tolist() == [False, True, False, False]  # the third went, so the fourth is like nobody


@given(st.lists(st.integers(1, 3), min_size=0, max_size=5), st.integers(1, 4), st.integers(0, 2**32))
def test_no_two_siblings_are_the_same_and_few_are_missing(choices: list[int], wanted: int, key: int) -> None:
    swaps = [
        Swap(at, tuple((Edit(at, at + 1, f"{at}{choice}", "synonym"),) for choice in range(n)))
        for at, n in enumerate(choices)
    ]
    made = [tuple(edits) for edits in series(swaps, wanted, Chance(key))]
    assert len(set(made)) == len(made)
    assert all(len(edits) == min(wanted, len(swaps)) for edits in made)
    if choices and max(choices) <= 2 and len(choices) <= 2:
        ways = sum(choices) if wanted == 1 or len(choices) == 1 else choices[0] * choices[1]
        assert len(made) == ways
    if len(choices) >= 2 * wanted:  # the second takes other places than the first
        assert not {edit.start for edit in made[0]} & {edit.start for edit in made[1]}


def test_a_run_that_was_killed_while_others_were_asked_ends_in_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dataqual.corpus.CHUNK_BYTES", 2_000)
    texts, parameters = hotels(200, tmp_path)
    rows = [(text if n % 3 else f"没有什么可说{n}", "rare" if n % 4 == 0 else "many") for n, text in enumerate(texts)]
    source = tmp_path / "in"
    source.mkdir()
    for at in range(4):  # every file a batch
        reviews(source / f"{at}.jsonl", rows[at * 50 : at * 50 + 50])
    how: Mapping[str, Any] = {"balance": "label", "parameters": parameters}
    whole = augment(source, tmp_path / "whole.jsonl", **how, workers=1)
    assert whole.added == 50
    from dataqual.steps._kept_children import File, KeptChildren

    write = KeptChildren.write

    def killed(self: KeptChildren, file: File, tried: Any) -> None:
        write(self, file, tried)
        if file.round:
            raise KeyboardInterrupt

    monkeypatch.setattr(KeptChildren, "write", killed)
    with pytest.raises(KeyboardInterrupt):
        augment(source, tmp_path / "out.jsonl", **how, workers=1)
    written: list[File] = []

    def counted(self: KeptChildren, file: File, tried: Any) -> None:
        written.append(file)
        write(self, file, tried)

    monkeypatch.setattr(KeptChildren, "write", counted)
    augment(source, tmp_path / "out.jsonl", **how, workers=1)
    assert written
    assert all(file.round for file in written)  # nothing of the first round was made again
    for end in ("", ".ledger.parquet"):
        assert (tmp_path / f"out.jsonl{end}").read_bytes() == (tmp_path / f"whole.jsonl{end}").read_bytes()
    assert pl.read_parquet(tmp_path / "out.jsonl.ledger.parquet").filter(pl.col("action") == "added").height == 50
