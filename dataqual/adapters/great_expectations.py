"""To and from great-expectations: suites in both directions, our signals as columns, and expectations of our own.

    from dataqual.adapters import great_expectations as dq

    suite = dq.to_gx("suite.yaml")                      # an ExpectationSuite: theirs where there is an equal one, else ours
    ours = dq.from_gx(suite)                            # and back
    frame = dq.with_signals(frame, ["word_count"])      # a column for each signal, for their expectations

    dq.ExpectTextWordCountToBeBetween(column="text", min_value=5, mostly=0.95)
    dq.ExpectNearDuplicateShareToBeLessThan(column="text", max_value=0.02)

The expectations are registered by importing this module, validate pandas batches, and show in Checkpoint results and Data
Docs. Importing takes as long as great_expectations itself (4 to 6 seconds), so nothing of ours does it unasked.
`GX_ANALYTICS_ENABLED` is set to false before, unless it is set already: nothing is sent to anybody.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any, ClassVar

import numpy as np

from dataqual import catalog
from dataqual.bounds import Bounds
from dataqual.checking.running import check as run_check
from dataqual.errors import MissingExtra, SpecError
from dataqual.metrics.documents import Documents
from dataqual.rules import load
from dataqual.suites.columns import HowMany, Meets, NotNull, OfColumn, Present, Unique
from dataqual.suites.conditions import Length, Matches, OfType, OneOf, Within
from dataqual.suites.gauges import OfMetric
from dataqual.suites.suite import Suite, suite_of
from dataqual.suites.verdicts import Check

if find_spec("great_expectations") is None:
    raise MissingExtra("great-expectations", "checks")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.core.expectation_validation_result import (
    ExpectationSuiteValidationResult,
    ExpectationValidationResult,
)
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import (
    ColumnAggregateExpectation,
    ColumnMapExpectation,
    render_suite_parameter_string,
)
from great_expectations.expectations.metrics import (
    ColumnAggregateMetricProvider,
    ColumnMapMetricProvider,
    column_aggregate_value,
    column_condition_partial,
)
from great_expectations.render import LegacyRendererType, RenderedStringTemplateContent
from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
from great_expectations.render.renderer.renderer import renderer
from great_expectations.render.renderer_configuration import RendererConfiguration, RendererValueType
from great_expectations.render.view import DefaultJinjaPageView

SEVERITIES = {"fail": "critical", "warn": "warning"}

TYPES = {
    "string": ("str",),
    "integer": ("int", "int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8"),
    "float": ("float", "float64", "float32"),
    "boolean": ("bool",),
}
"""Ours and theirs: of values in a column of Python objects, and of columns of one type."""


# Our signals and checks as metrics of theirs


class _SignalWithin(ColumnMapMetricProvider):
    """Whether each text's signal lies within bounds."""

    condition_metric_name = "column_values.dataqual_signal_between"
    condition_value_keys = ("signal", "parameters", "min_value", "max_value", "strict_min", "strict_max")

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column, signal, parameters=None, **given):  # type: ignore[no-untyped-def]
        values = catalog.signal(signal, **(parameters or {}))(column.tolist())
        return column.__class__(_bounds(given).accept(values), index=column.index)


class _PassesRules(ColumnMapMetricProvider):
    """Whether each text passes a rule set."""

    condition_metric_name = "column_values.dataqual_passes_rules"
    condition_value_keys = ("rules",)

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column, rules, **_):  # type: ignore[no-untyped-def]
        texts, ok = column.tolist(), np.ones(len(column), bool)
        for rule in load(rules).rules:
            ok &= rule.bounds.accept(rule.signal(texts))
        return column.__class__(ok, index=column.index)


class _CheckValue(ColumnAggregateMetricProvider):
    """The number of a check of ours over the texts of a column; None where it cannot be told."""

    metric_name = "column.dataqual_check"
    value_keys = ("check",)

    @column_aggregate_value(engine=PandasExecutionEngine)
    def _pandas(cls, column, check, **_):  # type: ignore[no-untyped-def]
        texts = column.dropna().tolist()
        if not texts:
            return None
        [outcome] = run_check(texts, [{**check, "min": 0}]).outcomes
        return outcome.value


# Expectations


