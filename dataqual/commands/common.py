"""What the commands share: options, the corpus they open, and how they print."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from dataqual import speaking
from dataqual.console import Console
from dataqual.ending import mendable
from dataqual.errors import SpecError

if TYPE_CHECKING:
    from dataqual.corpus import Corpus

FORMATS = ("jsonl", "json", "csv", "tsv", "parquet", "arrow", "txt", "md", "html", "warc")

EXCEEDED = 1
"""Exit code where something is found to be more than was allowed with --strict."""


class Result(Protocol):
    """What a command found: for people by `str`, for machines by `facts`."""

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""


@dataclass(frozen=True)
class Shared:
    """What every command that reads a corpus is told about it, and how to go about it."""

    paths: tuple[str, ...]
    text: str | None
    id: str | None
    label: str | None
    group: str | None
    txt: Any
    format: str | None
    max_unreadable: float
    workers: int | None
    max_memory: str | None
    as_json: bool
    quiet: bool

    @contextmanager
    def corpus(
        self, console: Console, doing: str, more: Sequence[str] = (), date: str | None = None
    ) -> Iterator[Corpus]:
        """The corpus, while the context lasts, after every note on it was said; `more` and `date` as `open_corpus` has them."""
        from dataqual import sample
        from dataqual.readers import open_corpus
        from dataqual.readers.standard_input import spooled

        with ExitStack() as stack:
            files: list[Any] = [*self.paths]
            if "-" in files:
                at = files.index("-")
                files[at] = stack.enter_context(spooled(sys.stdin.buffer, self.format))
                console.say(f"standard input: read as {files[at].format}{'' if self.format else ' (guessed)'}")
            elif self.format:
                raise SpecError(
                    f"--format {self.format}: says what comes by standard input, which is read for the path -"
                )
            names = ("text", "id", "label", "group", "txt", "max_unreadable")
            given = {name: getattr(self, name) for name in names}
            corpus = open_corpus(files or [sample.path()], more=more, date=date, **given)
            if self.format:
                corpus = replace(corpus, asked={**corpus.asked, "format": self.format})
            if not self.paths:
                console.say(f"no path given: {doing} the sample corpus that ships with dataqual")
            for note in corpus.notes:
                console.note(note)
            yield corpus

    @property
    def engine(self) -> dict[str, Any]:
        """The arguments about threads and memory; SpecError where the size is none."""
        from dataqual.engine import parse_budget

        return {"workers": self.workers, "max_memory": parse_budget(self.max_memory) if self.max_memory else None}


dated = click.option("--date", metavar="COLUMN", help="Column that says when each document came to be [found].")
"""The option of a command that makes use of dates."""


def say_date(console: Console, corpus: Corpus, named: str | None) -> None:
    """Which column was taken for dates, if it was not named: only who uses dates says so."""
    if named is None and corpus.columns.date is not None:
        console.note(f"date column: {corpus.columns.date!r} (found)")


SHARED = (
    click.argument("paths", nargs=-1, type=click.Path(allow_dash=True)),
    click.option("--text", metavar="COLUMN", help="Column that holds the text [found]."),
    click.option("--id", metavar="COLUMN", help="Column that names a document [found]."),
    click.option("--label", metavar="COLUMN", help="Column with labels [found]."),
    click.option("--group", metavar="COLUMN", help="Column by which to group, such as the source [found]."),
    click.option(
        "--txt",
        type=click.Choice(["file", "paragraph", "line"]),
        default="file",
        show_default=True,
        help="What a document is in .txt files.",
    ),
    click.option(
        "--format", type=click.Choice(FORMATS), help="What comes by standard input, if a path is - [guessed]."
    ),
    click.option(
        "--max-unreadable",
        type=click.FloatRange(0, 1),
        default=0.01,
        show_default=True,
        help="Share of unreadable records from which the input counts as broken (exit 2).",
    ),
    click.option("--workers", type=click.IntRange(min=1), metavar="N", help="Cores to use [all]."),
    click.option("--max-memory", metavar="SIZE", help="Memory budget, such as 512M or 2G [a quarter of the memory]."),
    click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout instead of the summary."),
    click.option("--quiet", is_flag=True, help="Print nothing but errors."),
)


def reading(command: Callable[..., None]) -> Callable[..., None]:
    """A command on a corpus: it gets the options of `SHARED` as one, `shared`, and ends as `mendable` says."""

    @wraps(command)
    def run(**given: Any) -> None:
        shared = Shared(**{field.name: given.pop(field.name) for field in fields(Shared)})
        mendable("dataqual")(command)(shared=shared, **given)

    for option in reversed(SHARED):
        run = option(run)
    return run


WRITING = (
    click.option(
        "-o",
        "--output",
        type=click.Path(allow_dash=True),
        metavar="FILE",
        help="File or URL to write; its ending says the format; - is standard output. [required]",
    ),
    click.option("--ledger", type=click.Path(), metavar="FILE", help="Why each document went [OUTPUT.ledger.parquet]."),
    click.option("--dry-run", is_flag=True, help="Count what would go, and write nothing."),
    click.option("--shard-size", metavar="SIZE", help="Write several files of about this size, such as 1G [one file]."),
    click.option(
        "--resume/--restart",
        default=None,
        help="Insist on going on from a run that was killed, or begin anew [go on if there is one].",
    ),
)


FOLDER = (
    click.option("-o", "--output", type=click.Path(), metavar="FOLDER", help="Folder for the parts [NAME.split]."),
    click.option(
        "--ledger", type=click.Path(), metavar="FILE", help="Where each record went [FOLDER/split.ledger.parquet]."
    ),
    click.option("--dry-run", is_flag=True, help="Count what each part would get, and write nothing."),
)


def writing(command: Callable[..., None]) -> Callable[..., None]:
    """A command that writes a corpus: it gets the options of `WRITING` as one mapping, `target`."""
    return _writing(command, WRITING)


def writing_folder(command: Callable[..., None]) -> Callable[..., None]:
    """The same for a command that writes a folder of parts."""
    return _writing(command, (*FOLDER, *WRITING[len(FOLDER) :]))


def _writing(command: Callable[..., None], options: Sequence[Callable[..., Any]]) -> Callable[..., None]:
    @wraps(command)
    def run(**given: Any) -> None:
        from dataqual.engine import parse_size

        target = {name: given.pop(name) for name in ("output", "ledger", "dry_run", "shard_size", "resume")}
        if target["shard_size"]:
            target["shard_size"] = parse_size(target["shard_size"])
        command(target=target, **given)

    for option in reversed(options):
        run = option(run)
    return run


def tell(shared: Shared, result: Result) -> None:
    """What came out, as was asked for; on stderr where the documents went to standard output."""
    aside = "-" in getattr(result, "sent", ())
    if shared.as_json:
        click.echo(json.dumps(result.facts(), ensure_ascii=False, indent=1), err=aside)
    elif not shared.quiet:
        speaking.tell(str(result), err=aside)


NO_BYTE = ("workers", "max_memory", "quiet", "as_json", "resume")
"""Options that change nothing of what is written: a page does not tell them, for it would differ by them alone."""


def said() -> str:
    """The command that runs, as it can be pasted: what was said, and neither a default nor an option of `NO_BYTE`."""
    context = click.get_current_context()
    words = ["dataqual", str(context.info_name)]
    for param in sorted(context.command.params, key=lambda param: isinstance(param, click.Option)):
        value = context.params.get(param.name or "")
        if context.get_parameter_source(param.name or "") is not click.core.ParameterSource.COMMANDLINE:
            continue
        if not param.expose_value or param.name in NO_BYTE:  # --lang: what is said does not depend on it
            continue
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(param, click.Option):
                name = param.opts[0] if one is not False else param.secondary_opts[0]
                words += [name] if isinstance(one, bool) else [name, str(one)]
            else:
                words.append(f"./{one}" if one.startswith("-") and one != "-" else one)
    return shlex.join(words)


def folder_for(paths: tuple[str, ...], ending: str) -> str:
    """Where results go unless told: in the current folder, named after the first input; after none for a glob."""
    from dataqual.readers.paths import FORMATS as KINDS
    from dataqual.readers.paths import readable
    from dataqual.readers.streams import COMPRESSIONS

    if not paths or paths[0] == "-":
        return f"{'stdin' if paths else 'sample'}.{ending}"
    name = readable(Path(paths[0]).resolve().name) if Path(paths[0]).exists() else "corpus"
    for known in (*COMPRESSIONS, *KINDS):
        name = name.removesuffix(known) or name
    return f"{name}.{ending}"
