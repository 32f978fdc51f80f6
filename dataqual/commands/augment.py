"""`dataqual augment`."""

from __future__ import annotations

import json
from typing import Any

import click

from dataqual.commands.common import Shared, reading, writing
from dataqual.commands.reporting import Report, reporting
from dataqual.console import Console


@click.command()
@writing
@click.option("--method", metavar="NAME", help="How children are made [synonyms; of pictures: crop,rotate].")
@click.option(
    "--factor",
    type=click.FloatRange(1, 1000),
    default=2.0,
    show_default=True,
    help="How many times as many documents; with --balance at most, of each value.",
)
@click.option("--balance", type=click.Choice(["label", "group"]), help="Add what is rare, up to what is most frequent.")
@click.option(
    "--only",
    multiple=True,
    metavar="VALUE",
    help="Only documents of this label, or group with --balance group; repeatable.",
)
@click.option(
    "--held-out",
    multiple=True,
    type=click.Path(),
    metavar="PATH",
    help="Documents there are never augmented; repeatable.",
)
@click.option(
    "--keeps-label",
    metavar="KIND",
    help="Pictures: digits, letters, photos, textures, a .yaml file, or measured: what keeps a label, and how far methods go.",
)
@click.option("--split", metavar="COLUMN", help="Column that says which documents are test or valid [found].")
@click.option("--tries", type=click.IntRange(1, 100), default=3, show_default=True, help="Attempts to make a child.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of all chance.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Parameter of the method, such as rate=0.1; repeatable.",
)
@reporting("Page of what was added [OUTPUT.report.html].")
@reading
def augment(
    shared: Shared,
    target: dict[str, Any],
    report: Report,
    method: str | None,
    settings: tuple[str, ...],
    keeps_label: str | None,
    **asked: Any,
) -> None:
    """Add children of documents: other words, the same meaning and label, the parent named.

    Methods are the steps augment_NAME; dataqual signals augment_noise tells one's parameters. The documents stay as they
    came, byte for byte, and each child stands behind its parent with its label, an id of its own, and in .jsonl a field
    that says of which document, how and by which edits it was made. What a gate refuses is in the ledger with the reason.
    Whatever is held out, such as files called test or valid and documents whose column split says so, gets no child.
    Without PATHS it works on the sample corpus that ships with dataqual.

    Pictures are cropped, rotated, flipped, recoloured, blurred, made noisy, cut out or mixed: crop, rotate, flip, colour, blur,
    noise, cutout, mixup, cutmix, several with commas between. They are written to a folder, or to a .npz where they came in one.

    \b
    Examples:
      dataqual augment --method noise -o sample.noise.jsonl
      dataqual augment corpus.jsonl -o more.jsonl --method noise --factor 1.5 --set rate=0.1 --set kinds=[pinyin,keyboard]
      dataqual augment corpus.jsonl -o shuffled.jsonl --method shuffle --balance group --factor 3 --seed 7
      dataqual augment parts/train.jsonl -o train.more.jsonl --method noise --held-out parts/test.jsonl
    """
    from dataqual.engine import Local

    helpers = Local(**shared.engine).expect(shared.paths, "dataqual.augmenting")
    console = Console(quiet=shared.quiet)
    console.compiling()
    from dataqual.augmenting import augment as augment_corpus
    from dataqual.augmenting.parameters import parameters_of
    from dataqual.augmenting.running import of_both, step_of

    given = {name: list(value) if isinstance(value, tuple) else value for name, value in asked.items()}
    given |= parameters_of(settings) | ({"keeps_label": keeps_label} if keeps_label else {})
    if not of_both(method):
        step_of(method, given)  # what is wrong is told before anything is opened
    with shared.corpus(console, "augmenting") as corpus:
        step = step_of(method, given, corpus.view)
        for line in step.ahead(corpus):
            console.say(line)
        page = report.begin("augmentation", corpus, target, process=helpers > 0)
        result = augment_corpus(corpus, method=step, **target, **shared.engine, progress=console.progress)
        facts = page.told(result.page_facts() if page.place else result.facts())
        page.write(facts)
    console.done()
    for line in result.warnings:
        (console.say if line in result.notes else console.warn)(line)
    if shared.as_json:
        click.echo(json.dumps(facts, ensure_ascii=False, indent=1), err="-" in result.sent)
    elif not shared.quiet:
        console.cleaned(result, page.place)
    if result.failed and not result.added:
        raise click.exceptions.Exit(1)
