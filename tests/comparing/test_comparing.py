"""What is said to differ does, two halves of one corpus do not, and what cannot be compared is said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner, Result

import dataqual
from dataqual import sample
from dataqual.cli import main
from dataqual.comparing.result import SCHEMA, Comparison, line_of, main_effect
from dataqual.comparing.rows import _tallied, rows_of
from dataqual.comparing.running import _lit
from dataqual.comparing.sides import Side
from dataqual.errors import InputError, SpecError
from dataqual.reading import wilson
from dataqual.sketch import Sketch

WORDS = "river bread letter window garden morning winter story money friend".split()
HAN = "今天天气很好我们去公园散步晚上一起吃饭"


def english(n: int, seed: int, longer: int = 0) -> list[str]:
    random = np.random.default_rng(seed)
    return [" ".join(random.choice(WORDS, 8 + longer + random.integers(9))) + "." for _ in range(n)]


def chinese(n: int, seed: int) -> list[str]:
    random = np.random.default_rng(seed)
    return ["我们去公园，" + "".join(random.choice(list(HAN), 12 + random.integers(9))) + "。" for _ in range(n)]


def by_name(found: Comparison) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in found.rows()}


@pytest.fixture(scope="module")
def apart() -> Comparison:
    """English with labels, beside English and Chinese, longer, labelled otherwise."""
    first = pl.DataFrame({"text": english(120, 1), "label": ["a", "b"] * 60})
    second = pl.DataFrame({"text": english(80, 2, longer=20) + chinese(60, 3), "label": ["a"] * 130 + ["b"] * 10})
    return dataqual.compare(first, second, names=["old", "new"], workers=1)


def test_what_was_changed_is_red_with_its_size_and_its_p(apart: Comparison) -> None:
    rows = by_name(apart)
    label = rows["label"]
    assert label["light"] == "red"
    p, q = np.array([60.5, 60.5]) / 121, np.array([130.5, 10.5]) / 141
    psi = float(((p - q) * np.log(p / q)).sum())
    assert label["detail"]["psi"]["plug_in"] == pytest.approx(psi)
    assert label["detail"]["psi"]["value"] == pytest.approx(psi - (1 / 120 + 1 / 140))
    assert (rows["word_count"]["light"], rows["han_share"]["light"]) == ("red", "red")
    assert rows["han_share"]["effects"]["delta"] == pytest.approx(60 / 140)
    assert rows["empty"]["light"] == "green"
    assert apart.drifted
    for row in rows.values():
        assert row["light"] is None or row["adjusted"] >= row["p"]
        assert row["untested"] or row["light"]


@pytest.mark.parametrize(("documents", "light"), [(2_000, "amber"), (20, "green")])
def test_a_label_whose_share_moves_by_half_is_amber_though_its_psi_is_small(documents: int, light: str) -> None:
    counts = (
        {"好评": documents // 4, "bad": documents * 3 // 4},
        {"好评": documents * 38 // 100, "bad": documents * 62 // 100},
    )
    [[row]] = _lit([[_tallied("label", *counts)]])
    h = 2 * np.arcsin(0.38**0.5) - 2 * np.arcsin(0.25**0.5)
    assert row.light == light
    if light == "amber":
        name, size, (low, high) = main_effect(row.facts())
        assert row.effects["psi"] < 0.1
        assert (name, abs(size or 0)) == ("h", pytest.approx(h))
        assert low is not None and high is not None and low < (size or 0) < high
        assert "h 0.28" in line_of(row.facts()).replace("-", "")


def test_words_tell_what_one_side_alone_says_with_a_document(apart: Comparison) -> None:
    [pair] = apart.facts["pairs"]
    terms = pair["terms"]["second"]
    assert all(term["documents"][1] / 140 > term["documents"][0] / 120 for term in terms)
    assert any(term["term"] in HAN and term["documents"][0] == 0 for term in terms)
    example = terms[0]["examples"][0]
    start, end, _ = example["marks"][0]
    assert example["text"][start:end].lower() == terms[0]["term"]


def test_the_summary_names_the_largest_difference_first(apart: Comparison) -> None:
    first, second, *_ = str(apart).splitlines()
    reds = apart.lights["red"]
    assert first.startswith(f"new beside old: {reds} of ")
    assert second.startswith("  ✗ ")
    assert "no document is in both: they are not two versions of one corpus" in str(apart)
    assert repr(apart).startswith(f"<Comparison of new with old: {reds} red, ")
    assert line_of(by_name(apart)["label"]).startswith("label: PSI ")
    assert "&lt;" not in apart._repr_html_()


def test_a_table_has_a_row_for_each_reading(apart: Comparison) -> None:
    table = apart.table()
    assert len(table) == len(apart.facts["pairs"][0]["rows"])
    label = table.row(by_predicate=pl.col("name") == "label", named=True)
    assert (label["effect"], label["n_first"], label["n_second"]) == ("psi", 120, 140)
    assert label["low"] < label["size"] < label["high"]


def test_a_comparison_survives_saving(apart: Comparison, tmp_path: Path) -> None:
    path = apart.save(tmp_path / "drift")
    assert path.name == "comparison.json"
    assert Comparison.load(tmp_path / "drift").facts == apart.facts
    path.write_text('{"schema": "dataqual.profile/1"}', encoding="utf-8")
    with pytest.raises(InputError) as raised:
        Comparison.load(path)
    assert str(raised.value) == (
        f"{path}: its schema is 'dataqual.profile/1', this version reads '{SCHEMA}'; compare the corpora again"
    )
    with pytest.raises(InputError, match="there are no changes to write"):
        Comparison(apart.facts).write_changes(tmp_path / "changes.parquet")


def half(values: Mapping[str, np.ndarray], faults: Mapping[str, np.ndarray], rows: np.ndarray) -> Side:
    n = len(rows)

    def reading(hits: np.ndarray) -> dict[str, Any]:
        return {"value": float(hits[rows].mean()), "n": n, "of": "documents", "interval": wilson(1, n)}

    facts = {
        "readings": {"documents": {"value": n}} | {name: reading(hits) for name, hits in faults.items()},
        "rules": [],
        "groups": [],
        "corpus": {"columns": {}},
        "signals": {},
    }
    return Side("half", facts, {name: Sketch.of(column[rows]) for name, column in values.items()})


def test_two_halves_of_one_corpus_are_all_green_in_95_of_100_splits(tmp_path: Path) -> None:
    dataqual.profile(sample.path(), signals=tmp_path / "signals.parquet", rules=(), near_copies=False, workers=1)
    table = pl.read_parquet(tmp_path / "signals.parquet")
    numbers = {name: table[name].to_numpy() for name in table.columns if table[name].dtype.is_numeric()}
    numbers = {name: column for name, column in numbers.items() if name not in ("file", "record", "exact_copy_of")}
    values = {name: column for name, column in numbers.items() if np.isfinite(column).all() and (column >= 0).all()}
    assert len(values) > 30
    faults = {name: values[name] > 0 for name in ("mojibake", "email_addresses", "html_residue")}
    random, green, sure = np.random.default_rng(5), 0, 0
    for _ in range(40):
        order = random.permutation(len(table))
        rows, _ = rows_of(*(half(values, faults, order[at::2]) for at in (0, 1)))
        [lit] = _lit([rows])
        green += all(row.light == "green" for row in lit)
        sure += all((row.adjusted or 0) > 0.05 for row in lit)  # without looking at how large a difference is
    assert green >= 38
    assert sure >= 38


def test_a_million_documents_do_not_make_a_small_difference_red() -> None:
    first, second = (
        Side("side", half({}, {}, np.arange(3)).facts, {"word_count": Sketch(np.array(counts), 1.0, 2.0, 0, 0)})
        for counts in ([500_000, 500_000], [490_000, 510_000])
    )
    [[row]] = _lit([rows_of(first, second)[0]])
    assert row.p is not None
    assert row.p < 1e-20
    assert row.light == "green"


def test_copies_are_not_tested_where_the_sizes_differ() -> None:
    found = dataqual.compare(english(100, 1), english(300, 2), workers=1, versions=False)
    row = by_name(found)["exact_copies"]
    assert (row["light"], row["p"]) == (None, None)
    assert row["untested"] == "grows with the size of a corpus, and these are of different size"


def test_of_three_each_is_compared_with_the_first_and_all_tests_are_one_family() -> None:
    found = dataqual.compare(english(60, 1), english(60, 2), chinese(60, 3), workers=1, near_copies=False)
    assert [side["name"] for side in found.facts["sides"]] == ["A", "B", "C"]
    assert [pair["lights"]["red"] > 0 for pair in found.facts["pairs"]] == [False, True]
    assert found.facts["judged"]["tests"] == sum(row["p"] is not None for row in found.rows())


def test_a_comparison_is_the_same_whatever_the_workers() -> None:
    both = [english(200, 1), english(150, 2)]
    one, two = (dataqual.compare(*both, workers=workers) for workers in (1, 2))
    assert one.facts == two.facts


@pytest.mark.parametrize("texts", [["one document"], ["", ""], ["😀", "很好"]])
def test_very_small_and_strange_corpora_are_compared(texts: list[str]) -> None:
    found = dataqual.compare(texts, ["another one"], workers=1)
    assert found.lights["red"] == 0


def test_what_is_asked_wrongly_is_said() -> None:
    for call, message in (
        (lambda: dataqual.compare(["a"]), "compare: 1 corpus cannot be compared; name two or more"),
        (
            lambda: dataqual.compare(["a"], ["b"], by="ids"),
            "by: 'ids' is no way to know a document again; did you mean 'id'? there are: auto, id, text",
        ),
        (lambda: dataqual.compare(["a"], ["b"], names=["x"]), "names: 1 for 2 corpora"),
    ):
        with pytest.raises(SpecError) as raised:
            call()
        assert str(raised.value) == message


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three corpora in the current folder."""
    monkeypatch.chdir(tmp_path)
    for name, texts in (("a", english(80, 1)), ("b", english(80, 2)), ("c", chinese(80, 3))):
        lines = (json.dumps({"id": f"{name}{at}", "text": text}) + "\n" for at, text in enumerate(texts))
        Path(f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["compare", "--workers", "1", *arguments])