class _Rendered:
    """One sentence for every renderer: `sentence` with the parameters of `told` in it."""

    told: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def sentence(cls, given: Mapping[str, Any]) -> str:
        """What is expected, with $names where the parameters are shown."""
        raise NotImplementedError

    @classmethod
    def _prescriptive_template(cls, renderer_configuration: RendererConfiguration) -> RendererConfiguration:
        given = renderer_configuration.kwargs
        for name in ("column", *cls.told):
            kind = RendererValueType.NUMBER if isinstance(given.get(name), int | float) else RendererValueType.STRING
            shown = given.get(name) if isinstance(given.get(name), int | float | None) else str(given[name])
            renderer_configuration.add_param(name=name, param_type=kind, value=shown)
        sentence = cls.sentence(given)
        renderer_configuration.template_str = (
            f"$column {sentence}" if renderer_configuration.include_column_name else sentence
        )
        return renderer_configuration

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    @render_suite_parameter_string
    def _prescriptive_renderer(
        cls,
        configuration: Any = None,
        result: Any = None,
        runtime_configuration: Any = None,
        **_: Any,
    ) -> list[RenderedStringTemplateContent]:
        given = configuration.kwargs
        runtime = runtime_configuration or {}
        sentence = cls.sentence(given)
        if runtime.get("include_column_name") is not False:
            sentence = f"$column {sentence}"
        shown = {name: given.get(name) for name in ("column", *cls.told)}
        template = {"template": sentence, "params": shown, "styling": runtime.get("styling")}
        return [RenderedStringTemplateContent(content_block_type="string_template", string_template=template)]


class ExpectTextSignalToBeBetween(_Rendered, ColumnMapExpectation):
    """Expect a signal of dataqual to lie between bounds for each text of a column, or for the share `mostly` of them.

    `signal` is any of dataqual's catalog (`word_count`, `duplicate_line_fraction`, …), `parameters` are its own.
    """

    signal: str = "word_count"
    parameters: dict[str, Any] | None = None
    min_value: float | None = None
    max_value: float | None = None
    strict_min: bool = False
    strict_max: bool = False

    map_metric = "column_values.dataqual_signal_between"
    success_keys = ("signal", "parameters", "min_value", "max_value", "strict_min", "strict_max", "mostly")
    args_keys = ("column", "signal", "min_value", "max_value", "mostly")
    told: ClassVar[tuple[str, ...]] = ("signal", "parameters", "min_value", "max_value", "mostly")

    @classmethod
    def sentence(cls, given: Mapping[str, Any]) -> str:
        named = cls._named(given)
        return f"texts must have a {named} {_between(given)}{_mostly(given)}."

    @classmethod
    def _named(cls, given: Mapping[str, Any]) -> str:
        return "$signal ($parameters)" if given.get("parameters") else "$signal"


def _fixed(name: str, signal: str, words: str, **parameters: Any) -> type[Any]:
    """An expectation of one signal, whose name says which."""
    doc = f"Expect the {words} of each text of a column, or of the share `mostly` of them, to lie between bounds."
    space: dict[str, Any] = {
        "__doc__": doc,
        "__module__": __name__,
        "__annotations__": {"signal": str, "parameters": "dict[str, Any] | None"},
        "signal": signal,
        "parameters": parameters or None,
        "_named": classmethod(lambda cls, given: words),
    }
    meta: Any = type(ExpectTextSignalToBeBetween)
    return meta(name, (ExpectTextSignalToBeBetween,), space)


ExpectTextWordCountToBeBetween = _fixed("ExpectTextWordCountToBeBetween", "word_count", "number of words")
ExpectTextCharacterCountToBeBetween = _fixed(
    "ExpectTextCharacterCountToBeBetween", "character_count", "number of characters"
)
ExpectTextDuplicateLineShareToBeBetween = _fixed(
    "ExpectTextDuplicateLineShareToBeBetween", "duplicate_line_fraction", "share of duplicate lines"
)
ExpectTextMojibakeToBeBetween = _fixed("ExpectTextMojibakeToBeBetween", "mojibake", "number of mis-decoded places")
ExpectTextEmailAddressesToBeBetween = _fixed(
    "ExpectTextEmailAddressesToBeBetween", "email_addresses", "number of e-mail addresses"
)


