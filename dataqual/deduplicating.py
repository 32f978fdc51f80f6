"""`dedup`: keep one of each, against a second corpus or an index too, and say of each copy what stays in its place."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from dataqual.copies import CLUSTERS, Copies, percent
from dataqual.corpus import Corpus, Progress
from dataqual.engine import Local
from dataqual.errors import InputError, SpecError, did_you_mean
from dataqual.finding import plural
from dataqual.images.perceptual import Perceptual, Variants
from dataqual.near_duplicates import NearDuplicates, Semantic, Signing
from dataqual.operators import Step, ViewName
from dataqual.readers.paths import LEDGER, unchanged
from dataqual.readers.sources import as_corpus, as_whole_corpus, is_path, options_of
from dataqual.readers.unpacking import unpacked
from dataqual.recipe import Recipe
from dataqual.rewriting import Cleaned, Target, as_said, rewrite
from dataqual.seen import Run, Seen
from dataqual.steps._comparing_copies import Comparing, Settled
from dataqual.steps._known_copies import Earlier, OtherCorpus
from dataqual.steps.dedup import Dedup
from dataqual.unfinished import Unfinished, described
from dataqual.views import in_words_of, view_of
from dataqual.writers import NewParquet
from dataqual.writers.opening import check_place

PARTS = {"lines": "dedup_lines", "paragraphs": "dedup_paragraphs", "substring": "dedup_substrings"}
"""Methods that take parts out of documents, and the steps that do it; a recipe has their parameters."""

METHODS = ("minhash", "exact", "semantic", "perceptual", *PARTS)

Near = NearDuplicates | Semantic | Perceptual

MAX_CLUSTER_SHARE = 0.05
"""In a corpus of many sources a twentieth of all documents are not one document, unless a template was taken for one."""

MAX_SOURCE_LOSS = 0.5

SIMILARITIES = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9)


@dataclass(frozen=True)
class Deduplicated(Cleaned):
    """What a run of `dedup` did."""

    documents_in_clusters: int = 0
    """Copies, and what is kept in their place; documents of other corpora included."""
    found_clusters: int = 0
    alarms: tuple[str, ...] = ()
    """A line each for clusters and sources that lose more than they should."""
    label_conflicts: int = 0
    """Clusters whose documents have different labels; of each, that of what is kept stays."""
    clusters: Path | None = None
    index: Path | None = None
    copies: Copies | None = field(default=None, repr=False, compare=False)
    """All that was found; None where parts of documents went."""
    how: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """By what copies were told, as plain JSON values."""
    view: ViewName = "text"

    def __str__(self) -> str:
        """The sums, what each rule did, and where the files are: a few lines for people."""
        clusters = plural(self.found_clusters, "cluster")
        extra = [in_words_of(self.view, f"{self.documents_in_clusters:,} documents in {clusters}")]
        return "\n".join([super().__str__(), *(extra if self.found_clusters else []), *self._files()])

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        own = {name: getattr(self, name) for name in ("found_clusters", "documents_in_clusters")}
        paths = {name: str(path) if (path := getattr(self, name)) else None for name in ("clusters", "index")}
        torn = {"label_conflicts": self.label_conflicts} if self.label_conflicts else {}
        return super().facts() | own | {"alarms": list(self.alarms)} | torn | paths

    @property
    def contradicting(self) -> tuple[str, ...]:
        """A line where copies have different labels, and how they are listed."""
        count = self.label_conflicts
        if not count:
            return ()
        told = "1 cluster holds" if count == 1 else f"{count:,} clusters hold"
        return (
            f"{told} copies with different labels, and one of them stays; dataqual labels with --conflicts FILE lists all of them",
        )

    def page_facts(self) -> dict[str, Any]:
        """The facts with the largest clusters and their texts, which are read for it: what a page needs."""
        copies = self.copies.facts() if self.copies is not None else None
        return self.facts() | {"schema": "dataqual.dedup/1", "copies": copies, "how": dict(self.how)}

    def _files(self) -> list[str]:
        return [str(path) for path in (self.clusters, self.index) if path]


def dedup(
    source: Any,
    output: str | Path | None = None,
    *,
    method: str | None = None,
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
    model: str | Path | None = None,
    nearest: int = Semantic.nearest,
    threshold: float | None = None,
    shingle: int = NearDuplicates.shingle,
    cut: str = NearDuplicates.cut,
    permutations: int = NearDuplicates.permutations,
    seed: int = NearDuplicates.seed,
    radius: int = Perceptual.radius,
    variants: Variants = Perceptual.variants,
    **asked: Any,
) -> Deduplicated:
    """Write a corpus without its copies, and a ledger that says of each what was kept in its place.

    `source` is what `profile` takes, `asked` the arguments of `dataqual.read`. `method` is minhash for texts and perceptual
    for pictures unless told. Of pictures, exact copies have the same pixels, perceptual also drops what is a copy by its
    pixels, hashes within `radius` bits proposing it, turned in the ways of `variants` too. Of texts, minhash drops exact and near
    copies, exact the exact ones, semantic those and what says the same by a `model` in a folder; lines, paragraphs and
    substring take out what stands in an earlier document, as the steps `dedup_lines`, `dedup_paragraphs` and
    `dedup_substrings` do, and of all that follows know nothing. `threshold` is of Jaccard similarity, 0.8 unless told,
    or for semantic of the cosine, 0.95, or for perceptual of the correlation, 0.985. `normalized` calls exact what has the same words. `keep` says which of two
    copies stays: first, longest, or that with the highest value of the signal of this name. `against` is a corpus or
    several whose documents always stay, and are not written. `index` is a folder of what earlier runs saw, which this
    run extends. `clusters` is a .parquet file of who belongs together.

    Whatever is no exact copy was compared with the document that is kept: nothing is transitive. All files appear when
    everything is done, the index last; a run that was killed is gone on with. SpecError and InputError as for `clean`.
    """
    output = as_said(output)
    target = Target(output, as_said(ledger), dry_run, shard_size, resume)
    engine = Local(workers=workers, max_memory=max_memory)
    corpus = as_whole_corpus(source, also=options_of(dedup), **asked)
    view, method = view_of(corpus), method_for(method, corpus)
    if method in PARTS:
        given = {"normalized": normalized, "keep": keep != "first", "clusters": clusters, "index": index}
        given |= {"against": not isinstance(against, list | tuple) or len(against) > 0, "model": model}
        return _parts(method, corpus, given, target, engine, progress)
    if index is not None:
        _check_indexed(method, corpus)
    near = near_for(method, model=model, nearest=nearest, threshold=threshold, shingle=shingle, cut=cut,
                    permutations=permutations, seed=seed, radius=radius, variants=variants)  # fmt: skip
    step = Dedup(True, near, normalized, keep)
    _check_shares(max_cluster_share=max_cluster_share, max_source_loss=max_source_loss)
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
        more = [files.enter_context(_gathering(table))] if table is not None and not dry_run else []
        known = [(_inputs(other), other.columns) for other in others], seen.stored if seen else None
        comparing = Comparing(step, known, tuple(earlier))
        again = nullcontext(corpus) if comparing.in_order(corpus) else unpacked(corpus)
        with again as plain:
            shown = _Shown(plain, earlier, engine, more)
            cleaned = rewrite(plain, Recipe("dedup", (comparing,)), target, engine, progress, look=shown, also=more)
            alarms = tuple(shown.copies.alarms(max_cluster_share, max_source_loss))
        told = replace(shown.copies, corpus=corpus)
        if seen is not None and not dry_run:
            assert near is None or isinstance(near, NearDuplicates)
            signing = Signing(near or NearDuplicates(), near is not None, normalized)
            seen.extend(corpus, told.found, signing, engine)
    return Deduplicated(
        **{field.name: getattr(cleaned, field.name) for field in fields(Cleaned)},
        documents_in_clusters=told.documents,
        found_clusters=told.count,
        alarms=alarms,
        label_conflicts=shown.torn,
        clusters=Path(more[0].path) if more else None,
        index=Path(seen.path) if seen is not None and not dry_run else None,
        copies=told,
        how=how(step) | dict(view.told_apart),
        view=view.name,
    )


class _Shown:
    """Who belongs together, once that is known and before anything appears."""

    copies: Copies
    torn: int

    def __init__(self, corpus: Corpus, earlier: Sequence[Earlier], engine: Local, tables: Sequence[NewParquet]) -> None:
        """What is found of `corpus` is written to the `tables` of clusters, too."""
        self._corpus, self._earlier = corpus, earlier
        self._engine, self._tables = engine, tables

    def __call__(self, steps: Sequence[Step]) -> None:
        [settled] = steps
        assert isinstance(settled, Settled)
        self.copies = Copies(self._corpus, self._earlier, settled.found)
        self.torn = self.copies.torn(self._engine)
        for table in self._tables:
            table.add(self.copies.clusters(self._engine))
            table.finish()


def _check_indexed(method: str, corpus: Corpus) -> None:
    """SpecError where an index holds nothing that this could be compared with."""
    if method == "semantic":
        raise SpecError(
            "--index: holds signatures and texts, no embeddings; --against compares with a corpus by meaning"
        )
    view_of(corpus).check_index()


def _check_shares(**shares: float) -> None:
    for name, share in shares.items():
        if not 0 <= share <= 1:
            raise SpecError(f"{name}: {share:g} is no share from 0 to 1 (50 % is 0.5)")


def method_for(method: str | None, corpus: Corpus) -> str:
    """The method asked for, or the usual one; SpecError for one that knows nothing of texts, or of pictures.

    >>> method_for(None, Corpus.of(["a"])), method_for("exact", Corpus.of(["a"]))
    ('minhash', 'exact')
    """
    view = view_of(corpus)
    if method is None:
        return view.method
    if method in METHODS:  # what is none is told where it is opened
        view.check_method(method)
    return method


def near_for(
    method: str,
    *,
    model: str | Path | None,
    nearest: int,
    threshold: float | None,
    radius: int = Perceptual.radius,
    variants: Variants = Perceptual.variants,
    **words: Any,
) -> Near | None:
    """What a method calls similar; None where it knows exact copies alone. SpecError for a method there is not, or for
    a model where none is wanted, or none where one is.

    >>> near_for("minhash", model=None, nearest=4, threshold=0.7)
    NearDuplicates(threshold=0.7, shingle=5, permutations=128, seed=0, cut='unicode')
    """
    if method not in METHODS:
        raise SpecError(f"--method: no method {method!r}; {did_you_mean(method, METHODS)}")
    told: dict[str, Any] = {} if threshold is None else {"threshold": threshold}
    if method == "semantic":
        if model is None:
            raise SpecError("--method semantic: name the folder of a model with --model; nothing is downloaded")
        return Semantic(os.fspath(model), nearest=nearest, seed=words.get("seed", 0), **told)
    if model is not None:
        raise SpecError(f"--model: --method {method} uses none; --method semantic does")
    if method == "perceptual":
        return Perceptual(radius=radius, variants=variants, **told)
    if (radius, variants) != (Perceptual.radius, Perceptual.variants):
        name = "radius" if radius != Perceptual.radius else "variants"
        raise SpecError(f"--{name}: --method {method} uses none; --method perceptual does")
    near = NearDuplicates(**told, **words)
    return near if method == "minhash" else None


def how(step: Dedup) -> dict[str, Any]:
    """How copies are told, as plain JSON values; of signatures with the chances that pairs are found."""
    near = step.near
    facts: dict[str, Any] = {"exact": step.same, "keep": step.keep, "alike": step.alike if near else None}
    if isinstance(near, Perceptual):
        facts |= {"measure": "correlation of pixels", **asdict(near)}
    elif isinstance(near, Semantic):
        facts |= {
            "measure": "cosine",
            "threshold": near.threshold,
            "model": near.opened.told,
            "model_sha256": near.opened.digest,
        }
        facts |= {"nearest": near.nearest}
    elif near is not None:
        facts |= {"measure": "Jaccard", **asdict(near), "bands": near.bands, "rows": near.rows}
        facts["curve"] = [[s / 100, near.found(s / 100)] for s in range(40, 101, 2)]
    return facts


def _parts(
    method: str,
    corpus: Corpus,
    given: dict[str, Any],
    target: Target,
    engine: Local,
    progress: Progress | None,
) -> Deduplicated:
    """What takes parts out of documents; SpecError for what is `given` that it knows nothing of."""
    for name, value in given.items():
        if value:
            raise SpecError(f"--{name}: says which documents are copies, and --method {method} takes out parts of them")
    cleaned = rewrite(corpus, Recipe("dedup", Recipe.of([PARTS[method]]).steps), target, engine, progress)
    return Deduplicated(**{field.name: getattr(cleaned, field.name) for field in fields(Cleaned)})


def detection(near: Near) -> str:
    """What counts as similar, and with what chance pairs of some similarities are found; a line or two for people.

    >>> print(detection(NearDuplicates()))
    near copies: Jaccard similarity of 0.8 or more, 5-shingles of the unicode cut; 21 bands × 6 rows of 128 permutations
    chance that a pair is found: 0.5 0.0 %, 0.6 1.0 %, 0.7 50.3 %, 0.75 89.8 %, 0.8 99.5 %, 0.85 100.0 %, 0.9 100.0 %
    """
    if isinstance(near, Perceptual):
        return (
            f"copies of pictures: pHash or dHash within {near.radius} of 64 bits, then pixels with a similarity of {near.threshold:g} or more"
            f"{'' if near.variants == 'none' else f'; {near.variants} too'}"
        )
    if isinstance(near, Semantic):
        return f"copies by meaning: cosine of {near.threshold:g} or more, {near.opened.told}; each in {near.nearest} buckets"
    curve = ", ".join(f"{similarity:g} {percent(near.found(similarity))}" for similarity in SIMILARITIES)
    return (
        f"near copies: Jaccard similarity of {near.threshold:g} or more, {near.shingle}-shingles of the {near.cut} cut; "
        f"{near.bands} bands × {near.rows} rows of {near.permutations} permutations\n"
        f"chance that a pair is found: {curve}"
    )


def _parameters(method: str, normalized: bool, near: Near | None) -> dict[str, Any]:
    """What all runs on one index must have in common."""
    near = near if isinstance(near, NearDuplicates) else NearDuplicates()
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
    if corpus.in_memory:
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
