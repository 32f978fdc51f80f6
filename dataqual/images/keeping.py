"""`Keeping`: what may be done to pictures of a kind so that their labels stay true, as a YAML file says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from dataqual import specs
from dataqual.errors import SpecError, did_you_mean
from dataqual.images.operations import METHODS, Strength

SHIPPED = Path(__file__).parent / "keeping.yaml"
MEASURED = "measured"
"""Where nothing is stated: the label's agreement with a classifier decides, picture by picture."""


@dataclass(frozen=True)
class Keeping:
    """How far each method may go, and why some may not be used."""

    name: str
    about: str
    strength: Strength
    loses: Mapping[str, str]

    @classmethod
    def of(cls, name: str) -> Keeping:
        """That which ships under a name, or that of a file PATH.yaml that has one such entry; SpecError otherwise.

        >>> sorted(Keeping.of("digits").loses), Keeping.of("digits").strength.degrees
        (['flip'], 12)
        """
        if name == MEASURED:
            return cls(MEASURED, "", Strength(), {})
        if name.endswith((".yaml", ".yml")):
            found = _read(Path(name))
            if len(found) != 1:
                raise SpecError(f"keeps_label: {name}: expected one kind of pictures, got {len(found)}")
            return next(iter(found.values()))
        if name not in shipped():
            raise SpecError(
                f"keeps_label: no kind of pictures {name!r}; {did_you_mean(name, [*shipped(), MEASURED])}; or a .yaml file"
            )
        return shipped()[name]

    def check(self, methods: Sequence[str], given: Mapping[str, Any]) -> Strength:
        """The strength, with what is `given` in place of its own; SpecError for a method that loses the label."""
        for method in methods:
            if method in self.loses:
                raise SpecError(
                    f"{method} does not keep the label of {self.name}: {self.loses[method]}; leave it out, or name another keeps_label"
                )
        return replace(self.strength, **given)


@cache
def shipped() -> dict[str, Keeping]:
    """The kinds of pictures that ship."""
    return _read(SHIPPED)


def _read(path: Path) -> dict[str, Keeping]:
    content = specs.read_yaml(path)
    return {
        name: _entry(name, specs.mapping(entry, f"{path}.{name}"), f"{path}.{name}") for name, entry in content.items()
    }


def _entry(name: str, entry: dict[str, Any], where: str) -> Keeping:
    specs.check_keys(entry, where, required=("about",), optional=("source", "strength", "loses"))
    given = specs.mapping(entry.get("strength") or {}, f"{where}.strength")
    known = {field.name for field in fields(Strength)}
    for key in given:
        if key not in known:
            raise SpecError(f"{where}.strength: no key {key!r}; {did_you_mean(key, known)}")
    loses = specs.mapping(entry.get("loses") or {}, f"{where}.loses")
    for method in loses:
        if method not in METHODS:
            raise SpecError(f"{where}.loses: no method {method!r}; {did_you_mean(method, METHODS)}")
    about = specs.string(entry, "about", where)
    return Keeping(
        name,
        about,
        specs.construct(Strength, given, f"{where}.strength", "strength"),
        {key: str(value) for key, value in loses.items()},
    )
