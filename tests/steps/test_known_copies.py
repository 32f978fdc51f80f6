"""What a survey of copies asks of the records of a corpus."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataqual.engine import Local
from dataqual.ledger import addresses
from dataqual.readers import open_corpus
from dataqual.steps._known_copies import ids_in


@given(st.sets(st.tuples(st.integers(0, 1), st.integers(1, 9))))
def test_ids_are_told_of_the_records_that_were_asked_for_in_their_order(
    tmp_path_factory: pytest.TempPathFactory, asked: set[tuple[int, int]]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "ids"
    folder.mkdir(exist_ok=True)
    paths = [_written(folder / name) for name in ("a.jsonl", "b.jsonl")]
    where = np.array(sorted(asked), np.int64).reshape(-1, 2)
    found = ids_in(open_corpus(paths), addresses(where[:, 0], where[:, 1]), Local(workers=1))
    assert found == [f"{'ab'[file]}-{record}" for file, record in sorted(asked)]


def _written(path: Path) -> str:
    lines = [json.dumps({"id": f"{path.stem}-{record}", "text": "a"}) for record in range(1, 10)]
    path.write_text("\n".join(lines))
    return str(path)
