"""`profile` as a function: the same bytes however it runs, samples, sources, options, and what it refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import polars as pl
import pytest

import dataqual
import reports
from dataqual import sample
from dataqual.errors import InputError, NoDocuments, SpecError, TooManyUnreadable, UnknownColumn
from dataqual.profiling import sections
from dataqual.profiling.summary import summary
from dataqual.readers import open_corpus
from dataqual.readers.cutting import Sizes
from dataqual.reading import wilson

NO_RULES: dict[str, Any] = {"rules": (), "near_copies": False}
BARE: dict[str, Any] = NO_RULES | {"skip": sections.names(), "language": "none"}
"""For tests that look at a reading or a table, a hundred times."""


def small(facts: dict[str, Any]) -> str:
    """All facts but `run`, as they are written."""
    return json.dumps({name: facts[name] for name in facts if name != "run"}, allow_nan=False)


def in_small_batches(monkeypatch: pytest.MonkeyPatch, size: int) -> dataqual.Corpus:
    """The sample in batches of about `size` bytes."""
    monkeypatch.setattr("dataqual.corpus.CHUNK_BYTES", size)
    return open_corpus(sample.path(), sizes=Sizes(chunk=size))


@pytest.fixture(scope="module")
def made() -> list[str]:
    """A thousand short documents, of which 300 hold an address and 40 no word."""
    body = [f"document number {n} about nothing much" for n in range(1000)]
    return [f"{text} ann{n}@example.com" if n % 10 < 3 else "…" if n % 25 == 4 else text for n, text in enumerate(body)]


def test_workers_and_repetition_change_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = set()
    for run, workers in enumerate((1, 2, 5, 2)):
        corpus = in_small_batches(monkeypatch, 60_000)
        assert sum(1 for _ in corpus.chunks()) > 8
        table = tmp_path / f"{run}.parquet"
        profile = dataqual.profile(corpus, inputs=["sample.jsonl"], workers=workers, signals=table)
        assert profile.facts["run"]["workers"] == workers
        written.add((small(profile.facts), reports.profile(profile), table.read_bytes()))
    assert len(written) == 1


def test_facts_do_not_depend_on_the_size_of_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    profiles = [dataqual.profile(in_small_batches(monkeypatch, size), inputs=["x"]) for size in (20_000, 1 << 22)]
    assert small(profiles[0].facts) == small(profiles[1].facts)


def test_a_sample_has_exactly_as_many_documents_as_asked_and_depends_on_the_seed(made: list[str]) -> None:
    corpus = dataqual.Corpus.of(made)
    first, again, other = (dataqual.profile(corpus, sample=90, seed=seed, **NO_RULES) for seed in (1, 1, 2))
    assert first["documents"].value == other["documents"].value == 90
    assert first.facts["corpus"]["sample"] == {"documents": 90, "seed": 1, "of": 1000}
    assert small(first.facts) == small(again.facts)
    assert first.facts["shares"] != other.facts["shares"]


def test_shares_of_a_sample_have_an_interval_that_holds_the_truth_nineteen_times_in_twenty(made: list[str]) -> None:
    corpus = dataqual.Corpus.of(made)
    covered = 0
    for seed in range(100):
        reading = dataqual.profile(corpus, sample=90, seed=seed, **BARE)["email_addresses"]
        assert (reading.method, reading.n) == ("sample", 90)
        assert reading.interval == wilson(round((reading.value or 0) * 90), 90)
        low, high = reading.interval or (1, 0)
        covered += low <= 0.3 <= high
    assert covered >= 90


def test_documents_of_a_sample_are_drawn_evenly(made: list[str], tmp_path: Path) -> None:
    corpus = dataqual.Corpus.of(made)
    counts = np.zeros(1000, int)
    for seed in range(40):
        dataqual.profile(corpus, sample=250, seed=seed, signals=tmp_path / "t.parquet", **BARE)
        counts[pl.read_parquet(tmp_path / "t.parquet")["record"].to_numpy() - 1] += 1
    assert counts.sum() == 250 * 40
    assert counts.std() == pytest.approx((40 * 0.25 * 0.75) ** 0.5, rel=0.1)
    assert [counts[start : start + 250].mean() for start in (0, 250, 500, 750)] == pytest.approx([10] * 4, rel=0.06)


def test_a_sample_claims_nothing_about_the_copies_of_the_whole() -> None:
    texts = [f"this text is here twice, number {n // 2} of {n // 2}" for n in range(400)]
    profile = dataqual.profile(dataqual.Corpus.of(texts), sample=100, rules=())
    reading = profile["exact_copies"]
    assert (reading.value or 0) < 0.5 == dataqual.profile(dataqual.Corpus.of(texts), rules=())["exact_copies"].value
    assert (reading.method, reading.interval, reading.detail["in_sample_alone"]) == ("sample", None, True)
    near = profile["near_copies"]
    assert (near.method, near.interval, near.detail["in_sample_alone"]) == ("sample", None, True)
    for name in ("exact_copies", "near_copies"):
        assert profile.facts[name]["share"] == profile.facts["readings"][name]
    [finding] = [finding for finding in profile.findings if finding.name == "exact_copies"]
    assert finding.headline.endswith(
        " of the sampled documents are exact copies of an earlier one; the whole corpus has more"
    )


def test_the_size_of_a_sample_is_not_taken_for_that_of_the_corpus(made: list[str]) -> None:
    profile = dataqual.profile(made, sample=90, **NO_RULES)
    for name in ("documents", "bytes", "words", "characters"):
        reading = profile[name]
        assert (reading.method, reading.interval, reading.detail) == ("sample", None, {"in_sample_alone": True})
    tiles = re.findall(r"<dt>.*?</dd>", reports.profile(profile), re.DOTALL)
    assert ["in the sample" in tile for tile in tiles[:3]] == [True] * 3
    assert [line for line, _ in summary(profile)][1].startswith("in the sample: ")


def test_a_sample_of_everything_is_exact(made: list[str]) -> None:
    profile = dataqual.profile(made[:50], sample=1000, **NO_RULES)
    assert profile["documents"].value == 50
    assert (profile["email_addresses"].method, profile["email_addresses"].interval) == ("exact", None)
    assert profile["exact_copies"].detail == {}


def test_characters_of_a_sample_get_no_interval_as_if_they_were_drawn_one_by_one(made: list[str]) -> None:
    reading = dataqual.profile(made, sample=10, **NO_RULES)["script_mix"]
    assert (reading.method, reading.interval) == ("sample", None)


FRAME = {"body": ["first document here", "second one", None], "source": ["a", "b", "a"]}


@pytest.mark.parametrize("kind", [pl.DataFrame, pandas.DataFrame])
def test_frames_are_profiled_with_their_columns(kind: Any) -> None:
    profile = dataqual.profile(kind(FRAME), max_unreadable=0.5, **NO_RULES)
    assert profile["documents"].value == 2
    roles = {"text": "body", "id": None, "label": None, "group": "source", "date": None}
    assert profile.facts["corpus"]["columns"] == roles
    assert profile.facts["unreadable"]["kinds"] == {"null text": 1}
    assert [row["value"] for row in profile.facts["groups"][0]["rows"]] == ["a", "b"]


def test_a_list_is_documents_and_no_command_can_mend_it() -> None:
    profile = dataqual.profile(["a", "b", "a"])
    assert profile["documents"].value == 3
    assert profile.facts["corpus"]["inputs"] == ["<list>"]
    assert profile["exact_copies"].value == pytest.approx(1 / 3)
    assert {finding.command for finding in profile.findings} == {None}


def test_paths_are_files_alone_or_in_a_list(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text('{"text": "some text"}\n')
    one = dataqual.profile(str(tmp_path / "a.jsonl"), **NO_RULES)
    two = dataqual.profile([tmp_path / "a.jsonl", tmp_path / "b.jsonl"], **NO_RULES)
    assert (one["documents"].value, two["documents"].value) == (1, 2)
    assert two.facts["corpus"]["inputs"] == [str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl")]


def test_one_rule_set_may_be_named_without_a_list() -> None:
    profile = dataqual.profile(["a"], rules="c4@tfds", near_copies=False)
    assert [rule_set["name"] for rule_set in profile.facts["rules"]] == ["c4@tfds"]
    assert profile.facts["options"]["rules"] == ["c4@tfds"]


def test_without_near_copies_there_is_no_reading_of_them() -> None:
    profile = dataqual.profile(["a"], near_copies=False)
    assert "near_copies" not in list(profile)
    assert "near_copies" not in profile.facts


def test_an_unknown_option_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(SpecError) as error:
        dataqual.profile(["a"], sampel=3)
    assert str(error.value) == (
        "no option 'sampel'; did you mean 'sample'? there are: census, date, embeddings, group, id, label, language, max_memory, "
        "max_unreadable, near_copies, people, rules, sample, seed, skip, text, workers"
    )
    with pytest.raises(SpecError, match="no option 'sampel'; did you mean 'sample'"):
        dataqual.profile(dataqual.Corpus.of(["a"]), sampel=3)
    with pytest.raises(SpecError, match="no option 'txt'"):
        dataqual.profile(["a"], txt="line")


@pytest.mark.parametrize("late", [{"group": "source"}, {"text": "body"}, {"max_unreadable": 1.0}])
def test_what_says_how_to_open_a_corpus_is_too_late_for_an_open_one(late: dict[str, Any]) -> None:
    with pytest.raises(SpecError) as error:
        dataqual.profile(dataqual.Corpus.of(["a"]), **late)
    assert str(error.value) == (f"{next(iter(late))!r} is said where a corpus is opened, and this one is open already")


def test_what_cannot_be_profiled_is_refused_in_one_line() -> None:
    for asked, kind, message in [
        ({"sample": 0}, InputError, "sample: 0 documents cannot be profiled; give 1 or more"),
        ({"workers": 0}, SpecError, "workers: 0 is too small; it is at least 1"),
        ({"rules": ["gofer@dolma"]}, SpecError, "no rule set 'gofer@dolma'; did you mean 'gopher@dolma'? there are: "),
        ({"text": "bodi"}, UnknownColumn, "--text: no column 'bodi'; there are: text"),
    ]:
        with pytest.raises(kind) as error:
            dataqual.profile(["a"], **asked)
        assert str(error.value).startswith(message)
        assert "\n" not in str(error.value)


def test_nothing_readable_and_too_little_readable_are_errors() -> None:
    with pytest.raises(NoDocuments, match="<list>: no documents: nothing in it"):
        dataqual.profile([])
    with pytest.raises(TooManyUnreadable, match="1 of 3 records"):
        dataqual.profile(["a", "b", None])


def test_no_temporary_folder_is_left_whatever_happens(tmp_path: Path) -> None:
    def interrupt(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dataqual.profile(["a"], signals=tmp_path / "s.parquet", progress=interrupt, **NO_RULES)
    with pytest.raises(TooManyUnreadable):
        dataqual.profile(["a", None], signals=tmp_path / "s.parquet", **NO_RULES)
    assert list(tmp_path.iterdir()) == []
    dataqual.profile(["a"], signals=tmp_path / "s.parquet", **NO_RULES)
    assert [path.name for path in tmp_path.iterdir()] == ["s.parquet"]


def test_progress_is_told_after_every_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, ...]] = []
    corpus = in_small_batches(monkeypatch, 100_000)
    dataqual.profile(corpus, progress=lambda *numbers: told.append(numbers), **NO_RULES)
    assert told == sorted(told)
    assert told[-1] == (404, corpus.size, corpus.size)
    assert len(told) == sum(1 for _ in corpus.chunks())


def test_the_table_has_a_row_for_every_document_with_its_address(tmp_path: Path) -> None:
    frame = pl.DataFrame({"text": ["one", None, "one", "three"], "id": ["x", "y", None, "z"]})
    dataqual.profile(frame, signals=tmp_path / "t.parquet", max_unreadable=0.5, **NO_RULES)
    table = pl.read_parquet(tmp_path / "t.parquet")
    assert table["record"].to_list() == [1, 3, 4]
    assert table["id"].to_list() == ["x", None, "z"]
    assert table["exact_copy_of"].to_list() == [None, 0, None]
    assert set(table["file"]) == {"<polars frame>"}


def test_a_fault_among_the_facts_is_told_and_no_section_waits_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(gathered: Any) -> None:
        raise ArithmeticError("no overlap")

    monkeypatch.setattr("dataqual.profiling.facts.overlap_facts", broken)
    labelled = pl.DataFrame({"text": ["good wine", "bad wine", "红酒不错"], "label": ["a", "b", "a"]})
    with pytest.raises(ArithmeticError, match="no overlap"):
        dataqual.profile(labelled, label="label", workers=2, **NO_RULES)


def test_a_hundred_thousand_groups_and_more_are_no_grouping() -> None:
    many = 100_001
    frame = pl.DataFrame({"text": ["a"] * many, "source": [str(n) for n in range(many)]})
    [groups, _] = dataqual.profile(frame, **NO_RULES).facts["groups"]
    assert (groups["overflow"], groups["distinct"], groups["rows"], groups["rest"]) == (True, 100_000, [], None)
