"""How often the language of a document is told right, and how fast: `fast` and `exact`, on one core.

    python benchmarks/language.py [--corpus FILE] [--lang lang | --all-are CODE] [--text COLUMN] [--repeats 5]

The corpus needs a column with the true language of each document; the packaged sample has one (`lang`), with planted faults,
whose documents are left out here. Labels are compared as languages: pt-BR counts as pt, and zh-CN, zh-TW and lzh as zh;
how the kinds of Chinese are told apart stands in a table of its own. Time is CPU time from text in memory to a label and a
confidence for each document, the count of characters included, best of the repeats; bytes are those of whole documents.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path[0] = str(Path(__file__).resolve().parents[1])  # or numba's `import coverage` would find benchmarks/coverage.py

import numpy as np  # noqa: E402

import dataqual  # noqa: E402
from dataqual.kernels.unicode import SCRIPTS  # noqa: E402
from dataqual.languages.telling import tell  # noqa: E402
from dataqual.reading import wilson  # noqa: E402
from dataqual.text import Text  # noqa: E402

SAMPLE = Path(dataqual.__file__).parent / "sample"
CHINESE = {"zh-CN": "zh-Hans", "zh-TW": "zh-Hant", "zh-HK": "zh-Hant", "lzh": "lzh"}
"""What a label of the corpus says about the kind of Chinese."""
OTHER_NAMES = {"nb": "no", "lzh": "zh", "yue": "zh", "wuu": "zh"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=SAMPLE / "sample.jsonl")
    parser.add_argument("--lang", default="lang", help="column of the true language")
    parser.add_argument("--all-are", help="the one language of all documents, where there is no such column")
    parser.add_argument("--text", help="column of the text")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    texts, labels = load(options.corpus, None if options.all_are else options.lang, options.text)
    labels = [options.all_are or label for label in labels]
    print(
        f"{options.corpus.name}: {len(texts):,} documents, {len(set(labels))} labels, Python {platform.python_version()}"
    )
    for method in ("fast", "exact"):
        report(method, texts, labels, options.repeats)
    few(texts, labels)


def load(corpus: Path, column: str | None, text: str | None) -> tuple[list[str], list[str]]:
    """The documents with a label; of the sample those without a planted fault."""
    faults: set[str] = set()
    if corpus.parent == SAMPLE:
        faults = set(json.loads((SAMPLE / "planted.json").read_text(encoding="utf-8"))["faults"])
    texts, labels = [], []
    for batch in dataqual.read(corpus, text=text, group=column, id="id" if faults else None).batches():
        known = batch.columns["group"].to_list() if column else [corpus.name] * len(batch)
        ids = batch.columns["id"].to_list() if faults else [None] * len(batch)
        for row, (label, name) in enumerate(zip(known, ids, strict=True)):
            if label and name not in faults:
                texts.append(batch.text[row])
                labels.append(label)
    return texts, labels


def report(method: Any, texts: Sequence[str], labels: Sequence[str], repeats: int) -> None:
    seconds = []
    for _ in range(repeats + 1):  # the first may compile
        text = Text.of(texts)
        start = time.process_time()
        codes = tell(text, method).codes
        seconds.append(time.process_time() - start)
    best = min(seconds[1:])
    wrong = [(label, code) for label, code in zip(labels, codes, strict=True) if plain(label) != plain(code)]
    right, n = len(labels) - len(wrong), len(labels)
    low, high = wilson(right, n) or (0.0, 1.0)
    size = len(text.data)
    print(f"\n{method}: {right / n:.2%} right (95 %: {low:.2%} to {high:.2%}, n = {n:,}); {size / best / 1e6:.0f} MB/s")
    print("  most often wrong:", ", ".join(f"{a} as {b} {k}" for (a, b), k in Counter(wrong).most_common(6)) or "none")
    kinds = Counter((label, str(code)) for label, code in zip(labels, codes, strict=True) if label in CHINESE)
    for label, kind in CHINESE.items():
        total = sum(k for (known, _), k in kinds.items() if known == label)
        if total:
            others = ", ".join(f"{code} {k}" for (known, code), k in kinds.items() if known == label and code != kind)
            print(f"  {label}: {kinds[label, kind]} of {total} told as {kind}{'; ' + others if others else ''}")


def few(texts: Sequence[str], labels: Sequence[str]) -> None:
    """What becomes of some words out of the middle of each document, by the script that most of its letters are in."""
    whole = Text.of(texts)
    cut = whole.cut("unicode")
    middle = (cut.offsets[:-1] + cut.offsets[1:]) // 2
    print("\na few words, from the middle on: of those with letters told wrong / undetermined, and how many they are")
    for words in (1, 2, 3, 4, 5, 10, 20):
        last = np.minimum(middle + words, cut.offsets[1:]) - 1
        some = [
            whole.data[cut.starts[a] : cut.ends[b]].tobytes().decode() if b >= a else ""
            for a, b in zip(middle.tolist(), last.tolist(), strict=True)
        ]
        text = Text.of(some)
        tally: dict[str, Counter[str]] = {}
        scripts = text.scripts[:, 1:]
        for row, (label, code) in enumerate(zip(labels, tell(text).codes, strict=True)):
            if code is not None:
                script = SCRIPTS[1 + int(scripts[row].argmax())]
                script = script if script in ("Latin", "Han", "Cyrillic") else "other scripts"
                end = "und" if code == "und" else "right" if plain(code) == plain(label) else "wrong"
                tally.setdefault(script, Counter())[end] += 1
        told = (
            f"{script} {one['wrong'] / one.total():.1%} / {one['und'] / one.total():.1%}, n = {one.total():,}"
            for script, one in sorted(tally.items())
        )
        print(f"  {words:2}: {'; '.join(told)}")


def plain(label: str | None) -> str | None:
    """A label without its region or script.

    >>> plain("pt-BR"), plain("zh-Hans"), plain("lzh")
    ('pt', 'zh', 'zh')
    """
    base = label.split("-")[0] if label else label
    return OTHER_NAMES.get(base, base) if base else base


if __name__ == "__main__":
    main()
