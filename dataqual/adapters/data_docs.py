"""A page as great-expectations' Data Docs have it, of what `dataqual check` saw: made offline, and read offline.

Their pages load style, scripts and pictures from seven hosts; all of it is taken out, and a small style of ours is put in.
What needs their scripts, folding and charts, is not on the page.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from dataqual.adapters import great_expectations as dq
from dataqual.adapters.great_expectations import page_of
from dataqual.checking.result import Checked, seen
from dataqual.errors import InputError, SpecError
from dataqual.suites.verdicts import Outcome
from dataqual.writers.appearing import write_text

FOREIGN = (
    re.compile(r"<script\b.*?</script>", re.DOTALL | re.IGNORECASE),
    re.compile(r"<(?:link|img|iframe|source)\b[^>]*>", re.IGNORECASE),
    re.compile(r"<(nav|footer)\b.*?</\1>", re.DOTALL | re.IGNORECASE),
)
"""What loads from elsewhere, or is of use there alone."""

ELSEWHERE = re.compile(
    r"""\s(?:src|href|action)\s*=\s*(["'])\s*(?:https?:)?//.*?\1|@import[^;]*;|url\([^)]*//[^)]*\)""",
    re.IGNORECASE | re.DOTALL,
)
"""What still points to another host."""

STYLE = """<style>
body{font:15px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
h1,h2,h3,h4{line-height:1.2}table{border-collapse:collapse;width:100%;margin:.5rem 0}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #ddd}
.badge{padding:.05rem .4rem;border-radius:.3rem;background:#eee;color:#222}.text-success{color:#17692c}.text-danger{color:#b3261e}
.fa-check-circle::before{content:"✓"}.fa-times::before{content:"✗"}.fa-exclamation-triangle::before{content:"!"}
ul{padding-left:1.2rem}.collapse,.modal{display:block}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#16181c}th,td{border-color:#444}.badge{background:#333;color:#ddd}
.text-success{color:#6fcf7f}.text-danger{color:#ff8a80}}
</style>"""


def data_docs(checked: Checked, folder: str | Path) -> Path:
    """Write the page into a folder, as index.html; returns where. InputError where nothing can be written."""
    target = Path(folder) / "index.html"
    if Path(folder).is_file():
        raise InputError(f"--data-docs: {folder} is a file where a folder must go")
    results = [_result(checked, outcome) for outcome in checked.outcomes]
    write_text(target, offline(page_of(checked.suite.name, results, checked.ok)))
    return target


def offline(html: str) -> str:
    """A page of theirs without anything that loads from another host, and with a style of its own.

    >>> offline('<link href="https://x/y.css"><a href="https://x">z</a><script>f()</script>')
    '<a>z</a>'
    """
    for foreign in FOREIGN:
        html = foreign.sub("", html)
    return ELSEWHERE.sub("", html).replace("</head>", f"{STYLE}</head>", 1)


def _result(checked: Checked, outcome: Outcome) -> tuple[Any, bool, dict[str, Any]]:
    """An expectation, whether it was met, and what their pages show of that."""
    try:
        expectation = dq.to_expectation(outcome.check, text=checked.columns.get("text") or "text")
    except SpecError:
        expectation = dq.shown(outcome.check, checked.columns.get("text") or "text")
    result: dict[str, Any] = {"observed_value": seen(outcome)}
    if outcome.sight.failing is not None and outcome.status != "passed":
        told = [checked.told(example) for example in outcome.examples]
        share = 100 * outcome.sight.failing / max(outcome.n, 1)
        result |= {
            "element_count": outcome.n,
            "unexpected_count": outcome.sight.failing,
            "unexpected_percent": share,
            "partial_unexpected_list": told,
            "partial_unexpected_counts": [{"value": one, "count": 1} for one in told],
        }
    return expectation, outcome.status == "passed", result
