"""A trial is one trunk with its branches, described completely; a plan is all trials of a study, cheapest first."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dataqual.errors import SpecError
from studies import learners
from studies.data.picture_file import PictureFile
from studies.data.probe import Probe
from studies.data.prompts import Prompts, Writing
from studies.data.windows import Order, TokenFile
from studies.design.checking import check, rounded, whole_windows
from studies.learner import Judging, Learner, Precision, Shape, Task
from studies.training.schedule import tokens_apart, tokens_spent

if TYPE_CHECKING:
    from studies.design.study import Study
    from studies.preparing.prepared import Prepared

Arm = Literal["main", "again", "repeats", "rate"]

OWN = "raw"
"""The held-out set that is of the corpus itself."""

AGAIN = 1_000_000
"""Added to the seed of the order in the arm that sees the same grade in another order."""


@dataclass(frozen=True)
class Setting:
    """What all trials of a study share: where and how they are computed."""

    device: str
    """`cpu` or `cuda`."""
    precision: Precision
    compile: bool
    window: int
    vocabulary: int
    held_out: Mapping[str, TokenFile]
    prompts: Prompts | None = None
    """What every final model writes on."""
    judging: Judging | None = None
    """Of pictures."""
    probes: Mapping[str, Probe] = dataclasses.field(default_factory=dict)
    together: int = 1
    """Processes that train one trial."""
    validation: TokenFile | None = None
    """Whose loss ends a trial early; None: none does."""
    patience: int = 1
    predictions: bool = False
    """Whether models are kept as what they give the held-out tokens, to be averaged."""

    @property
    def sets(self) -> list[str]:
        """The names by which every point has losses: held-out sets, then probes."""
        return [*self.held_out, *self.probes]


@dataclass(frozen=True)
class Trial:
    """One constant-rate run of one learner over one grade, and the branches that end it at each of `stops`."""

    name: str
    """Of the learner."""
    learner: Learner
    size: int
    grade: str
    arm: Arm
    train: TokenFile
    order: Order
    seed: int
    """Of the initial weights; the same for every grade, so that grades are compared in pairs."""
    stops: tuple[int, ...]
    batch: int
    setting: Setting
    learning_rate: float = 1.0

    def __str__(self) -> str:
        return f"trial {self.key} ({self.grade}, size {self.size:,}, seed {self.seed}, {self.arm})"

    @property
    def shape(self) -> Shape:
        """What the size on the dial comes to."""
        return self.learner.shape(self.size, self.setting.vocabulary, self.setting.window)

    @property
    def key(self) -> str:
        """Sixteen digits of the hash of the whole description: another key, another run; the same key, the same points."""
        return hashlib.sha256(canonical(self.description())).hexdigest()[:16]

    @property
    def tokens_spent(self) -> int:
        """Tokens trained on in trunk and branches."""
        return round(self._spent)

    @property
    def _spent(self) -> float:
        """Without a cooldown every stop is a look at the same run."""
        return tokens_spent(self.stops) if getattr(self.learner, "cools", True) else float(self.stops[-1])

    @property
    def flops_spent(self) -> float:
        """What trunk and branches cost: by it a plan is sorted."""
        return self._spent * self.shape.flops_per_token

    @property
    def flops_apart(self) -> float:
        """What a separate run for every stop would have cost."""
        return tokens_apart(self.stops) * self.shape.flops_per_token

    def description(self) -> dict[str, Any]:
        """All that decides what the points are, files as hashes; where the files lie, and how fast, is left out."""
        setting = self.setting
        judging = setting.judging
        judged: dict[str, Any] = {} if judging is None else {"judged": [judging.name, judging.pictures]}
        if setting.probes:
            judged = judged | {"probes": {name: probe.description() for name, probe in setting.probes.items()}}
        if setting.together > 1:
            judged = judged | {"together": setting.together}
        if setting.validation is not None:
            judged = judged | {"early_stopping": [setting.validation.sha256, setting.patience]}
        if setting.predictions:
            judged = judged | {"predictions": True}
        return judged | {
            "learner": {"name": self.name, **dataclasses.asdict(self.learner)},  # type: ignore[call-overload]
            "size": self.size,
            "parameters": self.shape.parameters,
            "says": dict(self.shape.says),
            "grade": self.grade,
            "arm": self.arm,
            "train": self.train.sha256,
            "order": self.order.seed,
            "unique": self.order.unique,
            "seed": self.seed,
            "stops": list(self.stops),
            "batch": self.batch,
            "learning_rate": self.learning_rate,
            "window": setting.window,
            "vocabulary": setting.vocabulary,
            "device": setting.device,
            "precision": setting.precision,
            "compile": setting.compile,
            "held_out": {name: file.sha256 for name, file in setting.held_out.items()},
            "prompts": setting.prompts and setting.prompts.description(),
        }

    def task(self) -> Task:
        """What the learner is given; the name of the grade is not in it."""
        setting = self.setting
        return Task(
            size=self.size,
            vocabulary=setting.vocabulary,
            window=setting.window,
            batch=self.batch,
            train=self.train,
            order=self.order,
            stops=self.stops,
            held_out=setting.held_out,
            seed=self.seed,
            device=setting.device,
            precision=setting.precision,
            compile=setting.compile,
            learning_rate=self.learning_rate,
            prompts=setting.prompts,
            judging=setting.judging,
            probes=setting.probes,
            validation=setting.validation,
            patience=setting.patience,
            predictions=setting.predictions,
        )

    def as_json(self) -> dict[str, Any]:
        """The trial with its files, for a worker; `Trial.of_json` makes it again."""
        facts = dataclasses.asdict(self)
        facts["learner"] = self.description()["learner"]
        return json.loads(json.dumps(facts, default=str))

    @classmethod
    def of_json(cls, facts: Mapping[str, Any]) -> Trial:
        """The trial that `as_json` wrote."""
        learner = dict(facts["learner"])
        setting = dict(facts["setting"])
        held_out = {name: _file(file) for name, file in setting.pop("held_out").items()}
        prompts = _prompts(setting.pop("prompts"))
        judged = setting.pop("judging")
        probes = {name: _probe(one) for name, one in setting.pop("probes").items()}
        validation = setting.pop("validation")
        judging = judged and Judging(**{**judged, "extractor": Path(judged["extractor"])})
        return cls(
            **{
                **facts,
                "learner": learners.learner(learner.pop("name"), **learner),
                "train": _file(facts["train"]),
                "order": Order(**facts["order"]),
                "stops": tuple(facts["stops"]),
                "setting": Setting(
                    **setting,
                    held_out=held_out,
                    prompts=prompts,
                    judging=judging,
                    probes=probes,
                    validation=validation and _file(validation),
                ),
            }
        )


def canonical(facts: object) -> bytes:
    """The one way to write facts as JSON that a hash is taken of.

    >>> canonical({"b": 1, "a": "é"}).decode()
    '{"a":"é","b":1}'
    """
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def plan(
    study: Study,
    prepared: Prepared,
    learner: Learner,
    *,
    device: str,
    precision: Precision,
    compile: bool,
    together: int = 1,
    prompts: Prompts | None = None,
) -> list[Trial]:
    """Every trial of the study, cheapest first; SpecError where a grade has too few tokens for what is asked of it.

    And again for whatever `check` refuses: a BPE may have come to fewer tokens, and its models to other shapes.
    """
    check(study, learner, prepared.vocabulary)
    held_out = dict(prepared.held_out)
    setting = Setting(
        device,
        precision,
        compile,
        study.window,
        prepared.vocabulary,
        held_out,
        prompts,
        prepared.judging,
        prepared.probes,
        together,
        predictions=study.ensembles is not None,
    )
    if study.early_stopping is not None:
        setting = dataclasses.replace(setting, validation=prepared.validation, patience=study.early_stopping.patience)
    unkept = dataclasses.replace(setting, predictions=False)
    place = {grade.name: i for i, grade in enumerate(study.grades)}
    trials = [
        _enough(
            Trial(
                study.learner,
                learner,
                size,
                grade,
                arm,
                prepared.grades[grade],
                order,
                seed,
                stops,
                batch,
                unkept if arm == "again" else setting,
                study.learning_rate,
            )
        )
        for size, seeds in zip(study.sizes, study.seeds, strict=True)
        for batch in [study.batch_of(learner, size)]
        for seed in range(seeds)
        for grade, arm, order, stops in _trunks(study, size, batch, seed)
    ]
    trials += [_enough(trial) for trial in _rates(study, trials)]
    return sorted(
        trials,
        key=lambda t: (t.flops_spent, t.size, place[t.grade], t.arm, t.order.unique or 0, t.seed, t.learning_rate),
    )


def _rates(study: Study, trials: Sequence[Trial]) -> Iterator[Trial]:
    """The short runs of the reference at other learning rates, at the least and the largest size; they write and are tuned on nothing."""
    check = study.learning_rate_check
    if check is None:
        return
    at = study.tokens.index(check.tokens) if check.tokens is not None else 0
    for trial in trials:
        if trial.arm == "main" and trial.grade == study.reference and trial.size in (study.sizes[0], study.sizes[-1]):
            alone = dataclasses.replace(trial.setting, prompts=None, probes={}, validation=None, predictions=False)
            for factor in check.factors:
                rate = trial.learning_rate * factor
                stops = trial.stops[at : at + 1]
                yield dataclasses.replace(trial, arm="rate", stops=stops, setting=alone, learning_rate=rate)


def _trunks(study: Study, size: int, batch: int, seed: int) -> Iterator[tuple[str, Arm, Order, tuple[int, ...]]]:
    """Grade, arm, order and stops of every trunk at one size and seed."""
    fresh = tuple(rounded(tokens, batch) for tokens in study.tokens)
    if study.pictures:
        yield from _picture_trunks(study, study.pictures.unique, size, seed, fresh)
        return
    for grade in study.grades:
        if grade.name == study.reference or size in study.grade_sizes:
            yield grade.name, "main", Order(seed), fresh
    for name in study.again:
        if size in study.grade_sizes:
            yield name, "again", Order(AGAIN + seed), fresh
    if study.repeats and size in study.repeats.sizes:
        for tokens in study.repeats.unique:
            stops = tuple(rounded(tokens * epoch, batch) for epoch in study.repeats.epochs)
            yield study.reference, "repeats", Order(seed, whole_windows(tokens, study.window)), stops


def _picture_trunks(
    study: Study, unique: Sequence[int], size: int, seed: int, stops: tuple[int, ...]
) -> Iterator[tuple[str, Arm, Order, tuple[int, ...]]]:
    """The same of pictures: a trunk for each number of different ones, which it sees again and again."""
    for many in unique:
        for grade in study.grades:
            if grade.name == study.reference or size in study.grade_sizes:
                yield grade.name, "main", Order(seed, many), stops
        for name in study.again:
            if size in study.grade_sizes:
                yield name, "again", Order(AGAIN + seed, many), stops


def _enough(trial: Trial) -> Trial:
    """The trial itself; SpecError if its grade has fewer tokens than it needs."""
    window = trial.setting.window
    needed, there = trial.order.unique or trial.stops[-1], trial.train.windows(window) * window
    if there < needed and trial.setting.judging is not None:
        raise SpecError(
            f"pictures: {needed:,} different ones are asked for, and the grade {trial.grade!r} has {there:,}: "
            "ask for fewer, or give it more pictures"
        )
    if there < needed:
        raise SpecError(
            f"tokens: {needed:,} different ones are asked for, and the grade {trial.grade!r} has {there:,}: "
            "ask for fewer, let them repeat (repeats), or give it more text"
        )
    return trial


def prompts_of(study: Study, prepared: Prepared) -> Prompts | None:
    """What the final models of a study write on: held-out text of its own corpus; None where nothing is to be written.

    And where no held-out document is long enough for a prompt and something behind it.
    """
    if study.generate is None:
        return None
    found = Prompts.of(prepared.held_out[OWN], study.window, prepared.vocabulary, study.generate)
    return found if len(found) else None


def _prompts(facts: Mapping[str, Any] | None) -> Prompts | None:
    if facts is None:
        return None
    places = {name: tuple(facts[name]) for name in ("starts", "ends")}
    return Prompts(_file(facts["file"]), **places, size=facts["size"], writing=Writing(**facts["writing"]))


def _probe(facts: Mapping[str, Any]) -> Probe:
    return Probe(**{**facts, "path": Path(facts["path"]), "classes": tuple(facts["classes"])})


def _file(facts: Mapping[str, Any]) -> TokenFile:
    kind = PictureFile if "height" in facts else TokenFile
    return kind(**{**facts, "path": Path(facts["path"])})
