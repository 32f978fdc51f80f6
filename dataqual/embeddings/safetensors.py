"""Arrays out of a .safetensors file: a length of eight bytes, a header in JSON, the numbers one after the other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import InputError

TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4"}
"""Those that numpy has; bfloat16 is read as the upper half of float32."""

LONGEST = 100 << 20
"""Bytes of a header at most, as the format's own reader has it."""


def header(path: Path) -> dict[str, Any]:
    """What the file says of its arrays, by name: `dtype`, `shape`, `data_offsets`; InputError where it is no such file."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            said = json.loads(file.read(length)) if length <= LONGEST else None
    except OSError as error:
        raise InputError(f"--model: {path}: {error.strerror}") from None
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise InputError(f"--model: {path}: is no .safetensors file")
    return {name: told for name, told in said.items() if name != "__metadata__"}


def array(path: Path, name: str) -> NDArray[Any]:
    """One of its arrays; InputError where it is of a kind that numpy has not, or is cut off."""
    told = header(path)[name]
    start, end = told["data_offsets"]
    with path.open("rb") as file:
        head = int.from_bytes(file.read(8), "little")
        file.seek(8 + head + start)
        data = file.read(end - start)
    kind = told["dtype"]
    if kind == "BF16":
        numbers = (np.frombuffer(data, "<u2").astype(np.uint32) << np.uint32(16)).view(np.float32)
    elif kind in TYPES and len(data) == end - start:
        numbers = np.frombuffer(data, TYPES[kind])
    else:
        raise InputError(f"--model: {path}: {name}: {kind} cannot be read, or the file is cut off")
    return numbers.reshape(told["shape"])
