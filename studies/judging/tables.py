"""`studies fit`: every law that a table of runs can carry, the one its questions are put to, and laws.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from dataqual.errors import InputError, SpecError
from dataqual.lazy import lazy
from dataqual.writers.appearing import NewFile
from studies.fitting import law as laws
from studies.fitting.alternatives import Choice, choice
from studies.fitting.falling import rising
from studies.fitting.intervals import DRAWS, LEAST_SPARE, TELLING, Draws, Profile, cautious, draw, profile
from studies.fitting.leaving_out import largest_left_out
from studies.fitting.local import local_elasticities
from studies.fitting.replicates import lack_of_fit, pure_error
from studies.fitting.robust import Fit, evaluate, fit, too_little
from studies.fitting.runs import Runs
from studies.fitting.saved_laws import laws_json
from studies.fitting.tables import Table, read_table
from studies.folders import make_folder
from studies.judging.exchange import OperatingPoint, at_the_wall, exchange
from studies.laws.data_constrained import PUBLISHED
from studies.telling.fit_sentences import lines

ORDER = ("data_constrained", "chinchilla", "power")
"""The first of these that the runs can carry is the one that is used."""
OTHERS = 1_000
"""Draws, at most, for the laws that are not used."""
DESCRIBES = 0.1
"""Median error below which the published data-constrained law is held to speak of the same kind of runs."""
ASTRAY = 0.1
"""Share of the runs that may lie below a law's floor, being wrong themselves; where more do, the floor is."""
OWN = {"E": "a floor", "beta": "an exponent", "gamma": "an exponent"}
"""What a grade may have for itself, in words."""
FIRST_STAGE = ("A", "B", "E", "alpha", "beta")


@dataclass(frozen=True)
class Fitted:
    """One law on one held-out set, with everything that laws.json and study.json say of it."""

    fit: Fit
    draws: Draws
    used: bool
    name: str
    published: Mapping[str, float] = field(default_factory=dict)
    choice: Choice | None = None
    """What grades might have for themselves, where that was tried."""

    def facts(self) -> dict[str, Any]:
        """As study.json has it: `objective` of both estimates."""
        found, low = self.fit, self.intervals()
        misfit = lack_of_fit(found.runs, self._squares_residuals(), found.weight, found.free)
        facts: dict[str, Any] = {
            "name": self.name,
            "formula": found.law.formula,
            "source": found.law.source,
            "parameters": found.parameters(),
            "intervals": low,
            "objective": {"huber": found.objective, "least_squares": found.squares},
            "least_squares": found.parameters(squares=True),
            "profiles": {name: [p.low, p.high] for name, p in self.profiles.items()},
            "weakly_identified": self.weak(),
            "frozen": list(found.frozen),
            "n": len(found.runs),
            "trunks": found.runs.trunks,
            "rmse": found.rmse(),
            "repeat_sd": pure_error(found.runs).sd,
            "seed_share": found.seeds and found.seeds.share,
            "lack_of_fit": misfit,
            "residuals": found.residuals().tolist(),
            "bootstrap": {"draws": len(self.draws.theta), "how": self.draws.how},
            "used": self.used,
            "warnings": self.warnings(),
        }
        if self.published:
            facts["published"] = dict(self.published)
            facts["objective_at_published"] = evaluate(found.law, found.runs, self.published, seeds=found.seeds)
        facts["alternatives"] = self.choice.facts() if self.choice else []
        if self.used:
            facts["largest_left_out"] = largest_left_out(found)
        if misfit and misfit["rejected"]:
            point = OperatingPoint.of(found.runs)
            facts["local_elasticities"] = local_elasticities(found.runs, point.parameters, point.tokens)
        return facts

    def intervals(self) -> dict[str, list[float] | None]:
        """95 % intervals by bootstrap, of asymptotes also by profile; None for what was not fitted, and without noise."""
        found = self.fit
        if self.draws.noiseless:
            return dict.fromkeys(found.names())
        ends = {}
        for place, name in enumerate(found.names()):
            if name in self.profiles:
                low, high = cautious(self.draws, self.profiles[name])
            else:
                _, low, high = self.draws.interval(lambda theta, place=place: found.natural(theta)[:, place])  # type: ignore[misc]
            ends[name] = None if name in found.frozen else _within(found, name, low, high)
        if floor := ends.get("E"):
            ends["E"] = _below_losses(found, floor)
        return ends

    @lazy
    def profiles(self) -> dict[str, Profile]:
        """Profiles of the law's asymptotes that were fitted; none where there is no noise to tell how far they may go."""
        if self.draws.noiseless:
            return {}
        return {name: profile(self.fit, name) for name in self.fit.law.asymptotes if name not in self.fit.frozen}

    def weak(self) -> list[str]:
        """Asymptotes whose 95 % interval, which holds their profile, spans more than a factor of four, every exponent at the end
        of its box, and a floor that may be as high as the lowest loss, or lies above many."""
        stuck, ends = at_the_wall(self.fit), self.intervals()
        lowest = float(self.fit.runs.loss.min())
        return [
            name
            for name in self.profiles
            if name in stuck or _spans(ends[name]) or (name == "E" and ends["E"] and ends["E"][1] == lowest)
        ]

    def warnings(self) -> list[str]:
        """No noise, runs that contradict one another, too few, and where Huber and least squares differ by a standard error."""
        found = self.fit
        if self.draws.noiseless:
            return [f"the law passes through the runs ({len(found.runs)}, {found.free} parameters fitted): "
                    "they show no noise, so how sure its numbers are cannot be identified"]  # fmt: skip
        warnings = rising(found.runs)
        if self.draws.stuck:
            warnings.append("the law passes through some runs and far from others, which contradict them: "
                            "intervals are those of least squares")  # fmt: skip
        if (spare := found.runs.trunks - found.free) < LEAST_SPARE:
            warnings.append(f"too few runs: {found.runs.trunks} independent for {found.free} parameters, {max(spare, 0) or 'none'} to spare; "
                            f"intervals are given as with {LEAST_SPARE} to spare and may be too narrow")  # fmt: skip
        if below := _seen_below(found):
            warnings.append(
                f"E lies above the loss of {below} of {len(found.runs)} runs, which no floor can: they contradict the law, or are wrong"
            )
        for plain, one in self.choice.told() if self.choice else ():
            name, grade = one.own[-1]
            warnings.append(
                f"one worth does not tell {grade} at every size and amount of data: with {OWN[name]} of its own the law misses runs "
                f"left out by {one.error:.2%}, without by {plain.error:.2%}; its worth is that at the operating point alone"
            )
        both = zip(self.fit.names(), self.fit.theta, self.fit.squares_theta, self._errors(), strict=True)
        return warnings + [
            f"{name}: Huber and least squares differ by {abs(a - b) / error:.1f} standard errors"
            for name, a, b, error in both
            if name not in (*self.fit.frozen, "A", "B", "K") and abs(a - b) > error > 0
        ]

    def _errors(self) -> np.ndarray:
        low, high = np.quantile(self.draws.theta, [0.1587, 0.8413], axis=0)
        return (high - low) / 2 * self.draws.widening

    def _squares_residuals(self) -> np.ndarray:
        found = self.fit
        return np.asarray(np.log(found.runs.loss) - found.model.values(found.squares_theta[None])[0])


