"""Ends of intervals, ours and theirs: each as the other has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dataqual.bounds import Bounds


def bounds_of(given: Mapping[str, Any]) -> Bounds:
    """Our bounds of their ends."""
    return Bounds(**read_ends(dict(given)))


def read_ends(given: Mapping[str, Any]) -> dict[str, Any]:
    """Our ends of theirs."""
    ends = {}
    if given.get("min_value") is not None:
        ends["above" if given.get("strict_min") else "min"] = given["min_value"]
    if given.get("max_value") is not None:
        ends["below" if given.get("strict_max") else "max"] = given["max_value"]
    return ends


def ends_of(bounds: Any) -> dict[str, Any]:
    """Their ends of ours; of two on one side the one that excludes more."""
    ends: dict[str, Any] = {}
    if bounds.min is not None or bounds.above is not None:
        strict = bounds.above is not None and (bounds.min is None or bounds.above >= bounds.min)
        ends["min_value"] = bounds.above if strict else bounds.min
        ends |= {"strict_min": True} if strict else {}
    if bounds.max is not None or bounds.below is not None:
        strict = bounds.below is not None and (bounds.max is None or bounds.below <= bounds.max)
        ends["max_value"] = bounds.below if strict else bounds.max
        ends |= {"strict_max": True} if strict else {}
    return ends


def whole_ends_of(bounds: Bounds) -> dict[str, Any]:
    """Their ends, which belong to the interval, of ours about whole numbers."""
    ends = ends_of(bounds)
    low = ends.get("min_value")
    high = ends.get("max_value")
    made: dict[str, Any] = {}
    if low is not None:
        made["min_value"] = int(np.floor(low)) + 1 if ends.get("strict_min") else int(np.ceil(low))
    if high is not None:
        made["max_value"] = int(np.ceil(high)) - 1 if ends.get("strict_max") else int(np.floor(high))
    return made
