"""`compare`: what two or more corpora differ in, and what was added, dropped or changed between two versions of one."""

from dataqual.comparing.changes import Changes
from dataqual.comparing.referring import with_reference
from dataqual.comparing.result import Comparison
from dataqual.comparing.running import compare

__all__ = ["Changes", "Comparison", "compare", "with_reference"]