class ExpectTextToPassRules(_Rendered, ColumnMapExpectation):
    """Expect each text of a column, or the share `mostly` of them, to pass a published rule set, such as gopher@dolma."""

    rules: str

    map_metric = "column_values.dataqual_passes_rules"
    success_keys = ("rules", "mostly")
    args_keys = ("column", "rules", "mostly")
    told: ClassVar[tuple[str, ...]] = ("rules", "mostly")

    @classmethod
    def sentence(cls, given: Mapping[str, Any]) -> str:
        return f"texts must pass the rules $rules{_mostly(given)}."


class ExpectCorpusCheckToBeBetween(_Rendered, ColumnAggregateExpectation):
    """Expect the number of a check of dataqual over the texts of a column to lie between bounds.

    `check` is as a suite has it, without its bounds: {"metric": "near_copies"}, {"signal": "word_count", "quantile": 0.9}.
    """

    check: dict[str, Any]
    min_value: float | None = None
    max_value: float | None = None
    strict_min: bool = False
    strict_max: bool = False

    metric_dependencies = ("column.dataqual_check",)
    success_keys = ("check", "min_value", "max_value", "strict_min", "strict_max")
    args_keys = ("column", "check", "min_value", "max_value")
    told: ClassVar[tuple[str, ...]] = ("check", "min_value", "max_value")

    @classmethod
    def sentence(cls, given: Mapping[str, Any]) -> str:
        check = given.get("check") or {}
        if "expected" in check:
            return str(check["expected"]).replace("$", "$$") + "."
        return f"the number of the check {_spelled(check)} must be {_between(given)}."

    def _validate(
        self, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None
    ) -> Any:
        return self._validate_metric_value_between(
            metric_name="column.dataqual_check",
            metrics=metrics,
            runtime_configuration=runtime_configuration,
            execution_engine=execution_engine,
        )


class ExpectNearDuplicateShareToBeLessThan(ExpectCorpusCheckToBeBetween):
    """Expect at most the share `max_value` of the texts to be near copies of an earlier one (Jaccard of word shingles)."""

    check: dict[str, Any] = {"metric": "near_copies"}  # noqa: RUF012  pydantic copies it
    max_value: float | None = 0.0

    @classmethod
    def sentence(cls, given: Mapping[str, Any]) -> str:
        return "at most the share $max_value of the texts may be near copies of an earlier one."


class ExpectExactDuplicateShareToBeLessThan(ExpectCorpusCheckToBeBetween):
    """Expect at most the share `max_value` of the texts to have the same bytes as an earlier one."""

    check: dict[str, Any] = {"metric": "exact_copies"}  # noqa: RUF012  pydantic copies it
    max_value: float | None = 0.0

    @classmethod
    def sentence(cls, given: Mapping[str, Any]) -> str:
        return "at most the share $max_value of the texts may be exact copies of an earlier one."


# Columns


def with_signals(
    frame: Any, signals: Iterable[str | Mapping[str, Any]], *, text: str = "text", prefix: str = ""
) -> Any:
    """A pandas frame with a column more for each signal, by its name: for the expectations of great-expectations.

    A signal is a name, or {"signal": NAME, "with": {…}}. Where the text is null, so are the signals.
    """
    made = frame.copy()
    there = frame[text].notna()
    for asked in signals:
        given = {"signal": asked} if isinstance(asked, str) else dict(asked)
        parameters: Any = given.get("with") or {}
        signal = catalog.signal(str(given["signal"]), **parameters)
        values = np.full(len(frame), np.nan)
        values[there.to_numpy()] = signal(frame.loc[there, text].tolist())
        made[f"{prefix}{catalog.label(signal)}"] = values
    return made


# Suites


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


def from_gx(suite: Any, *, name: str | None = None) -> Suite:
    """A suite of ours of an ExpectationSuite; SpecError for an expectation that none of ours is equal to."""
    checks = [_from_expectation(expectation, at) for at, expectation in enumerate(suite.expectations)]
    return Suite.of(checks, name or suite.name)


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
        return STATISTICS[gauge.statistic], {"column": gauge.column, **_ends(bounds)}
    if isinstance(gauge, Meets):
        kind, given = _of_condition(gauge.condition)
        return kind, {"column": gauge.column, "mostly": bounds.min, **given}
    return None


