"""`split`: a corpus in parts, such as train, valid and test, by hash; what belongs together is never torn apart."""

from __future__ import annotations

import os
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.corpus import Batch, Chunk, Corpus, Progress, Unreadable
from dataqual.drawing import uniform
from dataqual.engine import Local
from dataqual.errors import InputError, SpecError, did_you_mean
from dataqual.kernels import joining
from dataqual.ledger import address_list, addresses
from dataqual.near_duplicates import NearDuplicates, Part, Signing, Survey
from dataqual.near_duplicates.parameters import splitmix64
from dataqual.readers import ReadCount
from dataqual.readers.paths import LEDGER
from dataqual.readers.sources import as_whole_corpus
from dataqual.text import Text
from dataqual.unfinished import Unfinished
from dataqual.writers import NewParquet, Writer, open_writer
from dataqual.writers.appearing import writing
from dataqual.writers.writer import Lines, Wanted

Key = Literal["id", "text"]
Role = Literal["label", "group"]

PARTS = {"train": 0.9, "valid": 0.05, "test": 0.05}

SURVEY_SHARE = 8
"""An eighth of the memory is for comparing signatures, as in a profile; batches in flight take the most of the rest."""

SHOWN = 12
"""Strata that are printed, the largest; all are in the facts."""

NONE = "(none)"
"""The stratum of documents without a value."""

OPTIONS = (
    "parts", "by", "stratify", "together", "near_copies", "seed", "ending", "dry_run", "workers", "max_memory", "progress",
)  # fmt: skip

SCHEMA: dict[str, Any] = {
    "path": pl.String,
    "record": pl.Int64,
    "id": pl.String,
    "part": pl.String,
    "cluster": pl.Int64,
    "stratum": pl.String,
    "unreadable": pl.String,
    "files": pl.String,
}
"""The columns of a split's ledger; docs/split.md says what stands in them."""

CHANGED = "the input was changed while it was read; split it again"

TEXT, ID, GROUP = range(3)
"""What a document may be told apart by."""

_HASHING = Signing(NearDuplicates(), near=False)


