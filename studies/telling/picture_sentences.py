"""What only a study of pictures says: by what it judges, how far real pictures are from each other, and its limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Facts = Mapping[str, Any]

NEARER = 0.5
"""The share of made pictures nearer to a training picture than to a held-out one, where nothing is memorised."""


def task_of(kind: str, loss: str, judging: Facts | None) -> dict[str, Any]:
    """The part `task` of study.json: what is learnt, what laws are fitted to, and by which features it was measured.

    >>> task_of("pictures", "FID", {"name": "classifier-28x28x1-64:3f5a09c2"})["metric"]
    'FID@classifier-28x28x1-64:3f5a09c2'
    """
    metric = f"FID@{judging['name']}" if loss == "FID" and judging else loss
    return {"kind": kind, "loss": loss, "metric": metric}


def limits(facts: Facts) -> Iterator[str]:
    """What it may not be quoted for, beside what holds of every study."""
    study, data = facts["study"], facts["data"]
    judging, pictures = data["judging"], study["pictures"]
    trained = judging["trained_on"]
    if trained is not None:
        yield (
            f"FID beside anybody else's: its features ({judging['name']}) were learnt from {trained:,} of this study's own "
            "pictures, and a FID by Inception is another number."
        )
    yield (
        f"Other learners, schedules or sizes of picture than {study['learner']} at {pictures['side']} pixels: rates were not "
        "tuned here, and larger networks run longer make better pictures."
    )
    yield "That anybody likes the made pictures, or that they are of use: only their distance from held-out ones was measured."
    if study["options"].get("augment") or study["options"].get("diffaugment", study["learner"] == "gan"):
        yield "What augmentation is worth: all grades had the same."


def memorised(facts: Facts) -> str | None:
    """Of grades that leave pictures as they are, which cells repeat what they were trained on: those whose interval lies above a half at the last stop; None where none does."""
    plain = {name for name, grade in facts["study"]["grades"].items() if not grade["steps"]}
    points: Sequence[Facts] = [p for p in facts["points"] if p["grade"] in plain]
    last = max((p["tokens"] for p in points), default=None)
    found: dict[int, float] = {}
    for p in points:
        interval = ((p.get("measures") or {}).get("memorised") or {}).get("interval")
        if p["tokens"] == last and interval and interval[0] > NEARER:
            found[p["unique"]] = max(found.get(p["unique"], 0.0), p["measures"]["memorised"]["value"])
    if not found:
        return None
    listed = ", ".join(f"{share:.0%} with {unique:,}" for unique, share in sorted(found.items())).replace("%", " %")
    return f"Nearer to a training picture than to a held-out one, where a half is chance: {listed} training pictures."


def floor(facts: Facts) -> str | None:
    """How far real pictures are from the held-out ones: what no model can be expected to be below; None without."""
    found = (facts["data"].get("floor") or {}).get("fid")
    if not found:
        return None
    return f"Real pictures of the corpus have a FID of {found['value']:.2f} to the held-out ones: nothing can be expected below."
