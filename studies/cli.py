"""The command line `studies`: parse, call one function, print."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click

from dataqual.ending import Stopped, mendable
from dataqual.errors import InputError, SpecError
from dataqual.speaking import Program, language, said, tell


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dataqual", prog_name="studies")
def main() -> None:
    """What cleaner data is worth, in data and in computing time: more GPUs, or more data?

    Trains small models over graded subsets of a corpus, fits laws of their loss, and says at equal loss how much data,
    or which grade of it, replaces how much computing.

    \b
    Examples:
      studies run scaling.yaml
      studies fit runs.csv
    """


@main.command()
@click.argument("file", required=False, type=click.Path())
@click.option(
    "-o", "--output", type=click.Path(), metavar="DIR", help="Folder for the results [FILE.study beside FILE]."
)
@click.option("--workers", type=click.IntRange(min=1), metavar="N", help="Processes [one per core or GPU].")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), help="Where to train [as the study file says].")
@click.option("--devices", metavar="LIST", help="GPUs to train on, a trial on each: 0,1 or auto [all].")
@click.option(
    "--together", type=click.IntRange(min=1), default=1, metavar="N", help="Processes or GPUs that train one trial [1]."
)
@click.option("--restart", is_flag=True, help="Begin again: the results in the folder are deleted.")
@click.option(
    "--track",
    multiple=True,
    type=click.Choice(["mlflow", "tensorboard", "wandb"]),
    help="Tell a tracker of every trial; may be repeated; needs dataqual[track].",
)
@click.option("--no-examples", is_flag=True, help="Leave what the models wrote out of the page and the facts.")
@click.option("--json", "as_json", is_flag=True, help="Print the facts as JSON on stdout instead of the summary.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@mendable("studies")
def run(
    file: str | None,
    output: str | None,
    workers: int | None,
    device: str | None,
    devices: str | None,
    together: int,
    restart: bool,
    track: tuple[str, ...],
    no_examples: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Train what a study file asks for, and say what more data, or cleaner data, is worth there.

    Stopped or killed, the same command goes on where it was and ends in the same results. Prints a summary and writes a
    folder with report.html, study.json, laws.json, points.csv, results.jsonl and costs.jsonl. Without FILE it runs the
    study that ships with dataqual: some minutes on two cores, no GPU needed.

    \b
    Examples:
      studies run -o embedded.study --workers 2
      studies run scaling.yaml
      studies run scaling.yaml -o second.study --device cpu --json
    """
    from studies.findings.studied import Studied
    from studies.folders import home
    from studies.running.progress import Display
    from studies.running.run import load, run

    study = load(file)
    folder = Path(output) if output else home(file, study.name)
    display = Display(quiet=quiet, said=said, price=study.gpu_hour)

    def early(done: Studied) -> None:
        names = ", ".join(other.name for other in study.beside)
        display.say(f"{_drawn(done)}: the page so far; {names} comes beside it")

    if file is None:
        display.say("no study file given: running the study that ships with dataqual")
    try:
        done: Studied = run(
            study,
            folder,
            workers=workers,
            device=device,
            restart=restart,
            watch=display,
            track=track,
            examples=not no_examples,
            devices=devices,
            together=together,
            meanwhile=early,
        )
    except KeyboardInterrupt as stopped:
        more = (("--devices", devices), ("--together", str(together) if together > 1 else None))
        raise Stopped(f"stopped; {_again(file, output, device, *more)} goes on from here") from stopped
    display.clear()
    page = _drawn(done)
    if as_json:
        click.echo((folder / "study.json").read_text(encoding="utf-8"), nl=False)
    elif not quiet:
        _print(done, page)


