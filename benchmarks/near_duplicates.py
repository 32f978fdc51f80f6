"""Near copies: ours beside datasketch, in one run on the same generated documents.

    python benchmarks/near_duplicates.py [--documents 20000] [--sizes 200000]

Prints one JSON object. datasketch signs with MinHash.bulk from the same shingle hashes and finds with MinHashLSH; ours
starts from the text's words too, so that cutting is in neither. Ratios travel between machines, seconds do not.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from datasketch import MinHash, MinHashLSH

from dataqual.near_duplicates import NearDuplicates, Part, Survey, jaccard, shingles
from dataqual.near_duplicates.survey import MEMORY
from dataqual.text import Text


def generate(documents: int, seed: int = 0) -> list[str]:
    """Documents of 20 to 400 words of a Zipf-like vocabulary; a tenth are copies with a few words changed."""
    rng = random.Random(seed)
    vocabulary = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9))) for _ in range(20_000)]
    texts: list[list[str]] = []
    for _ in range(documents):
        if texts and rng.random() < 0.1:
            words = rng.choice(texts).copy()
            for _ in range(rng.randint(1, 1 + len(words) // 60)):
                words[rng.randrange(len(words))] = rng.choice(vocabulary)
        else:
            words = [vocabulary[int(20_000 ** rng.random()) - 1] for _ in range(rng.randint(20, 400))]
        texts.append(words)
    return [" ".join(words) for words in texts]


def timed(work: Callable[[], Any], repeat: int = 1) -> tuple[float, Any]:
    """The best time of `repeat` and what came out."""
    best, result = float("inf"), None
    for _ in range(repeat):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    return best, result


def compare(texts: list[str]) -> dict[str, Any]:
    """Signing and finding, ours and datasketch's; recall and precision by exact Jaccard of every pair either found."""
    text = Text.of(texts)
    megabytes = len(text.data) / 1e6
    assert len(text.cut("unicode").folded)
    survey = Survey(NearDuplicates())
    survey.measure(Text.of(texts[:10]))
    signing, part = timed(lambda: survey.measure(text), repeat=5)
    survey.add(part)
    finishing, copies = timed(lambda: survey.finish(lambda numbers: [texts[i] for i in numbers], verify=None))
    sets = [[number.tobytes() for number in shingles(t)] for t in texts]
    their_signing, sketches = timed(lambda: MinHash.bulk(sets, num_perm=128))
    their_finding, theirs = timed(lambda: find_with_datasketch(sketches))
    ours = set(np.flatnonzero(copies.near_copy_of >= 0).tolist())
    true = {a for a, b in theirs if jaccard(texts[a], texts[b]) >= 0.8} | ours
    return {
        "documents": len(texts),
        "megabytes": round(megabytes, 1),
        "dataqual": {
            "sign_mb_s": round(megabytes / signing, 1),
            "finish_s_verified": round(finishing, 3),
            "found": len(ours),
            "share_of_all_true_found": round(len(ours) / len(true), 4) if true else None,
        },
        "datasketch": {
            "sign_mb_s": round(megabytes / their_signing, 2),
            "find_s_unverified": round(their_finding, 3),
            "found": len({a for a, _ in theirs}),
            "of_them_true": len({a for a, b in theirs if jaccard(texts[a], texts[b]) >= 0.8}),
        },
        "times_faster_signing": round(their_signing / signing, 1),
    }


def find_with_datasketch(sketches: list[MinHash]) -> list[tuple[int, int]]:
    """Pairs (document, earlier document that it meets in a bucket and that was not itself dropped)."""
    index = MinHashLSH(threshold=0.8, num_perm=128)
    pairs = []
    for number, sketch in enumerate(sketches):
        met = index.query(sketch)
        pairs += [(number, earlier) for earlier in met]
        if not met:
            index.insert(number, sketch)
    return pairs


def finish_at(documents: int, memory: int = MEMORY) -> dict[str, Any]:
    """Only `finish`, on signatures drawn at random of which a fifth are near copies."""
    rng = np.random.default_rng(0)
    survey = Survey(NearDuplicates(), memory=memory)
    for _ in range(0, documents, 5000):
        signatures = rng.integers(0, 1 << 16, (5000, 128), dtype=np.uint16)
        copied = np.where(rng.random((1000, 128)) < 0.9, signatures[rng.integers(0, 2500, 1000)], signatures[-1000:])
        signatures[-1000:] = copied
        exact = rng.integers(0, 1 << 63, (5000, 2)).astype(np.uint64)
        survey.add(Part(exact, signatures, np.ones(5000, bool), np.full(5000, 1000, np.uint32)))
    seconds, copies = timed(lambda: survey.finish(lambda numbers: [""] * len(numbers)))
    return {
        "documents": len(copies),
        "finish_s": round(seconds, 2),
        "near_copies": int((copies.near_copy_of >= 0).sum()),
        "peak_mb_of_the_process_so_far": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=20_000, help="how many to compare on")
    parser.add_argument("--sizes", type=int, nargs="*", default=[200_000], help="how many to finish")
    asked = parser.parse_args()
    sizes = [finish_at(size) for size in asked.sizes]
    print(json.dumps({"finish": sizes, "compared": compare(generate(asked.documents))}, indent=1))


if __name__ == "__main__":
    main()
