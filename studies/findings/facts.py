"""study.json: all a study found out, as plain facts; the page, the summary and points.csv are made from them alone.

Unknown is null, never 0; every estimate has its interval and n. What changes from run to run (dates, seconds, machine)
stands under `run`, and in the hours of the cost.
"""

from __future__ import annotations

import csv
import io
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dataqual.errors import InputError
from studies import learners
from studies.data.probe import LOSS
from studies.design import rates
from studies.design.study import Study
from studies.findings import costs
from studies.findings.probe_facts import probes
from studies.judging import controls, ensembles
from studies.preparing.yields import token_yields
from studies.results import Line, Records, read_lines
from studies.telling import picture_sentences, sentences
from studies.telling.wording import TEXT, Wording

Facts = dict[str, Any]

SCHEMA = "study@1"
DIVERGED = "trial learner grade arm seed size reason".split()
COLUMNS = "trial trunk learner grade arm size parameters non_embedding tokens unique epochs seed flops seconds joules held_out loss".split()


def assemble(
    study: Study,
    data: Facts,
    records: Records,
    spent: Mapping[str, Line],
    fitted: Mapping[str, Facts],
    *,
    workers: int,
    run: Facts,
    notes: Sequence[str] = (),
) -> Facts:
    """The facts of a finished study; `data` and `notes` of preparing, `fitted` by held-out set as `judge` gives it."""
    rows = points(records, spent)
    tried = rates.checked(records.points, study.learning_rate, records.diverged)
    checks = [*checked(study, data, records, fitted), *rates.controls(tried)]
    cost = costs.ledger(records.trials, spent, workers, study.gpu_hour, records.diverged)
    exchange = {
        held_out: {
            **pieces["exchange"],
            "purchase": costs.purchase(pieces["exchange"].get("break_even"), cost, study.data_price),
        }
        for held_out, pieces in fitted.items()
    }
    for held_out, pieces in exchange.items():
        failed = [c["name"] for c in checks if c["passed"] is False and c.get("held_out") in (None, held_out)]
        pieces["verdicts"] = [in_hours_of(cost["unit"], withheld(verdict, failed)) for verdict in pieces["verdicts"]]
    facts: Facts = {
        "schema": SCHEMA,
        "name": study.name,
        "sentence": "",
        "task": task_of(study, data),
        "study": study.resolved(),
        **({} if study.text is None else {"file": study.text}),
        "data": {**data, "grades": with_recipes(with_token_yields(data["grades"], study.reference), study)},
        "points": rows,
        **probed(data, rows),
        "laws": {held_out: pieces["laws"] for held_out, pieces in fitted.items()},
        "exchange": exchange,
        "curves": [curve for pieces in fitted.values() for curve in pieces["curves"]],
        "frontiers": [line for pieces in fitted.values() for line in pieces.get("frontiers") or []],
        "notes": [
            *study.notes,
            *notes,
            *alike(data["grades"]),
            *(f"{held_out}: {n}" for held_out, found in fitted.items() for n in found["notes"]),
        ],
        "controls": checks,
        "exposure": controls.exposure(records.trials, pictures=study.pictures is not None),
        "repeats": controls.repeated([point for point in records.points if point["arm"] != rates.ARM]),
        **({"learning_rate_check": tried} if tried else {}),
        **({"stopped": ended} if (ended := stopped(records)) else {}),
        "cost": cost,
        "made": [line for line in records.made_of("picture") if line["arm"] == "main" and line["seed"] == 0],
        "diverged": [{name: line[name] for name in DIVERGED} for line in records.diverged if line["arm"] != rates.ARM],
        "not_claimed": [],
        "run": {**run, "machine": machine(workers)},
    }
    facts["not_claimed"] = sentences.not_claimed(facts)
    facts["sentence"] = sentences.answer(facts)
    return in_its_words(facts)


