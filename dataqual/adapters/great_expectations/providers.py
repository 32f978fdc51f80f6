"""Our signals, rule sets and checks as metrics of theirs, registered by importing this."""

from __future__ import annotations

import numpy as np
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.metrics import (
    ColumnAggregateMetricProvider,
    ColumnMapMetricProvider,
    column_aggregate_value,
    column_condition_partial,
)

from dataqual import catalog
from dataqual.adapters.great_expectations.ends import bounds_of
from dataqual.checking.running import check as run_check
from dataqual.rules import load


class SignalWithin(ColumnMapMetricProvider):
    """Whether each text's signal lies within bounds."""

    condition_metric_name = "column_values.dataqual_signal_between"
    condition_value_keys = ("signal", "parameters", "min_value", "max_value", "strict_min", "strict_max")

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column, signal, parameters=None, **given):  # type: ignore[no-untyped-def]
        values = catalog.signal(signal, **(parameters or {}))(column.tolist())
        return column.__class__(bounds_of(given).accept(values), index=column.index)


class PassesRules(ColumnMapMetricProvider):
    """Whether each text passes a rule set."""

    condition_metric_name = "column_values.dataqual_passes_rules"
    condition_value_keys = ("rules",)

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column, rules, **_):  # type: ignore[no-untyped-def]
        texts, ok = column.tolist(), np.ones(len(column), bool)
        for rule in load(rules).rules:
            ok &= rule.bounds.accept(rule.signal(texts))
        return column.__class__(ok, index=column.index)


class CheckValue(ColumnAggregateMetricProvider):
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
