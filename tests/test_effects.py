"""What was done to a corpus, and what it cost whom: the same however it is cut, and a recipe that eats a group is told."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import dataqual
from dataqual import rewriting, sample
from dataqual.accounts import far_above
from dataqual.corpus import Corpus
from dataqual.effects import Accounting, Effects
from dataqual.engine import Local
from dataqual.readers.cutting import Sizes
from dataqual.recipe import Recipe, applied, prepared
from dataqual.unfinished import Unfinished
from dataqual.views import view_of

SHOWN = view_of("text").shown

MIXED = Recipe.of(
    {
        "steps": [
            {"keep": {"rules": "gopher@dolma"}},
            {"spoil_typos": {"dose": 0.5}},
            {"dedup": {"near": True}},
            {"spoil_duplicates": {"dose": 0.1}},
        ]
    },
    "mixed",
)
ENGLISH = (
    "The harbour was quiet that morning and the boats of the village lay still under a thin mist with the sails down. "
)
CHINESE = "清晨的港口很安静，小船静静地停在从海上飘来的薄雾里。一个穿蓝外套的人牵着狗沿着堤岸慢慢走过，没有人和他说话。"
SHORT = {"steps": [{"keep": {"signal": "word_count", "with": {"cut": "whitespace"}, "min": 20}}]}
"""A rule that counts words as English has them: no Chinese document passes it."""


def facts(cleaned: dataqual.Cleaned) -> dict[str, Any]:
    """Without what says where and how it ran."""
    return {key: value for key, value in cleaned.facts().items() if key not in ("resumed", "outputs", "ledger")}


def of_frame(rows: list[dict[str, Any]], steps: dict[str, Any] = SHORT, **asked: Any) -> dict[str, Any]:
    return facts(dataqual.clean(pl.DataFrame(rows), recipe=Recipe.of(steps, "mine"), dry_run=True, **asked))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of 50 documents, parts of two batches."""
    monkeypatch.setattr(rewriting, "PART", 2)
    monkeypatch.setattr("dataqual.corpus.CHUNK_RECORDS", 50)
    monkeypatch.setattr(Sizes.__init__, "__defaults__", (4 << 20, 64 << 20, 50))


@pytest.mark.usefixtures("small")
def test_the_facts_are_the_same_whatever_the_workers() -> None:
    one, three = (dataqual.clean(str(sample.path()), recipe=MIXED, dry_run=True, workers=workers) for workers in (1, 3))
    assert json.dumps(facts(one)) == json.dumps(facts(three))
    assert {reason["action"] for reason in one.facts()["reasons"]} == {"dropped", "edited", "added"}


def test_the_facts_are_the_same_whatever_the_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    batches = list(dataqual.read(sample.path()).batches())
    texts = [batch.text[i] for batch in batches for i in range(len(batch))]
    rows = pl.DataFrame({"text": texts, "group": [f"g{n % 7}" for n in range(len(texts))]})
    recipe = Recipe("rules", MIXED.steps[:2])
    whole = dataqual.clean(rows, recipe=recipe, dry_run=True)
    monkeypatch.setattr("dataqual.corpus.CHUNK_RECORDS", 7)
    assert facts(dataqual.clean(rows, recipe=recipe, dry_run=True)) == facts(whole)


def test_merging_is_associative_and_nothing_is_neutral() -> None:
    corpus = Corpus.of([ENGLISH * 3, "too short", CHINESE, "short, too", ENGLISH, "one more"])
    recipe = Recipe.of(SHORT, "mine")
    [batch] = corpus.batches()
    accounting = Accounting.of(corpus, recipe.told_as)

    def effects(rows: list[int]) -> Effects:
        part = batch.take(pl.Series(rows).to_numpy())
        return accounting(part, *applied(recipe.steps, part))

    def seen(of: Effects) -> Any:
        told = {key: (one.documents, one.values and one.values.total, one.examples) for key, one in of.reasons.items()}
        rows = {role: {k: v.tolist() for k, v in costs.rows.items()} for role, costs in of.costs.items()}
        return of.before.tolist(), of.after.tolist(), told, rows

    a, b, c = effects([0, 1]), effects([2, 3]), effects([4, 5])
    whole = seen(effects([0, 1, 2, 3, 4, 5]))
    assert seen(a.merge(b).merge(c)) == seen(a.merge(b.merge(c))) == whole
    assert seen(Effects().merge(a)) == seen(a) == seen(a.merge(Effects()))


