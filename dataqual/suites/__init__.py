"""Suites of checks: what a corpus must be, as a file says it; a check is bounds on what one `Gauge` sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataqual.lazy import face

if TYPE_CHECKING:
    from dataqual.suites.suite import Suite as Suite

__getattr__, __dir__ = face(__name__, {"Suite": "dataqual.suites.suite"})
