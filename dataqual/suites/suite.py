"""`Suite`: checks read from YAML, every name in them resolved before a byte of data is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, get_args

from dataqual import catalog, specs
from dataqual.bounds import Bounds
from dataqual.errors import SpecError, did_you_mean
from dataqual.faults import PICTURES, SHARES
from dataqual.images.perceptual import Perceptual
from dataqual.metrics.documents import Documents
from dataqual.near_duplicates import NearDuplicates
from dataqual.rules.rule_set import Rule, load
from dataqual.suites.agreement import KrippendorffAlpha
from dataqual.suites.columns import STATISTICS, HowMany, Meets, NotNull, OfColumn, Present, Unique
from dataqual.suites.conditions import Condition, Length, Matches, OfType, OneOf, Within
from dataqual.suites.copies import Copies
from dataqual.suites.gauges import Gauge, Grouped, OfMetric, OfSignal, Passing
from dataqual.suites.unreadable import Unreadable
from dataqual.suites.verdicts import Check, Unsure

SUBJECTS = ("metric", "signal", "rules", "column", "unique", "columns")
"""What a check may be about: one of these keys, and one only."""

COMMON = ("name", "about", "severity", "by", "sampled", "confidence", "unsure")
"""Keys that any check may have."""

COUNTED = SHARES | PICTURES
"""Faults of single documents, or pictures, whose share is a metric."""
OWN_METRICS = ("exact_copies", "near_copies", "unreadable", "records", "krippendorff_alpha")
"""Numbers of a corpus that are no metrics of the catalog, for they need more than one pass over documents, or other columns."""

OF_SIGNAL = ("mean", "median", "min", "max", "total")
VALUES = ("type", "range", "pattern", "without", "allowed", "forbidden", "length")
"""What each value of a column may be asked for."""


@dataclass(frozen=True)
class Suite:
    """Checks, in order, that are made in one pass over a corpus.

    >>> suite = Suite.of([{"signal": "word_count", "min": 2, "mostly": 0.9}, {"metric": "documents", "min": 10}])
    >>> [check.expected for check in suite.checks]
    ['the share of documents with word_count >= 2 is >= 0.9', 'the number of documents is >= 10']
    """

    name: str
    checks: tuple[Check, ...]
    about: str = ""

    @classmethod
    def load(cls, path: str | Path) -> Suite:
        """Of a YAML file; SpecError that says where."""
        return cls.of(specs.read_yaml(Path(path)), str(path))

    @classmethod
    def of(cls, content: Any, where: str = "suite") -> Suite:
        """Of `{about: …, sampled: …, confidence: …, checks: [{SUBJECT: NAME, …}, …]}`, or of the checks alone.

        SpecError that says where.
        """
        given = specs.mapping(content, where) if isinstance(content, Mapping) else {"checks": content}
        specs.check_keys(given, where, required=("checks",), optional=("about", "sampled", "confidence", "unsure"))
        listed = given["checks"]
        if not isinstance(listed, Sequence) or isinstance(listed, str) or not listed:
            raise SpecError(f"{where}.checks: expected a list of checks, one at least")
        shared: dict[str, Any] = {key: given[key] for key in ("sampled", "confidence", "unsure") if key in given}
        _common(shared, where)
        checks = [
            check
            for at, one in enumerate(listed)
            for check in ([one] if isinstance(one, Check) else _parsed(one, f"{where}.checks[{at}]", shared))
        ]
        about = specs.string(given, "about", where) if "about" in given else ""
        return cls(where, tuple(_named(checks)), about)

    @property
    def content(self) -> dict[str, Any]:
        """As YAML has it, so that `Suite.of` makes the same again; without checks that were not made from YAML."""
        checks = [dict(check.spec) for check in self.checks if check.spec]
        return ({"about": self.about} if self.about else {}) | {"checks": checks}

    @property
    def documents(self) -> bool:
        """Whether it needs documents, and so a text column."""
        return any(_inner(check.gauge).documents for check in self.checks)

    @property
    def dated(self) -> bool:
        """Whether it needs the dates of documents, and so a column of them."""
        return any(isinstance(one := _inner(check.gauge), OfMetric) and one.metric.of_dates for check in self.checks)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns whose values it needs."""
        return tuple(dict.fromkeys(name for check in self.checks for name in check.gauge.columns))

    @property
    def listed(self) -> bool:
        """Whether it needs the names of all columns."""
        return any(_inner(check.gauge).listed for check in self.checks)

    def grouped(self, role: str, column: str) -> Suite:
        """With the column by which checks that have this role group."""
        return replace(
            self,
            checks=tuple(
                replace(check, gauge=replace(check.gauge, column=column))
                if isinstance(check.gauge, Grouped) and check.gauge.role == role
                else check
                for check in self.checks
            ),
        )