@pytest.mark.usefixtures("small")
def test_a_run_that_was_killed_and_gone_on_with_tells_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    straight = dataqual.clean(str(sample.path()), tmp_path / "straight.jsonl", recipe=MIXED)
    taken, seen = rewriting._Run._take, []

    def take(self: Any, done: Any) -> None:
        if len(seen) == 5:
            raise KeyboardInterrupt
        seen.append(1)
        taken(self, done)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Unfinished, "__exit__", lambda self, *_: self._release())
        patch.setattr(rewriting._Run, "_take", take)
        dataqual.clean(str(sample.path()), tmp_path / "broken.jsonl", recipe=MIXED)
    again = dataqual.clean(str(sample.path()), tmp_path / "broken.jsonl", recipe=MIXED)
    assert again.resumed == 200
    assert facts(again) == facts(straight)


def test_what_is_sent_between_processes_does_not_grow_with_what_a_corpus_is_compared_with(tmp_path: Path) -> None:
    def sent(known: int) -> int:
        lines = [
            json.dumps({"text": f"{ENGLISH}{n} " + " ".join(f"w{n}x{i}" for i in range(50))}) for n in range(known)
        ]
        (tmp_path / f"{known}.jsonl").write_text("\n".join(lines))
        recipe = Recipe.of([{"decontaminate": {"against": str(tmp_path / f"{known}.jsonl")}}])
        corpus = Corpus.of([ENGLISH * 2])
        [batch] = corpus.batches()
        left, changes = applied(prepared(recipe.steps, corpus, Local()), batch)
        effects = Accounting.of(corpus, recipe.told_as)(batch, left, changes)
        [told] = effects.reasons.values()
        assert told.examples[0].marks[0][2].startswith("in ")
        return len(pickle.dumps(effects))

    assert abs(sent(1000) - sent(1)) < 200  # the name of the file, and what a number takes


def test_sums_before_and_after_are_those_of_the_texts() -> None:
    found = of_frame([{"text": ENGLISH}, {"text": CHINESE}, {"text": ENGLISH}])
    size = len(ENGLISH)
    assert found["before"] == {
        "documents": 3, "bytes": 2 * size + len(CHINESE.encode()), "characters": 2 * size + len(CHINESE),
    }  # fmt: skip
    assert found["after"] == {"documents": 2, "bytes": 2 * size, "characters": 2 * size}


def test_a_reason_says_how_many_by_which_value_and_shows_the_place() -> None:
    rows = [{"id": f"d{n}", "text": f"{'word ' * n}write to ann.lee@example.com"} for n in range(9)]
    found = of_frame(rows, {"steps": [{"keep": {"signal": "email_addresses", "max": 0}}]})
    [reason] = found["reasons"]
    assert (reason["action"], reason["step"], reason["rule"], reason["threshold"], reason["ends"]) == (
        "dropped", "keep", "email_addresses", "<= 0", [0.0],
    )  # fmt: skip
    assert (reason["documents"], reason["share"]["value"], reason["values"]["max"]) == (9, 1.0, 1.0)
    assert len(reason["examples"]) == SHOWN
    for example in reason["examples"]:
        [[start, end, _]] = example["marks"]
        assert example["text"][start:end] == "a••••••@•••••••.com"
        assert example["record"] == int(example["id"][1:]) + 1
    assert "lee@" not in json.dumps(found)


