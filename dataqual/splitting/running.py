"""`split` itself: what is asked for, looked at, decided and written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from dataqual.corpus import Corpus, Progress
from dataqual.engine import Local
from dataqual.errors import SpecError
from dataqual.readers.sources import as_whole_corpus
from dataqual.splitting.places import Target, made_for
from dataqual.splitting.result import Split
from dataqual.splitting.shares import PARTS, Key, Role, Splitting
from dataqual.splitting.surveying import Surveying
from dataqual.splitting.writing import SCHEMA, Writing
from dataqual.unfinished import Unfinished, inputs
from dataqual.views import view_of
from dataqual.writers import NewParquet, Writer
from dataqual.writers.appearing import writing as making

OPTIONS = (
    "parts", "by", "stratify", "together", "near_copies", "seed", "ending", "ledger", "dry_run", "shard_size", "resume",
    "workers", "max_memory", "progress",
)  # fmt: skip


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
    ledger: str | Path | None = None,
    dry_run: bool = False,
    shard_size: int | None = None,
    resume: bool | None = None,
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
    a label or group there. `ending` says the format, such as ".jsonl.zst"; that of the input unless told. With
    `shard_size`, in bytes, a part is several files, train-00001-of-00003.jsonl and so on. `ledger` is
    OUTPUT/split.ledger.parquet unless told. With `dry_run` nothing is written, only counted, and `output` may be left
    out.

    The files appear together when all is done; on an error nothing is left. A run that was killed is gone on with, if
    files and options are the same: `resume` True insists on that, False begins anew. Parts of an earlier split into
    this folder that this one does not have are removed at the end; InputError where one was changed since, or is an
    input. SpecError for what is asked wrongly, InputError for what cannot be read or written, NoDocuments and
    TooManyUnreadable as for `profile`.
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
    target = None
    if output is not None:
        paper = None if ledger is None else str(ledger)
        target = Target(Path(output), how.names, ending or view_of(corpus).ending(corpus), paper, shard_size, resume)
    if target is not None and not dry_run:
        return _written(corpus, how, target, engine, progress)
    if target is not None and target.folder.exists():
        target.open(corpus)
    return Surveying(corpus, how, engine).go(progress).split(how)


def _written(corpus: Corpus, how: Splitting, target: Target, engine: Local, progress: Progress | None) -> Split:
    """The split, after its files appeared; what was done is marked on the way, so that a run that is killed goes on."""
    with (
        made_for(target.folder),
        Unfinished(target.work, _plan(corpus, how, target), resume=target.resume) as unfinished,
        ExitStack() as files,
    ):
        writers, old = target.open(corpus)
        state = _sound(unfinished, writers)
        found = unfinished.once("survey", lambda: Surveying(corpus, how, engine).go(progress))
        for at, writer in enumerate(writers):
            place = _place(unfinished, at)
            with making(writer.path):
                place.mkdir(exist_ok=True)
            writer.start(place, state["writers"][at] if state else None)
            files.enter_context(writer)
        parts = state["ledger"] if state else 0
        paper = NewParquet(target.ledger, SCHEMA, place=unfinished.folder / "ledger", parts=parts)
        run = Writing(corpus, how, found, writers, files.enter_context(paper), unfinished)
        files.callback(unfinished.wait)
        resumed = run.go_on(state) if state else 0
        run.go(engine, progress)
        for writer in writers:
            writer.finish()
        paper.finish()  # last, so that a part that is younger than its ledger was changed since
        for path in old:  # while the ledger that names them stands
            _take_away(path)
        _take_away(Path(target.ledger))  # at no moment does one stand beside parts of which it does not tell,
        for path in target.written():  # nor a part of this split beside one of an earlier, which might share documents
            _take_away(path)
        shards = {name: tuple(map(Path, writer.publish())) for name, writer in zip(how.names, writers, strict=True)}
        paper.publish()
    return replace(found.split(how), shards=shards, ledger=Path(target.ledger), removed=old, resumed=resumed)


def _take_away(path: Path) -> None:
    place = Path(os.path.realpath(path))
    with making(str(path)):
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)


def _plan(corpus: Corpus, how: Splitting, target: Target) -> object:
    """What must be the same for a run to go on with what another did."""
    asked = [*how.parts.items()], how, target.ending, target.shard_size, target.ledger
    return inputs(corpus), corpus.columns, getattr(corpus, "txt", None), *asked


def _place(unfinished: Unfinished, at: int) -> Path:
    """Where the files of a part gather."""
    return unfinished.folder / f"part-{at}"


def _sound(unfinished: Unfinished, writers: Sequence[Writer]) -> Any:
    """The state to go on from, if all that it speaks of is there."""
    state = unfinished.state
    if state is None:
        return None
    there = (writer.there(_place(unfinished, at), state["writers"][at]) for at, writer in enumerate(writers))
    if not all([*there, (unfinished.folder / "ledger").exists()]):
        unfinished.begin_anew()  # it was killed in the very moment in which its files got their names
        return None
    return state