def checked(study: Study, data: Facts, records: Records, fitted: Mapping[str, Facts]) -> list[Facts]:
    """Every control: of each held-out set A/A, known doses and copies, and of the whole study leaks and the order of the data."""
    others = [
        grade for grade in study.grades if grade.name != study.reference and not study.grade(study.reference).says
    ]

    def worth(grade: str, pieces: Facts) -> Facts | None:
        return (pieces["exchange"]["grades"].get(grade) or {}).get("q")

    found = [
        controls.equal_grades(name, held_out, q)
        for held_out, pieces in fitted.items()
        for name, q in pieces["again"].items()
    ]
    found += [
        controls.known_dose(grade.name, held_out, worth(grade.name, pieces))
        for grade in others
        if grade.only_spoils
        for held_out, pieces in fitted.items()
    ]
    found += [
        controls.duplicates(grade.name, held_out, worth(grade.name, pieces), data["grades"][grade.name]["unique"])
        for grade in others
        if grade.only_copies
        for held_out, pieces in fitted.items()
    ]
    found.append(controls.planted_leak(data.get("planted")))
    if study.pictures is None:
        found.append(controls.copies(data.get("copied")))
    return [*found, controls.order(records.trials)]


def stopped(records: Records) -> list[Facts]:
    """The trials that early stopping ended, each with where it stood."""
    who = {point["trial"]: {name: point[name] for name in ("grade", "arm", "size", "seed")} for point in records.points}
    return [
        {"trial": line["trial"], **who[line["trial"]], **line["stopped"]}
        for line in records.trials
        if "stopped" in line
    ]


def probed(data: Facts, rows: Sequence[Facts]) -> Facts:
    """What a study with probes has beside: `probes`, and the `units` of those losses that are not in bits per byte."""
    found = probes(data, rows)
    return {"probes": found, "units": dict.fromkeys(found, LOSS)} if found else {}


def task_of(study: Study, data: Facts) -> Facts:
    """What is learnt and by which number it is judged."""
    if study.pictures is None:
        return dict(TEXT)
    return picture_sentences.task_of("pictures", learners.of(study).loss, data.get("judging"))  # type: ignore[attr-defined]


def in_its_words(facts: Facts) -> Facts:
    """The facts with their sentences in the words of pictures, where it is a study of those."""
    wording = Wording.of(facts)
    if wording is None:
        return facts
    spoken = {name: wording.facts(facts[name]) for name in ("exchange", "controls", "exposure", "laws")}
    lists = {name: wording.each(facts[name]) for name in ("notes", "not_claimed")}
    return facts | spoken | lists | {"sentence": wording(facts["sentence"])}


def alike(grades: Mapping[str, Facts]) -> list[str]:
    """A note for each grade that came to the very tokens of an earlier one: steps that changed nothing here.

    >>> alike({"raw": {"sha256": "a"}, "long": {"sha256": "b"}, "minimal": {"sha256": "a"}})
    ['grades.minimal: the very tokens of raw, as its steps changed nothing here: its worth is 1, and no run tells the two apart']
    """
    first: dict[str, str] = {}
    said = "the very tokens of {}, as its steps changed nothing here: its worth is 1, and no run tells the two apart"
    pairs = [(name, first.setdefault(grade["sha256"], name)) for name, grade in grades.items() if grade.get("sha256")]
    return [f"grades.{name}: {said.format(other)}" for name, other in pairs if name != other]


def with_token_yields(grades: Mapping[str, Facts], reference: str) -> dict[str, Facts]:
    """The grades with their yield in tokens beside that in bytes: the one is what laws count, the other what a reader sees."""
    return {name: {**grades[name], "token_yield": share} for name, share in token_yields(grades, reference).items()}


def with_recipes(grades: Mapping[str, Facts], study: Study) -> dict[str, Facts]:
    """The grades, each that is made by a recipe with the name of it."""
    named = {grade.name: {"recipe": grade.recipe} for grade in study.grades if grade.recipe is not None}
    return {name: {**facts, **named.get(name, {})} for name, facts in grades.items()}


