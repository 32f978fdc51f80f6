"""How fast `dataqual dedup` is and what it finds, beside other tools, against the bars that we set ourselves.

    python benchmarks/dedup.py [--corpus FILE.jsonl] [--megabytes 220] [--runs 3] [--big 2000] [--peers-python PATH]
                               [--only near,exact,big,gopher,memory] [--out benchmarks/results/dedup.md]

near    near copies, whole processes in turn; recall and precision against exact Jaccard similarities
exact   exact copies alone, beside polars and a set of hashes
big     near copies in --big megabytes of other documents of the same kind
gopher  Gopher's rules, beside datatrove's filters on a twentieth of the documents
memory  only the comparison of ten million signatures drawn at random, under --max-memory 2G

Without --corpus (an object per line, with `text`) it is made of the packaged sample: documents of about 4.3 KB whose
sentences are drawn from the English ones of the sample, an eighth of the words drawn anew; 5 % are exact copies of an
earlier one, 10 % have up to 4 % of their words replaced. What ought to go is decided in document order with sets of
shingles as Python has them: whatever has an exact Jaccard similarity of 0.8 or more with an earlier document that stays.
Runs of what is compared alternate, so ratios are told of runs side by side: on a busy machine they alone count. Sizes in MB/s are
10^6 bytes of the input file. What --only leaves out stays in the file of results as it was.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if Path(sys.path[0]).resolve() == Path(__file__).resolve().parent:
    sys.path[0] = str(ROOT)  # or whoever imports the standard library's `profile` would get the file of that name

import numpy as np  # noqa: E402
import orjson  # noqa: E402

from benchmarks.varied_sample import originals as originals_of_sample  # noqa: E402
from dataqual.reading import wilson  # noqa: E402

PARTS = ("near", "exact", "big", "gopher", "memory")
THRESHOLD, SIZE = 0.8, 4300
WORD = re.compile(r"[^\W_]+")


def documents(seed: int = 0) -> Iterator[tuple[int, str]]:
    """(the document it is a copy of, or its own number; text) without end."""
    rng = random.Random(seed)
    english = [
        original.record["text"]
        for original in originals_of_sample()
        if original.record["lang"] == "en" and original.record["text"].isascii()
    ]
    words = " ".join(english).split()
    originals: list[tuple[int, list[str]]] = []
    number = 0
    while True:
        chance = rng.random()
        of, own = rng.choice(originals) if originals and chance < 0.15 else (number, _original(words, rng))
        if 0.05 <= chance < 0.15:
            own = own.copy()
            for _ in range(rng.randint(1, len(own) // 25)):
                own[rng.randrange(len(own))] = rng.choice(words)
        elif of == number and len(originals) < 20_000:
            originals.append((number, own))
        yield of, " ".join(own)
        number += 1


def _original(words: list[str], rng: random.Random) -> list[str]:
    own: list[str] = []
    length = 0
    size = SIZE * rng.uniform(0.5, 1.5)
    while length < size:
        start = rng.randrange(len(words) - 25)
        sentence = words[start : start + rng.randint(6, 25)]
        for _ in range(1 + len(sentence) // 8):
            sentence[rng.randrange(len(sentence))] = rng.choice(words)
        own += sentence
        length += sum(map(len, sentence)) + len(sentence)
    return own


def made(folder: Path, megabytes: int, seed: int = 0) -> Path:
    """The corpus of that size, and beside it what each document was made from; written once."""
    path = folder / f"copies-{megabytes}-{seed}.jsonl"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        groups: list[int] = []
        unfinished = path.with_suffix(".unfinished")
        with unfinished.open("wb") as file:
            for of, text in documents(seed):
                line = {"id": f"d{len(groups)}", "text": text}
                file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
                groups.append(of)
                if file.tell() >= megabytes * 1e6:
                    break
        np.save(path.with_suffix(".npy"), np.array(groups))
        unfinished.replace(path)
    return path


LETTERS = b"acghjklmopqsvwyz"
"""No name of a field and no escape of JSON has one of them but `text` and `id`, which have none."""


def repeated(folder: Path, path: Path, megabytes: int) -> Path:
    """The corpus again and again up to that size, at most fifteen times, with other letters each time, so other words."""
    large = folder / f"{path.stem}-{megabytes}.jsonl"
    if not large.exists():
        content, written = path.read_bytes(), 0
        unfinished = large.with_suffix(".unfinished")
        with unfinished.open("wb") as file:
            for turn in range(1, len(LETTERS)):
                table = bytes.maketrans(LETTERS, LETTERS[turn:] + LETTERS[:turn])
                written += file.write(content.translate(table))
                if written >= megabytes * 1e6:
                    break
        unfinished.replace(large)
    return large


@dataclass(frozen=True)
class Truth:
    """What ought to go of a corpus, and who is similar to whom, among documents that may be."""

    texts: dict[int, str]
    groups: list[list[int]]
    ids: dict[str, int]
    copies: set[int] = field(default_factory=set)
    similar: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, path: Path) -> Truth:
        """By the groups beside the corpus; else by pairs that share one of their eight least shingles."""
        texts, ids = {}, {}
        with path.open("rb") as file:
            for number, line in enumerate(file):
                record = orjson.loads(line)
                texts[number] = record["text"]
                ids[line.decode()] = number
        beside = path.with_suffix(".npy")
        of = np.load(beside).tolist() if beside.exists() else list(range(len(texts)))
        members = defaultdict(list)
        for number, original in enumerate(of):
            members[original].append(number)
        groups = [group for group in members.values() if len(group) > 1] if beside.exists() else _close(texts)
        truth = cls(texts, groups, ids)
        for group in groups:
            truth._decide(group)
        return truth

    def _decide(self, group: list[int]) -> None:
        sets = {number: shingles(self.texts[number]) for number in group}
        for at, number in enumerate(group):
            for earlier in group[:at]:
                if self.texts[number] == self.texts[earlier] or jaccard(sets[number], sets[earlier]) >= THRESHOLD:
                    self.similar[number].append(earlier)
                    self.similar[earlier].append(number)
                    if earlier not in self.copies:
                        self.copies.add(number)

    def judged(self, out: Path) -> tuple[int, int, int]:
        """Of an output: how many went, how many of them rightly, and how many of the copies."""
        left: dict[str, int] = defaultdict(int)
        with out.open("rb") as file:
            for line in file:
                left[orjson.loads(line)["id"]] += 1
        kept = {number for line, number in self.ids.items() if left[orjson.loads(line)["id"]]}
        gone = set(self.texts) - kept
        rightly = {number for number in gone if any(other in kept for other in self.similar[number])}
        return len(gone), len(rightly), len(gone & self.copies)


def shingles(text: str) -> set[tuple[str, ...]]:
    """Five words in a row, as the regular expression finds them in the lower-cased text."""
    words = WORD.findall(text.lower())
    return {tuple(words[at : at + 5]) for at in range(max(1, len(words) - 4))}


def jaccard(a: set[tuple[str, ...]], b: set[tuple[str, ...]]) -> float:
    return len(a & b) / len(a | b) if a or b else 0.0


def _close(texts: dict[int, str]) -> list[list[int]]:
    """Documents connected by one of their eight least shingles, which a pair at .8 misses once in 400,000 times."""
    parent = list(texts)

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = number = parent[parent[number]]
        return number

    first: dict[int, int] = {}
    for number, text in texts.items():
        for hashed in sorted(map(hash, shingles(text)))[:8]:
            parent[root(number)] = root(first.setdefault(hashed, number))
    members = defaultdict(list)
    for number in texts:
        members[root(number)].append(number)
    return [group for group in members.values() if len(group) > 1]


@dataclass
class Runs:
    """What whole processes took."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: int = 0
    failed: str = ""

    def one(self, command: Sequence[str]) -> None:
        """Run it once more."""
        if self.failed:
            return
        start = time.perf_counter()
        with tempfile.TemporaryFile() as said:
            environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
            environment |= {"PYTHONPATH": str(ROOT)}  # whoever runs a command twice has its modules compiled
            process = subprocess.Popen(command, stdout=said, stderr=said, env=environment)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            last = said.read().decode(errors="replace").strip().splitlines()[-1:] or [""]
        if process.returncode:
            self.failed = last[0][:200]
            return
        self.wall.append(time.perf_counter() - start)
        self.cpu.append(used.ru_utime + used.ru_stime)
        self.peak = max(self.peak, used.ru_maxrss >> 10)


