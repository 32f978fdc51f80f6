"""`studies plan`: what a study would train, cost and tell, before anything runs; and the part of it that fits a budget."""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from dataqual.errors import InputError, SpecError
from studies import learners
from studies.data.picture_file import LEVELS, PictureFile
from studies.data.windows import TokenFile
from studies.design.checking import check, vocabulary_asked
from studies.design.picture_keys import Pictures
from studies.design.rates import ARM
from studies.design.study import Study
from studies.design.trial import Trial
from studies.design.trial import plan as trials_of
from studies.findings import facts as facts_of
from studies.findings.costs import HOUR
from studies.learner import Judging
from studies.planning import speeds
from studies.planning.expecting import Expected, expect
from studies.planning.plan_sentences import lines
from studies.planning.speeds import Speeds
from studies.preparing.inputs import look_at
from studies.preparing.prepared import Prepared
from studies.running.devices import Where, cores, gpus
from studies.running.run import load, located
from studies.training import footprint

SCHEMA = "plan@1"
ENDLESS = 10**15
"""Tokens of a grade before it is read: what it has is known when it is prepared."""
SETS = 2
"""Held-out sets: raw and neutral."""
FEWEST_SIZES, FEWEST_STOPS, FEWEST_GRADED = 3, 3, 2
"""What a budget leaves: below it no law can be told."""


@dataclass(frozen=True)
class Plan:
    """The trials of a study that has not run, and what they would take."""

    study: Study
    trials: Sequence[Trial]
    where: Where
    speeds: Speeds
    workers: int
    expected: Sequence[Expected] = ()
    dropped: Sequence[str] = ()
    """What a budget took away, in order: "repeats at 300k", and the like."""
    notes: Sequence[str] = field(default=())
    beside: Sequence[Plan] = ()
    """Of the studies that run beside it, one after the other."""

    def seconds(self, trial: Trial) -> float:
        """What a trial takes one worker: its training, and the held-out sets at every stop."""
        forward, judged = trial.shape.flops_per_token / 3, 0.0
        if self.study.pictures is None:
            looks = SETS * self.study.held_out_tokens * len(trial.stops) * forward
        else:
            looks = self.study.pictures.generated * len(trial.stops) * forward
            judged = self.study.pictures.generated * len(trial.stops) * speeds.JUDGED
        looks += sum(
            (probe.epochs * probe.train + probe.test / 3) * self.study.window * trial.shape.flops_per_token
            for probe in (self.study.probes if trial.arm != ARM else ())
        ) * len(trial.stops)  # as if each example filled a window
        steps, parameters = trial.tokens_spent / trial.batch, trial.shape.parameters
        trained = self.speeds.seconds(parameters, trial.flops_spent, steps)
        return trained + self.speeds.seconds(parameters, looks, 0) + judged

    def wall(self) -> float:
        """Seconds until the last worker is done, dealt out as they are when it runs: see `studies.running.dispatching`."""
        on_gpu = self.where.device == "cuda"
        start = speeds.START_GPU if on_gpu else speeds.START
        free, sizes = [start] * min(self.workers, len(self.trials)), [set[int]() for _ in range(self.workers)]
        left = deque(self.trials)
        while left:
            worker = min(range(len(free)), key=free.__getitem__)
            trial = left.popleft() if worker == 0 else left.pop()
            compiling = self.where.compile and trial.size not in sizes[worker]
            free[worker] += self.seconds(trial) + (speeds.COMPILING if compiling else 0.0)
            sizes[worker].add(trial.size)
        return max(free)

    def facts(self) -> dict[str, Any]:
        """All of it as plain values; times in seconds, memory in bytes."""
        spent, apart = sum(t.flops_spent for t in self.trials), sum(t.flops_apart for t in self.trials)
        hours, wall = sum(map(self.seconds, self.trials)) / HOUR, self.wall()
        low, high = self.speeds.band
        price = self.study.gpu_hour if self.where.device == "cuda" else None
        return {
            "schema": SCHEMA,
            "name": self.study.name,
            "study": self.study.resolved(),
            "device": vars(self.where) | {"workers": self.workers},
            "speeds": {"how": self.speeds.how, "says": self.speeds.says, "known": [list(pair) for pair in self.speeds.known]},
            "sizes": list(self.sizes()),
            "trials": len(self.trials),
            "points": sum(len(t.stops) for t in self.trials),
            "tokens": sum(t.tokens_spent for t in self.trials),
            "flops": spent,
            "flops_apart": apart,
            "hours": {"value": hours, "band": [hours * low, hours * high], "unit": self.unit},
            "seconds": {"value": wall, "band": [wall * low, wall * high]},
            "money": None if price is None else {
                "value": hours * price.price, "band": [hours * price.price * low, hours * price.price * high], "currency": price.currency,
            },
            "expected": [vars(found) | {"interval": found.interval and list(found.interval)} for found in self.expected],
            "dropped": list(self.dropped),
            "notes": list(self.notes),
        } | ({"beside": {other.study.name: other.facts() for other in self.beside}} if self.beside else {})  # fmt: skip

    @property
    def unit(self) -> str:
        """Of the hours."""
        return "GPU-hours" if self.where.device == "cuda" else "core-hours"

    def sizes(self) -> Iterator[dict[str, Any]]:
        """A row per size: what it is, its trials, and what they take."""
        for _, group in groupby(sorted(self.trials, key=lambda t: t.size), key=lambda t: t.size):
            mine = list(group)
            shape, batch = mine[0].shape, mine[0].batch
            yield {
                "size": mine[0].size,
                "parameters": shape.parameters,
                "trials": len(mine),
                "arms": {arm: sum(t.arm == arm for t in mine) for arm in dict.fromkeys(t.arm for t in mine)},
                "tokens": sum(t.tokens_spent for t in mine),
                "flops": sum(t.flops_spent for t in mine),
                "seconds": sum(map(self.seconds, mine)),
                "memory": footprint.needed(shape, mine[0].setting.vocabulary, batch, self.study.window),
            }

    def summary(self) -> Iterator[str]:
        """The lines for a terminal."""
        yield from lines(self.facts())
        for other in self.beside:
            yield ""
            yield f"beside it, in the folder {other.study.name}:"
            yield from other.summary()


