"""Pictures that are shown: the lowest and highest by a signal, and some of every label; each a metric of bounded state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.measured import Measured
from dataqual.operators import Metric, Signal
from dataqual.reading import Reading

KEPT = 8
"""Pictures shown at an end of a signal: a row on a page."""
PER_LABEL = 6
SHEET = 48
"""Pictures drawn evenly from all: four rows on a page."""
LABELS = 2_000
"""Labels of which pictures are kept: with more, a column is no label."""
SIZES = 10_000
"""Different sizes that are counted."""


@dataclass(frozen=True, order=True)
class Shown:
    """A picture by its address. The order is the order of showing."""

    rank: float
    priority: int
    file: int
    record: int
    id: str | None
    width: int
    height: int
    value: float

    def facts(self, path: str) -> dict[str, Any]:
        """As plain JSON values."""
        own = {"id": self.id} if self.id is not None else {}
        size = {"width": self.width, "height": self.height}
        return {"file": path, "record": self.record} | own | size | {"value": self.value}


Pictures = tuple[Shown, ...]


def choose(measured: Measured, rows: NDArray[np.int64], ranks: NDArray[Any], keep: int) -> Pictures:
    """Of the pictures in `rows`, the `keep` whose `ranks`, (n,), are lowest, the first in a fixed lot among equals."""
    batch = measured.batch
    assert batch.images is not None
    order = np.lexsort((measured.priorities[rows], ranks[rows]))[:keep]
    ids = batch.columns["id"] if "id" in batch.columns.columns else None
    return tuple(
        Shown(
            float(ranks[row]),
            int(measured.priorities[row]),
            int(batch.file[row]),
            int(batch.record[row]),
            ids[row] if ids is not None else None,
            int(batch.images.widths[row]),
            int(batch.images.heights[row]),
            0.0,
        )
        for row in rows[order].tolist()
    )


def merged(first: Pictures, second: Pictures, keep: int) -> Pictures:
    """The first of both."""
    return tuple(sorted(first + second)[:keep])


@dataclass(frozen=True)
class End:
    """The first pictures at an end, and how many are as far there as the first."""

    pictures: Pictures = ()
    tied: int = 0


@dataclass(frozen=True)
class Extremes(Metric[End]):
    """The pictures at an end of a signal, that end first."""

    signal: Signal
    highest: bool = True
    keep: int = KEPT

    def measure(self, measured: Measured) -> End:
        values = np.asarray(measured[self.signal], np.float64)
        ranks = -values if self.highest else values
        tied = int((ranks == ranks.min()).sum()) if len(ranks) else 0
        return End(choose(measured, np.arange(len(measured)), ranks, self.keep), tied)

    def merge(self, first: End, second: End) -> End:
        best = min((end.pictures[0].rank for end in (first, second) if end.pictures), default=0.0)
        tied = sum(end.tied for end in (first, second) if end.pictures and end.pictures[0].rank == best)
        return End(merged(first.pictures, second.pictures, self.keep), tied)

    def read(self, state: End) -> Reading:
        """The value is that of the first."""
        value = self.value(state.pictures[0]) if state.pictures else None
        return Reading("extremes", value, len(state.pictures), unit=self.signal.unit)

    def value(self, shown: Shown) -> float:
        """What the signal says of a picture."""
        return -shown.rank if self.highest else shown.rank


@dataclass(frozen=True)
class Drawn(Metric[Pictures]):
    """Pictures drawn evenly from all."""

    keep: int = SHEET

    def measure(self, measured: Measured) -> Pictures:
        return choose(measured, np.arange(len(measured)), np.zeros(len(measured)), self.keep)

    def merge(self, first: Pictures, second: Pictures) -> Pictures:
        return merged(first, second, self.keep)

    def read(self, state: Pictures) -> Reading:
        return Reading("drawn", float(len(state)), len(state))


@dataclass(frozen=True)
class DrawnByLabel(Metric[Mapping[str | None, Pictures]]):
    """Pictures drawn evenly from those of each value of a column; none where it has more values than labels have."""

    column: str
    keep: int = PER_LABEL

    def measure(self, measured: Measured) -> dict[str | None, Pictures]:
        columns = measured.batch.columns
        if self.column not in columns.columns or not len(measured):
            return {}
        rows: dict[str | None, list[int]] = {}
        for row, value in enumerate(columns[self.column].to_list()):
            rows.setdefault(value, []).append(row)
        if len(rows) > LABELS:
            return {}
        zeros = np.zeros(len(measured))
        return {value: choose(measured, np.array(at), zeros, self.keep) for value, at in rows.items()}

    def merge(
        self, first: Mapping[str | None, Pictures], second: Mapping[str | None, Pictures]
    ) -> dict[str | None, Pictures]:
        both = {value: merged(first.get(value, ()), second.get(value, ()), self.keep) for value in {**first, **second}}
        return both if len(both) <= LABELS else {}

    def read(self, state: Mapping[str | None, Pictures]) -> Reading:
        return Reading("drawn_by_label", float(len(state)), sum(map(len, state.values())))


@dataclass(frozen=True, eq=False)
class Kinds:
    """Pictures by format, by mode of pixels and by size, and bytes of files."""

    formats: Counter[str]
    modes: Counter[str]
    sizes: Counter[tuple[int, int]]
    pixels: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class KindCounts(Metric[Kinds]):
    """Of which formats, modes and sizes pictures are; the value is the number of formats."""

    def measure(self, measured: Measured) -> Kinds:
        images = measured.batch.images
        if images is None:
            return Kinds(Counter(), Counter(), Counter())
        sizes = Counter(zip(images.widths.tolist(), images.heights.tolist(), strict=True))
        modes = Counter(
            told.mode or f"{channels} × 8 bits"
            for told, channels in zip(images.told, images.channels.tolist(), strict=True)
        )
        pixels = int((images.widths * images.heights).sum())
        held = [len(data) if (data := images.encoded(row)) is not None else -1 for row in range(len(images))]
        raw = (images.widths * images.heights * images.channels).tolist()
        total = sum(size if size >= 0 else other for size, other in zip(held, raw, strict=True))
        return Kinds(Counter(images.formats), modes, sizes, pixels, total)

    def merge(self, first: Kinds, second: Kinds) -> Kinds:
        sizes = first.sizes + second.sizes
        return Kinds(
            first.formats + second.formats,
            first.modes + second.modes,
            Counter(dict(sorted(sizes.items(), key=lambda item: (-item[1], item[0]))[:SIZES])),
            first.pixels + second.pixels,
            first.bytes + second.bytes,
        )

    def read(self, state: Kinds) -> Reading:
        return Reading("kinds", float(len(state.formats)), state.formats.total())
