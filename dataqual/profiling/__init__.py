"""`profile`: one pass over a corpus, and what it says about it."""

from dataqual.finding import Finding
from dataqual.profiling.options import Options
from dataqual.profiling.result import Profile
from dataqual.profiling.running import profile

__all__ = ["Finding", "Options", "Profile", "profile"]