@dataclass(frozen=True)
class Splitting:
    """Into which parts, by what, and what stays together; SpecError for what cannot be."""

    parts: Mapping[str, float] = field(default_factory=lambda: dict(PARTS))
    """Name and share; the shares add up to 1. A part whose share is 0 is left out."""
    by: Key = "id"
    """Where the records have no id, or one of them none, its text."""
    stratify: Role | None = None
    together: Role | None = None
    near_copies: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("by", self.by, get_args(Key)),
            ("stratify", self.stratify, (None, *get_args(Role))),
            ("together", self.together, (None, *get_args(Role))),
        ):
            if value not in allowed:
                names = [str(choice) for choice in allowed if choice]
                raise SpecError(f"{name}: {value!r} is not known; {did_you_mean(str(value), names)}")
        if self.stratify is not None and self.stratify == self.together:
            raise SpecError(f"stratify and together are both {self.stratify!r}: what stays whole has no shares")
        for name, share in self.parts.items():
            if not name or name.startswith(".") or os.path.basename(name) != name:
                raise SpecError(f"parts: {name!r} cannot be the name of a file")
            if not 0 <= share <= 1:
                raise SpecError(f"parts: the share of {name} is {share:g}, not from 0 to 1")
        if abs(sum(self.parts.values()) - 1) > 1e-9:
            said = ", ".join(f"{name} {share:g}" for name, share in self.parts.items())
            raise SpecError(f"parts: the shares ({said}) add up to {sum(self.parts.values()):g}, not to 1")

    @property
    def names(self) -> list[str]:
        """The parts that get documents."""
        return [name for name, share in self.parts.items() if share]

    def part(self, points: NDArray[np.float64]) -> NDArray[np.int64]:
        """The number of the part in which each point lies, 0 to below 1.

        >>> Splitting({"train": 0.5, "valid": 0.25, "test": 0.25}).part(np.array([0, 0.49, 0.5, 0.99])).tolist()
        [0, 0, 1, 2]
        """
        shares = [self.parts[name] for name in self.names]
        return np.searchsorted(np.cumsum(shares)[:-1], points, side="right")

    def deciding(self, names: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Which of a document's names (see `_Looked`) its part follows from: the last that it has and that counts."""
        kinds = np.full(len(names), TEXT)
        for kind in (ID, GROUP) if self.by == "id" else (GROUP,):
            kinds[names[:, kind] != 0] = kind
        return kinds

    def mixed(self, keys: NDArray[np.uint64], purpose: str) -> NDArray[np.uint64]:
        """Keys that have nothing to do with those of another seed or purpose."""
        salt = np.array([self.seed & 0xFFFFFFFFFFFFFFFF], np.uint64) ^ np.uint64(zlib.crc32(purpose.encode()) << 32)
        return splitmix64(keys ^ splitmix64(salt))


@dataclass(frozen=True)
class Split:
    """What came of a split: read = all parts + unreadable."""

    read: int
    unreadable: int
    parts: Mapping[str, int]
    """Documents."""
    asked: Mapping[str, float]
    strata: Mapping[str, Mapping[str, int]]
    """Documents by stratum and part, the largest stratum first; empty where nothing was stratified."""
    clusters: int
    """Of two documents or more that stay together."""
    clustered: int
    """Documents in them."""
    largest: int
    """Documents in the largest."""
    keyed: Mapping[str, int]
    """How many documents were told apart by what: `id`, `text`, or the value that keeps them `together`."""
    outputs: Mapping[str, Path]
    """Empty in a dry run."""
    ledger: Path | None
    removed: tuple[Path, ...] = ()
    """Parts of an earlier split into the same folder that this one does not have."""

    @property
    def documents(self) -> int:
        """How many were split."""
        return sum(self.parts.values())

    @property
    def _empty(self) -> list[str]:
        return [name for name, count in self.parts.items() if not count]

    def __str__(self) -> str:
        """The sums, the shares that came out, and where the files are: a few lines for people."""
        sums = " + ".join(f"{count:,} {name}" for name, count in self.parts.items())
        lines = [f"{self.read:,} records read = {sums} + {self.unreadable:,} unreadable"]
        width = max(len(f"{count:,}") for count in self.parts.values())
        lines += [
            f"  {count:>{width},} {name}: {count / self.documents:.2%}, asked for {self.asked[name]:.4g}"
            for name, count in self.parts.items()
        ]
        lines.append(
            f"{self.clustered:,} documents stay together in {self.clusters:,} cluster{'s' * (self.clusters > 1)}, the largest of {self.largest:,}"
            if self.clusters
            else "no documents that must stay together"
        )
        lines += [f"{name} is empty: what stays together is too large, or too little" for name in self._empty]
        if not self.keyed.get("id") and self.keyed.get("text"):
            lines.append("the records have no id: what decides is the text of each document")
        for stratum, counts in list(self.strata.items())[:SHOWN]:
            total = sum(counts.values())
            shares = ", ".join(f"{name} {count:,} ({count / total:.1%})" for name, count in counts.items())
            lines.append(f"  {stratum}: {shares}")
        if len(self.strata) > SHOWN:
            lines.append(f"  and {len(self.strata) - SHOWN:,} smaller strata")
        lines += [f"{path} was of the split that stood here before, and is removed" for path in self.removed]
        files = ["a dry run: nothing was written"] if self.ledger is None else [*self.outputs.values(), self.ledger]
        return "\n".join([*lines, *map(str, files)])

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "read": self.read,
            "unreadable": self.unreadable,
            "documents": self.documents,
            "parts": {
                name: {"documents": count, "share": count / self.documents, "asked": self.asked[name]}
                for name, count in self.parts.items()
            },
            "strata": {stratum: dict(counts) for stratum, counts in self.strata.items()},
            "clusters": {"clusters": self.clusters, "documents": self.clustered, "largest": self.largest},
            "keyed": dict(self.keyed),
            "outputs": {name: str(path) for name, path in self.outputs.items()},
            "ledger": None if self.ledger is None else str(self.ledger),
            "removed": [str(path) for path in self.removed],
        }


