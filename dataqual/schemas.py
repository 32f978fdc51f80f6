"""JSON Schemas (draft 2020-12) of recipes and files of rules, for editors: made from the operators' own fields.

They say which keys, names and types there are. What depends on several values, ranges of numbers and files that must be
there only `dataqual` itself checks.

>>> recipe()["$schema"], sorted(recipe()["properties"])
('https://json-schema.org/draft/2020-12/schema', ['about', 'language', 'steps'])
"""

from __future__ import annotations

import dataclasses
import inspect
import typing
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, cast

from dataqual import catalog, rules, specs
from dataqual.near_duplicates import NearDuplicates
from dataqual.operators import Step
from dataqual.rules import rule_set

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
STRING: Schema = {"type": "string", "pattern": r"\S"}
TYPES = {int: "integer", float: "number", bool: "boolean", str: "string", NoneType: "null"}


def recipe() -> Schema:
    """The schema of a recipe without its checks, which `dataqual.suites.schema` adds."""
    properties = {"about": STRING, "language": STRING, "steps": {"$ref": "#/$defs/steps", "minItems": 1}}
    return document("A recipe of dataqual", properties, ("steps",))


def rules_file() -> Schema:
    """The schema of a file of rules: what `--rules` and `keep: {rules: …}` read."""
    properties = {
        "name": STRING,
        "about": STRING,
        "source": STRING,
        "language": {"anyOf": [STRING, {"type": "null"}]},
        "caveat": {"anyOf": [STRING, {"type": "null"}]},
        "includes": {"type": "array", "items": {"enum": rules.rule_sets()}},
        "rules": {"$ref": "#/$defs/rules"},
    }
    return document("A rule set of dataqual", properties, rule_set.REQUIRED)


def document(title: str, properties: Schema, required: tuple[str, ...]) -> Schema:
    """The schema of a whole file, with the definitions of steps, signals and rules, to which `#/$defs/…` may refer."""
    return {"$schema": DIALECT, "title": title, **_object(properties, required), "$defs": definitions()}


@cache
def definitions() -> Schema:
    """The schemas that files share: `step`, `steps`, `rule`, `rules`, `rule_sets`, `near_duplicates`, `signal_NAME`."""
    steps = {name: catalog.find("steps", name) for name in catalog.names("steps")}
    signals = catalog.signals()
    bare = [name for name, step in steps.items() if not catalog.missing(step)]
    return {
        "step": {
            "anyOf": [
                {"enum": bare},
                {
                    "type": "object",
                    "properties": {name: _of_step(step) for name, step in steps.items()},
                    "additionalProperties": False,
                    "minProperties": 1,
                    "maxProperties": 1,
                },
            ]
        },
        "steps": {"type": "array", "items": {"$ref": "#/$defs/step"}},
        "bounds": {
            "properties": {end: {"type": "number"} for end in specs.ENDS},
            "anyOf": [{"required": [end]} for end in specs.ENDS],
        },
        "signal": {
            "properties": {"signal": {"enum": [*signals]}},
            "required": ["signal"],
            "allOf": [
                {
                    "if": {"properties": {"signal": {"const": name}}},
                    "then": {"properties": {"with": {"$ref": f"#/$defs/signal_{name}"}}},
                }
                for name in signals
            ],
        },
        "rule": _of_rule(),
        "rules": {"type": "array", "items": {"$ref": "#/$defs/rule"}, "minItems": 1},
        "rule_sets": {"anyOf": [{"enum": rules.rule_sets()}, {"type": "string", "pattern": r"\.ya?ml$"}]},
        "near_duplicates": of_fields(NearDuplicates),
        **{f"signal_{name}": _nothing_or(of_fields(signal)) for name, signal in signals.items()},
    }


def of_fields(operator: Any) -> Schema:
    """The schema of a mapping of an operator's parameters.

    >>> of_fields(catalog.find("signals", "word_count"))["properties"]["begun_by"]
    {'enum': ['anything', 'letter_or_number'], 'default': 'anything'}
    """
    hints = typing.get_type_hints(operator)
    properties = {
        field.name: of_type(hints[field.name])
        | ({} if catalog.needed(field) else {"default": _plain(catalog.default(field))})
        for field in dataclasses.fields(cast(Any, operator))
        if field.init
    }
    return {"description": about(operator)} | _object(properties, catalog.missing(operator))


def of_type(hint: Any) -> Schema:
    """The schema of values of an annotated type, as the catalog takes them.

    >>> of_type(tuple[int, ...] | None)
    {'anyOf': [{'type': 'array', 'items': {'type': 'integer'}}, {'type': 'null'}]}
    """
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return {"enum": [*arguments]}
    if origin in (typing.Union, UnionType):
        return {"anyOf": [of_type(argument) for argument in arguments]}
    if origin is tuple:
        return {"type": "array", "items": of_type(arguments[0])}
    return {"type": TYPES[hint]} if hint in TYPES else {}


def about(operator: Any) -> str:
    """The first paragraph of an operator's docstring, on one line."""
    return " ".join((inspect.getdoc(operator) or "").split("\n\n")[0].split())


def _of_step(step: type[Step]) -> Schema:
    own = step.spec_schema()
    fields = of_fields(step) if own is None else {"description": about(step)} | own
    return _nothing_or(fields) if not catalog.missing(step) else fields


def _of_rule() -> Schema:
    """A rule: a name, what it is about, and bounds on a signal."""
    names = dict.fromkeys(("name", "about"), STRING)
    allowed = {**names, "signal": True, "with": True, **dict.fromkeys(specs.ENDS, True)}
    signal_and_bounds = [{"$ref": "#/$defs/signal"}, {"$ref": "#/$defs/bounds"}]
    return _object(allowed, rule_set.RULE_REQUIRED) | {"allOf": signal_and_bounds}


def _object(properties: Schema, required: typing.Iterable[str] = ()) -> Schema:
    return {"type": "object", "properties": properties, "required": [*required], "additionalProperties": False}


def _nothing_or(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _plain(value: Any) -> Any:
    return [*value] if isinstance(value, tuple) else value
