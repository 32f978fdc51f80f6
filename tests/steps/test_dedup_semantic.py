"""dedup by meaning, as a command, from Python and as a step of a recipe, by a tiny static model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

import dataqual
from dataqual.cli import main
from dataqual.errors import SpecError
from dataqual.recipe import Recipe
from tests.embeddings.models import static

ANGLES = {f"w{degree}": degree for degree in (0, 5, 10, 15, 20, 90)} | {"猫": 40, "狗": 120}
COSINE_5 = float(np.cos(np.radians(5)))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    vectors = {word: [float(np.cos(np.radians(at))), float(np.sin(np.radians(at)))] for word, at in ANGLES.items()}
    return static(tmp_path / "model", vectors)


def written(path: Path, texts: list[str]) -> Path:
    path.write_text("".join(json.dumps({"id": f"d{at}", "text": text}) + "\n" for at, text in enumerate(texts)))
    return path


def left(path: Path) -> list[str]:
    return [json.loads(line)["id"] for line in path.read_text().splitlines()]


def test_only_what_is_near_the_kept_one_goes_and_nothing_is_transitive(tmp_path: Path, model: Path) -> None:
    source = written(
        tmp_path / "in.jsonl", ["w0", "w5", "w10", "w15", "w90", "W0!", "w0", "unknown", "", "猫", "猫 猫", "狗"]
    )
    out = tmp_path / "out.jsonl"
    # at most 6 degrees apart: w5 goes for w0; w10 is near w5, which is gone, and stays; w15 goes for w10
    done = dataqual.dedup(
        source,
        out,
        method="semantic",
        model=model,
        threshold=float(np.cos(np.radians(6))),
        clusters=tmp_path / "c.parquet",
    )
    assert left(out) == ["d0", "d2", "d4", "d7", "d8", "d9", "d11"]
    assert dict(done.rules) == {"exact_copies": 1, "semantic_copies": 4}
    ledger = pl.read_parquet(tmp_path / "out.jsonl.ledger.parquet")
    assert ledger["rule"].to_list() == ["semantic_copies"] * 3 + ["exact_copies", "semantic_copies"]
    assert ledger["kept_record"].to_list() == [1, 3, 1, 1, 10]
    assert np.allclose(ledger["similarity"], [COSINE_5, COSINE_5, 1, 1, 1], atol=1e-6)
    [told] = set(ledger["threshold"].drop_nulls().to_list())
    assert told.startswith("cosine >= 0.994522 (model, static, 2 dimensions, sha256 ")
    clusters = pl.read_parquet(tmp_path / "c.parquet").sort("record")
    assert clusters["kept_id"].to_list() == ["d0", "d0", "d2", "d2", "d0", "d0", "d9", "d9"]


def test_keepers_and_other_corpora_are_as_for_the_other_methods(tmp_path: Path, model: Path) -> None:
    source = written(tmp_path / "in.jsonl", ["w0", "w5 w5", "w90"])
    other = written(tmp_path / "other.jsonl", ["w90 w90 w90"])
    dataqual.dedup(source, tmp_path / "long.jsonl", method="semantic", model=model, threshold=0.99, keep="longest")
    assert left(tmp_path / "long.jsonl") == ["d1", "d2"]
    dataqual.dedup(source, tmp_path / "new.jsonl", method="semantic", model=model, threshold=0.99, against=other)
    assert left(tmp_path / "new.jsonl") == ["d0"]
    kept = pl.read_parquet(tmp_path / "new.jsonl.ledger.parquet")["kept_path"].to_list()
    assert kept == [str(source), str(other)]


def test_workers_and_memory_change_nothing(tmp_path: Path, model: Path) -> None:
    words = list(ANGLES)
    rng = np.random.default_rng(0)
    source = written(tmp_path / "in.jsonl", [" ".join(rng.choice(words, 30)) for _ in range(400)])
    found = []
    for workers, memory in ((1, 500 << 20), (3, 4 << 30)):
        out = tmp_path / f"out-{workers}.jsonl"
        dataqual.dedup(source, out, method="semantic", model=model, threshold=0.999, workers=workers, max_memory=memory)
        found.append(out.read_bytes())
    assert found[0] == found[1]
    assert len(found[0]) < source.stat().st_size


def test_a_recipe_has_it_as_a_step(model: Path) -> None:
    recipe = Recipe.of([{"dedup_semantic": {"model": str(model), "threshold": 0.99}}])
    assert recipe.on(["w0 w0", "w0", "w90", "猫", "猫猫"]) == ["w0 w0", None, "w90", "猫", None]
    assert recipe.told_as == ("exact_copies", "semantic_copies")


def test_the_command_says_what_the_model_is_and_writes_a_page(tmp_path: Path, model: Path) -> None:
    source = written(tmp_path / "in.jsonl", ["w0", "w5", "w90"])
    out = tmp_path / "out.jsonl"
    done = CliRunner().invoke(
        main, ["dedup", str(source), "-o", str(out), "--method", "semantic", "--model", str(model)]
    )
    assert done.exit_code == 0, done.output
    assert "copies by meaning: cosine of 0.95 or more, model, static, 2 dimensions, sha256 " in done.stderr
    assert "1 semantic_copies" in done.stdout
    assert "copies by meaning" in (tmp_path / "out.jsonl.report.html").read_text()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"method": "semantic"}, "--method semantic: name the folder of a model with --model; nothing is downloaded"),
        ({"model": "m"}, "--model: --method minhash uses none; --method semantic does"),
        (
            {"method": "semantic", "model": "m", "threshold": 1.5},
            "semantic.threshold: 1.5 is no cosine above 0 and at most 1",
        ),
        ({"method": "semantic", "model": "m", "nearest": 0}, "semantic.nearest: 0 buckets; at least 1"),
        ({"method": "semantic", "model": "m", "index": "i"}, "--index: holds signatures and texts, no embeddings"),
        (
            {"method": "lines", "model": "m"},
            "--model: says which documents are copies, and --method lines takes out parts",
        ),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_line(asked: dict[str, object], said: str) -> None:
    with pytest.raises(SpecError) as caught:
        dataqual.dedup(["a"], dry_run=True, **asked)
    assert str(caught.value).startswith(said)
