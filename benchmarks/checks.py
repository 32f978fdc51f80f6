"""How fast `dataqual check` is: a suite of 20 checks in one pass, beside great-expectations doing what it can of it.

    python benchmarks/checks.py [--size 210M] [--runs 3] [--out benchmarks/results/checks.md] [--scratch FOLDER]

The corpus is that of benchmarks/varied_sample.py. great-expectations gets what it has equals for, without our expectations:
rows, columns, nulls, uniqueness, types, a set, a regular expression, lengths; it reads the file by pandas, which is timed with it.
Whole processes; runs alternate; figures are medians, with the least and the largest. MB are 10^6 bytes of the file.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if Path(sys.path[0]).resolve() == Path(__file__).resolve().parent:
    sys.path[0] = str(ROOT)  # `profile` would be this folder's, not the standard library's

from benchmarks import varied_sample  # noqa: E402
from benchmarks.profile import Run, in_turn, run  # noqa: E402
from dataqual.engine import parse_size  # noqa: E402

ASKED = 40.0
"""MB/s that were promised on two cores."""

COLUMNS = """\
  - {metric: records, min: 1000}
  - {columns: [id, text, source, label]}
  - {column: id, nulls: false}
  - {column: id, unique: true}
  - {column: id, type: string}
  - {column: source, pattern: "^[a-z]"}
  - {column: label, length: {min: 1, max: 60}, mostly: 0.5}
"""
"""What great-expectations has equals for."""

TEXTS = """\
  - {metric: exact_copies, max: 0.2}
  - {metric: mojibake, max: 0.1}
  - {metric: replacement_characters, max: 0.1}
  - {metric: control_characters, max: 0.1}
  - {metric: email_addresses, max: 0.2}
  - {metric: empty, max: 0.1}
  - {metric: long_words, max: 0.1}
  - {signal: word_count, min: 5, mostly: 0.8}
  - {signal: word_count, quantile: 0.5, min: 20}
  - {signal: mean_word_length, statistic: mean, max: 12}
  - {signal: duplicate_line_fraction, max: 0.3, mostly: 0.8}
  - {signal: digit_share, max: 0.5, mostly: 0.9}
  - {signal: word_count, min: 5, mostly: 0.1, by: group}
"""

NEAR = "  - {metric: near_copies, max: 0.3}\n"

GX = """
import sys
import pandas as pd
from dataqual.adapters import great_expectations as dq
from dataqual.checking import Suite
import warnings; warnings.simplefilter("ignore")
frame = pd.read_json(sys.argv[1], lines=True, dtype=False, convert_dates=False)
context = dq.gx.get_context(mode="ephemeral")
context.variables.progress_bars = {"globally": False}
asset = context.data_sources.add_pandas("p").add_dataframe_asset("a")
batch = asset.add_batch_definition_whole_dataframe("b").get_batch({"dataframe": frame})
result = batch.validate(dq.to_gx(Suite.load(sys.argv[2])))
print(result.success)
"""


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="210M")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results" / "checks.md")
    parser.add_argument("--scratch", type=Path, default=Path(tempfile.gettempdir()) / "dataqual-benchmark")
    given = parser.parse_args()
    given.scratch.mkdir(parents=True, exist_ok=True)
    corpus = given.scratch / f"checks-{given.size}.jsonl"
    if not corpus.exists():
        varied_sample.write(corpus, parse_size(given.size))
    size = corpus.stat().st_size
    suites = {"all": COLUMNS + TEXTS, "near": COLUMNS + TEXTS + NEAR, "columns": COLUMNS}
    for name, checks in suites.items():
        (given.scratch / f"{name}.yaml").write_text(f"checks:\n{checks}", encoding="utf-8")

    def ours(suite: str, workers: int) -> Run:
        asked = ["--suite", f"{suite}.yaml", "--workers", str(workers), "--quiet"]
        return run([sys.executable, "-m", "dataqual", "check", corpus.name, *asked], given.scratch)

    script = given.scratch / "gx.py"
    script.write_text(GX, encoding="utf-8")
    cases = {
        "20 checks, 2 workers": lambda: ours("all", 2),
        "20 checks, 1 worker": lambda: ours("all", 1),
        "20 checks and near copies, 2 workers": lambda: ours("near", 2),
        "the 7 that great-expectations has, 2 workers": lambda: ours("columns", 2),
        "great-expectations, the same 7": lambda: run(
            [sys.executable, str(script), corpus.name, "columns.yaml"], given.scratch
        ),
    }
    ours("all", 2)  # what is compiled, and the file in memory
    measured = in_turn(cases, given.runs)
    text = page(measured, size)
    given.out.write_text(text, encoding="utf-8")
    print(text)


def page(measured: dict[str, list[Run]], size: int) -> str:
    """The results as a page."""
    rows = []
    for name, runs in measured.items():
        seconds = sorted(one.seconds for one in runs)
        middle = statistics.median(seconds)
        cpu, peak = statistics.median(one.cpu for one in runs), max(one.peak for one in runs)
        rows.append(
            f"| {name} | {size / 1e6 / middle:.0f} | {middle:.1f} ({seconds[0]:.1f} to {seconds[-1]:.1f}) | {cpu:.1f} "
            f"| {size / 1e6 / cpu:.0f} | {peak / 1e6:.0f} |"
        )
    first = statistics.median(one.seconds for one in measured["20 checks, 2 workers"])
    reached = size / 1e6 / first
    free = size / 1e6 / (statistics.median(one.cpu for one in measured["20 checks, 2 workers"]) / 2)
    cpus, load = os.cpu_count() or 1, os.getloadavg()[1]
    shared = (
        f" The machine was shared meanwhile (load {load:.0f} on {cpus} cores), so the clock says little of it."
        if load > cpus
        else ""
    )
    return f"""# How fast `dataqual check` is

`python benchmarks/checks.py`: {size / 1e6:.0f} MB of JSON Lines, the varied sample; whole processes, start included; medians of
{len(next(iter(measured.values())))} runs in turn. {cpus} cores, {platform.machine()}, Python {platform.python_version()}, dataqual {version("dataqual") if _there() else "from source"},
great-expectations {version("great-expectations")}.

| | MB/s | seconds (least to largest) | CPU-seconds | MB per CPU-second | peak MB |
|---|---|---|---|---|---|
{chr(10).join(rows)}

Asked: {ASKED:.0f} MB/s for 20 checks on two cores; by the clock {reached:.0f}: {"holds" if reached >= ASKED else "does not hold"}.{shared} By its CPU-seconds two
free cores do at most {free:.0f} MB/s. The peak is that of the main process alone. great-expectations has no equal of checks of text, so it is compared on columns; our columns are read from JSON
once more than documents are.
"""


def _there() -> bool:
    try:
        version("dataqual")
    except ModuleNotFoundError:
        return False
    return True


if __name__ == "__main__":
    main()
