"""The published rules, ours against datatrove's filters: CPU-seconds, and how many verdicts differ.

    python benchmarks/rules.py --peer-python peer/bin/python [--corpus FILE] [--documents 500] [--repeats 3]
    python benchmarks/rules.py --peer-python peer/bin/python --flips [--corpus FILE] [--documents 3000]
    python benchmarks/rules.py --each [--corpus FILE] [--documents 500]

The peer's interpreter needs what tests/cases/make_rule_cases.py names. Both sides see the same documents in the same
run: a seeded sample of the corpus (whatever dataqual reads), or of the packaged one.
Speed: datatrove runs its Gopher quality, Gopher repetition, C4 and FineWeb filters on every document, each stopping at
its first failing rule, words tokenized once; ours measures every signal of all our rule sets, and every verdict. CPU time
of the whole process, after a warm-up on both sides. Each: what every other rule set, and every signal that waits to be asked for, takes beside a profile, in ns of CPU per byte,
the least of the repeats. Flips: verdicts per rule and set, with 95 % intervals (Wilson).
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)  # or a peer's `import profile` would find benchmarks/profile.py
OURS = ("gopher@datatrove", "gopher@dolma", "c4@tfds", "fineweb@paper", "fineweb@datatrove")
"""What a profile applies; what the others take beside them is told by --each."""
EVALWEB = ("too_short", "short_lines", "few_han_characters", "repeated_13grams")
BATCH_BYTES = 4 << 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer-python", help="an interpreter with datatrove and spaCy")
    parser.add_argument("--corpus", type=Path, default=ROOT / "dataqual" / "sample" / "sample.jsonl")
    parser.add_argument("--documents", type=int, default=None, help="how many (500; with --flips 3000)")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--flips", action="store_true", help="count verdicts that differ instead of seconds")
    parser.add_argument("--each", action="store_true", help="time what a profile does not measure, without a peer")
    parser.add_argument("--as-peer", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.as_peer:
        print(json.dumps(peer_cases(options.as_peer) if options.flips else peer_seconds(options.as_peer)))
        return
    documents = sample(options.corpus, options.documents or (3000 if options.flips else 500), options.seed)
    if options.each:
        each(documents, options.repeats)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "documents.json"
        path.write_text(json.dumps(documents), encoding="utf-8")
        command = [options.peer_python, __file__, "--as-peer", str(path), *(["--flips"] if options.flips else [])]
        if options.flips:
            flips(documents, ask(command))
        else:
            speed(documents, command, options.repeats)


def ask(command: list[str]) -> Any:
    """What the peer answers; its progress and warnings are not ours."""
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    if ran.returncode != 0:
        sys.exit(f"the peer failed:\n{ran.stderr[-2000:]}")
    return json.loads(ran.stdout.splitlines()[-1])


def sample(corpus: Path, n: int, seed: int) -> list[str]:
    import dataqual

    texts = [batch.text[row] for batch in dataqual.read(corpus).batches() for row in range(len(batch))]
    return random.Random(seed).sample(texts, min(n, len(texts)))


# What we do


class Table(dict[Any, Any]):
    """Signals measured on one text, each once."""

    def __init__(self, text: Any) -> None:
        super().__init__()
        self.text = text

    def __missing__(self, signal: Any) -> Any:
        self[signal] = signal.measure(self.text)
        return self[signal]


def batches(documents: list[str]) -> list[list[bytes]]:
    cut: list[list[bytes]] = [[]]
    size = 0
    for document in map(str.encode, documents):
        if size > BATCH_BYTES:
            cut.append([])
            size = 0
        cut[-1].append(document)
        size += len(document)
    return cut


def our_seconds(documents: list[str]) -> float:
    from dataqual.rules import load
    from dataqual.text import Text

    rule_sets = [load(name) for name in OURS]
    cut = batches(documents)
    before = time.process_time()
    for batch in cut:
        table = Table(Text.of_bytes(batch))
        for rules in rule_sets:
            rules.fails(table)
    return time.process_time() - before


def speed(documents: list[str], command: list[str], repeats: int) -> None:
    size = sum(len(document.encode()) for document in documents) / 1e6
    copies = max(1, round(20 / size))  # ours is timed on about 20 MB, or it would be over too soon to time
    our_seconds(documents)
    ours, peers = [], []
    for _ in range(repeats):
        ours.append(our_seconds(documents * copies) / copies)
        peers.append(ask(command))
    mine, peer = statistics.median(ours), statistics.median(peers)
    print(
        f"{len(documents)} documents, {size:.2f} MB, median of {repeats}; {platform.processor() or platform.machine()}"
    )
    print(f"datatrove's four filters {peer:8.3f} CPU-seconds {size / peer:8.2f} MB per CPU-second ({spread(peers)})")
    print(
        f"our {len(OURS)} rule sets      {mine:8.3f} CPU-seconds {size / mine:8.2f} MB per CPU-second ({spread(ours)})"
    )
    print(f"ratio {peer / mine:.0f}")


def each(documents: list[str], repeats: int) -> None:
    """What is measured beyond a profile, told one by one."""
    from dataqual import catalog
    from dataqual.rules import load, rule_sets
    from dataqual.text import Text

    size = sum(len(document.encode()) for document in documents)
    copies = max(1, round(4e6 / size))
    usual = [*catalog.profiled().values(), *(signal for name in OURS for signal in load(name).signals)]
    waiting = {name: [signal] for name, signal in catalog.defaults().items() if not signal.profiled}
    asked = {name: [*load(name).signals] for name in rule_sets() if name not in OURS} | waiting
    least = dict.fromkeys(asked, float("inf"))
    for _ in range(repeats + 1):  # the first one compiles
        for name, signals in asked.items():
            table = Table(Text.of_bytes([document.encode() for document in documents * copies]))
            for signal in usual:
                table[signal]
            before = time.process_time()
            for signal in signals:
                table[signal]
            least[name] = min(least[name], time.process_time() - before)
    print(
        f"{len(documents)} documents, {size / 1e6:.2f} MB; ns of CPU per byte beside a profile, least of {repeats + 1}"
    )
    for name, seconds in least.items():
        print(f"{name:34} {1e9 * seconds / size / copies:8.2f}")


def spread(seconds: list[float]) -> str:
    return f"{min(seconds):.3f} to {max(seconds):.3f} s"


# What the peer does


def peer_seconds(path: Path) -> float:
    from datatrove.data import Document
    from datatrove.pipeline.filters import (
        C4QualityFilter,
        FineWebQualityFilter,
        GopherQualityFilter,
        GopherRepetitionFilter,
    )

    filters = [GopherQualityFilter(), GopherRepetitionFilter(), C4QualityFilter(), FineWebQualityFilter()]
    for filter_ in filters:
        filter_.filter(Document(text="A first text, to load the tokenizer. " * 20, id=""))
    texts = json.loads(path.read_text(encoding="utf-8"))
    before = time.process_time()
    for text in texts:
        for filter_ in filters:
            filter_.filter(Document(text=text, id=""))
    return time.process_time() - before


def peer_cases(path: Path) -> list[Any]:
    sys.path.insert(0, str(ROOT / "tests" / "cases"))
    import make_rule_cases

    (_, datatrove), (_, c4), (_, dclm) = make_rule_cases.datatrove(), make_rule_cases.c4(), make_rule_cases.dclm()
    from datatrove.data import Document
    from datatrove.pipeline.filters import C4QualityFilter

    c4_arxiv, (nemo, _) = C4QualityFilter(), make_rule_cases.nemo_filters()
    kept = []
    for text in json.loads(path.read_text(encoding="utf-8")):
        case = datatrove(text)
        scores = [(one, make_rule_cases.nemo_score(one, text)) for one in nemo.values()]
        kept.append(
            {
                "values": case["values"],
                "verdicts": case["verdicts"],
                "c4": c4(text)["passes"],
                "c4_arxiv": c4_arxiv.filter(Document(text=text, id="")) is True,
                "nemo": all(score is not None and bool(one.keep_document(score)) for one, score in scores),
                "uniseg": dclm(text)["words"],
            }
        )
    return kept


# How they differ


def flips(documents: list[str], cases: list[Any]) -> None:
    import numpy as np

    from dataqual.rules import load
    from dataqual.text import Text

    sys.path.insert(0, str(ROOT / "tests" / "rules"))
    from test_parity import DATATROVE, FINEWEB

    table = Table(Text.of(documents))
    print(f"{len(documents)} documents, {sum(map(len, documents)) / 1e6:.2f} million characters")
    print(f"{'':42} {'theirs':>8} {'ours':>8} {'differ':>8}")
    for name, keys in (("gopher@datatrove", DATATROVE), ("fineweb@datatrove", FINEWEB)):
        rules = load(name)
        fails = rules.fails(table)
        by_name = {rule.name: (fails[:, i], rule.bounds) for i, rule in enumerate(rules.rules)}
        for key, ruled in [*keys.items(), *([("min_avg_word_length", ["long_words"])] if "dup_5" in keys else [])]:
            for place, rule in enumerate(ruled):
                mine, bounds = by_name[rule]
                theirs = np.array([not bounds.accept(first(case["values"].get(key), place)) for case in cases])
                report(f"{name} {rule}", theirs, mine)
        kinds = (
            ("FineWebQualityFilter",)
            if name.startswith("fineweb")
            else ("GopherQualityFilter", "GopherRepetitionFilter")
        )
        theirs = np.array([any(case["verdicts"][kind] is not None for kind in kinds) for case in cases])
        report(f"{name}, any rule", theirs, fails.any(axis=1))
    theirs = np.array([not case["c4"] for case in cases]) | (np.array(list(map(len, documents))) > 190000)
    report("c4@tfds, any rule", theirs, load("c4@tfds").fails(table).any(axis=1))
    for name, key in (("c4@arxiv", "c4_arxiv"), ("gopher@nemo", "nemo")):
        report(f"{name}, any rule", np.array([not case[key] for case in cases]), load(name).fails(table).any(axis=1))
    from tests.rules import published

    read = [published.dclm(text, case["uniseg"]) for text, case in zip(documents, cases, strict=True)]
    report_rules("gopher@dclm", read, table)
    removed = [
        values | {"words_removed": published.refinedweb_removed(text)}
        for text, values in zip(documents, read, strict=True)
    ]
    report_rules("refinedweb@dclm", removed, table)
    report_rules("redpajama@v2", list(map(published.redpajama, documents)), table)
    report_rules(
        "chinese-web@evalweb",
        [published.evalweb(text) if text else dict.fromkeys(EVALWEB, 0.0) for text in documents],
        table,
    )


def report_rules(name: str, read: list[dict[str, float]], table: Any) -> None:
    """Rules whose source is no package: `read` is what its code compares, written anew (tests/rules/published.py)."""
    import numpy as np

    from dataqual.rules import load

    rules = load(name)
    fails = rules.fails(table)
    upper = {"too_many_words": "too_few_words", "long_words": "short_words"}
    values = [np.array([one[upper.get(rule.name, rule.name)] for one in read]) for rule in rules.rules]
    theirs = np.stack([~rule.bounds.accept(found) for rule, found in zip(rules.rules, values, strict=True)]).T
    for i, rule in enumerate(rules.rules):
        if (theirs[:, i] != fails[:, i]).any():
            report(f"{name} {rule.name}", theirs[:, i], fails[:, i])
    report(f"{name}, any rule", theirs.any(axis=1), fails.any(axis=1))


def first(met: list[float | None] | None, place: int) -> float:
    """The value that the peer compared; 0 where it had none to compare."""
    return (met[place] or 0.0) if met and place < len(met) else 0.0


def report(name: str, theirs: Any, ours: Any) -> None:
    from dataqual.reading import wilson

    differ = int((theirs != ours).sum())
    low, high = wilson(differ, len(theirs)) or (0.0, 0.0)
    share = f"{100 * differ / len(theirs):.2f} % ({100 * low:.2f} to {100 * high:.2f})"
    print(f"{name:42} {int(theirs.sum()):8} {int(ours.sum()):8} {differ:8}  {share}")


if __name__ == "__main__":
    main()
