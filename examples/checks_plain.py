"""Stops a plain script where a corpus is not as it should be: python checks_plain.py corpus.jsonl"""

from __future__ import annotations

import sys

import dataqual
from dataqual import checks

SUITE = [
    {"metric": "documents", "min": 10},
    {"metric": "mojibake", "max": 0.05},
    {"signal": "word_count", "min": 5, "mostly": 0.9},
]


def main(path: str) -> None:
    """Check, say what was seen, and go on only where all is well."""
    checked = dataqual.check(path, SUITE)
    print(checked)
    if not checked:
        sys.exit(checked.exit_code)
    with checks.gate(SUITE) as passing:
        print("going on with", passing(path))


if __name__ == "__main__":
    main(sys.argv[1])
