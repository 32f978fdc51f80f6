"""Green, amber or red: whether a difference may be believed, and whether it is large enough to matter.

With enough documents every difference may be believed, with few of them large ones come by chance: so it takes both.
"""

from __future__ import annotations

from typing import Literal

Light = Literal["green", "amber", "red"]

ALPHA = 0.05
"""Rate of false discoveries among all readings of a comparison."""

LEVELS: dict[str, tuple[float, float]] = {
    "delta": (0.147, 0.33),
    "psi": (0.1, 0.25),
    "h": (0.2, 0.5),
    "js": (0.018, 0.045),
    "auc": (0.5735, 0.665),
}
"""From which effect on a difference is small (amber), and medium (red).

Cliff's delta by Romano et al. 2006; PSI as banks use it (Siddiqi 2006); Cohen's h by Cohen 1988. JS in bits is PSI / (8 ln 2) where both
are small, and an AUC is (1 + delta) / 2, so theirs are the same levels."""


def light(adjusted: float | None, **effects: float) -> Light | None:
    """The light of one reading, by its adjusted p and its effects under the names of `LEVELS`; None where nothing was tested.

    >>> light(0.2, delta=0.9), light(1e-9, delta=0.01), light(1e-9, delta=-0.2, psi=0.05), light(0.01, h=0.6)
    ('green', 'green', 'amber', 'red')
    """
    if adjusted is None:
        return None
    if adjusted > ALPHA:
        return "green"
    level = max(sum(abs(size) >= bound for bound in LEVELS[name]) for name, size in effects.items())
    lights: tuple[Light, ...] = ("green", "amber", "red")
    return lights[level]
