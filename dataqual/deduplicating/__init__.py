"""`dedup`: keep one of each, and say of each copy what stays in its place."""

from dataqual.deduplicating.methods import detection, method_for, near_for
from dataqual.deduplicating.result import Deduplicated
from dataqual.deduplicating.running import dedup

__all__ = ["Deduplicated", "dedup", "detection", "method_for", "near_for"]
