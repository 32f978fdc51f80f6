"""Expectations of our own, and the sentence by which each is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from great_expectations.expectations.expectation import (
    ColumnAggregateExpectation,
    ColumnMapExpectation,
    render_suite_parameter_string,
)
from great_expectations.render import LegacyRendererType, RenderedStringTemplateContent
from great_expectations.render.renderer.renderer import renderer
from great_expectations.render.renderer_configuration import RendererConfiguration, RendererValueType

from dataqual.adapters.great_expectations import providers


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

    map_metric = providers.SignalWithin.condition_metric_name
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

    map_metric = providers.PassesRules.condition_metric_name
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

    metric_dependencies = (providers.CheckValue.metric_name,)
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
            metric_name=providers.CheckValue.metric_name,
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
