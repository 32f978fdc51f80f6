"""A split: every record in one part as it came, what belongs together in the same, and all stays where it was."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import zstandard
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dataqual
from dataqual import sample
from dataqual.cli import main
from dataqual.errors import DataqualError, InputError, NoDocuments, SpecError
from dataqual.splitting import Splitting, split
from tests.readers.helpers import opened

HALVES = {"train": 0.5, "test": 0.5}
WORDS = "river stone morning quiet letter winter harbour lantern orchard copper whistle meadow".split()
HAN = "春夏秋冬山川湖海风花雪月日星云雨"


def prose(seed: int, n: int = 40) -> str:
    """Text that is like no other: English for even seeds, Chinese for odd ones."""
    rng = random.Random(seed)
    return "".join(rng.choices(HAN, k=n)) if seed % 2 else " ".join(rng.choices(WORDS, k=n))


def lines(documents: Sequence[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(document, ensure_ascii=False).encode() + b"\n" for document in documents)


def documents(n: int, **more: Any) -> list[dict[str, Any]]:
    return [{"id": f"d{i}", "text": prose(i)} | {name: value(i) for name, value in more.items()} for i in range(n)]


def parts_of(result: dataqual.Split) -> dict[str, str]:
    """The part of each document, by id, as the written files have it."""
    found: dict[str, str] = {}
    for name, path in result.outputs.items():
        for line in path.read_bytes().splitlines():
            key = json.loads(line).get("id") or json.loads(line)["text"]
            assert found.get(key, name) == name, f"{key} is in two parts"
            found[key] = name
    return found


def rows_of(result: dataqual.Split) -> pl.DataFrame:
    assert result.ledger is not None
    return pl.read_parquet(result.ledger)


def run(folder: Path, given: Sequence[dict[str, Any]], **options: Any) -> dataqual.Split:
    folder.mkdir(exist_ok=True)
    (folder / "in.jsonl").write_bytes(lines(given))
    return split(str(folder / "in.jsonl"), folder / "parts", **options)


# Every record, as it came, once


def test_every_record_is_in_one_part_with_the_bytes_it_came_with_and_in_its_order(tmp_path: Path) -> None:
    result = split(str(sample.path()), tmp_path / "parts", parts=HALVES)
    whole = [line for line in sample.path().read_bytes().split(b"\n") if line]
    written = {name: path.read_bytes().splitlines() for name, path in result.outputs.items()}
    order = {line: number for number, line in enumerate(whole)}
    unreadable = rows_of(result).filter(pl.col("unreadable").is_not_null())["record"].to_list()
    assert Counter(line for part in written.values() for line in part) == Counter(
        line for number, line in enumerate(whole, 1) if number not in unreadable
    )
    for part in written.values():
        assert [order[line] for line in part] == sorted(order[line] for line in part)
    assert (result.read, result.unreadable) == (len(whole), 2)
    assert result.parts == {name: len(part) for name, part in written.items()}


def test_the_ledger_has_a_row_for_every_record_that_says_where_it_went(tmp_path: Path) -> None:
    given = [*documents(6, label=lambda i: "ab"[i % 2]), {"id": "d6", "text": prose(3), "label": "a"}]
    path = tmp_path / "in.jsonl"
    path.write_bytes(lines(given[:3]) + b"{broken\n" + lines(given[3:]))
    result = split(str(path), tmp_path / "parts", parts=HALVES, stratify="label", max_unreadable=0.5)
    rows = rows_of(result).to_dicts()
    where = parts_of(result)
    assert [row["record"] for row in rows] == [*range(1, 9)]
    assert rows[3] == {
        "path": str(path), "record": 4, "id": None, "part": None, "cluster": None, "stratum": None,
        "unreadable": "not JSON", "files": "train.jsonl/test.jsonl",
    }  # fmt: skip
    good = [row for row in rows if row["unreadable"] is None]
    assert {row["id"]: row["part"] for row in good} == where
    assert [row["cluster"] for row in good] == [None, None, None, 1, None, None, 1]
    assert [row["stratum"] for row in good] == [*"aba", "a", "a", "b", "a"]  # of two, the first by name


@pytest.mark.parametrize("options", [{}, {"stratify": "label"}, {"together": "group"}, {"near_copies": False}])
def test_neither_workers_nor_batches_change_a_byte(
    options: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    for name, chunk, workers in (("a", 4 << 20, 1), ("b", 40_000, 3)):
        monkeypatch.setattr("dataqual.corpus.CHUNK_BYTES", chunk)
        corpus = opened(sample.path(), chunk=chunk)
        assert (len(list(corpus.chunks())) > 5) == (name == "b")
        result = split(corpus, tmp_path / name, workers=workers, **options)
        written.append([path.read_bytes() for path in result.outputs.values()])
        written[-1].append(rows_of(result).write_json().encode())
    assert written[0] == written[1]


# What belongs together


def variant(seed: int) -> str:
    """A near copy."""
    return prose(seed) + (" more" if seed % 2 == 0 else "也")


@pytest.mark.parametrize("by", ["id", "text"])
def test_copies_and_near_copies_never_straddle(by: Any, tmp_path: Path) -> None:
    given = documents(60)
    given += [{"id": f"copy{i}", "text": prose(i)} for i in range(60)]
    given += [{"id": f"near{i}", "text": variant(i)} for i in range(60)]
    result = run(tmp_path, given, parts=HALVES, by=by)
    where = parts_of(result)
    assert all(where[f"d{i}"] == where[f"copy{i}"] == where[f"near{i}"] for i in range(60))
    assert 15 < Counter(where[f"d{i}"] for i in range(60))["train"] < 45
    assert (result.clusters, result.clustered, result.largest) == (60, 180, 3)


def test_near_copies_may_straddle_if_that_is_asked_but_exact_ones_never(tmp_path: Path) -> None:
    given = documents(60)
    given += [{"id": f"copy{i}", "text": prose(i)} for i in range(60)]
    given += [{"id": f"near{i}", "text": variant(i)} for i in range(60)]
    where = parts_of(run(tmp_path, given, parts=HALVES, near_copies=False))
    assert all(where[f"d{i}"] == where[f"copy{i}"] for i in range(60))
    assert 10 < sum(where[f"d{i}"] == where[f"near{i}"] for i in range(60)) < 50


def test_a_chain_of_near_copies_stays_together_from_end_to_end(tmp_path: Path) -> None:
    for corpus in range(6):
        words = [f"{WORDS[corpus]}{i}" for i in range(160)]
        chain = [{"id": f"{corpus}-{i}", "text": " ".join(words[3 * i : 3 * i + 80])} for i in range(20)]
        assert dataqual.jaccard(chain[0]["text"], chain[1]["text"]) >= 0.8
        assert dataqual.jaccard(chain[0]["text"], chain[-1]["text"]) < 0.2
        assert len(set(parts_of(run(tmp_path, chain, parts=HALVES)).values())) == 1


def test_documents_with_one_id_stay_together_and_blank_ids_are_none(tmp_path: Path) -> None:
    given = [{"id": f"d{i % 30}", "text": prose(i)} for i in range(90)]
    result = run(tmp_path, given, parts=HALVES)
    assert len(parts_of(result)) == 30
    assert (result.clusters, result.clustered) == (30, 90)
    blank = run(tmp_path, [document | {"id": " "} for document in given], parts=HALVES)
    assert (blank.clusters, blank.keyed) == (0, {"text": 90})


@pytest.mark.parametrize("by", ["id", "text"])
def test_documents_with_one_id_stay_together_though_their_groups_differ(by: Any, tmp_path: Path) -> None:
    given = [{"id": f"d{i % 30}", "text": prose(i), "source": f"书 {i}" if i % 4 else None} for i in range(60)]
    result = run(tmp_path, given, parts=HALVES, together="group", group="source", by=by)
    assert len(parts_of(result)) == 30
    assert (result.clusters, result.clustered) == (30, 60)
    given = [{"id": f"d{i // 2}", "text": prose(i), "source": f"{(i + 1) // 2}"} for i in range(60)]
    assert len(set(parts_of(run(tmp_path, given, parts=HALVES, together="group", group="source")).values())) == 1


def test_groups_stay_whole_and_documents_without_one_go_their_own_way(tmp_path: Path) -> None:
    given = documents(300, source=lambda i: f"book {i % 50}" if i < 200 else None)
    result = run(tmp_path, given, parts=HALVES, together="group", group="source")
    where = parts_of(result)
    assert all(len({where[f"d{i}"] for i in range(book, 200, 50)}) == 1 for book in range(50))
    assert 12 < sum(where[f"d{book}"] == "train" for book in range(50)) < 38
    assert 30 < sum(where[f"d{i}"] == "train" for i in range(200, 300)) < 70
    assert result.keyed == {"id": 100, "group": 200}


# Where a document goes


@pytest.mark.parametrize("ids", [True, False])
def test_order_and_files_do_not_matter(ids: bool, tmp_path: Path) -> None:
    given = documents(80) if ids else [{"text": prose(i)} for i in range(80)]
    given += [{"text": variant(i)} | ({"id": f"near{i}"} if ids else {}) for i in range(40)]
    first = parts_of(run(tmp_path / "a", given, parts=HALVES))
    (tmp_path / "b").mkdir()
    for part in range(3):
        (tmp_path / "b" / f"{part}.jsonl").write_bytes(lines(given[::-1][part::3]))
    assert parts_of(split(str(tmp_path / "b"), tmp_path / "out", parts=HALVES)) == first


def test_another_seed_is_another_split(tmp_path: Path) -> None:
    splits = [parts_of(run(tmp_path, documents(100), parts=HALVES, seed=seed)) for seed in (0, 1, 0)]
    assert splits[0] == splits[2]
    assert 25 < sum(splits[0][key] == splits[1][key] for key in splits[0]) < 75


def test_an_id_decides_whatever_the_text_and_the_text_whatever_the_id(tmp_path: Path) -> None:
    given = documents(80)
    retold = [document | {"text": prose(1000 + i)} for i, document in enumerate(given)]
    assert parts_of(run(tmp_path, given, parts=HALVES)) == parts_of(run(tmp_path, retold, parts=HALVES))
    renamed = [document | {"id": f"e{i}"} for i, document in enumerate(given)]
    first, second = (parts_of(run(tmp_path, some, parts=HALVES, by="text")) for some in (given, renamed))
    assert [*first.values()] == [second[f"e{key[1:]}"] for key in first]


CORPORA = st.lists(
    st.tuples(st.one_of(st.none(), st.text(alphabet="ab1号", max_size=3)), st.integers(0, 15), st.sampled_from("xy字")),
    min_size=1,
    max_size=30,
)
TEXTS = [prose(i) for i in range(10)] + [variant(i) for i in range(6)]


def made(rows: list[tuple[str | None, int, str]]) -> list[dict[str, Any]]:
    return [{"id": key, "text": TEXTS[number], "label": label} for key, number, label in rows]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(rows=CORPORA, stratify=st.sampled_from([None, "label"]), seed=st.integers(-3, 2**64))
def test_sums_are_even_and_no_cluster_straddles(
    rows: list[tuple[str | None, int, str]], stratify: Any, seed: int, tmp_path: Path
) -> None:
    thirds = {"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}
    result = run(tmp_path, made(rows), parts=thirds, seed=seed, stratify=stratify, id="id", label="label")
    assert result.read == len(rows) == sum(result.parts.values())
    where: dict[tuple[str, Any], set[str]] = {}
    table = rows_of(result)
    for (key, number, _), row in zip(rows, table.to_dicts(), strict=True):
        kin = number - 10 if number >= 10 else number  # a variant is a near copy of its original
        for same in ([("id", key)] if key and key.strip() else []) + [("text", kin)]:
            where.setdefault(same, set()).add(row["part"])
    assert all(len(parts) == 1 for parts in where.values())
    for cluster in table.filter(pl.col("cluster").is_not_null()).partition_by("cluster"):
        assert cluster["part"].n_unique() == 1
        assert cluster.height > 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(n=st.integers(1, 25), more=st.integers(1, 25), ids=st.booleans(), data=st.data())
def test_adding_documents_moves_no_other(n: int, more: int, ids: bool, data: st.DataObject, tmp_path: Path) -> None:
    given = documents(n + more) if ids else [{"text": prose(i)} for i in range(n + more)]
    before = parts_of(run(tmp_path, given[:n], parts=HALVES))
    after = parts_of(run(tmp_path, data.draw(st.permutations(given)), parts=HALVES))
    assert {key: after[key] for key in before} == before


def test_shares_come_out_within_what_chance_allows(tmp_path: Path) -> None:
    result = run(tmp_path, documents(2000), near_copies=False)
    for name, share in {"train": 0.9, "valid": 0.05, "test": 0.05}.items():
        assert abs(result.parts[name] / 2000 - share) < 4 * (share * (1 - share) / 2000) ** 0.5


# Strata


def test_within_each_stratum_the_shares_hold_to_a_document(tmp_path: Path) -> None:
    given = documents(1000, label=lambda i: "rare" if i % 20 == 0 else "常见" if i % 2 else None)
    result = run(tmp_path, given, stratify="label", label="label")
    assert [*result.strata] == ["常见", "(none)", "rare"]
    for counts in result.strata.values():
        total = sum(counts.values())
        for name, share in {"train": 0.9, "valid": 0.05, "test": 0.05}.items():
            assert abs(counts[name] - share * total) < 1
    assert {name: sum(counts[name] for counts in result.strata.values()) for name in result.parts} == result.parts


def test_many_small_strata_do_not_starve_a_part(tmp_path: Path) -> None:
    result = run(tmp_path, documents(900, label=lambda i: f"label {i % 300}"), stratify="label", label="label")
    for name, share in {"train": 0.9, "valid": 0.05, "test": 0.05}.items():
        assert abs(result.parts[name] / 900 - share) < 0.025


def test_single_documents_make_up_for_what_clusters_take(tmp_path: Path) -> None:
    given = documents(200, label=lambda i: "a") + [{"id": f"c{i}", "text": prose(7), "label": "a"} for i in range(30)]
    result = run(tmp_path, given, stratify="label", parts=HALVES, near_copies=False)
    assert result.largest == 31
    assert abs(result.parts["train"] - 115) <= 1


def test_few_documents_move_when_a_stratum_grows(tmp_path: Path) -> None:
    given = documents(600, label=lambda i: "ab"[i % 2])
    before = parts_of(run(tmp_path, given[:500], stratify="label", parts=HALVES))
    after = parts_of(run(tmp_path, given, stratify="label", parts=HALVES))
    assert sum(before[key] != after[key] for key in before) < 60


# Formats and files


def test_parts_are_of_the_format_of_the_input(tmp_path: Path) -> None:
    rows = "".join(f'd{i},"{prose(i)}",\r\n' for i in range(20))
    (tmp_path / "in.csv").write_text(f"id,text,n\r\n{rows}", encoding="utf-8", newline="")
    result = split(str(tmp_path / "in.csv"), tmp_path / "csv", parts=HALVES)
    heads = [path.read_bytes().split(b"\r\n")[0] for path in result.outputs.values()]
    assert heads == [b"id,text,n"] * 2
    packed = zstandard.ZstdCompressor().compress(lines(documents(20)))
    (tmp_path / "in.jsonl.zst").write_bytes(packed)
    result = split(str(tmp_path / "in.jsonl.zst"), tmp_path / "zst", parts=HALVES)
    assert [path.name for path in result.outputs.values()] == ["train.jsonl.zst", "test.jsonl.zst"]
    (tmp_path / "notes").mkdir()
    for i in range(8):
        (tmp_path / "notes" / f"{i}.txt").write_text(prose(i), encoding="utf-8")
    result = split(str(tmp_path / "notes"), tmp_path / "txt", parts=HALVES)
    assert result.outputs["train"].name == "train.jsonl"
    result = split(str(tmp_path / "in.csv"), tmp_path / "other", parts=HALVES, ending=".jsonl")
    assert len(parts_of(result)) == 20


def test_a_frame_keeps_every_column_with_its_type(tmp_path: Path) -> None:
    frame = pl.DataFrame({"text": [prose(i) for i in range(30)], "n": range(30), "tags": [["a", "b"]] * 30})
    result = split(frame, tmp_path / "parts", parts=HALVES)
    assert {path.name for path in result.outputs.values()} == {"train.parquet", "test.parquet"}
    both = pl.concat([pl.read_parquet(path) for path in result.outputs.values()]).sort("n")
    assert both.equals(frame)


def test_a_part_without_a_share_is_not_written(tmp_path: Path) -> None:
    result = run(tmp_path, documents(10), parts={"train": 0.5, "valid": 0.0, "test": 0.5})
    assert sorted(path.name for path in (tmp_path / "parts").iterdir()) == [
        "split.ledger.parquet", "test.jsonl", "train.jsonl",
    ]  # fmt: skip
    assert [*result.parts] == ["train", "test"]


EIGHTY = {"train": 0.8, "test": 0.2}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_parts_of_an_earlier_split_that_are_no_longer_written_are_removed_and_others_stay(tmp_path: Path) -> None:
    run(tmp_path, documents(1))  # two of the three parts are empty, and yet of that split
    (tmp_path / "parts" / "notes.jsonl").write_bytes(b"mine")
    result = run(tmp_path, documents(30), parts=EIGHTY)
    assert names(tmp_path / "parts") == ["notes.jsonl", "split.ledger.parquet", "test.jsonl", "train.jsonl"]
    gone = tmp_path / "parts" / "valid.jsonl"
    assert result.removed == (gone,)
    assert f"{gone} was of the split that stood here before, and is removed" in str(result).splitlines()
    result = run(tmp_path, documents(30), parts=EIGHTY, ending=".jsonl.zst")
    assert result.facts()["removed"] == [str(tmp_path / "parts" / f"{name}.jsonl") for name in EIGHTY]
    assert names(tmp_path / "parts") == ["notes.jsonl", "split.ledger.parquet", "test.jsonl.zst", "train.jsonl.zst"]


def test_nothing_is_removed_where_a_split_fails(tmp_path: Path) -> None:
    run(tmp_path, documents(30))
    before = names(tmp_path / "parts")
    with pytest.raises(NoDocuments):
        run(tmp_path, [], parts=EIGHTY)
    assert names(tmp_path / "parts") == before


def test_an_old_part_that_somebody_changed_or_that_is_read_is_not_removed(tmp_path: Path) -> None:
    run(tmp_path, documents(60), parts={"train": 0.5, "valid": 0.5})
    folder = tmp_path / "parts"
    with pytest.raises(InputError) as error:
        split(str(folder / "valid.jsonl"), folder, parts=EIGHTY)
    assert str(error.value) == (
        f"-o: {folder / 'valid.jsonl'} is of the split that stands there, and one of the inputs; choose another folder"
    )
    (folder / "valid.jsonl").write_bytes(b"mine")
    with pytest.raises(InputError) as error:
        run(tmp_path, documents(60), parts=EIGHTY)
    assert str(error.value) == (
        f"-o: {folder / 'valid.jsonl'} was changed after the split that wrote it; "
        "move it away, or choose another folder"
    )
    assert names(folder) == ["split.ledger.parquet", "train.jsonl", "valid.jsonl"]


def test_a_file_that_is_no_ledger_is_not_overwritten(tmp_path: Path) -> None:
    ledger = tmp_path / "parts" / "split.ledger.parquet"
    ledger.parent.mkdir()
    ledger.write_bytes(b"mine")
    with pytest.raises(InputError) as error:
        run(tmp_path, documents(5))
    assert str(error.value) == f"{ledger}: no ledger of a split; move it away, or choose another folder with -o"


def test_an_error_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines(documents(3)) + b"{\n" * 3)
    with pytest.raises(DataqualError):
        split(str(tmp_path / "in.jsonl"), tmp_path / "a" / "b")
    (tmp_path / "void.jsonl").write_bytes(b"")
    with pytest.raises(NoDocuments):
        split(str(tmp_path / "void.jsonl"), tmp_path / "a" / "b")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "void.jsonl"]


def test_an_input_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_bytes(lines(documents(3)))
    with pytest.raises(InputError, match="is one of the inputs, which are never overwritten"):
        split(str(tmp_path / "train.jsonl"), tmp_path)
    with pytest.raises(InputError, match=r"-o: .*train\.jsonl: no folder can be made there"):
        split(str(sample.path()), tmp_path / "train.jsonl")
    assert len((tmp_path / "train.jsonl").read_bytes().splitlines()) == 3


def test_an_input_that_changes_in_between_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(lines(documents(5)))
    real = Splitting.part

    def meanwhile(self: Splitting, points: Any) -> Any:
        path.write_bytes(lines(documents(9)))
        return real(self, points)

    monkeypatch.setattr(Splitting, "part", meanwhile)
    with pytest.raises(InputError, match="the input was changed while it was read; split it again"):
        split(str(path), tmp_path / "parts", parts=HALVES)


def test_sums_that_do_not_come_out_even_leave_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dataqual.writers.writer.LineWriter.write", lambda self, encoded: None)
    with pytest.raises(AssertionError, match=r"5 documents read, but \{'train': 0, 'test': 0\} written"):
        run(tmp_path, documents(5), parts=HALVES)
    assert not (tmp_path / "parts").exists()


def test_documents_that_went_in_between_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(lines(documents(5)))
    part = Splitting.part

    def meanwhile(self: Splitting, points: Any) -> Any:
        path.write_bytes(lines(documents(3)))
        return part(self, points)

    monkeypatch.setattr(Splitting, "part", meanwhile)
    with pytest.raises(InputError, match="the input was changed while it was read; split it again"):
        split(str(path), tmp_path / "parts", parts=HALVES)
    assert not (tmp_path / "parts").exists()


# Without writing


@pytest.mark.parametrize("output", [None, "parts"])
def test_a_dry_run_counts_what_the_split_gives_and_writes_nothing(output: str | None, tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(lines([*documents(50, label=lambda i: "甲乙"[i % 2]), {"id": "copy", "text": prose(3)}]) + b"{\n")
    asked: dict[str, Any] = {"parts": HALVES, "stratify": "label", "max_unreadable": 0.5}
    dry = split(str(path), None if output is None else tmp_path / output, dry_run=True, **asked)
    assert names(tmp_path) == ["in.jsonl"]
    facts, wet = dry.facts(), split(str(path), tmp_path / "parts", **asked).facts()
    assert (facts.pop("outputs"), facts.pop("shards"), facts.pop("ledger")) == ({}, {}, None)
    assert facts == {key: value for key, value in wet.items() if key not in ("outputs", "shards", "ledger")}
    assert str(dry).splitlines()[-1] == "a dry run: nothing was written"


def test_a_dry_run_into_a_folder_that_is_there_tells_what_would_be_refused(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_bytes(lines(documents(3)))
    with pytest.raises(InputError, match="is one of the inputs, which are never overwritten"):
        split(str(tmp_path / "train.jsonl"), tmp_path, dry_run=True)


def test_without_a_folder_there_must_be_a_dry_run() -> None:
    with pytest.raises(SpecError) as error:
        split(str(sample.path()))
    assert str(error.value) == "output: name the folder for the parts, or ask for a dry run"


def test_the_command_has_a_dry_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["split", "--dry-run", "--quiet", "--json"])
    assert done.exit_code == 0, done.output
    assert sum(json.loads(done.output)["parts"][name]["documents"] for name in ("train", "valid", "test")) == 404
    assert names(tmp_path) == []


# What is asked wrongly, and what is told


@pytest.mark.parametrize(("options", "message"), [
    ({"parts": {"train": 0.8, "test": 0.1}}, "parts: the shares (train 0.8, test 0.1) add up to 0.9, not to 1"),
    ({"parts": {"train": 1.2, "test": -0.2}}, "parts: the share of train is 1.2, not from 0 to 1"),
    ({"parts": {"a/b": 1.0}}, "parts: 'a/b' cannot be the name of a file"),
    ({"by": "txt"}, "by: 'txt' is not known; did you mean 'text'? there are: id, text"),
    ({"stratify": "labl"}, "stratify: 'labl' is not known; did you mean 'label'? there are: group, label"),
    ({"together": "group", "stratify": "group"},
     "stratify and together are both 'group': what stays whole has no shares"),
    ({"stratify": "label"},
     "stratify: the corpus has no column that is known as its label; name one with --label COLUMN"),
    ({"sed": 1}, "no option 'sed'; did you mean 'seed'? there are: "),
])  # fmt: skip
def test_what_is_asked_wrongly_is_told_in_one_line(options: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as error:
        run(tmp_path, documents(3), **options)
    assert str(error.value).startswith(message)
    assert not (tmp_path / "parts").exists()


def test_what_is_told_are_sums_shares_and_files(tmp_path: Path) -> None:
    given = [*documents(19), {"id": "copy", "text": prose(0)}]
    result = run(tmp_path, given, parts={"train": 0.95, "test": 0.05}, stratify="label", label="id")
    assert result.facts()["documents"] == 20
    told = str(run(tmp_path, given, parts=HALVES))
    first, train, test, clusters, *_ = told.splitlines()
    n, m = result_counts(first)
    assert n + m == 20
    assert train.split() == [str(n), "train:", f"{n / 20:.2%},", "asked", "for", "0.5"]
    assert test.split()[0] == str(m)
    assert clusters == "2 documents stay together in 1 cluster, the largest of 2"
    assert told.endswith("split.ledger.parquet")
    told = str(run(tmp_path, [{"text": prose(0)}], parts={"train": 0.5, "test": 0.5}))
    assert "is empty: what stays together is too large, or too little" in told
    assert "the records have no id: what decides is the text of each document" in told


def result_counts(line: str) -> tuple[int, int]:
    words = line.split()
    assert words[:4] == ["20", "records", "read", "="]
    return int(words[4]), int(words[7])


def test_a_document_is_in_the_same_part_with_every_release(tmp_path: Path) -> None:
    given = [{"id": key, "text": key} for key in ("a", "b", "c", "文档", "d-5")] + [{"text": prose(i)} for i in (1, 2)]
    result = run(tmp_path, given, parts={"x": 1 / 3, "y": 1 / 3, "z": 1 / 3})
    assert rows_of(result)["part"].to_list() == ["z", "x", "x", "z", "y", "x", "z"]


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_a_child_is_in_the_part_of_its_parent_and_a_child_of_that_too(ending: str, tmp_path: Path) -> None:
    source, grown, more = (tmp_path / f"{name}.{ending}" for name in ("in", "grown", "more"))
    rows = documents(60)
    source.write_bytes(
        lines(rows)
        if ending == "jsonl"
        else "\n".join(["id,text", *(f"{row['id']},{row['text']}" for row in rows)]).encode()
    )
    how: dict[str, Any] = {"kinds": ["slips"], "rate": 0.6}  # nothing like its parent any more
    dataqual.augment(source, grown, method="noise", parameters=how)
    dataqual.augment(grown, more, method="noise", seed=2, parameters=how)
    split(more, tmp_path / "parts", parts={"train": 0.5, "test": 0.5})
    where = {
        str(row["id"]): name
        for name in ("train", "test")
        for batch in dataqual.read(tmp_path / "parts" / f"{name}.{ending}").batches()
        for row in batch.columns.iter_rows(named=True)
    }
    children = [one for one in where if "~" in one]
    assert len(children) > 60
    assert {where[one] for one in children} == {"train", "test"}
    assert all(where[one] == where[one.split("~")[0]] for one in children)


def test_ids_that_look_like_those_of_children_but_name_no_method_are_of_documents_of_their_own(tmp_path: Path) -> None:
    given = [{"id": f"li~page-{i}", "text": prose(i)} for i in range(60)]
    result = run(tmp_path, given, parts=HALVES)
    assert rows_of(result)["part"].n_unique() == 2
