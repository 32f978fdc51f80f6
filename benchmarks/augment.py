"""Synonyms by WordNet with tagging: documents per CPU-second of ours and of nlpaug's `SynonymAug`, in turns, in one process.

    OMP_NUM_THREADS=1 python benchmarks/augment.py --corpus FILE --nltk FOLDER [--documents 2000] [--rounds 3] [--out FILE.md]

FOLDER has NLTK's data: corpora/wordnet and taggers/averaged_perceptron_tagger_eng. Both replace a tenth of the words by lemmas
of WordNet, chosen by the part of speech that a tagger gives. Ours cuts, tags, inflects and records the edits, with the filter of
frequencies; time for imports and for opening files is told apart. Each round takes other documents, so that nothing is remembered
from the round before but what a corpus repeats; within a round ours goes first in odd rounds, nlpaug in even ones.

Then the whole run: `dataqual augment --method synonyms`, reading, gate, ledger and writing included, with the default gate and with
none, beside nlpaug with the reading and writing of the csv module around it; it has no gate and no ledger.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

import dataqual  # noqa: E402
from dataqual.augmenting import augment  # noqa: E402
from dataqual.children import Chance  # noqa: E402
from dataqual.synonyms import Synonyms  # noqa: E402
from dataqual.synonyms.english import English  # noqa: E402

RATE = 0.1

Work = Callable[[Sequence[str]], int]
"""Makes a child of each document; how many differ from it."""


def ours() -> tuple[Work, float]:
    """Ours, and the CPU-seconds until it may begin."""
    start = time.process_time()
    augmenter = Synonyms((English(None, "wordfreq"),), RATE)
    augmenter.children_of(["The film was good, and it was long."], [Chance(0)], [1])

    def work(texts: Sequence[str]) -> int:
        made = augmenter.children_of(texts, [Chance(at) for at in range(len(texts))], [1] * len(texts))
        return sum(bool(children) for children in made)

    return work, time.process_time() - start


def nlpaugs(folder: str) -> tuple[Work, float]:
    """nlpaug's, and the CPU-seconds until it may begin."""
    os.environ["NLTK_DATA"] = folder
    start = time.process_time()
    import nlpaug.augmenter.word as word

    augmenter = word.SynonymAug(aug_src="wordnet", aug_p=RATE)
    augmenter.augment("The film was good, and it was long.")

    def work(texts: Sequence[str]) -> int:
        random.seed(1)
        return sum(augmenter.augment(text)[0] != text for text in texts)

    return work, time.process_time() - start


def whole_runs(rows: Sequence[tuple[str, str]], folder: Path, nlpaug: Work) -> dict[str, float]:
    """CPU-seconds of a whole run over a file with these texts."""
    source = folder / "in.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *rows])

    def ours(gate: str) -> Work:
        def run(_: Sequence[str]) -> int:
            done = augment(
                source, folder / "ours.csv", method="synonyms", parameters={"gate": gate}, workers=1, resume=False
            )
            return done.added

        return run

    def theirs(_: Sequence[str]) -> int:
        with source.open(encoding="utf-8", newline="") as file:
            read = list(csv.reader(file))[1:]
        made = nlpaug([text for text, _ in read])
        with (folder / "theirs.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([row for row in read for _ in range(2)])
        return made

    runs = {"dataqual, default gate": ours("default"), "dataqual, no gate": ours("none"), "nlpaug": theirs}
    return {name: timed(run, ())[0] for name, run in runs.items()}


def documents(path: str, n: int) -> list[tuple[str, str]]:
    """So many documents, with their labels, in an order that a seed fixes: files have one label after the other."""
    found: list[tuple[str, str]] = []
    for batch in dataqual.read(path).batches():
        found += zip((batch.text[i] for i in range(len(batch))), batch.columns["label"].to_list(), strict=True)
    random.Random(0).shuffle(found)
    return found[:n]


def timed(work: Work, texts: Sequence[str]) -> tuple[float, int]:
    """CPU-seconds, and children."""
    start = time.process_time()
    made = work(texts)
    return time.process_time() - start, made


def main() -> None:
    """Measure, print, and write where asked."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--corpus", required=True)
    options.add_argument("--nltk", required=True)
    options.add_argument("--documents", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--out")
    asked = options.parse_args()
    rows = documents(asked.corpus, asked.documents * asked.rounds)
    texts = [text for text, _ in rows]
    size = len(texts) // asked.rounds
    workers = {"dataqual": ours(), "nlpaug": nlpaugs(asked.nltk)}
    rates: dict[str, list[float]] = {name: [] for name in workers}
    made: dict[str, int] = dict.fromkeys(workers, 0)
    for turn in range(asked.rounds):
        some = texts[turn * size : (turn + 1) * size]
        for name in list(workers)[:: 1 if turn % 2 == 0 else -1]:
            seconds, children = timed(workers[name][0], some)
            rates[name].append(len(some) / seconds)
            made[name] += children
    ratios = [a / b for a, b in zip(rates["dataqual"], rates["nlpaug"], strict=True)]
    words = sum(len(text.split()) for text in texts) / len(texts)
    lines = [
        "# Synonyms, beside nlpaug",
        "",
        f"`{Path(asked.corpus).name}`, {len(texts):,} documents of {words:.0f} words on average, in {asked.rounds} rounds of other documents; one core,",
        "CPU-seconds; WordNet 3.0 and a tagger on both sides. Made by benchmarks/augment.py.",
        "",
        "| | documents per CPU-second, by round | documents with a child | CPU-seconds to begin |",
        "|---|---|---|---|",
    ]
    for name, (_, begin) in workers.items():
        told = ", ".join(f"{rate:,.0f}" for rate in rates[name])
        lines.append(f"| {name} | {told} | {made[name] / (size * asked.rounds):.0%} | {begin:.1f} |")
    lines += [
        "",
        f"Ratio by round: {', '.join(f'{ratio:.1f}' for ratio in ratios)}; median {median(ratios):.1f} (promised: 10).",
    ]
    with TemporaryDirectory() as folder:
        whole_runs(rows[:100], Path(folder), workers["nlpaug"][0])  # what is loaded at first use
        whole = [
            whole_runs(rows[n * size : (n + 1) * size], Path(folder), workers["nlpaug"][0]) for n in range(asked.rounds)
        ]
    lines += [
        "",
        "The whole run, reading, ledger and writing included, after everything was loaded once. nlpaug has no gate and no ledger.",
        "",
        "| | documents per CPU-second, by round | times nlpaug's, median |",
        "|---|---|---|",
    ]
    for name in whole[0]:
        told = ", ".join(f"{size / one[name]:,.0f}" for one in whole)
        lines.append(f"| {name} | {told} | {median(one['nlpaug'] / one[name] for one in whole):.1f} |")
    text = "\n".join(lines) + "\n"
    print(text)
    if asked.out:
        Path(asked.out).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
