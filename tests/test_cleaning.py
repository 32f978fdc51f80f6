"""`dataqual clean`: what goes is what the profile counted, what stays stays as it was, and the ledger says why."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dataqual
from dataqual import catalog, sample
from dataqual.bounds import Bounds
from dataqual.corpus import Corpus
from dataqual.errors import DataqualError, InputError, NoDocuments, SpecError, TooManyUnreadable
from dataqual.faults import SHARES
from dataqual.quoting import evidence
from dataqual.rules import PROFILED
from tests import strange
from tests.readers.helpers import opened, written

PROSE = (
    "The harbour was quiet that morning, and the boats lay still under a thin grey mist that came in from the sea. "
    "A man in a blue coat walked along the wall with a dog that stopped at every post, and nobody said a word to him."
)
CHINESE = "清晨的港口很安静，小船静静地停在从海上飘来的薄雾里。一个穿蓝外套的人牵着狗沿着堤岸慢慢走过，没有人和他说话。"

FAULTY = {
    "fine": PROSE,
    "fine, Chinese": CHINESE,
    "same": PROSE,
    "same, Chinese": CHINESE,
    "same again": PROSE,
    "nearly the same": PROSE + " Then it rained.",
    "empty": "",
    "blank": " \n\t",
    "mis-decoded": "The cafÃ© by the sea was closed, and the sign said so in three languages.",
    "lost": "The word \ufffd could not be read any more.",
    "bell": "One \x07 rang in the tower while the others slept.",
    "tags": "<p>Opening <b>hours</b></p> are from nine to five.",
    "mail": "Write to ann.lee@example.com for a copy of the list.",
    "glued": "x" * 201,
    "phone": "Call the harbour office on +44 20 7946 0958 before noon, when the tide turns.",
    "fine, Arabic": "كان الميناء هادئا في ذلك الصباح وكانت القوارب ساكنة تحت ضباب رقيق.",
}
EXPECTED = {
    "exact_copies": {"same", "same, Chinese", "same again"},
    "near_copies": {"nearly the same"},
    "empty": {"empty", "blank"},
    "mojibake": {"mis-decoded"},
    "replacement_characters": {"lost"},
    "control_characters": {"bell"},
    "html_residue": {"tags"},
    "email_addresses": {"mail"},
    "long_words": {"glued"},
    "personal_data": {"phone"},
}


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """A corpus with every fault, each document named after its own."""
    lines = [json.dumps({"id": name, "text": text}, ensure_ascii=False) for name, text in FAULTY.items()]
    return written(tmp_path, "in.jsonl", "\n".join(lines).encode())


@pytest.fixture(scope="module")
def profiled() -> dataqual.Profile:
    return dataqual.profile(str(sample.path()))


def ids(path: Path) -> list[str]:
    return [json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines()]


def ledger(cleaned: dataqual.Cleaned) -> list[dict[str, Any]]:
    assert cleaned.ledger
    return pl.read_parquet(cleaned.ledger).to_dicts()


@pytest.mark.parametrize("name", EXPECTED)
def test_what_is_dropped_are_the_documents_with_that_fault_and_no_others(
    name: str, faulty: Path, tmp_path: Path
) -> None:
    cleaned = dataqual.clean(str(faulty), tmp_path / "out.jsonl", drop=[name])
    assert ids(tmp_path / "out.jsonl") == [i for i in FAULTY if i not in EXPECTED[name]]
    assert {(row["id"], row["rule"]) for row in ledger(cleaned)} == {(i, name) for i in EXPECTED[name]}


def test_every_share_of_a_profile_can_be_dropped_and_is_tested_here() -> None:
    assert set(EXPECTED) == {"exact_copies", "near_copies", *SHARES}


def test_several_names_in_one_run_drop_what_each_drops_alone(faulty: Path, tmp_path: Path) -> None:
    cleaned = dataqual.clean(str(faulty), tmp_path / "out.jsonl", drop=[*EXPECTED])
    assert ids(tmp_path / "out.jsonl") == ["fine", "fine, Chinese", "fine, Arabic"]
    assert dict(cleaned.rules) == {name: len(documents) for name, documents in EXPECTED.items()}
    assert (cleaned.read, cleaned.kept, cleaned.dropped, cleaned.unreadable) == (16, 3, 13, 0)


def test_as_many_go_as_the_profile_of_the_sample_counted_for_every_finding(
    profiled: dataqual.Profile, tmp_path: Path
) -> None:
    counts = {finding.name: finding for finding in profiled.findings}
    named = [name for name in (*EXPECTED, *PROFILED) if name != "long_words"]  # of which the sample has none
    for finding in (counts[name] for name in named):
        counted = round(finding.reading["value"] * finding.reading["n"])
        assert dataqual.clean(str(sample.path()), drop=[finding.name], dry_run=True).dropped == counted, finding.name


@pytest.mark.parametrize("drop", ["exact_copies", "near_copies", "gopher@dolma", *SHARES])
def test_a_second_run_drops_nothing(drop: str, tmp_path: Path) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    assert (dataqual.clean(str(sample.path()), first, drop=[drop]).dropped > 0) == (drop != "long_words")
    assert dataqual.clean(str(first), second, drop=[drop]).dropped == 0
    assert second.read_bytes() == first.read_bytes()


def test_the_ledger_is_the_difference_of_input_and_output(tmp_path: Path) -> None:
    cleaned = dataqual.clean(
        str(sample.path()), tmp_path / "out.jsonl", drop=["exact_copies", "near_copies", "c4@tfds", "email_addresses"]
    )
    lines = sample.path().read_bytes().split(b"\n")
    gone = {row["record"] for row in ledger(cleaned)}
    stays = [line for number, line in enumerate(lines, 1) if number not in gone and line]
    assert (tmp_path / "out.jsonl").read_bytes().splitlines() == stays
    assert Counter(row["action"] for row in ledger(cleaned)) == {"dropped": cleaned.dropped, "unreadable": 2}
    assert [row["record"] for row in ledger(cleaned)] == sorted(gone)


def test_a_row_of_the_ledger_says_where_why_and_by_how_much(faulty: Path, tmp_path: Path) -> None:
    cleaned = dataqual.clean(str(faulty), tmp_path / "out.jsonl", drop=["long_words", "email_addresses"])
    mail, glued = ledger(cleaned)
    assert glued == {
        "path": str(faulty), "record": 14, "line": 14, "id": "glued", "action": "dropped", "step": "keep",
        "rule": "long_words", "signal": "longest_word", "value": 201.0, "threshold": "<= 200",
        "kept_path": None, "kept_record": None, "similarity": None, "evidence": "x" * 200,
        "parent": None, "edits": None,
    }  # fmt: skip
    assert mail["evidence"] == "a••••••@•••••••.com for a copy of the list."


def test_no_address_gets_into_the_ledger_wherever_it_stands() -> None:
    for before in range(150, 450):
        document = "a " * (before // 2) + "ann.lee@example.com is who to ask" + " again" * 100
        assert "lee@" not in evidence(document, None)
        assert "example" not in evidence(document, catalog.signal("email_addresses"))


def test_what_fails_several_rules_is_told_under_the_first(tmp_path: Path) -> None:
    path = written(tmp_path, "in.jsonl", b'{"text": "\\ufffd \\u0007"}\n{"text": "fine"}\n')
    for drop in (["control_characters", "replacement_characters"], ["replacement_characters", "control_characters"]):
        [row] = ledger(dataqual.clean(str(path), tmp_path / "out.jsonl", drop=drop))
        assert row["rule"] == drop[0]


def test_a_rule_of_a_set_is_named_with_its_set_and_its_bounds(tmp_path: Path) -> None:
    path = written(tmp_path, "in.jsonl", b'{"text": "too short"}\n')
    [row] = ledger(dataqual.clean(str(path), tmp_path / "out.jsonl", drop=["gopher@dolma"]))
    assert (row["rule"], row["signal"], row["value"], row["threshold"]) == (
        "too_few_words@gopher@dolma", "word_count(cut=whitespace)", 2.0, ">= 50",
    )  # fmt: skip


def test_rules_of_a_file_of_ones_own_can_be_dropped(tmp_path: Path) -> None:
    rules = "name: mine\nabout: Mine.\nsource: me\nrules:\n  - {name: long, about: Long., signal: word_count, max: 2}\n"
    own = written(tmp_path, "my rules.yaml", rules.encode())
    path = written(tmp_path, "in.jsonl", b'{"text": "one two"}\n{"text": "one two three"}\n')
    cleaned = dataqual.clean(str(path), tmp_path / "out.jsonl", drop=[str(own)])
    assert dict(cleaned.rules) == {"long@mine": 1}


def test_a_rule_that_matched_nothing_is_told(faulty: Path) -> None:
    told = str(dataqual.clean(str(faulty), drop=["fineweb@paper", "mojibake"], dry_run=True))
    assert "\n  1 mojibake\n" in told
    assert "matched nothing, or nothing that was left: " in told


# Copies


def copies(texts: list[str], tmp_path: Path, *drop: str) -> tuple[list[int], list[dict[str, Any]]]:
    """Record numbers that are left, and the ledger."""
    lines = [json.dumps({"id": str(number), "text": text}) for number, text in enumerate(texts, 1)]
    path = written(tmp_path, "in.jsonl", "\n".join(lines).encode())
    cleaned = dataqual.clean(str(path), tmp_path / "out.jsonl", drop=drop)
    return [int(i) for i in ids(tmp_path / "out.jsonl")], ledger(cleaned)


def test_a_copy_says_what_was_kept_in_its_place_and_how_similar_it_is(tmp_path: Path) -> None:
    texts = ["other", PROSE, PROSE + " Then it rained.", PROSE]
    left, [near, exact] = copies(texts, tmp_path, "exact_copies", "near_copies")
    assert left == [1, 2]
    assert (near["rule"], near["kept_record"], near["similarity"]) == ("near_copies", 2, dataqual.jaccard(*texts[1:3]))
    assert (exact["rule"], exact["kept_record"], exact["similarity"]) == ("exact_copies", 2, 1.0)
    assert exact["kept_path"] == str(tmp_path / "in.jsonl")


@pytest.mark.parametrize("drop", [["near_copies"], ["exact_copies", "near_copies"]])
def test_a_copy_of_a_near_copy_goes_with_it_and_names_the_document_that_stays(drop: list[str], tmp_path: Path) -> None:
    varied = PROSE + " Then it rained."
    left, rows = copies([PROSE, varied, varied], tmp_path, *drop)
    assert left == [1]
    assert [(row["rule"], row["kept_record"], row["similarity"]) for row in rows] == [
        ("near_copies", 1, dataqual.jaccard(PROSE, varied))
    ] * 2


def test_exact_copies_alone_leave_near_ones(tmp_path: Path) -> None:
    varied = PROSE + " Then it rained."
    left, _ = copies([PROSE, varied, PROSE, varied], tmp_path, "exact_copies")
    assert left == [1, 2]


def test_no_document_goes_as_the_copy_of_one_that_goes_itself(tmp_path: Path) -> None:
    texts = [PROSE + " Write to ann@example.com.", PROSE, PROSE]
    assert copies(texts, tmp_path, "near_copies")[0] == [1]
    assert copies(texts, tmp_path, "near_copies", "email_addresses")[0] == [2, 3]
    assert copies(texts, tmp_path, "exact_copies", "email_addresses")[0] == [2]


def test_what_only_looks_like_a_copy_stays(tmp_path: Path) -> None:
    """The same template with other content: alike, but below the threshold as text, which has the last word."""
    words = PROSE.split()
    texts = [" ".join([*words[:at], "elsewhere", *words[at:]]) + f" End of part {at}." for at in range(5, 40, 5)]
    kept, rows = copies(texts, tmp_path, "near_copies")
    for row in rows:
        exact = dataqual.jaccard(texts[row["record"] - 1], texts[row["kept_record"] - 1])
        assert exact == row["similarity"] >= 0.8
        assert row["kept_record"] in kept
    for number in kept:
        assert all(dataqual.jaccard(texts[number - 1], texts[k - 1]) < 0.8 for k in kept if k < number)


# The same bytes, whatever the workers


def big(tmp_path: Path) -> Path:
    lines = sample.path().read_bytes().splitlines(keepends=True)
    return written(tmp_path, "big.jsonl", b"".join(lines * 2))


@pytest.mark.parametrize("ending", [".jsonl", ".jsonl.gz", ".jsonl.zst"])
def test_one_worker_and_three_write_the_same_bytes(ending: str, tmp_path: Path) -> None:
    corpus = opened(big(tmp_path), chunk=50_000)
    for workers in (1, 3):
        out = tmp_path / f"{workers}{ending}"
        dataqual.clean(corpus, out, drop=["near_copies", "c4@tfds"], workers=workers)
    assert (tmp_path / f"1{ending}").read_bytes() == (tmp_path / f"3{ending}").read_bytes()
    ledgers = [(tmp_path / f"{workers}{ending}.ledger.parquet").read_bytes() for workers in (1, 3)]
    assert ledgers[0] == ledgers[1]


def test_the_borders_of_batches_change_nothing(tmp_path: Path) -> None:
    path = big(tmp_path)
    for chunk in (10_000, 4 << 20):
        dataqual.clean(opened(path, chunk=chunk), tmp_path / f"{chunk}.jsonl", drop=["exact_copies", "fineweb@paper"])
    assert (tmp_path / "10000.jsonl").read_bytes() == (tmp_path / "4194304.jsonl").read_bytes()


# Every document, however strange


@settings(max_examples=30)
@given(texts=st.lists(strange.documents, min_size=1, max_size=8))
def test_every_dropped_value_violates_its_threshold_and_every_sum_is_even(
    texts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("strange")
    path = written(folder, "in.jsonl", "\n".join(json.dumps({"text": text}) for text in texts).encode())
    cleaned = dataqual.clean(str(path), folder / "out.jsonl", drop=[*SHARES, "gopher@datatrove", "exact_copies"])
    rows = ledger(cleaned)
    assert (cleaned.read, cleaned.unreadable) == (len(texts), 0)
    assert cleaned.kept + len(rows) == len(texts)
    kept = [json.loads(line)["text"] for line in (folder / "out.jsonl").read_bytes().splitlines()]
    gone = {row["record"] for row in rows}
    assert kept == [text for number, text in enumerate(texts, 1) if number not in gone]
    for row in rows:
        if row["rule"] in SHARES:
            signal, bad = SHARES[row["rule"]]
            [value] = catalog.signal(signal)([texts[row["record"] - 1]])
            assert value == row["value"]
            assert bad.accept([value]).all()
        elif row["rule"] == "exact_copies":
            assert texts[row["record"] - 1] == texts[row["kept_record"] - 1]
            assert row["kept_record"] not in gone


@pytest.mark.parametrize("bounds", [Bounds(min=1), Bounds(max=1), Bounds(above=1), Bounds(below=1)])
def test_outside_of_bounds_is_all_the_rest(bounds: Bounds) -> None:
    values = [0, 0.5, 1, 1.5, 2]
    assert (bounds.accept(values) != bounds.outside.accept(values)).all()


@pytest.mark.parametrize("bounds", [Bounds(), Bounds(min=1, max=2)])
def test_what_lies_outside_of_two_ends_is_no_interval(bounds: Bounds) -> None:
    with pytest.raises(ValueError, match="is not one interval"):
        _ = bounds.outside


# Errors, and nothing left behind

UNKNOWN = "--drop: nothing is called 'mojibak' that could be dropped; did you mean 'mojibake'? there are: "


def test_an_unknown_name_is_told_before_a_byte_is_read() -> None:
    with pytest.raises(SpecError) as error:
        dataqual.clean("there is no such file.jsonl", "out.jsonl", drop=["mojibak"])
    assert str(error.value).startswith(UNKNOWN)
    assert ", c4@arxiv, c4@tfds, " in str(error.value)


@pytest.mark.parametrize("drop", ["unreadable", "duplicate_ids"])
def test_what_cannot_be_mended_by_leaving_documents_out_is_no_name(drop: str) -> None:
    with pytest.raises(SpecError, match=f"nothing is called '{drop}' that could be dropped"):
        dataqual.clean(["a"], dry_run=True, drop=[drop])


def error_of(folder: Path, source: Any, output: str | None, **options: Any) -> str:
    """The message of the error; nothing may have changed in the folder."""
    before = {path: path.is_file() and path.read_bytes() for path in folder.rglob("*")}
    with pytest.raises(DataqualError) as error:
        dataqual.clean(source, output, **{"drop": ["empty"]} | options)
    assert {path: path.is_file() and path.read_bytes() for path in folder.rglob("*")} == before
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with an input, a folder and a link to the input."""
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "in.jsonl", b'{"text": "a"}\n')
    written(tmp_path, "one.csv", b"id,text\n1,a\n")
    written(tmp_path, "two.csv", b"text,id\na,1\n")
    written(tmp_path, "twice.csv", b"id,text,id\n1,a,2\n")
    written(tmp_path, "doc.txt", b"a\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.jsonl").symlink_to("in.jsonl")
    return tmp_path