def points(records: Records, spent: Mapping[str, Line]) -> list[Facts]:
    """The points of the results, with the number of their trunk and the seconds a run to each alone would take; runs at other
    learning rates are none of them."""
    trunks = {line["trial"]: (i, line) for i, line in enumerate(records.trials)}
    fitted = [point for point in records.points if point["arm"] != rates.ARM]
    best: dict[tuple[str, str], float] = {}
    for point in fitted:
        if (
            "measures" in point and "accuracy" not in point["measures"]
        ):  # of pictures, which are looked at all along one run
            key = point["trial"], point["held_out"]
            best[key] = point["best"] = min(point["loss"], best.get(key, point["loss"]))
    return [
        {
            **{name: point.get(name) for name in COLUMNS},
            **{name: point[name] for name in ("best", "measures", "validation") if name in point},
            "trunk": trunks[point["trial"]][0],
            "seconds": costs.seconds_apart(point, trunks[point["trial"]][1], spent.get(point["trial"])),
            "joules": costs.joules_apart(point, trunks[point["trial"]][1], spent.get(point["trial"])),
        }
        for point in fitted
    ]


def withheld(verdict: Facts, failed: Sequence[str]) -> Facts:
    """The verdict itself, or UNDECIDED with the reason where a control failed."""
    if not failed:
        return verdict
    return {**verdict, "verdict": "UNDECIDED", "reason": f"a control failed: {', '.join(failed)}"}


def in_hours_of(unit: str, verdict: Facts) -> Facts:
    """The verdict with its claim in the hours that were spent: a law knows compute alone."""
    return {**verdict, "claim": verdict["claim"].replace("doubling compute", f"doubling {unit}")}


def spent_by_trial(path: Path) -> dict[str, Line]:
    """Lines of costs.jsonl by trial; of two for one trial the last, none for a trial without."""
    return {line["trial"]: line for line in read_lines(path) if "trial" in line}


def points_csv(facts: Facts) -> str:
    """Every point as a row of CSV, ensembles behind them; unknown is an empty cell."""
    text = io.StringIO()
    rows = [point | measures_of(point) for point in facts["points"]] + ensembles.table(facts)
    more = list(dict.fromkeys(name for row in rows for name in row if name not in (*COLUMNS, "measures")))
    writer = csv.DictWriter(text, [*COLUMNS, *more], extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def measures_of(point: Facts) -> Facts:
    """What else was measured at a point, flat: a column of each value and of the ends of its interval.

    >>> measures_of({"measures": {"kid": {"value": 0.1, "interval": [0.0, 0.2], "n": 9}}})
    {'kid': 0.1, 'kid_low': 0.0, 'kid_high': 0.2}
    """
    flat: Facts = {}
    for name, reading in (point.get("measures") or {}).items():
        low, high = reading.get("interval") or (None, None)
        flat |= {name: reading["value"], f"{name}_low": low, f"{name}_high": high}
    return flat


def load(folder: Path) -> Facts:
    """The facts in a study's folder; InputError, in one line, where there are none."""
    path = folder / "study.json"
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: not there; a study that has ended leaves it (studies run)") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from None
    schema = facts.get("schema") if isinstance(facts, dict) else None
    if schema != SCHEMA:
        raise InputError(f"{path}: facts of schema {schema!r}; this dataqual reads {SCHEMA!r}")
    return facts


def machine(workers: int) -> str:
    """What it ran on, as far as a stranger needs to know."""
    return f"{platform.machine()}, {platform.system()}, {workers} worker{'s' if workers != 1 else ''}"


def held_out_sets(points: Iterable[Facts]) -> list[str]:
    """The held-out sets in the order in which they come."""
    return list(dict.fromkeys(point["held_out"] for point in points))
