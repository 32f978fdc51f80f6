"""The state of a trial as bytes, and back: tensors, numbers and strings, nothing that could run."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import torch


def pack(state: dict[str, Any]) -> bytes:
    """The bytes of nested dictionaries and lists of tensors (but uint8), numbers, strings and bytes.

    >>> unpack(pack({"steps": 3, "weights": [torch.ones(2)], "seen": b"ab", "left": b"", "trunk": None}))
    {'steps': 3, 'weights': [tensor([1., 1.])], 'seen': b'ab', 'left': b'', 'trunk': None}
    """
    buffer = io.BytesIO()
    torch.save(_each(state, _to_tensor), buffer)
    return buffer.getvalue()


def unpack(packed: bytes) -> dict[str, Any]:
    """What was packed, on the CPU; a file that holds code to run is refused by torch (`weights_only`)."""
    state = torch.load(io.BytesIO(packed), map_location="cpu", weights_only=True)
    unpacked: dict[str, Any] = _each(state, _from_tensor)
    return unpacked


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {name: _each(inner, change) for name, inner in value.items()}
    return [_each(inner, change) for inner in value] if isinstance(value, list) else change(value)


def _to_tensor(value: Any) -> Any:
    """Bytes as a tensor: torch writes empty bytes in a way its own safe reader refuses."""
    return torch.from_numpy(np.frombuffer(value, np.uint8).copy()) if isinstance(value, bytes) else value


def _from_tensor(value: Any) -> Any:
    return value.numpy().tobytes() if isinstance(value, torch.Tensor) and value.dtype == torch.uint8 else value
