"""No child is a near copy of another document's child: the first stays, in the order of the corpus, whoever works and however often."""

from __future__ import annotations

import gc
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from dataqual.augmenting import augment, augment_column
from dataqual.bounds import Bounds
from dataqual.children import Chance, Child
from dataqual.cleaning import clean
from dataqual.cli import main
from dataqual.errors import SpecError
from dataqual.noise import Noise
from dataqual.recipe import Recipe
from dataqual.steps._children_survey import most_alike

THESAURUS = "漂亮 美观\n美丽 美观\n可口 美味\n"
ALIKE = (
    "这家酒店的大堂非常漂亮，离地铁站只有五分钟的路程",
    "这家酒店的大堂非常美丽，离地铁站只有五分钟的路程",
    "早餐可口，服务员也很热情，下次还会再来住几个晚上",
)
RULE = [{"signal": "copies_child", "below": 0.8}]
HOW: dict[str, Any] = {"segment": "longest", "frequency": "none", "gate": RULE}


def written(path: Path, texts: Sequence[str]) -> Path:
    rows = [{"id": f"d{at}", "text": text} for at, text in enumerate(texts)]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def templates(n: int, seed: int = 3) -> list[str]:
    """Documents of a few frames, so that many of their children come out alike."""
    rng = random.Random(seed)
    frames = (
        "the staff of this hotel were {} and the breakfast in the morning was {} and we will come again next year with all "
        "of our friends from the city, for we have never had so much room and such a view of the lake and of the hills",
        "今天我们在公园里{}地走了一个下午，孩子们都很高兴，晚上回家以后又一起做了{}的饭菜，吃完饭又看了一部新出的电影，"
        "大家都说这是这个月里过得最好的一天，希望下个星期天还能再来",
    )
    words = ("kind", "quick", "nice", "good", "fine"), ("慢慢", "好吃", "愉快", "安静", "丰盛")
    return [frames[at % 2].format(*rng.choices(words[at % 2], k=2)) for at in range(n)]


def shingled(text: str) -> set[tuple[str, ...]]:
    """Five words in a row, a Han character is one: by itself, without any of the package's own code."""
    words, run = [], ""
    for char in text.lower() + " ":
        if char.isalnum() and not "\u4e00" <= char <= "\u9fff":
            run += char
            continue
        words += [run] if run else []
        run = ""
        words += [char] if char.isalnum() else []
    return {tuple(words[at : at + 5]) for at in range(max(1, len(words) - 4))}


def alike(one: str, other: str) -> float:
    first, second = shingled(one), shingled(other)
    return len(first & second) / len(first | second)


def read(out: Path) -> tuple[list[dict[str, Any]], pl.DataFrame]:
    """The children, and what was refused as another's copy."""
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    ledger = pl.read_parquet(f"{out}.ledger.parquet")
    return [row for row in rows if "augmented" in row], ledger.filter(pl.col("rule") == "copies_child")


def test_the_second_of_two_children_that_came_out_alike_is_refused_and_it_is_told_which_one_it_copies(
    tmp_path: Path,
) -> None:
    (tmp_path / "thesaurus.txt").write_text(THESAURUS, encoding="utf-8")
    how = HOW | {"chinese": str(tmp_path / "thesaurus.txt")}
    out = tmp_path / "out.jsonl"
    done = augment(written(tmp_path / "in.jsonl", ALIKE), out, method="synonyms", parameters=how)
    children, refused = read(out)
    assert [child["id"] for child in children] == ["d0~synonyms-1", "d2~synonyms-1"]
    assert refused.select("id", "action", "step", "value", "threshold", "evidence").rows() == [
        ("d1", "refused", "augment_synonyms", 1.0, "< 0.8", "d0~synonyms-1")
    ]
    assert done.refused["copies_child"] == 1
    told = CliRunner().invoke(main, ["explain", str(out), "d1"]).output
    assert "rule copies_child: 1, not < 0.8" in told
    assert "It is like: d0~synonyms-1" in told


def test_by_default_a_gate_asks_it(tmp_path: Path) -> None:
    (tmp_path / "thesaurus.txt").write_text(THESAURUS, encoding="utf-8")
    how = HOW | {"chinese": str(tmp_path / "thesaurus.txt"), "gate": "default"}
    done = augment(written(tmp_path / "in.jsonl", ALIKE), tmp_path / "out.jsonl", method="synonyms", parameters=how)
    assert done.refused["copies_child"] == 1


@pytest.mark.parametrize("more", [{"factor": 3.0}, {"factor": 2.0, "most": 2}])
def test_no_two_children_are_alike_and_whoever_went_is_like_one_that_stays(
    more: Mapping[str, Any], tmp_path: Path
) -> None:
    source, parameters = written(tmp_path / "in.jsonl", templates(60)), {"gate": RULE, "rate": 0.02}
    if "most" in more:
        parameters["most"] = more["most"]
    got = []
    for workers in (1, 3):
        out = tmp_path / f"out{workers}.jsonl"
        augment(source, out, method="noise", factor=more["factor"], parameters=parameters, seed=5, workers=workers)
        got.append(out.read_bytes() + Path(f"{out}.ledger.parquet").read_bytes())
    assert got[0] == got[1]
    children, refused = read(tmp_path / "out1.jsonl")
    texts = {child["id"]: (child["augmented"]["parent"], child["text"]) for child in children}
    each = list(texts.values())
    assert len(each) > 20
    for at, (parent, text) in enumerate(each):
        assert all(alike(text, other) < 0.8 for owner, other in each[:at] if owner != parent)
    assert len(refused)
    for id, value, like in refused.select("id", "value", "evidence").iter_rows():
        assert value >= 0.8
        assert like in texts or like in {f"d{n}" for n in range(60)}
        assert texts.get(like, (like, ""))[0] != id