ERRORS: list[tuple[Any, str | None, dict[str, Any], str]] = [
    ("in.jsonl", "in.jsonl", {}, "-o: in.jsonl is one of the inputs, which are never overwritten; choose another name"),
    (".", "in.jsonl", {}, "-o: in.jsonl is one of the inputs, which are never overwritten; choose another name"),
    ("in.jsonl", "link.jsonl", {}, "-o: link.jsonl is one of the inputs, which are never overwritten; choose another name"),
    ("in.jsonl", "folder", {}, "-o: folder is a folder; name a file in it"),
    ("in.jsonl", "/dev/null", {}, "-o: /dev/null is no regular file, so it cannot be replaced"),
    ("in.jsonl", "nowhere/out.jsonl", {}, "-o: nowhere/out.jsonl: there is no folder nowhere; make it first"),
    ("in.jsonl", "out.csv", {}, "-o: out.csv: .csv cannot hold every value of jsonl data; write .jsonl"),
    ("in.jsonl", "out.parquet", {}, "-o: out.parquet: .parquet cannot hold every value of jsonl data; write .jsonl"),
    ("doc.txt", "out.txt", {}, "-o: out.txt: a .txt file is one document; write .jsonl, or cut with --txt line"),
    ("in.jsonl", None, {}, "-o: name the file to write, or ask for a dry run"),
    ("in.jsonl", "out.jsonl", {"ledger": "out.csv"}, "--ledger: out.csv: a ledger is a .parquet file"),
    ("in.jsonl", "out.jsonl", {"ledger": "nowhere/l.parquet"}, "--ledger: nowhere/l.parquet: there is no folder nowhere; make it first"),
    ("twice.csv", "out.jsonl", {}, "twice.csv: two columns are called 'id', which an object cannot hold"),
    ("?n*.[cj]s*", "out.csv", {}, "-o: out.csv: .csv cannot hold every value of jsonl data; write .jsonl"),
    ("t*.csv", "out.csv", {}, "two.csv: other columns than in twice.csv, so they cannot be one .csv file; write .jsonl instead"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "output", "options", "message"), ERRORS)
