"""The command line `dataqual`: parse, call one function, print."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import click

from dataqual.console import Console
from dataqual.ending import mendable, results
from dataqual.errors import SpecError

if TYPE_CHECKING:
    from dataqual.corpus import Corpus
    from dataqual.profiling import Profile


class Result(Protocol):
    """What a command found: for people by `str`, for machines by `facts`."""

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""


RESULTS = ("report.html", "profile.json", "signals.parquet", "unreadable.jsonl")
FORMATS = ("jsonl", "csv", "tsv", "parquet", "txt")
EXCEEDED = 1
"""Exit code where something is found to be more than was allowed with --strict."""


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
    def corpus(self, console: Console, doing: str) -> Iterator[Corpus]:
        """The corpus, while the context lasts, after every note on it was said."""
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
            corpus = open_corpus(files or [sample.path()], **{name: getattr(self, name) for name in names})
            if not self.paths:
                console.say(f"no path given: {doing} the sample corpus that ships with dataqual")
            for note in corpus.notes:
                console.say(note)
            yield corpus

    @property
    def engine(self) -> dict[str, Any]:
        """The arguments about threads and memory; SpecError where the size is none."""
        from dataqual.engine import parse_budget

        return {"workers": self.workers, "max_memory": parse_budget(self.max_memory) if self.max_memory else None}


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


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dataqual", prog_name="dataqual")
def main() -> None:
    """Measure a text corpus: what is in it, what is wrong with it, and what mends it.

    \b
    Examples:
      dataqual profile
      dataqual profile corpus.jsonl
      dataqual clean corpus.jsonl -o corpus.clean.jsonl --drop exact_copies
      dataqual split corpus.jsonl -o parts
    """


@main.command()
@click.option("-o", "--output", type=click.Path(), help="Folder for the results [NAME.profile].")
@click.option("--rules", multiple=True, metavar="NAME", help="Rule set, by name or .yaml file; may be repeated [all].")
@click.option("--no-rules", is_flag=True, help="Apply no rule set.")
@click.option("--no-near-copies", is_flag=True, help="Do not look for near copies.")
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Profile N documents, drawn evenly.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the sample.")
@reading
def profile(
    shared: Shared,
    output: str | None,
    rules: tuple[str, ...],
    no_rules: bool,
    no_near_copies: bool,
    sample: int | None,
    seed: int,
) -> None:
    """Say what is in a corpus, what is wrong with it and what to do next.

    Reads .jsonl, .csv, .tsv, .parquet and .txt files, .gz and .zst of them, folders and globs, and standard input as -.
    Prints a summary and writes a folder with report.html, profile.json, signals.parquet and, if records could not be
    read, unreadable.jsonl. Without PATHS it profiles the sample corpus that ships with dataqual.

    \b
    Examples:
      dataqual profile
      dataqual profile corpus.jsonl
      dataqual profile corpus.jsonl --group source --sample 1000 -o quick.profile
      dataqual profile reviews.csv --text review --rules gopher@datatrove --json
    """
    from dataqual.engine import Local

    Local(**shared.engine).expect(shared.paths, "dataqual.profiling.running")
    console = Console(quiet=shared.quiet)
    console.compiling()
    page = console.in_background("reports.profile_page")
    from dataqual import catalog
    from dataqual.profiling import profile as profile_of
    from dataqual.profiling.result import write_text

    for name, parameter in catalog.needing().items():
        console.say(
            f"signal {name}: left out, for it needs its parameter {parameter!r}; a rule set can name it with one"
        )
    folder = Path(output or _folder_for(shared.paths, "profile"))
    with shared.corpus(console, "profiling") as corpus, _results(folder, corpus):
        result: Profile = profile_of(
            corpus,
            inputs=shared.paths,
            text=shared.text,
            rules=() if no_rules else rules or None,
            near_copies=not no_near_copies,
            sample=sample,
            seed=seed,
            **shared.engine,
            signals=folder / "signals.parquet",
            unreadable=folder / "unreadable.jsonl",
            progress=console.progress,
        )
        console.done()
        result.save(folder)
        write_text(folder / "report.html", page().profile(result))
    if shared.as_json:
        click.echo((folder / "profile.json").read_text(encoding="utf-8"), nl=False)
    elif not shared.quiet:
        console.summary(result, folder / "report.html")


@main.command()
@click.option(
    "-o", "--output", type=click.Path(), metavar="FILE", help="File to write; its ending says the format. [required]"
)
@click.option("--recipe", metavar="NAME", help="Recipe that ships, or a .yaml file with one; see dataqual recipes.")
@click.option(
    "--drop",
    multiple=True,
    metavar="NAME",
    help="Finding, rule set or .yaml file of rules; may be repeated; comes after the recipe.",
)
@click.option("--ledger", type=click.Path(), metavar="FILE", help="Why each document went [OUTPUT.ledger.parquet].")
@click.option("--dry-run", is_flag=True, help="Count what would go, and write nothing.")
@click.option("--shard-size", metavar="SIZE", help="Write several files of about this size, such as 1G [one file].")
@click.option(
    "--resume/--restart",
    default=None,
    help="Insist on going on from a run that was killed, or begin anew [go on if there is one].",
)
@click.option("--report", type=click.Path(), metavar="FILE", help="Page of what was done [OUTPUT.report.html].")
@click.option("--no-report", is_flag=True, help="Write no page.")
@reading
def clean(
    shared: Shared,
    output: str | None,
    recipe: str | None,
    drop: tuple[str, ...],
    ledger: str | None,
    dry_run: bool,
    shard_size: str | None,
    resume: bool | None,
    report: str | None,
    no_report: bool,
) -> None:
    """Leave out what a profile found or a recipe says, write the rest as it came, and say of each document why.

    NAME is a finding (exact_copies, near_copies, empty, mojibake, replacement_characters, control_characters,
    html_residue, email_addresses, long_words), a rule set such as gopher@dolma, or a .yaml file of rules. Kept records
    keep their bytes where input and output have one format of lines. Beside the output stands a ledger with a row for
    every record that something was done to, and a page: what each rule did, with examples, and what it cost each source,
    label and script. Without PATHS it cleans the sample corpus that ships with dataqual.

    \b
    Examples:
      dataqual clean -o sample.clean.jsonl --drop exact_copies
      dataqual clean corpus.jsonl -o corpus.clean.jsonl.zst --drop near_copies --drop mojibake
      dataqual clean corpus.jsonl -o corpus.clean.jsonl --recipe web
      dataqual clean corpus.jsonl --drop gopher@dolma --dry-run
      dataqual clean corpus.jsonl --group source --drop c4@tfds --dry-run --report c4.html
    """
    from dataqual.engine import Local, parse_size

    Local(**shared.engine).expect(shared.paths, "dataqual.cleaning")
    console = Console(quiet=shared.quiet)
    console.compiling()
    from dataqual.cleaning import clean as clean_corpus
    from dataqual.cleaning import plan, report_for
    from dataqual.profiling.result import write_text

    what = plan(recipe, drop)  # a wrong name is told before anything is opened
    with shared.corpus(console, "cleaning") as corpus:
        place = report_for(corpus, output, report, ledger=ledger, dry_run=dry_run, wanted=not no_report)
        page = console.in_background("reports.cleaning_page") if place else None
        result = clean_corpus(
            corpus,
            output,
            recipe=what,
            ledger=ledger,
            dry_run=dry_run,
            shard_size=parse_size(shard_size) if shard_size else None,
            resume=resume,
            **shared.engine,
            progress=console.progress,
        )
    facts = result.facts() | {"report": place, "command": _command()}
    if page and place:
        write_text(Path(place), page().cleaning(facts))
    console.done()
    if shared.as_json:
        click.echo(json.dumps(facts, ensure_ascii=False, indent=1))
    elif not shared.quiet:
        console.cleaned(result, place)


@main.command()
@click.option("-o", "--output", type=click.Path(), metavar="FOLDER", help="Folder for the parts [NAME.split].")
@click.option("--train", type=click.FloatRange(0, 1), metavar="SHARE", help="Share for train [what is left].")
@click.option("--valid", type=click.FloatRange(0, 1), default=0.05, show_default=True, help="Share for valid.")
@click.option("--test", type=click.FloatRange(0, 1), default=0.05, show_default=True, help="Share for test.")
@click.option(
    "--by",
    type=click.Choice(["id", "text"]),
    default="id",
    show_default=True,
    help="What decides; where a record has no id, its text does.",
)
@click.option("--stratify", type=click.Choice(["label", "group"]), help="Hold the shares within each value of this.")
@click.option("--together", type=click.Choice(["label", "group"]), help="Keep what has the same value in one part.")
@click.option("--near-copies/--no-near-copies", default=True, show_default=True, help="Keep near copies in one part.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed, another split.")
@click.option("--ending", metavar="ENDING", help="Format of the parts, such as .jsonl.zst [as the input].")
@reading
def split(
    shared: Shared,
    output: str | None,
    train: float | None,
    valid: float,
    test: float,
    by: Literal["id", "text"],
    stratify: Literal["label", "group"] | None,
    together: Literal["label", "group"] | None,
    near_copies: bool,
    seed: int,
    ending: str | None,
) -> None:
    """Write a corpus in three parts, train, valid and test, and keep together what is alike.

    The hash of its id decides where a document goes, so it stays there when the corpus grows or comes in another order.
    Exact copies, near copies and documents with one id never end in two parts. Records keep their bytes. Beside the
    parts stands split.ledger.parquet, with a row for every record. Without PATHS it splits the sample corpus that ships
    with dataqual.

    \b
    Examples:
      dataqual split
      dataqual split corpus.jsonl -o parts --stratify label
      dataqual split corpus.jsonl -o eighty --valid 0 --test 0.2 --ending .jsonl.zst
      dataqual split pages/ -o by-source --together group --group source
    """
    from dataqual.engine import Local

    Local(**shared.engine).expect(shared.paths, "dataqual.splitting")
    console = Console(quiet=shared.quiet)
    console.compiling()
    from dataqual.splitting import Splitting
    from dataqual.splitting import split as split_corpus

    rest = max(0.0, round(1 - valid - test, 12)) if train is None else train
    parts = {"train": rest, "valid": valid, "test": test}
    Splitting(parts, by, stratify, together)  # what is asked wrongly is told before anything is opened
    with shared.corpus(console, "splitting") as corpus:
        result = split_corpus(
            corpus,
            output or _folder_for(shared.paths, "split"),
            parts=parts,
            by=by,
            stratify=stratify,
            together=together,
            near_copies=near_copies,
            seed=seed,
            ending=ending,
            **shared.engine,
            progress=console.progress,
        )
    console.done()
    _tell(shared, result)


@main.command()
@click.option(
    "--ngram", type=click.IntRange(min=1), default=13, show_default=True, help="Words in a row that count as leaked."
)
@click.option("--no-near-copies", is_flag=True, help="Do not look for near copies.")
@click.option("--strict", is_flag=True, help="Exit with 1 if more than --max-share of the test documents leak.")
@click.option(
    "--max-share",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="Share that may leak, for --strict.",
)
@reading
def leakage(shared: Shared, ngram: int, no_near_copies: bool, strict: bool, max_share: float) -> None:
    """Say how much of a test set stands in a training corpus, and where.

    The last of PATHS is the test set, all before it are the training corpus. A test document leaks if a training
    document is an exact copy of it, a near copy (Jaccard similarity of 0.8 or more, verified), or has 13 words in a row
    of it; of Chinese, 13 characters. Each share comes with its 95 % interval and examples.

    \b
    Examples:
      dataqual leakage pages/part-0.jsonl pages/part-1.jsonl
      dataqual leakage pages/part-0.jsonl reviews.csv --ngram 10 --json
      dataqual leakage pages/part-0.jsonl reviews.csv --strict --max-share 0.01
    """
    if len(shared.paths) < 2:
        raise SpecError("name two paths or more: the training corpus, and last the test set that is looked for in it")
    console = Console(quiet=shared.quiet)
    console.compiling()
    from dataqual.leaks import leakage as leakage_of

    train, test = (
        replace(shared, paths=paths, format=shared.format if "-" in paths else None)
        for paths in (shared.paths[:-1], shared.paths[-1:])
    )
    if "-" in test.paths and "-" in train.paths:
        raise SpecError("-: standard input can be the training corpus or the test set, not both")
    with train.corpus(console, "reading") as corpus, test.corpus(console, "reading") as held:
        result = leakage_of(
            corpus, held, ngram=ngram, near_copies=not no_near_copies, **shared.engine, progress=console.progress
        )
    console.done()
    _tell(shared, result)
    if strict and result.share > max_share:
        console.say(f"{result.share:.2%} of the test documents leak, more than the {max_share:.2%} allowed")
        sys.exit(EXCEEDED)


def _tell(shared: Shared, result: Result) -> None:
    """What came out, as was asked for."""
    if shared.as_json:
        click.echo(json.dumps(result.facts(), ensure_ascii=False, indent=1))
    elif not shared.quiet:
        click.echo(str(result))


@main.command()
@click.option(
    "-o", "--output", type=click.Path(), metavar="FILE", help="File to write; its ending says the format. [required]"
)
@click.option(
    "--method",
    type=click.Choice(["minhash", "exact"]),
    default="minhash",
    show_default=True,
    help="minhash: exact copies and near ones; exact: the same bytes.",
)
@click.option("--normalized", is_flag=True, help="Exact copies: the same words, whatever their case and punctuation.")
@click.option("--threshold", type=float, default=0.8, show_default=True, help="Jaccard similarity of near copies.")
@click.option("--shingle", type=int, default=5, show_default=True, metavar="N", help="Words in a shingle.")
@click.option(
    "--cut",
    type=click.Choice(["unicode", "whitespace", "characters"]),
    default="unicode",
    show_default=True,
    help="What a word is; for unicode a Han, kana or Thai character is one.",
)
@click.option(
    "--permutations", type=int, default=128, show_default=True, metavar="N", help="Minima in a signature, times 16."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the permutations.")
@click.option(
    "--keep",
    default="first",
    show_default=True,
    metavar="WHICH",
    help="Which of two copies stays: first, longest, or a signal, whose highest value stays.",
)
@click.option(
    "--against", multiple=True, type=click.Path(), metavar="PATH", help="Copies of documents there go, too; repeatable."
)
@click.option(
    "--index", type=click.Path(), metavar="FOLDER", help="What earlier runs saw; this run compares, and extends it."
)
@click.option("--clusters", type=click.Path(), metavar="FILE", help="Who belongs together, as .parquet.")
@click.option(
    "--max-cluster-share",
    type=click.FloatRange(0, 1),
    default=0.05,
    show_default=True,
    help="Share of all documents in one cluster from which there is an alarm.",
)
@click.option(
    "--max-source-loss",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="Share of a group, or file, that may go without an alarm.",
)
@click.option("--strict", is_flag=True, help="Exit code 1 after an alarm; all is written just the same.")
@click.option("--ledger", type=click.Path(), metavar="FILE", help="Why each document went [OUTPUT.ledger.parquet].")
@click.option("--dry-run", is_flag=True, help="Count what would go, and write nothing.")
@click.option("--shard-size", metavar="SIZE", help="Write several files of about this size, such as 1G [one file].")
@click.option(
    "--resume/--restart",
    default=None,
    help="Insist on going on from a run that was killed, or begin anew [go on if there is one].",
)
@reading
def dedup(
    shared: Shared,
    against: tuple[str, ...],
    method: str,
    threshold: float,
    shingle: int,
    cut: str,
    permutations: int,
    seed: int,
    strict: bool,
    shard_size: str | None,
    **asked: Any,
) -> None:
    """Keep one of each document, and say of every copy what stays in its place.

    A near copy shares at least --threshold of its word shingles with a document that is kept, measured exactly, on the
    text: signatures only propose, nothing is transitive. Which of two stays is the same whatever the workers and the
    memory. Documents without words are copies only if their bytes are the same, those with fewer words than a shingle
    only if all their words are. Without PATHS it works on the sample corpus that ships with dataqual.

    \b
    Examples:
      dataqual dedup -o sample.dedup.jsonl
      dataqual dedup corpus.jsonl -o corpus.dedup.jsonl --keep longest --clusters clusters.parquet
      dataqual dedup corpus.jsonl --method exact --normalized --dry-run
      dataqual dedup pages/part-0.jsonl -o new.jsonl --against pages/part-1.jsonl --index corpus.dqx
    """
    from dataqual.engine import parse_size

    console = Console(quiet=shared.quiet)
    console.compiling()
    from dataqual.deduplicating import Deduplicated, detection
    from dataqual.deduplicating import dedup as dedup_corpus
    from dataqual.near_duplicates import NearDuplicates

    near = NearDuplicates(threshold, shingle, permutations, seed, cut)
    for line in detection(near).splitlines() if method == "minhash" else ():
        console.say(line)
    with shared.corpus(console, "deduplicating") as corpus:
        result: Deduplicated = dedup_corpus(
            corpus,
            against=[Path(path) for path in against],
            method=method,
            threshold=threshold,
            shingle=shingle,
            cut=cut,
            permutations=permutations,
            seed=seed,
            shard_size=parse_size(shard_size) if shard_size else None,
            **asked,
            **shared.engine,
            progress=console.progress,
        )
    console.done()
    if shared.as_json:
        click.echo(json.dumps(result.facts(), ensure_ascii=False, indent=1))
    elif not shared.quiet:
        click.echo(str(result))
    for line in result.alarms:
        console.warn(line)
    if strict and result.alarms:
        sys.exit(1)


@main.command()
@click.argument("name", required=False)
@mendable("dataqual")
def recipes(name: str | None) -> None:
    """List the recipes that ship, or print one as YAML, to be changed and given to clean --recipe.

    \b
    Examples:
      dataqual recipes
      dataqual recipes web > mine.yaml
    """
    from dataqual import recipe

    click.echo(recipe.summary() if name is None else recipe.content_of(name), nl=name is None)


@main.command()
@click.argument("output", type=click.Path())
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option("--text", metavar="COLUMN", help="Column that holds the text, as clean was told [found].")
@click.option("--id", "id_column", metavar="COLUMN", help="Column that names a document, as clean was told [found].")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout instead.")
@mendable("dataqual")
def explain(output: str, ids: tuple[str, ...], text: str | None, id_column: str | None, as_json: bool) -> None:
    """Tell what clean did to a document, and why: the story the ledger has of it.

    OUTPUT is what clean wrote, or its ledger. ID is the document's own id, or FILE:RECORD, or the record's number alone,
    counted from 1.

    \b
    Examples:
      dataqual explain corpus.clean.jsonl news-019 boilerplate-002
      dataqual explain corpus.clean.jsonl corpus.jsonl:7 --json
    """
    from dataqual.explaining import explain as stories_of

    stories = [story for id in ids for story in stories_of(output, id, text=text, id_column=id_column)]
    if as_json:
        click.echo(json.dumps([story.facts() for story in stories], ensure_ascii=False, indent=1))
        return
    from dataqual.profiling.summary import plain

    for line in "\n\n".join(map(str, stories)).split("\n"):
        click.echo(plain(line))


@main.group(invoke_without_command=True)
@click.pass_context
@mendable("dataqual")
def rules(context: click.Context) -> None:
    """List the rule sets that ship; diff compares two of them on a corpus.

    \b
    Examples:
      dataqual rules
      dataqual rules diff gopher@datatrove gopher@dolma corpus.jsonl
    """
    if context.invoked_subcommand is None:
        from dataqual.rules import summary

        click.echo(summary())


@rules.command()
@click.argument("first")
@click.argument("second")
@click.option("--examples", type=click.IntRange(min=0), default=5, show_default=True, help="Documents to tell of.")
@reading
def diff(shared: Shared, first: str, second: str, examples: int) -> None:
    """Say which documents two rule sets judge differently: a table, the rules that part them, and examples.

    FIRST and SECOND are names of rule sets or .yaml files. Of each example stand there the rules that drop it, and what the
    rule of the same name in the other set measures. Without PATHS it compares them on the sample corpus.

    \b
    Examples:
      dataqual rules diff gopher@datatrove gopher@dolma
      dataqual rules diff fineweb@paper fineweb@datatrove corpus.jsonl --examples 2
    """
    console = Console(quiet=shared.quiet)
    console.compiling()
    from dataqual.flipping import flips

    with shared.corpus(console, "judging") as corpus:
        found = flips(corpus, first, second, examples=examples, **shared.engine, progress=console.progress)
    console.done()
    if shared.as_json:
        click.echo(json.dumps(found.facts(), ensure_ascii=False, indent=1))
    elif not shared.quiet:
        from dataqual.profiling.summary import plain

        for line in str(found).split("\n"):
            click.echo(plain(line))


@contextmanager
def _results(folder: Path, corpus: Corpus) -> Iterator[None]:
    """A folder ready for the results, from which those of a run that fails are taken away."""
    from dataqual.profiling.running import check_result

    for name in RESULTS:
        check_result(folder / name, corpus)
    _clear(folder)
    with results(folder, RESULTS):
        yield


def _command() -> str:
    """The command that runs, as it can be pasted: what was said, and no default."""
    context = click.get_current_context()
    words = ["dataqual", str(context.info_name)]
    for param in sorted(context.command.params, key=lambda param: isinstance(param, click.Option)):
        value = context.params.get(param.name or "")
        if context.get_parameter_source(param.name or "") is not click.core.ParameterSource.COMMANDLINE:
            continue
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(param, click.Option):
                name = param.opts[0] if one is not False else param.secondary_opts[0]
                words += [name] if isinstance(one, bool) else [name, str(one)]
            else:
                words.append(f"./{one}" if one.startswith("-") and one != "-" else one)
    return shlex.join(words)


def _clear(folder: Path) -> None:
    """Take away the results of an earlier profile, which would pass for this one's if it ended early."""
    try:
        with (folder / "profile.json").open("rb") as file:
            ours = b'"schema":"dataqual.' in file.read(40).replace(b" ", b"")
    except OSError:
        return
    for name in RESULTS if ours else ():
        (folder / name).unlink(missing_ok=True)


def _folder_for(paths: tuple[str, ...], ending: str) -> str:
    """Where results go unless told: in the current folder, named after the first input; after none for a glob."""
    from dataqual.readers.paths import readable

    if not paths or paths[0] == "-":
        return f"{'stdin' if paths else 'sample'}.{ending}"
    name = readable(Path(paths[0]).resolve().name) if Path(paths[0]).exists() else "corpus"
    for ending in (".gz", ".zst", ".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet", ".txt"):
        name = name.removesuffix(ending) or name
    return f"{name}.{ending}"