class Bench:
    """What is told, and where files go."""

    def __init__(self, asked: argparse.Namespace, scratch: Path) -> None:
        self.asked = asked
        self.scratch = scratch
        self.lines: list[str] = []

    def say(self, line: str = "") -> None:
        print(line, flush=True)
        self.lines.append(line)

    def ours(self, path: Path, *more: str) -> list[str]:
        verb = more[0] if more and more[0] == "clean" else "dedup"
        rest = (*(more[1:] if verb == "clean" else more), "--no-report")  # no other tool draws a page
        out = str(self.scratch / f"ours-{path.stem}.jsonl")
        return [sys.executable, "-P", "-m", "dataqual", verb, str(path), "-o", out, "--quiet", *rest]

    def peer(self, tool: str, path: Path) -> list[str]:
        python = sys.executable if tool == "polars" else self.asked.peers_python
        out = str(self.scratch / f"{tool}-{path.stem}.jsonl")
        return [python, "-P", str(ROOT / "benchmarks" / "dedup_peers.py"), tool, str(path), out]

    def compared(self, path: Path, commands: dict[str, list[str]], runs: int) -> dict[str, Runs]:
        """All of them in turn, so many times; none finds an output of an earlier run in its place."""
        found = {name: Runs() for name in commands}
        for _ in range(runs):
            for name, command in commands.items():
                self.output(name, path).unlink(missing_ok=True)
                found[name].one(command)
        return found

    def output(self, name: str, path: Path) -> Path:
        """Where a tool puts what it keeps."""
        return self.scratch / f"{'ours' if name == 'dataqual' else name}-{path.stem}.jsonl"

    def table(self, path: Path, found: dict[str, Runs], truth: Truth | None = None) -> dict[str, float]:
        """One row for each; the speeds."""
        size = path.stat().st_size / 1e6
        self.say("| tool | MB/s | s (least–most) | CPU-s | peak MB |" + (" recall | precision |" if truth else ""))
        self.say("|---|---|---|---|---|" + ("---|---|" if truth else ""))
        speeds = {}
        for name, runs in found.items():
            if runs.failed or not runs.wall:
                self.say(f"| {name} | failed: {runs.failed} | | | |" + (" | |" if truth else ""))
                continue
            wall = statistics.median(runs.wall)
            speeds[name] = size / wall
            row = f"| {name} | {size / wall:.1f} | {wall:.2f} ({min(runs.wall):.2f}–{max(runs.wall):.2f}) "
            row += f"| {statistics.median(runs.cpu):.2f} | {runs.peak} |"
            if truth:
                gone, rightly, found_copies = truth.judged(self.output(name, path))
                row += f" {_share(found_copies, len(truth.copies))} | {_share(rightly, gone)} |"
                self.shares = getattr(self, "shares", {}) | {
                    name: (found_copies / max(len(truth.copies), 1), rightly / max(gone, 1))
                }
            self.say(row)
        return speeds

    def paired(self, found: dict[str, Runs]) -> dict[str, float]:
        """How many times as long each peer took, by the median over runs side by side; told in a line."""
        own = found["dataqual"].wall
        ratios = {
            name: statistics.median(theirs / ours for theirs, ours in zip(runs.wall, own, strict=False))
            for name, runs in found.items()
            if name != "dataqual" and runs.wall and own
        }
        told = ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items())
        self.say(f"\nTimes as long as dataqual took, median of runs side by side: {told}.")
        return ratios

    def bar(self, promise: str, holds: bool) -> None:
        self.say(f"- {'holds' if holds else '**does not hold**'}: {promise}")


