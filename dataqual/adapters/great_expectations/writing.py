"""Suites of ours as theirs: for each check the equal expectation of theirs where there is one, else one of our own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe

from dataqual.adapters.great_expectations.ends import ends_of, whole_ends_of
from dataqual.adapters.great_expectations.expectations import (
    ExpectCorpusCheckToBeBetween,
    ExpectExactDuplicateShareToBeLessThan,
    ExpectNearDuplicateShareToBeLessThan,
    ExpectTextSignalToBeBetween,
    ExpectTextToPassRules,
)
from dataqual.bounds import Bounds
from dataqual.errors import SpecError
from dataqual.metrics.documents import Documents
from dataqual.suites.columns import HowMany, Meets, NotNull, OfColumn, Present, Unique
from dataqual.suites.conditions import Length, Matches, OfType, OneOf, Within
from dataqual.suites.gauges import OfMetric
from dataqual.suites.suite import suite_of
from dataqual.suites.verdicts import Check

SEVERITIES = {"fail": "critical", "warn": "warning"}

TYPES = {
    "string": ("str",),
    "integer": ("int", "int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8"),
    "float": ("float", "float64", "float32"),
    "boolean": ("bool",),
}
"""Ours and theirs: of values in a column of Python objects, and of columns of one type."""

STATISTICS: dict[str, Any] = {
    "mean": gxe.ExpectColumnMeanToBeBetween,
    "median": gxe.ExpectColumnMedianToBeBetween,
    "min": gxe.ExpectColumnMinToBeBetween,
    "max": gxe.ExpectColumnMaxToBeBetween,
    "total": gxe.ExpectColumnSumToBeBetween,
    "deviation": gxe.ExpectColumnStdevToBeBetween,
    "distinct": gxe.ExpectColumnUniqueValueCountToBeBetween,
    "distinct_share": gxe.ExpectColumnProportionOfUniqueValuesToBeBetween,
}


def to_gx(suite: Any, *, name: str | None = None, text: str = "text") -> gx.ExpectationSuite:
    """An ExpectationSuite of a suite of ours: for each check the equal expectation of theirs, where there is one, else ours.

    `text` names the column of the texts. SpecError for a check that has no like: by group, sampled, of unreadable records.
    """
    ours = suite_of(suite)
    expectations = [to_expectation(check, text=text) for check in ours.checks]
    return gx.ExpectationSuite(name=name or ours.name, expectations=expectations)


def to_expectation(check: Check, *, text: str = "text") -> Any:
    """One expectation of a check; SpecError where there is none that says the same."""
    if check.sampled or check.spec.get("by"):
        how = "sampled" if check.sampled else "by group"
        raise SpecError(f"{check.name}: great-expectations has no like of a check that is {how}")
    made = next(filter(None, (make(check, text) for make in (_of_columns, _of_table, _of_texts))), None)
    if made is None:
        raise SpecError(f"{check.name}: great-expectations has no like of this check")
    kind, given = made
    meta = {"dataqual": {"name": check.name, **({"about": check.about} if check.about else {})}}
    return kind(**given, severity=SEVERITIES[check.severity], meta=meta)


Made = tuple[Any, dict[str, Any]] | None


def _of_columns(check: Check, text: str) -> Made:
    """Checks of one column, or of several together."""
    gauge, bounds = check.gauge, check.bounds
    if isinstance(gauge, NotNull):
        mostly = bounds.min if bounds.min is not None else round(1 - float(bounds.max or 0), 12)
        return gxe.ExpectColumnValuesToNotBeNull, {"column": gauge.column, "mostly": mostly}
    if isinstance(gauge, Unique):
        if len(gauge.combined) == 1:
            return gxe.ExpectColumnValuesToBeUnique, {"column": gauge.combined[0], "mostly": bounds.min}
        listed = {"column_list": list(gauge.combined), "ignore_row_if": "all_values_are_missing"}
        return gxe.ExpectCompoundColumnsToBeUnique, {**listed, "mostly": bounds.min}
    if isinstance(gauge, OfColumn):
        if isinstance(gauge.statistic, float):
            ranges = {"quantiles": [gauge.statistic], "value_ranges": [[bounds.min, bounds.max]]}
            return gxe.ExpectColumnQuantileValuesToBeBetween, {"column": gauge.column, "quantile_ranges": ranges}
        return STATISTICS[gauge.statistic], {"column": gauge.column, **ends_of(bounds)}
    if isinstance(gauge, Meets):
        kind, given = _of_condition(gauge.condition)
        return kind, {"column": gauge.column, "mostly": bounds.min, **given}
    return None


def _of_condition(condition: Any) -> tuple[Any, dict[str, Any]]:
    if isinstance(condition, Within):
        if any(isinstance(end, str) and not _is_date(end) for end in ends_of(condition).values()):
            raise SpecError("great-expectations compares with numbers and dates alone, not with other strings")
        return gxe.ExpectColumnValuesToBeBetween, ends_of(condition)
    if isinstance(condition, OneOf):
        kind = gxe.ExpectColumnValuesToNotBeInSet if condition.inverted else gxe.ExpectColumnValuesToBeInSet
        return kind, {"value_set": list(condition.allowed)}
    if isinstance(condition, Matches):
        kind = gxe.ExpectColumnValuesToNotMatchRegex if condition.inverted else gxe.ExpectColumnValuesToMatchRegex
        return kind, {"regex": condition.pattern}
    if isinstance(condition, Length):
        return gxe.ExpectColumnValueLengthsToBeBetween, ends_of(condition.within)
    assert isinstance(condition, OfType)
    if any(name not in TYPES and name != "number" for name in condition.types):
        raise SpecError(f"great-expectations has no like of the type {' or '.join(condition.types)}")
    wanted = [own for name in condition.types for own in (("integer", "float") if name == "number" else (name,))]
    names = [theirs for name in wanted for theirs in TYPES[name]]
    if len(names) == 1:
        return gxe.ExpectColumnValuesToBeOfType, {"type_": names[0]}
    return gxe.ExpectColumnValuesToBeInTypeList, {"type_list": names}


def _of_table(check: Check, text: str) -> Made:
    """Checks of the table: its rows and columns."""
    gauge, bounds = check.gauge, check.bounds
    if isinstance(gauge, HowMany) and gauge.columns_of:
        return gxe.ExpectTableColumnCountToBeBetween, whole_ends_of(bounds)
    if isinstance(gauge, HowMany) or (isinstance(gauge, OfMetric) and isinstance(gauge.metric, Documents)):
        return gxe.ExpectTableRowCountToBeBetween, whole_ends_of(bounds)
    if isinstance(gauge, Present):
        if gauge.exactly and gauge.ordered:
            return gxe.ExpectTableColumnsToMatchOrderedList, {"column_list": list(gauge.wanted)}
        if gauge.ordered:
            raise SpecError(f"{check.name}: great-expectations orders all columns or none; say exactly: true")
        return gxe.ExpectTableColumnsToMatchSet, {"column_set": list(gauge.wanted), "exact_match": gauge.exactly}
    return None


def _of_texts(check: Check, text: str) -> Made:
    """Checks of documents, by expectations of our own."""
    spec, bounds = check.spec, check.bounds
    if spec.get("metric") == "unreadable" or not spec:
        return None
    if "rules" in spec:
        return ExpectTextToPassRules, {"column": text, "rules": spec["rules"], "mostly": bounds.min}
    if "signal" in spec and not {"statistic", "quantile"} & set(spec):
        given = {"signal": spec["signal"], "parameters": dict(spec.get("with") or {}) or None, "mostly": bounds.min}
        return ExpectTextSignalToBeBetween, {"column": text, **given, **ends_of(Bounds(**_own_ends(spec)))}
    ours = {key: spec[key] for key in ("metric", "signal", "with", "statistic", "quantile") if key in spec}
    preset = {
        "near_copies": ExpectNearDuplicateShareToBeLessThan,
        "exact_copies": ExpectExactDuplicateShareToBeLessThan,
    }
    if set(ours) == {"metric"} and ours["metric"] in preset and set(ends_of(bounds)) == {"max_value"}:
        return preset[ours["metric"]], {"column": text, **ends_of(bounds)}
    return ExpectCorpusCheckToBeBetween, {"column": text, "check": ours, **ends_of(bounds)}


def _is_date(value: str) -> bool:
    try:
        dt.datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _own_ends(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {end: spec[end] for end in ("min", "max", "above", "below") if end in spec}
