"""The map of a redaction: written apart, the same however it came about, and with it every text comes back."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dataqual
import reports
from dataqual import pseudonyms
from dataqual.corpus import Corpus
from dataqual.errors import InputError, SpecError
from dataqual.ledger import Edited
from dataqual.personal.finding import KINDS
from dataqual.readers.cutting import Sizes
from dataqual.recipe import Recipe
from dataqual.steps.redact import Redact
from tests import test_unfinished
from tests.test_unfinished import killed

CASES = json.loads((Path(__file__).parent / "cases" / "personal.json").read_text(encoding="utf-8"))
TEXTS = ["".join(case["text"]) for case in CASES]
VALUES = {value for case in CASES for _, value in case["finds"]}
STEP = Redact(kinds=KINDS, replace_with="pseudonym", key="a key of sixteen", map=True)
RECIPE = Recipe.of(
    [{"redact": {"kinds": [*KINDS], "replace_with": "pseudonym", "key": "a key of sixteen", "map": True}}]
)


def written(folder: Path, texts: list[str]) -> Path:
    path = folder / "in.jsonl"
    pl.DataFrame({"id": [f"d{i}" for i in range(len(texts))], "text": texts}).write_ndjson(path)
    return path


def read(path: Path) -> pl.DataFrame:
    return pl.read_ndjson(path)


def test_with_the_map_every_text_comes_back_to_the_character(tmp_path: Path) -> None:
    cleaned = dataqual.clean(str(written(tmp_path, TEXTS)), tmp_path / "out.jsonl", recipe=RECIPE)
    assert cleaned.map == tmp_path / "out.jsonl.map.parquet"
    after = read(tmp_path / "out.jsonl")["text"]
    assert not any(value in text for case, text in zip(CASES, after, strict=True) for _, value in case["finds"])
    back = dataqual.restore(after, cleaned.map)
    assert isinstance(back, pl.Series) and dataqual.restore(after.to_list(), cleaned.map) == back.to_list()
    first = {text: row for row, text in reversed([*enumerate(after)])}
    assert back.to_list() == [TEXTS[first[text]] for text in after]  # 020 … and (020) … became the same
    assert len(first) > 0.9 * len(TEXTS)


def test_the_map_has_a_row_for_each_place_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    texts = ["a@b.cn, A@B.cn", "nothing", "致电 138-1234-5678 或 a@b.cn"]
    cleaned = dataqual.clean(str(written(tmp_path, texts)), tmp_path / "out.jsonl", recipe=RECIPE)
    assert cleaned.map is not None and cleaned.map.stat().st_mode & 0o777 == 0o600
    rows = pl.read_parquet(cleaned.map)
    assert rows.columns == [*pseudonyms.SCHEMA]
    assert rows.select("record", "id", "value").rows() == [
        (1, "d0", "a@b.cn"), (1, "d0", "A@B.cn"), (3, "d2", "138-1234-5678"), (3, "d2", "a@b.cn"),
    ]  # fmt: skip
    said = rows["pseudonym"].to_list()
    assert said[0] == said[1] == said[3] and said[2].startswith("[PHONE:")
    assert f"{cleaned.map} says what the pseudonyms stand for: keep it apart" in str(cleaned).splitlines()


@given(parts=st.lists(st.one_of(st.sampled_from(TEXTS), st.sampled_from([*" -.+1@/，："])), max_size=8))
def test_what_a_map_holds_undoes_any_redaction(parts: list[str]) -> None:
    corpus = Corpus.of([text := "".join(parts)])
    [batch] = corpus.batches()
    after, changes = STEP(batch)
    known = pseudonyms.Pseudonyms.of(pseudonyms.rows(corpus, changes))
    assert known.restored(after.text[0]) == text


def test_neither_ledger_nor_page_nor_facts_show_what_the_map_does(tmp_path: Path) -> None:
    cleaned = dataqual.clean(str(written(tmp_path, TEXTS)), tmp_path / "out.jsonl", recipe=RECIPE)
    ledger = pl.read_parquet(cleaned.ledger).write_json() if cleaned.ledger else ""
    shown = [ledger, json.dumps(cleaned.facts(), ensure_ascii=False), reports.cleaning(cleaned)]
    for value in VALUES:
        assert len(value) < 8 or not any(value in one for one in shown), value
    assert "a key of sixteen" not in "".join(shown)


def test_a_text_that_was_changed_since_gets_the_commonest_spelling_and_what_is_not_known_stays(tmp_path: Path) -> None:
    texts = ["Ann@b.cn.", "to ann@b.cn", "ann@b.cn!"]
    cleaned = dataqual.clean(str(written(tmp_path, texts)), tmp_path / "out.jsonl", recipe=RECIPE)
    assert cleaned.map is not None
    first, *_ = read(tmp_path / "out.jsonl")["text"]
    given = pd.Series([first, f"new {first}", None, "[EMAIL:abcdefghijkl]"], index=[*"wxyz"])
    back = dataqual.restore(given, cleaned.map)
    assert back.index.tolist() == [*"wxyz"]
    assert [None if pd.isna(one) else one for one in back] == [
        "Ann@b.cn.",
        "new ann@b.cn.",
        None,
        "[EMAIL:abcdefghijkl]",
    ]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dataqual.rewriting.PART", 2)
    monkeypatch.setattr("dataqual.corpus.CHUNK_RECORDS", 20)
    monkeypatch.setattr(Sizes.__init__, "__defaults__", (4 << 20, 64 << 20, 20))


@pytest.mark.usefixtures("small")
def test_neither_workers_nor_a_kill_change_a_byte_of_the_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, random.Random(3).sample(TEXTS * 2, 200))
    monkeypatch.setattr(test_unfinished, "RECIPE", RECIPE)
    maps = []
    for name, workers in (("one", 1), ("three", 3)):
        (tmp_path / name).mkdir()
        result = dataqual.clean(str(path), tmp_path / name / "out.jsonl", recipe=RECIPE, workers=workers)
        maps.append(result.map)
    (tmp_path / "killed").mkdir()
    for at in (5, 3):
        killed(path, tmp_path / "killed" / "out.jsonl", at, monkeypatch)
        assert [*(tmp_path / "killed").glob("*map*")] == []
    result = dataqual.clean(str(path), tmp_path / "killed" / "out.jsonl", recipe=RECIPE)
    assert result.resumed == 120
    assert len({map.read_bytes() for map in (*maps, result.map) if map is not None}) == 1
    assert pl.read_parquet(result.map or "").height > 50


def test_a_dry_run_and_a_run_without_a_map_write_none_and_folders_pass_over_one(tmp_path: Path) -> None:
    path = written(tmp_path, TEXTS[:3])
    assert dataqual.clean(str(path), tmp_path / "out.jsonl", recipe=RECIPE, dry_run=True).map is None
    assert [file.name for file in tmp_path.iterdir()] == ["in.jsonl"]
    dataqual.clean(str(path), tmp_path / "out.jsonl", recipe=RECIPE)
    assert [Path(file.path).name for file in dataqual.read(str(tmp_path)).files] == ["in.jsonl", "out.jsonl"]


def test_without_a_map_there_is_none_of_it_in_memory_either() -> None:
    [batch] = Corpus.of(["a@b.cn"]).batches()
    _, [told] = Redact()(batch)
    assert isinstance(told, Edited) and told.undo is None


def test_what_is_no_map_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        dataqual.restore(["x"], tmp_path / "no.map.parquet")
    assert str(error.value) == f"{tmp_path / 'no.map.parquet'}: there is no such file; redact with map: true writes one"
    pl.DataFrame({"text": ["x"]}).write_parquet(tmp_path / "other.parquet")
    (tmp_path / "broken.parquet").write_text("x")
    for name in ("other.parquet", "broken.parquet"):
        with pytest.raises(InputError) as error:
            dataqual.restore(["x"], tmp_path / name)
        assert str(error.value) == f"{tmp_path / name}: not the map of a redaction"
    with pytest.raises(SpecError) as wrong:
        Redact(map=True)
    assert str(wrong.value) == (
        "a map goes with pseudonyms: replace_with: pseudonym; of a mask nothing can be found again"
    )
