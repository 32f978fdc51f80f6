"""Python values as JSON, those too that JSON has no word for."""

from __future__ import annotations

import base64
import json
from typing import Any

import orjson


def encoded(value: Any) -> bytes:
    """A value as JSON on one line; whole numbers of any size, and halves of surrogate pairs as they are written.

    >>> encoded({"n": 1 << 70, "b": b"x"}), encoded("\\ud800")
    (b'{"n": 1180591620717411303424, "b": "x"}', b'"\\\\ud800"')
    """
    try:
        return orjson.dumps(value, default=plain, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY)
    except (TypeError, orjson.JSONEncodeError):
        return json.dumps(value, default=plain).encode()


def plain(value: Any) -> Any:
    """What JSON has no word for: bytes as text if they are UTF-8, else as base64; decimals and durations as written."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return base64.b64encode(value).decode()
    return str(value)
