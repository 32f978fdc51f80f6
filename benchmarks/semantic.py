"""Which documents that mean the same do not meet in a bucket: brute force beside the buckets of `dedup --method semantic`.

    python benchmarks/semantic.py --corpus FILE --model FOLDER [--model FOLDER] [--documents 12000] [--longest 160]
        [--out FILE.md]

Of a corpus the first N documents of at most so many characters are embedded, by each model (`static:FOLDER` takes the
table of token vectors out of a transformer as a static model). All pairs are compared, and then those that share one of
the buckets that so many documents get are counted. Exact copies are left out before, as `dedup` does.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

import dataqual  # noqa: E402
from dataqual.embeddings import (  # noqa: E402
    Model,
    open_model,
    safetensors,
)
from dataqual.near_duplicates.buckets import buckets_for, filed  # noqa: E402
from dataqual.near_duplicates.ranking import Before, Ranking  # noqa: E402
from dataqual.near_duplicates.spilling import Vectors  # noqa: E402
from dataqual.reading import wilson  # noqa: E402
from dataqual.text import Text  # noqa: E402

THRESHOLDS = 0.85, 0.9, 0.95
NEAREST = 1, 2, 4, 8
MEMORY = 256 << 20
AT_ONCE = 512
TOKEN_VECTORS = "embeddings.word_embeddings.weight"


@dataclass(frozen=True)
class Recall:
    """How much of what brute force finds the buckets find."""

    threshold: float
    nearest: int
    pairs: tuple[int, int]
    """Of pairs, and of documents with a partner those that meet one: found, and of how many."""
    documents: tuple[int, int]

    def __str__(self) -> str:
        told = [str(self.threshold), str(self.nearest)]
        for found, of in (self.pairs, self.documents):
            low, high = wilson(found, of) or (0.0, 1.0)
            told.append(f"{found:,} of {of:,} = {found / of:.4f} [{low:.4f}, {high:.4f}]" if of else "none to find")
        return f"| {' | '.join(told)} |"


def documents(path: str, most: int, longest: int) -> Iterator[str]:
    """The first documents that are short enough, each text once."""
    seen: set[str] = set()
    for batch in dataqual.read(path).batches():
        for text in (batch.text[row] for row in range(len(batch))):
            if 0 < len(text) <= longest and text not in seen:
                seen.add(text)
                yield text
                if len(seen) == most:
                    return


def static_of(folder: Path, into: Path) -> Path:
    """A static model of the token vectors that a transformer begins with."""
    weights = folder / "model.safetensors"
    name = next(name for name in safetensors.header(weights) if name.endswith(TOKEN_VECTORS))
    vectors = safetensors.array(weights, name).astype(np.float32)
    from safetensors.numpy import save_file

    save_file({"embeddings": vectors - vectors.mean(axis=0)}, str(into / "model.safetensors"))
    (into / "tokenizer.json").write_bytes((folder / "tokenizer.json").read_bytes())
    return into


def embedded(model: Model, texts: list[str]) -> NDArray[np.float32]:
    """(texts, dimensions)."""
    parts = []
    rest = iter(texts)
    while some := list(islice(rest, AT_ONCE)):
        parts.append(model(some))
        print(f"\r{sum(map(len, parts)):,} of {len(texts):,} embedded", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return np.concatenate(parts)


def alike(rows: NDArray[np.float32], threshold: float) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """All pairs of documents, first and second, with a cosine of the threshold or more, some at a time."""
    for start in range(0, len(rows), AT_ONCE):
        close = rows[start : start + AT_ONCE] @ rows.T
        first, second = np.nonzero(close >= threshold)
        later = second > first + start
        yield first[later] + start, second[later]


def members(rows: NDArray[np.float32], nearest: int) -> NDArray[np.bool_]:
    """(documents, buckets): in which each is filed."""
    vectors = Vectors(rows.shape[1], None)
    vectors.add(rows)
    buckets, usable = buckets_for(len(rows)), (rows != 0).any(axis=1)
    member = np.zeros((len(rows), buckets), np.bool_)
    ranking = Ranking.of(None, Before.kept(0))
    for number, documents in enumerate(filed(vectors, usable, ranking, buckets, nearest, 0, MEMORY)):
        member[documents, number] = True
    vectors.close()
    return member


def recalls(rows: NDArray[np.float32]) -> Iterator[Recall]:
    """Each threshold with each number of buckets that a document is filed in."""
    member = {nearest: members(rows, nearest) for nearest in NEAREST}
    for threshold in THRESHOLDS:
        pairs, met = 0, dict.fromkeys(NEAREST, 0)
        partner = np.zeros(len(rows), np.bool_)
        meets = {nearest: np.zeros(len(rows), np.bool_) for nearest in NEAREST}
        for first, second in alike(rows, threshold):
            pairs += len(first)
            partner[first] = partner[second] = True
            for nearest in NEAREST:
                shared = (member[nearest][first] & member[nearest][second]).any(axis=1)
                met[nearest] += int(shared.sum())
                meets[nearest][first[shared]] = meets[nearest][second[shared]] = True
        for nearest in NEAREST:
            of = int(partner.sum())
            yield Recall(threshold, nearest, (met[nearest], pairs), (int(meets[nearest].sum()), of))


def section(corpus: str, texts: list[str], said: str, model: Model) -> str:
    """The table of one model."""
    rows = embedded(model, texts)
    data = Text.of(texts).data.nbytes
    head = (
        f"## {said}, {Path(corpus).name}\n\n{len(texts):,} documents ({data / 1e6:.1f} MB), {rows.shape[1]} dimensions, "
        f"{buckets_for(len(rows))} buckets\n\n"
        "| cosine from | filed in | pairs that meet | documents that meet one of their partners |\n|---|---|---|---|\n"
    )
    return head + "\n".join(map(str, recalls(rows)))


def main() -> None:
    """Measure, and print or write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--model", action="append", required=True)
    parser.add_argument("--documents", type=int, default=12_000)
    parser.add_argument("--longest", type=int, default=160)
    parser.add_argument("--out")
    asked = parser.parse_args()
    texts = list(documents(asked.corpus, asked.documents, asked.longest))
    told = []
    with tempfile.TemporaryDirectory() as place:
        for given in asked.model:
            kind, _, folder = given.rpartition(":")
            path = static_of(Path(folder), Path(place)) if kind == "static" else Path(folder)
            said = f"{'token vectors of ' if kind else ''}{Path(folder).name}"
            told.append(section(asked.corpus, texts, said, open_model(path)))
    written = "\n\n".join(told) + "\n"
    Path(asked.out).write_text(written, encoding="utf-8") if asked.out else print(written)


if __name__ == "__main__":
    main()