def test_an_edit_is_shown_before_and_after_wherever_in_the_document_it_is() -> None:
    rows = [{"text": "港口很安静。" * 1_000 + ENGLISH * 10}]
    found = of_frame(rows, {"steps": [{"spoil_mojibake": {"dose": 1.0}}]})
    [reason] = found["reasons"]
    [example] = reason["examples"]
    assert reason["action"] == "edited"
    assert {kind for kind, _ in example["diff"]} >= {"first", "second"}
    assert "�" not in example["text"]


def test_a_copy_is_shown_beside_what_stays() -> None:
    again = ENGLISH * 3 + "Then it rained."
    found = of_frame([{"text": ENGLISH * 3}, {"text": again}, {"text": again}], {"steps": [{"dedup": {"near": True}}]})
    [reason] = found["reasons"]
    near = reason["examples"][0]
    assert (reason["rule"], near["kept"]["record"], near["kept"]["text"]) == ("near_copies", 1, ENGLISH * 3)
    assert near["similarity"] == dataqual.jaccard(ENGLISH * 3, again)
    assert [near["diff"][-1][0], "".join(t for k, t in near["diff"] if k == "second")] == ["second", "Then it rained."]


# What it cost whom


def corpus_of(english: int, chinese: int, **columns: list[str]) -> list[dict[str, Any]]:
    texts = [f"{ENGLISH}{n}" for n in range(english)] + [f"{CHINESE}{n}" for n in range(chinese)]
    return [{"text": text} | {name: values[n] for name, values in columns.items()} for n, text in enumerate(texts)]


def headlines(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(finding["severity"], finding["headline"]) for finding in found["findings"]]


@pytest.mark.parametrize("column", ["label", "source"])
def test_a_group_that_is_eaten_is_a_finding(column: str) -> None:
    rows = corpus_of(400, 60, **{column: ["新闻" if n >= 400 else "news" for n in range(460)]})
    assert (
        headlines(of_frame(rows))
        == [
            ("error", "script Han loses 100 % of its documents, all others 0 %"),
            ("error", f"{column} 新闻 loses 100 % of its documents, all others 0 %"),
        ][:: 1 if column == "source" else -1]
    )  # by share, then by name
    [group, script] = of_frame(rows)["groups"]
    [english, chinese] = group["rows"]
    assert (chinese["value"], chinese["documents"], chinese["dropped"], chinese["characters_after"]) == (
        "新闻",
        60,
        60,
        0,
    )
    assert chinese["rules"] == {"word_count": 60}
    assert (english["value"], english["lost"]["value"]) == ("news", 0.0)
    assert [row["value"] for row in script["rows"]] == ["Latin", "Han"]


def test_an_english_dialect_that_is_eaten_is_a_finding_too() -> None:
    """By a rule that a person writes against one spelling, here of words that are long."""
    dialect = "gwaan an tek time wid de pickney dem an nuh mek dem fret "
    texts = [f"{ENGLISH}{n}" for n in range(300)] + [f"{dialect}{n}" for n in range(100)]
    rows = [{"text": text, "group": "Patwa" if n >= 300 else "standard"} for n, text in enumerate(texts)]
    found = of_frame(rows, {"steps": [{"keep": {"signal": "mean_word_length", "min": 3.6}}]})
    assert headlines(found) == [("error", "group Patwa loses 100 % of its documents, all others 0 %")]


def test_a_corpus_of_one_kind_a_small_group_and_an_even_loss_are_no_findings() -> None:
    assert headlines(of_frame(corpus_of(0, 100))) == [("warning", "100 % of the documents go, most by word_count")]
    assert headlines(of_frame(corpus_of(400, 49))) == []
    rows = [{"text": ENGLISH if n % 5 else "short", "group": "ab"[n % 2]} for n in range(600)]
    assert headlines(of_frame(rows)) == []


