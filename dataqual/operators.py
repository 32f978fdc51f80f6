"""The three kinds of operator: `Signal`, `Metric`, `Step`. Their promises are tested in tests/contracts."""

from __future__ import annotations

from dataqual.metric import Metric, SampleMetric, at_least
from dataqual.signal import Engine, Signal, ViewName, Worse
from dataqual.step import InOrder, Step

__all__ = ["Engine", "InOrder", "Metric", "SampleMetric", "Signal", "Step", "ViewName", "Worse", "at_least"]
