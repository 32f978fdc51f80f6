"""What is said of labels, of texts and of pictures: that some are wrong, or that they are uneven."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dataqual.finding import Finding, percent
from dataqual.labels.balance import balance
from dataqual.profiling.mending import clean_command
from dataqual.profiling.sections import Setting
from dataqual.reading import Reading

WRONG, SERIOUS = 0.01, 0.05
"""From this share on, with its lower end, wrong labels are a warning, and an error."""
UNEVEN = 10
"""The commonest label for one of the rarest from which that is worth knowing."""
ENOUGH = 50
"""Documents of each judged label for a finding: of fewer, the surest tenth is not five."""


def wrong_labels(block: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterator[Finding]:
    """That labels are wrong, where that is sure and enough were judged."""
    errors = block["readings"]["label_errors"]
    if errors["value"] is None or errors["interval"][0] < WRONG or errors["detail"]["least"] < ENOUGH:
        return
    low, _ = errors["interval"]
    yield Finding(
        "label_errors",
        "error" if low >= SERIOUS else "warning",
        f"about {percent(errors['value'])} of the labels are wrong",
        errors,
        "What is learnt from them is wrong as often, and a test set with them cannot tell the better of two good models.",
        example=next(iter(block["suspects"]), None),
        say="look through the ranked list of dataqual labels, or leave the suspects out",
        command=suspects_command(block, facts),
        where="labels",
    )


def uneven_labels(block: Mapping[str, Any], why: str, say: str | None = None) -> Iterator[Finding]:
    """That the commonest label is much more frequent than the rarest; `why` that matters, and what to do, `say`."""
    uneven = block["readings"]["label_balance"]
    if (uneven.get("detail") or {}).get("imbalance", 1) >= UNEVEN:
        yield Finding(
            "label_imbalance",
            "note",
            f"the commonest label is {uneven['detail']['imbalance']:.3g} times as frequent as the rarest",
            uneven,
            why,
            say=say,
            where="labels",
        )


def suspects_command(block: Mapping[str, Any], facts: Mapping[str, Any]) -> str | None:
    """The one that leaves the suspects out; it names the column, which may have been named and not found."""
    command = clean_command(dict(facts), "label_errors")
    if command is None or not block["column"] or "--label" in shlex.split(command):
        return command
    return f"{command} {shlex.join(['--label', block['column']])}"


def balance_of(labels: Sequence[str | None], setting: Setting, *, complete: bool) -> Reading:
    """The balance of labels: of the whole corpus where they were counted, else of those of a sample, which may be `complete`."""
    for group in setting.facts.get("groups", ()):
        if group["column"] == setting.columns.label and not group["overflow"] and not group["rest"]:
            counts = {row["value"]: row["documents"] for row in group["rows"]}
            partial = setting.facts["corpus"]["sample"] is not None
            return balance({k: v for k, v in counts.items() if k is not None}, counts.get(None, 0), sampled=partial)
    found = Counter(label for label in labels if label is not None)
    return balance(found, len(labels) - found.total(), sampled=not complete)
