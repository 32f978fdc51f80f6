"""`reporting`: the options of the page beside a corpus that is written, and the page itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dataqual.commands.common import said
from dataqual.speaking import language

if TYPE_CHECKING:
    from dataqual.corpus import Corpus
    from dataqual.engine import Aside


@dataclass(frozen=True)
class Page:
    """A page on its way."""

    name: str
    place: str | None
    """None where none is wanted."""
    drawing: Aside | None

    def told(self, facts: dict[str, Any]) -> dict[str, Any]:
        """Facts, and of which command they are, and where the page on them goes."""
        return facts | {"report": self.place, "command": said()}

    def write(self, facts: dict[str, Any]) -> None:
        """Draw it of these facts, where it is wanted."""
        from dataqual.writers.appearing import write_text

        if self.drawing is not None and self.place is not None:
            write_text(Path(self.place), self.drawing.call(self.name, facts, language=language()))


@dataclass(frozen=True)
class Report:
    """What was asked for by --report and --no-report."""

    path: str | None
    wanted: bool

    def begin(self, name: str, corpus: Corpus, target: Mapping[str, Any], *, process: bool) -> Page:
        """The page of this name: `reports.NAME_page` is loaded, in a `process` of its own or a thread, while the corpus is read.

        InputError and SpecError as for `report_for`.
        """
        from dataqual.engine import Aside
        from dataqual.page_place import report_for

        places: dict[str, Any] = {name: target[name] for name in ("output", "ledger", "dry_run")}
        place = report_for(corpus, report=self.path, wanted=self.wanted, **places)
        return Page(name, place, Aside(f"reports.{name}_page", process=process) if place else None)


def reporting(about: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A command that writes a page, too: it gets --report, of which `about` is the help, and --no-report as one, `report`."""

    def with_report(command: Callable[..., None]) -> Callable[..., None]:
        @click.option("--report", type=click.Path(), metavar="FILE", help=about)
        @click.option("--no-report", is_flag=True, help="Write no page.")
        @wraps(command)
        def run(*, report: str | None, no_report: bool, **given: Any) -> None:
            command(report=Report(report, not no_report), **given)

        return run

    return with_report
