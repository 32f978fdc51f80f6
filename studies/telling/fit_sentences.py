"""What `studies fit` says on a terminal, from the facts of laws.json: the law, what data and compute are worth, what may not be concluded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from studies.fitting.intervals import TELLING
from studies.telling.sentences import USUALLY, count, estimate, negative

Facts = Mapping[str, Any]

MEANS = {
    "A": "loss that parameters lower: A / N^alpha",
    "B": "loss that tokens lower: B / D^beta",
    "K": "loss that compute lowers: K / C^gamma",
    "E": "loss that nothing lowers",
    "alpha": "how fast parameters lower loss",
    "beta": "how fast tokens lower loss",
    "gamma": "how fast compute lowers loss",
    "R_D*": "repeats of the data after which more of them do little",
    "R_N*": "multiples of the parameters that the data can feed, after which more do little",
}
"""What a parameter of a law stands for."""

TAKEN = {"U": "U = D", "C": "C = 6 N D"}
"""What a column that is not there is taken as."""


def lines(facts: Facts) -> Iterator[str]:
    """How the table was read, and for every held-out set what its runs tell and what they do not."""
    read = [*(f"{role} = {name}" for role, name in facts["columns"].items())]
    taken = [
        said for role, said in TAKEN.items() if not {role, "epochs" if role == "U" else role} & facts["columns"].keys()
    ]
    yield f"{facts['path']}: {', '.join(read)}" + (f"; without a column for them {', '.join(taken)}" if taken else "")
    yield from (f"  {note}" for note in facts["notes"])
    for held_out, runs in facts["runs"].items():
        laws = [law for law in facts["laws"] if law["held_out"] == held_out]
        used = next(law for law in laws if law["used"])
        answers = facts["exchange"][held_out]
        yield ""
        yield f"{held_out}: {runs['n']} runs, {runs['trunks']} independent; {_span(runs['parameters'])} parameters, {_span(runs['tokens'])} tokens"
        for law in laws:
            yield from _law(law, answers["reference"])
        yield from _worth(answers)
        yield "  What may not be concluded from these runs:"
        yield from (f"    {line}" for line in limits(runs, used))


def _one_number(law: Facts) -> str:
    """What is known of whether one number tells what a grade is worth."""
    tried = law["alternatives"]
    if any(one["chosen"] for one in tried[1:]):
        return "one number does not tell it"
    untold = ", and neither a floor nor an exponent of its own told runs that were left out better" if tried else ""
    return f"its worth is taken to be one number{untold}"


def _span(ends: Iterable[float]) -> str:
    low, high = ends
    return count(low) if low == high else f"between {count(low)} and {count(high)}"


def _law(law: Facts, reference: str) -> Iterator[str]:
    """The law in use, or with published numbers, in full; of any other how well it fits."""
    if not law["used"] and not law.get("published"):
        yield f"  {law['name']} (not used): n {law['n']}, typical error {law['rmse']:.2%}"
        return
    yield f"  {law['name']}{' (used)' if law['used'] else ''}: {law['formula']}"
    yield f"    n {law['n']}, typical error {law['rmse']:.2%}, objective {law['objective']:.7g}; intervals are 95 %"
    rows = [(name, f"{value:.5g}", _interval(law, name)) for name, value in law["parameters"].items()]
    widths = [max(len(row[at]) for row in rows) for at in range(3)]
    for name, *cells in rows:
        meaning = MEANS.get(name) or _of_a_grade(law, name, reference)
        shown = "  ".join(cell.ljust(width) for cell, width in zip((name, *cells), widths, strict=True))
        yield f"    {shown}  {meaning}"
    if law.get("published"):
        at = ", ".join(f"{name} {law['published'][name]:g}" for name in ("R_D*", "R_N*"))
        yield f"    objective {law['objective_at_published']:.7g} at the published {at}"
    if law["seed_share"] is not None:
        yield f"    {law['seed_share']:.0%} of the chance in a run is its seed's, the same in every grade: it is taken off where runs are compared"
    yield from (f"    {name} is weakly identified: {_open(law, name)}" for name in law["weakly_identified"])
    yield from (f"    warning: {warning}" for warning in law["warnings"])


def _of_a_grade(law: Facts, name: str, reference: str) -> str:
    """What a parameter of a grade stands for."""
    what, grade = name[:-1].split("[", 1)
    if what != "q":
        return f"{MEANS[what]}, of {grade}"
    if any(one["chosen"] and one["grade"] == grade for one in law["alternatives"]):
        return f"what tokens of {grade} are multiplied by in its own law"
    return f"tokens of {reference} that one of {grade} is worth"


def _interval(law: Facts, name: str) -> str:
    ends = law["intervals"][name]
    if ends is None:
        return "frozen" if name in law["frozen"] else "[interval unknown]"
    return f"[{ends[0]:.4g}, {ends[1]:.4g}]"


def _open(law: Facts, name: str) -> str:
    """Why a parameter is called weakly identified."""
    if law["intervals"][name] is None:
        return "it lies above losses that were seen"
    low, high = law["intervals"][name]
    if name == "E" and high <= TELLING * low:
        return f"anything from {low:.3g} up to the lowest loss that was seen, {high:.3g}, fits these runs"
    return f"anything from {low:.3g} to {high:.3g} fits these runs"


def _worth(answers: Facts) -> Iterator[str]:
    """What more of each is worth, at the largest run of the reference."""
    point = answers["operating_point"]
    different = "" if point["unique"] >= point["tokens"] else f", {count(point['unique'])} of them different"
    yield (
        f"  What data and compute are worth at {count(point['parameters'])} parameters and {count(point['tokens'])} tokens{different}, "
        f"the largest run{'' if len(answers['grades']) < 2 else ' of ' + answers['reference']}:"
    )
    for name, grade in answers["grades"].items():
        if name != answers["reference"]:
            yield (
                f"    one token of {name} is worth {_three(grade['q'])} of {answers['reference']}; "
                f"as compute: x {_three(grade['compute_multiplier'])}"
            )
    yield from (f"    {line}" for line in _slopes(answers["elasticities"]))
    yield from (f"    {line}" for line in _equivalents(answers))
    yield from (f"    {line}" for line in verdicts(answers["verdicts"]))


MORE = {
    "parameters": "1 % more parameters",
    "tokens": "1 % more tokens, none seen before",
    "compute": "1 % more compute, spent at its best",
    "unique": "1 % more unique data at the same compute",
}


def _slopes(found: Facts) -> Iterator[str]:
    """By how much loss changes with one per cent more of each."""
    best = {} if "unique" in found else {"compute": "1 % more compute"}
    for name, what in (MORE | best).items():
        if (slope := found.get(name)) and slope["value"] is not None:
            yield f"{what}: loss {estimate(slope, '{:+.3f}')} %"


def _equivalents(answers: Facts) -> Iterator[str]:
    """Data for compute and compute for data, where repeats were studied; a reason why there is none once."""
    said = None
    for found in answers["data_for_compute"]:
        if found["value"] is not None:
            yield f"{found['k']:g} times the compute does as much as {_three(found)} times the unique data"
        elif found.get("says") and found["says"] != said and "no run repeats" not in found["says"]:
            said = found["says"]
            yield said
            break  # what makes not up for twice the compute makes not up for more
    half = answers.get("half_data") or {}
    if half.get("value") is not None:
        yield f"{_three(half)} times the compute makes up for half of the unique data"
    elif half.get("says") and "no run repeats" not in half["says"]:
        yield half["says"]
    if (ceiling := answers["ceiling"]) and ceiling["value"] is not None:
        yield f"with these unique tokens loss stays above {_three(ceiling)}, whatever the compute"


def verdicts(verdicts: Iterable[Facts]) -> Iterator[str]:
    """Each verdict with its number and its reason; a reason that was given stands once."""
    said: set[str] = set()
    for found in verdicts:
        reasons = found["reason"].split("; ")
        new = [reason for reason in reasons if reason not in said]
        why = "; ".join(new if new == reasons else ["as above", *new])
        yield f"{found['claim']}: {found['verdict']}{_by(found)} ({why})"
        said.update(reasons)


def _by(found: Facts) -> str:
    """How much further loss falls than by doubling compute, or how much less far; both ends where that is open."""
    if not found["difference"]["interval"]:
        return ""
    if found["verdict"] == "UNDECIDED":
        return f", difference in loss {_three(found['difference'], signed=True)}"
    more = found["verdict"] == "SUPPORTED"
    return f", loss falls by {_three(found['difference'] if more else negative(found['difference']))} {'more' if more else 'less'}"


def _three(found: Facts, signed: bool = False) -> str:
    """An estimate to three digits."""
    return estimate(found, "{:+.3g}" if signed else "{:.3g}")


def limits(runs: Facts, law: Facts) -> Iterator[str]:
    """What these runs cannot carry: beyond their range, where the law is loose or wrong, and what no column says."""
    yield "Anything beyond these sizes and amounts of data: no law was tested there."
    if law["weakly_identified"]:
        yield f"The values of {', '.join(law['weakly_identified'])}: these runs leave them open."
    if (law["lack_of_fit"] or {}).get("rejected"):
        yield "That the law holds exactly: it misses the runs by more than equal runs differ."
    largest = law["largest_left_out"]
    if largest["inside"] is None:
        yield "What larger models would do: without the largest size too few runs are left to try it."
    elif largest["inside"] < USUALLY * largest["n"]:
        yield f"What larger models would do: fitted without the largest size, the law had {largest['inside']} of its {largest['n']} runs in their interval."
    if law["repeat_sd"] is None:
        yield "How much chance there is in a loss: no run was made twice, so intervals rest on how far runs lie from the law."
    if not runs["repeats"]:
        yield "What repeated data are worth: no run saw its tokens twice."
    if len(runs["grades"]) > 1:
        yield f"That a grade is worth as much at other sizes, or on other text than that of {law['held_out']}: {_one_number(law)}."
    yield "That data or size made the difference, if learning rates, schedules or tokenizers differed between runs: the table does not tell."
