"""Chances on disk: the same numbers, and a full disk is an error that can be told."""

from __future__ import annotations

import errno
import os

import numpy as np
import pytest

from dataqual.labels.chances import room


def test_what_outgrows_the_memory_lies_on_disk_and_is_zero() -> None:
    chances = room(1000, 4, memory=8 * 4 * 1000 - 1)
    assert isinstance(chances, np.memmap) and chances.shape == (1000, 4) and not chances.any()
    assert not isinstance(room(1000, 4, memory=8 * 8 * 4 * 1000), np.memmap)


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="there is none here")
def test_a_full_disk_is_told_before_anything_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(OSError, match="No space left"):
        room(1000, 4, memory=1)