def split(
    source: Any,
    output: str | Path | None = None,
    *,
    parts: Mapping[str, float] | None = None,
    by: Key = "id",
    stratify: Role | None = None,
    together: Role | None = None,
    near_copies: bool = True,
    seed: int = 0,
    ending: str | None = None,
    dry_run: bool = False,
    workers: int | None = None,
    max_memory: int | None = None,
    progress: Progress | None = None,
    **asked: Any,
) -> Split:
    """Write the documents of a corpus into one file a part, in the folder `output`, each record as it came.

    `source` is what `profile` takes, `asked` the arguments of `dataqual.read`. A document's part follows from the hash
    of its id, or of its text where it has none or `by` is "text", and of `seed`: it stays there when documents are
    added or come in another order. With `stratify` ("label" or "group") the shares hold within each value to a
    document, by ranks of the hashes, so that documents at the borders may move when others are added. Exact copies,
    documents with the same id and, unless `near_copies` is false, near copies stay in one part; `together` keeps all of
    a label or group there. `ending` says the format, such as ".jsonl.zst"; that of the input unless told. With `dry_run`
    nothing is written, only counted, and `output` may be left out.

    The files appear together when all is done; on an error nothing is left. Parts of an earlier split into this folder
    that this one does not have are removed then; InputError where one was changed since, or is an input. SpecError for what is asked wrongly,
    InputError for what cannot be read or written, NoDocuments and TooManyUnreadable as for `profile`.
    """
    if output is None and not dry_run:
        raise SpecError("output: name the folder for the parts, or ask for a dry run")
    how = Splitting(dict(PARTS if parts is None else parts), by, stratify, together, near_copies, seed)
    corpus = as_whole_corpus(source, also=OPTIONS, **asked)
    for option, role in (("stratify", stratify), ("together", together)):
        if role is not None and role not in corpus.columns.extras():
            raise SpecError(
                f"{option}: the corpus has no column that is known as its {role}; name one with --{role} COLUMN"
            )
    engine = Local(workers=workers, max_memory=max_memory)
    target = None if output is None else _Target(Path(output), how.names, ending or _ending(corpus))
    if target is not None and not dry_run:
        return _written(corpus, how, target, engine, progress)
    if target is not None and target.folder.exists():
        target.open(corpus)
    return _Surveying(corpus, how, engine).go(progress).split(how)


@dataclass(frozen=True)
class _Target:
    """Where the parts and their ledger go."""

    folder: Path
    names: Sequence[str]
    ending: str

    @property
    def paths(self) -> dict[str, Path]:
        """Of each part."""
        return {name: self.folder / f"{name}{self.ending}" for name in self.names}

    @property
    def ledger(self) -> Path:
        """Beside the parts."""
        return self.folder / f"split{LEDGER}"

    def open(self, corpus: Corpus) -> tuple[list[Writer], tuple[Path, ...]]:
        """A writer for each part, and what an earlier split left here, after every check that needs no data."""
        writers = [open_writer(str(path), corpus) for path in self.paths.values()]
        return writers, _left_over(self.ledger, {path.name for path in self.paths.values()}, corpus)


def _written(corpus: Corpus, how: Splitting, target: _Target, engine: Local, progress: Progress | None) -> Split:
    """The split, after its files appeared."""
    ledger = str(target.ledger)
    with _folder(target.folder), Unfinished(ledger, how, resume=False) as unfinished, ExitStack() as files:
        writers, old = target.open(corpus)
        for number, writer in enumerate(writers):
            place = unfinished.folder / f"part-{number}"
            with writing(writer.path):
                place.mkdir()
            writer.start(place)
            files.enter_context(writer)
        paper = files.enter_context(NewParquet(ledger, SCHEMA, place=unfinished.folder / "ledger"))
        found = _Surveying(corpus, how, engine).go(progress)
        _Writing(corpus, how, found, writers, paper).go(engine, progress)
        for writer in writers:
            writer.finish()
        paper.finish()  # last, so that a part that is younger than its ledger was changed since
        for path in old:  # while the ledger that names them stands
            with writing(str(path)):
                path.unlink(missing_ok=True)
        paper.publish()  # first: a part that is there has a ledger
        for writer in writers:
            writer.publish()
    return replace(found.split(how), outputs=target.paths, ledger=target.ledger, removed=old)


