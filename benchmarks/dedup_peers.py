"""What `benchmarks/dedup.py` compares with: each tool as its documentation uses it, from file to file, in one process.

    python benchmarks/dedup_peers.py TOOL IN.jsonl OUT.jsonl

Of documents that are near copies the first is kept. Needs the tool, and orjson.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

PERMUTATIONS, THRESHOLD = 128, 0.8


def read(path: str) -> tuple[list[bytes], list[str]]:
    """All lines, and their texts."""
    import orjson

    with open(path, "rb") as file:
        lines = file.readlines()
    return lines, [orjson.loads(line)["text"] for line in lines]


def write(path: str, lines: Sequence[bytes], kept: Iterable[bool]) -> None:
    with open(path, "wb") as file:
        file.writelines(line for line, stays in zip(lines, kept, strict=True) if stays)


def shingles(text: str) -> list[str]:
    words = text.lower().split()
    return [" ".join(words[at : at + 5]) for at in range(max(1, len(words) - 4))]


def rensa(lines: list[bytes], texts: list[str]) -> Iterable[bool]:
    """R-MinHash with its deduplicator, which compares estimates."""
    from rensa import RMinHash, RMinHashDeduplicator

    known = RMinHashDeduplicator(threshold=THRESHOLD, num_perm=PERMUTATIONS, use_lsh=True, num_bands=16)
    for number, text in enumerate(texts):
        sketch = RMinHash(num_perm=PERMUTATIONS, seed=42)
        sketch.update(shingles(text))
        yield known.add(str(number), sketch)


def rensa_lsh(lines: list[bytes], texts: list[str]) -> Iterable[bool]:
    """R-MinHash with its LSH, which compares nothing: whoever meets somebody that stays goes."""
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=16)
    for number, text in enumerate(texts):
        sketch = RMinHash(num_perm=PERMUTATIONS, seed=42)
        sketch.update(shingles(text))
        met = index.query(sketch)
        if not met:
            index.insert(number, sketch)
        yield not met


def gaoya(lines: list[bytes], texts: list[str]) -> Iterable[bool]:
    """Its index with all cores."""
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(
        hash_size=32, jaccard_threshold=THRESHOLD, num_bands=21, band_size=6, analyzer="word", lowercase=True, ngram_range=(5, 5)
    )  # fmt: skip
    index.par_bulk_insert_docs(list(range(len(texts))), texts)
    return _greedy(index.par_bulk_query(texts))


def datasketch(lines: list[bytes], texts: list[str]) -> Iterable[bool]:
    """Its bulk signatures and its LSH."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    sets = ([shingle.encode() for shingle in shingles(text)] for text in texts)
    for number, sketch in enumerate(MinHash.generator(sets, num_perm=PERMUTATIONS)):
        met = index.query(sketch)
        if not met:
            index.insert(number, sketch)
        yield not met


def xxhash(lines: list[bytes], texts: list[str]) -> Iterable[bool]:
    """A set of 128-bit hashes of the texts."""
    from xxhash import xxh3_128_digest

    seen: set[bytes] = set()
    for text in texts:
        digest = xxh3_128_digest(text)
        yield digest not in seen
        seen.add(digest)


def _greedy(found: Sequence[Sequence[int]]) -> list[bool]:
    kept: list[bool] = []
    for number, others in enumerate(found):
        kept.append(not any(other < number and kept[other] for other in others))
    return kept


def polars(path: str, out: str) -> None:
    """Lazily, with its streaming engine where it has one."""
    import polars as pl

    pl.scan_ndjson(path).unique("text", keep="first", maintain_order=True).collect().write_ndjson(out)


def gopher(path: str, out: str) -> None:
    """datatrove's Gopher quality and repetition filters, one document after the other."""
    from datatrove.data import Document
    from datatrove.pipeline.filters import GopherQualityFilter, GopherRepetitionFilter

    filters = [GopherRepetitionFilter(), GopherQualityFilter()]
    lines, texts = read(path)

    def passes(text: str) -> bool:
        document = Document(text=text, id="0")
        return all(one.filter(document) is True for one in filters)

    write(out, lines, map(passes, texts))


TOOLS: dict[str, Callable[[list[bytes], list[str]], Iterable[Any]]] = {
    "rensa": rensa, "rensa_lsh": rensa_lsh, "gaoya": gaoya, "datasketch": datasketch, "xxhash": xxhash,
}  # fmt: skip


def main(tool: str, path: str, out: str) -> None:
    if tool in ("polars", "gopher"):
        globals()[tool](path, out)
        return
    lines, texts = read(path)
    write(out, lines, TOOLS[tool](lines, texts))


if __name__ == "__main__":
    main(*sys.argv[1:])
