"""Who does the work: `Local`, in threads of this process and in processes that help it; `Aside`, beside it."""

from dataqual.engine.aside import Aside
from dataqual.engine.helper import staying
from dataqual.engine.local import Local
from dataqual.engine.memory import default_memory, parse_budget, parse_size

__all__ = ["Aside", "Local", "default_memory", "parse_budget", "parse_size", "staying"]
