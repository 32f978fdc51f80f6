"""Pages made from saved results: `reports.profile(facts)`, `reports.cleaning(facts)`, `reports.dedup(facts)`,
`reports.augmentation(facts)`, `reports.comparison(facts)`, `reports.check(facts)`, `reports.study(facts)`.

Each is one self-contained HTML file, as a str.

A page is a pure function of its facts: same facts, same bytes. seaborn, matplotlib, pandas and jinja2
load when a page is first asked for, not on `import reports`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataqual.lazy import face

if TYPE_CHECKING:
    from reports.augmentation_page import augmentation as augmentation
    from reports.check_page import check as check
    from reports.cleaning_page import cleaning as cleaning
    from reports.comparison_page import comparison as comparison
    from reports.dedup_page import dedup as dedup
    from reports.profile_page import profile as profile
    from reports.study_page import study as study

__all__ = ["augmentation", "check", "cleaning", "comparison", "dedup", "profile", "study"]

_HOMES = {
    "augmentation": "reports.augmentation_page",
    "check": "reports.check_page",
    "cleaning": "reports.cleaning_page",
    "comparison": "reports.comparison_page",
    "dedup": "reports.dedup_page",
    "profile": "reports.profile_page",
    "study": "reports.study_page",
}
__getattr__, __dir__ = face(__name__, _HOMES)
