"""Parts of an output that are handed to the system in one call, and what that call leaves to do."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from dataqual.writers.appearing import AT_ONCE, NewFile

PARTS = [b"%d," % n * (n % 7) for n in range(2 * AT_ONCE + 5)]
"""More than one call takes, some of them empty."""


@pytest.mark.parametrize("most", [1, 3, 1000, 1 << 30])
def test_a_call_that_takes_only_some_bytes_is_gone_on_with(
    most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def a_little(file: int, parts: Sequence[bytes]) -> int:
        assert len(parts) <= AT_ONCE
        return os.write(file, b"".join(parts)[:most])

    monkeypatch.setattr(os, "writev", a_little)
    path = tmp_path / "out.txt"
    with NewFile(str(path)) as new:
        new.write(b"head,")
        new.write(*map(memoryview, PARTS))
        assert new.size == len(b"head," + b"".join(PARTS))
        new.finish()
        new.publish()
    assert path.read_bytes() == b"head," + b"".join(PARTS)


def test_where_there_is_no_such_call_the_bytes_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "writev")
    path = tmp_path / "out.txt"
    with NewFile(str(path)) as new:
        new.write(*PARTS)
        new.finish()
        new.publish()
    assert path.read_bytes() == b"".join(PARTS)


@pytest.mark.parametrize("compression", ["gz", "zst"])
def test_a_compressor_gets_the_parts_at_one_stroke(compression: str, tmp_path: Path) -> None:
    found = []
    for name, parts in (("parts", PARTS), ("whole", [b"".join(PARTS)])):
        with NewFile(str(tmp_path / name), compression) as new:
            new.write(*parts)
            new.finish()
            new.publish()
        found.append((tmp_path / name).read_bytes())
    assert found[0] == found[1]
