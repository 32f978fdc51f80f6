"""`augment`: originals stay, children are traceable, what is held out has none, and the same seed gives the same bytes."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from click.testing import CliRunner

import dataqual
from dataqual.augmenting import augment, augment_column, methods
from dataqual.cli import main
from dataqual.errors import InputError, SpecError
from dataqual.pieces import CHUNK_BYTES
from dataqual.recipe import Recipe
from dataqual.steps._held_out import HELD_OUT
from dataqual.steps.augment_noise import AugmentNoise
from dataqual.translation.command import Command

SENTENCES = (
    "The weather was terrible today",
    "我们今天去公园散步，天气很好",
    "Погода сегодня была ужасная",
    "一本好书",
)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def written(folder: Path, n: int = 40, **more: Any) -> Path:
    path = folder / "corpus.jsonl"
    rows = [
        {"id": f"d{i}", "text": f"{SENTENCES[i % 4]} {i}", "label": "rare" if i % 5 == 0 else "common"} | more
        for i in range(n)
    ]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def made(path: Path) -> list[dict[str, Any]]:
    return [row for row in lines(path) if "augmented" in row]


def test_originals_keep_their_bytes_and_each_child_stands_behind_its_parent(tmp_path: Path) -> None:
    source, out = written(tmp_path), tmp_path / "out.jsonl"
    done = augment(source, out, method="noise", factor=2.5, parameters={"rate": 0.3})
    raw = out.read_bytes().splitlines()
    assert [line for line in raw if b'"augmented"' not in line] == source.read_bytes().splitlines()
    assert (done.read, done.kept, done.written) == (40, 40, 40 + done.added)
    last: dict[str, Any] = {}
    numbers: dict[str, int] = {}
    for row in lines(out):
        if "augmented" not in row:
            last = row
            continue
        told = row["augmented"]
        numbers[last["id"]] = numbers.get(last["id"], 0) + 1
        assert (told["parent"], told["method"], row["label"]) == (last["id"], "noise", last["label"])
        assert row["id"] == f"{last['id']}~noise-{numbers[last['id']]}"
        text = last["text"]
        for start, end, replacement, _ in reversed(told["edits"]):
            text = text[:start] + replacement + text[end:]
        assert text == row["text"] != last["text"]
    assert 45 < done.added < 75  # 60 on average
    ledger = pl.read_parquet(out.with_name("out.jsonl.ledger.parquet"))
    told = ledger.filter(pl.col("action") == "added")
    assert told["id"].to_list() == [row["id"] for row in made(out)]
    assert told["parent"].to_list() == [row["augmented"]["parent"] for row in made(out)]
    spans = [[edit[:2] for edit in json.loads(edits)] for edits in told["edits"]]
    assert spans == [[edit[:2] for edit in row["augmented"]["edits"]] for row in made(out)]


def test_the_same_seed_gives_the_same_bytes_whatever_the_workers_and_another_seed_others(tmp_path: Path) -> None:
    source = written(tmp_path, 60)
    got = []
    for name, seed, workers in (("a", 1, 1), ("b", 1, 2), ("c", 2, 1)):
        augment(source, tmp_path / f"{name}.jsonl", method="noise", seed=seed, workers=workers)
        got.append([(tmp_path / f"{name}.jsonl{end}").read_bytes() for end in ("", ".ledger.parquet")])
    assert got[0] == got[1]
    assert got[0][0] != got[2][0]


def test_what_is_rare_grows_up_to_what_is_frequent_and_by_the_factor_at_most(tmp_path: Path) -> None:
    source = written(tmp_path, 40)  # 8 rare, 32 common
    for factor, wanted in ((2.0, 16), (2.5, 20), (10.0, 32)):
        out = tmp_path / "out.jsonl"
        augment(source, out, method="noise", factor=factor, balance="label", tries=20, parameters={"rate": 0.4})
        labels = pl.Series([row["label"] for row in lines(out)])
        assert (labels == "rare").sum() == wanted
        assert (labels == "common").sum() == 32


def test_how_many_fewer_were_added_than_balance_wanted_is_told(tmp_path: Path) -> None:
    gate = [{"signal": "length_ratio", "min": 9}]  # lets nothing through
    done = augment(
        written(tmp_path, 40), tmp_path / "out.jsonl", method="noise", balance="label", parameters={"gate": gate}
    )
    assert done.short[0] == "label 'rare': 8 more wanted, 0 added, 8 short"
    assert str(done).endswith("\n".join(done.short))
    full = augment(
        written(tmp_path, 40),
        tmp_path / "all.jsonl",
        method="noise",
        balance="label",
        tries=20,
        parameters={"rate": 0.4},
    )
    assert full.short == ()


def test_only_what_is_named_grows(tmp_path: Path) -> None:
    source, out = written(tmp_path), tmp_path / "out.jsonl"
    augment(source, out, method="noise", only="rare", parameters={"rate": 0.4}, tries=20)
    assert {row["label"] for row in made(out)} == {"rare"}
    assert len(made(out)) == 8


def test_a_label_that_no_document_has_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as error:
        augment(written(tmp_path), tmp_path / "out.jsonl", method="noise", only="rar")
    assert str(error.value) == "only: no document has the label 'rar'; did you mean 'rare'? there are: common, rare"
    assert not (tmp_path / "out.jsonl").exists()


def test_quiet_does_not_print_what_a_gate_notes(tmp_path: Path) -> None:
    rows = [{"text": "the cat sat on the mat", "label": label} for label in ("a", "b", "c")]
    source = tmp_path / "few.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    line = ["augment", str(source), "-o", str(tmp_path / "out.jsonl"), "--no-report", "--set", "gate=default"]
    told = CliRunner().invoke(main, [*line, "--method", "noise"])
    quiet = CliRunner().invoke(main, [*line, "--method", "noise", "--quiet"])
    assert (told.exit_code, quiet.exit_code, quiet.output) == (0, 0, "")
    assert "label_agreement is not asked" in told.stderr


def test_held_out_documents_have_no_children_by_column_by_file_and_by_text(tmp_path: Path) -> None:
    rows = [
        {"id": str(i), "text": f"a rather long sentence {i}", "split": ("train", "test", "Valid", "验证集")[i % 4]}
        for i in range(40)
    ]
    source, out = tmp_path / "all.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    done = augment(source, out, method="noise", parameters={"rate": 0.4})
    assert {row["split"] for row in made(out)} == {"train"}
    assert done.held_out == ("column 'split': 30 documents are held out",)
    pl.DataFrame(rows).write_parquet(tmp_path / "all.parquet")
    augment(tmp_path / "all.parquet", tmp_path / "out.parquet", method="noise", parameters={"rate": 0.4})
    table = pl.read_parquet(tmp_path / "out.parquet")
    assert set(table.filter(pl.col("id").str.contains("~"))["split"]) == {"train"}
    (tmp_path / "parts").mkdir()
    plain = [json.dumps({"id": row["id"], "text": row["text"]}) + "\n" for row in rows]
    for name, some in (("train", plain[:20]), ("test", plain[20:])):
        (tmp_path / "parts" / f"{name}.jsonl").write_text("".join(some), encoding="utf-8")
    augment(tmp_path / "parts", out, method="noise", parameters={"rate": 0.4})
    assert {int(row["augmented"]["parent"]) for row in made(out)} <= set(range(20))
    other = tmp_path / "leak.txt"
    other.write_text("A rather   long sentence 3!\n", encoding="utf-8")  # the words count, not what is around them
    augment(tmp_path / "parts" / "train.jsonl", out, method="noise", held_out=other, parameters={"rate": 0.4})
    assert "3" not in {row["augmented"]["parent"] for row in made(out)}
    assert "4" in {row["augmented"]["parent"] for row in made(out)}


def test_what_cannot_be_changed_is_told(tmp_path: Path) -> None:
    source, out = tmp_path / "few.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"text": "123 456"}\n{"text": ""}\n{"text": "One sentence."}\n', encoding="utf-8")
    done = augment(source, out, method="shuffle")
    assert (done.added, done.refused) == (0, {"blank": 1, "nothing_to_change": 2})
    ledger = pl.read_parquet(f"{out}.ledger.parquet")
    assert ledger.select("record", "action", "rule").rows() == [
        (1, "refused", "nothing_to_change"),
        (2, "refused", "blank"),
        (3, "refused", "nothing_to_change"),
    ]
    assert out.read_bytes() == source.read_bytes()


def test_a_run_that_was_killed_ends_in_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dataqual.rewriting.PART", 1)
    source = tmp_path / "many.jsonl"
    row = '{"id": "%d", "text": "%s"}\n'
    filler = "The weather in the mountains was terrible. 天气很好。 " * 400
    source.write_text(
        "".join(row % (i, filler) for i in range(4 * CHUNK_BYTES // len(filler.encode()))), encoding="utf-8"
    )
    how: dict[str, Any] = {"method": "shuffle", "factor": 1.2, "seed": 4, "workers": 2}
    told: list[int] = []

    def passes() -> int:
        """How often the corpus was read from the beginning."""
        return 1 + sum(later < earlier for earlier, later in itertools.pairwise(told))

    augment(source, tmp_path / "whole.jsonl", **how, progress=lambda documents, done, size: told.append(done))
    all_of_them = passes()
    told.clear()

    def killed(documents: int, done: int, size: int) -> None:
        """While it writes: before that ids are read, and children made."""
        told.append(done)
        if done > 0.6 * size and passes() == all_of_them:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        augment(source, tmp_path / "again.jsonl", **how, progress=killed)
    done = augment(source, tmp_path / "again.jsonl", **how, resume=True)
    assert done.resumed > 0
    for end in ("", ".ledger.parquet"):
        assert (tmp_path / f"again.jsonl{end}").read_bytes() == (tmp_path / f"whole.jsonl{end}").read_bytes()


@pytest.mark.parametrize("kind", ["csv", "tsv", "parquet", "json", "jsonl.gz"])
def test_every_format_has_the_children_with_ids_of_their_own(kind: str, tmp_path: Path) -> None:
    table = pl.DataFrame(
        {"id": ["a", "b"], "text": ['a rather long, "odd" sentence', "很好的一本书"], "label": ["x", "y"]}
    )
    source, out = tmp_path / f"in.{kind}", tmp_path / f"out.{kind}"
    if kind == "parquet":
        table.write_parquet(source)
    elif kind in ("csv", "tsv"):
        table.write_csv(source, separator="," if kind == "csv" else "\t")
    else:
        text = (
            json.dumps(table.to_dicts()) if kind == "json" else "".join(json.dumps(r) + "\n" for r in table.to_dicts())
        )
        dataqual_open(source, text)
    augment(source, out, method="noise", parameters={"rate": 0.4}, tries=20)
    [batch] = dataqual.read(out).batches()
    assert batch.columns["id"].to_list() == ["a", "a~noise-1", "b", "b~noise-1"]
    assert batch.columns["label"].to_list() == ["x", "x", "y", "y"]
    assert batch.text[0] == table["text"][0] != batch.text[1]


def dataqual_open(path: Path, text: str) -> None:
    if path.suffix == ".gz":
        import gzip

        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")


def test_a_recipe_has_the_same_steps_and_counts_come_out_even(tmp_path: Path) -> None:
    source, out = written(tmp_path), tmp_path / "out.jsonl"
    recipe = Recipe.of(["normalize", {"augment_noise": {"rate": 0.4}}, {"augment_shuffle": {"factor": 2}}])
    done = dataqual.clean(source, out, recipe=recipe)
    assert done.written == done.kept + done.added
    assert {row["augmented"]["method"] for row in made(out)} == {
        "noise"
    }  # children are no parents; these have one sentence


def test_a_column_is_as_long_as_before_and_keeps_its_kind() -> None:
    texts = ["a rather good sentence", None, "很好的一本书", "123"]
    how: dict[str, Any] = {"parameters": {"rate": 0.5}, "seed": 3}
    got = augment_column(texts, "noise", **how)
    assert (got[1], got[3]) == (None, "123")
    assert got[0] != texts[0]
    assert augment_column(pl.Series("t", texts), "noise", **how).to_list() == got
    column = pd.Series(texts, index=list("wxyz"), name="t")
    assert augment_column(column, "noise", **how).index.tolist() == list("wxyz")


def test_explain_tells_of_child_and_parent(tmp_path: Path) -> None:
    source, out = written(tmp_path, 3), tmp_path / "out.jsonl"
    augment(source, out, method="noise", parameters={"rate": 0.5}, tries=20)
    [parent] = dataqual.explain(out, "d1")
    [child] = dataqual.explain(out, "d1~noise-1")
    assert (parent.outcome, child.outcome) == ("kept", "added")
    assert "augment_noise made d1~noise-1 of it, in" in str(parent)
    assert "augment_noise made it of d1, in" in str(child)
    assert str(child).endswith("It is in the output, behind the document it was made of.")


def test_an_augmented_corpus_can_be_augmented_again(tmp_path: Path) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    augment(written(tmp_path, 4), first, method="noise", parameters={"rate": 0.5}, tries=20)
    augment(first, second, method="noise", parameters={"rate": 0.5}, tries=20, seed=9)
    assert "d0~noise-1~noise-1" in {row["id"] for row in lines(second)}
    assert all(line.count(b'"augmented"') <= 1 for line in second.read_bytes().splitlines())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"method": "nois"}, "--method: no method 'nois'; did you mean 'noise'?"),
        ({"method": "noise", "factor": 0.5}, "augment.augment_noise: factor is 0.5; it is from 1"),
        ({"method": "noise", "parameters": {"kinds": ["pinyn"]}}, "no kind of noise 'pinyn'; did you mean 'pinyin'?"),
        ({"method": "noise", "parameters": {"rte": 1}}, "no parameter 'rte'; did you mean 'rate'?"),
        ({"method": "noise", "balance": "group"}, "augment_noise: balance is group, but the corpus has no group"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(given: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as told:
        augment(written(tmp_path), tmp_path / "out.jsonl", **given)
    assert message in str(told.value)
    assert "\n" not in str(told.value)


def test_the_command_adds_and_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path)
    monkeypatch.chdir(tmp_path)
    line = "augment corpus.jsonl -o out.jsonl --method noise --only rare --factor 3 --set rate=0.4 --set kinds=[slips] --no-report"
    ran = CliRunner().invoke(main, [*line.split(), "--seed", "5"])
    assert ran.exit_code == 0, ran.output
    assert "56 written = 40 kept + 16 added" in ran.stdout
    ran = CliRunner().invoke(main, ["augment", "corpus.jsonl", "-o", "x.jsonl", "--method", "noise", "--set", "rate"])
    assert (ran.exit_code, ran.stderr) == (2, "dataqual: --set: rate: expected NAME=VALUE, such as rate=0.1\n")


def test_every_method_is_a_step_of_the_vocabulary() -> None:
    assert methods()["noise"] == "augment_noise"
    assert AugmentNoise().method == "noise"


def test_children_of_a_second_run_and_of_a_second_step_are_others_with_ids_of_their_own(tmp_path: Path) -> None:
    once, twice = tmp_path / "once.jsonl", tmp_path / "twice.jsonl"
    augment(written(tmp_path), once, method="noise", parameters={"rate": 0.3})
    augment(once, twice, method="noise", parameters={"rate": 0.3})
    steps = tmp_path / "steps.jsonl"
    noise = {"augment_noise": {"rate": 0.3}}
    dataqual.clean(tmp_path / "corpus.jsonl", steps, recipe=Recipe.of([noise, noise]))
    for out in (twice, steps):
        rows = lines(out)
        assert len(rows) > 80
        assert len({row["id"] for row in rows}) == len(rows)
        children: dict[str, list[str]] = {}
        for row in made(out):
            children.setdefault(row["augmented"]["parent"], []).append(row["text"])
        pairs = [texts for texts in children.values() if len(texts) > 1]
        assert sum(len(set(texts)) > 1 for texts in pairs) > 0.9 * len(pairs) > 0


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("test.jsonl", True), ("test-00.csv", True), ("testimony.jsonl", False), ("valid_2.csv", True), ("测试数据.jsonl", True),
        ("验证集.csv", True), ("測試資料.csv", True), ("测试工程师.jsonl", False), ("train.jsonl", False),
    ],
)  # fmt: skip
def test_files_of_held_out_parts_are_known_by_their_names(name: str, held: bool) -> None:
    assert bool(HELD_OUT.match(name)) is held


FALLS = "sh -c 'while read -r line; do case $line in *2*) echo no twos >&2; exit 1;; esac; echo \"$line, again\"; done'"


def test_an_engine_that_fails_at_a_document_is_told_with_what_it_said(tmp_path: Path) -> None:
    source, out = written(tmp_path, 4), tmp_path / "out.jsonl"
    through = [json.dumps({"commands": [FALLS, "cat"]})]
    done = augment(source, out, method="back-translation", parameters={"through": through, "gate": "none"})
    assert (done.added, done.refused) == (3, {"engine_failed": 1})
    assert done.failed == "the engine failed at 1 document, in the ledger as engine_failed: sh: ended with 1 (no twos)"
    [row] = pl.read_parquet(out.with_name("out.jsonl.ledger.parquet")).filter(action="refused").to_dicts()
    assert (row["id"], row["rule"], row["evidence"]) == ("d2", "engine_failed", "sh: ended with 1 (no twos)")


def test_an_engine_that_fails_at_all_ends_the_run_in_one_line_and_with_an_error(tmp_path: Path) -> None:
    source, out = written(tmp_path, 4), tmp_path / "out.jsonl"
    through = json.dumps([{"commands": ["sh -c 'echo broken >&2; exit 3'", "cat"]}])
    asked = ["augment", str(source), "-o", str(out), "--method", "back-translation", "--set", f"through={through}"]
    done = CliRunner().invoke(main, asked)
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (2, "dataqual: sh: ended with 3 (broken)")
    assert not out.exists()


def test_a_run_that_adds_nothing_since_the_engine_failed_is_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, out = written(tmp_path, 4), tmp_path / "out.jsonl"
    asked = ["augment", str(source), "-o", str(out), "--method", "back-translation", "--no-report"]
    asked += ["--set", "through=" + json.dumps([{"commands": ["cat", "cat"]}])]
    assert CliRunner().invoke(main, asked).exit_code == 0  # each child is its parent, which is no failure of the engine
    monkeypatch.setattr(Command, "translate", lambda self, texts: [InputError("lost its way")] * len(texts))
    done = CliRunner().invoke(main, asked)
    said = "the engine failed at all that it was given, 4 documents, and nothing was added: lost its way"
    assert done.exit_code == 1
    assert said in done.stderr
    once = [InputError("lost its way")]
    monkeypatch.setattr(Command, "translate", lambda self, texts: [once.pop() if once else text for text in texts])
    done = CliRunner().invoke(main, asked)  # of the others each child is its parent
    assert "the engine failed at 1 document, in the ledger as engine_failed: lost its way" in done.stderr


def test_a_class_is_doubled_by_those_of_which_children_can_be_made(tmp_path: Path) -> None:
    source, out, words = tmp_path / "few.jsonl", tmp_path / "out.jsonl", tmp_path / "words.txt"
    texts = ["环境漂亮，服务热情，早餐可口", "没有什么可说的", "房间漂亮，早餐可口", "还会再来"]
    rows = [{"id": str(at), "text": f"{text}，第{at}次", "label": "pos"} for at, text in enumerate(texts)]
    rows += [{"id": f"n{at}", "text": f"太差了，第{at}次", "label": "neg"} for at in range(8)]
    source.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    words.write_text("漂亮 美观 美丽\n热情 热心\n可口 美味\n", encoding="utf-8")
    given = {"chinese": str(words), "segment": "longest", "frequency": "none", "gate": "none", "rate": 0.05}
    alone = augment(source, out, balance="label", parameters=given | {"most": 1})
    assert (alone.added, alone.short) == (
        2,
        (
            "label 'pos': 4 more wanted, 2 added, 2 short",
            "more children: --set most=2, for 2 documents that stopped at 1",
            "more children: the same command on what was written, with another --method",
        ),
    )
    done = augment(source, out, balance="label", parameters=given)
    assert (done.added, done.short) == (4, ("label 'pos': no child of 2 documents passed, so others have up to 2",))
    assert sorted(row["augmented"]["parent"] for row in made(out)) == ["0", "0", "2", "2"]
    first = out.read_bytes()
    augment(source, out, balance="label", parameters=given, workers=3)
    assert out.read_bytes() == first
    none = augment(source, out, only="neg", parameters=given)
    assert none.short[0] == "all: 8 more wanted, 0 added, 8 short"
