"""Every point of a study as CSV, carried by the page itself where it has room."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from urllib.parse import quote

from markupsafe import Markup

from reports.study_sections.facts import Facts

CSV_BYTES = 1_200_000  # of the two megabytes; a table above that lies beside the page only
COLUMNS = (
    "trial", "trunk", "learner", "grade", "arm", "size", "parameters", "non_embedding", "tokens", "unique", "epochs",
    "seed", "flops", "seconds", "joules", "held_out", "loss",
)  # fmt: skip


def download(points: Sequence[Facts]) -> Markup | None:
    """The table as an address that a page can carry; None where there is none, or it is too large to be carried."""
    if not points:
        return None
    address = "data:text/csv;charset=utf-8," + quote(table(points), safe=",:;/.-_()[]@=|", errors="backslashreplace")
    return Markup(address) if len(address) <= CSV_BYTES else None


def columns_of(points: Sequence[Facts]) -> list[str]:
    """The columns that any of the points has."""
    return [column for column in COLUMNS if any(column in point for point in points)]


def table(points: Sequence[Facts]) -> str:
    r"""The points as CSV, in the columns that any of them has; what is unknown is empty.

    >>> table([{"size": 3, "seconds": None, "loss": 1.25, "grade": "a,b"}])
    'grade,size,seconds,loss\n"a,b",3,,1.25\n'
    """
    columns = columns_of(points)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([point.get(column) for column in columns] for point in points)
    return out.getvalue()
