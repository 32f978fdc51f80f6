"""`augment`: the corpus as it came, and the children of its documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from dataqual import catalog, specs
from dataqual.augmenting import shares
from dataqual.augmenting.readings import compared
from dataqual.corpus import Corpus, Progress
from dataqual.engine import Local
from dataqual.errors import SpecError, did_you_mean
from dataqual.finding import plural
from dataqual.images.operations import METHODS as PICTURE_METHODS
from dataqual.ledger import FAILED
from dataqual.operators import Step, ViewName
from dataqual.readers import open_corpus
from dataqual.readers.sources import as_whole_corpus, options_of
from dataqual.recipe import Recipe
from dataqual.rewriting import Cleaned, Target, as_said, rewrite
from dataqual.steps._growing import Augmenting, GrowingStep

PREFIX = "augment_"
DEFAULT = "synonyms"
"""The method for texts unless told; pictures are then cropped and rotated."""


@dataclass(frozen=True)
class Augmented(Cleaned):
    """What a run of `augment` added and refused."""

    method: str = ""
    meanings: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What each rule that may refuse a child asks of it, in a sentence."""
    held_out: tuple[str, ...] = ()
    """A line for each reason why documents were held out."""
    notes: tuple[str, ...] = ()
    """Those of the warnings that a gate gives: nothing was lost, so whoever wants quiet is not told."""
    short: tuple[str, ...] = ()
    """Lines on the numbers: of what fewer documents were added than wanted, and where some documents have more children than others."""
    given: tuple[shares.Given, ...] = field(default=(), repr=False)
    """Of each value for which children were wanted what came of asking its documents."""
    failed: str | None = None
    """Where the engine that makes the children failed, a line that says at how many documents and how."""
    corpus: Corpus | None = field(default=None, repr=False, compare=False)
    """What was augmented."""

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        return super().facts() | {
            "schema": "dataqual.augmentation/1",
            "method": self.method,
            "held_out": list(self.held_out),
            "short": list(self.short),
            "given": [one.facts() for one in self.given],
            "failed": self.failed,
            "refused": sum(self.refused.values()),
            "meanings": {rule: self.meanings[rule] for rule in self.refused if self.meanings.get(rule)},
        }

    def page_facts(self) -> dict[str, Any]:
        """The facts with readings of the corpus and of what was written, which are read for it: what a page needs."""
        after = None
        if self.corpus is not None and self.outputs:
            columns = {role: getattr(self.corpus.columns, role) for role in self.roles}
            after = open_corpus(list(self.outputs), txt=getattr(self.corpus, "txt", "file"), **columns)
        return self.facts() | {"readings": compared(self.corpus, after) if self.corpus is not None else []}

    @property
    def roles(self) -> tuple[str, ...]:
        """The columns by which what was written is read again; of pictures they are found, for a folder has others than an array."""
        pictures = self.corpus is not None and self.corpus.view == "image"
        return () if pictures else ("text", "id", "label", "group")

    def __str__(self) -> str:
        """The sums, what was refused and why, and where the files are: a few lines for people."""
        return "\n".join([super().__str__(), *self.held_out, *self.short])


def methods() -> dict[str, str]:
    """The name of every method, and that of its step.

    >>> methods()["noise"]
    'augment_noise'
    """
    found = [name for name in catalog.names("steps") if name.startswith(PREFIX)]
    return {name.removeprefix(PREFIX).replace("_", "-"): name for name in found}


KINDS: Mapping[ViewName | None, str] = {"text": "texts", "image": "pictures", None: "both"}

OF_PICTURES = "images"
"""The method whose step makes children of pictures, by methods of its own: `crop,rotate`."""


def step_of(method: str | Augmenting | None, parameters: Mapping[str, Any], view: ViewName | None = None) -> Augmenting:
    """The step of a method with its parameters, or of the default for texts or pictures; SpecError for one there is not.

    Several methods with commas between are those of pictures; so is a single one where it is none of texts, or these are.

    >>> step_of("noise", {"rate": 0.1}).rate, step_of("crop,noise", {}).method, step_of("noise", {}, "image").method
    (0.1, 'crop+noise', 'noise')
    """
    if isinstance(method, Augmenting):
        return method
    known = methods()
    if method is None:
        method = OF_PICTURES if view == "image" else DEFAULT
    several = [one.strip() for one in method.split(",")]
    if view == "image" or (method not in known and any(one in PICTURE_METHODS for one in several)):
        return _of_pictures(several, parameters)
    name = known.get(method.replace("_", "-"))
    if name is None:
        raise SpecError(f"--method: no method {method!r}; {did_you_mean(method, known)}")
    step = specs.step({name: dict(parameters)}, "augment")
    assert isinstance(step, Augmenting)
    return step


