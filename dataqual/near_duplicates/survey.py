"""The survey of copies: measure batches anywhere, add them in order, finish."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dataqual.near_duplicates.candidates import exact_copies, near_pairs
from dataqual.near_duplicates.clusters import Counterparts, connected
from dataqual.near_duplicates.copies import Cluster, NearCopies, stars
from dataqual.near_duplicates.parameters import NearDuplicates
from dataqual.near_duplicates.ranking import IN_ORDER, Before, Ranking
from dataqual.near_duplicates.settling import Settled, chosen, settle
from dataqual.near_duplicates.signing import Part, Signing
from dataqual.near_duplicates.spilling import BLOCK, Pairs, Signatures
from dataqual.near_duplicates.verification import Fetch, Verifier, join, split
from dataqual.reading import Reading
from dataqual.text import Text

Number = TypeVar("Number", bound=np.generic)

MEMORY = 48 << 20
"""Bytes for bands and signatures under comparison, beside what every document costs."""

VERIFIED = 2000
"""Pairs verified by default: a share among 2,000 is known to within 2.2 points at worst, and so many texts are soon
fetched again."""


class Survey:
    """Exact and near copies of a corpus that does not fit into memory.

    Costs on disk 2 bytes per permutation and document (256 for 128) and 8 per pair that is estimated similar; in memory
    21 bytes per document while it grows, about 40 in `finish`, and the `memory` it is given. Up to 2**31 documents.

    >>> texts = ["We went to the park and it rained.", "we went to the park, and it rained", "A cat.", "A cat."]
    >>> survey = Survey(NearDuplicates())
    >>> survey.add(survey.measure(Text.of(texts)))
    >>> copies = survey.finish(lambda numbers: [texts[i] for i in numbers])
    >>> copies.exact_copy_of.tolist(), copies.near_copy_of.tolist(), copies.share.value
    ([-1, -1, -1, 2], [-1, 0, -1, -1], 0.25)
    """

    def __init__(
        self,
        parameters: NearDuplicates,
        *,
        near: bool = True,
        normalized: bool = False,
        memory: int = MEMORY,
        directory: str | None = None,
        threads: int = 1,
    ) -> None:
        """`near` false: exact copies only, nothing spilled. `normalized`: exact copies have the same folded words, if
        not the same bytes. `directory`: where the temporary files without a name go; by default where the system has
        them. `threads` call `fetch` at the same time, if there is much to verify."""
        self._threads = threads
        self.signing = Signing(parameters, near, normalized)
        self.parameters = parameters
        self._memory = memory
        self._directory = directory
        self._signatures = Signatures(parameters.permutations, directory)
        # Byte arrays grow in place; lists of arrays would take twice their room when joined.
        self._exact, self._worded, self._sizes = bytearray(), bytearray(), bytearray()

    def measure(self, text: Text) -> Part:
        """What the survey needs of one batch, see `Signing`."""
        return self.signing(text)

    def add(self, part: Part) -> None:
        """Take the next batch; batches come in corpus order, however large or small they are."""
        self._signatures.add(part.signatures)
        for kept, array in ((self._exact, part.exact), (self._worded, part.worded), (self._sizes, part.sizes)):
            kept += array.tobytes()

    def finish(
        self,
        fetch: Fetch,
        *,
        verify: int | None = VERIFIED,
        largest: int = 10,
        values: NDArray[np.float64] | None = None,
        before: Before | None = None,
    ) -> NearCopies:
        """Find the copies, verify at most about `verify` pairs on their texts (None: all), and close the survey.

        `fetch` gets document numbers, ascending, and gives their texts. With more near copies than `verify`, they are
        decided by estimate and a seeded sample is verified. The pairs of the `largest` clusters are always verified.
        `values` (documents,): of copies the one with the highest is kept, instead of the earliest; of equals the
        earliest. `before`: what is known of the first documents, which were settled already.
        """
        ranking = Ranking.of(values, before or Before.kept(0))
        with self._compared(fetch, ranking) as (copy_of, pairs, verifier):
            settled = settle(pairs, len(copy_of), self.parameters, verifier, verify)
        return _result(self.parameters, copy_of, settled, verifier, ranking, largest)

    def clusters(self, fetch: Fetch) -> NDArray[np.int64]:
        """For each document the first of its cluster, itself where it is alone; `fetch` as in `finish`. Closes the survey.

        Clusters are connected by exact copies and verified pairs, and transitive: A ~ B ~ C are one, even without A ~ C.
        """
        with self._compared(fetch) as (copy_of, pairs, verifier):
            return connected(pairs, copy_of, self.parameters, verifier)

    def across(self, fetch: Fetch, border: int) -> Counterparts:
        """What the documents from number `border` on are copies of among those before; verified. Closes the survey."""
        with self._compared(fetch) as (copy_of, pairs, verifier):
            return Counterparts.find(pairs, copy_of, border, self.parameters, verifier)

    def between(
        self, fetch: Fetch, groups: NDArray[np.int64]
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]]:
        """Documents, earlier ones of other `groups`, (documents,), and how similar they are, exactly; as far as they are.

        In the order of the documents, some at a time. Those without words are similar where their bytes are the same.
        Closes the survey. Memory grows by 16 bytes for each pair.

        >>> texts = ["one two three four five six", "One two three four five six!", "one two three four five six.", "…"]
        >>> survey = Survey(NearDuplicates())
        >>> survey.add(survey.measure(Text.of(texts)))
        >>> [part] = survey.between(lambda numbers: [texts[i] for i in numbers], np.array([0, 0, 1, 2]))
        >>> [side.tolist() for side in part]
        [[2, 2], [0, 1], [1.0, 1.0]]
        """
        with self:
            exact, worded = self._take("_exact", np.uint64).reshape(-1, 2), self._take("_worded", np.bool_)
            verifier = Verifier(fetch, self._take("_sizes", np.uint32), self.parameters, IN_ORDER, self._threads)
            first = np.where(worded, -1, exact_copies(exact))
            same = chosen(first)
            with near_pairs(
                self._signatures, worded, IN_ORDER, self.parameters, self._memory, self._directory
            ) as found:
                for number, (pairs, _) in enumerate(found.blocks()):
                    own = same[split(same)[0] // BLOCK == number]
                    pairs = np.sort(np.concatenate([own, pairs]))
                    documents, earlier = split(pairs)
                    pairs = pairs[groups[documents] != groups[earlier]]
                    documents, earlier = split(pairs)
                    similarity = np.ones(len(pairs))
                    similarity[worded[documents]] = verifier.check(pairs[worded[documents]])
                    yield documents, earlier, similarity

    @contextmanager
    def _compared(
        self, fetch: Fetch, ranking: Ranking = IN_ORDER
    ) -> Iterator[tuple[NDArray[np.int64], Pairs, Verifier]]:
        """Exact copies, the pairs that may be near ones, and what verifies them."""
        with self:
            copy_of = exact_copies(self._take("_exact", np.uint64).reshape(-1, 2), ranking)
            usable = self._take("_worded", np.bool_) & (copy_of < 0)
            verifier = Verifier(fetch, self._take("_sizes", np.uint32), self.parameters, ranking, self._threads)
            with near_pairs(self._signatures, usable, ranking, self.parameters, self._memory, self._directory) as pairs:
                yield copy_of, pairs, verifier

    def close(self) -> None:
        """Give the temporary file back; a survey that is finished, or no longer referred to, needs no closing."""
        self._signatures.close()

    def __enter__(self) -> Survey:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _take(self, name: str, dtype: type[Number]) -> NDArray[Number]:
        array = np.frombuffer(getattr(self, name), dtype)
        setattr(self, name, bytearray())
        return array


def _result(
    parameters: NearDuplicates,
    exact: NDArray[np.int64],
    settled: Settled,
    verifier: Verifier,
    ranking: Ranking,
    largest: int,
) -> NearCopies:
    """All that was found, told of documents where the survey had ranks."""
    count, groups = stars(settled.copy_of, largest)
    firsts = join(
        np.array([copies[0] for _, copies in groups], np.int64), np.array([kept for kept, _ in groups], np.int64)
    )
    similarities = verifier.check(firsts).tolist()
    exact_count, exact_groups = stars(exact, largest)
    copies = int((exact >= 0).sum())
    similarity = np.where(settled.copy_of >= 0, parameters.similarity(settled.matches), np.float32(np.nan))
    near, similarity, pairs, verified = _with_before(
        ranking.by_document(settled.copy_of), ranking.of_documents(similarity), verifier, ranking
    )
    return NearCopies(
        parameters=parameters,
        exact_copy_of=exact,
        near_copy_of=near,
        similarity=similarity,
        share=settled.share,
        exact_share=Reading("exact_copies", copies / len(exact) if len(exact) else None, len(exact)),
        precision=settled.precision,
        verified_pairs=pairs,
        verified_similarity=verified,
        clusters=count,
        largest=[
            Cluster(int(ranking.documents(np.array(kept))), ranking.documents(group), s)
            for (kept, group), s in zip(groups, similarities, strict=True)
        ],
        exact_clusters=exact_count,
        exact_largest=[Cluster(kept, group, 1.0) for kept, group in exact_groups],
    )


def _with_before(
    near: NDArray[np.int64], similarity: NDArray[np.float32], verifier: Verifier, ranking: Ranking
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int64], NDArray[np.float64]]:
    """Near copies, similarities, verified pairs and their similarities, with what was known before."""
    before = ranking.before
    gone = np.flatnonzero(before.copy_of >= 0)
    near[: len(before)], similarity[: len(before)] = before.copy_of, before.similarity
    pairs = np.stack([ranking.documents(side) for side in split(verifier.pairs)], axis=1)
    known = np.stack([gone, before.copy_of[gone]], axis=1)
    return near, similarity, np.concatenate([pairs, known]), np.append(verifier.similarity, before.similarity[gone])