@main.command()
@click.argument("file", required=False, type=click.Path())
@click.option("--budget", metavar="TIME", help="Leave out what tells least until it fits into a time, such as 25m.")
@click.option(
    "-o", "--output", type=click.Path(), metavar="FILE", help="Write the study that fits the budget to a file."
)
@click.option("--gpu", metavar="NAME", help="Plan for a GPU that is not here: h200, h100, a100, l4, …")
@click.option("--workers", type=click.IntRange(min=1), metavar="N", help="Processes, or GPUs [one per core or GPU].")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), help="Where to train [as the study file says].")
@click.option("--measure", is_flag=True, help="Train each size for some seconds, to know its speed here.")
@click.option("--like", type=click.Path(), metavar="DIR", help="Take speeds from the folder of a study that ran.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON on stdout instead of the summary.")
@mendable("studies")
def plan(
    file: str | None,
    budget: str | None,
    output: str | None,
    gpu: str | None,
    workers: int | None,
    device: str | None,
    measure: bool,
    like: str | None,
    as_json: bool,
) -> None:
    """Say what a study would train, take and tell, before anything runs.

    Checks all that a run would need: every key of the file, its corpora and their columns, packages, models on disk. Counts trials, FLOPs and memory exactly; time and money follow from speeds, which are assumed by the name of the
    device, measured, or taken from an earlier study. Simulates the study to say how wide the intervals of its answers
    will be. Without FILE it plans the study that ships with dataqual.

    \b
    Examples:
      studies plan scaling.yaml
      studies plan scaling.yaml --budget 25m --gpu h200 -o fits.yaml
    """
    import json

    from studies.planning.plan import check_free, plan, write

    if output is not None:
        check_free(Path(output))
    found = plan(file, budget=budget, gpu=gpu, device=device, workers=workers, measure=measure, like=like)
    if as_json:
        click.echo(json.dumps(found.facts(), ensure_ascii=False, indent=1))
    else:
        for line in found.summary():
            tell(line)
    if output is not None:
        write(found, Path(output))
        tell(f"{output}: run it by: studies run {shlex.quote(output)}", err=as_json)


@main.command()
@click.argument("file", required=False, type=click.Path())
@click.option("-o", "--output", type=click.Path(), metavar="FILE", help="File to write [FILE.pack beside FILE].")
@click.option("--workers", type=click.IntRange(min=1), metavar="N", help="Processes [one per core or GPU].")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@mendable("studies")
def pack(file: str | None, output: str | None, workers: int | None, quiet: bool) -> None:
    """Put a study and its token files into one small file, for a machine that has not its corpus.

    Holds out, decontaminates and grades as a run does, and goes on from what a run left. There, studies run takes the
    pack in the place of the study file, with the same results.

    \b
    Examples:
      studies pack scaling.yaml -o scaling.pack
      studies run scaling.pack
    """

    from studies.running.progress import Display
    from studies.running.run import load, packed

    study = load(file)
    target = Path(output or f"{file or study.name}").with_suffix(".pack")
    size = packed(study, target, file=file, workers=workers, watch=Display(quiet=quiet, said=said))
    if not quiet:
        tell(f"{target}: {size / 1e6:,.1f} MB; run it by: studies run {shlex.quote(str(target))}")


