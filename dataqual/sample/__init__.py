"""The corpus that ships with the package: 404 documents in English, Chinese and eight more languages, faults planted.

What it is made of, under which licences, and which faults were planted stands in NOTICE.md beside this file.
"""

from __future__ import annotations

from pathlib import Path


def path() -> Path:
    """Where the sample corpus (`sample.jsonl`) lies on this machine.

    >>> path().name
    'sample.jsonl'
    """
    return Path(__file__).with_name("sample.jsonl")