def suite_of(given: Any) -> Suite:
    """A suite from whatever names one: itself, a YAML file, a check, or what `Suite.of` takes."""
    if isinstance(given, Suite):
        return given
    if isinstance(given, Check):
        return Suite(given.name, (given,))
    return Suite.load(given) if isinstance(given, str | Path) else Suite.of(given)


def check(content: Mapping[str, Any] | None = None, /, **keys: Any) -> Check:
    """One check, as YAML has it or by keywords.

    >>> check(signal="word_count", min=2).expected
    'the share of documents with word_count >= 2 is >= 1'
    """
    made = Suite.of([{**(content or {}), **keys}], "check").checks
    if len(made) != 1:
        raise SpecError(f"check: this is {len(made)} checks ({', '.join(c.name for c in made)}); ask for one at a time")
    return made[0]


def _inner(gauge: Gauge[Any]) -> Gauge[Any]:
    return gauge.gauge if isinstance(gauge, Grouped) else gauge


def _parsed(content: object, where: str, shared: Mapping[str, Any]) -> list[Check]:
    """The checks that one entry of a suite stands for: several of a column are several checks."""
    given = specs.mapping(content, where)
    subjects = [key for key in SUBJECTS if key in given and not (key == "unique" and "column" in given)]
    if len(subjects) != 1:
        also = f", got {' and '.join(subjects)}" if subjects else ""
        raise SpecError(f"{where}: a check has one of the keys {', '.join(SUBJECTS)}{also}")
    common = _common({**shared, **{key: given[key] for key in COMMON if key in given}}, where)
    role = common.pop("by", None)
    makers: dict[str, Callable[[dict[str, Any], str], Iterator[Check]]] = {
        "metric": _of_metric,
        "signal": _of_signal,
        "rules": _of_rules,
        "column": _of_column,
        "unique": _of_unique,
        "columns": _of_columns,
    }
    made = []
    for one in makers[subjects[0]](given, where):
        kept = {key: value for key, value in shared.items() if key not in given}
        one = replace(one, spec={**(one.spec or given), **kept}, **common)
        if role is not None:
            if not isinstance(one.gauge, Passing | OfSignal | OfMetric | NotNull | Meets | OfColumn):
                raise SpecError(f"{where}.by: this is told of the whole corpus alone, not by {role}")
            one = replace(one, gauge=Grouped(one.gauge, role, role), name=f"{one.name} by {role}")
        made.append(one)
    if "name" in common and len(made) > 1:
        made = [
            replace(one, name=f"{common['name']}: {other.name}")
            for one, other in zip(made, makers[subjects[0]](given, where), strict=True)
        ]
    return made