def analyse(
    runs: Runs, *, draws: int = DRAWS, seed: int = 0, frozen: Mapping[str, float] | None = None
) -> tuple[list[Fitted], list[str]]:
    """Every law that the runs can carry, the used one first, and why others were left out. SpecError if there is none.

    `frozen` parameters hold for the laws that have them. Chinchilla is blind to repeats: where there are some it is
    fitted to the runs without, if those can carry it.
    """
    found: list[Fitted] = []
    left_out: dict[str, list[str]] = {}
    for name in ORDER:
        law = laws.find(name)
        given = {key: value for key, value in (frozen or {}).items() if key in law.names()}
        own = fresh(runs) if name == "chinchilla" and runs.repeats else runs
        if why := too_little(law, own, len(law.coordinates) + len(own.grades) - 1 - len(given)):
            left_out.setdefault(why.removeprefix(f"law {name}: "), []).append(name)
            continue
        fitted = fit(law, own, frozen=given)
        tried = None if found else choice(fitted)
        if tried and tried.own:
            fitted = fit(law, own, frozen=given, own=tried.own)
        many = draws if not found else min(draws, OTHERS)
        found.append(Fitted(fitted, draw(fitted, many, seed), not found, name, choice=tried))
    notes = [f"law{'s' * (len(names) > 1)} {', '.join(names)}: {why}" for why, names in left_out.items()]
    if not found:
        raise SpecError(f"no law can be fitted: {'; '.join(notes)}")
    found += published(runs, min(draws, OTHERS), seed)
    return found, [note for note in notes if not note.endswith("cannot be told")]


def fresh(runs: Runs) -> Runs:
    """The runs that saw no token twice, with only the grades that still have some."""
    return runs.where(runs.tokens <= runs.unique * 1.001).again()


def published(runs: Runs, draws: int, seed: int) -> list[Fitted]:
    """The data-constrained law with its authors' first stage frozen, where that law speaks of such runs at all."""
    law = laws.find("data_constrained")
    frozen = {name: PUBLISHED[name] for name in FIRST_STAGE}
    if len(runs.grades) > 1 or too_little(law, runs, 2):
        return []
    missed = np.abs(np.log(runs.loss) - np.log(law.loss(PUBLISHED, laws.Inputs.of(runs))))
    if np.median(missed) > DESCRIBES:
        return []
    found = fit(law, runs, frozen=frozen)
    return [Fitted(found, draw(found, draws, seed), False, "data_constrained@muennighoff2023", PUBLISHED)]