def test_what_cannot_be_written_is_told_in_one_line(
    source: str, output: str | None, options: dict[str, Any], message: str, there: Path
) -> None:
    assert error_of(there, source, output, **options) == message


def test_an_unknown_ending_is_told_with_those_that_are_known(there: Path) -> None:
    assert error_of(there, "in.jsonl", "out.doc").startswith("-o: out.doc: unknown kind of file; known are: .jsonl")


def test_a_ledger_that_is_the_output_itself_is_an_error(tmp_path: Path) -> None:
    message = error_of(
        tmp_path, pl.DataFrame({"text": ["a"]}), str(tmp_path / "o.parquet"), ledger=tmp_path / "o.parquet"
    )
    assert message.endswith("o.parquet is the output itself; choose another name")


def test_a_pandas_frame_is_an_error_because_only_its_text_is_known() -> None:
    pandas = pytest.importorskip("pandas")
    with pytest.raises(InputError, match="a pandas frame cannot be written whole"):
        dataqual.clean(pandas.DataFrame({"text": ["a"]}), dry_run=True, drop=["empty"])


@pytest.mark.parametrize(("data", "kind"), [(b'{"text": "a"}\n{"te\n', TooManyUnreadable), (b"\n", NoDocuments)])
def test_an_input_that_counts_as_broken_leaves_nothing_and_keeps_what_was_there(
    data: bytes, kind: type[DataqualError], tmp_path: Path
) -> None:
    path = written(tmp_path, "in.jsonl", data)
    written(tmp_path, "out.jsonl", b"from before\n")
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(kind):
        dataqual.clean(str(path), tmp_path / "out.jsonl", drop=["empty", "near_copies"])
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.zst", "parquet"])
def test_an_interrupted_run_leaves_nothing(ending: str, tmp_path: Path) -> None:
    def interrupt(*_: int) -> None:
        raise KeyboardInterrupt

    pl.DataFrame({"text": ["a", "b"]}).write_parquet(tmp_path / "in.parquet")
    with pytest.raises(KeyboardInterrupt):
        dataqual.clean(
            str(tmp_path / "in.parquet"), tmp_path / f"out.{ending}", drop=["empty"], progress=interrupt, workers=2
        )
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz", "parquet"])
def test_a_full_disk_is_one_line_and_leaves_nothing(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    source = pl.DataFrame({"text": ["a"]})
    target = tmp_path / f"out.{ending}"
    with monkeypatch.context() as patch, pytest.raises(InputError) as error:
        if ending == "parquet":
            patch.setattr(pl.DataFrame, "write_parquet", lambda *_, **__: full(0))
        else:
            patch.setattr("dataqual.writers.appearing.os.fsync", full)
        dataqual.clean(source, target, drop=["empty"])
    assert str(error.value).startswith(str(target))
    assert str(error.value).endswith(": cannot be written: No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_counts_and_writes_nothing(faulty: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    cleaned = dataqual.clean(str(faulty), tmp_path / "out.jsonl", drop=["exact_copies"], dry_run=True)
    assert (cleaned.kept, cleaned.dropped, cleaned.output, cleaned.ledger) == (13, 3, None, None)
    assert sorted(tmp_path.iterdir()) == before


def test_what_cannot_be_read_is_in_the_ledger_with_line_and_reason(tmp_path: Path) -> None:
    path = written(tmp_path, "in.csv", b'id,text\n1,"two\nlines"\n2,a,b\n3,fine\n')
    cleaned = dataqual.clean(str(path), tmp_path / "out.csv", drop=["empty"], max_unreadable=0.5)
    [row] = ledger(cleaned)
    assert (row["action"], row["step"], row["rule"], row["record"], row["line"], row["evidence"]) == (
        "unreadable", "read", "wrong number of fields", 2, 4, "3 fields where the header has 2",
    )  # fmt: skip
    assert (cleaned.read, cleaned.kept, cleaned.dropped, cleaned.unreadable) == (3, 2, 0, 1)


def test_nothing_left_is_an_empty_file_and_told(tmp_path: Path) -> None:
    cleaned = dataqual.clean(Corpus.of(["", " "]), tmp_path / "out.jsonl", drop=["empty"])
    assert (tmp_path / "out.jsonl").read_bytes() == b""
    assert "nothing is left" in str(cleaned)


def test_a_ledger_beside_its_output_is_no_document_of_the_folder(faulty: Path, tmp_path: Path) -> None:
    dataqual.clean(str(faulty), tmp_path / "out.jsonl", drop=["empty"])
    found = dataqual.read(tmp_path)
    assert [Path(file.path).name for file in found.files] == ["in.jsonl", "out.jsonl"]
    assert len(dataqual.read(tmp_path / "out.jsonl.ledger.parquet", text="evidence").files) == 1
