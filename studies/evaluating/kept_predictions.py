"""What models gave the held-out tokens, a file for each model and held-out set: DIR/predictions/KEY-TOKENS-SET.nats.

Nats of each token, little-endian float32, in the order of the set. Written whole before the snapshot, and the line of the results,
that has its SHA-256; a run that goes on from an earlier snapshot writes it again.
"""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

FOLDER = "predictions"


def place(folder: Path, key: str, tokens: int, held_out: str) -> Path:
    """Where those of a trial at a stop are, within the folder of a study.

    >>> place(Path("a.study"), "0f", 512, "raw").as_posix()
    'a.study/predictions/0f-512-raw.nats'
    """
    return folder / FOLDER / f"{key}-{tokens}-{held_out}.nats"


def unharmed(path: Path, digest: str) -> bool:
    """Whether a file is there with this SHA-256."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == digest
    except OSError:
        return False


def clear(folder: Path, key: str = "*") -> None:
    """Take away those of a trial, or all."""
    for pattern in (f"{key}-*.nats", f"{key}-*.part"):
        for path in (folder / FOLDER).glob(pattern):
            path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        (folder / FOLDER).rmdir()
