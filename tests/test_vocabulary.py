"""The vocabulary as `dataqual signals` and docs/vocabulary.md tell it."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from dataqual import catalog, vocabulary
from dataqual.cli import main
from dataqual.rules import PROFILED, rule_sets

PAGE = Path(__file__).parent.parent / "docs" / "vocabulary.md"


def test_every_operator_and_rule_set_has_one_line() -> None:
    listed = CliRunner().invoke(main, ["signals"]).output.splitlines()
    named = [line.split()[0] for line in listed if line.startswith("  ")]
    kinds = ("signals", "metrics", "steps")
    assert sorted(named) == sorted([*(name for kind in kinds for name in catalog.names(kind)), *rule_sets()])  # type: ignore[arg-type]
    assert all(len(line) < 180 and len(line.split()) > 3 for line in listed if line.startswith("  "))


def test_one_is_told_with_its_parameters_unit_source_and_example() -> None:
    told = CliRunner().invoke(main, ["signals", "word_count"]).output
    assert told.startswith("word_count (signal, in words)\n\nWords of a document under a cut")
    assert "  cut: one of unicode, whitespace, tokens, normalized; unless told unicode\n" in told
    assert '>>> WordCount()(["It\'s here", "我们", ""]).tolist()\n[3, 2, 0]' in told
    assert "Source: Rae et al. 2021, table A1" in CliRunner().invoke(main, ["signals", "stop_words"]).output
    assert "only where it is asked for" in CliRunner().invoke(main, ["signals", "gopher@nemo"]).output


def test_json_has_everything() -> None:
    facts = json.loads(CliRunner().invoke(main, ["signals", "--json"]).output)
    assert [entry["name"] for entry in facts] == [entry.name for entry in vocabulary.entries()]
    [one] = json.loads(CliRunner().invoke(main, ["signals", "sample", "--json"]).output)
    assert (one["kind"], one["parameters"][0]) == (
        "steps",
        {"name": "share", "type": "a number or null", "default": "null"},
    )


def test_what_no_profile_asks_for_says_so() -> None:
    waiting = {entry.name for entry in vocabulary.entries() if not entry.profiled}
    surveyed = {name for name, signal in catalog.signals().items() if signal.surveyed}
    unasked = (catalog.defaults().keys() - catalog.profiled().keys()) | (set(rule_sets("text")) - set(PROFILED))
    assert waiting == unasked | surveyed
    assert {"duplicate_sentence_fraction", "gopher@dclm"} <= waiting


def test_a_wrong_name_is_answered_with_the_nearest() -> None:
    done = CliRunner().invoke(main, ["signals", "wrod_count"])
    assert done.exit_code == 2
    assert "nothing is called 'wrod_count'; did you mean 'word_count'?" in done.stderr


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == vocabulary.page()
