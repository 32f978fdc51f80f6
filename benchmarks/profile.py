"""How fast `dataqual profile` is, against the bars that we set ourselves; whole processes, report page included.

    python benchmarks/profile.py [--corpus FILE.jsonl] [--size 250M] [--big 2G] [--runs 3] [--peers-python PATH]
                                 [--only speed,big,start,peers] [--out benchmarks/results/profile.md [--append]]

speed   the corpus with 1 and 2 workers
big     the same documents many times over in one file, with 1 and 2 workers and --max-memory 1G
start   the sample: the first run ever (nothing compiled) and later ones; `dataqual --help`; `import dataqual`
peers   the rule sets alone beside datatrove's filters (benchmarks/rules.py), with an interpreter that has datatrove

Without --corpus it is made of the packaged sample (benchmarks/varied_sample.py) and kept in --scratch. Runs of what is
compared alternate; figures are medians, with the least and the largest. Sizes in MB/s are 10^6 bytes of the input file.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if Path(sys.path[0]).resolve() == Path(__file__).resolve().parent:
    sys.path[0] = str(ROOT)  # or whoever imports the standard library's `profile` (cProfile does) would get this file

import orjson  # noqa: E402

from benchmarks import varied_sample  # noqa: E402
from dataqual import sample  # noqa: E402
from dataqual.engine import parse_size  # noqa: E402

PARTS = ("speed", "big", "start", "peers")
ENOUGH, ENOUGH_BIG = 200e6, 2e9
"""Bytes from which the bars count; with less it is a trial."""
SLICE = 4 << 20
"""Bytes of the corpus from which the peers' documents are drawn: they are a hundred times slower."""
QUICK_RUNS = 10
"""Runs of what takes well under a second."""
HEAVY = ("numba", "polars", "pandas", "matplotlib", "jinja2", "pyarrow")
PYTHON = sys.executable
PROFILE = [PYTHON, "-m", "dataqual", "profile"]


# One process, and several in turn


@dataclass(frozen=True)
class Run:
    """What one process took: seconds on the clock, CPU-seconds (user and system), bytes of memory at its peak."""

    seconds: float
    cpu: float
    peak: int
    said: str = ""
    """What it wrote on stderr."""


def run(command: list[str], folder: Path, **environment: str) -> Run:
    """Run a command in `folder` and wait for it; one that fails ends the benchmark.

    The peak is the kernel's figure for the child, which is at least what this process held when it started it.
    """
    surroundings = os.environ | {"PYTHONPATH": str(ROOT)} | environment
    with tempfile.TemporaryFile() as stderr:
        started = time.perf_counter()
        child = subprocess.Popen(command, cwd=folder, env=surroundings, stdout=subprocess.DEVNULL, stderr=stderr)
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        stderr.seek(0)
        said = stderr.read().decode(errors="replace")
    if child.returncode != 0:
        sys.exit(f"exit {child.returncode}: {' '.join(command)}\n{said[-2000:]}")
    peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Run(seconds, used.ru_utime + used.ru_stime, peak, said)


def in_turn(cases: dict[str, Callable[[], Run]], runs: int, tell: bool = True) -> dict[str, list[Run]]:
    """Every case once, then every case again: what slows the machine for a while slows all of them.

    >>> turns = []
    >>> cases = {name: lambda name=name: turns.append(name) or Run(1, 1, 1) for name in "ab"}
    >>> sorted(in_turn(cases, 2, tell=False)), turns
    (['a', 'b'], ['a', 'b', 'a', 'b'])
    """
    measured: dict[str, list[Run]] = {name: [] for name in cases}
    for _ in range(runs):
        for name, case in cases.items():
            measured[name].append(case())
            if tell:
                say(f"  {name}: {measured[name][-1].seconds:.2f} s")
    return measured


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# Figures, and the bars they are held to


@dataclass(frozen=True)
class Bar:
    """One promise: what was asked, what was measured, and whether it holds (None: the input was too small to tell)."""

    promise: str
    asked: str
    measured: str
    holds: bool | None

    @property
    def verdict(self) -> str:
        return {True: "**holds**", False: "**does not hold**", None: "a trial: too small to tell"}[self.holds]


@dataclass
class Section:
    """A part of the report: bars, then a table, then what else is to be said."""

    title: str
    bars: list[Bar] = field(default_factory=list)
    head: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0


