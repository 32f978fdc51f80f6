"""What cleaner data is worth: models trained over graded subsets of a corpus, laws of their loss, and the exchange.

Names load what they need when they are first asked for, so that `import studies` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataqual.lazy import face

if TYPE_CHECKING:
    from studies.fit import FittedTable as FittedTable
    from studies.fit import fit_table as fit_table
    from studies.planning import plan as plan
    from studies.running import run as run
    from studies.studied import Studied as Studied
    from studies.study import Study as Study

_HOMES = {
    "FittedTable": "studies.fit",
    "Studied": "studies.studied",
    "Study": "studies.study",
    "fit_table": "studies.fit",
    "plan": "studies.planning",
    "run": "studies.running",
}

__all__ = sorted(_HOMES)  # pyright: ignore[reportUnsupportedDunderAll]
__getattr__, __dir__ = face(__name__, _HOMES)
