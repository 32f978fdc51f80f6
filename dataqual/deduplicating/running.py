"""`dedup`: keep one of each, against a second corpus or an index too, and say of each copy what stays in its place."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from dataqual.copies import Copies
from dataqual.corpus import Corpus, Progress
from dataqual.deduplicating.beside import checked_place, gathering, inputs_of, others_of, parameters_of, run_of
from dataqual.deduplicating.methods import PARTS, check_indexed, how, method_for, near_for
from dataqual.deduplicating.result import Deduplicated
from dataqual.engine import Local
from dataqual.errors import SpecError
from dataqual.images.perceptual import Perceptual, Variants
from dataqual.near_duplicates import NearDuplicates, Semantic, Signing
from dataqual.operators import Step
from dataqual.readers.sources import as_whole_corpus, options_of
from dataqual.readers.unpacking import unpacked
from dataqual.recipe import Recipe
from dataqual.rewriting import Cleaned, Target, as_said, rewrite
from dataqual.seen import Seen
from dataqual.steps._comparing_copies import Comparing, Settled
from dataqual.steps._known_copies import Earlier, OtherCorpus
from dataqual.steps.dedup import Dedup
from dataqual.views import view_of
from dataqual.writers import NewParquet

MAX_CLUSTER_SHARE = 0.05
"""In a corpus of many sources a twentieth of all documents are not one document, unless a template was taken for one."""

MAX_SOURCE_LOSS = 0.5


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
    method = method_for(method, corpus)
    if method in PARTS:
        given = {"normalized": normalized, "keep": keep != "first", "clusters": clusters, "index": index}
        given |= {"against": not isinstance(against, list | tuple) or len(against) > 0, "model": model}
        return _parts(method, corpus, given, target, engine, progress)
    if index is not None:
        check_indexed(method, corpus)
    near = near_for(method, model=model, nearest=nearest, threshold=threshold, shingle=shingle, cut=cut,
                    permutations=permutations, seed=seed, radius=radius, variants=variants)  # fmt: skip
    step = Dedup(True, near, normalized, keep)
    _check_shares(max_cluster_share=max_cluster_share, max_source_loss=max_source_loss)
    target.open(corpus)  # what is wrong with it is told before the corpus is read
    table = checked_place(corpus, clusters, output, ledger) if clusters is not None else None
    others = others_of(against, asked)
    return _Search(corpus, method, step, others, target, engine, (max_cluster_share, max_source_loss)).go(
        None if index is None else str(index), table, progress
    )


@dataclass(frozen=True)
class _Search:
    """A search for copies among whole documents."""

    corpus: Corpus
    method: str
    step: Dedup
    others: Sequence[Corpus]
    """What is compared with, and not written."""
    target: Target
    engine: Local
    limits: tuple[float, float]
    """The shares of a cluster, and of what a source loses, from which there is an alarm."""

    def go(self, index: str | None, table: str | None, progress: Progress | None) -> Deduplicated:
        """All of it, with the `index` in a folder and the `table` of clusters where they are wanted."""
        written = not self.target.dry_run
        with ExitStack() as files:
            seen = files.enter_context(self._opened(index)) if index is not None else None
            more = [files.enter_context(gathering(table))] if table is not None and written else []
            cleaned, shown, alarms = self._rewritten(seen, more, progress)
            told = replace(shown.copies, corpus=self.corpus)
            if seen is not None and written:
                seen.extend(self.corpus, told.found, self._signing, self.engine)
        return Deduplicated(
            **{field.name: getattr(cleaned, field.name) for field in fields(Cleaned)},
            documents_in_clusters=told.documents,
            found_clusters=told.count,
            alarms=alarms,
            label_conflicts=shown.torn,
            clusters=Path(more[0].path) if more else None,
            index=Path(seen.path) if seen is not None and written else None,
            copies=told,
            how=how(self.step) | dict(view_of(self.corpus).told_apart),
            view=self.corpus.view,
        )

    def _opened(self, index: str) -> AbstractContextManager[Seen]:
        """What earlier runs saw, without what this one did when it was run before."""
        options = self.step.keep, self.corpus.columns, *map(inputs_of, self.others)
        this = run_of(self.corpus, self.target.output, options)
        parameters = parameters_of(self.method, self.step.normalized, self.step.near)
        return Seen.open(index, parameters, this, extend=not self.target.dry_run)

    def _rewritten(
        self, seen: Seen | None, more: Sequence[NewParquet], progress: Progress | None
    ) -> tuple[Cleaned, _Shown, tuple[str, ...]]:
        """The corpus without its copies, what was found, and alarms."""
        earlier: list[Earlier] = [*([seen] if seen else []), *map(OtherCorpus, self.others)]
        known = [(inputs_of(other), other.columns) for other in self.others], seen.stored if seen else None
        comparing = Comparing(self.step, known, tuple(earlier))
        once = comparing.in_order(self.corpus) is not None
        with nullcontext(self.corpus) if once else unpacked(self.corpus) as plain:
            shown = _Shown(plain, earlier, self.engine, more)
            recipe = Recipe("dedup", (comparing,))
            cleaned = rewrite(plain, recipe, self.target, self.engine, progress, look=shown, also=more)
            return cleaned, shown, tuple(shown.copies.alarms(*self.limits))

    @property
    def _signing(self) -> Signing:
        """By what an index knows documents."""
        near = self.step.near
        assert near is None or isinstance(near, NearDuplicates)
        return Signing(near or NearDuplicates(), near is not None, self.step.normalized)


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


def _check_shares(**shares: float) -> None:
    for name, share in shares.items():
        if not 0 <= share <= 1:
            raise SpecError(f"{name}: {share:g} is no share from 0 to 1 (50 % is 0.5)")


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
