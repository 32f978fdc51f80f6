"""The benchmark of `profile` says what it measured, holds it to the right bars, and its corpus is what it claims to be."""

from __future__ import annotations

import doctest
import itertools
import random
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import orjson
import pytest

from benchmarks import profile, varied_sample
from benchmarks.profile import Bar, Run, Section
from benchmarks.varied_sample import Original, Variant

MIB = 1 << 20


def runs(*seconds: float, peak: int = 100 * MIB, said: str = "") -> list[Run]:
    return [Run(each, 2 * each, peak, said) for each in seconds]


def verdicts(section: Section) -> list[bool | None]:
    return [bar.holds for bar in section.bars]


def five_words(text: str) -> set[tuple[str, ...]]:
    words = [match[0] for match in varied_sample.TOKEN.finditer(text.lower()) if match.lastgroup in ("word", "number")]
    return {tuple(words[i : i + 5]) for i in range(max(1, len(words) - 4))}


def alike(one: str, other: str) -> float:
    return len(five_words(one) & five_words(other)) / len(five_words(one) | five_words(other))


@pytest.mark.parametrize("module", [profile, varied_sample], ids=lambda module: module.__name__)
def test_the_examples_in_the_benchmarks_are_true(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0 < doctest.testmod(module).attempted


# The corpus


@pytest.fixture(scope="module")
def written() -> list[dict[str, str]]:
    return list(itertools.islice(varied_sample.records(seed=3), 4_000))


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        varied_sample.write(tmp_path / name, 200_000, seed)
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b != c
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c"]


def test_a_corpus_has_the_size_asked_for_and_ends_with_a_whole_record(tmp_path: Path) -> None:
    path = varied_sample.cached(tmp_path / "new", 300_000)
    lines = path.read_bytes().splitlines(keepends=True)
    assert sum(map(len, lines[:-1])) < 300_000 <= sum(map(len, lines))
    assert {"id", "text", "source", "lang", "label"} == set(orjson.loads(lines[-1]))


def test_a_corpus_that_is_there_is_not_written_again(tmp_path: Path) -> None:
    path = varied_sample.cached(tmp_path, 1)
    path.write_bytes(b"left alone")
    assert varied_sample.cached(tmp_path, 1).read_bytes() == b"left alone"


def test_ids_are_unique_and_languages_stay_as_frequent_as_in_the_sample(written: list[dict[str, str]]) -> None:
    assert len({record["id"] for record in written}) == len(written)
    originals = [original.record for original in varied_sample.originals()]
    assert {record["id"].rpartition("-")[0] for record in written} == {record["id"] for record in originals}
    sample = Counter(record["lang"] for record in originals)
    ours = Counter(record["lang"] for record in written)
    for language in ("en", "zh-CN"):
        assert ours[language] / len(written) == pytest.approx(sample[language] / sample.total(), abs=0.03)


def test_about_one_in_twenty_is_an_exact_copy(written: list[dict[str, str]]) -> None:
    texts = [record["text"] for record in written if record["text"].strip()]
    copies = len(texts) - len(set(texts))
    assert 0.03 < copies / len(texts) < 0.07


def test_variants_of_one_document_are_no_near_copies_and_keep_their_lines() -> None:
    long = [original for original in varied_sample.originals() if len(original.words) > 100]
    rng = random.Random(0)
    for original in long[::20]:
        pool = [original.tokens[place] for place in original.words]
        one, other = Variant.of(original, pool, rng), Variant.of(original, pool, rng)
        assert alike(one.text, other.text) < 0.6
        assert alike(one.text, one.edited(pool, rng).text) >= 0.8
        assert one.text.count("\n") == original.record["text"].count("\n")


def test_a_short_text_gets_one_more_word_and_stays_a_near_copy() -> None:
    original = Original.of({"text": "one two three four five six seven eight nine ten eleven twelve"})
    variant = Variant(original, original.tokens, original.order)
    assert variant.edited(["more"], random.Random(0)).text == f"{original.record['text']} more"


def test_a_text_taken_apart_and_put_together_is_the_text() -> None:
    for original in varied_sample.originals():
        assert Variant(original, original.tokens, original.order).text == original.record["text"]


def test_tags_addresses_and_white_space_are_not_replaced_and_digits_stay_digits() -> None:
    text = "<b>Write</b>  ann@example.com &amp; 见 https://example.com/a?b=1 by 1850.\n"
    original = Original.of({"text": text})
    assert [original.tokens[place] for place in original.words] == ["Write", "见", "by"]
    assert [original.tokens[place] for place in original.numbers] == ["1850"]
    changed = Variant.of(original, ["X"], random.Random(0)).text
    assert changed.startswith("<b>") and "ann@example.com &amp; " in changed and changed.endswith(".\n")
    assert sum(character.isdigit() for character in changed) == 5


def test_repeating_a_file_ends_at_a_record_and_parts_the_last_line_from_the_first(tmp_path: Path) -> None:
    source, path = tmp_path / "source", tmp_path / "path"
    source.write_bytes(b"first\nsecond")
    assert profile.repeat(source, path, 20) == 26
    assert path.read_bytes() == b"first\nsecond\nfirst\nsecond\n"


# What is measured


def test_a_run_tells_its_seconds_memory_and_what_it_said(tmp_path: Path) -> None:
    code = "import sys, time; held = bytearray(200 << 20); time.sleep(0.1); print('hello', file=sys.stderr)"
    measured = profile.run([sys.executable, "-c", code], tmp_path)
    assert measured.seconds >= 0.1
    assert 0 < measured.cpu < 60
    assert 200 * MIB < measured.peak < 2000 * MIB
    assert measured.said == "hello\n"


def test_a_run_that_fails_ends_the_benchmark_and_says_why(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"exit 3: .*\nno such luck"):
        profile.run([sys.executable, "-c", "import sys; print('no such luck', file=sys.stderr); sys.exit(3)"], tmp_path)


def test_the_bar_of_speed_is_the_median_with_two_workers_and_counts_from_200_megabytes() -> None:
    size = 240_000_000
    assert verdicts(profile.speed_section({1: runs(9.0), 2: runs(8.0, 7.0, 20.0)}, size)) == [True]
    assert verdicts(profile.speed_section({1: runs(1.0), 2: runs(8.1, 7.0, 20.0)}, size)) == [False]
    assert verdicts(profile.speed_section({1: runs(1.0), 2: runs(0.1)}, 199_000_000)) == [None]


def test_the_bars_of_a_big_file_are_the_second_worker_the_peak_and_the_usual_rate() -> None:
    size = 2_000_000_000
    good = {1: runs(16.0), 2: runs(10.0, peak=1126 * MIB)}
    assert verdicts(profile.big_section(good, size, [200.0])) == [True, True, True]
    assert verdicts(profile.big_section(good, size, [])) == [True, True]
    bad = {1: runs(15.9), 2: runs(10.0, 10.0, 10.0) + runs(10.0, peak=1127 * MIB)}
    assert verdicts(profile.big_section(bad, size, [200.1])) == [False, False, False]
    assert verdicts(profile.big_section(good, size - 1, [1.0])) == [None, None, None]


def test_the_bars_of_starting_are_held_one_by_one() -> None:
    quick = {
        name: runs(seconds) for name, seconds in {"pass": 0.01, "click": 0.05, "import": 0.29, "help": 0.39}.items()
    }
    first = runs(39.0, said="first run: compiling the inner loops")
    assert verdicts(profile.start_section(first, runs(5.9), quick, [])) == [True] * 5
    slow = {"pass": runs(0.01), "click": runs(0.05), "import": runs(0.3), "help": runs(0.4)}
    assert verdicts(profile.start_section(runs(39.0), runs(6.0), slow, ["polars"])) == [False] * 5
    section = profile.start_section(first, runs(5.9), quick, [])
    assert section.rows[3] == ("`help`", "390 (390–390)", "39.00", "7.80")


def test_peers_are_read_from_what_the_other_benchmark_prints() -> None:
    section = profile.peers_section("500 documents\ndatatrove 18.340 s\nratio 141\n")
    assert section.bars == [Bar(section.bars[0].promise, "≥ 100 ×", "141 ×", True)]
    assert verdicts(profile.peers_section("ratio 99\n")) == [False]
    assert section.notes == ["```\n500 documents\ndatatrove 18.340 s\nratio 141\n```"]


def test_a_row_gives_median_and_range() -> None:
    row = profile.row("x", runs(1.0, 4.0, 2.0), 8_000_000)
    assert row == ("x", "4.0 (2.0–8.0)", "2.0 (1.0–4.0)", "4.0 (2.0–8.0)", "2.00", "100 (100–100)")


# What is told


def test_languages_are_counted_as_the_corpus_names_them(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"lang": "en"}\n{"lang": "zh"}\nnot json\n[1]\n{"lang": 3}\n{"lang": "en"}\n')
    assert profile.languages(path) == {"en": 2, "zh": 1}
    assert profile.languages(path.with_suffix(".csv")) == {}


def test_a_corpus_is_described_by_its_facts_and_without_them_by_its_size() -> None:
    value = {"documents": 1200, "bytes": 2e6, "words": 3e5, "exact_copies": 0.05, "near_copies": 0.1, "unreadable": 0}
    facts = {
        "readings": {name: {"value": each} for name, each in value.items()},
        "scripts": [{"script": "Latin", "share": 0.9}, {"script": "Han", "share": 0.1}],
    }
    assert profile.described(2_500_000, Counter(en=3, zh=1), facts, made=False) == [
        "A corpus given by its user: 2.5 MB of file.",
        "1,200 documents, 2.0 MB of text, 0.3 million words; 5.0% exact copies, 10.0% near copies, 0.00% unreadable.",
        "Scripts by characters: Latin 90.0%, Han 10.0%.",
        "Languages by documents, as the corpus names them: en 75.0%, zh 25.0%.",
    ]
    assert profile.described(2_500_000, Counter(), None, made=True) == [
        "The packaged sample, varied (benchmarks/varied_sample.py): 2.5 MB of file."
    ]


def test_the_report_is_the_bars_then_the_parts() -> None:
    bars = [Bar("fast", "≥ 30", "31", True), Bar("small", "≤ 1", "2", False), Bar("big", "≥ 2", "1", None)]
    section = Section("The corpus", bars, ("", "MB/s"), [("a|b", "31")], ["A note."], seconds=12.4)
    assert profile.report({"date": "2000-01-01"}, ["Ten documents."], [section]) == (
        "# How fast `dataqual profile` is\n\n- date: 2000-01-01\n- corpus: Ten documents.\n\n"
        "| promise | asked | measured |  |\n| --- | --- | --- | --- |\n"
        "| fast | ≥ 30 | 31 | **holds** |\n| small | ≤ 1 | 2 | **does not hold** |\n"
        "| big | ≥ 2 | 1 | a trial: too small to tell |\n\n"
        "## The corpus\n\n|  | MB/s |\n| --- | --- |\n| a&#124;b | 31 |\n\nA note.\n\nThis part took 12 s.\n"
    )


def test_no_folder_of_the_machine_is_told() -> None:
    typed = profile.as_typed(
        ["--corpus=/home/ann/a.jsonl", "--peers-python", "/opt/x/bin/python", "--only", "big,start"]
    )
    assert typed == "python benchmarks/profile.py --corpus=a.jsonl --peers-python python --only big,start"