def _left_over(ledger: Path, names: Collection[str], corpus: Corpus) -> tuple[Path, ...]:
    """Parts that the split which left this ledger wrote, and that have none of these names."""
    if not ledger.is_file():
        return ()
    try:
        if "files" not in pl.read_parquet_schema(ledger):
            return ()
        listed = pl.scan_parquet(ledger, glob=False).select("files").head(1).collect()["files"].to_list()
    except (OSError, pl.exceptions.PolarsError):
        raise InputError(f"{ledger}: no ledger of a split; move it away, or choose another folder with -o") from None
    old = [ledger.with_name(name) for name in "".join(listed).split("/") if name and name not in names]
    there = tuple(path for path in old if path.is_file())
    for path in there:
        if corpus.holds(str(path)):
            raise InputError(
                f"-o: {path} is of the split that stands there, and one of the inputs; choose another folder"
            )
        if path.stat().st_mtime_ns > ledger.stat().st_mtime_ns:
            raise InputError(
                f"-o: {path} was changed after the split that wrote it; move it away, or choose another folder"
            )
    return there


@dataclass(frozen=True, eq=False)
class _Found:
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
            outputs={},
            ledger=None,
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


@dataclass(frozen=True, eq=False)
class _Looked:
    """What one batch leaves for deciding on parts."""

    part: Part
    """What the survey of copies gets."""
    places: NDArray[np.uint64]
    names: NDArray[np.uint64]
    """(documents, 3): hashes of its text, of its id and of what keeps it together; 0 where it has no such thing."""
    strata: Sequence[str | None]
    unreadable: Sequence[Unreadable]


@dataclass(frozen=True)
class _Look:
    """What is done with every batch of the first pass, in any thread or process."""

    corpus: Corpus
    how: Splitting
    signing: Signing

    def __call__(self, chunk: Chunk) -> tuple[int, _Looked]:
        batch = self.corpus.parse(chunk)
        part = self.signing(batch.text)
        names = np.zeros((len(batch), 3), np.uint64)
        names[:, TEXT] = part.exact[:, 0]
        for kind, role in ((ID, "id"), (GROUP, self.how.together)):
            if role in batch.columns.columns:
                hashes, there = _hashed(batch.columns[role])
                names[there, kind] = splitmix64(hashes[there] ^ np.uint64(kind))
        strata = batch.columns[self.how.stratify].to_list() if self.how.stratify else ()
        where = addresses(batch.file, batch.record)
        return chunk.done, _Looked(part, where, names, strata, batch.unreadable)


