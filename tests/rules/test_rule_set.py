"""Rule sets as data: what ships loads, what is misspelt says where."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from dataqual import catalog
from dataqual.bounds import Bounds
from dataqual.cli import main
from dataqual.corpus import Corpus
from dataqual.errors import SpecError
from dataqual.measured import Measured
from dataqual.rules import RuleSet, load, rule_sets
from dataqual.signals.duplicate_ngram_share import DuplicateNgramShare
from dataqual.signals.short_lines import ShortLines
from dataqual.signals.word_count import WordCount

HEAD = "name: mine\nabout: x.\nsource: me\nrules:\n"


def test_rule_sets_are_named_as_their_files() -> None:
    assert [load(name).name for name in rule_sets()] == rule_sets()


@pytest.mark.parametrize("name", rule_sets("text"))
def test_every_rule_set_says_where_it_comes_from_and_for_which_language(name: str) -> None:
    rules = load(name)
    assert "arXiv" in rules.source or "JMLR" in rules.source
    assert rules.language == ("zh" if name.startswith("chinese") else "en")
    assert rules.caveat


def test_thresholds_are_the_published_ones() -> None:
    bounds = {name: {rule.name: rule.bounds for rule in load(name).rules} for name in rule_sets()}
    assert bounds["fineweb@paper"] == {
        "few_punctuated_lines": Bounds(above=0.12),
        "duplicate_line_characters": Bounds(below=0.1),
        "short_lines": Bounds(below=0.67),
    }
    assert bounds["fineweb@datatrove"] == {
        "few_punctuated_lines": Bounds(min=0.12),
        "short_lines": Bounds(max=0.67),
        "duplicate_line_characters": Bounds(max=0.01),
        "many_newlines": Bounds(max=0.3),
    }
    table_a1 = {f"top_{n}gram": max_ for n, max_ in zip((2, 3, 4), (0.2, 0.18, 0.16), strict=True)} | {
        f"duplicate_{n}grams": max_ for n, max_ in zip(range(5, 11), (0.15, 0.14, 0.13, 0.12, 0.11, 0.1), strict=True)
    }
    for name, characters in (
        ("gopher@datatrove", 0.2),
        ("gopher@dolma", 0.3),
        ("gopher@dclm", 0.2),
        ("gopher@nemo", 0.2),
    ):
        found = {rule: ends.max for rule, ends in bounds[name].items()}
        assert table_a1.items() <= found.items()
        assert (found["duplicate_lines"], found["duplicate_line_characters"]) == (0.3, characters)
        assert bounds[name]["too_few_words"] == Bounds(min=50)
        assert bounds[name]["too_many_words"] == Bounds(max=100000)


def test_the_paper_counts_lines_below_30_characters_and_the_code_those_up_to_30() -> None:
    assert ShortLines(max_chars=29, lines="nonblank") in load("fineweb@paper").signals
    assert ShortLines(max_chars=30, lines="nonblank") in load("fineweb@datatrove").signals


def test_a_rule_set_lists_each_signal_once() -> None:
    signals = load("gopher@datatrove").signals
    assert len(signals) == len(set(signals)) == 21
    assert DuplicateNgramShare(n=7) in signals


def test_a_document_fails_exactly_the_rules_whose_bounds_it_breaks(tmp_path: Path) -> None:
    rules = write(
        tmp_path,
        "  - {name: a, about: x, signal: word_count, min: 2}\n  - {name: b, about: x, signal: word_count, below: 3}\n",
    )
    fails = rules.fails({WordCount(): np.array([1, 2, 3])})
    assert fails.tolist() == [[True, False], [False, False], [False, True]]


def write(folder: Path, rules: str, head: str = HEAD) -> RuleSet:
    path = folder / "mine.yaml"
    path.write_text(head + rules, encoding="utf-8")
    return load(path)


@pytest.mark.parametrize(
    ("rule", "letter"),
    [
        ("{name: a, about: x, signal: short_lines, max: 1, maximum: 2}", "mine.yaml.rules[0]: no key 'maximum'; did you mean 'max'? "
         "there are: about, above, below, max, min, name, signal, with"),
        ("{name: a, about: x, max: 1}", "mine.yaml.rules[0]: the key 'signal' is missing"),
        ("{name: a, about: x, signal: short_lines}", "mine.yaml.rules[0]: needs at least one of min, max, above, below"),
        ("{name: a, about: x, signal: short_lines, max: many}", "mine.yaml.rules[0].max: expected a number, got the string 'many'"),
        ("{name: a, about: x, signal: short_lines, max: .nan}", "mine.yaml.rules[0].max: expected a number, got nan"),
        ("{name: a, about: x, signal: short_lines, with: {max_char: 3}, max: 1}", "mine.yaml.rules[0]: short_lines has no parameter "
         "'max_char'; did you mean 'max_chars'? there are: lines, max_chars"),
        ("{name: a, about: x, signal: short_lines, with: {max_chars: 3.5}, max: 1}", "mine.yaml.rules[0]: short_lines: max_chars is 3.5, not a whole number"),
        ("{name: a, about: x, signal: short_lines, with: {max_chars: true}, max: 1}", "mine.yaml.rules[0]: short_lines: max_chars is true, not a whole number"),
        ("{name: a, about: x, signal: short_lines, with: {lines: all}, max: 1}", "mine.yaml.rules[0]: short_lines: lines is 'all', "
         "not one of newline, newline_runs, nonblank, stripped, splitlines"),
        ("{name: a, about: x, signal: stop_words, with: {words: [1]}, max: 1}", "mine.yaml.rules[0]: stop_words: words is [1], not a list, each a string"),
        ("{name: a, about: x, signal: short_lines, with: [3], max: 1}", "mine.yaml.rules[0].with: expected a mapping of names, got a list"),
        ("{name: '', about: x, signal: short_lines, max: 1}", "mine.yaml.rules[0].name: expected a string, got the string ''"),
        ("{name: a, about: x, signal: top_ngram_share, with: {n: 11}, max: 1}", "mine.yaml.rules[0]: top_ngram_share: n is 11, not from 1 to 10"),
        ("gopher", "mine.yaml.rules[0]: expected a mapping of names, got the string 'gopher'"),
    ],
)  # fmt: skip
def test_a_wrong_word_in_a_rule_is_named_with_its_place(tmp_path: Path, rule: str, letter: str) -> None:
    with pytest.raises(SpecError) as caught:
        write(tmp_path, f"  - {rule}\n")
    assert str(caught.value) == letter


def test_an_unknown_signal_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(
        SpecError, match=r"^mine.yaml.rules\[1\]: no signal 'wrod_count'; did you mean 'word_count'\? there are: alph"
    ):
        write(
            tmp_path,
            "  - {name: a, about: x, signal: word_count, min: 1}\n  - {name: b, about: x, signal: wrod_count, min: 1}\n",
        )


def test_two_rules_of_one_name_are_an_error(tmp_path: Path) -> None:
    rule = "  - {name: a, about: x, signal: word_count, min: 1}\n"
    with pytest.raises(SpecError, match=r"^mine.yaml.rules\[1\]: the name 'a' is taken by rules\[0\]$"):
        write(tmp_path, rule * 2)


@pytest.mark.parametrize("rules", ["", "  {}\n"])
def test_a_rule_set_has_rules(tmp_path: Path, rules: str) -> None:
    with pytest.raises(SpecError, match=r"^mine.yaml.rules: expected a list of rules$"):
        write(tmp_path, rules)


def test_what_is_not_yaml_says_on_which_line(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"mine.yaml:6: not YAML \("):
        write(tmp_path, "  - {name: a\n")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"none.yaml: no such file or folder$"):
        load(tmp_path / "none.yaml")


def test_a_name_without_its_version_is_ambiguous() -> None:
    letter = (
        r"^'gopher' exists in 4 versions that differ: gopher@datatrove, gopher@dclm, gopher@dolma, gopher@nemo; "
        "name one of them$"
    )
    with pytest.raises(SpecError, match=letter):
        load("gopher")
    with pytest.raises(SpecError, match=r"^'refinedweb' exists in one version: refinedweb@dclm; name one of them$"):
        load("refinedweb")
    with pytest.raises(SpecError, match=r"^no rule set 'gofer@dolma'; did you mean 'gopher@dolma'\? there are: "):
        load("gofer@dolma")


def test_every_signal_is_found_under_its_own_name() -> None:
    found = catalog.signals()
    assert {"word_count", "c4_lines", "top_ngram_share"} <= found.keys()
    for name, signal in found.items():
        assert catalog.name_of(object.__new__(signal)) == name  # some cannot be made without a parameter


def test_naming_signals_and_rule_sets_loads_no_numba() -> None:
    code = (
        "import sys; from dataqual import catalog, specs, rules; catalog.names('signals'); rules.rule_sets()\n"
        "sys.exit(bool({'numba', 'polars'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.fixture
def vowels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package with two signals, one of which cannot be made without a parameter."""
    head = "from dataclasses import dataclass\nfrom dataqual.operators import Signal\n"
    made = (
        "\n\n@dataclass(frozen=True)\nclass {}(Signal):\n    {}\n\n"
        "    def measure(self, text):\n        return text.offsets[1:] - text.offsets[:-1]\n"
    )
    code = head + made.format("Vowels", "of: str = 'aeiou'") + made.format("Letters", "of: str")
    (tmp_path / "vowels.py").write_text(code)
    (tmp_path / "vowels-1.dist-info").mkdir()
    (tmp_path / "vowels-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: vowels\nVersion: 1\n")
    entries = "[dataqual.signals]\nvowels = vowels:Vowels\nletters = vowels:Letters\n"
    (tmp_path / "vowels-1.dist-info" / "entry_points.txt").write_text(entries)
    monkeypatch.syspath_prepend(str(tmp_path))
    catalog._foreign.cache_clear()
    yield tmp_path
    catalog._foreign.cache_clear()