def _of_condition(condition: Any) -> tuple[Any, dict[str, Any]]:
    if isinstance(condition, Within):
        if any(isinstance(end, str) and not _is_date(end) for end in _ends(condition).values()):
            raise SpecError("great-expectations compares with numbers and dates alone, not with other strings")
        return gxe.ExpectColumnValuesToBeBetween, _ends(condition)
    if isinstance(condition, OneOf):
        kind = gxe.ExpectColumnValuesToNotBeInSet if condition.inverted else gxe.ExpectColumnValuesToBeInSet
        return kind, {"value_set": list(condition.allowed)}
    if isinstance(condition, Matches):
        kind = gxe.ExpectColumnValuesToNotMatchRegex if condition.inverted else gxe.ExpectColumnValuesToMatchRegex
        return kind, {"regex": condition.pattern}
    if isinstance(condition, Length):
        return gxe.ExpectColumnValueLengthsToBeBetween, _ends(condition.within)
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
        return gxe.ExpectTableColumnCountToBeBetween, _whole(bounds)
    if isinstance(gauge, HowMany) or (isinstance(gauge, OfMetric) and isinstance(gauge.metric, Documents)):
        return gxe.ExpectTableRowCountToBeBetween, _whole(bounds)
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
        return ExpectTextSignalToBeBetween, {"column": text, **given, **_ends(Bounds(**_own_ends(spec)))}
    ours = {key: spec[key] for key in ("metric", "signal", "with", "statistic", "quantile") if key in spec}
    preset = {
        "near_copies": ExpectNearDuplicateShareToBeLessThan,
        "exact_copies": ExpectExactDuplicateShareToBeLessThan,
    }
    if set(ours) == {"metric"} and ours["metric"] in preset and set(_ends(bounds)) == {"max_value"}:
        return preset[ours["metric"]], {"column": text, **_ends(bounds)}
    return ExpectCorpusCheckToBeBetween, {"column": text, "check": ours, **_ends(bounds)}


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


Reader = Callable[[dict[str, Any]], dict[str, Any]]


def _column(*keys: str, **renamed: str) -> Reader:
    """A reader of an expectation of a column; `renamed` are our names of their keys."""

    def read(given: dict[str, Any]) -> dict[str, Any]:
        own = {ours: given[theirs] for ours, theirs in renamed.items() if theirs in given}
        return {
            "column": given["column"],
            **own,
            **_read_mostly(given),
            **(_read_ends(given) if "ends" in keys else {}),
        }

    return read


def _lengths(given: dict[str, Any]) -> dict[str, Any]:
    length = {"min": given["value"], "max": given["value"]} if "value" in given else _read_ends(given)
    return {"column": given["column"], "length": length, **_read_mostly(given)}


def _statistic(name: str) -> Reader:
    return lambda given: {"column": given["column"], "statistic": name, **_read_ends(given)}


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
    return {"column": given["column"], "quantile": q, **_read_ends({"min_value": low, "max_value": high})}


def _compound(given: dict[str, Any]) -> dict[str, Any]:
    ignored = given.get("ignore_row_if", "all_values_are_missing")
    if ignored != "all_values_are_missing":
        raise SpecError(f"ignore_row_if {ignored!r} has no like: here rows count unless all their values are missing")
    return {"unique": list(given["column_list"]), **_read_mostly(given)}


def _counts(subject: str) -> Reader:
    def read(given: dict[str, Any]) -> dict[str, Any]:
        ends = {"min": given["value"], "max": given["value"]} if "value" in given else _read_ends(given)
        return {"metric": "records", **ends} if subject == "rows" else {"columns": ends}

    return read


def _signals(given: dict[str, Any]) -> dict[str, Any]:
    parameters = {"with": given["parameters"]} if given.get("parameters") else {}
    return {"signal": given.get("signal", "word_count"), **parameters, **_read_mostly(given), **_read_ends(given)}


def _corpus(metric: str | None = None) -> Reader:
    return lambda given: {**({"metric": metric} if metric else given["check"]), **_read_ends(given)}


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