def of_both(method: str | None) -> bool:
    """Whether only what is read tells which method this is: `noise` is one of texts and one of pictures, and so is none."""
    return method is None or (method in methods() and method in PICTURE_METHODS)


def _of_pictures(given: Sequence[str], parameters: Mapping[str, Any]) -> Augmenting:
    """The step for pictures; without a method of theirs, with its own."""
    for name in given:
        if name not in (*PICTURE_METHODS, OF_PICTURES):
            raise SpecError(f"--method: no method {name!r} for pictures; {did_you_mean(name, PICTURE_METHODS)}")
    named = {"methods": list(given)} if all(name in PICTURE_METHODS for name in given) else {}
    step = specs.step({f"{PREFIX}{OF_PICTURES}": named | dict(parameters)}, "augment")
    assert isinstance(step, Augmenting)
    return step


def augment(
    source: Any,
    output: str | Path | None = None,
    *,
    method: str | Augmenting | None = None,
    factor: float = 2.0,
    balance: str | None = None,
    only: str | Iterable[str] = (),
    held_out: Any = (),
    split: str | None = None,
    tries: int = 3,
    seed: int = 0,
    parameters: Mapping[str, Any] | None = None,
    ledger: str | Path | None = None,
    dry_run: bool = False,
    shard_size: int | None = None,
    resume: bool | None = None,
    workers: int | None = None,
    max_memory: int | None = None,
    progress: Progress | None = None,
    **asked: Any,
) -> Augmented:
    """Write a corpus and, behind each document, children made of it; the documents stay as they came, byte for byte.

    `source` is what `profile` takes, `asked` the arguments of `dataqual.read`. `method` is a name (`methods()` has all), a
    step, or None for synonyms, of pictures crop and rotate; `parameters` are the method's own. `factor` is how much larger the corpus becomes. With `balance` label or group
    each value grows up to the largest, and by `factor` at most; `only` names the labels, or groups, that grow at all.
    Whatever is held out gets no child: files whose name begins with test, valid and the like beside others, documents whose
    column `split` says so (found where it is called split or part), and documents that stand in a corpus of `held_out`.
    A child that is refused is tried again, `tries` times in all.

    The ledger has a row for every child, with its parent and edits, and for every refusal, with the rule and the value.
    All files appear when everything is done; the same seed gives the same bytes. Errors as for `clean`.
    """
    corpus = as_whole_corpus(source, also=options_of(augment), **asked)
    if isinstance(method, Augmenting):
        step = method
    else:
        given = {"factor": factor, "balance": balance, "only": _several(only), "held_out": _several(held_out)}
        more = {"split": split, "tries": tries, "seed": seed} | dict(parameters or {})
        step = step_of(method, given | more, corpus.view)
    if (corpus.view == "image") != (step.view == "image"):
        raise SpecError(f"--method: {step.method} is for {KINDS[step.view]}, and these are {KINDS[corpus.view]}")
    target = Target(as_said(output), as_said(ledger), dry_run, shard_size, resume)
    found: list[GrowingStep[Any, Any]] = []

    def look(steps: Sequence[Step]) -> None:
        """What is held out."""
        found.extend(one for one in steps if isinstance(one, GrowingStep))

    recipe = Recipe("augment", (step,))
    cleaned = rewrite(corpus, recipe, target, Local(workers=workers, max_memory=max_memory), progress, look=look)
    why = tuple(line for one in found for line in one.held.why)
    own = {field.name: getattr(cleaned, field.name) for field in fields(Cleaned)}
    notes = [note for one in found for note in one.notes]
    failed = _failed(cleaned)
    own["warnings"] = (*cleaned.warnings, *([failed] if failed else []), *notes)
    given_by, short = shares.told(found, cleaned)
    told: dict[str, Any] = {"method": step.method, "meanings": step.meanings, "short": short, "failed": failed}
    told["given"] = given_by
    return Augmented(**own, **told, notes=tuple(notes), held_out=why, corpus=corpus)


def _failed(cleaned: Cleaned) -> str | None:
    """At how many documents the engine failed, and what it said at one of them; None where it did at none."""
    reasons = [reason for reason in cleaned.account["reasons"] if reason["rule"] == FAILED]
    if not reasons:
        return None
    given, why = plural(sum(reason["documents"] for reason in reasons), "document"), reasons[0]["examples"][0]["text"]
    if not cleaned.added and set(cleaned.refused) == {FAILED}:
        return f"the engine failed at all that it was given, {given}, and nothing was added: {why}"
    return f"the engine failed at {given}, in the ledger as engine_failed: {why}"


def _several(given: Any) -> list[str]:
    """One or several names, as a list of str."""
    return [str(given)] if isinstance(given, str | Path) else [str(one) for one in given]