def _share(hits: int, n: int) -> str:
    low, high = wilson(hits, n) or (0.0, 1.0)
    return f"{hits / max(n, 1):.4f} ({low:.4f}–{high:.4f}, n = {n:,})"


def near(bench: Bench, path: Path) -> None:
    truth = Truth.of(path)
    size = path.stat().st_size
    bench.say(f"\n## Near copies: {size / 1e6:.0f} MB, {len(truth.texts):,} documents, {len(truth.copies):,} copies\n")
    commands = {"dataqual": bench.ours(path)}
    if bench.asked.peers_python:
        commands |= {tool: bench.peer(tool, path) for tool in ("rensa", "rensa_lsh", "gaoya")}
    found = bench.compared(path, commands, bench.asked.runs)
    if bench.asked.peers_python:
        found |= bench.compared(path, {"datasketch": bench.peer("datasketch", path)}, 1)
    speeds = bench.table(path, found, truth)
    ratios = bench.paired(found) if len(speeds) > 1 else {}
    bench.say()
    ours = speeds["dataqual"]
    bench.bar(f"80 MB/s or more, whole process, loops compiled before: {ours:.1f}", ours >= 80)
    if ratios:
        bench.bar(f"4 times the fastest peer or more: {min(ratios.values()):.2f}", min(ratios.values()) >= 4)
    recall, precision = bench.shares["dataqual"]
    bench.bar(f"recall 0.99 or more: {recall:.4f}", recall >= 0.99)
    bench.bar(f"precision 1.00: {precision:.4f}", precision == 1)


