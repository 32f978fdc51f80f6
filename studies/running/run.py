"""Running: worker processes train the trials of a plan; what they find is appended in the order of the plan.

    parent  --- one trial per line --->  worker      (python -m studies.running.trial_worker, one thread of arithmetic each)
    parent  <-- progress, done ---------  worker     KEY.snapshot now and then, KEY.done at the end, both whole or absent
    results.jsonl                                    written by the parent alone, a closed trial at a time

Whoever is killed, parent or worker, the next start takes finished trials from results.jsonl and trials/KEY.done, and goes
on within a trial from trials/KEY.snapshot. The finished file is the same, byte for byte.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import shlex
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from dataqual.errors import InputError, SpecError
from dataqual.writers.appearing import writing
from studies import learners
from studies.data.prompts import Prompts
from studies.data.windows import Exposed, planned_exposure
from studies.design.checking import check, lengthened
from studies.design.rates import ARM
from studies.design.study import TEMPLATE, Study
from studies.design.trial import Trial, plan, prompts_of
from studies.evaluating.kept_predictions import clear as clear_predictions
from studies.findings import facts as facts_of
from studies.findings.studied import Studied
from studies.folders import LOCK, home, made, make_folder
from studies.judging.ensembles import ensembles
from studies.judging.foretelling import EARLIER as PREDICTIONS
from studies.judging.foretelling import PREDICTION, bases, compared, foretell, to_foretell
from studies.judging.judge import judge
from studies.preparing import pictures as picture_preparing
from studies.preparing.inputs import look_at
from studies.preparing.packing import is_pack, opened, pack, unpacked
from studies.preparing.prepared import Prepared
from studies.preparing.texts import prepare
from studies.results import FOREIGN, VERSION, Line, Results, append_line, check_same, encoded, read
from studies.running.devices import Where, chosen, gpus, groups, resolve
from studies.running.dispatching import Dispatch, TrialFailed
from studies.running.extending import EARLIER, closed, is_larger, set_aside
from studies.running.generated import generated
from studies.running.generated import records as texts_of
from studies.running.live import PROGRESS, Live
from studies.running.trial_worker import reached
from studies.tracking import Tracked, check_name, tracker
from studies.training.schedule import tokens_spent
from studies.training.stopping import best, over
from studies.watching import SILENT, Watch
from studies.whole_file import write_whole

try:
    import fcntl
except ImportError:  # Windows has none: there two runs in one folder are not told apart
    fcntl = None  # type: ignore[assignment]


def run(
    study: Study | str | Path | Mapping[str, Any] | None = None,
    folder: str | Path | None = None,
    *,
    workers: int | None = None,
    device: str | None = None,
    restart: bool = False,
    watch: Watch = SILENT,
    track: Sequence[str] = (),
    examples: bool = True,
    devices: str | None = None,
    together: int = 1,
    meanwhile: Callable[[Studied], object] | None = None,
) -> Studied:
    """Run a study, or go on with it, and return what it found out; everything is kept in `folder` (FILE.study beside
    the study file; else NAME.study in the current folder).

    `study` is a Study, a study file, what such a file holds, or None for the embedded one. Started again in the same
    folder it goes on where it stopped, and one with more sizes or seeds takes over the trials that are there; with `restart` it begins again. `track` names trackers (`studies.tracking.NAMES`) that are told of
    each trial that ends. Without `examples` nothing that a model wrote is in the facts. `workers` are processes: one per core or
    GPU unless told; `devices` names the GPUs ("0,1"), and so many of them, or of the processes, train one trial `together`. Where other
    studies run beside it, `meanwhile` is told of this one as soon as its own facts are there. InputError where the folder holds results of another study.
    """
    started, clock = time.time(), time.monotonic()
    given, study = study, load(study)
    place = Path(folder) if folder is not None else home(given, study.name)
    learner = learners.of(study)
    for name in track:
        check_name(name)
    checked(study)
    longer = lengthened(study, learner)
    for note in (*study.notes, *longer):
        watch.say(note)
    where = located(study, device, together)
    if together > 1 and not getattr(learner, "tunable", False):
        raise SpecError(f"together: {study.learner} trains in one process; gpt2, lstm and tuned in several")
    seen = chosen(where.device, devices)
    live = Live(watch, place, study.gpu_hour, [other.name for other in study.beside])
    tracked = Tracked(live, [tracker(name, study, place) for name in track], warn)
    known = asked(study, where)
    count = groups(where.device, workers, seen, together)
    with made(place), alone(place):
        larger = not restart and is_larger(known, place)
        if not restart and not larger:
            check_same(place / "results.jsonl", known)
        prepared = ready(study, place, workers, live)
        prompts = prompts_of(study, prepared)
        trials = plan(study, prepared, learner, prompts=prompts, **vars(where))
        if restart:  # last: what cannot be begun costs nobody the results that are there
            clear(place)
        if larger and is_larger(header(known, trials, prepared), place):
            set_aside(place, [trial.key for trial in trials])
        try:
            first = header(known, trials, prepared)
            run_trials(trials, place, first, workers=count, watch=tracked, reference=study.reference, devices=seen)
        finally:
            tracked.close()
        live.conclude("measuring what the models wrote" if prompts is not None else "fitting laws")
        said = wrote(prepared, prompts, trials, place, examples=examples)
        noted = (*longer, *prepared.notes, *unwritten(study, prompts))
        live.conclude("fitting laws")
        found = conclude(study, dict(prepared.facts), place, workers=count, notes=noted, generated=said)
        found.facts["run"] |= {
            "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
            "seconds": time.monotonic() - clock,
        }
        found.save()
        if study.beside and meanwhile is not None:
            meanwhile(found)
        alike = partial(run, workers=workers, device=device, restart=restart, watch=watch, track=track)
        others = [
            alike(
                other, place / other.name, examples=examples, devices=devices, together=_of_one(other, together, watch)
            )
            for other in study.beside
        ]
        if others:
            found.facts.update(told_beside(others))
            found.save()
    return found


def _of_one(study: Study, together: int, watch: Watch) -> int:
    """How many processes train one trial of a study beside another: as many as of that one, where its learner can."""
    if together > 1 and not getattr(learners.of(study), "tunable", False):
        watch.say(
            f"{study.name}: {study.learner} trains in one process, so its trials are not trained by {together} together"
        )
        return 1
    return together


def checked(study: Study) -> None:
    """All that can be told before anything runs, of the studies beside it too: the first thing that is wrong, by its key."""
    for one in (study, *study.beside):
        check(one, learners.of(one))
        look_at(one)


def located(study: Study, device: str | None, together: int = 1) -> Where:
    """Where a study is computed, on another `device` than its own if one is named; SpecError, with the place, where that cannot be."""
    try:
        return resolve(device or study.device, study.precision, study.compile, together)
    except SpecError as error:
        raise SpecError(str(error) if device else f"{study.where}.{error}") from None


def told_beside(studies: Sequence[Studied]) -> dict[str, Any]:
    """The part `beside` of study.json: the facts of the studies that ran beside it by the names of their folders."""
    return {"beside": {found.folder.name: found.facts for found in studies}} if studies else {}


def warn(line: str) -> None:
    """A line on stderr that nothing depends on."""
    print(line, file=sys.stderr)


def ready(study: Study, place: Path, workers: int | None, watch: Watch) -> Prepared:
    """Its token files: those of its pack where it came in one, else made from its corpus."""
    if study.pack is not None:
        return unpacked(study.pack, place)
    make = prepare if study.pictures is None else picture_preparing.prepare
    return make(study, place, workers=workers, watch=watch)


def packed(study: Study, target: Path, *, file: str | None, workers: int | None, watch: Watch) -> int:
    """Prepare a study where a run would, and write its pack; the pack's size in bytes."""
    if study.pack is not None:
        raise InputError(f"{study.pack}: is a pack already; name a study file")
    place = home(file, study.name)
    checked(study)
    with made(place), alone(place):
        return pack(study, ready(study, place, workers, watch), place, target)