def test_signs_alone_are_alike_where_they_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "in.jsonl"
    texts = ["♥ ♠ ♣", "♥ ♠ ♣", "one two three four five"]

    def turned(self: Noise, texts: Sequence[str], chances: Sequence[Chance], how_many: Sequence[int]) -> Any:
        return [[Child.rewritten(text, text[::-1], "turned")] for text in texts]

    monkeypatch.setattr(Noise, "children_of", turned)
    augment(written(path, texts), tmp_path / "out.jsonl", method="noise", parameters={"gate": RULE})
    children, refused = read(tmp_path / "out.jsonl")
    assert [child["text"] for child in children] == ["♣ ♠ ♥", "evif ruof eerht owt eno"]
    assert refused["evidence"].to_list() == ["d0~noise-1"]


def test_a_run_that_was_killed_while_it_made_children_does_not_make_them_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dataqual.corpus.CHUNK_BYTES", 2_000)
    source, how = tmp_path / "in", {"gate": RULE, "rate": 0.02, "most": 1}
    source.mkdir()
    for at in range(4):  # every file a batch
        written(source / f"{at}.jsonl", templates(20, at))
    whole = augment(source, tmp_path / "whole.jsonl", method="noise", parameters=how, tries=1, workers=1)
    assert whole.refused["copies_child"]
    made: list[str] = []
    noise = Noise.children_of

    def counted(self: Noise, texts: Sequence[str], chances: Sequence[Chance], how_many: Sequence[int]) -> Any:
        made.extend(texts)
        if len(made) > 40 and not (tmp_path / "killed").exists():
            (tmp_path / "killed").touch()
            raise KeyboardInterrupt
        return noise(self, texts, chances, how_many)

    monkeypatch.setattr(Noise, "children_of", counted)
    with pytest.raises(KeyboardInterrupt):
        augment(source, tmp_path / "again.jsonl", method="noise", parameters=how, tries=1, workers=1)
    made.clear()
    augment(source, tmp_path / "again.jsonl", method="noise", parameters=how, tries=1, workers=1, resume=True)
    assert len(made) == 40
    for end in ("", ".ledger.parquet"):
        assert (tmp_path / f"again.jsonl{end}").read_bytes() == (tmp_path / f"whole.jsonl{end}").read_bytes()
    assert not list(tmp_path.glob(".dataqual-*"))


def test_numbers_come_out_exact_where_the_others_have_more(tmp_path: Path) -> None:
    rows = [
        {"id": f"d{at}", "text": text, "label": "rare" if at % 3 == 0 else "common"}
        for at, text in enumerate(templates(60))
    ]
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    (tmp_path / "list.txt").write_text("高兴 开心 愉悦\n晚上 夜里\n一起 一同\n下午 午后\n回家 归家\n", encoding="utf-8")
    how = HOW | {"chinese": str(tmp_path / "list.txt"), "most": 3}
    done = augment(source, out, method="synonyms", factor=1.5, balance="label", parameters=how)
    children, _ = read(out)
    assert {child["label"] for child in children} == {"rare"}
    assert done.added + sum(int(line.split(", ")[2].split()[0]) for line in done.short if "short" in line) == 10


def test_children_of_an_earlier_step_are_no_parents_of_a_later_one(tmp_path: Path) -> None:
    steps = [
        {"augment_noise": {"factor": 2, "rate": 0.2}},
        {"augment_shuffle": {"factor": 2, "most": 2, "gate": [{"signal": "copies_child", "below": 0.9}]}},
    ]
    source, out = (
        written(tmp_path / "in.jsonl", [f"One {n}. Two {n}. Three {n}! 四{n}。" for n in range(20)]),
        tmp_path / "o.jsonl",
    )
    done = clean(source, out, recipe=Recipe.of(steps))
    children, _ = read(out)
    assert done.written == 20 + len(children)
    assert {child["augmented"]["parent"] for child in children} <= {f"d{n}" for n in range(20)}


def test_a_column_and_a_dry_run_leave_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    how = {"gate": RULE, "rate": 0.1}
    source = written(tmp_path / "in.jsonl", templates(20))
    done = augment(source, method="noise", parameters=how, dry_run=True)
    assert done.added + sum(done.refused.values()) >= 20
    assert len(augment_column(templates(6), "noise", parameters=how)) == 6
    gc.collect()
    assert not list((tmp_path / "temporary").iterdir())


def test_a_rule_on_copies_of_children_says_how_alike_they_may_be(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as error:
        augment(
            written(tmp_path / "in.jsonl", ALIKE),
            tmp_path / "out.jsonl",
            method="noise",
            parameters={"gate": [{"signal": "copies_child", "min": 0.5}]},
        )
    assert str(error.value).endswith("gate[0]: copies_child needs max, or below, above 0 and at most 1")
    assert most_alike(Bounds(below=0.6)) == 0.6
    assert most_alike(Bounds(max=0.7)) == 0.7