def plan(
    study: Study | str | Path | Mapping[str, Any] | None = None,
    *,
    budget: str | float | None = None,
    gpu: str | None = None,
    device: str | None = None,
    workers: int | None = None,
    measure: bool = False,
    like: str | Path | None = None,
    simulations: int | None = None,
) -> Plan:
    """What a study would train, take and tell; of corpora the beginning is read, and nothing is kept.

    `gpu` names the GPU of another machine (`studies.planning.speeds.PEAKS`), else it is this machine's device. Speeds are
    assumed by its name, unless they are to be `measure`d here or taken from the folder of a study that is `like` it.
    A `budget`, in seconds or as "25m", drops what tells least until the plan fits: see `smaller`. SpecError where
    even the least does not. `simulations` (20) are of the intervals to be expected; 0 for none. A study of
    pictures has none: how far two of its runs differ by chance is not known before it ran.
    """
    study = load(study)
    if measure and (gpu is not None or like is not None):
        raise SpecError("measure: speeds are measured here; leave --gpu and --like out")
    check(study, learners.of(study))
    where = Where("cuda", "bfloat16", True) if gpu else located(study, device)
    look_at(study)
    count = workers or (1 if gpu else len(gpus()) if where.device == "cuda" else cores())
    trials = imagined(study, where)
    notes = [*study.notes, *_of_rates(like)]
    if study.early_stopping:
        notes.append(f"{study.where}.early_stopping: runs that are stopped early take less than is told here")
    first = Plan(study, trials, where, _speeds(trials, where, gpu, measure, like), count, notes=notes)
    beside = [plan(other, gpu=gpu, device=device, workers=workers, simulations=simulations) for other in study.beside]
    left = None if budget is None else seconds_of(budget) - sum(other.wall() for other in beside)
    found = first if left is None else _fitting(first, left)
    many = {} if simulations is None else {"simulations": simulations}
    told = [] if simulations == 0 or found.study.pictures else expect(found.trials, found.study.reference, **many)
    return replace(found, expected=told, beside=beside)