def wrote(
    prepared: Prepared, prompts: Prompts | None, trials: Sequence[Trial], place: Path, *, examples: bool
) -> facts_of.Facts | None:
    """What the final models wrote, measured; with `examples` all of it is in texts.jsonl, else that file is not there."""
    lines = read(place / "results.jsonl").made_of("texts")
    texts = place / "texts.jsonl"
    texts.unlink(missing_ok=True)
    if prompts is None or not lines:
        return None
    if examples:
        write_whole(texts, b"".join(map(encoded, texts_of(prepared, prompts, lines, place))))
    return generated(prepared, prompts, trials, lines, place, examples=examples)


def unwritten(study: Study, prompts: Prompts | None) -> list[str]:
    """A note where a study asks for text and no held-out document has room for a prompt."""
    if study.generate is None or prompts is not None:
        return []
    return [
        f"{study.where}.generate: no held-out document is longer than half a window and a quarter of "
        f"{study.generate.tokens:,} tokens, so the models wrote nothing; ask for fewer tokens"
    ]


def conclude(
    study: Study,
    data: dict[str, Any],
    folder: Path,
    *,
    workers: int,
    notes: Sequence[str] = (),
    generated: facts_of.Facts | None = None,
) -> Studied:
    """Facts from the results in a folder: laws, exchange, controls, cost; `notes` are of preparing."""
    records = read(folder / "results.jsonl")
    spent = facts_of.spent_by_trial(folder / "costs.jsonl")
    fitted = judge(study, facts_of.points(records, spent), data)
    run = {"versions": versions()}
    found = facts_of.assemble(study, data, records, spent, fitted, workers=workers, run=run, notes=notes)
    found["generated"] = generated
    found["prediction"] = compared(folder, records.points)
    if study.ensembles:
        averaged = ensembles(study.ensembles, found, records.points, folder, fitted)
        found["notes"] += averaged.pop("notes")
        found["ensembles"] = averaged
    return Studied(found, folder)