def spread(values: Iterable[float], digits: int = 1) -> str:
    """The median, and from where to where.

    >>> spread([2.0, 1.0, 4.0])
    '2.0 (1.0–4.0)'
    """
    values = list(values)
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"


def median(runs: list[Run]) -> float:
    """The median of the seconds on the clock."""
    return statistics.median(run.seconds for run in runs)


def rates(runs: list[Run], size: int) -> list[float]:
    """MB/s of each run on an input of `size` bytes.

    >>> rates([Run(2.0, 3.0, 1), Run(4.0, 3.0, 1)], 60_000_000)
    [30.0, 15.0]
    """
    return [size / 1e6 / run.seconds for run in runs]


def peak(runs: list[Run]) -> float:
    """The largest peak, in GiB."""
    return max(run.peak for run in runs) / (1 << 30)


HEAD = ("", "MB/s", "seconds", "CPU-seconds", "cores busy", "peak MiB")


def row(name: str, runs: list[Run], size: int) -> tuple[str, ...]:
    return (
        name,
        spread(rates(runs, size)),
        spread(run.seconds for run in runs),
        spread(run.cpu for run in runs),
        f"{statistics.median(run.cpu / run.seconds for run in runs):.2f}",
        spread((run.peak / (1 << 20) for run in runs), 0),
    )


# The parts


@dataclass(frozen=True)
class Bench:
    """What all parts share."""

    corpus: Path
    scratch: Path
    """A folder for corpora, which stay, and for results, which do not."""
    runs: int
    big: int
    peers_python: str | None

    def profile(self, path: Path, *options: str) -> Callable[[], Run]:
        def once() -> Run:
            shutil.rmtree(self.results, ignore_errors=True)
            return run([*PROFILE, str(path), "-o", str(self.results), "--quiet", *options], self.scratch)

        return once

    @property
    def results(self) -> Path:
        return self.scratch / "result.profile"

    def facts(self) -> dict[str, Any]:
        """The facts of the last profile, without those about its run."""
        facts = json.loads((self.results / "profile.json").read_text(encoding="utf-8"))
        return {name: value for name, value in facts.items() if name != "run"}


def by_workers(bench: Bench, path: Path, *options: str) -> dict[int, list[Run]]:
    """Runs with one worker and with two, in turn."""
    cases = {f"--workers {n}": bench.profile(path, "--workers", str(n), *options) for n in (1, 2)}
    one, two = in_turn(cases, bench.runs).values()
    return {1: one, 2: two}


def speed(bench: Bench) -> tuple[Section, list[float]]:
    """The rate on the corpus, and its runs with two workers in MB/s."""
    size = bench.corpus.stat().st_size
    runs = by_workers(bench, bench.corpus)
    return speed_section(runs, size), rates(runs[2], size)


def speed_section(runs: dict[int, list[Run]], size: int) -> Section:
    two = statistics.median(rates(runs[2], size))
    bar = Bar(
        "every signal, all rule sets, near copies and the page, 2 workers, kernels cached",
        "≥ 30 MB/s on ≥ 200 MB",
        f"{spread(rates(runs[2], size))} MB/s on {size / 1e6:,.0f} MB",
        two >= 30 if size >= ENOUGH else None,
    )
    rows = [row("1 worker", runs[1], size), row("2 workers", runs[2], size)]
    ratio = median(runs[1]) / median(runs[2])
    return Section("The corpus", [bar], HEAD, rows, [f"2 workers are {ratio:.2f} × as fast as 1."])


def big(bench: Bench, usual: list[float]) -> Section:
    """One file of the same documents many times over; `usual` are the rates on the corpus itself, if measured."""
    path = bench.scratch / "many-times-over.jsonl"
    try:
        size = repeat(bench.corpus, path, bench.big)
        return big_section(by_workers(bench, path, "--max-memory", "1G"), size, usual)
    finally:
        path.unlink(missing_ok=True)


def repeat(source: Path, path: Path, size: int) -> int:
    """Write the lines of `source` again and again until there are `size` bytes or more; how many there are."""
    with path.open("wb") as file:
        while file.tell() < size:
            with source.open("rb") as once:
                for line in once:
                    file.write(line if line.endswith(b"\n") else line + b"\n")
                    if file.tell() >= size:
                        break
        return file.tell()


