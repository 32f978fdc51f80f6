"""What the ledger tells of one document, in words, in English and in Chinese."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

import dataqual
from dataqual.cli import main
from dataqual.errors import InputError
from dataqual.explaining import explain
from dataqual.images.encoding import png
from dataqual.ledger import SCHEMA
from dataqual.recipe import Recipe

LONG = "The tide went out and left the boats on the sand, where the children climbed into them and played until dark."
LONG_CHINESE = "潮水退去以后，小船都搁浅在沙滩上，孩子们爬上去玩，一直玩到天黑才回家吃饭。"
LINES = [
    {"id": "tide", "text": LONG},
    {"id": "潮水", "text": LONG_CHINESE},
    {"id": "tide-again", "text": LONG},
    {"id": "潮水-二", "text": LONG_CHINESE + "啊"},
    {"id": "short", "text": "Too short."},
    {"id": "短", "text": "太短"},
    {"id": "6", "text": "A document whose id is a number, and a few more words."},
]
RECIPE = {
    "steps": [{"keep": {"signal": "word_count", "min": 5}}, {"dedup": {"near": {"threshold": 0.8, "shingle": 3}}}]
}


@pytest.fixture
def cleaned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a corpus, what a recipe left of it, and the ledger; it is the current folder."""
    monkeypatch.chdir(tmp_path)
    lines = [json.dumps(line, ensure_ascii=False) for line in LINES]
    Path("corpus.jsonl").write_text("\n".join([*lines, "{broken"]) + "\n", encoding="utf-8")
    dataqual.clean("corpus.jsonl", "out.jsonl", recipe=Recipe.of(RECIPE, "mine"), max_unreadable=0.5)
    return tmp_path


def told(*ids: str) -> str:
    """What the command prints."""
    done = CliRunner().invoke(main, ["explain", "out.jsonl", *ids])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize(("id", "record", "value", "evidence"), [("short", 5, 2, "Too short."), ("短", 6, 2, "太短")])
def test_a_document_that_fails_a_rule_is_told_with_value_threshold_and_evidence(
    cleaned: Path, id: str, record: int, value: int, evidence: str
) -> None:
    assert told(id) == (
        f"document {id}, record {record} of corpus.jsonl, line {record}\n"
        f"  1. dropped by keep, rule word_count: word_count is {value}, not >= 5\n"
        f"     There: {evidence}\n"
        "  So it is not in the output.\n"
    )


def test_of_an_exact_copy_is_told_what_was_kept(cleaned: Path) -> None:
    line = told("tide-again").splitlines()[1]
    assert line == (
        "  1. dropped by dedup, rule exact_copies: it has the same text as record 1 of corpus.jsonl, which was kept"
    )


def test_of_a_near_copy_is_told_the_exact_similarity(cleaned: Path) -> None:
    han = [char for char in LONG_CHINESE if char not in "，。"]
    shingles, more = ({tuple(text[i : i + 3]) for i in range(len(text) - 2)} for text in (han, [*han, "啊"]))
    similarity = len(shingles & more) / len(shingles | more)
    assert told("潮水-二").splitlines()[1] == (
        "  1. dropped by dedup, rule near_copies: record 2 of corpus.jsonl, which was kept, "
        f"has {similarity:.3f} of its shingles in common with it"
    )


@pytest.mark.parametrize("id", ["tide", "潮水"])
def test_a_document_that_is_in_the_output_and_not_in_the_ledger_was_kept_as_it_came(cleaned: Path, id: str) -> None:
    assert told(id) == f"document {id}\n  was kept as it came: no step changed it\n"


def test_a_record_is_named_by_file_and_number_or_by_the_number_alone(cleaned: Path) -> None:
    assert explain("out.jsonl", "corpus.jsonl:5") == explain("out.jsonl", 5) == explain("out.jsonl", "short")
    assert told("corpus.jsonl:2").startswith("document 潮水, record 2 of corpus.jsonl, line 2\n  was kept as it came")
    assert explain("out.jsonl", 1) == explain("out.jsonl", "corpus.jsonl:1")


def test_a_number_that_is_both_is_the_id(cleaned: Path) -> None:
    [story] = explain("out.jsonl", 6)
    assert (story.id, story.outcome) == ("6", "kept")  # the sixth record was dropped


