"""What is told of the copies that were found: who belongs together, the largest clusters side by side, alarms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.corpus import Corpus
from dataqual.excerpts import differences, excerpt
from dataqual.finding import below_one
from dataqual.lazy import lazy
from dataqual.ledger import address_list, places
from dataqual.masking import mask
from dataqual.operators import Engine
from dataqual.readers.paths import readable
from dataqual.sketch import Sketch
from dataqual.steps._known_copies import Earlier, Found, ids_in, labels_in, moved
from dataqual.views import in_words_of, view_of

ALARM_FROM = 20
"""Documents of a cluster, or of a source, from which there is an alarm: of ten documents one may well be half."""

EXCERPT = 60

LARGEST = 8
"""Clusters that are shown with their texts."""

BESIDE = 3
"""Copies of each that are shown beside what is kept: the most different of a large cluster, as a template shows there."""

SIZES = (2, 3, 4, 5, 10, 20, 50, 100, 1000, 10_000, 100_000)
"""Where the sizes of clusters are parted, to be counted."""

TEXT = 1 << 16
"""Characters of a document that are looked at, to show it."""

CLUSTERS: dict[str, Any] = {
    "id": pl.String,
    "path": pl.String,
    "record": pl.Int64,
    "cluster": pl.Int64,
    "kept_id": pl.String,
    "similarity": pl.Float64,
    "kept_path": pl.String,
    "kept_record": pl.Int64,
}
"""The columns of --clusters; docs/dedup.md says what stands in them."""


@dataclass(frozen=True, eq=False)
class Copies:
    """What was found in a corpus and in what came `earlier`."""

    corpus: Corpus
    earlier: Sequence[Earlier]
    found: Found

    @lazy
    def members(self) -> NDArray[np.bool_]:
        """(documents,): copies and what is kept for them."""
        members = self.found.goes.copy()
        members[self.found.original[self.found.goes]] = True
        return members

    @lazy
    def sizes(self) -> NDArray[np.int64]:
        """(documents,): how many copies of each go, one of them the document itself if it is in the corpus; 0 for none."""
        found = self.found
        sizes = np.bincount(found.original[found.goes], minlength=len(found.goes))
        sizes[found.earlier :] += sizes[found.earlier :] > 0
        return sizes

    @property
    def documents(self) -> int:
        """How many documents belong to a cluster."""
        return int(self.members.sum())

    @property
    def count(self) -> int:
        """How many clusters there are."""
        return int((self.members & ~self.found.goes).sum())

    def clusters(self, engine: Engine) -> pl.DataFrame:
        """A row for every document of a cluster, in order; clusters are numbered by the document that is kept."""
        found, members = self.found, np.flatnonzero(self.members)
        original = found.original[members]
        heads, cluster = np.unique(original, return_inverse=True)
        ids = pl.Series(list(self._ids(members, engine)), dtype=pl.String)
        paths = pl.Series(self._paths, dtype=pl.String)
        file, record = places(found.address[members])
        kept_file, kept_record = places(found.address[original])
        return pl.DataFrame(
            {
                "id": ids,
                "path": paths[file],
                "record": record,
                "cluster": cluster,
                "kept_id": ids[np.searchsorted(members, heads)[cluster]],
                "similarity": found.similarity[members],
                "kept_path": paths[kept_file],
                "kept_record": kept_record,
            }
        )

    def torn(self, engine: Engine) -> int:
        """How many clusters hold documents of the corpus with different labels; documents without one are passed over."""
        found = self.found
        own = np.flatnonzero(self.members)
        own = own[own >= found.earlier]
        labels: dict[int, set[str]] = {}
        for head, label in zip(
            found.original[own].tolist(), labels_in(self.corpus, found.address[own], engine), strict=True
        ):
            if label is not None:
                labels.setdefault(head, set()).add(label)
        return sum(len(several) > 1 for several in labels.values())

    def _ids(self, members: NDArray[np.int64], engine: Engine) -> Iterator[str | None]:
        """The ids of these documents, ascending."""
        first, files, address = 0, len(self.corpus.files), self.found.address
        for one, count in zip(self.earlier, self.found.counts, strict=True):
            own = members[(first <= members) & (members < first + count)]
            yield from one.ids(own - first, moved(address[own], -files), engine)
            first, files = first + count, files + len(one.paths)
        yield from ids_in(self.corpus, address[members[members >= first]], engine)

    @lazy
    def _paths(self) -> list[str]:
        return [*(file.path for file in self.corpus.files), *self.found.others]

    def facts(self) -> dict[str, Any]:
        """As plain JSON values: how large clusters are, how similar copies, and the largest with their texts."""
        found, own = self.found, self.sizes > 0
        sizes = (self.sizes + (np.arange(len(own)) < found.earlier))[
            own
        ]  # what came earlier belongs to its cluster too
        parted = np.bincount(np.searchsorted(SIZES, sizes, side="right") - 1, minlength=len(SIZES))
        similar = Sketch.of(found.similarity[found.near])
        return {
            "clusters": self.count,
            "documents": self.documents,
            "sizes": [
                {"from": low, "to": high - 1 if high else None, "clusters": count}
                for low, high, count in zip(SIZES, (*SIZES[1:], None), parted.tolist(), strict=True)
            ],
            "similarity": {"min": similar.low, "max": similar.high, "histogram": similar.histogram()}
            if found.near.any()
            else None,
            "largest": self._largest(),
        }

    def _largest(self) -> list[dict[str, Any]]:
        """The largest clusters, of equals the first: what is kept, and beside it copies, the least similar first."""
        found = self.found
        heads = np.argsort(-self.sizes, kind="stable")[: min(LARGEST, int((self.sizes > 0).sum()))]
        chosen = {int(head): self._shown(int(head)) for head in heads}
        numbers = sorted({number for head, copies in chosen.items() for number in (head, *copies)})
        texts = dict(
            zip(numbers, (text[:TEXT] for text in found.texts(numbers, self.corpus, self.earlier)), strict=True)
        )
        pictures = self._thumbnails(numbers)
        return [
            {
                "documents": int(self.sizes[head]) + (head < found.earlier),
                "kept": self._told(head, texts) | pictures.get(head, {}),
                "copies": [
                    self._told(copy, texts)
                    | pictures.get(copy, {})
                    | {"similarity": float(found.similarity[copy]), "near": bool(found.near[copy])}
                    | ({"diff": differences(texts[head], texts[copy])} if texts[copy] != texts[head] else {})
                    for copy in copies
                ],
            }
            for head, copies in chosen.items()
        ]

    def _thumbnails(self, numbers: Sequence[int]) -> dict[int, dict[str, str]]:
        """Of these documents, by number, where they have any."""
        made: dict[int, dict[str, str]] = {}
        first, files = 0, len(self.corpus.files)
        asked = np.array(numbers, np.int64)
        sources: list[tuple[Any, int, int]] = []
        for one, count in zip(self.earlier, self.found.counts, strict=True):
            sources.append((getattr(one, "corpus", None), first, files))
            first, files = first + count, files + len(one.paths)
        sources.append((self.corpus, first, 0))
        ends = [*(start for _, start, _ in sources[1:]), len(self.found.goes)]
        for (corpus, start, before), end in zip(sources, ends, strict=True):
            own = asked[(start <= asked) & (asked < end)]
            if corpus is None or not len(own):
                continue
            places = address_list(moved(self.found.address[own], -before))
            shown = view_of(corpus).thumbnails(corpus, places)
            made |= {
                number: {"picture": shown[place]}
                for place, number in zip(places, own.tolist(), strict=True)
                if place in shown
            }
        return made

    def _shown(self, head: int) -> list[int]:
        own = np.flatnonzero((self.found.original == head) & self.found.goes)
        return [int(number) for number in own[np.argsort(self.found.similarity[own], kind="stable")][:BESIDE]]

    def _told(self, number: int, texts: dict[int, str]) -> dict[str, Any]:
        file, record = places(self.found.address[number : number + 1])
        return {"file": readable(self._paths[int(file[0])]), "record": int(record[0])} | excerpt(texts[number])

    def alarms(self, max_cluster_share: float, max_source_loss: float) -> Iterator[str]:
        """A line where clusters have more than a share of all documents, and one where sources lose more than a share."""
        found = self.found
        goes = found.goes[found.earlier :]
        if not len(goes):
            return
        noun = in_words_of(self.corpus.view, "documents")
        sizes = self.sizes
        large = np.flatnonzero((sizes >= ALARM_FROM) & (sizes > max_cluster_share * len(goes)))
        if len(large):
            largest = large[np.argmax(sizes[large])]
            size = int(sizes[largest])
            yield (
                f"alarm: one cluster has {size:,} of {len(goes):,} {noun} ({percent(size / len(goes))}, more than "
                f"{percent(max_cluster_share)}){_and_more(len(large) - 1, 'cluster')}: {self._pair(found.original == largest)}"
            )
        if not len(found.sources):
            return
        total = np.bincount(found.sources, minlength=len(found.source_names))
        lost = np.bincount(found.sources[goes], minlength=len(found.source_names))
        poor = np.flatnonzero((total >= ALARM_FROM) & (lost > max_source_loss * total))
        if len(poor):
            worst = int(poor[np.argmax(lost[poor] / total[poor])])
            own = np.zeros(len(found.goes), bool)
            own[found.earlier :] = found.sources == worst
            yield (
                f"alarm: source {found.source_names[worst] or '(none)'} loses {lost[worst]:,} of {total[worst]:,} {noun} "
                f"({percent(lost[worst] / total[worst])}, more than {percent(max_source_loss)}){_and_more(len(poor) - 1, 'source')}: "
                f"{self._pair(own)}"
            )

    def _pair(self, among: NDArray[np.bool_]) -> str:
        """The first document of these that goes and what is kept for it, each with its beginning; addresses are masked."""
        found = self.found
        copy = int(np.flatnonzero(among & found.goes)[0])
        kept = int(found.original[copy])
        numbers = sorted({copy, kept})
        texts = dict(zip(numbers, found.texts(numbers, self.corpus, self.earlier), strict=True))

        def shown(number: int) -> str:
            file, record = places(found.address[number])
            begins = _excerpt(texts[number])
            return f"{self._paths[int(file)]} record {record}{f', “{begins}”' if begins else ''}"

        return f"{shown(copy)} goes for {shown(kept)} (similarity {below_one(found.similarity[copy])})"


def percent(share: float) -> str:
    """A share as alarms and the detection curve have it.

    >>> percent(0.9953)
    '99.5 %'
    """
    return f"{100 * share:.1f} %"


def _and_more(count: int, what: str) -> str:
    return f", and so {'has' if what == 'cluster' else 'does'} {count} more" if count else ""


def _excerpt(text: str) -> str:
    line = " ".join(mask(text[: 20 * EXCERPT]).split())
    return line if len(line) <= EXCERPT else f"{line[:EXCERPT]}…"