def big_section(runs: dict[int, list[Run]], size: int, usual: list[float]) -> Section:
    enough = size >= ENOUGH_BIG
    ratio = median(runs[1]) / median(runs[2])
    two = statistics.median(rates(runs[2], size))
    most = max(peak(runs[1]), peak(runs[2]))
    gigabytes = f"{size / 1e9:.2f} GB"
    bars = [
        Bar(f"2 workers against 1, {gigabytes}", "≥ 1.6 × as fast", f"{ratio:.2f} ×", ratio >= 1.6 if enough else None),
        Bar(
            f"peak memory with --max-memory 1G, {gigabytes}",
            "≤ 1.1 GiB",
            f"{most:.2f} GiB, the most of all runs",
            most <= 1.1 if enough else None,
        ),
    ]
    if usual:
        share = two / statistics.median(usual)
        promise = f"rate within --max-memory 1G at {gigabytes}, against that on the corpus, 2 workers"
        bars.append(Bar(promise, "no less", f"{share:.2f} ×", share >= 1 if enough else None))
    rows = [row("1 worker", runs[1], size), row("2 workers", runs[2], size)]
    return Section("The same documents many times over", bars, HEAD, rows)


def start(bench: Bench) -> Section:
    without_path = [*PROFILE, "-o", str(bench.results)]

    def first() -> Run:
        with tempfile.TemporaryDirectory(dir=bench.scratch) as nothing_compiled:
            return run(without_path, bench.scratch, NUMBA_CACHE_DIR=nothing_compiled)

    def command(*arguments: str) -> Callable[[], Run]:
        return lambda: run([PYTHON, *arguments], bench.scratch)

    firsts = in_turn({"first run ever": first}, bench.runs)["first run ever"]
    later = in_turn({"later run": lambda: run([*without_path, "--quiet"], bench.scratch)}, bench.runs)["later run"]
    say(f"  {QUICK_RUNS} times --help, import dataqual and, to compare, python alone and click")
    quick = {
        "python -c pass": command("-c", "pass"),
        'python -c "import click"': command("-c", "import click"),
        'python -c "import dataqual"': command("-c", "import dataqual"),
        "dataqual --help": command("-m", "dataqual", "--help"),
    }
    loaded = run([PYTHON, "-X", "importtime", "-m", "dataqual", "--help"], bench.scratch).said
    return start_section(firsts, later, in_turn(quick, QUICK_RUNS, tell=False), heavy(loaded))


def heavy(importtime: str) -> list[str]:
    """Which of the packages that nobody should wait for are in what `python -X importtime` says.

    >>> heavy("import time:   120 |  300 |   click.core\\nimport time:  10 | 90 | numba.core.types")
    ['numba']
    """
    loaded = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in importtime.splitlines()}
    return [name for name in HEAVY if name in loaded]


def start_section(first: list[Run], later: list[Run], quick: dict[str, list[Run]], waits_for: list[str]) -> Section:
    tells = all("compiling" in each.said for each in first)
    alone, click, imported, helped = (median(runs) for runs in quick.values())
    bars = [
        Bar(
            "the first run ever, on the sample (all kernels compile)",
            "< 40 s, and says what it is doing",
            f"{spread(each.seconds for each in first)} s, {'says so' if tells else 'says nothing'}",
            median(first) < 40 and tells,
        ),
        Bar(
            "later runs of the sample, page included",
            "< 6 s",
            f"{spread((each.seconds for each in later), 2)} s",
            median(later) < 6,
        ),
        Bar("`import dataqual`", "< 0.3 s", f"{imported:.3f} s", imported < 0.3),
        Bar("`dataqual --help`", "< 0.4 s", f"{helped:.3f} s", helped < 0.4),
        Bar(
            "`dataqual --help` waits neither for numba nor for polars",
            "loads neither",
            f"loads {', '.join(waits_for) or 'none of ' + ', '.join(HEAVY)}",
            not {"numba", "polars"} & set(waits_for),
        ),
    ]
    rows: list[tuple[str, ...]] = [
        (
            f"`{name}`",
            spread((each.seconds * 1000 for each in runs), 0),
            f"{median(runs) / alone:.2f}",
            f"{median(runs) / click:.2f}",
        )
        for name, runs in quick.items()
    ]
    head = ("", "milliseconds", "× `python -c pass`", '× `python -c "import click"`')
    return Section("Starting", bars, head, rows)


