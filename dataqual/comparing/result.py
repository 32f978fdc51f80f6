"""`Comparison`: what corpora differ in, to ask, save, load and show."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from dataqual.comparing.changes import Changes
from dataqual.drift.lights import LEVELS
from dataqual.errors import InputError
from dataqual.finding import percent, plural
from dataqual.writers.appearing import write_text, writing

SCHEMA = "dataqual.comparison/1"
SHOWN = 15
"""Differences in the summary: a screen of them."""
IN_COMMON = 0.02
"""Share of the smaller corpus from which two are versions of one: copies alone are in both of many pairs of corpora."""
SIGNS = {"red": "✗", "amber": "!", "green": "✓"}


@dataclass(frozen=True, eq=False)
class Comparison:
    """What two or more corpora differ in, each beside the first; `docs/compare.md` says what stands where."""

    facts: dict[str, Any]
    changes: tuple[Changes | None, ...] = field(default=(), repr=False)
    """Between the versions of each pair, document by document; none of a comparison that was loaded."""

    @property
    def lights(self) -> dict[str, int]:
        """How many readings are green, amber and red."""
        return dict(self.facts["lights"])

    @property
    def drifted(self) -> bool:
        """Whether a reading is red."""
        return self.lights["red"] > 0

    @property
    def warnings(self) -> list[str]:
        """What could not be compared, and what it would need."""
        return [f"{side['name']}: {line}" for side in self.facts["sides"] for line in side["missing"]]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every reading of every pair, the most serious of each pair first; `beside` is the name of the second side."""
        for pair in self.facts["pairs"]:
            for row in pair["rows"]:
                yield {"beside": self.facts["sides"][pair["second"]]["name"], **row}

    def table(self) -> pl.DataFrame:
        """A row for each reading: values of both sides, effect with its interval, p as it is and adjusted, light."""
        schema: Any = {
            "beside": pl.String, "kind": pl.String, "name": pl.String, "light": pl.String, "first": pl.Float64,
            "second": pl.Float64, "effect": pl.String, "size": pl.Float64, "low": pl.Float64, "high": pl.Float64,
            "p": pl.Float64, "adjusted": pl.Float64, "n_first": pl.Int64, "n_second": pl.Int64,
        }  # fmt: skip
        rows = []
        for row in self.rows():
            effect, size, (low, high) = main_effect(row)
            own = {name: row[name] for name in ("beside", "kind", "name", "light", "p", "adjusted")}
            for side in ("first", "second"):
                own |= {side: row[side]["value"], f"n_{side}": row[side]["n"]}
            rows.append(own | {"effect": effect, "size": size, "low": low, "high": high})
        return pl.DataFrame(rows, schema=schema)

    def write_changes(self, path: str | Path) -> Path:
        """Write what became of each document, as .parquet, .csv or .jsonl by the ending; of the last pair of versions.

        InputError where nothing was compared document by document, for another ending, and where it cannot be written.
        """
        path = Path(path)
        found = [changes for changes in self.changes if changes is not None]
        if not found:
            raise InputError(f"{path}: there are no changes to write; they need the texts of both versions")
        sinks = {".parquet": "sink_parquet", ".csv": "sink_csv", ".jsonl": "sink_ndjson"}
        if path.suffix not in sinks:
            raise InputError(f"{path}: a table of changes ends in {', '.join(sinks)}")
        part = path.with_name(f".{path.name}.part")
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            getattr(found[-1].table(), sinks[path.suffix])(part)
            part.replace(path)
        return path

    def save(self, path: str | Path) -> Path:
        """Write the facts as JSON, into `path` or, if it does not end in .json, into comparison.json there; returns where."""
        path = Path(path)
        path = path if path.suffix == ".json" and not path.is_dir() else path / "comparison.json"
        write_text(path, json.dumps(self.facts, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
        return path

    @classmethod
    def load(cls, path: str | Path) -> Comparison:
        """A comparison that was saved; InputError where the file is none of this version."""
        path = Path(path)
        path = path / "comparison.json" if path.is_dir() else path
        try:
            facts = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise InputError(f"{path}: no such file") from None
        except (OSError, ValueError) as error:
            raise InputError(f"{path}: not a saved comparison ({error})") from None
        found = facts.get("schema") if isinstance(facts, dict) else type(facts).__name__
        if found != SCHEMA:
            raise InputError(
                f"{path}: its schema is {found!r}, this version reads {SCHEMA!r}; compare the corpora again"
            )
        return cls(facts)

    def __repr__(self) -> str:
        first, *others = (side["name"] for side in self.facts["sides"])
        lights = ", ".join(f"{count} {light}" for light, count in self.lights.items())
        return f"<Comparison of {', '.join(others)} with {first}: {lights}>"

    def __str__(self) -> str:
        """Of each pair the verdict, what differs, what became of the documents, and what could not be compared."""
        lines = [line for pair in self.facts["pairs"] for line in self._told(pair)]
        return "\n".join([*lines, *(f"not compared: {line}" for line in self.warnings)])

    def _told(self, pair: Mapping[str, Any]) -> Iterator[str]:
        first, second = (self.facts["sides"][pair[side]] for side in ("first", "second"))
        lights = pair["lights"]
        yield (
            f"{second['name']} beside {first['name']}: {lights['red']} of {sum(lights.values())} readings differ much, "
            f"{lights['amber']} a little, {lights['green']} not"
        )
        told = [row for row in pair["rows"] if row["light"] in ("red", "amber")]
        for row in told[:SHOWN]:
            yield f"  {SIGNS[row['light']]} {line_of(row)}"
        if len(told) > SHOWN:
            yield f"  {len(told) - SHOWN} more differ"
        yield (
            f"documents {_number(first['documents'])} and {_number(second['documents'])}, "
            f"words {_number(first['words'])} and {_number(second['words'])}"
        )
        if pair["changes"]:
            yield from changes_told(pair["changes"])

    def _repr_html_(self) -> str:
        """A small table for notebooks; the page is `reports.comparison(comparison)`."""
        rows = "".join(
            f"<tr><td>{SIGNS[row['light']]}</td><td>{html.escape(line_of(row))}</td><td>{html.escape(row['beside'])}</td></tr>"
            for row in self.rows()
            if row["light"] in ("red", "amber")
        )
        lights = ", ".join(f"{count} {light}" for light, count in self.lights.items())
        return f"<table><caption>{lights}</caption><tr><th></th><th>difference</th><th>of</th></tr>{rows}</table>"


def changes_told(changes: Mapping[str, Any]) -> Iterator[str]:
    """What became of the documents of two versions, as sums."""
    counts = {name: f"{count:,}" for name, count in changes["counts"].items()}
    if not common_of(changes):
        yield "no document is in both: they are not two versions of one corpus"
        return
    if hardly_versions(changes):
        few = min(changes["before"], changes["after"])
        yield (
            f"only {common_of(changes):,} of {plural(few, 'document')} are in both, edited ones among them: they are hardly two "
            "versions of one corpus"
        )
        return
    both = "{unchanged} unchanged + {edited} edited + {relabelled} relabelled + {renamed} renamed".format(**counts)
    yield f"{plural(changes['before'], 'document')} before = {both} + {counts['dropped']} dropped"
    yield f"{plural(changes['after'], 'document')} after = {both} + {counts['added']} added"
    if changes["moved"]:
        yield f"{changes['moved']:,} of those in both stand elsewhere in the order"
    yield from changes["notes"]


def common_of(changes: Mapping[str, Any]) -> int:
    """Documents that are in both versions, changed or not."""
    return sum(count for kind, count in changes["counts"].items() if kind not in ("dropped", "added"))


def hardly_versions(changes: Mapping[str, Any]) -> bool:
    """Whether so little is in both that what was dropped and added says nothing.

    Two corpora of one kind share templates, so near copies alone make versions only where half of the documents have one.
    """
    few, common = min(changes["before"], changes["after"]), common_of(changes)
    sure = common - (changes["counts"]["edited"] if changes["by"] == "text" else 0)
    return sure < IN_COMMON * few and common < few / 2


EFFECTS = {
    "delta": "delta",
    "psi": "PSI",
    "h": "h",
    "js": "JS",
    "auc": "AUC",
}


def main_effect(row: Mapping[str, Any]) -> tuple[str | None, float | None, tuple[float | None, float | None]]:
    """The effect by which a reading is judged, that which is largest for its level, and its interval.

    >>> main_effect({"effects": {"delta": 0.1, "psi": 0.3}, "detail": {"divergences": {"psi": {"interval": [0.2, 0.4]}}}})
    ('psi', 0.3, (0.2, 0.4))
    """
    effects, detail = row["effects"], row["detail"]
    if not effects:
        return None, None, (None, None)
    name = max(effects, key=lambda effect: _worst(effect, effects[effect]))
    if name in ("delta", "auc"):
        interval = detail["interval"]
    elif row.get("kind") in ("share", "rules"):  # told in points, whose interval stands beside
        interval = (None, None)
    else:
        interval = detail.get("divergences", detail).get(name, {}).get("interval", (None, None))
    return name, effects[name], (interval[0], interval[1])


def _worst(name: str, size: float) -> tuple[int, float]:
    """How many levels an effect reaches, then how far it is beyond the first: the one that made the light comes first."""
    return sum(abs(size) >= level for level in LEVELS[name]), abs(size) / LEVELS[name][0]


def line_of(row: Mapping[str, Any]) -> str:
    """One reading in a line: what it was, what it is, how far that is apart and how sure."""
    name, size, (low, high) = main_effect(row)
    first, second, detail = row["first"], row["second"], row["detail"]
    around = f" [{low:.3g}, {high:.3g}]" if low is not None else ""
    sure = f"{EFFECTS[name or 'h']} {size or 0:.3g}{around}"
    if row["kind"] in ("share", "rules"):
        low, high = detail["interval"]
        return (
            f"{row['name']}: {percent(first['value'])} and {percent(second['value'])} of the {first['of']}, "
            f"{100 * detail['change']:+.2g} points [{100 * low:.2g}, {100 * high:.2g}]"
        )
    if row["kind"] == "signal":
        return f"{row['name']}: median {_number(first['value'])} and {_number(second['value'])}, {sure}"
    if row["kind"] == "years":
        return f"{row['name']}: median {first['value']:.0f} and {second['value']:.0f}, {sure}"
    if row["kind"] == "values":
        most = detail["listed"][0]
        shares = " and ".join(percent(share) for share in most["shares"])
        return f"{row['name']}: {sure}, most of all {'the rest' if most['rest'] else most['value']}, {shares}"
    if row["kind"] == "words":
        return f"{row['name']}: {sure} bits"
    return f"told apart by a classifier: {sure}"


def _number(value: float | None) -> str:
    if value is None:
        return "?"
    return f"{value:,.0f}" if value >= 1000 or float(value).is_integer() else f"{value:.3g}"