def _of_rates(like: str | Path | None) -> list[str]:
    """What an earlier study found of its learning rates, where one was at the edge of those it tried."""
    if like is None or not (Path(like) / "study.json").exists():
        return []
    found = facts_of.load(Path(like)).get("learning_rate_check") or []
    return [f"{Path(like).name}: {one['says']}" for one in found if one["edge"]]


def imagined(study: Study, where: Where) -> list[Trial]:
    """The trials of a study before its corpus is read: as if every grade had endless text."""
    vocabulary = vocabulary_asked(study)
    if study.pictures:
        prepared = _endless_pictures(study, study.pictures)
    else:
        files = {grade.name: _endless(grade.name) for grade in study.grades}
        held_out = {"raw": _endless("raw"), "neutral": _endless("neutral")}
        prepared = Prepared(str(study.tokenizer), vocabulary, files, held_out, {}, Path())
    learner = learners.of(study)
    return trials_of(study, prepared, learner, device=where.device, precision=where.precision, compile=where.compile)


def _endless(name: str) -> TokenFile:
    return TokenFile(Path(name), ENDLESS, ENDLESS, hashlib.sha256(name.encode()).hexdigest())


def _endless_pictures(study: Study, pictures: Pictures) -> Prepared:
    """The same of a study of pictures."""

    def file(name: str) -> TokenFile:
        shape = pictures.side, pictures.side, pictures.channels
        return PictureFile(Path(name), ENDLESS, ENDLESS, hashlib.sha256(name.encode()).hexdigest(), *shape)

    judging = Judging(Path(pictures.extractor or ""), "", pictures.generated)
    files = {grade.name: file(grade.name) for grade in study.grades}
    return Prepared("pictures", LEVELS, files, {"raw": file("raw")}, {}, Path(), judging=judging)


def _speeds(trials: Sequence[Trial], where: Where, gpu: str | None, measure: bool, like: str | Path | None) -> Speeds:
    if like is not None:
        return speeds.of_study(Path(like))
    if measure:
        return speeds.measured(trials)
    if gpu is not None:
        return speeds.of_gpu(gpu)
    if where.device == "cuda":
        return speeds.measured(trials)  # a name that the driver gives says less than four seconds of training
    return speeds.of_core(pictures=isinstance(trials[0].train, PictureFile))


def seconds_of(budget: str | float) -> float:
    """Seconds of a time as people write it; SpecError for anything else.

    >>> seconds_of("25m"), seconds_of("1h30m"), seconds_of("90s"), seconds_of(60)
    (1500.0, 5400.0, 90.0, 60.0)
    """
    if isinstance(budget, int | float) and not isinstance(budget, bool) and 0 < budget < float("inf"):
        return float(budget)
    found = re.fullmatch(
        r"(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?",
        str(budget).replace(" ", ""),
    )
    seconds = (
        sum(float(n) * unit for n, unit in zip(found.groups(), (86400, 3600, 60, 1), strict=True) if n)
        if found
        else 0.0
    )
    if not seconds:
        raise SpecError(f"budget: {budget!r} is no time; write it as 25m, 1h30m or 90s")
    return seconds


def _fitting(whole: Plan, budget: float) -> Plan:
    """The plan itself, or as much of it as is done within the budget; SpecError where nothing that tells is."""
    found = whole
    while found.wall() > budget:
        dropped = smaller(found.study)
        if dropped is None:
            raise SpecError(
                f"budget: the least that can tell a law ({len(found.trials)} trials of {found.study.name}) takes "
                f"{found.wall():,.0f} s, more than the {budget:,.0f} s there are; ask for smaller sizes or fewer tokens"
            )
        study, said = dropped
        found = replace(found, study=study, trials=imagined(study, found.where), dropped=(*found.dropped, said))
    return found


