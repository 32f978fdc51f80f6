"""`dedup`: keep one of each, against a second corpus or an index too, and say of each copy what stays in its place."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.corpus import Corpus, FrameCorpus, Progress
from dataqual.engine import Local
from dataqual.errors import InputError, SpecError, did_you_mean
from dataqual.ledger import places
from dataqual.masking import mask
from dataqual.near_duplicates import NearDuplicates, Signing
from dataqual.operators import Engine, Step
from dataqual.readers.paths import LEDGER, unchanged
from dataqual.readers.sources import as_corpus, as_whole_corpus, is_path, options_of
from dataqual.recipe import Recipe, Remaining
from dataqual.rewriting import Cleaned, Target, as_said, rewrite
from dataqual.seen import Run, Seen
from dataqual.steps._known_copies import Earlier, Found, OtherCorpus, ids_in, moved
from dataqual.steps.dedup import Dedup
from dataqual.steps.dedup_lines import DedupLines
from dataqual.steps.dedup_paragraphs import DedupParagraphs
from dataqual.steps.dedup_substrings import DedupSubstrings
from dataqual.unfinished import Unfinished, described
from dataqual.writers import NewParquet
from dataqual.writers.opening import check_place

PARTS: dict[str, type[Step]] = {"lines": DedupLines, "paragraphs": DedupParagraphs, "substring": DedupSubstrings}
"""Methods that take parts out of documents; a recipe has their parameters."""

METHODS = ("minhash", "exact", *PARTS)

MAX_CLUSTER_SHARE = 0.05
"""In a corpus of many sources a twentieth of all documents are not one document, unless a template was taken for one."""

MAX_SOURCE_LOSS = 0.5

ALARM_FROM = 20
"""Documents of a cluster, or of a source, from which there is an alarm: of ten documents one may well be half."""

SIMILARITIES = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9)

EXCERPT = 60

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


@dataclass(frozen=True)
class Deduplicated(Cleaned):
    """What a run of `dedup` did."""

    documents_in_clusters: int = 0
    """Copies, and what is kept in their place; documents of other corpora included."""
    found_clusters: int = 0
    alarms: tuple[str, ...] = ()
    """A line each for clusters and sources that lose more than they should."""
    clusters: Path | None = None
    index: Path | None = None

    def __str__(self) -> str:
        """The sums, what each rule did, and where the files are: a few lines for people."""
        extra = [f"{self.documents_in_clusters:,} documents in {self.found_clusters:,} clusters"]
        return "\n".join([super().__str__(), *(extra if self.found_clusters else []), *self._files()])

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        own = {name: getattr(self, name) for name in ("found_clusters", "documents_in_clusters")}
        paths = {name: str(path) if (path := getattr(self, name)) else None for name in ("clusters", "index")}
        return super().facts() | own | {"alarms": list(self.alarms)} | paths

    def _files(self) -> list[str]:
        return [str(path) for path in (self.clusters, self.index) if path]


def dedup(
    source: Any,
    output: str | Path | None = None,
    *,
    method: str = "minhash",
    normalized: bool = False,
    keep: str = "first",
    against: Any = (),
    clusters: str | Path | None = None,
    index: str | Path | None = None,
    max_cluster_share: float = MAX_CLUSTER_SHARE,
    max_source_loss: float = MAX_SOURCE_LOSS,
    ledger: str | Path | None = None,
    dry_run: bool = False,
    shard_size: int | None = None,
    resume: bool | None = None,
    workers: int | None = None,
    max_memory: int | None = None,
    progress: Progress | None = None,
    threshold: float = NearDuplicates.threshold,
    shingle: int = NearDuplicates.shingle,
    cut: str = NearDuplicates.cut,
    permutations: int = NearDuplicates.permutations,
    seed: int = NearDuplicates.seed,
    **asked: Any,
) -> Deduplicated:
    """Write a corpus without its copies, and a ledger that says of each what was kept in its place.

    `source` is what `profile` takes, `asked` the arguments of `dataqual.read`. `method` minhash drops exact and near
    copies, exact the exact ones; lines, paragraphs and substring take out what stands in an earlier document, as the
    steps `dedup_lines`, `dedup_paragraphs` and `dedup_substrings` do, and of all that follows know nothing.
    `normalized` calls exact what has the same words. `keep` says which of two copies stays: first, longest, or that
    with the highest value of the signal of this name. `against` is a corpus or several whose documents always stay,
    and are not written. `index` is a folder of what earlier runs saw, which this run extends. `clusters` is a .parquet file of who belongs together.

    A near copy is always verified against the document that is kept: nothing is transitive. All files appear when
    everything is done, the index last. SpecError and InputError as for `clean`.
    """
    target = Target(as_said(output), as_said(ledger), dry_run, shard_size, resume)
    engine = Local(workers=workers, max_memory=max_memory)
    if method in PARTS:
        given = {"normalized": normalized, "keep": keep != "first", "clusters": clusters, "index": index}
        given["against"] = not isinstance(against, list | tuple) or len(against) > 0
        return _parts(method, source, asked, given, target, engine, progress)
    near = NearDuplicates(threshold, shingle, permutations, seed, cut)
    step = dedup_step(method, near, normalized=normalized, keep=keep)
    for name, share in (("max_cluster_share", max_cluster_share), ("max_source_loss", max_source_loss)):
        if not 0 <= share <= 1:
            raise SpecError(f"{name}: {share:g} is no share from 0 to 1 (50 % is 0.5)")
    corpus = as_whole_corpus(source, also=options_of(dedup), **asked)
    target.open(corpus)  # what is wrong with it is told before the corpus is read
    table = _checked(corpus, clusters, output, ledger) if clusters is not None else None
    others = _others(against, asked)
    with ExitStack() as files:
        seen = None
        if index is not None:
            this = _run(corpus, output, (keep, corpus.columns, *map(_inputs, others)))
            opened = Seen.open(str(index), _parameters(method, normalized, near), this, extend=not dry_run)
            seen = files.enter_context(opened)
        earlier: list[Earlier] = [*([seen] if seen else []), *map(OtherCorpus, others)]
        run = _Finding(step, corpus, engine, earlier, progress)
        run.find()
        more = [files.enter_context(_gathering(table))] if table is not None and not dry_run else []
        for one in more:
            for frame in run.clusters():
                one.add(frame)
            one.finish()
        cleaned = rewrite(corpus, Recipe("dedup", (run.found.known,)), target, engine, progress)
        for one in more:
            one.publish()
        if seen is not None and not dry_run:
            seen.extend(corpus, run.found, run.signing, engine)
    members = run.members
    return Deduplicated(
        **{field.name: getattr(cleaned, field.name) for field in fields(Cleaned)},
        documents_in_clusters=int(members.sum()),
        found_clusters=int((members & ~run.found.goes).sum()),
        alarms=tuple(alarms(corpus, run.found, max_cluster_share, max_source_loss)),
        clusters=Path(more[0].path) if more else None,
        index=Path(seen.path) if seen is not None and not dry_run else None,
    )


def _parts(
    method: str,
    source: Any,
    asked: dict[str, Any],
    given: dict[str, Any],
    target: Target,
    engine: Local,
    progress: Progress | None,
) -> Deduplicated:
    """What takes parts out of documents; SpecError for what is `given` that it knows nothing of."""
    for name, value in given.items():
        if value:
            raise SpecError(f"--{name}: says which documents are copies, and --method {method} takes out parts of them")
    corpus = as_whole_corpus(source, also=options_of(dedup), **asked)
    cleaned = rewrite(corpus, Recipe("dedup", (PARTS[method](),)), target, engine, progress)
    return Deduplicated(**{field.name: getattr(cleaned, field.name) for field in fields(Cleaned)})


def dedup_step(method: str, near: NearDuplicates, *, normalized: bool = False, keep: str = "first") -> Dedup:
    """The step that a method is; SpecError if there is none of the name.

    >>> dedup_step("exact", NearDuplicates(), normalized=True).told_as
    ('normalized_copies',)
    """
    if method not in METHODS:
        raise SpecError(f"--method: no method {method!r}; {did_you_mean(method, METHODS)}")
    return Dedup(True, near if method == "minhash" else None, normalized, keep)


def detection(near: NearDuplicates) -> str:
    """How signatures are cut, and with what chance pairs of some similarities are found; two lines for people.

    >>> print(detection(NearDuplicates()))
    near copies: Jaccard similarity of 0.8 or more, 5-shingles of the unicode cut; 21 bands × 6 rows of 128 permutations
    chance that a pair is found: 0.5 0.0 %, 0.6 1.0 %, 0.7 50.3 %, 0.75 89.8 %, 0.8 99.5 %, 0.85 100.0 %, 0.9 100.0 %
    """
    curve = ", ".join(f"{similarity:g} {_percent(near.found(similarity))}" for similarity in SIMILARITIES)
    return (
        f"near copies: Jaccard similarity of {near.threshold:g} or more, {near.shingle}-shingles of the {near.cut} cut; "
        f"{near.bands} bands × {near.rows} rows of {near.permutations} permutations\n"
        f"chance that a pair is found: {curve}"
    )


def alarms(corpus: Corpus, found: Found, max_cluster_share: float, max_source_loss: float) -> Iterator[str]:
    """A line where clusters have more than a share of all documents, and one where sources lose more than a share."""
    goes = found.goes[found.earlier :]
    if not len(goes):
        return
    sizes = np.bincount(found.original[found.goes], minlength=len(found.goes))
    sizes[found.earlier :] += sizes[found.earlier :] > 0
    large = np.flatnonzero((sizes >= ALARM_FROM) & (sizes > max_cluster_share * len(goes)))
    if len(large):
        largest = large[np.argmax(sizes[large])]
        size = int(sizes[largest])
        yield (
            f"alarm: one cluster has {size:,} of {len(goes):,} documents ({_percent(size / len(goes))}, more than "
            f"{_percent(max_cluster_share)}){_and_more(len(large) - 1, 'cluster')}: {_pair(corpus, found, found.original == largest)}"
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
            f"alarm: source {found.source_names[worst] or '(none)'} loses {lost[worst]:,} of {total[worst]:,} documents "
            f"({_percent(lost[worst] / total[worst])}, more than {_percent(max_source_loss)}){_and_more(len(poor) - 1, 'source')}: "
            f"{_pair(corpus, found, own)}"
        )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _and_more(count: int, what: str) -> str:
    return f", and so {'has' if what == 'cluster' else 'does'} {count} more" if count else ""


def _pair(corpus: Corpus, found: Found, among: NDArray[np.bool_]) -> str:
    """The first document of these that goes and what is kept for it, each with its beginning; addresses are masked."""
    copy = int(np.flatnonzero(among & found.goes)[0])
    numbers = sorted({copy, int(found.original[copy])})
    texts = dict(zip(numbers, found.fetch(numbers), strict=True))
    paths = [*(file.path for file in corpus.files), *found.others]

    def shown(number: int) -> str:
        file, record = places(found.address[number])
        return f"{paths[int(file)]} record {record}, “{_excerpt(texts[number])}”"

    kept = int(found.original[copy])
    return f"{shown(copy)} goes for {shown(kept)} (similarity {found.similarity[copy]:.2f})"


def _excerpt(text: str) -> str:
    line = " ".join(mask(text[: 20 * EXCERPT]).split())
    return line if len(line) <= EXCERPT else f"{line[:EXCERPT]}…"


def _parameters(method: str, normalized: bool, near: NearDuplicates) -> dict[str, Any]:
    """What all runs on one index must have in common."""
    common = {"method": method, "normalized": normalized, "cut": near.cut}
    more = {name: getattr(near, name) for name in ("threshold", "shingle", "permutations", "seed")}
    return common | (more if method == "minhash" else {})


def _run(corpus: Corpus, output: str | Path | None, options: object) -> Run | None:
    """What tells this run from others; None where it writes nothing."""
    if output is None:
        return None
    made = _inputs(corpus), os.path.realpath(output)
    return Run(
        *(hashlib.blake2b(repr(described(value)).encode(), digest_size=16).hexdigest() for value in (made, options))
    )


def _inputs(corpus: Corpus) -> object:
    """What is the same as long as a corpus is: its files, or their bytes if they are gone after this run."""
    if isinstance(corpus, FrameCorpus):
        return secrets.token_hex(16)  # nothing tells that two of them are the same
    return [
        *(_contents(file.place) if file.spooled else unchanged([file]) for file in corpus.files),
        getattr(corpus, "txt", None),
    ]


def _contents(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


def _others(against: Any, asked: dict[str, Any]) -> list[Corpus]:
    """The corpora to compare with: each path one of its own, as their columns may differ."""
    several = isinstance(against, list | tuple) and all(is_path(item) or isinstance(item, Corpus) for item in against)
    text = {"text": asked["text"]} if asked.get("text") else {}
    return [
        item if isinstance(item, Corpus) else as_corpus(item, **text) for item in (against if several else [against])
    ]


@contextmanager
def _gathering(path: str) -> Iterator[NewParquet]:
    """The file of clusters; what a run that was killed left of it goes with the next."""
    with (
        Unfinished(path, "clusters", resume=False) as work,
        NewParquet(path, CLUSTERS, place=work.folder / "output-clusters") as table,
    ):
        yield table


def _checked(corpus: Corpus, path: str | os.PathLike[str], output: str | Path | None, ledger: str | Path | None) -> str:
    """Where clusters are to be written, after every check of the place."""
    name = os.fspath(path)
    if not name.endswith(".parquet"):
        raise SpecError(f"--clusters: {name}: clusters are written to a .parquet file")
    check_place(name, "--clusters", corpus)
    taken = [output, ledger if ledger is not None else f"{output}{LEDGER}"]
    if any(Path(other).resolve() == Path(name).resolve() for other in taken if other is not None):
        raise InputError(f"--clusters: {name} is another output of this run; choose another name")
    return name


class _Finding:
    """One search for copies, and what is told of it."""

    found: Found

    def __init__(
        self, step: Dedup, corpus: Corpus, engine: Engine, earlier: Sequence[Earlier], progress: Progress | None
    ) -> None:
        self._step = step
        self._corpus = corpus
        self._engine = engine
        self._earlier = earlier
        self._progress = progress

    @property
    def signing(self) -> Signing:
        return Signing(self._step.near or NearDuplicates(), self._step.near is not None, self._step.normalized)

    def find(self) -> None:
        """Survey everything."""
        surveyed = Remaining.after((), self._corpus, self._progress)
        self.found = self._step.find(surveyed, self._engine, self._earlier, sources=True)

    @property
    def members(self) -> NDArray[np.bool_]:
        """(documents,): copies and what is kept for them."""
        members = self.found.goes.copy()
        members[self.found.original[self.found.goes]] = True
        return members

    def clusters(self) -> Iterator[pl.DataFrame]:
        """A row for every document of a cluster, in order; clusters are numbered by the document that is kept."""
        found, members = self.found, np.flatnonzero(self.members)
        original = found.original[members]
        heads, cluster = np.unique(original, return_inverse=True)
        ids = pl.Series(list(self._ids(members)), dtype=pl.String)
        paths = pl.Series([*(file.path for file in self._corpus.files), *found.others], dtype=pl.String)
        file, record = places(found.address[members])
        kept_file, kept_record = places(found.address[original])
        yield pl.DataFrame(
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

    def _ids(self, members: NDArray[np.int64]) -> Iterator[str | None]:
        """The ids of these documents, ascending."""
        first, files, address = 0, len(self._corpus.files), self.found.address
        for one, count in zip(self._earlier, self.found.counts, strict=True):
            own = members[(first <= members) & (members < first + count)]
            yield from one.ids(own - first, moved(address[own], -files), self._engine)
            first, files = first + count, files + len(one.paths)
        yield from ids_in(self._corpus, address[members[members >= first]], self._engine)
