"""Checks: a suite measured on a corpus in one pass, with verdicts that know how sure they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataqual.lazy import face

if TYPE_CHECKING:
    from dataqual.checking.result import Checked as Checked
    from dataqual.checking.running import check as check
    from dataqual.suites.suite import Suite as Suite
    from dataqual.suites.verdicts import Check as Check
    from dataqual.suites.verdicts import Outcome as Outcome

__getattr__, __dir__ = face(
    __name__,
    {
        "Check": "dataqual.suites.verdicts",
        "Checked": "dataqual.checking.result",
        "Outcome": "dataqual.suites.verdicts",
        "Suite": "dataqual.suites.suite",
        "check": "dataqual.checking.running",
    },
)
