"""Checks: what a corpus must be, measured in one pass, with verdicts that know how sure they are."""

from dataqual.checking.result import Checked
from dataqual.checking.running import check
from dataqual.checking.suite import Suite
from dataqual.checking.verdicts import Check, Outcome

__all__ = ["Check", "Checked", "Outcome", "Suite", "check"]
