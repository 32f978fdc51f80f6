"""`reading_options`: what decides which documents are read, as a command that reads the same again must say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

UNREADABLE = 0.01
"""The share of unreadable records that is allowed unless told."""
USUAL = {"txt": "file", "max_unreadable": UNREADABLE}


def reading_options(options: Mapping[str, Any], *, also: Sequence[str] = ()) -> list[str]:
    """Words for a command, of what was named or is not as usual: the text's column, these others, and how files are read.

    >>> reading_options({"text": "body", "txt": "file", "label": "kind", "max_unreadable": 0.5})
    ['--text', 'body', '--max-unreadable', '0.5']
    """
    words: list[str] = []
    for name in ("text", *also, "txt", "format", "max_unreadable"):
        value = options.get(name)
        if value is not None and value != USUAL.get(name):
            words += [f"--{name.replace('_', '-')}", f"{value:g}" if isinstance(value, float) else str(value)]
    return words