def peers(bench: Bench) -> Section:
    """The rule sets beside datatrove's filters, as benchmarks/rules.py prints it."""
    if bench.corpus.suffix == ".jsonl":
        part = bench.scratch / "slice.jsonl"
        repeat(bench.corpus, part, min(SLICE, bench.corpus.stat().st_size))
    else:
        part = bench.corpus
    command = [PYTHON, str(ROOT / "benchmarks" / "rules.py"), "--peer-python", str(bench.peers_python)]
    command += ["--corpus", str(part), "--repeats", str(bench.runs)]
    safe = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"}  # see sys.path above
    done = subprocess.run(command, cwd=bench.scratch, env=safe, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"benchmarks/rules.py failed:\n{done.stderr[-2000:]}")
    return peers_section(done.stdout)


def peers_section(printed: str) -> Section:
    ratio = float(re.findall(r"^ratio (\S+)$", printed, re.MULTILINE)[0])
    promise = "the published rule sets alone (signals and verdicts), against datatrove's filters per CPU-second"
    bar = Bar(promise, "≥ 100 ×", f"{ratio:.0f} ×", ratio >= 100)
    return Section("Peers", [bar], notes=[f"```\n{printed.strip()}\n```"])


# The report


def machine() -> str:
    """Processor, cores and memory; no names."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{processor()}, {cores} cores, {memory:.0f} GiB of memory, {platform.system()} {platform.machine()}"


def processor() -> str:
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    names = re.findall(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    return names[0] if names else platform.processor()


def versions() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "polars"))
    return f"dataqual {version_of_dataqual()}, Python {platform.python_version()}, {packages}"


def version_of_dataqual() -> str:
    """The version and, in a repository, the commit; `+` when something in the package was changed since."""
    from dataqual.version import __version__

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=ROOT, check=False, capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else ""

    commit = git("rev-parse", "--short", "HEAD")
    changed = "+" if git("status", "--porcelain", "--", "dataqual", "reports") else ""
    return f"{__version__} ({commit}{changed})" if commit else __version__


def as_typed(arguments: list[str]) -> str:
    """The command line, of paths only the last part: where files lie is nobody's business.

    >>> as_typed(["--corpus", "/home/ann/web.jsonl", "--runs", "3"])
    'python benchmarks/profile.py --corpus web.jsonl --runs 3'
    """
    shown = [re.sub(r"[^=]*[/\\]", "", argument) for argument in arguments]
    return " ".join(["python benchmarks/profile.py", *shown])


def languages(path: Path, field: str = "lang") -> Counter[str]:
    """Documents by what a JSONL corpus itself calls their language; empty where it does not say."""
    counted: Counter[str] = Counter()
    if path.suffix != ".jsonl":
        return counted
    with path.open("rb") as lines:
        for line in lines:
            try:
                record = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue
            if isinstance(record, dict) and isinstance(record.get(field), str):
                counted[record[field]] += 1
    return counted


def described(size: int, by_language: Counter[str], facts: dict[str, Any] | None, made: bool) -> list[str]:
    """What the corpus is, without a name; what is in it where a profile's facts say so."""
    told = ["The packaged sample, varied (benchmarks/varied_sample.py)" if made else "A corpus given by its user"]
    told[0] += f": {size / 1e6:,.1f} MB of file."
    if facts:
        value = {name: reading["value"] for name, reading in facts["readings"].items()}
        told += [
            f"{value['documents']:,.0f} documents, {value['bytes'] / 1e6:,.1f} MB of text, {value['words'] / 1e6:,.1f} "
            f"million words; {value['exact_copies']:.1%} exact copies, {value['near_copies']:.1%} near copies, "
            f"{value['unreadable']:.2%} unreadable.",
            "Scripts by characters: "
            + ", ".join(f"{s['script']} {s['share']:.1%}" for s in facts["scripts"][:6])
            + ".",
        ]
    if total := by_language.total():
        shares = ", ".join(f"{name} {count / total:.1%}" for name, count in by_language.most_common(12))
        told.append(f"Languages by documents, as the corpus names them: {shares}.")
    return told


