"""`dataqual labels` and `dataqual agreement`, and the functions behind them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

import dataqual
from dataqual.agreeing import agreement
from dataqual.cli import main
from dataqual.errors import DataqualError
from dataqual.labelling import label_errors
from dataqual.labels.chances import room
from dataqual.labels.giveaways import RUN, _standing, giveaways
from dataqual.text import Text
from tests.embeddings.models import static
from tests.labels.test_judging import flipped, reviews


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, set[int]]:
    """Chinese reviews of which every fifteenth has the wrong label, and the numbers of these."""
    texts, labels = reviews("zh", 300)
    given, wrong = flipped(labels, 15)
    path = tmp_path_factory.mktemp("labelled") / "reviews.jsonl"
    rows = [
        {"text": text, "label": label, "id": f"r{i}"} for i, (text, label) in enumerate(zip(texts, given, strict=True))
    ]
    rows += [{"text": texts[1], "label": "neg", "id": "copy"}]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path, {int(i) + 1 for i in np.flatnonzero(wrong)} | {301}


def test_the_ranked_list_begins_with_what_was_planted(planted: tuple[Path, set[int]], tmp_path: Path) -> None:
    path, wrong = planted
    found = label_errors(path, output=tmp_path / "ranked.parquet")
    ranked = pl.read_parquet(tmp_path / "ranked.parquet")
    first = set(ranked.head(len(wrong))["record"].to_list())
    assert len(first & wrong) >= 0.9 * len(wrong)
    assert (ranked["rank"] == np.arange(1, 302)).all()
    assert found.conflicts.detail == {"documents": 2, "exact": 2, "clusters": 1}
    assert found.errors.interval is not None and found.errors.interval[0] < 21 / 301 < found.errors.interval[1]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_any_number_of_workers_writes_the_same_bytes(
    planted: tuple[Path, set[int]], tmp_path: Path, ending: str
) -> None:
    for workers in (1, 3):
        label_errors(planted[0], output=tmp_path / f"{workers}.{ending}", workers=workers)
    assert (tmp_path / f"1.{ending}").read_bytes() == (tmp_path / f"3.{ending}").read_bytes()


def test_what_does_not_fit_is_read_again_and_judged_by_models_of_a_sample(planted: tuple[Path, set[int]]) -> None:
    path, wrong = planted
    found = label_errors(path, learn_from=200)
    assert found.learnt_from == 200
    assert len(found.ranked) == 301
    assert len(set(found.ranked.head(len(wrong))["record"].to_list()) & wrong) >= 0.8 * len(wrong)


def test_given_probabilities_are_believed(tmp_path: Path) -> None:
    path = tmp_path / "given.csv"
    rows = [("some text", "a", [0.9, 0.1])] * 12 + [("other text", "b", [0.2, 0.8])] * 12 + [("odd", "b", [0.95, 0.05])]
    lines = [f'{text},{label},"{chances}"' for text, label, chances in rows]
    path.write_text("\n".join(["text,label,p", *lines]), encoding="utf-8")
    found = label_errors(path, probabilities="p")
    worst = found.ranked.row(0, named=True)
    assert (worst["record"], worst["given"], worst["suggested"], worst["probability"]) == (25, "b", "a", 0.05)
    assert found.learnt_from == 0
    with pytest.raises(DataqualError, match="--probabilities: no column 'q'; there are: "):
        label_errors(path, probabilities="q")
    with pytest.raises(DataqualError, match="p is no list of 2 probabilities"):
        path.write_text('text,label,p\nx,a,"[1]"\ny,b,"[1]"\n')
        label_errors(path, probabilities="p")


@pytest.mark.parametrize(
    ("corpus", "said"),
    [([], "the corpus has no label column"), (["one"], "the corpus has no label column; name it with --label")],
)
def test_without_documents_or_labels_a_line_says_so(corpus: list[str], said: str, tmp_path: Path) -> None:
    path = tmp_path / "corpus.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in corpus))
    done = CliRunner().invoke(main, ["labels", str(path)])
    assert done.exit_code == 2
    assert said in done.output and "Traceback" not in done.output


def test_one_label_is_balance_without_errors(tmp_path: Path) -> None:
    found = label_errors(pl.DataFrame({"text": ["a", "b", ""], "label": ["x", "x", None]}))
    assert (found.balance.value, found.errors.value, len(found.ranked)) == (None, None, 0)
    assert "no label errors can be told: it takes two labels with ten documents each" in str(found)


def test_the_command_speaks_chinese(planted: tuple[Path, set[int]]) -> None:
    done = CliRunner().invoke(main, ["labels", str(planted[0]), "--lang", "zh", "--quiet"])
    assert done.exit_code == 0
    done = CliRunner().invoke(main, ["labels", str(planted[0]), "--lang", "zh"])
    assert "错误标签" in done.output and "相互矛盾" in done.output


def test_a_phrase_and_the_name_of_a_label_give_it_away() -> None:
    spam = [f"[SPAM?] money {i} now" for i in range(40)]
    ham = [f"meeting {i} at noon" for i in range(40)]
    found = giveaways(Text.of(spam + ham), ["spam"] * 40 + ["ham"] * 40)
    assert found[0].named and found[0].label == "spam" and (found[0].hits, found[0].documents) == (40, 40)
    assert any("meeting" in one.phrase for one in found)
    mixed = giveaways(Text.of([f"word {i % 7}" for i in range(80)]), ["a", "b"] * 40)
    assert mixed == []
    zh = giveaways(
        Text.of([f"差评：东西{i}" for i in range(30)] + [f"东西{i}" for i in range(30)]), ["差评"] * 30 + ["好评"] * 30
    )
    assert zh[0].phrase == "差评" and zh[0].named


def test_agreement_of_a_wide_and_a_long_table(tmp_path: Path) -> None:
    wide = tmp_path / "ratings.csv"
    wide.write_text("item,ann,bob\n1,a,a\n2,b,\n3,b,a\n4,a,a\n5,b,b\n")
    long = tmp_path / "votes.csv"
    long.write_text(
        "item,annotator,label\n1,ann,a\n1,bob,a\n2,ann,b\n3,ann,b\n3,bob,a\n4,ann,a\n4,bob,a\n5,ann,b\n5,bob,b\n"
    )
    one = agreement(wide, item="item")
    other = agreement(long, item="item", annotator="annotator", label="label")
    assert one.readings["krippendorff_alpha"].value == other.readings["krippendorff_alpha"].value
    assert "cohen_kappa" in one.readings
    assert one.items[0]["item"] == "3"


def test_the_command_agreement_ends_in_one_line_where_it_cannot(tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    path.write_text("item,ann,bob\n1,a,a\n2,b,a\n")
    done = CliRunner().invoke(main, ["agreement", str(path), "--columns", "ann,bobb"])
    assert (done.exit_code, "no column 'bobb'; did you mean 'bob'?" in done.output) == (2, True)
    done = CliRunner().invoke(main, ["agreement", str(path), "--level", "ratio"])
    assert (done.exit_code, "'a' is no number" in done.output) == (2, True)
    done = CliRunner().invoke(main, ["agreement", str(tmp_path / "none.csv")])
    assert (done.exit_code, "cannot be read" in done.output) == (2, True)
    done = CliRunner().invoke(main, ["agreement", str(path), "--json"])
    assert json.loads(done.stdout)["readings"]["krippendorff_alpha"]["n"] == 2


def test_columns_of_annotations_are_told_by_their_names_in_chinese_too(tmp_path: Path) -> None:
    wide = tmp_path / "wide.csv"
    wide.write_text("编号,张三,李四,王五,标签\n1,好,好,差,好\n2,差,差,差,差\n3,好,差,好,好\n", encoding="utf-8")
    found = agreement(wide)
    assert found.ratings.annotators == ("张三", "李四", "王五")
    done = CliRunner().invoke(main, ["agreement", str(wide)])
    assert "item column: '编号' (found)" in done.stderr and "annotators: '张三', '李四', '王五'" in done.stderr
    zh = CliRunner().invoke(main, ["agreement", str(wide), "--lang", "zh"]).stderr
    assert "found" not in zh and "left out" not in zh
    for header in ("条目,标注者,标签", "條目,標註者,標籤", "样本编号,标注员,评分", "item,annotator,label"):
        long = tmp_path / "long.csv"
        long.write_text(header + "\n1,张三,好\n1,李四,好\n2,张三,差\n2,李四,好\n", encoding="utf-8")
        assert set(agreement(long).ratings.annotators) == {"张三", "李四"}
    done = CliRunner().invoke(main, ["agreement", str(long), "--columns", "annotator,label"])
    assert (done.exit_code, done.stderr) == (0, "")


def test_a_column_with_another_value_in_every_row_is_no_annotator_unless_it_is_named() -> None:
    rows = [{"稿件": f"a{n}", "张三": "好", "李四": "好" if n % 2 else "差"} for n in range(5)]
    found = agreement(rows)
    assert len(found.ratings.annotators) == 2
    assert found.notes[0] == "column '稿件': another value in every row, as ids have; left out; --columns takes it"
    assert len(agreement(rows, columns=["稿件", "张三", "李四"]).ratings.annotators) == 3
    ranks = [{"ann": n, "bob": n + 1} for n in range(1, 6)]
    assert len(agreement(ranks, level="ordinal").ratings.annotators) == 2


def test_agreement_is_told_in_one_language(tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    path.write_text("item,ann,bob\n1,a,a\n2,b,a\n3,b,b\n")
    told = CliRunner().invoke(main, ["agreement", str(path), "--lang", "zh"]).stdout
    assert "  标注者 ann：" in told and "  条目 " in told and "agreement" not in told


def test_a_check_of_labels_says_that_there_is_no_label_column() -> None:
    checked = dataqual.check(["one two", "three four"], [{"metric": "label_balance", "min": 0.5}])
    assert checked.outcomes[0].why == "the corpus has no label column; name it with --label"


def test_the_names_are_public() -> None:
    assert dataqual.label_errors is label_errors
    assert dataqual.agreement is agreement


def test_clean_leaves_out_the_suspects_that_the_list_names(planted: tuple[Path, set[int]], tmp_path: Path) -> None:
    path, wrong = planted
    suspects = set(label_errors(path).ranked.filter("suspect")["record"].to_list())
    cleaned = dataqual.clean(path, tmp_path / "out.jsonl", drop=["label_errors"])
    ledger = pl.read_parquet(f"{tmp_path / 'out.jsonl'}.ledger.parquet")
    assert set(ledger["record"].to_list()) == suspects
    assert len(suspects & wrong) > 0.6 * len(wrong)
    assert (cleaned.kept, cleaned.dropped) == (301 - len(suspects), len(suspects))
    assert set(ledger["rule"].to_list()) == {"label_errors"}
    assert set(ledger["signal"].to_list()) == {"label_suspect"}


def test_a_recipe_keeps_by_label_quality_whatever_the_workers(planted: tuple[Path, set[int]], tmp_path: Path) -> None:
    recipe = dataqual.Recipe.of(
        [{"keep": {"signal": "word_count", "min": 1}}, {"keep": {"signal": "label_quality", "min": 0.3}}]
    )
    for workers in (1, 3):
        dataqual.clean(planted[0], tmp_path / f"{workers}.jsonl", recipe=recipe, workers=workers)
    assert (tmp_path / "1.jsonl").read_bytes() == (tmp_path / "3.jsonl").read_bytes()
    ledger = pl.read_parquet(f"{tmp_path / '1.jsonl'}.ledger.parquet")
    assert 0 < len(ledger) < 60
    assert (ledger["value"] < 0.3).all()


def test_what_cannot_survey_says_who_can(planted: tuple[Path, set[int]], tmp_path: Path) -> None:
    with pytest.raises(
        DataqualError, match="label_quality must first see the corpus: a recipe's keep lets it; a check"
    ):
        dataqual.check(planted[0], [{"signal": "label_quality", "min": 0.1}])
    with pytest.raises(DataqualError, match="the corpus has no label column; name it with --label"):
        dataqual.clean(dataqual.Corpus.of(["a", "b"]), tmp_path / "out.jsonl", drop=["label_errors"])


def test_a_suite_bounds_wrong_uneven_and_contradicting_labels(planted: tuple[Path, set[int]]) -> None:
    checked = dataqual.check(
        planted[0],
        [
            {"metric": "label_errors", "max": 0.5},
            {"metric": "label_balance", "min": 0.9},
            {"metric": "label_conflicts", "max": 0},
        ],
    )
    assert [outcome.check.name for outcome in checked.failures] == ["label_conflicts"]


def test_a_suite_bounds_agreement_over_columns(tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    path.write_text("text,ann,bob,chen\n" + "a,1,1,1\nb,2,2,2\nc,1,1,2\nd,3,3,3\ne,2,2,\n" * 20, encoding="utf-8")
    spec = {"metric": "krippendorff_alpha", "with": {"columns": ["ann", "bob", "chen"], "level": "ordinal"}}
    checked = dataqual.check(path, [{**spec, "min": 0.5}, {**spec, "min": 0.99, "name": "high"}])
    assert [outcome.check.name for outcome in checked.failures] == ["high"]
    expected = agreement(path, columns=["ann", "bob", "chen"], level="ordinal").readings["krippendorff_alpha"]
    value, n, _ = checked["krippendorff_alpha"].sight.estimate.seen
    assert (value, n) == (expected.value, 100)
    with pytest.raises(DataqualError, match="columns: agreement is of two annotators or more"):
        dataqual.check(path, [{"metric": "krippendorff_alpha", "with": {"columns": ["ann"]}, "min": 0.5}])


@pytest.mark.parametrize("chances", ["learnt", "given"])
def test_what_is_written_does_not_depend_on_where_the_chances_lie(
    chances: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts, labels = reviews("zh", 240)
    given, _ = flipped(labels, 15)
    path = tmp_path / "reviews.jsonl"
    rows = [
        {"text": text, "label": label if i % 9 else None, "p": {"pos": i % 7 / 7, "neg": 1 - i % 7 / 7}}
        for i, (text, label) in enumerate(zip(texts, given, strict=True))
    ]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    monkeypatch.setattr("dataqual.labels.chances.BLOCK", 32)
    monkeypatch.setattr("dataqual.ranked_labels.PIECE", 50)
    asked = {"probabilities": "p"} if chances == "given" else {"learn_from": 150}
    said = []
    for share, name in ((8, "memory"), (1 << 50, "file")):
        monkeypatch.setattr("dataqual.labels.chances.SHARE", share)
        assert isinstance(room(9, 2, 1 << 30), np.memmap) == (name == "file")
        for ending in ("csv", "jsonl", "parquet"):
            found = label_errors(path, output=tmp_path / f"{name}.{ending}", **asked)
        said.append(str(found).replace(name, ""))
    assert said[0] == said[1]
    assert len(found.ranked) == sum(row["label"] is not None for row in rows) == found.ranked["rank"].max()
    for ending in ("csv", "jsonl", "parquet"):
        assert (tmp_path / f"memory.{ending}").read_bytes() == (tmp_path / f"file.{ending}").read_bytes()
    assert pl.read_csv(tmp_path / "file.csv")["rank"].to_list() == found.ranked["rank"].to_list()
    assert pl.read_ndjson(tmp_path / "file.jsonl").height == len(found.ranked)


@pytest.mark.parametrize("name", ["en", "pt-br", "体育", "c++", "2019", "naïve"])
def test_a_name_is_found_where_no_letter_and_no_digit_touches_it(name: str) -> None:
    texts = [
        "en garde",
        "Men",
        "men en men",
        "PT-BR!",
        "apt-br",
        "体育新闻",
        "x体育",
        "c++ c",
        "c++11",
        "(2019)",
        "32019",
        "naïve",
        "anaïve",
        "",
    ]
    found = [re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", text.casefold()) is not None for text in texts]
    runs = [frozenset(RUN.findall(text.casefold())) for text in texts]
    assert _standing(name, [text.casefold() for text in texts], runs) == found
    assert any(found)


def test_models_learn_from_embeddings_too(tmp_path: Path) -> None:
    """Of words that each occur once only a model knows which belong together."""
    words = {label: [f"{label}{at}" for at in range(150)] for label in ("good", "bad")}
    vectors = {word: [1.0, 0.0] if label == "good" else [0.0, 1.0] for label, own in words.items() for word in own}
    model = static(tmp_path / "model", vectors)
    rows = [{"text": word, "label": label} for label, own in words.items() for word in own]
    rows[7]["label"] = "bad"
    path = tmp_path / "words.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    alone, found = label_errors(path), label_errors(path, embeddings=model)
    assert alone.accuracy is not None and alone.accuracy < 0.6
    assert found.accuracy is not None and found.accuracy > 0.99
    assert found.ranked["record"][0] == 8 and found.listed.suspects(9).height == 1
    assert found.facts()["model"].startswith("model, static, 2 dimensions") and "model" not in alone.facts()
    some = label_errors(path, embeddings=model, learn_from=200)
    assert some.accuracy is not None and some.accuracy > 0.99
    with pytest.raises(DataqualError, match="there is no such folder"):
        label_errors(path, embeddings="nowhere")


def test_of_many_labels_the_commonest_are_judged(tmp_path: Path) -> None:
    rows = [
        {"text": f"{label} word{at % 9}", "label": label}
        for label, n in (("a", 40), ("b", 30), ("c", 20))
        for at in range(n)
    ]
    path = tmp_path / "many.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert set(label_errors(path).ranked["given"]) == {"a", "b", "c"}
    assert set(label_errors(path, top=2).ranked["given"]) == {"a", "b"}
    done = CliRunner().invoke(main, ["labels", str(path), "--top", "2", "--json", "--workers", "1"])
    assert json.loads(done.stdout)["readings"]["label_errors"]["detail"]["classes"] == 2


def test_a_label_of_which_all_documents_are_copies_of_one_is_not_called_wrong() -> None:
    template = " ".join(f"offer{i}" for i in range(30))
    rows = [{"text": f"{template} x{i}", "label": "template"} for i in range(12)]
    rows += [{"text": f"{word}{i} {word} {word}{i + 1}", "label": word} for word in ("好评", "bad") for i in range(12)]
    reading = label_errors(rows).facts()["readings"]["label_errors"]
    assert (reading["value"], reading["n"]) == (0.0, 24)
