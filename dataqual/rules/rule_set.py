"""`RuleSet`: named bounds on signals, with where they come from; a document fails if one of its rules rejects it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dataqual import catalog, specs
from dataqual.bounds import Bounds
from dataqual.errors import SpecError, did_you_mean

if TYPE_CHECKING:
    from dataqual.operators import Signal, ViewName

FOLDERS = {view: catalog.folder_of(view, "rules") for view in catalog.HOMES}
"""Where the sets lie that judge each view."""
REQUIRED, OPTIONAL = ("name", "about", "source", "rules"), ("language", "caveat", "includes")
"""The keys of a file of rules; those of a rule are `RULE_REQUIRED` and `RULE_OPTIONAL`."""
RULE_REQUIRED, RULE_OPTIONAL = ("name", "about", "signal"), ("with", *specs.ENDS)
PROFILED = ("c4@tfds", "fineweb@datatrove", "fineweb@paper", "gopher@datatrove", "gopher@dolma")
"""What a profile applies unless told: each set measures variants of its own, so the others wait until they are asked for."""

PROFILED_PICTURES = ("cleanvision@0.3.7",)
"""The same for pictures."""


class Values(Protocol):
    """What gives every signal's values, such as `dataqual.measured.Measured`."""

    def __getitem__(self, signal: Any, /) -> NDArray[Any]: ...


@dataclass(frozen=True)
class Rule:
    """A document passes where the signal's value lies within the bounds."""

    name: str
    about: str
    signal: Signal
    bounds: Bounds


@dataclass(frozen=True)
class RuleSet:
    """Rules that belong together. `language` is the one they were made for, None for any."""

    name: str
    about: str
    source: str
    language: str | None
    caveat: str | None
    rules: tuple[Rule, ...]

    @property
    def view(self) -> ViewName:
        """What it judges: texts or pictures."""
        return self.rules[0].signal.view or "text"

    @property
    def signals(self) -> tuple[Signal, ...]:
        """The signals the rules need, each once, in the order of the rules."""
        return tuple(dict.fromkeys(rule.signal for rule in self.rules))

    def fails(self, measured: Values) -> NDArray[np.bool_]:
        """Which rule rejects which document; shape (documents, rules)."""
        return np.stack([~rule.bounds.accept(measured[rule.signal]) for rule in self.rules]).T


def rule_sets(view: ViewName | None = None) -> list[str]:
    """The names of the rule sets that come with dataqual, in order: all, or those for texts or for pictures.

    >>> rule_sets("image")
    ['cleanvision@0.3.7']
    """
    folders = FOLDERS.values() if view is None else (FOLDERS[view],)
    return sorted(file.stem for folder in folders for file in folder.glob("*.yaml"))


def _shipped(name: str) -> Path:
    """The file of a set that ships."""
    return next(path for folder in FOLDERS.values() if (path := folder / f"{name}.yaml").exists())


def summary(say: Callable[[str], str] = str) -> str:
    """The rule sets that ship, one line each, in the language of `say`: name, language, number of rules, and what they are.

    >>> [line] = [line for line in summary().splitlines() if line.startswith("fineweb@datatrove")]
    >>> " ".join(line.split())
    "fineweb@datatrove en 4 rules The filter that FineWeb adds to Gopher\'s and C4\'s, as datatrove ships it."
    """
    width = max(map(len, rule_sets()))
    found = map(load, rule_sets())
    return "\n".join(
        f"{r.name:<{width}}  {r.language or 'any':<3}  {say(f'{len(r.rules):>2} rules')}  {say(r.about)}" for r in found
    )


def load(name: str | os.PathLike[str]) -> RuleSet:
    """A rule set by its name, or from a YAML file of your own; SpecError if a word in it is wrong.

    >>> load("gopher")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    dataqual.errors.SpecError: 'gopher' exists in 4 versions that differ: gopher@datatrove, ...; name one of them
    """
    given = os.fspath(name)
    if given.endswith((".yaml", ".yml")):
        return _parse(Path(given))
    if given in rule_sets():
        return _parse(_shipped(given))
    versions = [known for known in rule_sets() if known.startswith(f"{given}@")]
    if versions:
        several = f"{len(versions)} versions that differ" if len(versions) > 1 else "one version"
        raise SpecError(f"{given!r} exists in {several}: {', '.join(versions)}; name one of them")
    raise SpecError(f"no rule set {given!r}; {did_you_mean(given, rule_sets())}; or name a .yaml file")


def content_of(name: str) -> str:
    """The YAML of a rule set by its name, or of your own file, as it stands; SpecError where it would not load."""
    load(name)
    path = Path(name) if name.endswith((".yaml", ".yml")) else _shipped(name)
    return path.read_text(encoding="utf-8")


def _parse(path: Path) -> RuleSet:
    content = specs.read_yaml(path)
    where = path.name
    specs.check_keys(content, where, required=REQUIRED, optional=OPTIONAL)
    return RuleSet(
        name=specs.string(content, "name", where),
        about=specs.string(content, "about", where),
        source=specs.string(content, "source", where),
        language=specs.string(content, "language", where) if content.get("language") is not None else None,
        caveat=specs.string(content, "caveat", where) if content.get("caveat") is not None else None,
        rules=_unique((*_included(content, where), *rules_of(content["rules"], f"{where}.rules")), where),
    )


def _included(content: Mapping[str, Any], where: str) -> Iterator[Rule]:
    """The rules of the sets that ship and are named under `includes`."""
    names = content.get("includes", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise SpecError(f"{where}.includes: expected a list of names of rule sets")
    for place, name in enumerate(names):
        if name not in rule_sets():
            raise SpecError(f"{where}.includes[{place}]: no rule set {name!r}; {did_you_mean(name, rule_sets())}")
        yield from _parse(_shipped(name)).rules


def _unique(rules: tuple[Rule, ...], where: str) -> tuple[Rule, ...]:
    names = [rule.name for rule in rules]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise SpecError(
                f"{where}: two rules are called {name!r}, of which one is included; give yours another name"
            )
    return rules


def rules_of(content: object, where: str) -> tuple[Rule, ...]:
    """The rules of `[{name: …, about: …, signal: …, min: …}, …]`; SpecError for one that is wrong, or has a name twice."""
    if not isinstance(content, list) or not content:
        raise SpecError(f"{where}: expected a list of rules")
    rules = tuple(_parse_rule(rule, f"{where}[{place}]") for place, rule in enumerate(content))
    names = [rule.name for rule in rules]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise SpecError(f"{where}[{place}]: the name {name!r} is taken by rules[{names.index(name)}]")
    return rules


def _parse_rule(content: object, where: str) -> Rule:
    rule = specs.mapping(content, where)
    specs.check_keys(rule, where, required=RULE_REQUIRED, optional=RULE_OPTIONAL)
    return Rule(
        name=specs.string(rule, "name", where),
        about=specs.string(rule, "about", where),
        signal=specs.signal(rule, where),
        bounds=specs.bounds(rule, where),
    )
