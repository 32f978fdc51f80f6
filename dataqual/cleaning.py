"""`clean`: a corpus as a recipe leaves it, every record that stays as it came, and of all that was done why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from dataqual import checking
from dataqual.corpus import Corpus, Progress
from dataqual.dropping import Drop
from dataqual.engine import Local
from dataqual.operators import Step
from dataqual.readers import open_corpus
from dataqual.readers.sources import as_whole_corpus, options_of
from dataqual.recipe import Recipe, Remaining
from dataqual.rewriting import Cleaned, Target, as_said, rewrite


def clean(
    source: Any,
    output: str | Path | None = None,
    *,
    recipe: str | Recipe | None = None,
    drop: Iterable[str] = (),
    ledger: str | Path | None = None,
    dry_run: bool = False,
    shard_size: int | None = None,
    resume: bool | None = None,
    workers: int | None = None,
    max_memory: int | None = None,
    progress: Progress | None = None,
    **asked: Any,
) -> Cleaned:
    """Write a corpus as a recipe leaves it, without the documents that `drop` names, and a ledger of all that was done.

    `source` is what `profile` takes, `asked` the arguments of `dataqual.read`. `recipe` is a `Recipe`, the name of one
    that ships, or a .yaml file. `drop` has the names of findings (`exact_copies`, `near_copies`, `mojibake`, …), of
    rule sets (`gopher@dolma`), or .yaml files of rules; it comes after the recipe. One of the two is needed. The ending
    of `output` says the format. `ledger` is OUTPUT.ledger.parquet unless told. A dry run counts, and writes nothing.
    With `shard_size`, in bytes, the output is several files, OUTPUT-00001-of-00003 and so on.

    All files appear when everything is done; on an error nothing is left. A run that was killed is gone on with, if
    files and options are the same: `resume` True insists on that, False begins anew. SpecError for a name that is not
    known, InputError for what cannot be read or written, NoDocuments and TooManyUnreadable as for `profile`.

    Where the recipe has checks, they are made on what is left once it is written, and are in `checked` of the result.
    """
    what = plan(recipe, drop)
    target = Target(as_said(output), as_said(ledger), dry_run, shard_size, resume)
    corpus = as_whole_corpus(
        source, also=options_of(clean), dates=what.checks is not None and what.checks.dated, **asked
    )
    engine = Local(workers=workers, max_memory=max_memory)
    prepared: list[Step] = []
    cleaned = rewrite(corpus, what, target, engine, progress, look=prepared.extend)
    if what.checks is None:
        return cleaned
    if not cleaned.written:
        return replace(cleaned, untold=True)
    left = _left(cleaned, corpus, tuple(prepared), what.checks.columns)
    checked = checking.check(left, what.checks, workers=workers, max_memory=max_memory)
    return replace(cleaned, checked=checked, warnings=(*cleaned.warnings, *checked.warnings))


def _left(cleaned: Cleaned, corpus: Corpus, steps: tuple[Step, ...], more: tuple[str, ...]) -> Corpus:
    """The corpus that was written, with these columns too; as the steps leave it where there is nothing to read."""
    roles = corpus.columns.extras()
    written = [str(path) for path in cleaned.outputs]
    if not written:
        return Remaining.after(steps, corpus.looking_at(*more))
    fields = not {file.format for file in corpus.files} & {"txt", "md", "html", "warc"}
    asked: dict[str, Any] = roles | ({"text": corpus.columns.text} if fields else {})
    return open_corpus(written, more=more, txt=getattr(corpus, "txt", "file"), **asked)


def plan(recipe: str | Recipe | None, names: Iterable[str]) -> Recipe:
    """What is to be done, resolved; SpecError for an unknown name, and where nothing is asked for.

    >>> plan(None, ["exact_copies", "mojibake"]).told_as
    ('mojibake', 'exact_copies')
    """
    loaded = Recipe.load(recipe) if isinstance(recipe, str) else recipe
    names = [names] if isinstance(names, str) else list(names)
    if loaded is not None and not names:
        return loaded
    drop = Drop.of(names)
    if loaded is None:
        return Recipe("--drop", drop.steps, says=drop.says)
    says = loaded.says + drop.says if loaded.says else ()
    return replace(loaded, steps=loaded.steps + drop.steps, says=says)
