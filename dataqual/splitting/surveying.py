"""The first pass: keys, strata and copies of the whole corpus, what stays together, and so the part of every document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch, Corpus, Progress
from dataqual.drawing import uniform
from dataqual.engine import Local
from dataqual.errors import InputError
from dataqual.kernels import joining
from dataqual.ledger import address_list, addresses
from dataqual.operators import ViewName
from dataqual.readers import ReadCount
from dataqual.splitting.deciding import by_rank, strata_of
from dataqual.splitting.keys import Look
from dataqual.splitting.result import Split
from dataqual.splitting.shares import GROUP, ID, Splitting
from dataqual.views import view_of

SURVEY_SHARE = 8
"""An eighth of the memory is for comparing signatures, as in a profile; batches in flight take the most of the rest."""

CHANGED = "the input was changed while it was read; split it again"


@dataclass(frozen=True, eq=False)
class Found:
    """What is known of every document before any is written; arrays are (documents,), in corpus order."""

    places: NDArray[np.uint64]
    cluster: NDArray[np.int64]
    """Number of its cluster, from 1; 0 where it is alone."""
    stratum: NDArray[np.int64]
    """Number of its cluster's stratum among `strata`."""
    strata: Sequence[str]
    part: NDArray[np.int64]
    keyed: Mapping[str, int]
    count: ReadCount
    view: ViewName = "text"

    def split(self, how: Splitting) -> Split:
        """The sums, of which nothing is written yet."""
        counts = np.bincount(self.part, minlength=len(how.names)).tolist()
        sizes = np.bincount(self.cluster)[1:]
        return Split(
            read=self.count.documents + self.count.unreadable,
            unreadable=self.count.unreadable,
            parts=dict(zip(how.names, counts, strict=True)),
            asked={name: how.parts[name] for name in how.names},
            strata=self._by_stratum(how.names),
            clusters=len(sizes),
            clustered=int(sizes.sum()),
            largest=int(sizes.max(initial=0)),
            keyed=self.keyed,
            view=self.view,
        )

    def _by_stratum(self, names: Sequence[str]) -> dict[str, dict[str, int]]:
        if not self.strata:
            return {}
        cells = np.bincount(self.stratum * len(names) + self.part, minlength=len(self.strata) * len(names))
        table = cells.reshape(len(self.strata), len(names))
        order = np.argsort(-table.sum(axis=1), kind="stable")
        return {
            self.strata[i]: dict(zip(names, table[i].tolist(), strict=True)) for i in order.tolist() if table[i].any()
        }

    def rows(self, batch: Batch) -> NDArray[np.int64]:
        """The numbers of a batch's documents; InputError where they were not there the first time."""
        wanted = addresses(batch.file, batch.record)
        rows = np.searchsorted(self.places, wanted)
        if not np.array_equal(self.places[rows.clip(max=len(self.places) - 1)], wanted):
            raise InputError(CHANGED)
        return rows


@dataclass(frozen=True)
class Surveying:
    """The first pass: keys, strata and copies; then what is decided by them."""

    corpus: Corpus
    how: Splitting
    engine: Local

    def go(self, progress: Progress | None) -> Found:
        """Every document's part."""
        survey = self._survey()
        kept: list[tuple[NDArray[np.uint64], NDArray[np.uint64]]] = []
        strata: list[str | None] = []
        count = ReadCount()
        look = Look(self.corpus, self.how, survey.signing)
        with survey:
            with closing(self.engine.map(look, self.corpus.chunks(), size=self.corpus.size)) as results:
                for done, seen in results:
                    survey.add(seen.part)
                    kept.append((seen.places, seen.names))
                    strata += seen.strata
                    count.add(len(seen.places), seen.unreadable)
                    if progress is not None:
                        progress(count.documents, done, self.corpus.size)
            count.check(self.corpus)
            places, names = map(np.concatenate, zip(*kept, strict=True))
            cluster = survey.clusters(lambda numbers: self.corpus.fetch(address_list(places[numbers])))
        for kind in (ID, GROUP):  # each for itself: a document of a group still has its id
            _join_equal(names[:, kind], cluster)
        kinds = self.how.deciding(names)
        keys = np.take_along_axis(names, kinds[:, None], axis=1)[:, 0]
        said = (view_of(self.corpus).content, "id", self.how.together or "")
        keyed = {name: n for name, n in zip(said, np.bincount(kinds, minlength=3).tolist(), strict=True) if n}
        return self._decided(places, keys, cluster, strata, keyed, count)

    def _survey(self) -> Any:
        """Of texts, or of pictures, whose parts are its own."""
        view = view_of(self.corpus)
        return view.survey(view.near() if self.how.near_copies else None, memory=self.engine.memory // SURVEY_SHARE)

    def _decided(
        self,
        places: NDArray[np.uint64],
        keys: NDArray[np.uint64],
        cluster: NDArray[np.int64],
        values: Sequence[str | None],
        keyed: Mapping[str, int],
        count: ReadCount,
    ) -> Found:
        """The part of each cluster, and so of its documents. `cluster`: the first document of each one's."""
        firsts, of, sizes = np.unique(cluster, return_inverse=True, return_counts=True)
        leaders = np.full(len(firsts), np.iinfo(np.uint64).max)
        np.minimum.at(leaders, of, keys)  # whichever comes first in the corpus
        chances = self.how.mixed(leaders, "part")
        strata, stratum = strata_of(of, values)
        part = by_rank(self.how, chances, sizes, strata, stratum) if strata else self.how.part(uniform(chances))
        numbers = np.where(sizes > 1, np.cumsum(sizes > 1), 0)
        return Found(places, numbers[of], stratum[of], strata, part[of], keyed, count, self.corpus.view)


def _join_equal(keys: NDArray[np.uint64], cluster: NDArray[np.int64]) -> None:
    """Join the clusters of documents with the same key, in place; 0 is none."""
    there = np.flatnonzero(keys)
    order = there[np.argsort(keys[there], kind="stable")]
    same = np.flatnonzero(keys[order[1:]] == keys[order[:-1]])
    joining.join(cluster, order[same], order[same + 1])
    joining.flatten(cluster)
