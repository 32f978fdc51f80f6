"""How new a corpus is: the dates that its records have, the years its documents name, and what share of either is old.

A year that is named is not the time of writing: history names old years, a plan later ones. So the newest year of a document says
how old what it tells can be at most, and what is called stale is so beside the other documents, not beside a clock.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.dates import MISSING, dates, told
from dataqual.document_sample import DocumentSample
from dataqual.finding import Finding, percent
from dataqual.intervals import ranks
from dataqual.profiling.sections import Setting
from dataqual.reading import Reading, wilson
from dataqual.signals.newest_year import NewestYear, years

STALE = 5
"""Years before the corpus's own latest from which a document counts as stale."""
LATEST = 0.05
"""The latest year of a corpus is one that this share of the documents with years reach: some look ahead, and a 2099 is no date."""
LEAST = 20
"""Documents with years from which their shares are told."""
MOSTLY = 0.5
SHOWN = 3


def facts(sample: DocumentSample, setting: Setting) -> dict[str, Any] | None:
    """The block; None where no document has a date or names a year."""
    newest = np.asarray(NewestYear().measure(sample.text))
    block = _named(sample, setting, newest) | _dates(sample, setting)
    drawn = {"documents": len(sample), "of": sample.of, "complete": sample.complete}
    return {"sample": drawn} | block if block else None


def _dates(sample: DocumentSample, setting: Setting) -> dict[str, Any]:
    """What the column of dates says of all documents, with the oldest and newest of those drawn; {} without one."""
    reading = setting.facts["readings"].get("stale_dates")
    if not reading or not reading["n"]:
        return {}
    found = dates(sample.values("date"))
    rows = np.flatnonzero(found > MISSING)
    rows = rows[np.argsort(found[rows], kind="stable")]
    shown = {"oldest": rows[:SHOWN], "newest": rows[::-1][:SHOWN]}
    examples = {
        name: [setting.example(sample, row) | {"date": told(int(found[row]))} for row in some.tolist()]
        for name, some in shown.items()
    }
    return {"dates": {"column": setting.columns.date, "reading": reading, "examples": examples}}


def _named(sample: DocumentSample, setting: Setting, newest: NDArray[np.int64]) -> dict[str, Any]:
    """Which years documents name; {} where none is named."""
    dated = newest[newest > 0]
    if not len(dated):
        return {}
    latest = int(np.sort(dated)[::-1][math.ceil(LATEST * len(dated)) - 1])
    old = dated <= latest - STALE
    named = _share(sample, "names_a_year", int((newest > 0).sum()), len(newest))
    stale = _share(sample, "stale", int(old.sum()), len(dated))
    return {
        "latest": latest,
        "newest": int(dated.max()),
        "stale_before": latest - STALE + 1,
        "readings": {
            "names_a_year": named.facts(),
            "median_newest_year": _median(sample, dated).facts(),
            "stale": stale.facts(),
        },
        "years": _by_year(dated),
        "examples": {
            "latest": _examples(sample, setting, np.flatnonzero(newest >= latest)),
            "stale": _examples(sample, setting, np.flatnonzero((newest > 0) & (newest <= latest - STALE))),
        },
    }


def findings(block: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterable[Finding]:
    """That most documents are from before the last years, by their dates, or else by the years that they name."""
    if "dates" in block:
        yield from _old(block["dates"])
    if "dates" in block or "readings" not in block:
        return
    stale = block["readings"]["stale"]
    low = (stale.get("interval") or [stale["value"]])[0]
    if stale["n"] >= LEAST and low is not None and low > MOSTLY:
        yield Finding(
            "stale",
            "note",
            f"{percent(stale['value'])} of the documents with years name none after {block['stale_before'] - 1}",
            stale,
            "What changes with the years is then learnt as it was; a year that is named is not the time of writing.",
            example=next(iter(block["examples"]["stale"]), None),
            where="freshness",
        )


def _old(block: Mapping[str, Any]) -> Iterable[Finding]:
    stale = block["reading"]
    low, _ = stale.get("interval") or (stale["value"], None)
    if stale["n"] >= LEAST and low > MOSTLY:
        yield Finding(
            "stale_dates",
            "note",
            f"{percent(stale['value'])} of the documents with a date are from before {stale['detail']['before']}",
            stale,
            "What changes with the years is then learnt as it was.",
            example=next(iter(block["examples"]["oldest"]), None),
            where="freshness",
        )


def _share(sample: DocumentSample, name: str, hits: int, n: int) -> Reading:
    return sample.reading(name, hits / n if n else None, wilson(hits, n), n=n, detail={"documents": hits})


def _median(sample: DocumentSample, dated: NDArray[np.int64]) -> Reading:
    """Of the newest years; its interval lies between two of them (David and Nagaraja 2003, 7.1).

    Of fewer than six no two are far enough apart for 95 %, and there is none.
    """
    ordered = np.sort(dated)
    low, high = ranks(0.5, len(ordered))
    value = float(ordered[(len(ordered) - 1) // 2])
    known = low >= 0 and high < len(ordered)
    interval = (float(ordered[low]), float(ordered[high])) if known else None
    return sample.reading("median_newest_year", value, interval, n=len(dated), unit="year")


def _by_year(dated: NDArray[np.int64]) -> list[dict[str, int]]:
    """Documents by their newest year, the last thirty years one by one and those before by decades."""
    last = int(dated.max())
    began = np.where(dated > last - 30, dated, dated // 10 * 10)
    began = np.where((dated <= last - 30) & (began > last - 30), last - 30, began)
    found, counts = np.unique(began, return_counts=True)
    return [
        {"from": start, "to": start if start > last - 30 else min(start + 9, last - 30), "documents": count}
        for start, count in zip(found.tolist(), counts.tolist(), strict=True)
    ]


def _examples(sample: DocumentSample, setting: Setting, rows: NDArray[np.int64]) -> list[dict[str, Any]]:
    found = []
    for row in rows[:SHOWN].tolist():
        marks = NewestYear().evidence(sample.texts[row])
        newest = max((year for year, *_ in years(sample.texts[row].encode())), default=0)
        found.append(setting.example(sample, row, marks) | {"value": newest})
    return found
