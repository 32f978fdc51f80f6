"""From merged states to the facts of a profile of pictures, under the same keys as those of texts where they mean the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.faults import PICTURES
from dataqual.finding import Finding, percent
from dataqual.images.perceptual import share_of
from dataqual.images.reading.corpus import ImageCorpus
from dataqual.images.sample import PictureSample
from dataqual.images.signals.odd_size import OddSize, quartiles_of
from dataqual.masking import mask
from dataqual.near_duplicates.copies import stars
from dataqual.profiling import picture_sections
from dataqual.profiling.facts import (
    Gathered,
    corpus_facts,
    group_facts,
    overlap_facts,
    rule_facts,
    share_facts,
    signal_facts,
    unreadable_facts,
)
from dataqual.profiling.findings import find
from dataqual.profiling.pictures.sheets import show
from dataqual.profiling.pictures.shown import End, Extremes, Kinds
from dataqual.profiling.pictures.shown import Pictures as Shown
from dataqual.profiling.pictures.subject import WORST, Pictures
from dataqual.profiling.result import SCHEMA
from dataqual.profiling.sections import Setting
from dataqual.readers.paths import readable
from dataqual.reading import Reading
from dataqual.version import __version__

LISTED = 20
"""Sizes, formats and modes that are listed."""
CLUSTERS = 8
"""Clusters of copies that are shown."""
LABELS = 24
"""Labels of which pictures are shown."""
ODD = 3.0
"""Widths of the middle half outside of it from which a size is odd (cleanvision; Tukey's outer fence)."""


def facts_of(gathered: Gathered) -> dict[str, Any]:
    """All facts but `run`, in the order of docs/facts.md."""
    corpus = gathered.corpus
    assert isinstance(corpus, ImageCorpus)
    facts: dict[str, Any] = {"schema": SCHEMA, "corpus": corpus_facts(gathered) | {"view": "image"}}
    facts["options"] = dict(gathered.asked)
    packages = ("numba", "numpy", "polars")
    facts["versions"] = {"dataqual": __version__} | {name: version(name) for name in packages}
    facts["readings"] = _readings(gathered)
    facts["pictures"] = _pictures(gathered)
    facts["exact_copies"] = _copies(gathered, "exact_copies", gathered.copies.exact_copy_of)
    near = pictures_of(gathered).near
    if near is not None:
        told = {"radius": near.radius, "threshold": near.threshold, "variants": near.variants}
        facts["near_copies"] = told | _copies(gathered, "near_copies", gathered.copies.near_copy_of)
    facts["groups"] = [group_facts(gathered, role) | {"role": role} for role in gathered.plan.grouping]
    facts["signals"] = signal_facts(gathered)
    facts["rules"] = rule_facts(gathered)
    facts["overlap"] = overlap_facts(gathered)
    facts["shares"] = share_facts(gathered, PICTURES)
    facts["scripts"] = []
    facts["unreadable"] = unreadable_facts(gathered)
    facts |= _sections(gathered, facts)
    more = [*_odd_sizes(facts), *picture_sections.findings(facts)]
    facts["findings"] = [finding.facts() for finding in find(facts, more)]
    files = {readable(file.path): index for index, file in enumerate(corpus.files)}
    facts["thumbnails"] = show(facts, corpus, files)
    return facts


def _sections(gathered: Gathered, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The block of each section of pictures."""
    if not isinstance(gathered.sample, PictureSample):
        return {}
    setting = Setting(gathered.corpus.columns, facts, gathered.path, gathered.plan.seed)
    left_out = picture_sections.SECTIONS.keys() - set(pictures_of(gathered).read)
    return picture_sections.facts_of(gathered.sample, setting, skip=left_out)


def _readings(gathered: Gathered) -> dict[str, Any]:
    kinds: Kinds = gathered.state("kinds")
    readings = {"documents": gathered.alone(gathered.reading("documents"))}
    for name, total in (("pixels", kinds.pixels), ("bytes", kinds.bytes)):
        readings[name] = gathered.alone(Reading(name, total, gathered.documents, unit=name))
    bad, n = gathered.unreadable.unreadable, gathered.unreadable.documents + gathered.unreadable.unreadable
    readings["unreadable"] = Reading("unreadable", bad / n if n else None, n, of="records", detail={"records": bad})
    if gathered.corpus.columns.id is not None:
        repeated = len(gathered.numbers["id"]) - len(np.unique(gathered.numbers["id"]))
        share = repeated / gathered.documents if gathered.documents else None
        detail = {"documents": repeated}
        readings["duplicate_ids"] = gathered.alone(Reading("duplicate_ids", share, gathered.documents, detail=detail))
    readings["exact_copies"] = _copied(gathered, "exact_copies", gathered.copies.exact_copy_of)
    if pictures_of(gathered).near is not None:
        readings["near_copies"] = _copied(gathered, "near_copies", gathered.copies.near_copy_of)
    for name in (*PICTURES, "rule_failures"):
        readings[name] = gathered.reading(name)
    return {name: reading.facts() for name, reading in readings.items()}


def _copied(gathered: Gathered, name: str, copy_of: NDArray[np.int64]) -> Reading:
    """The share of pictures that are copies of an earlier one."""
    return gathered.alone(share_of(name, copy_of))


def _copies(gathered: Gathered, name: str, copy_of: NDArray[np.int64]) -> dict[str, Any]:
    """How many, and the largest clusters, each with the picture that is kept first."""
    clusters, largest = stars(copy_of, CLUSTERS)
    shown = [
        {"size": 1 + len(copies), "examples": [_at(gathered, number) for number in (kept, *copies[:7].tolist())]}
        for kept, copies in largest
    ]
    return {"share": _copied(gathered, name, copy_of).facts(), "clusters": clusters, "largest": shown}


def _at(gathered: Gathered, number: int) -> dict[str, Any]:
    file, record = gathered.addresses[number]
    return {"file": gathered.path(file), "record": record}


def pictures_of(gathered: Gathered) -> Pictures:
    """What was measured, of pictures."""
    assert isinstance(gathered.plan.subject, Pictures)
    return gathered.plan.subject


def _pictures(gathered: Gathered) -> dict[str, Any]:
    """What the pictures are, and some of them."""
    kinds: Kinds = gathered.state("kinds")
    sizes = sorted(kinds.sizes.items(), key=lambda item: (-item[1], item[0]))
    return {
        "drawn": _shown(gathered, gathered.state("drawn")),
        "worst": _worst(gathered),
        "by_label": _by_label(gathered),
        "sizes": {
            "distinct": len(sizes),
            "rows": [{"width": w, "height": h, "pictures": n} for (w, h), n in sizes[:LISTED]],
            "odd": _odd(gathered.numbers["side"]),
        },
        "formats": dict(kinds.formats.most_common(LISTED)),
        "modes": dict(kinds.modes.most_common(LISTED)),
    }


def _shown(gathered: Gathered, pictures: Shown, extremes: Extremes | None = None) -> list[dict[str, Any]]:
    shown = []
    for picture in pictures:
        facts = picture.facts(gathered.path(picture.file))
        facts.pop("value")
        if "id" in facts:
            facts["id"] = mask(facts["id"])
        shown.append(facts if extremes is None else facts | {"value": round(extremes.value(picture), 6)})
    return shown


def _worst(gathered: Gathered) -> dict[str, Any]:
    found = {}
    for name in WORST:
        extremes = gathered.plan.metrics[f"worst:{name}"]
        assert isinstance(extremes, Extremes)
        end: End = gathered.state(f"worst:{name}")
        examples = _shown(gathered, end.pictures, extremes)
        found[name] = {"end": "highest" if extremes.highest else "lowest", "tied": end.tied, "examples": examples}
    return found


def _by_label(gathered: Gathered) -> list[dict[str, Any]]:
    if "drawn_by_label" not in gathered.plan.metrics:
        return []
    state: Mapping[str | None, Shown] = gathered.state("drawn_by_label")
    order = [row["value"] for row in gathered.reading("label").detail["rows"]]
    return [
        {"value": mask(value) if value is not None else None, "examples": _shown(gathered, state[value])}
        for value in order[:LABELS]
        if value in state
    ]


def _odd(sides: NDArray[np.float32]) -> dict[str, Any]:
    """How many sizes are odd, and from which sides on."""
    first, third = quartiles_of(sides)
    outside = OddSize.outside(sides.astype(np.float64), first, third) > ODD
    return {"pictures": int(outside.sum()), "quartiles": [round(first, 3), round(third, 3)]}


def _odd_sizes(facts: dict[str, Any]) -> Iterator[Finding]:
    """That some pictures are of another size than nearly all."""
    odd = facts["pictures"]["sizes"]["odd"]
    n = facts["readings"]["documents"]["value"]
    if not odd["pictures"]:
        return
    share = odd["pictures"] / n
    reading = {"value": share, "n": n, "of": "documents", "method": "exact", "detail": {"documents": odd["pictures"]}}
    yield Finding(
        "odd_sizes",
        "warning" if share >= 0.01 else "note",
        f"{percent(share)} of the pictures are much larger or smaller than the others",
        reading,
        "What is scaled to one size shows them blurred, or without their detail; they are often icons, banners or scans.",
        None,
        "leave them out by a recipe with keep: {signal: odd_size, max: 3}",
        where="sizes",
    )
