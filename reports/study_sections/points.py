"""Every point of a study as CSV, carried by the page itself where it has room."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from urllib.parse import quote

from markupsafe import Markup

from reports.study_sections.facts import Facts
from studies.findings.facts import measures_of
from studies.judging import ensembles

CSV_BYTES = 1_200_000  # of the two megabytes; a table above that lies beside the page only
COLUMNS = (
    "trial", "trunk", "learner", "grade", "arm", "size", "parameters", "non_embedding", "tokens", "unique", "epochs",
    "seed", "flops", "seconds", "joules", "held_out", "loss",
)  # fmt: skip


def download(facts: Facts) -> Markup | None:
    """The table as an address that a page can carry; None where there is none, or it is too large to be carried."""
    if not facts.get("points"):
        return None
    address = "data:text/csv;charset=utf-8," + quote(table(facts), safe=",:;/.-_()[]@=|", errors="backslashreplace")
    return Markup(address) if len(address) <= CSV_BYTES else None


def columns_of(points: Sequence[Facts]) -> list[str]:
    """The columns that any of the points has."""
    return [column for column in COLUMNS if any(column in point for point in points)]


def table(facts: Facts) -> str:
    r"""The points as CSV, as in `points.csv` beside the page: what else was measured at each, and ensembles, with them.

    Columns are those that any row has; what is unknown is empty.

    >>> table({"points": [{"size": 3, "seconds": None, "loss": 1.25, "grade": "a,b", "measures": {"fid": {"value": 2}}}]})
    'grade,size,seconds,loss,fid,fid_low,fid_high\n"a,b",3,,1.25,2,,\n'
    """
    rows = [{**point, **measures_of(point)} for point in facts.get("points") or []] + ensembles.table(facts)
    more = dict.fromkeys(name for row in rows for name in row if name not in (*COLUMNS, "measures"))
    out = io.StringIO()
    writer = csv.DictWriter(out, [*columns_of(rows), *more], extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
