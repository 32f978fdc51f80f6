"""Suites of theirs as ours: what of a check says the same as each expectation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dataqual.adapters.great_expectations.ends import read_ends
from dataqual.adapters.great_expectations.writing import STATISTICS, TYPES
from dataqual.errors import SpecError
from dataqual.suites.suite import Suite

Reader = Callable[[dict[str, Any]], dict[str, Any]]


def from_gx(suite: Any, *, name: str | None = None) -> Suite:
    """A suite of ours of an ExpectationSuite; SpecError for an expectation that none of ours is equal to."""
    checks = [_from_expectation(expectation, at) for at, expectation in enumerate(suite.expectations)]
    return Suite.of(checks, name or suite.name)


def _from_expectation(expectation: Any, at: int) -> dict[str, Any]:
    """One expectation as a check has it."""
    kind = type(expectation).__name__
    given = {key: value for key, value in expectation.configuration.kwargs.items() if value is not None}
    where = f"expectation {at} ({kind})"
    if given.get("row_condition"):
        raise SpecError(f"{where}: a row condition has no like in a suite of dataqual")
    reader = READERS.get(kind)
    if reader is None:
        raise SpecError(
            f"{where}: no check of dataqual is equal to it; there are equals of {', '.join(sorted(READERS))}"
        )
    made = reader(given)
    meta = expectation.meta if isinstance(expectation.meta, dict) else {}
    told = meta.get("dataqual", {})
    common = {"severity": "warn"} if str(getattr(expectation.severity, "value", "")) in ("warning", "info") else {}
    return {**({"about": told["about"]} if "about" in told else {}), **made, **common}


def _column(*keys: str, **renamed: str) -> Reader:
    """A reader of an expectation of a column; `renamed` are our names of their keys."""

    def read(given: dict[str, Any]) -> dict[str, Any]:
        own = {ours: given[theirs] for ours, theirs in renamed.items() if theirs in given}
        return {
            "column": given["column"],
            **own,
            **_read_mostly(given),
            **(read_ends(given) if "ends" in keys else {}),
        }

    return read


def _lengths(given: dict[str, Any]) -> dict[str, Any]:
    length = {"min": given["value"], "max": given["value"]} if "value" in given else read_ends(given)
    return {"column": given["column"], "length": length, **_read_mostly(given)}


def _statistic(name: str) -> Reader:
    return lambda given: {"column": given["column"], "statistic": name, **read_ends(given)}


def _types(given: dict[str, Any]) -> dict[str, Any]:
    names = given.get("type_list") or [given["type_"]]
    back = {theirs: ours for ours, names in TYPES.items() for theirs in names}
    for name in names:
        if name not in back:
            raise SpecError(
                f"the type {name!r} of great-expectations has no like; there are: {', '.join(sorted(back))}"
            )
    return {"column": given["column"], "type": list(dict.fromkeys(back[name] for name in names)), **_read_mostly(given)}


def _quantiles(given: dict[str, Any]) -> dict[str, Any]:
    ranges = given["quantile_ranges"]
    if len(ranges["quantiles"]) != 1:
        raise SpecError("several quantiles in one expectation: make an expectation of each")
    [q], [[low, high]] = ranges["quantiles"], ranges["value_ranges"]
    return {"column": given["column"], "quantile": q, **read_ends({"min_value": low, "max_value": high})}


def _compound(given: dict[str, Any]) -> dict[str, Any]:
    ignored = given.get("ignore_row_if", "all_values_are_missing")
    if ignored != "all_values_are_missing":
        raise SpecError(f"ignore_row_if {ignored!r} has no like: here rows count unless all their values are missing")
    return {"unique": list(given["column_list"]), **_read_mostly(given)}


def _counts(subject: str) -> Reader:
    def read(given: dict[str, Any]) -> dict[str, Any]:
        ends = {"min": given["value"], "max": given["value"]} if "value" in given else read_ends(given)
        return {"metric": "records", **ends} if subject == "rows" else {"columns": ends}

    return read


def _signals(given: dict[str, Any]) -> dict[str, Any]:
    parameters = {"with": given["parameters"]} if given.get("parameters") else {}
    return {"signal": given.get("signal", "word_count"), **parameters, **_read_mostly(given), **read_ends(given)}


def _corpus(metric: str | None = None) -> Reader:
    return lambda given: {**({"metric": metric} if metric else given["check"]), **read_ends(given)}


READERS: dict[str, Reader] = {
    "ExpectColumnValuesToNotBeNull": lambda given: {
        "column": given["column"], "nulls": round(1 - given.get("mostly", 1), 12) or False
    },
    "ExpectColumnValuesToBeUnique": lambda given: {"column": given["column"], "unique": True, **_read_mostly(given)},
    "ExpectCompoundColumnsToBeUnique": _compound,
    "ExpectColumnValuesToBeBetween": _column("ends"),
    "ExpectColumnValuesToBeInSet": _column(allowed="value_set"),
    "ExpectColumnValuesToNotBeInSet": _column(forbidden="value_set"),
    "ExpectColumnValuesToMatchRegex": _column(pattern="regex"),
    "ExpectColumnValuesToNotMatchRegex": _column(without="regex"),
    "ExpectColumnValueLengthsToBeBetween": _lengths,
    "ExpectColumnValueLengthsToEqual": _lengths,
    "ExpectColumnValuesToBeOfType": _types,
    "ExpectColumnValuesToBeInTypeList": _types,
    "ExpectColumnQuantileValuesToBeBetween": _quantiles,
    "ExpectColumnToExist": lambda given: {"columns": [given["column"]]},
    "ExpectTableColumnsToMatchOrderedList": lambda given: {
        "columns": list(given["column_list"]), "exactly": True, "ordered": True
    },
    "ExpectTableColumnsToMatchSet": lambda given: {
        "columns": list(given["column_set"]), "exactly": bool(given.get("exact_match", True))
    },
    "ExpectTableColumnCountToBeBetween": _counts("columns"),
    "ExpectTableColumnCountToEqual": _counts("columns"),
    "ExpectTableRowCountToBeBetween": _counts("rows"),
    "ExpectTableRowCountToEqual": _counts("rows"),
    "ExpectTextSignalToBeBetween": _signals,
    "ExpectTextWordCountToBeBetween": _signals,
    "ExpectTextCharacterCountToBeBetween": _signals,
    "ExpectTextDuplicateLineShareToBeBetween": _signals,
    "ExpectTextMojibakeToBeBetween": _signals,
    "ExpectTextEmailAddressesToBeBetween": _signals,
    "ExpectTextToPassRules": lambda given: {"rules": given["rules"], **_read_mostly(given)},
    "ExpectCorpusCheckToBeBetween": _corpus(),
    "ExpectNearDuplicateShareToBeLessThan": _corpus("near_copies"),
    "ExpectExactDuplicateShareToBeLessThan": _corpus("exact_copies"),
    **{kind.__name__: _statistic(name) for name, kind in STATISTICS.items()},
}  # fmt: skip
"""What of a check says the same as an expectation, by the name of its class."""


def _read_mostly(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"mostly": given["mostly"]} if given.get("mostly") not in (None, 1, 1.0) else {}
