"""Some lines of a plain file, read without the rest."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from dataqual.errors import InputError
from dataqual.readers import open_corpus
from dataqual.readers.cutting import STRETCH, Sizes
from dataqual.readers.stretches import Stretches


def written(path: Path, documents: list[str], end: str = "\n") -> None:
    path.write_text(
        "\n".join(json.dumps({"text": text}, ensure_ascii=False) for text in documents) + end, encoding="utf-8"
    )


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", ""])
@pytest.mark.parametrize("records", [50, 8192])
def test_any_documents_are_found_again(tmp_path: Path, mark: str, end: str, records: int) -> None:
    rng = random.Random(0)
    documents = [f"{n} " + "汉字 text " * rng.choice([0, 1, 5, 50, 3000]) for n in range(400)]
    place = tmp_path / "c.jsonl"
    written(place, documents, end)
    place.write_text(mark + place.read_text(encoding="utf-8"), encoding="utf-8")
    corpus = open_corpus(place, sizes=Sizes(chunk=1 << 16, records=records))
    assert sum(map(len, corpus.batches())) == len(documents)
    for size in (1, 3, 40, 400):
        chosen = sorted(rng.sample(range(400), size))
        assert corpus.fetch([(0, n + 1) for n in chosen]) == [documents[n] for n in chosen]


def test_lines_around_a_record_that_was_too_long_are_found_again(tmp_path: Path) -> None:
    documents = ["a" * 100, "b" * 90_000, "c" * 100, "d" * 50_000, "e"]
    place = tmp_path / "c.jsonl"
    written(place, documents)
    corpus = open_corpus(place, max_unreadable=1.0, sizes=Sizes(chunk=4096, record=60_000))
    assert [batch.record.tolist() for batch in corpus.batches()] == [[1, 3, 4, 5]]
    assert corpus.fetch([(0, 5), (0, 3), (0, 1), (0, 4)]) == ["e", "c" * 100, "a" * 100, "d" * 50_000]
    with pytest.raises(InputError, match=r"c\.jsonl:2: there is no document here"):
        corpus.fetch([(0, 2)])


def test_a_file_that_became_shorter_is_told(tmp_path: Path) -> None:
    place = tmp_path / "c.jsonl"
    written(place, [str(n) for n in range(100)])
    corpus = open_corpus(place)
    assert sum(map(len, corpus.batches())) == 100
    place.write_bytes(place.read_bytes()[:200])
    with pytest.raises(InputError, match="was the file changed"):
        corpus.fetch([(0, 99)])


def test_what_is_read_is_little(tmp_path: Path) -> None:
    place = tmp_path / "c.jsonl"
    written(place, ["x" * 1000] * 3000)
    corpus = open_corpus(place)
    for _ in corpus.batches():
        pass
    stretches: Stretches = corpus._stretches[0]  # type: ignore[attr-defined]
    with place.open("rb") as file:
        [(numbers, lines)] = stretches.read(file, np.array([7, 2000, 2001]))
    assert numbers.tolist() == [7, 2000, 2001]
    assert len(lines.data) < 4 * STRETCH
    assert len(set(map(bytes, lines))) == 1