def exact(bench: Bench, path: Path) -> None:
    bench.say(f"\n## Exact copies: {path.stat().st_size / 1e6:.0f} MB\n")
    commands = {"dataqual": bench.ours(path, "--method", "exact"), "polars": bench.peer("polars", path)}
    if bench.asked.peers_python:
        commands["xxhash"] = bench.peer("xxhash", path)
    found = bench.compared(path, commands, bench.asked.runs)
    bench.table(path, found)
    least = min(bench.paired(found).values())
    bench.say()
    bench.bar(f"0.7 times the faster of polars and a set of hashes: {least:.2f}", least >= 0.7)


def big(bench: Bench) -> None:
    path = repeated(bench.scratch, made(bench.scratch, 220), bench.asked.big)
    bench.say(f"\n## Near copies in {path.stat().st_size / 1e6:.0f} MB\n")
    speeds = bench.table(path, bench.compared(path, {"dataqual": bench.ours(path)}, min(2, bench.asked.runs)))
    bench.say()
    bench.bar(f"120 MB/s or more: {speeds['dataqual']:.1f}", speeds["dataqual"] >= 120)


def gopher(bench: Bench, path: Path) -> None:
    bench.say("\n## Gopher's rules\n")
    rules = _gopher()
    speeds = bench.table(path, {"dataqual": (ours := Runs())} | _ran(ours, bench.ours(path, "clean", *rules), 2))
    bench.say()
    bench.bar(f"40 MB/s or more ({' '.join(rules)}): {speeds['dataqual']:.1f}", speeds["dataqual"] >= 40)
    if not bench.asked.peers_python:
        return
    part = bench.scratch / "twentieth.jsonl"
    with path.open("rb") as source:
        part.write_bytes(b"".join(line for number, line in enumerate(source) if number % 20 == 0))
    theirs = Runs()
    theirs.one(bench.peer("gopher", part))
    if theirs.failed:
        bench.say(f"- datatrove failed: {theirs.failed}")
        return
    per_second = part.stat().st_size / 1e6 / theirs.cpu[0]
    our_rate = path.stat().st_size / 1e6 / statistics.median(ours.cpu)
    ratio = our_rate / per_second
    bench.bar(f"100 times datatrove per CPU-second: {our_rate:.1f} against {per_second:.2f}: {ratio:.0f}", ratio >= 100)


