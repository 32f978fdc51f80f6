"""A ledger may stand on another disk than the output: it appears there at once, and nothing else stays."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import dataqual
from dataqual.errors import InputError
from dataqual.writers import appearing


@pytest.fixture
def disks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder `other` that is another disk, to which nothing can be renamed from outside."""
    other = tmp_path / "other"
    other.mkdir()
    real_replace, real_stat = Path.replace, Path.stat

    def replace(self: Path, target: Any) -> Any:
        if (other in Path(target).parents) != (other in self.parents):
            raise OSError(18, "Invalid cross-device link")
        return real_replace(self, target)

    def stat(self: Path, **given: Any) -> os.stat_result:
        found = real_stat(self, **given)
        elsewhere = other in (self, *self.parents)
        return os.stat_result(
            (*found[:2], 4711 if elsewhere else found.st_dev, *found[3:]), {"st_mtime_ns": found.st_mtime_ns}
        )

    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(Path, "stat", stat)
    return other


@pytest.mark.parametrize("verb", ["clean", "split"])
def test_a_ledger_on_another_disk_appears_there(verb: str, tmp_path: Path, disks: Path) -> None:
    asked: dict[str, Any] = {"drop": ["empty"]} if verb == "clean" else {}
    given = pl.DataFrame({"id": ["a", "b"], "text": ["one", ""]})
    getattr(dataqual, verb)(given, tmp_path / "out.parquet", ledger=disks / "why.parquet", **asked)
    assert [path.name for path in disks.iterdir()] == ["why.parquet"]
    assert pl.read_parquet(disks / "why.parquet").height > 0
    assert not list(tmp_path.glob("**/.dataqual*"))


def test_a_disk_that_is_full_there_leaves_neither_output_nor_ledger(
    tmp_path: Path, disks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, copy: Path) -> None:
        copy.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(appearing.shutil, "copy", full)
    with pytest.raises(InputError) as error:
        dataqual.clean(["one", ""], tmp_path / "out.parquet", drop=["empty"], ledger=disks / "why.parquet")
    assert str(error.value) == f"{disks / 'why.parquet'}: cannot be written: No space left on device"
    assert list(disks.iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["other"]
