"""What a study says in words: the answer in a sentence, what it may not be used to claim, the summary for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from studies.durations import worked
from studies.telling import picture_sentences
from studies.telling.wording import TEXT, Wording

Facts = Mapping[str, Any]

MARKS = {True: "✓", False: "✗", None: "?"}
COLOURS = {"SUPPORTED": "green", "REFUTED": "green", "UNDECIDED": "yellow"}
USUALLY = 0.9
"""Of the runs of the largest size that a law must have in their 95 % intervals to be trusted beyond them."""
USUAL = 20
"""Tokens per parameter of a model that makes the best of its compute (Hoffmann et al. 2022)."""


def answer(facts: Facts) -> str:
    """The answer with its interval in a sentence, what is decided first, for somebody who reads nothing else.

    Why a control failed stands with the controls: here only that it did, and which.
    """
    whole = [control for control in facts["controls"] if control["passed"] is False and not control.get("held_out")]
    if whole:
        return f"Undecided: the control {whole[0]['name']} failed, so no verdict counts."
    broken = [control for control in facts["controls"] if control["passed"] is False]
    failed = {control["held_out"] for control in broken}
    sets = {name: part for name, part in facts["exchange"].items() if name not in failed and _verdict(part)}
    if not sets:
        return f"Undecided: {_why_nothing(facts, failed)}."
    unit = facts["cost"]["unit"]
    said = _decided(sets, unit, facts.get("units") or {}) or _undecided(sets, unit)
    if failed:
        which = "the A/A control" if all(_equal(control) for control in broken) else "a control"
        said.append(f"no verdict on {_listed(sorted(failed))} text, where {which} failed")
    at = next(iter(sets.values()))["operating_point"]
    text = f"{'; '.join(said)} ({_short(at['parameters'])} parameters, {_short(at['unique'])} tokens)."
    return text[0].upper() + text[1:]


def _decided(sets: Mapping[str, Facts], unit: str, losses: Mapping[str, str]) -> list[str]:
    """Which of the two wins where, where neither does, and what a token is worth; nothing where no side wins."""
    sides = [words for side in ("SUPPORTED", "REFUTED") if (words := _side(sets, side, unit, losses))]
    rest = [name for name, part in sets.items() if _verdict(part)["verdict"] == "UNDECIDED"]
    worth = _worth(dict(list(sets.items())[:1]), "")
    return [part for part in (*sides, f"undecided on {_listed(rest)}" if rest else "", worth) if part] if sides else []


def _undecided(sets: Mapping[str, Facts], unit: str) -> list[str]:
    """What a token is worth, and that more is not known."""
    where = "" if len(sets) > 1 else f" on {_listed(list(sets))} text"
    return [part for part in (_worth(sets, " text"), f"more data or more {unit}: undecided{where}") if part]


def _short(number: float) -> str:
    """A large number where there is little room.

    >>> _short(373_000), _short(1_024_000)
    ('373k', '1.0M')
    """
    name, *unit = count(number).split(" ")
    return name + {"thousand": "k", "million": "M", "billion": "B", "trillion": "T"}.get("".join(unit), "")


def _why_nothing(facts: Facts, failed: set[str]) -> str:
    """What no control may show and one did, in words that need no others; else what the laws say, or that there is none."""
    broken = [c for c in facts["controls"] if c["passed"] is False and c.get("held_out") in failed]
    if broken:
        kind = str(broken[0]["name"]).rsplit(", ", 1)[0]
        mine = [c for c in broken if str(c["name"]).rsplit(", ", 1)[0] == kind]
        values = ", ".join(f"{c['held_out']} {estimate(c)}" for c in mine)
        return f"{_what_failed(mine)} ({kind}: {values}), so no verdict counts"
    reasons = dict.fromkeys(part["reason"] for part in facts["exchange"].values() if part.get("reason"))
    return "; ".join(reasons) or "there is no point to fit a law to"


def _what_failed(controls: Sequence[Facts]) -> str:
    """What controls of one kind showed: an interval of A/A that contains 1 is too wide, and says nothing against equality.

    >>> _what_failed([{"name": "A/A, raw", "interval": [0.84, 1.16]}])
    'too few runs to tell equal data from unequal'
    """
    if not _equal(controls[0]):
        return "spoilt data looked better than whole data"
    apart = any(c["interval"] and not c["interval"][0] <= 1 <= c["interval"][1] for c in controls)
    return "equal data did not look equal" if apart else "too few runs to tell equal data from unequal"


def _equal(control: Facts) -> bool:
    """Whether a control is that of two equal grades."""
    return str(control["name"]).startswith("A/A")


def _side(sets: Mapping[str, Facts], side: str, unit: str, losses: Mapping[str, str]) -> str:
    """The held-out sets on which one of the two wins, with by how much; "" where there is none."""
    found = {name: verdict for name, part in sets.items() if (verdict := _verdict(part))["verdict"] == side}
    if not found:
        return ""
    won, it, lost = ("data", "it", unit) if side == "SUPPORTED" else (unit, "them", "data")
    amounts = [_amount(verdict) for verdict in found.values()]
    first, *rest = [
        f"{amount}{_counted(losses, list(found), i)} on {name}{' text' if not i else ''}"
        for i, (name, amount) in enumerate(zip(found, amounts, strict=True))
    ]
    return ", ".join([f"more {won}: doubling {it} beats doubling {lost} by {first}", *rest])


def _counted(losses: Mapping[str, str], names: Sequence[str], i: int) -> str:
    """What the difference on the i-th set is counted in, where it is said for the first time or is another one than before.

    >>> [_counted({"mood": "bits per label"}, ["raw", "neutral", "mood"], i) for i in range(3)]
    [' bits per byte', '', ' bits per label']
    """
    said = [losses.get(name, "bits per byte") for name in names[: i + 1]]
    return "" if i and said[i] == said[i - 1] else f" {said[i]}"


def _worth(sets: Mapping[str, Facts], text: str) -> str:
    """What a token is worth: of one grade on two held-out sets, of two grades on one; of the rest that there is more.

    `text` is the word behind the name of a held-out set.
    """
    name, part = next(iter(sets.items()))
    grades = [g for g, w in part["grades"].items() if w["q"]["value"] is not None]
    if not grades:
        return ""
    first = f"a token of {grades[0]} is worth {estimate(part['grades'][grades[0]]['q'])} of {part['reference']}"
    if len(grades) > 1:
        more = f", {len(grades) - 2} more below" if len(grades) > 2 else ""
        return f"{first} on {name}{text}, of {grades[1]} {estimate(part['grades'][grades[1]]['q'])}{more}"
    others = [(other, q) for other, p in list(sets.items())[1:2] if (q := (p["grades"].get(grades[0]) or {}).get("q"))]
    return ", ".join([f"{first} on {name}{text}", *(f"{estimate(q)} on {other}" for other, q in others)])


def _listed(names: Sequence[str]) -> str:
    """Names as they are said.

    >>> _listed(["raw"]), _listed(["raw", "neutral", "code"])
    ('raw', 'raw, neutral and code')
    """
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _amount(verdict: Facts) -> str:
    """The difference between the two, as a positive number for the side that wins."""
    found = verdict["difference"]
    return estimate(negative(found) if verdict["verdict"] == "REFUTED" else found, "{:.3f}")


def negative(found: Facts) -> Facts:
    """An estimate of the same with its sides changed."""
    value, interval = found.get("value"), found.get("interval")
    ends = interval and [None if end is None else -end for end in (interval[1], interval[0])]
    return {"value": None if value is None else -value, "interval": ends}


def not_claimed(facts: Facts) -> list[str]:
    """What this study must not be quoted for, from what it ran and what its laws could not tell."""
    return list(_limits(facts))


def _limits(facts: Facts) -> Iterator[str]:
    points = facts["points"]
    if lost := facts.get("diverged"):
        yield f"Anything of what diverged, {diverged(lost)}."
    if not points:
        yield "Anything: no trial has ended."
        return
    pictures = (facts.get("task") or TEXT)["kind"] == "pictures"
    n, d = [p["parameters"] for p in points], [p["tokens"] for p in points]
    yield (
        f"Anything outside {count(min(n))} to {count(max(n))} parameters and {count(min(d))} to {count(max(d))} tokens: "
        "no law was tested there."
    )
    yield from _beyond_grades(points)
    if not pictures:
        ratios = [p["tokens"] / p["parameters"] for p in points]
        yield (
            f"Models that see {USUAL} tokens per parameter or more."
            if max(ratios) < USUAL
            else f"Other ratios of tokens to parameters than {min(ratios):.1f} to {max(ratios):.1f}."
        )
    for held_out, laws in facts["laws"].items():
        for law in laws:
            if law.get("used") and law["weakly_identified"]:
                names = ", ".join(law["weakly_identified"])
                yield f"The values of {names} in the law of {held_out} text: these runs leave them open by a factor of 4 and more."
            if law.get("used") and (law.get("lack_of_fit") or {}).get("rejected"):
                yield f"That the law of {held_out} text holds exactly: it misses the points by more than equal runs differ."
    for held_out, laws in facts["laws"].items():
        left_out = next((law.get("largest_left_out") for law in laws if law.get("used")), None) or {}
        if left_out.get("inside") is not None and left_out["inside"] < USUALLY * left_out["n"]:
            yield (
                f"What larger models would do on {held_out} text: fitted without the largest size, its law had "
                f"{left_out['inside']} of its {left_out['n']} runs in their interval."
            )
    single = sorted({p["parameters"] for p in points} - {p["parameters"] for p in points if p["seed"]})
    if single:
        yield f"How much chance there is at size {', '.join(map(count, single))}: one seed ran there."
    if not facts["repeats"] and not pictures:
        yield "What repeating data costs: no run with repeats stands beside a fresh one of equal length."
    if pictures:
        yield from picture_sentences.limits(facts)
    else:
        yield from of_text(facts)
    if facts["cost"]["hours"] is not None:
        yield f"Hours on other machines: those here are {facts['cost']['unit']} of {facts['cost']['device']}."


def _beyond_grades(points: Sequence[Facts]) -> Iterator[str]:
    """Grades that were trained at smaller sizes alone: what is said of them at the largest goes on along the law."""
    largest = max(point["parameters"] for point in points)
    for grade in sorted({point["grade"] for point in points}):
        most = max(point["parameters"] for point in points if point["grade"] == grade)
        if most < largest:
            yield (
                f"That grade {grade} does the same at size {count(largest)}: it was trained up to {count(most)}, and the law "
                "goes on from there."
            )


def of_text(facts: Facts) -> Iterator[str]:
    """The limits of a study of text."""
    yield from of_neutral_text(facts)
    study = facts["study"]
    tuned = "was tried at others at two sizes only" if facts.get("learning_rate_check") else "was not tuned here"
    yield (
        f"Other learners, tokenizers or schedules than {study['learner']} on {facts['data']['tokenizer']}: the learning "
        f"rate comes from a table and {tuned}."
    )
    if named := list(facts.get("probes") or {}):
        yield f"Other tasks than {_listed(named)}, or more labelled text than these were tuned on."
    else:
        yield "Anything but the loss on held-out text: no task was measured."


def diverged(lost: Sequence[Facts]) -> str:
    """Trials without points, by size and grade, and what mends them."""
    where = dict.fromkeys(f"{one['grade']} at size {count(one['size'])}" for one in lost)
    trials = "1 trial" if len(lost) == 1 else f"{len(lost)} trials"
    return f"{trials} ({', '.join(where)}): a lower learning_rate in the study file mends it"


def of_neutral_text(facts: Facts) -> list[str]:
    """The limit of English neutral text that came with the package, where the corpus did not."""
    if facts["study"].get("corpus") is None or facts["study"].get("neutral") is not None:
        return []
    script = facts["data"].get("script")
    why = (
        f"the corpus is mostly in {script}, of which its verdict says little."
        if script not in (None, "Latin")
        else "it is not of the corpus' kind, and perhaps not of its language."
    )
    return [f"Anything of neutral text in another language than English (held_out.neutral was not set): {why}"]


def summary(facts: Facts) -> list[tuple[str, str | None]]:
    """What is read in ten seconds, line by line, with the colour each is best shown in."""
    wording = Wording.of(facts)
    return [(wording(line) if wording else line, colour) for line, colour in _summary(facts)]


def _summary(facts: Facts) -> list[tuple[str, str | None]]:
    lines: list[tuple[str, str | None]] = [(facts["sentence"], None), ("", None)]
    for held_out, part in facts["exchange"].items():
        for grade, worth in part["grades"].items():
            net = worth.get("net_worth")
            known = worth["q"].get("value") is not None
            text = (
                f"  {held_out}: 1 token of {grade} = {estimate(worth['q'] if known else None)} of {part['reference']}"
            )
            lines.append((text + (f"; per raw document {estimate(net)}" if net and known else ""), None))
        for verdict in part["verdicts"]:
            text = (
                f"  {held_out}: {verdict['claim']}: {verdict['verdict']} {estimate(verdict['difference'], '{:+.3f}')}"
            )
            why = f" ({verdict['reason']})" if verdict["verdict"] == "UNDECIDED" and verdict.get("reason") else ""
            lines.append((text + why, COLOURS.get(verdict["verdict"])))
    lines += [
        (_repeat(row, facts.get("units") or {}), None)
        for row in facts["repeats"]
        if row["epochs"] == _most(facts["repeats"])
    ]
    lines += [(f"  {line}", None) for line in (facts.get("ensembles") or {}).get("says") or []]
    lines.append(("", None))
    for control in facts["controls"]:
        lines.append((f"{MARKS[control['passed']]} {control['name']}: {control['says']}{_value(control)}", None))
    if lost := facts.get("diverged"):
        lines.append((f"✗ diverged: {diverged(lost)}", "yellow"))
    pictures = (facts.get("task") or TEXT)["kind"] == "pictures"
    if pictures:
        told = (picture_sentences.floor(facts), picture_sentences.memorised(facts))
        lines += [(f"  {line}", None) for line in told if line]
    elif taken := held_out_text(facts["data"]["grades"]):
        lines.append((f"  {taken}", None))
    lines += [("", None), *((f"note: {note}", None) for note in facts.get("notes") or [])]
    lines += [(warning, "yellow") for warning in warned(facts)]
    return [*lines, (cost(facts["cost"]), None)]


def warned(facts: Facts) -> Iterator[str]:
    """What the laws in use warn of, each with its held-out set.

    >>> list(warned({"laws": {"raw": [{"used": True, "warnings": ["too few runs"]}, {"warnings": ["other"]}]}}))
    ['warning: law of raw: too few runs']
    """
    for held_out, tried in (facts.get("laws") or {}).items():
        for law in tried:
            if law.get("used"):
                yield from (f"warning: law of {held_out}: {warning}" for warning in law.get("warnings") or [])


def cost(spent: Facts) -> str:
    """The cost in a line.

    >>> cost({"hours": 0.5, "unit": "core-hours", "money": None, "flops": 2e15, "saving": 0.392, "tokens": 3e6})
    '0.50 core-hours, 2.0e+15 FLOPs (39 % fewer than separate runs), 3.0 million tokens'
    """
    hours = f"{spent['unit']} unknown" if spent["hours"] is None else worked(spent["hours"], spent["unit"])
    money = "" if spent["money"] is None else f" = {spent['money']:.2f} {spent['currency']}"
    saving = "" if spent["saving"] is None else f" ({spent['saving']:.0%} fewer than separate runs)".replace("%", " %")
    energy = "" if spent.get("energy") is None else f", {spent['energy']:.2g} kWh"
    flops = "" if spent["flops"] is None else f", {spent['flops']:.1e} FLOPs{saving}"
    return f"{hours}{money}{energy}{flops}" + ("" if spent["tokens"] is None else f", {count(spent['tokens'])} tokens")


def estimate(found: Facts | None, form: str = "{:.2f}") -> str:
    """A value with its interval; what is unknown is said to be.

    >>> estimate({"value": 0.452, "interval": [0.4, None]}), estimate(None)
    ('0.45 [0.40, ∞]', 'unknown')
    >>> estimate({"value": None, "interval": [0.02, 0.08]}, "{:.3f}"), estimate({"value": None, "interval": [12, None]})
    ('0.020 to 0.080', 'more than 12.00')
    """
    interval = (found or {}).get("interval")
    if not found or found.get("value") is None:
        return _between(interval, form) if interval else "unknown"
    value = form.format(found["value"])
    if not interval:
        return f"{value} [interval unknown]"
    low, high = (
        ("−∞" if interval[0] is None else form.format(interval[0])),
        ("∞" if interval[1] is None else form.format(interval[1])),
    )
    return f"{value} [{low}, {high}]"


def held_out_text(grades: Mapping[str, Facts]) -> str:
    """Which grades lost how many documents because they share 13 words in a row with held-out text.

    >>> held_out_text({"clean": {"removed": {"documents": 1200}}, "half": {"removed": {"documents": 1}}})
    'Documents with 13 words in a row from a held-out set were taken out of the grades: clean 1,200, half 1.'
    """
    listed = ", ".join(f"{name} {grade['removed']['documents']:,}" for name, grade in grades.items())
    return (
        f"Documents with 13 words in a row from a held-out set were taken out of the grades: {listed}."
        if listed
        else ""
    )


def _between(interval: Sequence[float | None], form: str) -> str:
    low, high = (None if end is None else form.format(end) for end in interval)
    if low is None or high is None:
        return f"more than {low}" if low else f"less than {high}" if high else "unknown"
    return f"{low} to {high}"


def count(number: float) -> str:
    """A large number for people.

    >>> count(512), count(37_213), count(1_024_000), count(1.5e9)
    ('512', '37 thousand', '1.0 million', '1.5 billion')
    """
    for name, scale in (("trillion", 1e12), ("billion", 1e9), ("million", 1e6)):
        if number >= scale:
            return f"{number / scale:.1f} {name}"
    return f"{number / 1e3:.0f} thousand" if number >= 1e4 else f"{number:,.0f}"


def _verdict(part: Facts) -> Facts:
    """That on doubling data against doubling hours; empty where there is none."""
    return next((v for v in part["verdicts"] if v["what"] == "double_data"), {})


def _most(rows: Sequence[Facts]) -> float:
    return max(row["epochs"] for row in rows)


def _repeat(row: Facts, losses: Mapping[str, str]) -> str:
    found = {"value": row["difference"], "interval": row["interval"]}
    what = f"  {row['held_out']}, size {count(row.get('parameters', row['size']))}: {count(row['unique'])} tokens seen {row['epochs']} times instead of fresh ones"
    return f"{what}: {estimate(found, '{:+.3f}')} {losses.get(row['held_out'], 'bits per byte')}"


def _value(control: Facts) -> str:
    if control["value"] is None or not control["interval"]:
        return ""
    return f" {estimate(control)}"
