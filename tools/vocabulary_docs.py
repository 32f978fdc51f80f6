"""Writes docs/vocabulary.md from the docstrings of the signals, metrics, steps and rule sets.

python tools/vocabulary_docs.py
"""

from __future__ import annotations

from pathlib import Path

from dataqual.vocabulary import page

PAGE = Path(__file__).parent.parent / "docs" / "vocabulary.md"

if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