def _bounds(given: Mapping[str, Any]) -> Bounds:
    return Bounds(**_read_ends(dict(given)))


def _read_ends(given: Mapping[str, Any]) -> dict[str, Any]:
    """Our ends of theirs."""
    ends = {}
    if given.get("min_value") is not None:
        ends["above" if given.get("strict_min") else "min"] = given["min_value"]
    if given.get("max_value") is not None:
        ends["below" if given.get("strict_max") else "max"] = given["max_value"]
    return ends


def _read_mostly(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"mostly": given["mostly"]} if given.get("mostly") not in (None, 1, 1.0) else {}


def _ends(bounds: Any) -> dict[str, Any]:
    """Their ends of ours; of two on one side the one that excludes more."""
    ends: dict[str, Any] = {}
    if bounds.min is not None or bounds.above is not None:
        strict = bounds.above is not None and (bounds.min is None or bounds.above >= bounds.min)
        ends["min_value"] = bounds.above if strict else bounds.min
        ends |= {"strict_min": True} if strict else {}
    if bounds.max is not None or bounds.below is not None:
        strict = bounds.below is not None and (bounds.max is None or bounds.below <= bounds.max)
        ends["max_value"] = bounds.below if strict else bounds.max
        ends |= {"strict_max": True} if strict else {}
    return ends


def _whole(bounds: Bounds) -> dict[str, Any]:
    """Their ends, which belong to the interval, of ours about whole numbers."""
    ends = _ends(bounds)
    low = ends.get("min_value")
    high = ends.get("max_value")
    made: dict[str, Any] = {}
    if low is not None:
        made["min_value"] = int(np.floor(low)) + 1 if ends.get("strict_min") else int(np.ceil(low))
    if high is not None:
        made["max_value"] = int(np.ceil(high)) - 1 if ends.get("strict_max") else int(np.floor(high))
    return made


def _is_date(value: str) -> bool:
    try:
        dt.datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _own_ends(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {end: spec[end] for end in ("min", "max", "above", "below") if end in spec}


def _between(given: Mapping[str, Any]) -> str:
    low = "greater than" if given.get("strict_min") else "at least"
    high = "less than" if given.get("strict_max") else "at most"
    parts = [f"{low} $min_value"] if given.get("min_value") is not None else []
    parts += [f"{high} $max_value"] if given.get("max_value") is not None else []
    return " and ".join(parts) or "of any size"


def _mostly(given: Mapping[str, Any]) -> str:
    mostly = given.get("mostly")
    return f", at least {100 * mostly:.4g} % of the time" if isinstance(mostly, int | float) and mostly < 1 else ""


def _spelled(check: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in check.items())


def expectations() -> Iterator[type[Any]]:
    """Every expectation of ours."""
    for name in sorted(globals()):
        if name.startswith("Expect"):
            yield globals()[name]


# Pages


def shown(check: Check, text: str = "text") -> Any:
    """An expectation that only tells of a check which has no like: for pages, not to be validated."""
    return ExpectCorpusCheckToBeBetween(column=text, check={"expected": check.expected}, **_ends(check.bounds))


def page_of(name: str, results: Sequence[tuple[Any, bool, dict[str, Any]]], success: bool) -> str:
    """Their page of validation results: of expectations, whether each was met, and the result that they tell of."""
    found = [
        ExpectationValidationResult(
            success=met,
            expectation_config=expectation.configuration,
            result=result,
            exception_info={"raised_exception": False, "exception_message": None, "exception_traceback": None},
        )
        for expectation, met, result in results
    ]
    met = sum(one for _, one, _ in results)
    statistics = {
        "evaluated_expectations": len(results),
        "successful_expectations": met,
        "unsuccessful_expectations": len(results) - met,
        "success_percent": 100 * met / max(len(results), 1),
    }
    whole = ExpectationSuiteValidationResult(
        success=success,
        results=found,
        suite_name=name,
        suite_parameters={},
        statistics=statistics,
        meta={"great_expectations_version": gx.__version__, "run_id": None, "active_batch_definition": {}},
    )
    return str(DefaultJinjaPageView().render(ValidationResultsPageRenderer(run_info_at_end=True).render(whole)))