def test_a_signal_of_another_package_is_found(vowels: Path) -> None:
    assert repr(catalog.signal("vowels", of="ae")) == "Vowels(of='ae')"
    assert "vowels" in catalog.names("signals")


def test_a_signal_that_needs_a_parameter_is_left_out_of_a_profile_but_for_a_rule_that_gives_it(vowels: Path) -> None:
    rules = (
        "name: own\nabout: A.\nsource: me\nrules:\n  - {name: r, about: R., signal: letters, with: {of: b}, min: 2}\n"
    )
    (vowels / "own.yaml").write_text(rules)
    (vowels / "c.jsonl").write_text('{"text": "a"}\n{"text": "abc"}\n')
    names = ["profile", str(vowels / "c.jsonl"), "-o", str(vowels / "out"), "--no-near-copies"]
    result = CliRunner().invoke(main, [*names, "--rules", str(vowels / "own.yaml"), "--json"])
    assert result.exit_code == 0, result.output
    note = "signal letters: left out, for it needs its parameter 'of'; a rule set can name it with one\n"
    assert note in result.stderr
    facts = json.loads(result.stdout)
    assert {"vowels", "letters(of=b)"} <= facts["signals"].keys()
    assert "letters" not in facts["signals"]
    assert facts["rules"][0]["fails"]["value"] == 0.5


@pytest.mark.parametrize(("text", "fails"), [("a\n\nb", False), ("a\n\nb\n\nc", True), ("a\nb\nc", False)])
def test_blank_lines_are_duplicate_lines_to_dolma_as_its_caveat_says(text: str, fails: bool) -> None:
    rule_set = load("gopher@dolma")
    [batch] = Corpus.of([text]).batches()
    at = [rule.name for rule in rule_set.rules].index("duplicate_lines")
    assert rule_set.fails(Measured(batch))[0, at] == fails
    assert "three or more paragraphs with a blank line between any two of them fails it" in (rule_set.caveat or "")
