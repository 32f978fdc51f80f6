"""Lists the shortest documents of a corpus, with their place in it: python shortest_documents.py corpus.jsonl"""

from __future__ import annotations

import heapq
import sys

import dataqual
from dataqual.signals.word_count import WordCount

SHOWN = 5


def main(path: str) -> None:
    """Print the `SHOWN` shortest documents that are not empty, shortest first."""
    words = WordCount()
    found: list[tuple[int, int, str]] = []
    for batch in dataqual.read(path).batches():
        counts = words.measure(batch.text)
        rows = [(int(n), int(batch.record[i]), batch.text[i]) for i, n in enumerate(counts) if n > 0]
        found = heapq.nsmallest(SHOWN, found + rows)
    for n, record, text in found:
        print(f"{n:6} words, record {record}: {text[:60]!r}")


if __name__ == "__main__":
    main(sys.argv[1])