def test_the_command_writes_a_page_and_facts_and_fails_on_drift_when_asked(files: Path) -> None:
    same = run("a.jsonl", "b.jsonl", "--strict")
    assert same.exit_code == 0, same.output
    assert "0 of " in same.stdout.splitlines()[0]
    assert sorted(path.name for path in (files / "a.comparison").iterdir()) == ["comparison.json", "report.html"]
    for arguments, code in ((), 0), (("--fail-on-drift",), 1), (("--strict",), 1):
        assert run("a.jsonl", "c.jsonl", "-o", "out", *arguments).exit_code == code
    told = run("a.jsonl", "c.jsonl", "-o", "out", "--lang", "zh")
    assert told.stdout.startswith("c.jsonl 对照 a.jsonl：")
    one = run("a.jsonl")
    assert (one.exit_code, one.stderr.splitlines()[-1]) == (
        2,
        "dataqual: name two paths or more: the corpus that is compared with, and those that are compared with it",
    )


def test_changes_are_written_as_a_table(files: Path) -> None:
    text = (files / "a.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    Path("a2.jsonl").write_text("".join(text[5:]), encoding="utf-8")
    ran = run("a.jsonl", "a2.jsonl", "--changes", "changes.jsonl")
    assert "80 documents before = 75 unchanged + 0 edited + 0 relabelled + 0 renamed + 5 dropped" in ran.stdout
    rows = pl.read_ndjson("changes.jsonl")
    assert rows["change"].to_list() == ["dropped"] * 5
    assert rows["before_record"].to_list() == [1, 2, 3, 4, 5]
    bad = run("a.jsonl", "a2.jsonl", "--changes", "changes.txt")
    assert bad.exit_code == 2
    assert bad.stderr.splitlines()[-1] == "dataqual: changes.txt: a table of changes ends in .parquet, .csv, .jsonl"


def test_saved_profiles_compare_what_they_hold_and_say_what_they_lack(files: Path) -> None:
    for name in ("a", "c"):
        done = CliRunner().invoke(main, ["profile", f"{name}.jsonl", "--workers", "1", "--no-near-copies"])
        assert done.exit_code == 0, done.output
    fresh = dataqual.compare("a.jsonl", "c.jsonl", workers=1, near_copies=False, versions=False)
    saved = dataqual.compare("a.profile", "c.profile/profile.json")
    assert by_name(saved)["word_count"]["effects"] == by_name(fresh)["word_count"]["effects"]
    assert "words" not in by_name(saved)
    assert saved.warnings[0] == (
        "a.profile: words, the classifier and the changes between versions are not compared: they need the texts, "
        "which a saved profile has not; name the corpus itself"
    )
    (files / "a.profile" / "signals.parquet").unlink()
    alone = dataqual.compare("a.profile", "c.jsonl", workers=1)
    assert not [row for row in alone.rows() if row["kind"] == "signal"]
    assert "signals are not compared" in alone.warnings[0]
    assert run("a.profile", "c.profile").exit_code == 0


def test_each_corpus_may_have_a_date_column_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, column, year in (("a", "seen", 2019), ("b", "落款", 2024)):
        rows = [{"text": text, column: f"{year}-03-0{at % 9 + 1}"} for at, text in enumerate(chinese(60, year))]
        pl.DataFrame(rows).write_ndjson(f"{name}.jsonl")
    done = run("a.jsonl", "b.jsonl", "--date", "seen", "--date", "落款", "--no-near-copies", "--no-versions", "--quiet")
    assert done.exit_code == 0, done.output
    (row,) = [
        row
        for row in json.loads(Path("a.comparison/comparison.json").read_text("utf-8"))["pairs"][0]["rows"]
        if row["name"] == "year of the date"
    ]
    assert row["light"] == "red"
    told = run("a.jsonl", "b.jsonl", "a.jsonl", "--date", "seen", "--date", "seen")
    assert (told.exit_code, told.stderr) == (
        2,
        "dataqual: --date: 2 columns for 3 corpora; name one for all, or one for each\n",
    )