def test_an_unreadable_record_is_told_by_its_place(cleaned: Path) -> None:
    text = told("8")
    assert text.startswith(
        "a document without an id, record 8 of corpus.jsonl, line 8\n  1. could not be read: not JSON\n"
    )


def test_the_ledger_itself_may_be_named(cleaned: Path) -> None:
    ledger = "out.jsonl.ledger.parquet"
    assert explain(ledger, "短") == explain("out.jsonl", "短")
    assert explain(ledger, "tide") == explain("out.jsonl", "tide")
    Path(ledger).rename("elsewhere.parquet")
    assert explain("elsewhere.parquet", "短")[0].outcome == "dropped"


@pytest.mark.parametrize(("asked", "near"), [("tide-agian", "tide-again"), ("潮水-三", "潮水-二")])
def test_who_is_not_there_is_told_with_the_nearest_ids(cleaned: Path, asked: str, near: str) -> None:
    with pytest.raises(InputError) as caught:
        explain("out.jsonl", asked)
    assert str(caught.value) == f"out.jsonl: no such document {asked!r}; the nearest ids: {near}"


def test_a_record_behind_the_end_is_no_document(cleaned: Path) -> None:
    done = CliRunner().invoke(main, ["explain", "out.jsonl", "corpus.jsonl:99"])
    assert done.exit_code == 2
    assert done.output == (
        "dataqual: out.jsonl: no such document 'corpus.jsonl:99'; no id is near; FILE:RECORD names a document too\n"
    )


def test_one_who_is_not_there_hides_no_other(cleaned: Path) -> None:
    done = CliRunner().invoke(main, ["explain", "out.jsonl", "nobody-1", "tide", "nobody-2"])
    assert done.exit_code == 2
    assert str(explain("out.jsonl", "tide")[0]) in done.stdout
    assert [line.split(";")[0] for line in done.stderr.splitlines()] == [
        f"dataqual: out.jsonl: no such document 'nobody-{number}'" for number in (1, 2)
    ]


def test_a_picture_that_could_not_be_read_is_named_by_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "photos" / "cat"
    folder.mkdir(parents=True)
    for number in range(3):
        (folder / f"{number}.png").write_bytes(png(np.full((8, 8, 1), 40 * number, np.uint8)))
    (folder / "broken.png").write_bytes(b"<html>404</html>")
    dataqual.clean(str(tmp_path / "photos"), tmp_path / "out", drop=["exact_copies"], max_unreadable=0.5)
    [story] = explain(tmp_path / "out", "cat/broken.png")
    assert story.outcome == "unreadable"


def test_without_a_ledger_one_line_says_what_to_name(cleaned: Path) -> None:
    with pytest.raises(InputError) as caught:
        explain("corpus.jsonl", "tide")
    assert str(caught.value) == (
        "corpus.jsonl.ledger.parquet: there is no ledger; name what clean, dedup or split wrote, or the file that --ledger named"
    )


def test_a_document_that_was_edited_and_then_dropped_is_told_in_that_order(tmp_path: Path) -> None:
    common = dict.fromkeys(SCHEMA) | {"path": "a.jsonl", "record": 1, "line": 1, "id": "x"}
    edit = {"action": "edited", "step": "normalize", "rule": "normalize", "value": 1.0, "evidence": "caf[é→é]"}
    drop = {
        "action": "dropped",
        "step": "decontaminate",
        "rule": "decontaminate",
        "kept_path": "试题.csv",
        "kept_record": 3,
    }
    ledger = tmp_path / "out.jsonl.ledger.parquet"
    gone = {
        "action": "dropped",
        "step": "remove_lines",
        "rule": "nothing_left@c4@tfds",
        "value": 0.0,
        "threshold": ">= 1",
    }
    others = [common | edit | {"id": "y", "record": 2}, common | gone | {"id": "z", "record": 3}]
    pl.DataFrame([common | edit, common | drop, *others], schema=SCHEMA).write_parquet(ledger)
    [story] = explain(ledger, "x")
    assert str(explain(ledger, "z")[0]).splitlines()[1] == (
        "  1. dropped by remove_lines, rule nothing_left@c4@tfds: what it counts is 0, not >= 1"
    )
    assert str(story).splitlines()[1:] == [
        "  1. edited by normalize, which counts 1 change",
        "     What changed first: caf[é→é]",
        "  2. dropped by decontaminate, rule decontaminate: it shares text with record 3 of 试题.csv",
        "  So it is not in the output.",
    ]
    assert explain(ledger, "y")[0].outcome == "edited"


