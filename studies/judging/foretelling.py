"""The largest models foretold: what the smaller ones predict of them, written and hashed before the first of them runs.

    DIR/prediction.json    the prediction alone, without a clock, as `canonical` writes it
    DIR/predictions.jsonl  every prediction that this folder ever had, each with its SHA-256 and when it was written: of a study that grew, too
    DIR/costs.jsonl        {"prediction": SHA-256 of that file, "written": when}

Nothing that these largest models do can have gone into it: none of them has begun when it is written, and of the largest
size's other arms (repeats, the same seed again), which may run earlier, it reads nothing. At the end it is held against what
came, and its hash against the one that was noted.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dataqual.errors import SpecError
from studies.design.trial import Trial, canonical
from studies.fitting import law as laws
from studies.fitting.law import Inputs
from studies.fitting.leaving_out import DRAWS, foretold
from studies.fitting.robust import fit, too_little
from studies.fitting.runs import Runs
from studies.results import Line, append_line, read_lines
from studies.whole_file import write_whole

Facts = dict[str, Any]

PREDICTION, EARLIER = "prediction.json", "predictions.jsonl"
ORDER = ("chinchilla", "power")
"""Laws of fresh tokens, the first that the smaller models can carry; repeats are not foretold."""
FEWEST = 4
"""Sizes of a study from which on its largest is foretold: two smaller ones do not tell how loss goes on falling."""


def largest(plan: Sequence[Trial]) -> list[Trial]:
    """The trials that are foretold: fresh ones of the largest of four sizes or more; [] where there are fewer."""
    sizes = sorted({trial.size for trial in plan})
    return [t for t in plan if t.size == sizes[-1] and _fresh(t)] if len(sizes) >= FEWEST else []


def bases(plan: Sequence[Trial]) -> list[Trial]:
    """The trials from which they are foretold: fresh ones of every smaller size."""
    held = {trial.size for trial in largest(plan)}
    return [trial for trial in plan if held and trial.size not in held and _fresh(trial)]


def _fresh(trial: Trial) -> bool:
    """Whether it never sees the same twice: the laws of `ORDER` know nothing of repeats, so pictures are not foretold."""
    return trial.arm == "main" and trial.order.unique is None


def to_foretell(plan: Sequence[Trial], finished: Collection[str], folder: Path) -> list[Trial]:
    """The trials that wait for their prediction: none where it stands there, or where one of them has begun without it."""
    held = largest(plan)
    there = _read(folder / PREDICTION)
    if there is not None and there["trials"] == [trial.key for trial in held]:
        return []
    begun = [t for t in held if t.key in finished or (folder / "trials" / f"{t.key}.snapshot").exists()]
    return [] if begun else held


def foretell(plan: Sequence[Trial], points: Mapping[str, Sequence[Line]], reference: str, folder: Path) -> Facts:
    """Predict, write and note; what stands there already of the same trials is left as it is.

    `points` are those of the `bases` that did not diverge, by trial.
    """
    wanted = [trial.key for trial in largest(plan)]
    path = folder / PREDICTION
    there = _read(path)
    if there is not None and there["trials"] == wanted:
        return there
    found = {"schema": "prediction@1", "trials": wanted, "of": _predictions(plan, points, reference)}
    _keep(there, folder)  # of a smaller study, before it is replaced
    written = canonical(found)
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    append_line(folder / "costs.jsonl", {"prediction": hashlib.sha256(written).hexdigest(), "written": stamp})
    _keep(found, folder)
    write_whole(path, written)
    return found


def _keep(prediction: Facts | None, folder: Path) -> None:
    """Append a prediction to those this folder had, unless it is there."""
    if prediction is None:
        return
    digest = hashlib.sha256(canonical(prediction)).hexdigest()
    if digest not in {line["sha256"] for line in read_lines(folder / EARLIER)}:
        note = _notes(folder).get(digest)
        line = {"sha256": digest, "written": note and note["written"], "prediction": prediction}
        append_line(folder / EARLIER, line)


def _notes(folder: Path) -> dict[str, Line]:
    """What was noted of predictions when they were made, by hash."""
    return {line["prediction"]: line for line in read_lines(folder / "costs.jsonl") if "prediction" in line}


def compared(folder: Path, points: Sequence[Line]) -> Facts | None:
    """The newest prediction beside what came, and whether it is the one that was noted; `earlier` has those before it, oldest first.

    None where none was made.
    """
    found = _read(folder / PREDICTION)
    if found is None:
        return None
    digest = hashlib.sha256((folder / PREDICTION).read_bytes()).hexdigest()
    before = [
        line["prediction"] for line in read_lines(folder / EARLIER) if line["prediction"]["trials"] != found["trials"]
    ]
    earlier = [_compared(one, hashlib.sha256(canonical(one)).hexdigest(), folder, points) for one in before]
    return _compared(found, digest, folder, points) | ({"earlier": earlier} if earlier else {})


def _compared(found: Facts, digest: str, folder: Path, points: Sequence[Line]) -> Facts:
    notes = _notes(folder)
    began = [line["started"] for line in read_lines(folder / "costs.jsonl") if line.get("trial") in found["trials"]]
    noted = notes.get(digest) if _first(found, digest, folder) else None
    rows = [row for part in found["of"] for row in _rows(part, found["trials"], points)]
    told = [row for row in rows if row["came"] is not None]
    return {
        "sha256": digest,
        "noted": noted is not None,
        "written": noted and noted["written"],
        "began": min(filter(None, began), default=None),
        "parts": [{name: part.get(name) for name in ("held_out", "law", "n", "says")} for part in found["of"]],
        "rows": rows,
        "n": len(told),
        "inside": sum(row["interval"][0] <= row["came"] <= row["interval"][1] for row in told),
    }


def _first(found: Facts, digest: str, folder: Path) -> bool:
    """Whether a prediction was noted before any of its trials ended, and is the first that this folder had of them.

    One that was written later, and noted beside the other, is not. Who changes all files of a folder alike is not found out.
    """
    of_these = [
        line["sha256"] for line in read_lines(folder / EARLIER) if line["prediction"]["trials"] == found["trials"]
    ]
    for line in read_lines(folder / "costs.jsonl"):
        if line.get("prediction") == digest:
            return of_these[:1] in ([], [digest])
        if line.get("trial") in found["trials"]:
            return False
    return False


def _rows(part: Facts, trials: Sequence[str], points: Sequence[Line]) -> list[Facts]:
    """A predicted interval and the loss that came, for each run."""
    came = {(p["trial"], p["held_out"], p["tokens"]): p["loss"] for p in points if p["trial"] in trials}
    return [
        {**row, "held_out": part["held_out"], "came": came.get((row["trial"], part["held_out"], row["tokens"]))}
        for row in part.get("rows") or []
    ]


def _predictions(plan: Sequence[Trial], points: Mapping[str, Sequence[Line]], reference: str) -> list[Facts]:
    sets = largest(plan)[0].setting.sets
    seeds = {trial.key: trial.seed for trial in plan}
    rows = [{**point, "trunk": i, "seed": seeds[key]} for i, key in enumerate(points) for point in points[key]]
    return [_prediction(plan, [row for row in rows if row["held_out"] == name], reference, name) for name in sets]


def _prediction(plan: Sequence[Trial], rows: Sequence[Line], reference: str, held_out: str) -> Facts:
    """The interval of every run of the largest size on one held-out set, or why there is none."""
    facts = {"held_out": held_out, "n": len(rows), "law": None}
    asked = [trial for trial in largest(plan) if trial.grade in {row["grade"] for row in rows}]
    if reference not in {row["grade"] for row in rows} or not asked:
        return facts | {"says": "no smaller model of the reference has come to an end"}
    runs = Runs.of(
        *([row[name] for row in rows] for name in ("parameters", "tokens", "loss")),
        unique=[row["unique"] for row in rows],
        flops=[row["flops"] for row in rows],
        grade=[row["grade"] for row in rows],
        reference=reference,
        trunk=[row["trunk"] for row in rows],
        seed=[row["seed"] for row in rows],
    )
    why = None
    for name in ORDER:
        law = laws.find(name)
        if why := too_little(law, runs, len(law.coordinates) + len(runs.grades) - 1):
            continue
        try:
            found = fit(law, runs)
        except SpecError as error:
            why = str(error)
            continue
        cells = [(trial, stop) for trial in asked for stop in trial.stops]
        at = Inputs.at(
            np.array([trial.shape.parameters for trial, _ in cells], float),
            np.array([stop for _, stop in cells], float),
            np.array([stop for _, stop in cells], float),
            np.array([stop * trial.shape.flops_per_token for trial, stop in cells], float),
        )
        codes = [runs.grades.index(trial.grade) for trial, _ in cells]
        own, low, high = (np.exp(x).tolist() for x in foretold(found, at, codes, DRAWS, seed=0))
        told = zip(cells, own, low, high, strict=True)
        said = [
            {"trial": t.key, "grade": t.grade, "size": t.size, "seed": t.seed, "parameters": t.shape.parameters,
             "tokens": stop, "value": value, "interval": [a, b]}
            for (t, stop), value, a, b in told
        ]  # fmt: skip
        return facts | {"law": name, "rows": said}
    return facts | {"says": why}


def _read(path: Path) -> Facts | None:
    """A prediction that stands there whole."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("schema") == "prediction@1" else None