@dataclass(frozen=True)
class FittedTable:
    """What `studies fit` found: laws and exchange of every held-out set."""

    table: Table
    laws: dict[str, list[Fitted]]
    notes: dict[str, list[str]]
    exchange: dict[str, dict[str, Any]]

    def facts(self) -> dict[str, Any]:
        """laws.json, with how the table was read, the lines left out of it, and the exchange."""
        return self._facts

    @lazy
    def _facts(self) -> dict[str, Any]:
        """Made once: the largest size is left out and the law fitted again."""
        left_out = {
            name: [{"line": row.line, "reason": row.reason} for row in bad] for name, bad in self.table.refused.items()
        }
        laws = {name: [law.facts() for law in found] for name, found in self.laws.items()}
        return laws_json(laws, self.says(), table=Path(self.table.path).name, columns=self.table.columns, left_out=left_out,
                         runs={name: found[0].fit.runs.facts() for name, found in self.laws.items()}, exchange=self.exchange)  # fmt: skip

    def says(self) -> list[str]:
        """How the table was read, and why laws were left out: what holds for several held-out sets once for all."""
        sets: dict[str, list[str]] = {}
        for name, notes in self.notes.items():
            for note in notes:
                sets.setdefault(note, []).append(name)
        return [*self.table.says(), *(f"{', '.join(names)}: {note}" for note, names in sets.items())]

    def save(self, target: Path) -> None:
        """Write laws.json, or whatever `target` calls it, whole or not at all, in a folder that is made where there is none."""
        make_folder(target.parent)
        with NewFile(str(target)) as file:
            file.write(orjson.dumps(self.facts(), option=orjson.OPT_INDENT_2) + b"\n")
            file.finish()
            file.publish()

    def summary(self) -> str:
        """The essentials for a terminal."""
        return "\n".join(lines(self.facts() | {"path": self.table.path}))


def laws_file(table: str | Path, folder: str | Path | None) -> Path:
    """Where the laws of a table go: laws.json in `folder`; without one STEM.laws.json in the current one.

    InputError where a study has its laws.
    """
    target = Path(f"{Path(table).stem}.laws.json") if folder is None else Path(folder) / "laws.json"
    if target.exists() and not _of_a_table(target):
        raise InputError(f"{target}: a study has its laws here; name another folder with -o")
    return target


def _of_a_table(target: Path) -> bool:
    try:
        return "table" in orjson.loads(target.read_bytes())
    except (OSError, ValueError, TypeError):
        return False


def fit_table(
    path: str | Path,
    output: str | Path | None = None,
    *,
    reference: str | None = None,
    losses: Sequence[str] | None = None,
    frozen: Mapping[str, float] | None = None,
    lowest: int | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> FittedTable:
    """Fit the laws to anybody's table and, where `output` names a folder, write laws.json into it.

    `losses` names the loss columns, `reference` the grade that others are compared with, `frozen` parameters that are
    not fitted, `lowest` how many runs of lowest loss are kept.
    """
    target = None if output is None else laws_file(path, output)
    table = read_table(path, reference=reference, losses=losses)
    found: dict[str, list[Fitted]] = {}
    notes: dict[str, list[str]] = {}
    for name, runs in table.runs.items():
        kept = runs if lowest is None else runs.lowest(lowest)
        try:
            found[name], notes[name] = analyse(kept, draws=draws, seed=seed, frozen=_known(frozen))
        except SpecError as error:
            if len(table.runs) == 1:
                raise InputError(f"{path}: {error}") from None
            table.notes.append(f"{name}: {error}")
    if not found:
        raise InputError(f"{path}: {table.notes[-1]}")
    answers = {name: exchange(fitted[0].draws) for name, fitted in found.items()}
    done = FittedTable(table, found, notes, answers)
    if target is not None:
        done.save(target)
    return done


def _within(found: Fit, name: str, low: float, high: float) -> list[float]:
    """The interval, cut at the ends of the parameter's box; amplitudes and qualities have none worth the name."""
    ends = {c.name: (c.low, c.high, c.logarithm) for c in found.law.coordinates if c.name not in ("A", "B", "K")}
    box = {key: (np.exp(a), np.exp(b)) if logarithm else (a, b) for key, (a, b, logarithm) in ends.items()}
    least, most = box.get(name, (0.0, np.inf))
    return [float(max(low, least)), float(min(high, most))]


def _seen_below(found: Fit) -> int:
    """How many runs have a loss below the floor of their law."""
    floor = found.parameters().get("E", 0.0)
    return int((found.runs.loss < floor).sum())


def _below_losses(found: Fit, ends: list[float]) -> list[float] | None:
    """The interval of the floor, which no loss that was seen can lie below; None where too many do."""
    if not (below := _seen_below(found)):
        return [ends[0], min(ends[1], float(found.runs.loss.min()))]
    return ends if below <= ASTRAY * len(found.runs) else None


def _spans(ends: list[float] | None) -> bool:
    """Whether an interval leaves a parameter open."""
    return ends is None or not ends[1] <= TELLING * ends[0]


def _known(frozen: Mapping[str, float] | None) -> Mapping[str, float]:
    """The frozen parameters; SpecError for a name that no law has."""
    every = sorted({name for law in ORDER for name in laws.find(law).names()})
    for name in frozen or {}:
        if name not in every:
            raise SpecError(f"no law has a parameter {name!r}; there are: {', '.join(every)}")
    return frozen or {}
