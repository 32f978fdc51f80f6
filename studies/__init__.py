"""What cleaner data is worth: models trained over graded subsets of a corpus, laws of their loss, and the exchange.

Names load what they need when they are first asked for, so that `import studies` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataqual.lazy import face

if TYPE_CHECKING:
    from studies.design.study import Study as Study
    from studies.findings.studied import Studied as Studied
    from studies.judging.tables import FittedTable as FittedTable
    from studies.judging.tables import fit_table as fit_table
    from studies.planning.plan import plan as plan
    from studies.running.run import run as run

_HOMES = {
    "FittedTable": "studies.judging.tables",
    "Studied": "studies.findings.studied",
    "Study": "studies.design.study",
    "fit_table": "studies.judging.tables",
    "plan": "studies.planning.plan",
    "run": "studies.running.run",
}

__all__ = sorted(_HOMES)  # pyright: ignore[reportUnsupportedDunderAll]
__getattr__, __dir__ = face(__name__, _HOMES)