def report(about: dict[str, str], corpus: list[str], sections: list[Section]) -> str:
    """The page in Markdown."""
    bars = [(bar.promise, bar.asked, bar.measured, bar.verdict) for section in sections for bar in section.bars]
    lines = ["# How fast `dataqual profile` is", ""]
    lines += [f"- {name}: {what}" for name, what in about.items()]
    lines += ["- corpus: " + " ".join(corpus)] if corpus else []
    lines += ["", *table(("promise", "asked", "measured", ""), bars)]
    for section in sections:
        lines += ["", f"## {section.title}", ""]
        lines += [*table(section.head, section.rows), ""] if section.rows else []
        lines += [*section.notes, ""] if section.notes else []
        lines += [f"This part took {section.seconds:.0f} s."]
    return "\n".join(lines) + "\n"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Lines of a Markdown table."""
    ruled = [head, ("---",) * len(head), *rows]
    return [f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |" for cells in ruled]


def main() -> None:
    options = asked()
    about = {
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{machine()}; load {os.getloadavg()[0]:.1f} when it began",
        "versions": versions(),
        "command": f"`{as_typed(sys.argv[1:])}`",
        "figures": f"whole processes; medians of {options.runs} runs in turn, with the least and the largest",
    }
    options.scratch.mkdir(parents=True, exist_ok=True)
    corpus = corpus_for(options)
    with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
        bench = Bench(corpus, Path(folder), options.runs, parse_size(options.big), options.peers_python)
        say("warming up on the sample")
        run([*PROFILE, "-o", str(bench.results), "--quiet"], bench.scratch)
        sections, facts = measured(bench, options.only)
    description = []
    if corpus != sample.path():
        description = described(corpus.stat().st_size, languages(corpus), facts, made=options.corpus is None)
    page = report(about, description, sections)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    before = options.out.read_text(encoding="utf-8") + "\n" if options.append else ""
    options.out.write_text(before + page, encoding="utf-8")
    print(page)


def corpus_for(options: argparse.Namespace) -> Path:
    """The corpus asked for; the varied sample, made unless it is there; the sample where no part needs more."""
    if options.only == ["start"]:
        return sample.path()
    if options.corpus:
        return Path(options.corpus).resolve()
    size = parse_size(options.size)
    say(f"the corpus: {size / 1e6:,.0f} MB, made unless it is there already")
    return varied_sample.cached(options.scratch, size)


def measured(bench: Bench, parts: list[str]) -> tuple[list[Section], dict[str, Any] | None]:
    """The sections of the parts, and the facts of the corpus if it was profiled."""
    sections: list[Section] = []
    facts: dict[str, Any] | None = None
    usual: list[float] = []
    for part in parts:
        say(part)
        started = time.perf_counter()
        if part == "speed":
            section, usual = speed(bench)
            facts = bench.facts()
        elif part == "big":
            section = big(bench, usual)
        else:
            section = start(bench) if part == "start" else peers(bench)
        section.seconds = time.perf_counter() - started
        sections.append(section)
    return sections, facts


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, help="profile this instead of the varied sample")
    parser.add_argument("--size", default="250M", help="of the varied sample [250M]")
    parser.add_argument("--big", default="2G", help="of the file with the same documents many times over [2G]")
    parser.add_argument("--runs", type=int, default=3, help="of each case [3]")
    parser.add_argument("--peers-python", help="an interpreter with datatrove and spaCy")
    parser.add_argument("--only", type=lambda names: names.split(","), help=f"some of {','.join(PARTS)} [all]")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results" / "profile.md")
    parser.add_argument("--append", action="store_true", help="leave in --out what is there, of other parts")
    parser.add_argument("--scratch", type=Path, default=Path(tempfile.gettempdir()) / "dataqual-benchmarks")
    options = parser.parse_args()
    chosen = options.only or [part for part in PARTS if part != "peers" or options.peers_python]
    if unknown := set(chosen) - set(PARTS):
        parser.error(f"--only: no part {sorted(unknown)[0]!r}; there are: {', '.join(PARTS)}")
    if "peers" in chosen and not options.peers_python:
        parser.error("--only peers needs --peers-python: an interpreter with datatrove and spaCy")
    if "big" in chosen and options.corpus and options.corpus.suffix != ".jsonl":
        parser.error(f"--corpus {options.corpus.name}: only a .jsonl file can be repeated; leave `big` out with --only")
    options.only = [part for part in PARTS if part in chosen]
    return options


if __name__ == "__main__":
    main()
