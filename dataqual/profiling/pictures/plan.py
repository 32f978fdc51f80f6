"""What is measured on every batch of pictures, and the state it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual import catalog
from dataqual.corpus import Batch, Columns, Corpus, Unreadable
from dataqual.errors import SpecError
from dataqual.faults import PICTURES
from dataqual.images.perceptual import Perceptual, PicturePart, PictureSigning
from dataqual.images.sample import PictureSample
from dataqual.images.signals.side import Side
from dataqual.lazy import lazy
from dataqual.measured import Measured
from dataqual.metrics.distribution import Distribution
from dataqual.metrics.documents import Documents
from dataqual.metrics.rule_failures import RuleFailures
from dataqual.metrics.share import Share
from dataqual.operators import Metric, Signal
from dataqual.profiling import picture_sections, sections
from dataqual.profiling.pictures.groups import PictureGroups
from dataqual.profiling.pictures.shown import Drawn, DrawnByLabel, Extremes, KindCounts
from dataqual.rules import PROFILED_PICTURES, RuleSet, load

ENDS = {
    "blurriness": True, "darkness": True, "lightness": True, "contrast": False, "entropy": False, "single_color_share": True,
    "aspect_ratio": False, "blockiness": True, "saturation": True, "bytes_per_pixel": False, "side": False,
    "text_overlay": True,
}  # fmt: skip
"""Signals of which pictures are shown, and whether the highest: that end at which something may be wrong."""

OF_GROUPS = ("brightness", "contrast", "saturation", "entropy", "blurriness")
"""Signals whose means are told by label."""


@dataclass(frozen=True)
class PicturesSeen:
    """What one batch leaves behind: states that merge, numbers per picture that are small, and its table rows."""

    states: dict[str, Any]
    copies: PicturePart
    ids: NDArray[np.uint64]
    groups: dict[str, NDArray[np.uint64]]
    sides: NDArray[np.float32]
    documents: int
    addresses: tuple[NDArray[np.int32], NDArray[np.int64]]
    files: NDArray[np.int64]
    unreadable: Sequence[Unreadable]
    table: pl.DataFrame
    sample: PictureSample | None


@dataclass(frozen=True)
class PicturePlan:
    """Signals, metrics and rule sets of one profile of pictures."""

    columns: Columns
    rule_sets: tuple[RuleSet, ...]
    files: int
    keep_table: bool = False
    seed: int = 0
    near: Perceptual | None = None
    """How near copies are told; None for exact ones alone."""
    read: tuple[str, ...] = ()
    """The sections that look at many pictures beside each other."""

    languages: ClassVar[None] = None
    choice: ClassVar[None] = None
    sections: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def of(
        cls,
        corpus: Corpus,
        rules: Sequence[str] | None,
        *,
        table: bool = False,
        seed: int = 0,
        near_copies: bool = True,
        skip: Sequence[str] = (),
    ) -> PicturePlan:
        """The plan for a corpus; SpecError where a rule set is not known, or judges texts. `rules` None: `PROFILED_PICTURES`."""
        sections.chosen(skip, corpus.columns)  # names that nobody knows are refused
        read = tuple(name for name in picture_sections.SECTIONS if name not in skip)
        loaded = tuple(map(load, dict.fromkeys(PROFILED_PICTURES if rules is None else rules)))
        for rule_set in loaded:
            if rule_set.view != "image":
                raise SpecError(f"{rule_set.name}: these rules judge texts, and these are pictures")
        return cls(corpus.columns, loaded, len(corpus.files), table, seed, Perceptual() if near_copies else None, read)

    @lazy
    def signals(self) -> dict[str, Signal]:
        """The signals of every profile of pictures, then the variants that the rules mean, by what each is called."""
        defaults = catalog.profiled("image")
        known = set(defaults.values())
        variants = {
            catalog.label(rule.signal): rule.signal
            for rule_set in self.rule_sets
            for rule in rule_set.rules
            if rule.signal not in known
        }
        return defaults | dict(sorted(variants.items()))

    @lazy
    def defaults(self) -> list[str]:
        """The signals that are in the table."""
        return [name for name in self.signals if name in catalog.profiled("image")]

    @lazy
    def metrics(self) -> dict[str, Metric[Any]]:
        """By name; `signal:` ones are distributions, `worst:` ones pictures."""
        metrics: dict[str, Metric[Any]] = {"documents": Documents(), "kinds": KindCounts(), "drawn": Drawn()}
        metrics |= {f"signal:{name}": Distribution(signal) for name, signal in self.signals.items()}
        metrics |= {f"worst:{name}": Extremes(self.signals[name], highest) for name, highest in ENDS.items()}
        metrics |= {name: Share(self.signals[signal], bounds) for name, (signal, bounds) in PICTURES.items()}
        metrics["rule_failures"] = RuleFailures(self.rule_sets)
        means = tuple(self.signals[name] for name in OF_GROUPS)
        metrics |= {role: PictureGroups(role, self.rule_sets, means) for role in self.grouping}
        if "label" in self.grouping:
            metrics["drawn_by_label"] = DrawnByLabel("label")
        return metrics

    @property
    def grouping(self) -> list[str]:
        """The roles by which pictures are grouped, those the corpus has."""
        return [role for role in ("group", "label") if getattr(self.columns, role) is not None]

    def measure(self, batch: Batch) -> PicturesSeen:
        """Look at one batch; pure, in any thread or process."""
        measured = Measured(batch)
        columns = batch.columns
        assert batch.images is not None
        return PicturesSeen(
            states={name: metric.measure(measured) for name, metric in self.metrics.items()},
            copies=PictureSigning(self.near)(batch.images),
            ids=hashes(columns["id"].drop_nulls()) if "id" in columns.columns else np.zeros(0, np.uint64),
            groups={role: hashes(columns[role]) for role in self.grouping if role in columns.columns},
            sides=measured[Side()].astype(np.float32),
            documents=len(batch),
            addresses=(batch.file, batch.record),
            files=np.bincount(batch.file, minlength=self.files),
            unreadable=batch.unreadable,
            table=self._table(measured) if self.keep_table else pl.DataFrame(),
            sample=PictureSample.draw(batch, picture_sections.SIZE, self.seed) if self.read else None,
        )

    def merge(self, first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
        """The states of two batches as one."""
        return {name: metric.merge(first[name], second[name]) for name, metric in self.metrics.items()}

    def hashes(self, values: Sequence[str | None]) -> list[int]:
        """What `PicturesSeen.groups` holds for each of these values."""
        return hashes(pl.Series(values, dtype=pl.String)).tolist()

    def _table(self, measured: Measured) -> pl.DataFrame:
        """One row per picture: address, columns, every signal with its defaults, and which rule sets drop it."""
        batch = measured.batch
        columns: dict[str, Any] = {"file": batch.file, "record": batch.record}
        columns |= {name: batch.columns[name] for name in batch.columns.columns}
        values = {name: measured[self.signals[name]] for name in self.defaults}
        columns |= {name: v.astype(np.float32) if v.dtype.kind == "f" else v for name, v in values.items()}
        columns |= {f"drops:{s.name}": measured.drops(s) for s in self.rule_sets}
        return pl.DataFrame(columns)


def hashes(column: pl.Series) -> NDArray[np.uint64]:
    """Of ids, labels or groups."""
    return column.hash(0).to_numpy()
