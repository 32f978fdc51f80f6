"""Which documents two rule sets judge differently, and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from dataqual.cli import main
from dataqual.corpus import Corpus
from dataqual.errors import SpecError
from dataqual.flipping import flips
from dataqual.measured import Measured
from dataqual.rules import load, rule_sets

SHORT, LONG, CHINESE, SHORT_CHINESE = "one two three", "one two three four five six", "我们在海边看见一只鸟", "海边"
DOCUMENTS = [SHORT, LONG, CHINESE, SHORT_CHINESE, "one", LONG + " see #1"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two rule sets of which the second wants more words but no hash sign, and a corpus; it is the current folder."""
    monkeypatch.chdir(tmp_path)
    head = "about: x.\nsource: me\nrules:\n"
    words = "  - {{name: few_words, about: x, signal: word_count, min: {least}}}\n"
    hashes = "  - {name: hashes, about: x, signal: symbol_to_word_ratio, max: 0}\n"
    Path("mild.yaml").write_text("name: mild\n" + head + words.format(least=2) + hashes, encoding="utf-8")
    Path("strict.yaml").write_text("name: strict\n" + head + words.format(least=5), encoding="utf-8")
    lines = [json.dumps({"id": f"d{n}", "text": text}, ensure_ascii=False) for n, text in enumerate(DOCUMENTS)]
    Path("corpus.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def test_the_table_counts_every_document_once(folder: Path) -> None:
    found = flips("corpus.jsonl", "mild.yaml", "strict.yaml")
    assert (found.both_keep, found.both_drop, found.first_drops, found.second_drops) == (2, 1, 1, 2)
    assert found.documents == len(DOCUMENTS)
    assert found.rules == {"first": {"hashes": 1}, "second": {"few_words": 2}}


def test_the_page_tells_the_rule_the_values_and_both_thresholds(folder: Path) -> None:
    done = CliRunner().invoke(main, ["rules", "diff", "mild.yaml", "strict.yaml", "corpus.jsonl"])
    assert done.exit_code == 0, done.output
    assert "3 of 6 documents flip (50.00%)" in done.output
    assert (
        "            strict keeps  strict drops\n"
        "mild keeps             2             2\n"
        "mild drops             1             1\n"
    ) in done.output  # fmt: skip
    assert (
        "corpus.jsonl:4 (d3): strict drops, mild keeps\n"
        "  few_words: word_count is 2, to be >= 5\n"
        "    mild: word_count is 2, to be >= 2\n"
        "  “海边”\n"
    ) in done.output
    assert (
        "  hashes: symbol_to_word_ratio is 0.111111, to be <= 0\n    strict: has no rule of that name\n" in done.output
    )


def test_examples_are_as_many_as_asked_for_and_the_same_ones_every_time(folder: Path) -> None:
    everything = flips("corpus.jsonl", "mild.yaml", "strict.yaml")
    assert sorted(flip.record for flip in everything.examples) == [1, 4, 6]
    two = flips("corpus.jsonl", "mild.yaml", "strict.yaml", examples=2, workers=1)
    assert two.examples == everything.examples[:2]
    assert flips("corpus.jsonl", "mild.yaml", "strict.yaml", examples=0).examples == ()


def test_the_sides_change_with_the_order(folder: Path) -> None:
    there, back = flips("corpus.jsonl", "mild.yaml", "strict.yaml"), flips("corpus.jsonl", "strict.yaml", "mild.yaml")
    assert (there.first_drops, there.second_drops) == (back.second_drops, back.first_drops) == (1, 2)


def test_json_has_the_same_facts(folder: Path) -> None:
    done = CliRunner().invoke(main, ["rules", "diff", "mild.yaml", "strict.yaml", "corpus.jsonl", "--json", "--quiet"])
    facts = json.loads(done.output)
    assert {name: facts[name] for name in ("documents", "both_keep", "first_drops", "unreadable")} == {
        "documents": 6,
        "both_keep": 2,
        "first_drops": 1,
        "unreadable": 0,
    }
    [flip] = [flip for flip in facts["examples"] if flip["id"] == "d3"]
    assert flip["reasons"] == [
        {
            "dropped_by": {"rule": "few_words", "signal": "word_count", "value": 2.0, "threshold": ">= 5"},
            "other": {"rule": "few_words", "signal": "word_count", "value": 2.0, "threshold": ">= 2"},
        }
    ]


def test_two_readings_of_gopher_part_as_their_rules_say() -> None:
    """Blank lines are lines to dolma, so sound text in three paragraphs has duplicate ones; the table counts the same."""
    sample = Corpus.of([f"{LONG}, the and of to that have with be.\n\n" * 3, CHINESE * 9, "The cat and the dog. " * 30])
    found = flips(sample, "gopher@datatrove", "gopher@dolma")
    [batch] = sample.batches()
    first, second = (load(name).fails(Measured(batch)).any(axis=1) for name in ("gopher@datatrove", "gopher@dolma"))
    assert (found.first_drops, found.second_drops) == (int((first & ~second).sum()), int((~first & second).sum()))


def test_a_rule_set_against_itself_is_refused() -> None:
    with pytest.raises(SpecError) as caught:
        flips(["text"], "gopher@dolma", "gopher@dolma")
    assert str(caught.value) == "gopher@dolma is compared with itself, by which no document flips; name two rule sets"


def test_a_rule_that_matched_nothing_is_told(folder: Path) -> None:
    Path("tall.yaml").write_text(
        "name: tall\nabout: x.\nsource: me\nrules:\n  - {name: few_words, about: x, signal: word_count, min: 2}\n"
        "  - {name: giants, about: x, signal: word_count, max: 1000}\n",
        encoding="utf-8",
    )
    done = CliRunner().invoke(main, ["rules", "diff", "tall.yaml", "strict.yaml", "corpus.jsonl"])
    assert "\nrules of tall that matched nothing: giants\n" in done.output
    assert "rules of strict" not in done.output
    assert flips("corpus.jsonl", "tall.yaml", "strict.yaml").idle == {"first": ("giants",), "second": ()}


def test_rules_name_prints_the_file_and_checks_one_of_yours(folder: Path) -> None:
    assert CliRunner().invoke(main, ["rules", "gopher@nemo"]).output.startswith("name: gopher@nemo\nabout: ")
    assert CliRunner().invoke(main, ["rules", "mild.yaml"]).output == Path("mild.yaml").read_text(encoding="utf-8")
    done = CliRunner().invoke(main, ["rules", "gofer@nemo"])
    assert (done.exit_code, "no rule set 'gofer@nemo'; did you mean 'gopher@nemo'?" in done.stderr) == (2, True)


def test_a_set_may_include_others(folder: Path) -> None:
    mine = "name: mine\nabout: x.\nsource: me\nincludes: [{}]\nrules:\n  - {{name: {}, about: x, signal: word_count, min: 2}}\n"
    Path("mine.yaml").write_text(mine.format("c4@tfds", "few_words"), encoding="utf-8")
    assert [rule.name for rule in load("mine.yaml").rules] == [*(r.name for r in load("c4@tfds").rules), "few_words"]
    for included, name, letter in (
        ("c4@tdfs", "few_words", "mine.yaml.includes[0]: no rule set 'c4@tdfs'; did you mean 'c4@tfds'?"),
        ("c4@tfds", "too_long", "mine.yaml: two rules are called 'too_long', of which one is included; give yours"),
    ):
        Path("mine.yaml").write_text(mine.format(included, name), encoding="utf-8")
        with pytest.raises(SpecError) as caught:
            load("mine.yaml")
        assert str(caught.value).startswith(letter)


def test_an_unknown_rule_set_ends_in_one_line() -> None:
    done = CliRunner().invoke(main, ["rules", "diff", "gopher", "gopher@dolma"])
    assert done.exit_code == 2
    assert (
        "'gopher' exists in 4 versions that differ: gopher@datatrove, gopher@dclm, gopher@dolma, gopher@nemo; name one"
        in done.output
    )


def test_the_list_has_every_rule_set_that_ships() -> None:
    lines = CliRunner().invoke(main, ["rules"]).output.splitlines()
    assert [line.split()[0] for line in lines] == rule_sets()
