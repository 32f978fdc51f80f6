"""Where the page goes that tells of a corpus that was written."""

from __future__ import annotations

from pathlib import Path

from dataqual.corpus import Corpus
from dataqual.errors import InputError, SpecError
from dataqual.readers.paths import LEDGER
from dataqual.writers.appearing import is_elsewhere
from dataqual.writers.opening import check_output, check_place

REPORT = ".report.html"
"""How the page that stands beside a cleaned corpus is called; .html is no kind of file that is read."""


def report_for(
    corpus: Corpus, output: str | None, report: str | None, *, ledger: str | None, dry_run: bool, wanted: bool
) -> str | None:
    """Where the page goes: OUTPUT.report.html unless told, nowhere where none is wanted, nor after a dry run unless told.

    InputError where a file there cannot or must not be written, SpecError where it is named and not wanted.
    """
    if report is not None and not wanted:
        raise SpecError("--report and --no-report: say one of them")
    if not wanted or (report is None and (dry_run or output is None or is_elsewhere(output))):
        return None
    output = (output.rstrip("/") or output) if output is not None else None
    place = report or f"{output}{REPORT}"
    if report is None and output is not None:
        check_output(output, corpus)  # before its page, which lies beside it and which nobody named
    check_place(place, "--report", corpus)
    others = (("the output", output), ("the ledger", ledger or f"{output}{LEDGER}"))
    for name, path in others if output is not None else ():
        if path is not None and Path(path).resolve() == Path(place).resolve():
            raise InputError(f"--report: {place} is {name} itself; choose another name")
    return place