def smaller(study: Study) -> tuple[Study, str] | None:
    """The study without what tells least of the worth of its grades for what it costs, and what that was; None at the end.

    In this order: repeats of the largest size, as long as another has them; a seed of the largest size that has more
    than one; the grades' largest size, down to two; the largest size of all, down to three; the last stop, down to three.
    """
    for shrink in (_repeats, _seeds, _graded, _sizes, _stops):
        found = shrink(study)
        if found is not None:
            changes, said = found
            return _changed(study, changes), said
    return None


Shrunk = tuple[dict[str, Any], str]


def _repeats(study: Study) -> Shrunk | None:
    if study.repeats is None or len(study.repeats.sizes) < 2:
        return None
    kept = [size for size in study.repeats.sizes if size != study.repeats.sizes[-1]]
    return {"repeats": _of_repeats(study, kept)}, f"repeats at size {study.repeats.sizes[-1]:,}"


def _seeds(study: Study) -> Shrunk | None:
    several = [
        size for size, seeds in zip(study.sizes, study.seeds, strict=True) if seeds > 1 and size != study.sizes[0]
    ]
    if not several:
        return None
    seeds = dict(zip(study.sizes, study.seeds, strict=True))
    seeds[several[-1]] -= 1
    return {"seeds": seeds}, f"a seed at size {several[-1]:,}"


def _graded(study: Study) -> Shrunk | None:
    if len(study.grade_sizes) <= FEWEST_GRADED:
        return None
    return {"grade_sizes": list(study.grade_sizes[:-1])}, f"the grades at size {study.grade_sizes[-1]:,}"


def _sizes(study: Study) -> Shrunk | None:
    if len(study.sizes) <= FEWEST_SIZES:
        return None
    last, kept = study.sizes[-1], study.sizes[:-1]
    changes: dict[str, Any] = {
        "sizes": list(kept),
        "seeds": dict(zip(kept, study.seeds, strict=False)),
        "grade_sizes": [size for size in study.grade_sizes if size != last],
    }
    if study.repeats:
        changes["repeats"] = _of_repeats(study, [size for size in study.repeats.sizes if size != last] or [kept[-1]])
    return changes, f"size {last:,}"


def _stops(study: Study) -> Shrunk | None:
    if len(study.tokens) <= FEWEST_STOPS:
        return None
    return {study.stops_key: list(study.tokens[:-1])}, f"the stop at {study.tokens[-1]:,} {study.things}"


def _of_repeats(study: Study, sizes: Sequence[int]) -> dict[str, Any]:
    assert study.repeats is not None
    return {"unique": list(study.repeats.unique), "epochs": list(study.repeats.epochs), "sizes": list(sizes)}


def _changed(study: Study, changes: Mapping[str, Any]) -> Study:
    """The study with other keys; where the question was asked of what is gone, it is asked of the largest that is left."""
    content = {**(study.content or {}), **changes}
    try:
        return Study.of(content, study.where, study.base)
    except SpecError:
        content.pop("operating_point", None)
        return Study.of(content, study.where, study.base)


def check_free(path: Path) -> None:
    """InputError where there is a file already, or nothing can be written: asked before a plan is made that would go there."""
    if path.exists():
        raise InputError(f"{path}: there is a file already; name another one")
    if not path.parent.is_dir():
        raise InputError(f"{path}: cannot be written: no folder {path.parent}")


def write(found: Plan, path: Path) -> None:
    """The study of a plan as a file that `studies run` takes; InputError where there is a file already.

    Its relative paths start at its own folder, so a study that has any is written beside the file it came from.
    """
    study = found.study
    names_files = study.corpus or study.neutral or any("recipe" in (grade or {}) for grade in _grades(study))
    if names_files and study.base is not None and study.base.resolve() != path.parent.resolve():
        raise InputError(f"{path}: its paths start at {study.base or '.'}; write it there, beside {study.where}")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(yaml.safe_dump(dict(study.content or {}), allow_unicode=True, sort_keys=False))
    except FileExistsError:
        raise InputError(f"{path}: there is a file already; name another one") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from None


def _grades(study: Study) -> list[Any]:
    grades = (study.content or {}).get("grades")
    return list(grades.values()) if isinstance(grades, Mapping) else []