@dataclass(frozen=True)
class _Surveying:
    """The first pass: keys, strata and copies; then what is decided by them."""

    corpus: Corpus
    how: Splitting
    engine: Local

    def go(self, progress: Progress | None) -> _Found:
        """Every document's part."""
        survey = Survey(NearDuplicates(), near=self.how.near_copies, memory=self.engine.memory // SURVEY_SHARE)
        kept: list[tuple[NDArray[np.uint64], NDArray[np.uint64]]] = []
        strata: list[str | None] = []
        count = ReadCount()
        look = _Look(self.corpus, self.how, survey.signing)
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
        said = ("text", "id", self.how.together or "")
        keyed = {name: n for name, n in zip(said, np.bincount(kinds, minlength=3).tolist(), strict=True) if n}
        return self._decided(places, keys, cluster, strata, keyed, count)

    def _decided(
        self,
        places: NDArray[np.uint64],
        keys: NDArray[np.uint64],
        cluster: NDArray[np.int64],
        values: Sequence[str | None],
        keyed: Mapping[str, int],
        count: ReadCount,
    ) -> _Found:
        """The part of each cluster, and so of its documents. `cluster`: the first document of each one's."""
        firsts, of, sizes = np.unique(cluster, return_inverse=True, return_counts=True)
        leaders = np.full(len(firsts), np.iinfo(np.uint64).max)
        np.minimum.at(leaders, of, keys)  # whichever comes first in the corpus
        chances = self.how.mixed(leaders, "part")
        strata, stratum = _strata(of, values)
        part = self._by_rank(chances, sizes, strata, stratum) if strata else self.how.part(uniform(chances))
        numbers = np.where(sizes > 1, np.cumsum(sizes > 1), 0)
        return _Found(places, numbers[of], stratum[of], strata, part[of], keyed, count)

    def _by_rank(
        self, chances: NDArray[np.uint64], sizes: NDArray[np.int64], strata: Sequence[str], stratum: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Clusters of several by their hash; then single documents, by its rank, so that the shares of a stratum hold.

        What is left over, less than a document for each part, goes by chance: or else many small strata would all give
        it to the same part.
        """
        part = self.how.part(uniform(chances))
        several = sizes > 1
        shares = np.array([self.how.parts[name] for name in self.how.names])
        wanted = np.bincount(stratum, sizes, len(strata))[:, None] * shares
        np.subtract.at(wanted, (stratum[several], part[several]), sizes[several])
        wanted = wanted.clip(min=1e-12)  # a part that has too much already gets none
        borders = (np.cumsum(wanted, axis=1) / wanted.sum(axis=1, keepdims=True))[:, :-1]
        singles = np.flatnonzero(~several)
        singles = singles[np.lexsort((chances[singles], stratum[singles]))]
        own = stratum[singles]
        totals = np.bincount(own, minlength=len(strata))
        rank = np.arange(len(singles)) - (np.cumsum(totals) - totals)[own]
        shift = uniform(self.how.mixed(_hash(strata), "stratum"))[own]
        points = (rank + shift) / totals[own]
        part[singles] = (points[:, None] >= borders[own]).sum(axis=1)
        return part


def _join_equal(keys: NDArray[np.uint64], cluster: NDArray[np.int64]) -> None:
    """Join the clusters of documents with the same key, in place; 0 is none."""
    there = np.flatnonzero(keys)
    order = there[np.argsort(keys[there], kind="stable")]
    same = np.flatnonzero(keys[order[1:]] == keys[order[:-1]])
    joining.join(cluster, order[same], order[same + 1])
    joining.flatten(cluster)


def _strata(of: NDArray[np.int64], values: Sequence[str | None]) -> tuple[list[str], NDArray[np.int64]]:
    """The strata by name, and that of each cluster: the commonest value of its documents, the first by name of equals.

    >>> _strata(np.array([0, 0, 0, 1]), ["b", "a", "b", None])[1].tolist()
    [2, 0]
    """
    if not values:
        return [], np.zeros(int(of.max(initial=-1)) + 1, np.int64)
    named = pl.Series([NONE if value is None else value for value in values], dtype=pl.String)
    names = sorted(named.unique().to_list())
    codes = named.replace_strict(names, range(len(names)), return_dtype=pl.Int64).to_numpy()
    pairs, counts = np.unique(of * len(names) + codes, return_counts=True)
    best = np.lexsort((pairs, -counts, pairs // len(names)))
    clusters, at = np.unique(pairs[best] // len(names), return_index=True)
    assert len(clusters) == int(of.max()) + 1
    return names, pairs[best][at] % len(names)


def _hashed(column: pl.Series) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """A hash of every value, and which values are there: neither null nor blank."""
    there = (column.is_not_null() & (column.str.strip_chars() != "")).fill_null(False).to_numpy()
    return _hash(column.fill_null("").to_list()), there


def _hash(values: Sequence[str]) -> NDArray[np.uint64]:
    """64 bits of each, the same on every machine."""
    return _HASHING(Text.of_bytes([value.encode() for value in values])).exact[:, 0]


@dataclass
class _Writing:
    """The second pass: every record goes to its part."""

    corpus: Corpus
    how: Splitting
    found: _Found
    writers: Sequence[Writer]
    paper: NewParquet
    count: ReadCount = field(default_factory=ReadCount)

    def go(self, engine: Local, progress: Progress | None) -> None:
        """All batches, in order; InputError where they are not those of the first pass."""
        with closing(engine.map(self._look, self.corpus.chunks())) as results:
            for done, documents, unreadable, encoded, ledger in results:
                for writer, records in zip(self.writers, encoded, strict=True):
                    writer.write(records)
                self.paper.add(ledger)
                self.count.add(documents, unreadable)
                if progress is not None:
                    progress(self.count.documents, done, self.corpus.size)
        self._check()

    def _look(self, chunk: Chunk) -> tuple[int, int, Sequence[Unreadable], list[Lines | Wanted], pl.DataFrame]:
        batch = self.corpus.parse(chunk)
        rows = self.found.rows(batch)
        part = self.found.part[rows]
        encoded = [writer.encoder(batch.where(part == number)) for number, writer in enumerate(self.writers)]
        return chunk.done, len(batch), batch.unreadable, encoded, self._ledger(batch, rows)

    def _ledger(self, batch: Batch, rows: NDArray[np.int64]) -> pl.DataFrame:
        """A row for every document, and one for every record that could not be read."""
        found = self.found
        paths = pl.Series([file.path for file in self.corpus.files], dtype=pl.String)
        cluster = pl.Series(found.cluster[rows])
        frame = pl.DataFrame(
            {
                "path": paths[batch.file],
                "record": batch.record,
                "id": batch.columns["id"]
                if "id" in batch.columns.columns
                else pl.Series([None] * len(batch), dtype=pl.String),
                "part": pl.Series(self.how.names, dtype=pl.String)[found.part[rows]],
                "cluster": cluster.set(cluster == 0, None),
                "stratum": pl.Series(found.strata, dtype=pl.String)[found.stratum[rows]] if found.strata else None,
                "unreadable": None,
                "files": self._files,
            },
            schema=SCHEMA,
        )
        bad = [
            {
                "path": self.corpus.files[bad.file].path,
                "record": bad.record,
                "unreadable": bad.kind,
                "files": self._files,
            }
            for bad in batch.unreadable
        ]
        if not bad:
            return frame
        both = pl.concat([frame, pl.DataFrame(bad, schema=SCHEMA)])
        files = np.concatenate([batch.file, [bad.file for bad in batch.unreadable]])
        return both[np.lexsort((both["record"].to_numpy(), files))]

    @property
    def _files(self) -> str:
        """All parts, by file name: a later split into the same folder knows by it which files are of this one."""
        return "/".join(Path(writer.path).name for writer in self.writers)

    def _check(self) -> None:
        """The sums must come out even, and as they did the first time."""
        count, first = self.count, self.found.count
        parts = {name: writer.written for name, writer in zip(self.how.names, self.writers, strict=True)}
        if count.documents != sum(parts.values()):
            raise AssertionError(f"{count.documents} documents read, but {parts} written")
        if (count.documents, count.unreadable) != (first.documents, first.unreadable):
            raise InputError(CHANGED)


def _ending(corpus: Corpus) -> str:
    """How files of the input's format end; .jsonl for several formats, and for texts that are a file each."""
    kinds = {(file.format, file.compression) for file in corpus.files}
    formats = {kind for kind, _ in kinds}
    if formats == {"frame"}:
        return ".parquet"
    if formats == {"txt"} and getattr(corpus, "txt", "file") == "file":
        return ".jsonl"
    compressions = {compression for _, compression in kinds}
    compression = f".{compressions.pop()}" if len(compressions) == 1 and None not in compressions else ""
    return f".{formats.pop() if len(formats) == 1 else 'jsonl'}{compression}"


@contextmanager
def _folder(folder: Path) -> Iterator[None]:
    """The folder is there; on an error those that were made for it are taken away again."""
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"-o: {folder}: no folder can be made there: {error.strerror}") from None
    try:
        yield
    except BaseException:
        for place in made:
            with suppress(OSError):  # not empty: others have put something there
                place.rmdir()
        raise