def _common(given: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The fields of a check that any may have; SpecError where one is wrong."""
    allowed: dict[str, tuple[Any, ...]] = {
        "severity": ("fail", "warn"),
        "by": ("group", "label"),
        "sampled": (True, False),
        "unsure": get_args(Unsure),
    }
    for key, choices in allowed.items():
        if key in given and not any(
            given[key] is choice or (given[key] == choice and isinstance(choice, str)) for choice in choices
        ):
            said = ", ".join(str(choice).lower() if isinstance(choice, bool) else choice for choice in choices)
            raise SpecError(f"{where}.{key}: expected one of {said}, got {specs.flow(given[key])}")
    found = dict(given)
    for key in ("name", "about"):
        if key in found:
            found[key] = specs.string(found, key, where)
    if "confidence" in found:
        found["confidence"] = _share(found["confidence"], f"{where}.confidence", open_ends=True)
    return found


def _keys(given: Mapping[str, Any], where: str, subject: str, *own: str) -> None:
    specs.check_keys(given, where, required=(subject,), optional=(*own, *COMMON))


def _of_metric(given: dict[str, Any], where: str) -> Iterator[Check]:
    """`{metric: NAME, with: …, min: …}`."""
    _keys(given, where, "metric", "with", *specs.ENDS)
    name = specs.string(given, "metric", where)
    parameters = specs.mapping(given.get("with") or {}, f"{where}.with")
    bounds = specs.bounds(given, where)
    mend: tuple[str, ...] = ()
    if parameters and name in ("unreadable", "records", *COUNTED):
        raise SpecError(f"{where}.with: {name} has no parameters")
    gauge: Gauge[Any]
    says = f"the metric {name}"
    if name in ("exact_copies", "near_copies"):
        kind: Any = name
        how: type[Any] = Perceptual if {"radius", "variants"} & parameters.keys() else NearDuplicates
        gauge = Copies(kind, specs.construct(how, parameters, f"{where}.with", name))
        says, mend = f"the share of {name.replace('_', ' ')}", ("--drop", name)
        if name == "near_copies" and parameters:
            step = (
                {"dedup_images": parameters} if how is Perceptual else {"dedup": {"exact": False, "near": parameters}}
            )
            mend = ("--recipe", specs.flow({"steps": [step]}))
    elif name == "krippendorff_alpha":
        gauge = specs.construct(KrippendorffAlpha, parameters, f"{where}.with", name)
        says = f"Krippendorff's alpha of {', '.join(gauge.columns)}"
    elif name == "unreadable":
        gauge, says = Unreadable(), "the share of records that cannot be read"
    elif name == "records":
        gauge, says = HowMany(), "the number of records"
    elif name in COUNTED:
        signal, faulty = COUNTED[name]
        gauge = Passing((Rule(name, "", catalog.signal(signal), faulty.outside),), wrong=True)
        says, mend = f"the share of documents with the fault {name}", ("--drop", name)
    else:
        gauge = OfMetric(_metric(name, parameters, where))
        says = "the number of documents" if isinstance(gauge.metric, Documents) else says
    yield Check(name, gauge, bounds, says=says, mend=mend)


def _metric(name: str, parameters: dict[str, Any], where: str) -> Any:
    known = {*catalog.names("metrics"), *OWN_METRICS, *COUNTED}
    if name not in known:
        raise SpecError(f"{where}: no metric {name!r}; {did_you_mean(name, known)}")
    try:
        return catalog.metric(name, **parameters)
    except SpecError as error:
        raise SpecError(f"{where}: {error}") from None


def _of_signal(given: dict[str, Any], where: str) -> Iterator[Check]:
    """`{signal: NAME, with: …, min: …, mostly: …}`, or with `statistic: mean` or `quantile: 0.5` of all documents."""
    _keys(given, where, "signal", "with", "mostly", "statistic", "quantile", *specs.ENDS)
    signal, bounds = specs.signal(given, where), specs.bounds(given, where)
    name = catalog.label(signal)
    statistic = _statistic(given, where, OF_SIGNAL)
    if statistic is not None:
        if "mostly" in given:
            raise SpecError(f"{where}.mostly: a statistic is one number, so there is no share of it")
        said = _said(statistic)
        yield Check(f"{said} {name}", OfSignal(signal, statistic), bounds, says=f"the {said} of {name}")
        return
    ends = {end: value for end, value in asdict(bounds).items() if value is not None}
    keep = {"signal": given["signal"], **({"with": given["with"]} if given.get("with") else {}), **ends}
    yield Check(
        name,
        Passing((Rule(name, "", signal, bounds),)),
        Bounds(min=_mostly(given, where)),
        says=f"the share of documents with {name} {bounds}",
        mend=("--recipe", specs.flow({"steps": [{"keep": keep}]})),
    )


def _of_rules(given: dict[str, Any], where: str) -> Iterator[Check]:
    """`{rules: NAME, mostly: …}`."""
    _keys(given, where, "rules", "mostly")
    name = specs.string(given, "rules", where)
    try:
        rule_set = load(name)
    except SpecError as error:
        raise SpecError(f"{where}.rules: {error}") from None
    says = f"the share of documents that pass {rule_set.name}"
    bounds = Bounds(min=_mostly(given, where))
    yield Check(rule_set.name, Passing(rule_set.rules), bounds, says=says, mend=("--drop", name))


OF_COLUMN = (
    "nulls",
    "unique",
    "mostly",
    "statistic",
    "quantile",
    "type",
    "pattern",
    "without",
    "allowed",
    "forbidden",
    "length",
)
"""What may be asked of a column, beside bounds."""


def _of_column(given: dict[str, Any], where: str) -> Iterator[Check]:
    """`{column: NAME, type: …, nulls: …, min: …, …}`: a check for each of what is asked."""
    _keys(given, where, "column", *OF_COLUMN, *specs.ENDS)
    name = specs.string(given, "column", where)
    statistic = _statistic(given, where, STATISTICS)
    of_values = {*OF_COLUMN, *specs.ENDS} - {"mostly", "statistic", "quantile"}
    asked = {key: value for key, value in given.items() if key in of_values}
    if statistic is not None:
        if more := [key for key in asked if key not in specs.ENDS]:
            raise SpecError(f"{where}: {more[0]} is asked of values, not of a statistic; make it a check of its own")
        said = _said(statistic)
        yield Check(
            f"{said} {name}", OfColumn(name, statistic), specs.bounds(given, where), says=f"the {said} of {name}"
        )
    elif not asked:
        raise SpecError(f"{where}: says nothing of the column; {did_you_mean('', [*OF_COLUMN, *specs.ENDS])}")
    else:
        yield from _of_nulls(name, given, asked, where)
        yield from _of_values(name, given, asked, where)


def _of_nulls(name: str, given: Mapping[str, Any], asked: Mapping[str, Any], where: str) -> Iterator[Check]:
    """How many records may have no value."""
    if "nulls" not in asked:
        return
    if "mostly" in given and len(asked) == 1:
        raise SpecError(f"{where}.mostly: says nothing of nulls; nulls: 0.1 allows them in a tenth of the records")
    most = asked["nulls"]
    share = 0.0 if most is False else _share(most, f"{where}.nulls")
    says = f"the share of records in which {name} is null"
    spec = _kept(given) | {"nulls": most}
    yield Check(f"{name} nulls", NotNull(name, wrong=True), Bounds(max=share), says=says, spec=spec)


def _of_values(name: str, given: Mapping[str, Any], asked: dict[str, Any], where: str) -> Iterator[Check]:
    """What most values, or all, must be."""
    mostly = _mostly(given, where)
    spec = _kept(given) | ({"mostly": given["mostly"]} if "mostly" in given else {})
    if "unique" in asked:
        if asked["unique"] is not True:
            raise SpecError(f"{where}.unique: expected true, got {specs.flow(asked['unique'])}")
        says = f"the share of values of {name} that occur once"
        yield Check(f"{name} unique", Unique((name,)), Bounds(min=mostly), says=says, spec=spec | {"unique": True})
    for key, condition, own_keys in _conditions(asked, where):
        says = f"the share of values of {name} {condition}"
        yield Check(f"{name} {key}", Meets(name, condition), Bounds(min=mostly), says=says, spec=spec | own_keys)


def _kept(given: Mapping[str, Any]) -> dict[str, Any]:
    """What every check of a column says again of what was given."""
    return {key: given[key] for key in ("column", *COMMON) if key in given}


def _conditions(asked: dict[str, Any], where: str) -> Iterator[tuple[str, Condition, dict[str, Any]]]:
    """What is asked of each value, by its name, with the keys that say so."""
    ends = {end: asked[end] for end in specs.ENDS if end in asked}
    if ends:
        yield "range", _within(ends, where), ends
    makers: dict[str, Callable[[Any, str], Condition]] = {
        "type": lambda v, at: OfType(_strings(v, at)),
        "pattern": lambda v, at: Matches(_string(v, at)),
        "without": lambda v, at: Matches(_string(v, at), inverted=True),
        "allowed": lambda v, at: OneOf(_list(v, at)),
        "forbidden": lambda v, at: OneOf(_list(v, at), inverted=True),
        "length": lambda v, at: Length(_lengths(v, at)),
    }
    for key, make in makers.items():
        if key in asked:
            try:
                yield key, make(asked[key], f"{where}.{key}"), {key: asked[key]}
            except SpecError as error:
                raise SpecError(str(error) if str(error).startswith(where) else f"{where}.{key}: {error}") from None


def _of_unique(given: dict[str, Any], where: str) -> Iterator[Check]:
    """`{unique: [COLUMN, …], mostly: …}`: no two records have the same values in all of these columns."""
    _keys(given, where, "unique", "mostly")
    names = _strings(given["unique"], f"{where}.unique")
    says = f"the share of records whose {' and '.join(names)} together occur once"
    yield Check(f"{'+'.join(names)} unique", Unique(names), Bounds(min=_mostly(given, where)), says=says)


def _of_columns(given: dict[str, Any], where: str) -> Iterator[Check]:
    """`{columns: [NAME, …], exactly: true, ordered: true}`, or `{columns: {min: …, max: …}}` of their number."""
    _keys(given, where, "columns", "exactly", "ordered")
    if isinstance(given["columns"], Mapping):
        bounds = specs.bounds(given["columns"], f"{where}.columns")
        yield Check("columns", HowMany(columns_of=True), bounds, says="the number of columns")
        return
    names = _strings(given["columns"], f"{where}.columns")
    flags = {key: given.get(key, False) for key in ("exactly", "ordered")}
    for key, value in flags.items():
        if not isinstance(value, bool):
            raise SpecError(f"{where}.{key}: expected true or false, got {specs.flow(value)}")
    more = "".join([" and no others" if flags["exactly"] else "", " in this order" if flags["ordered"] else ""])
    says = f"the share of the columns {', '.join(names)}{more} that are there"
    yield Check("columns", Present(names, **flags), Bounds(min=1), says=says)


def _named(checks: Sequence[Check]) -> Iterator[Check]:
    """Each check by a name of its own: a second of one name gets its bounds behind it, or its number."""
    taken: set[str] = set()
    for one in checks:
        name, number = one.name, 1
        while name in taken:
            number += 1
            name = f"{one.name} ({number})"
        taken.add(name)
        yield replace(one, name=name)


def _statistic(given: Mapping[str, Any], where: str, known: Sequence[str]) -> str | float | None:
    if "statistic" in given and "quantile" in given:
        raise SpecError(f"{where}: has a statistic and a quantile; a check is about one number")
    if "quantile" in given:
        return float(_share(given["quantile"], f"{where}.quantile"))
    if "statistic" not in given:
        return None
    if given["statistic"] not in known:
        raise SpecError(
            f"{where}.statistic: no statistic {given['statistic']!r}; {did_you_mean(str(given['statistic']), known)}"
        )
    found = str(given["statistic"])
    return 0.5 if found == "median" and "signal" in given else found


def _said(statistic: str | float) -> str:
    return statistic if isinstance(statistic, str) else "median" if statistic == 0.5 else f"{statistic:g} quantile"


def _mostly(given: Mapping[str, Any], where: str) -> float:
    return _share(given.get("mostly", 1.0), f"{where}.mostly")


def _share(value: Any, where: str, *, open_ends: bool = False) -> float:
    sound = isinstance(value, int | float) and not isinstance(value, bool)
    if not sound or not (0 < value < 1 if open_ends else 0 <= value <= 1):
        raise SpecError(f"{where}: expected a share from 0 to 1 (80 % is 0.8), got {specs.flow(value)}")
    return value


def _within(ends: Mapping[str, Any], where: str) -> Within:
    if all(isinstance(end, int | float) and not isinstance(end, bool) for end in ends.values()):
        return Within(**{end: value for end, value in asdict(specs.bounds(ends, where)).items() if value is not None})
    for end, value in ends.items():
        if not isinstance(value, str | dt.date):
            raise SpecError(f"{where}.{end}: expected a number, a string or a date, got {specs.flow(value)}")
    return Within(**ends)


def _lengths(value: Any, where: str) -> Within:
    if isinstance(value, int) and not isinstance(value, bool):
        return Within(min=value, max=value)
    given = specs.mapping(value, where)
    specs.check_keys(given, where, required=(), optional=specs.ENDS)
    specs.bounds(given, where)
    return _within(given, where)


def _string(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise SpecError(f"{where}: expected a string, got {specs.flow(value)}")
    return value


def _strings(value: Any, where: str) -> tuple[str, ...]:
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list | tuple) or not found or not all(isinstance(one, str) for one in found):
        raise SpecError(f"{where}: expected a name or a list of names, got {specs.flow(value)}")
    return tuple(found)


def _list(value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple | set | frozenset):
        raise SpecError(f"{where}: expected a list of values, got {specs.flow(value)}")
    return tuple(value)