@main.command()
@click.argument("study", required=False, type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON on stdout.")
@mendable("studies")
def status(study: str | None, as_json: bool) -> None:
    """Say how far a study is: trials done, training and failed, time and money left, and whether it runs now.

    Reads what stands in its folder and changes nothing, while the study runs, from any terminal, or after it was stopped. STUDY
    is the folder, or the study file beside it [scaling.study].

    \b
    Examples:
      studies status english.study
      studies status english.yaml
    """
    import json

    from studies.running.status import lines, status

    found = status(study or "scaling.study")
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for line in lines(found):
        tell(line)


@main.command()
@click.argument("folders", metavar="DIR...", nargs=-1, required=True, type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON on stdout.")
@mendable("studies")
def compare(folders: tuple[str, ...], as_json: bool) -> None:
    """Lay the answers of two or more finished studies side by side, with the difference where both asked the same.

    \b
    Examples:
      studies compare english.study chinese.study
    """
    import json

    from studies.findings.comparing import compare, lines

    found = compare(folders)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for line in lines(found):
        tell(line)


@main.command()
@click.argument("file", required=False, type=click.Path())
@click.option("--pictures", is_flag=True, help="A study of pictures, by GANs, instead of one of text.")
@mendable("studies")
def init(file: str | None, pictures: bool) -> None:
    """Write a study file with a comment on every key [scaling.yaml, of pictures pictures.yaml]; an existing file is left as it is.

    \b
    Examples:
      studies init mine.yaml
      studies init --pictures gan.yaml
    """
    from studies.design.study import PICTURES, TEMPLATE
    from studies.running.run import write_template

    template = PICTURES if pictures else TEMPLATE
    file = file or template.name
    write_template(Path(file), template)
    tell(f"{file}: edit it, then: studies run {shlex.quote(file)}")


@main.command()
@click.argument("table", type=click.Path())
@click.option(
    "-o", "--output", type=click.Path(), metavar="DIR", help="Folder for laws.json [TABLE.laws.json, in this one]."
)
@click.option("--reference", metavar="GRADE", help="Grade with which the others are compared [the first].")
@click.option("--loss", "losses", multiple=True, metavar="COLUMN", help="Column with losses; may be repeated [found].")
@click.option("--lowest", type=click.IntRange(min=1), metavar="N", help="Keep the N runs of lowest loss [all].")
@click.option("--freeze", multiple=True, metavar="NAME=VALUE", help="A parameter that is known; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print laws.json on stdout instead of the summary.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@mendable("studies")
def fit(
    table: str,
    output: str | None,
    reference: str | None,
    losses: tuple[str, ...],
    lowest: int | None,
    freeze: tuple[str, ...],
    as_json: bool,
    quiet: bool,
) -> None:
    """Fit the laws to anybody's table of runs, a row per trained model: parameters, tokens, loss.

    Columns are found by name (N, D, U, C, loss, grade, …). Says the law with its parameters, their 95 % intervals and
    which of them these runs leave open, what data and compute are worth by it, and what may not be concluded; writes all
    of it to runs.laws.json for runs.csv, or to laws.json in a folder. The laws of a study are never overwritten.

    \b
    Examples:
      studies fit runs.csv
      studies fit runs.csv -o fitted --json
      studies fit runs.csv --loss loss --freeze alpha=0.34 --lowest 240
    """
    from studies.judging.tables import fit_table, laws_file

    target = laws_file(table, output or None)
    found = fit_table(
        table,
        reference=reference,
        losses=losses or None,
        frozen=dict(map(_parameter, freeze)) or None,
        lowest=lowest,
    )
    found.save(target)
    if as_json:
        click.echo(target.read_text(encoding="utf-8"), nl=False)
    elif not quiet:
        tell(found.summary())
        tell(f"{target}: all laws with intervals, residuals and verdicts; left-out rows with the reason")


def _parameter(given: str) -> tuple[str, float]:
    """The name and value of `--freeze NAME=VALUE`; SpecError where it is not so."""
    name, _, value = given.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        raise SpecError(f"--freeze {given}: expected NAME=VALUE with a number, such as alpha=0.34") from None


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path())
@click.option("-o", "--output", type=click.Path(), metavar="FILE", help="Page to write [report.html in DIR].")
@mendable("studies")
def report(folder: str, output: str | None) -> None:
    """Draw the page of a study again, from its saved facts; in another language with --lang.

    \b
    Examples:
      studies report scaling.study
      studies report scaling.study -o page.html --lang zh
    """
    from studies.findings.studied import Studied

    target = None if output is None else Path(output)
    if target is not None and target.is_dir():
        raise InputError(f"{output}: this is a folder; name the file of the page, such as {target / 'page.html'}")
    click.echo(_draw(Studied.load(folder), target))


def _drawn(done: Any) -> Path:
    """Where the page is; where it cannot be drawn, the facts, with a line on stderr that says why."""
    try:
        return _draw(done)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] in ("dataqual", "reports", "studies"):
            raise  # a fault of ours, not a package that is missing
        folder = shlex.quote(str(done.folder))
        tell(f"no page: {error.name} is not installed here; where it is, studies report {folder} draws it", err=True)
        return Path(done.folder) / "study.json"


def _draw(done: Any, target: Path | None = None) -> Path:
    """Draw the page of a study into its folder, with those of the studies beside it; or its own alone into another file."""
    import reports
    from dataqual.writers.appearing import write_text
    from studies.findings.studied import Studied

    for name in (done.facts.get("beside") or {}) if target is None else ():
        _draw(Studied.load(Path(done.folder) / name))
    page = target or Path(done.folder) / "report.html"
    write_text(page, reports.study(done.facts, language=language()))
    return page


def _print(done: Any, page: Path) -> None:
    from dataqual.profiling.summary import plain
    from studies.telling.sentences import summary

    for line, colour in summary(done.facts):
        tell(line, colour)
    for other in (done.facts.get("beside") or {}).values():
        tell("")
        tell(other["sentence"])
    click.echo(f"\n{plain(str(page))}")


def _again(file: str | None, output: str | None, device: str | None, *more: tuple[str, str | None]) -> str:
    options = [word for name, value in (("-o", output), ("--device", device), *more) if value for word in (name, value)]
    return shlex.join(["studies", "run", *([file] if file else []), *options])