def asked(study: Study, where: Where) -> Line:
    """What of the first line of the results is known before any data is read: nothing that only the verdicts need."""
    values = {
        name: value
        for name, value in study.resolved().items()
        if name not in ("name", "gpu_hour", "data_price", "operating_point")
    }
    values |= {"ensembles": True} if study.ensembles else {}  # how many are averaged changes no point
    return {"kind": "study", "version": VERSION, "study": values | _told(where), "versions": versions()}


def _told(where: Where) -> Line:
    """Where it is computed; how many processes train one trial only if several do."""
    return {name: value for name, value in vars(where).items() if name != "together" or where.together > 1}


def header(known: Line, trials: Sequence[Trial], prepared: Prepared) -> Line:
    """The first line of the results: all that the points depend on."""
    keys = hashlib.sha256(" ".join(trial.key for trial in trials).encode()).hexdigest()
    data = {
        "grades": {name: file.sha256 for name, file in prepared.grades.items()},
        "held_out": {name: file.sha256 for name, file in prepared.held_out.items()},
    }
    return {**known, "data": data, "trials": {"number": len(trials), "keys": keys}}


def versions() -> dict[str, str]:
    """The libraries on which the bits of a result depend."""
    found = {}
    for name in ("dataqual", "numpy", "torch"):
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def clear(folder: Path) -> None:
    """Take away what a study left in its folder, but for its data; nothing that is not ours."""
    for name in (
        "results.jsonl",
        EARLIER,
        "costs.jsonl",
        "study.json",
        "laws.json",
        "points.csv",
        "texts.jsonl",
        PREDICTION,
        PREDICTIONS,
        PROGRESS,
        "report.html",
    ):
        (folder / name).unlink(missing_ok=True)
    clear_predictions(folder)
    tidy(folder / "trials")


def tidy(trials: Path) -> None:
    """Take away what only a restart would need."""
    for pattern in ("*.done", "*.snapshot", "*.part", "worker-*.log", "meeting-*"):
        for path in trials.glob(pattern):
            path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        trials.rmdir()


def unplanned(trial: Trial, seen: Exposed, tokens: int) -> str | None:
    """In what the windows that were seen differ from those planned up to a stop, in words; None if in nothing."""
    planned = planned_exposure(trial.train, trial.order, trial.setting.window, tokens)
    for name, value in planned.items():
        if seen.get(name) != value:
            return f"{name} of the windows seen: {seen.get(name)}, planned: {value}"
    return None


def load(study: Study | str | Path | Mapping[str, Any] | None) -> Study:
    """The study itself, of a file, of what such a file holds, or the embedded one for None."""
    if isinstance(study, Study):
        return study
    if isinstance(study, Mapping):
        return Study.of(study, "study", Path())
    if study is not None and is_pack(study):
        return opened(Path(study))
    return Study.default() if study is None else Study.load(study)


def write_template(path: Path, template: Path = TEMPLATE) -> None:
    """Write the commented study file, with its own name in it; InputError where there is a file already."""
    text = template.read_text(encoding="utf-8")
    text = text.replace(f"studies run {template.name}", f"studies run {shlex.quote(path.name)}", 1)
    name = path.stem if re.fullmatch(r"[^\W\d][\w-]*", path.stem) else json.dumps(path.stem, ensure_ascii=False)
    text = text.replace(f"\nname: {template.stem}\n", f"\nname: {name}\n", 1)
    try:
        with path.open("xb") as file:
            file.write(text.encode())
    except FileExistsError:
        raise InputError(f"{path}: there is a file already; name another one") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from None


