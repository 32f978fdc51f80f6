"""`Pictures`: what a profile measures of pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual import catalog
from dataqual.corpus import Batch, Columns, Corpus
from dataqual.images.perceptual import Perceptual, PicturePart, PictureSigning, PictureSurvey
from dataqual.images.sample import PictureSample
from dataqual.images.signals.side import Side
from dataqual.measured import Measured
from dataqual.operators import Metric, Signal
from dataqual.profiling import picture_sections, sections
from dataqual.profiling.options import Options
from dataqual.profiling.pictures.groups import PictureGroups
from dataqual.profiling.pictures.shown import Drawn, DrawnByLabel, Extremes, KindCounts
from dataqual.profiling.plan import Plan, Subject
from dataqual.rules import PROFILED_PICTURES

WORST = (
    "blurriness", "darkness", "lightness", "contrast", "entropy", "single_color_share", "aspect_ratio", "blockiness",
    "saturation", "bytes_per_pixel", "side", "text_overlay", "sharpness",
)  # fmt: skip
"""Signals of which pictures are shown: those at the end where a picture is worse, the highest where neither is."""

OF_GROUPS = ("brightness", "contrast", "saturation", "entropy", "blurriness")
"""Signals whose means are told by label."""


@dataclass(frozen=True)
class Pictures(Subject):
    """Formats and sizes of pictures, those at the ends of signals, and their copies by hashes, verified on the pixels."""

    view: ClassVar = "image"

    near: Perceptual | None = None
    """How near copies are told; None for exact ones alone."""
    read: tuple[str, ...] = ()
    """The sections that look at many pictures beside each other."""

    @classmethod
    def plan(cls, corpus: Corpus, options: Options, *, table: bool) -> Plan:
        """What is asked of a corpus; rule sets are `PROFILED_PICTURES`, unless they are named."""
        sections.chosen(options.skip, corpus.columns)  # names that nobody knows are refused
        read = tuple(name for name in picture_sections.SECTIONS if name not in options.skip)
        subject = cls(Perceptual() if options.near_copies else None, read)
        names = PROFILED_PICTURES if options.rules is None else options.rules
        return Plan.of(subject, corpus, names, table=table, seed=options.seed)

    def signals(self, columns: Columns) -> dict[str, Signal]:
        return catalog.profiled("image")

    def metrics(self, plan: Plan) -> dict[str, Metric[Any]]:
        """`worst:` ones are pictures."""
        metrics: dict[str, Metric[Any]] = {"kinds": KindCounts(), "drawn": Drawn()}
        metrics |= {f"worst:{name}": Extremes(plan.signals[name], plan.signals[name].worse != "low") for name in WORST}
        return metrics | ({"drawn_by_label": DrawnByLabel("label")} if "label" in plan.grouping else {})

    def groups(self, role: str, plan: Plan) -> PictureGroups:
        return PictureGroups(role, plan.rule_sets, tuple(plan.signals[name] for name in OF_GROUPS))

    def signed(self, batch: Batch) -> PicturePart:
        return PictureSigning(self.near).of_batch(batch)

    def survey(self, memory: int) -> PictureSurvey:
        return PictureSurvey(self.near, memory=memory)

    def numbers(self, measured: Measured) -> dict[str, NDArray[Any]]:
        return {"side": measured[Side()].astype(np.float32)}

    def sample(self, measured: Measured, seed: int, likely: float) -> PictureSample | None:
        return PictureSample.draw(measured.batch, picture_sections.SIZE, seed) if self.read else None