def test_a_rule_that_alone_takes_more_than_a_quarter_is_told_with_what_to_change() -> None:
    rows = [{"text": ENGLISH if n % 3 else "短 text", "group": "ab"[n % 2]} for n in range(600)]
    for recipe, how in (
        (None, "move the bounds of `word_count` in recipe, or take it out"),
        ("web", "write the recipe out (`dataqual recipes web > mine.yaml`), move the bounds of `word_count` or take it out, "
         "and clean with `--recipe mine.yaml`"),
    ):  # fmt: skip
        loaded = Recipe.of({"steps": [{"keep": {"signal": "word_count", "min": 20}}]}, recipe or "recipe")
        result = dataqual.clean(pl.DataFrame(rows), recipe=loaded, dry_run=True)
        [finding] = result.findings
        assert finding.headline == "word_count alone takes 33 % of all documents"
        assert finding.say == (
            "`word_count` takes 200 documents whose word_count is not >= 20 (median 2): "
            f"look at its examples; if such documents belong in the corpus, {how}"
        )
        assert f"! {finding.headline}\n    {finding.say}" in str(result)
    few = [*rows[:8], {"text": "short"}]
    assert headlines(of_frame(few)) == []


@pytest.mark.parametrize(
    ("loss", "others", "told"),
    [
        (0.21, 0.10, True), (0.20, 0.10, False), (0.049, 0.0, False), (0.05, 0.0, True),
        (0.81, 0.60, True), (0.79, 0.60, False),
    ],
)  # fmt: skip
def test_far_above_is_twice_the_loss_or_half_of_what_is_kept(loss: float, others: float, told: bool) -> None:
    assert far_above(loss, others) is told


def test_files_are_the_groups_where_there_is_no_other_column(tmp_path: Path) -> None:
    for name, text in (("english", ENGLISH), ("chinese", CHINESE)):
        lines = [json.dumps({"text": f"{text}{n}"}) for n in range(60)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines))
    cleaned = dataqual.clean(tmp_path, recipe=Recipe.of(SHORT, "mine"), dry_run=True)
    told = [finding.headline for finding in cleaned.findings]
    assert told[0] == f"file {tmp_path}/chinese.jsonl loses 100 % of its documents, all others 0 %"
    assert f"✗ {told[0]}\n" in str(cleaned)


def test_the_groups_beyond_fifty_are_one_row_and_a_name_with_an_address_is_masked() -> None:
    rows = corpus_of(120, 0, group=["ann.lee@example.com" if n < 60 else f"site{n}" for n in range(120)])
    group, _ = of_frame(rows)["groups"]
    assert (group["distinct"], len(group["rows"]), group["rest"]["groups"], group["rest"]["documents"]) == (
        61,
        50,
        11,
        11,
    )
    assert group["rows"][0]["value"] == "a••••••@•••••••.com"


def test_a_column_with_too_many_values_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dataqual.effects.MOST", 10)
    monkeypatch.setattr("dataqual.corpus.CHUNK_RECORDS", 8)
    group, script = of_frame(corpus_of(20, 0, group=[f"g{n}" for n in range(20)]))["groups"]
    assert (group["overflow"], group["rows"], script["overflow"]) == (True, [], False)


def test_the_recipe_is_told_so_that_it_can_be_run_again() -> None:
    cleaned = dataqual.clean(str(sample.path()), drop=["gopher@dolma", "mojibake", "exact_copies"], dry_run=True)
    told = cleaned.facts()["recipe"]
    again = dataqual.clean(str(sample.path()), recipe=Recipe.of({"steps": told["steps"]}, "told"), dry_run=True)
    assert (again.kept, again.dropped) == (cleaned.kept, cleaned.dropped)


def test_the_facts_are_json(tmp_path: Path) -> None:
    cleaned = dataqual.clean(str(sample.path()), tmp_path / "out.jsonl", recipe=MIXED)
    assert json.loads(json.dumps(cleaned.facts())) == cleaned.facts()
