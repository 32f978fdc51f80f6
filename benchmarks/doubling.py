"""What a user sees who doubles a rare class with Chinese synonyms: whether the number is reached, of how many documents, and how varied.

    python benchmarks/doubling.py --reviews FILE.csv [--out FILE.md]

FILE has columns id, text and label (pos, neg). Twice some of its reviews are drawn so that every fifth is good, and the good ones
are doubled as the command does it unless told, and with one child each; then all of them have one child each. Sentences that are
quoted (lines that begin with >) stand in docs/augment.md word for word, which a test holds them to.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from dataqual.augmenting import Augmented, augment  # noqa: E402
from dataqual.near_duplicates import jaccard  # noqa: E402

SEED = 3
DRAWN = ((3_000, 600), (7_500, 1_500))
"""Reviews, and how many of them are good."""
NEAR = 0.8

Row = dict[str, str]


@dataclass(frozen=True)
class Run:
    """What one run added."""

    done: Augmented
    places: Counter[int]
    """Children by the number of places in which they differ from their parent."""
    changes: Counter[tuple[str, str]]
    children: Counter[int]
    """Documents by the number of their children."""
    near: int
    """Children that are near copies of their parent."""

    @classmethod
    def of(cls, rows: Sequence[Row], folder: Path, **how: Any) -> Run:
        """Of these reviews."""
        source, out = folder / "in.jsonl", folder / "out.jsonl"
        source.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        done = augment(source, out, method="synonyms", seed=SEED, resume=False, **how)
        texts = {row["id"]: row["text"] for row in rows}
        written = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
        made = [(row["text"], row["augmented"]) for row in written if "augmented" in row]
        pairs = [(texts[told["parent"]], text) for text, told in made]
        changes = Counter(
            (texts[told["parent"]][start:end], new) for _, told in made for start, end, new, _ in told["edits"]
        )
        return cls(
            done,
            Counter(min(3, len(told["edits"])) for _, told in made),
            changes,
            Counter(Counter(told["parent"] for _, told in made).values()),
            sum(jaccard(parent, child, 5) >= NEAR for parent, child in pairs),
        )

    def share(self, n: int) -> str:
        """Of the children that differ in so many places, 3 meaning three or more."""
        return f"{self.places[n] / self.places.total():.0%}".replace("%", " %")

    @property
    def close(self) -> int:
        """Children that are near copies of a sibling."""
        return sum(one.close for one in self.done.given)

    def cells(self) -> list[str]:
        """Of the table."""
        done = self.done
        refused = sum(n for rule, n in done.refused.items() if rule != "nothing_to_change")
        numbers = (done.given[0].wanted, done.added, done.refused.get("nothing_to_change", 0), refused)
        more = (max(self.children), self.close, self.near, len(self.changes))
        return [*(f"{n:,}" for n in numbers), *(self.share(n) for n in (1, 2, 3)), *(f"{n:,}" for n in more)]


def drawn(rows: Sequence[Row], n: int, good: int) -> list[Row]:
    """So many reviews, so many of them good, in an order of chance."""
    rng = random.Random(SEED)
    by = {label: [row for row in rows if row["label"] == label] for label in ("pos", "neg")}
    some = rng.sample(by["pos"], good) + rng.sample(by["neg"], n - good)
    return rng.sample(some, n)


def sentences(runs: Mapping[str, Run], rows: int) -> list[str]:
    """What docs/augment.md quotes."""
    found = []
    for n, good in DRAWN:
        plain, single = runs[f"{good:,} of {n:,}, as it is"], runs[f"{good:,} of {n:,}, most=1"]
        found.append(
            f"Of {n - good:,} bad and {good:,} good reviews the good ones are doubled, {plain.done.added:,} of {good:,}; with one child each at most "
            f"(`--set most=1`) {single.done.added:,}. {plain.share(1)} of the children differ from their parent in one place, {plain.share(2)} in two, "
            f"{plain.share(3)} in three (with one each {single.share(1)}, {single.share(2)}, {single.share(3)}), by {len(plain.changes)} different changes; "
            f"no document has more than {max(plain.children)}, {plain.close:,} are near copies of a sibling and {plain.near:,} of their parent."
        )
    whole = runs["all"]
    unmade = whole.done.refused.get("nothing_to_change", 0)
    common = [f"{word} to {new}" for (word, new), _ in whole.changes.most_common(2)]
    found.append(
        f"Of {1 - unmade / rows:.0%} of {rows:,} reviews a child can be made, and {whole.done.added / rows:.0%} have one that passes the gate, "
        f"by {len(whole.changes)} different changes, {common[0]} and {common[1]} most often.".replace("%", " %")
    )
    return found


def main() -> None:
    """Measure, print, and write where asked."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--reviews", required=True, type=Path)
    options.add_argument("--out", type=Path)
    asked = options.parse_args()
    with asked.reviews.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    runs: dict[str, Run] = {}
    with TemporaryDirectory() as folder:
        for n, good in DRAWN:
            some = drawn(rows, n, good)
            runs[f"{good:,} of {n:,}, as it is"] = Run.of(some, Path(folder), balance="label")
            runs[f"{good:,} of {n:,}, most=1"] = Run.of(some, Path(folder), balance="label", parameters={"most": 1})
        runs["all"] = Run.of(rows, Path(folder), parameters={"most": 1})
    lines = [
        "# Chinese synonyms: a rare class doubled",
        "",
        f"`{asked.reviews.name}`, {len(rows):,} reviews, drawn by Python's `random.Random({SEED})`; default gate, `--seed {SEED}`. Made by benchmarks/doubling.py.",
        "",
        "| good reviews | wanted | added | none can be made | refused | in one place | two | three | children of a document, at most | near copies of a sibling | of the parent | different changes |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
        *(f"| {' | '.join([name, *run.cells()])} |" for name, run in runs.items()),
        "",
        *(line for sentence in sentences(runs, len(rows)) for line in (f"> {sentence}", "")),
    ]
    text = "\n".join(lines).rstrip() + "\n"
    print(text)
    if asked.out:
        asked.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
