"""The JSON Schema of a study file, for editors; grades are made of the steps that recipes have."""

from __future__ import annotations

from typing import Any

from dataqual import catalog, schemas
from dataqual.recipe import recipes
from studies import learners
from studies.design.sources import GRADE_KEYS
from studies.design.study import REQUIRED, REQUIRED_OF_PICTURES
from studies.evaluating.averaging import MOST

Schema = dict[str, Any]

QUANTITY: Schema = {
    "anyOf": [
        {"type": "number", "minimum": 1},
        {"type": "string", "pattern": r"^\d+(\.\d+)?([eE]\+?\d+)?\s*([bBtT]|[kKmMgG]i?|)$"},
    ]
}
QUANTITIES: Schema = {"anyOf": [QUANTITY, {"type": "array", "items": QUANTITY, "minItems": 1}]}
ABOVE_0: Schema = {"type": "number", "exclusiveMinimum": 0}
WHOLE: Schema = {"type": "integer", "minimum": 0}
SHARE: Schema = {"type": "number", "exclusiveMinimum": 0, "maximum": 1}
PATHS: Schema = {
    "anyOf": [
        {"type": "string", "minLength": 1},
        {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
    ]
}
NAMES: Schema = {"anyOf": [schemas.STRING, {"type": "array", "items": schemas.STRING}]}


def study() -> Schema:
    """The schema of what `studies run` reads.

    >>> study()["required"]
    ['sizes']
    """
    source = {"anyOf": [PATHS, _mapping({"paths": PATHS, "text": schemas.STRING}, "paths"), {"type": "null"}]}
    raw, neutral = _mapping({"share": SHARE | {"exclusiveMaximum": 1}}), source
    properties = {
        "name": schemas.STRING,
        "corpus": source,
        "held_out": _absent_or(
            _mapping({"raw": _absent_or(raw), "neutral": neutral, "tokens": QUANTITY, "pictures": QUANTITY})
        ),
        "grades": {"type": "object", "additionalProperties": _grade(), "minProperties": 1},
        "reference": schemas.STRING,
        "again": NAMES,
        "tokenizer": {
            "anyOf": [
                {"const": "bytes"},
                _mapping({"bpe": QUANTITY}, "bpe"),
                _mapping({"file": schemas.STRING}, "file"),
            ]
        },
        "learner": {"anyOf": [{"enum": learners.names()}, _learner()]},
        "sizes": QUANTITIES,
        "window": QUANTITY,
        "batch": QUANTITY,
        "tokens": QUANTITIES,
        "repeats": _absent_or(_mapping(dict.fromkeys(("unique", "epochs", "sizes"), QUANTITIES), "unique", "epochs")),
        "seeds": {"anyOf": [QUANTITY, {"type": "object", "additionalProperties": QUANTITY}]},
        "grade_sizes": _absent_or(QUANTITIES),
        "device": {"enum": ["auto", "cpu", "cuda"]},
        "precision": {"enum": ["auto", "float32", "bfloat16"]},
        "compile": {"enum": ["auto", True, False]},
        "learning_rate": ABOVE_0,
        "generate": {
            "anyOf": [
                {"const": False},
                _absent_or(_mapping({"samples": QUANTITY, "tokens": QUANTITY, "temperature": ABOVE_0, "seed": WHOLE})),
            ]
        },
        "gpu_hour": _price(),
        "data_price": _price(),
        "beside": PATHS,
        "early_stopping": _switch({"share": SHARE | {"exclusiveMaximum": 1}, "patience": QUANTITY}),
        "learning_rate_check": _switch(
            {"factors": {"type": "array", "items": ABOVE_0, "minItems": 1}, "tokens": QUANTITY}
        ),
        "ensembles": {
            "anyOf": [{"type": "boolean"}, {"type": "integer", "minimum": 2, "maximum": MOST}, {"type": "null"}]
        },
        "probes": _absent_or({"type": "object", "additionalProperties": _probe()}),
        "pictures": QUANTITIES,
        "seen": QUANTITIES,
        "side": QUANTITY,
        "colour": {"type": "boolean"},
        "generated": QUANTITY,
        "extractor": schemas.STRING,
        "operating_point": _absent_or(
            _mapping(dict.fromkeys(("size", "tokens", "unique", "seen", "pictures"), QUANTITY))
        ),
    }
    kinds = [{"required": [*REQUIRED]}, {"required": [*REQUIRED_OF_PICTURES]}]
    return schemas.document("A study of dataqual", properties, ("sizes",)) | {"anyOf": kinds}


def _price() -> Schema:
    """So much money, in a currency."""
    return _absent_or(_mapping({"price": {"type": "number", "minimum": 0}, "currency": schemas.STRING}, "price"))


def _switch(keys: Schema) -> Schema:
    """On or off, or on with these keys."""
    return {"anyOf": [{"type": "boolean"}, _absent_or(_mapping(keys))]}


def _probe() -> Schema:
    """Labelled text, by documents or by words."""
    own = {"paths": PATHS, **dict.fromkeys(("text", "label", "tags"), schemas.STRING)}
    own |= {**dict.fromkeys(("train", "test", "epochs"), QUANTITY), "learning_rate": ABOVE_0, "seed": WHOLE}
    return _mapping(own, "paths") | {"oneOf": [{"required": ["label"]}, {"required": ["text", "tags"]}]}


def _grade() -> Schema:
    """Nothing, one step by its name, or a share, steps or a recipe."""
    named = {"anyOf": [{"enum": recipes()}, {"type": "string", "pattern": r"\.ya?ml$"}]}
    keys = _mapping({"share": SHARE, "steps": {"$ref": "#/$defs/steps"}, "recipe": named}) | {
        "not": {"required": ["recipe", "steps"]}
    }
    one_step = {"$ref": "#/$defs/step", "type": "object", "propertyNames": {"enum": catalog.names("steps")}}
    own = {"anyOf": [{"required": [key]} for key in GRADE_KEYS]}
    return {"anyOf": [{"type": "null"}, {"type": "object", "maxProperties": 0}, keys | own, one_step]}


def _learner() -> Schema:
    """One learner with parameters of its own, which it checks itself."""
    own = {name: _absent_or({"type": "object"}) for name in learners.names()}
    return {"type": "object", "properties": own, "additionalProperties": False, "minProperties": 1, "maxProperties": 1}


def _mapping(properties: Schema, *required: str) -> Schema:
    return {"type": "object", "properties": properties, "required": [*required], "additionalProperties": False}


def _absent_or(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}
