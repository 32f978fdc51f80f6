"""`profile`: one pass over a corpus, and what it says about it.

What it takes to make one loads when a name is first asked for: whoever draws a page needs none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataqual.lazy import face

if TYPE_CHECKING:
    from dataqual.finding import Finding as Finding
    from dataqual.profiling.options import Options as Options
    from dataqual.profiling.result import Profile as Profile
    from dataqual.profiling.running import profile as profile

__all__ = ["Finding", "Options", "Profile", "profile"]

_HOMES = {
    "Finding": "dataqual.finding",
    "Options": "dataqual.profiling.options",
    "Profile": "dataqual.profiling.result",
    "profile": "dataqual.profiling.running",
}
__getattr__, __dir__ = face(__name__, _HOMES)
