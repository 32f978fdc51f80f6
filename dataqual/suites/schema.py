"""The JSON Schemas of a suite of checks, and of a recipe, which may have some, for editors; see `dataqual.schemas`."""

from __future__ import annotations

from typing import Any, get_args

from dataqual import catalog, schemas, specs
from dataqual.faults import PICTURES, SHARES
from dataqual.suites.columns import STATISTICS
from dataqual.suites.conditions import TYPES
from dataqual.suites.suite import OF_SIGNAL, OWN_METRICS, SUBJECTS
from dataqual.suites.verdicts import Unsure

Schema = dict[str, Any]

SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
NAMES: Schema = {"anyOf": [schemas.STRING, {"type": "array", "items": schemas.STRING, "minItems": 1}]}
SHARED: Schema = {
    "sampled": {"type": "boolean"},
    "confidence": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    "unsure": {"enum": [*get_args(Unsure)]},
}
COMMON: Schema = SHARED | {
    "name": schemas.STRING,
    "about": schemas.STRING,
    "severity": {"enum": ["fail", "warn"]},
    "by": {"enum": ["group", "label"]},
}


def suite() -> Schema:
    """The schema of a suite: what `dataqual check --suite` reads."""
    properties = {"about": schemas.STRING, **SHARED, "checks": _checks()}
    return schemas.document("A suite of checks of dataqual", properties, ("checks",))


def recipe() -> Schema:
    """The schema of a recipe: what `dataqual clean --recipe` reads, its checks included."""
    made = schemas.recipe()
    return made | {"properties": made["properties"] | {"checks": _checks()}}


def _checks() -> Schema:
    return {"type": "array", "items": {"anyOf": [_of(subject) for subject in SUBJECTS]}, "minItems": 1}


def _of(subject: str) -> Schema:
    """The schema of a check about one subject."""
    numbers = {end: {"type": "number"} for end in specs.ENDS}
    either = {end: {"type": ["number", "string"]} for end in specs.ENDS}
    signals = [*catalog.signals()]
    metrics = sorted({*catalog.names("metrics"), *OWN_METRICS, *SHARES, *PICTURES})
    length = {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "object", "properties": numbers}]}
    own: dict[str, Schema] = {
        "metric": {"metric": {"enum": metrics}, "with": {"type": "object"}, **numbers},
        "signal": {"signal": {"enum": signals}, "with": {"type": "object"}, "mostly": SHARE, "quantile": SHARE,
                   "statistic": {"enum": [*OF_SIGNAL]}, **numbers},
        "rules": {"rules": {"$ref": "#/$defs/rule_sets"}, "mostly": SHARE},
        "column": {"column": schemas.STRING, "mostly": SHARE, "quantile": SHARE, "statistic": {"enum": [*STATISTICS]},
                   "nulls": {"anyOf": [{"const": False}, SHARE]}, "unique": {"const": True},
                   "type": {"anyOf": [{"enum": [*TYPES]}, {"type": "array", "items": {"enum": [*TYPES]}, "minItems": 1}]},
                   "pattern": {"type": "string"}, "without": {"type": "string"}, "allowed": {"type": "array"},
                   "forbidden": {"type": "array"}, "length": length, **either},
        "unique": {"unique": NAMES, "mostly": SHARE},
        "columns": {"columns": {"anyOf": [*NAMES["anyOf"], {"type": "object", "properties": numbers, "minProperties": 1}]},
                    "exactly": {"type": "boolean"}, "ordered": {"type": "boolean"}},
    }  # fmt: skip
    keys = {**own[subject], **COMMON}
    made = {"type": "object", "properties": keys, "required": [subject], "additionalProperties": False}
    ends = [{"required": [end]} for end in specs.ENDS]
    return made | ({"anyOf": ends} if subject in ("metric", "signal") else {})