def test_documents_of_one_id_are_told_one_by_one(tmp_path: Path) -> None:
    common = dict.fromkeys(SCHEMA) | {"path": "a.jsonl", "id": "同", "action": "dropped", "step": "keep", "rule": "r"}
    ledger = tmp_path / "out.jsonl.ledger.parquet"
    pl.DataFrame([common | {"record": 4}, common | {"record": 9}], schema=SCHEMA).write_parquet(ledger)
    assert [story.record for story in explain(ledger, "同")] == [4, 9]


@pytest.mark.parametrize("text", [LONG, LONG_CHINESE])
def test_of_two_copies_with_one_id_the_kept_one_is_told_too(text: str, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    dataqual.dedup(pl.DataFrame({"id": ["x", "y", "x"], "text": [text, "Another one.", text]}), output)
    assert [(story.record, story.outcome) for story in explain(output, "x")] == [(3, "dropped"), (None, "kept")]
    assert [story.outcome for story in explain(output, "y")] == ["kept"]


def test_what_was_edited_is_told_once_and_what_was_kept_beside_it_too(tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    frame = pl.DataFrame({"id": ["x", "x", "z"], "text": ["a cafe\u0301", "a plain one", "又一个"]})
    dataqual.clean(frame, output, recipe=Recipe.of({"steps": ["normalize"]}, "mine"))
    assert [story.outcome for story in explain(output, "x")] == ["edited", "kept"]
    assert [story.outcome for story in explain(output, "z")] == ["kept"]


def aged(path: Path, seconds: int) -> None:
    """Another time of the last change."""
    os.utime(path, (seconds, seconds))


@pytest.mark.parametrize("sharded", [True, False])
def test_of_a_whole_output_and_shards_those_of_the_last_run_are_looked_through(sharded: bool, tmp_path: Path) -> None:
    output, shard = tmp_path / "out.jsonl", tmp_path / "out-00001-of-00001.jsonl"
    for old, id in ((True, "旧"), (False, "new")):
        frame = pl.DataFrame({"id": [id], "text": [LONG]})
        dataqual.clean(frame, output, recipe="minimal", shard_size=1000 if sharded != old else None)
        if old:
            aged(output if sharded else shard, 1_000_000)
    assert output.exists() and shard.exists()
    assert explain(output, "new")[0].outcome == "kept"
    with pytest.raises(InputError, match="no such document '旧'"):
        explain(output, "旧")


def test_what_cannot_be_told_apart_by_its_age_is_said_in_one_line(tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    for size in (None, 1000):
        dataqual.clean(pl.DataFrame({"id": ["x"], "text": [LONG]}), output, recipe="minimal", shard_size=size)
    for path in tmp_path.iterdir():
        aged(path, 1_000_000)
    with pytest.raises(InputError) as caught:
        explain(output, "x")
    assert str(caught.value) == (
        f"{output}: out.jsonl and out-00001-of-00001.jsonl are both there, neither older than the ledger; "
        "move away what it does not tell of"
    )


def test_the_shards_of_an_output_are_looked_through(tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    frame = pl.DataFrame({"id": ["海", "b"], "text": [LONG_CHINESE, LONG]})
    dataqual.clean(frame, output, recipe="minimal", shard_size=1000)
    assert [path.name for path in sorted(tmp_path.glob("*.jsonl"))] == ["out-00001-of-00001.jsonl"]
    assert explain(output, "海")[0].outcome == "kept"


def test_json_has_the_events_as_the_ledger_has_them(cleaned: Path) -> None:
    [short, kept] = json.loads(told("短", "tide", "--json"))
    assert short == {
        "path": "corpus.jsonl",
        "record": 6,
        "line": 6,
        "id": "短",
        "outcome": "dropped",
        "events": [
            {"action": "dropped", "step": "keep", "rule": "word_count", "signal": "word_count", "value": 2.0,
             "threshold": ">= 5", "evidence": "太短"},
        ],
    }  # fmt: skip
    assert (kept["outcome"], kept["events"]) == ("kept", [])


# After a split


def test_of_a_split_the_part_is_told_and_what_stays_together(tmp_path: Path) -> None:
    text = " ".join(f"word{n}" for n in range(30))
    rows = [
        {"id": "a", "text": text, "label": "甲"},
        {"text": "alone", "label": "乙"},
        {"id": "a", "text": "other", "label": "甲"},
    ]
    rows += [{"id": f"near{n}", "text": f"{text} 近{n}", "label": "甲"} for n in range(4)]
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + "{\n", encoding="utf-8")
    parts = {"train": 0.5, "test": 0.5}
    result = dataqual.split(path, tmp_path / "parts", parts=parts, stratify="label", max_unreadable=0.5, shard_size=100)
    where = pl.read_parquet(tmp_path / "parts" / "split.ledger.parquet")["part"].to_list()
    first, again = explain(tmp_path / "parts", "a")
    assert str(first) == (
        f"document a, record 1 of {path}\n  is in {where[0]}, of the stratum 甲\n"
        f"  It stays together with {path}:3, near0, near1 and 2 more: copies, near copies, one id or one group."
    )
    assert (again.facts()["record"], again.facts()["others"]) == (3, 5)
    for output in (*result.shards["train"], *result.shards["test"], tmp_path / "parts" / "split.ledger.parquet"):
        [alone] = explain(output, "in.jsonl:2")
        assert str(alone) == (
            f"a document without an id, record 2 of {path}\n  is in {where[1]}, of the stratum 乙\n"
            "  It is alone: a hash of it decided."
        )
    [broken] = explain(tmp_path / "parts", 8)
    assert str(broken).endswith("could not be read: not JSON\n  So it is in no part.")
    with pytest.raises(InputError) as error:
        explain(tmp_path / "parts", "near9")
    assert str(error.value).startswith(f"{tmp_path / 'parts'}: no such document 'near9'; the nearest ids: near")
    done = CliRunner().invoke(main, ["explain", str(tmp_path / "parts"), "near2", "--json"])
    assert json.loads(done.output)[0]["company"] == ["a", "a", "near0"]


def test_a_file_beside_a_split_that_is_none_of_its_parts_is_asked_for_its_own_ledger(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"id": "a", "text": "one"}\n', encoding="utf-8")
    dataqual.split(path, tmp_path, parts={"train": 1.0})
    dataqual.clean(path, tmp_path / "out.jsonl", drop=["empty"])
    [story] = explain(tmp_path / "out.jsonl", "a")
    assert str(story).endswith("was kept as it came: no step changed it")
    assert "is in train" in str(explain(tmp_path / "train.jsonl", "a")[0])


def test_of_an_id_that_many_share_some_are_printed_and_all_are_in_the_json(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps({"id": "a", "text": f"text {n % 9}"}) + "\n" for n in range(60)))
    dataqual.clean(path, tmp_path / "out.jsonl", drop=["exact_copies"])
    asked = ["explain", str(tmp_path / "out.jsonl"), "a"]
    printed = CliRunner().invoke(main, asked).output
    assert printed.count("document a") == 20
    assert printed.endswith("\n\nand 40 more; --json has them all\n")
    assert len(json.loads(CliRunner().invoke(main, [*asked, "--json"]).output)) == 60


def test_every_edit_of_a_child_is_told_and_in_json_they_are_a_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "父母都知道水的深浅，所以在漫长的夏天里从来不让孩子们独自到河边去玩，更不要说游泳了，邻居们也都这么说，谁家的孩子都一样高兴"
    Path("in.jsonl").write_text(json.dumps({"id": "r", "text": text}, ensure_ascii=False) + "\n", encoding="utf-8")
    Path("words.txt").write_text("父母 家长\n高兴 愉快\n", encoding="utf-8")
    asked = "-o out.jsonl --set chinese=words.txt --set segment=longest --set frequency=none --set rate=1 --quiet"
    done = CliRunner().invoke(main, ["augment", "in.jsonl", *asked.split()])
    assert done.exit_code == 0, done.output
    assert "What changed: [父母→家长], [高兴→愉快]\n" in told("r")
    [story] = json.loads(told("r", "--json"))
    assert story["events"][0]["edits"] == [[0, 2, 2, "synonym"], [len(text) - 2, len(text), 2, "synonym"]]