def run_trials(
    plan: Sequence[Trial],
    folder: Path,
    header: Line,
    *,
    workers: int,
    watch: Watch,
    reference: str | None = None,
    devices: Sequence[str] | None = None,
) -> Results:
    """Train what is left of the plan and return the results; TrialFailed where a worker dies again and again. `devices` are GPUs,
    all unless told.

    With a `reference` the largest models are foretold from the smaller ones before they run. Whoever calls it is `alone`
    in the folder.
    """
    make_folder(folder / "trials")
    results = Results(folder / "results.jsonl", header)
    closing = Closing(plan, folder, results)
    watch.begin(plan, closing.finished, _begun(plan, closing.finished, folder / "trials"))
    held = to_foretell(plan, closing.finished, folder) if reference is not None else []
    first = {trial.key for trial in bases(plan)} if held else set()
    if held and first <= closing.finished:
        foretell(plan, closing.points(first), reference or "", folder)
        held = []
    todo = [trial for trial in plan if trial.key not in closing.finished and trial not in held]
    if todo:
        seen = (gpus() if devices is None else devices) if todo[0].setting.device == "cuda" else []
        count = min(workers, len(todo) + len(held))
        with Dispatch(folder / "trials", count, todo, frozenset(first), seen, todo[0].setting.together) as crew:
            for trial, event in crew.events():
                if event["event"] == "done":
                    watch.finish(trial, closing.take(trial))
                    if held and first <= closing.finished:
                        foretell(plan, closing.points(first), reference or "", folder)
                        crew.release(held)
                        held = []
                else:
                    watch.meter(trial, event.get("seconds"), event.get("joules"), event.get("peak"))
                    watch.progress(trial, event["tokens"], event["loss"])
    tidy(folder / "trials")
    (folder / EARLIER).unlink(missing_ok=True)
    return results


def _begun(plan: Sequence[Trial], finished: Collection[str], trials: Path) -> dict[str, int | None]:
    """The trials that were broken off behind a snapshot, with the tokens they had seen there."""
    found: dict[str, int | None] = {}
    for trial in plan:
        if trial.key not in finished:
            with contextlib.suppress(OSError):
                found[trial.key] = reached(trials / f"{trial.key}.snapshot")
    return found


class Closing:
    """Finished trials, appended to the results when their turn in the plan comes."""

    def __init__(self, plan: Sequence[Trial], folder: Path, results: Results) -> None:
        self._plan, self._folder, self._results = plan, folder, results
        self._closed = len(_prefix(plan, results))
        earlier = closed(folder / EARLIER)
        self._waiting: dict[str, tuple[list[Line], Line, Line | None]] = {
            trial.key: (*earlier[trial.key], None) for trial in plan[self._closed :] if trial.key in earlier
        }
        for trial in plan[self._closed :]:
            with contextlib.suppress(OSError, ValueError):  # none, or torn by a power cut: the trial is done again
                self._waiting[trial.key] = self._lines(trial)
        self._append()

    @property
    def finished(self) -> set[str]:
        """Keys of trials that need no worker any more."""
        return {trial.key for trial in self._plan[: self._closed]} | self._waiting.keys()

    def points(self, keys: Collection[str]) -> dict[str, list[Line]]:
        """The points of finished trials, in the order of the plan."""
        closed = read(self._results.path).points
        waiting = [line for lines, _, _ in self._waiting.values() for line in lines if line["kind"] == "point"]
        found: dict[str, list[Line]] = {trial.key: [] for trial in self._plan if trial.key in keys}
        for line in (*closed, *waiting):
            if line["trial"] in found:
                found[line["trial"]].append(line)
        return found

    def take(self, trial: Trial) -> list[Line]:
        """A trial is done: check it, and append whatever is due. Returns its points."""
        self._waiting[trial.key] = self._lines(trial)
        lines = self._waiting[trial.key][0]
        self._append()
        return [line for line in lines if line["kind"] == "point"]

    def _lines(self, trial: Trial) -> tuple[list[Line], Line, Line]:
        done = json.loads((self._folder / "trials" / f"{trial.key}.done").read_bytes())
        return lines_of(trial, done)

    def _append(self) -> None:
        while self._closed < len(self._plan) and (key := self._plan[self._closed].key) in self._waiting:
            lines, close, cost = self._waiting.pop(key)
            if cost is not None:  # of an earlier trial it is there
                append_line(self._folder / "costs.jsonl", cost)
            self._results.close_trial(lines, close)
            self._closed += 1
            for ending in ("done", "snapshot"):
                (self._folder / "trials" / f"{key}.{ending}").unlink(missing_ok=True)