def _gopher() -> tuple[str, str]:
    recipe = ROOT / "dataqual" / "recipes" / "gopher.yaml"
    return ("--recipe", "gopher") if recipe.exists() else ("--drop", "gopher@datatrove")


def _ran(runs: Runs, command: list[str], times: int) -> dict[str, Runs]:
    for _ in range(times):
        runs.one(command)
    return {}


MEMORY = """
import sys, resource
from benchmarks.near_duplicates import finish_at
told = finish_at(int(sys.argv[1]), memory=(2 << 30) // 8)
print(told["finish_s"], told["near_copies"], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)
"""


def memory(bench: Bench, number: int) -> None:
    bench.say(f"\n## {number:,} documents in memory\n")
    given = [sys.executable, "-c", MEMORY, str(number)]
    told = subprocess.run(given, capture_output=True, text=True, cwd=ROOT)
    if told.returncode:
        bench.say(f"failed: {told.stderr.strip().splitlines()[-1:]}")
        return
    seconds, copies, peak = told.stdout.split()
    bench.say(f"Comparing {number:,} random signatures of 128, {int(copies):,} of them near copies: {seconds} s.\n")
    bench.bar(f"at most 2,048 MB in all: {peak} MB", int(peak) <= 2048)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--megabytes", type=int, default=220)
    parser.add_argument("--big", type=int, default=2000)
    parser.add_argument("--documents", type=int, default=10_000_000, help="for the part `memory`")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument(
        "--peers-python", help="an interpreter with rensa, gaoya, datasketch, xxhash, datatrove, orjson"
    )
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--scratch", type=Path, default=Path(tempfile.gettempdir()) / "dataqual-benchmarks")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results" / "dedup.md")
    asked = parser.parse_args()
    only = asked.only.split(",")
    bench = Bench(asked, asked.scratch)
    path = asked.corpus or made(asked.scratch, asked.megabytes)
    small = made(asked.scratch, 3, seed=2)
    for options in ((), ("--method", "exact"), ("clean", *_gopher())):  # what is not compiled yet is compiled now
        Runs().one(bench.ours(small, *options))
    parts = {
        "near": lambda: near(bench, path), "exact": lambda: exact(bench, path), "big": lambda: big(bench),
        "gopher": lambda: gopher(bench, path), "memory": lambda: memory(bench, asked.documents),
    }  # fmt: skip
    told = earlier(asked.out)
    for name in (name for name in PARTS if name in only):
        bench.lines = []
        how = conditions(asked)
        parts[name]()
        title, _, rest = "\n".join(bench.lines).strip().partition("\n")
        told[name] = f"{title}\n\n{how}\n{rest}"
        write(asked.out, told)


def conditions(asked: argparse.Namespace) -> str:
    """What a part was measured with, and on."""
    said = f"`python benchmarks/dedup.py {' '.join(_shown(sys.argv[1:]))}`".replace(" `", "`")
    given = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    revision = subprocess.run(given, capture_output=True, text=True).stdout.strip() or "unknown"
    machine = (
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )
    return f"{said}, revision {revision}; {machine}; load before it began {os.getloadavg()[0]:.1f}; medians of {asked.runs} whole processes, in turn."


MARK = re.compile(r"^<!-- part: (\w+) -->\n", re.MULTILINE)


def earlier(path: Path) -> dict[str, str]:
    """The parts of a file of results, by name."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    _, *found = MARK.split(text)
    return {name: content.strip() for name, content in zip(found[::2], found[1::2], strict=True)}


def write(path: Path, told: dict[str, str]) -> None:
    """All parts, each under its mark."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = "\n\n".join(f"<!-- part: {name} -->\n{told[name]}" for name in PARTS if name in told)
    path.write_text(f"# `dataqual dedup`, measured\n\n{content}\n", encoding="utf-8")


def _shown(arguments: list[str]) -> list[str]:
    """Without the paths of this machine."""
    return [Path(argument).name if "/" in argument else argument for argument in arguments]


if __name__ == "__main__":
    main()