def lines_of(trial: Trial, done: dict[str, Any]) -> tuple[list[Line], Line, Line]:
    """The lines of points and of what was made, the closing line and the cost of a finished trial; TrialFailed where they are not as planned."""
    points, ledger = done["points"], done["ledger"]
    kept = {point["tokens"]: point.get("predictions", {}) for point in points}
    if done.get("diverged") is not None:
        close = {"kind": "diverged", **who(trial), "reason": done["diverged"]}
        if trial.arm == ARM:
            close |= {"learning_rate": trial.learning_rate, "tokens": trial.stops[-1]}
            close |= {"parameters": trial.shape.parameters}
        return [], close, cost_of(trial, done)
    stopped = stopped_early(trial, points)
    if [point["tokens"] for point in points] != list(trial.stops[: len(points) if stopped else None]):
        raise TrialFailed(f"{trial}: points at {[p['tokens'] for p in points]} tokens, planned {list(trial.stops)}")
    if wrong := (
        unplanned(trial, ledger["exposure"], points[-1]["tokens"])
        if ledger
        else "it ended without saying what it has seen"
    ):
        raise TrialFailed(f"{trial}: {wrong}")
    if trial.setting.predictions and any(set(found) != set(trial.setting.held_out) for found in kept.values()):
        raise TrialFailed(f"{trial}: it ended without what its models give the held-out tokens")
    lines = [
        {
            "kind": "point",
            **who(trial),
            "parameters": point["parameters"],
            "non_embedding": trial.shape.non_embedding,
            "tokens": point["tokens"],
            "unique": point["unique"],
            "epochs": point["tokens"] / point["unique"],
            "flops": point["flops"],
            "held_out": held_out,
            "loss": point["losses"][held_out],
            **({"learning_rate": trial.learning_rate} if trial.arm == ARM else {}),
            **({"validation": point["validation"]} if "validation" in point else {}),
            **({"predictions": digest} if (digest := kept[point["tokens"]].get(held_out)) else {}),
            **({"measures": found} if (found := point.get("measures", {}).get(held_out)) else {}),
        }
        for point in points
        for held_out in trial.setting.sets
    ]
    close = {
        "kind": "trial",
        "trial": trial.key,
        "flops_spent": ledger["flops_spent"],
        "flops_apart": ledger["flops_apart"],
        "exposure": ledger["exposure"],
        "points": len(lines),
        **({"stopped": stopped} if stopped else {}),
    }
    unique = {point["tokens"]: point["unique"] for point in points}
    made = [{"kind": "made", **who(trial), "unique": unique[one["tokens"]], **one} for one in done["made"]]
    return [*lines, *made], close, cost_of(trial, done)


def stopped_early(trial: Trial, points: Sequence[Line]) -> Line | None:
    """Where a trial was stopped, after which stop its loss no longer fell, and where it would have gone; None at its end."""
    losses = [point["validation"] for point in points if "validation" in point]
    if trial.setting.validation is None or not 0 < len(losses) == len(points) < len(trial.stops):
        return None
    if not over(losses, trial.setting.patience):
        return None
    return {
        "tokens": points[-1]["tokens"],
        "best": points[best(losses)]["tokens"],
        "planned": trial.stops[-1],
        "patience": trial.setting.patience,
        "unique": trial.order.unique,
    }


def who(trial: Trial) -> Line:
    """By what a person knows a trial."""
    names = {"learner": trial.name, "grade": trial.grade, "arm": trial.arm, "seed": trial.seed, "size": trial.size}
    return {"trial": trial.key, **names}


def cost_of(trial: Trial, done: dict[str, Any]) -> Line:
    """Its line in costs.jsonl; how far a trial came that diverged is not known, what it took is."""
    seconds, tokens = done["seconds"], trial.tokens_spent if done.get("diverged") is None else None
    if tokens and len(done["points"]) < len(trial.stops):  # stopped early
        tokens = round(tokens_spent([point["tokens"] for point in done["points"]]))
    return {
        "trial": trial.key,
        "started": done.get("started"),
        "seconds": seconds,
        "device": done.get("device"),
        "peak": done.get("peak"),
        "joules": done.get("joules"),
        "tokens": tokens,
        "tokens_per_second": tokens / seconds if tokens and seconds else None,
    }


def _prefix(plan: Sequence[Trial], results: Results) -> list[str]:
    """The closed trials; InputError where they are not the first ones of the plan."""
    there = results.records.keys
    if there != [trial.key for trial in plan[: len(there)]]:
        raise InputError(f"{results.path}: {FOREIGN}")
    return there


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else may run in this folder meanwhile; the lock goes with the process, however it ends."""
    with writing(folder):
        lock = (folder / LOCK).open("wb")
    with lock:
        if fcntl is not None:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise InputError(
                    f"{folder}: another run is at work here; wait for it, or choose another folder with -o"
                ) from None
        yield
