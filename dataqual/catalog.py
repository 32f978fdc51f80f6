"""The vocabulary by name: every operator is a file of its folder, or an entry point of another package.

Those of pictures lie in folders of the same names in `dataqual/images`.

A file `word_count.py` in `dataqual/signals` holds the class `WordCount`, and its name in YAML is `word_count`.
Another package adds one with an entry point in the group `dataqual.signals`: `word_count = package:WordCount`.
Names are listed without importing anything; an operator is imported when it is asked for.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from dataqual.errors import SpecError, did_you_mean
from dataqual.naming import snake_case

if TYPE_CHECKING:
    from dataqual.operators import Metric, Signal, ViewName

HOMES: Mapping[ViewName, str] = {"text": "dataqual", "image": "dataqual.images"}
"""Where the folders of each view lie."""

Kind = Literal["signals", "metrics", "steps"]
Made = TypeVar("Made")


def names(kind: Kind) -> list[str]:
    """The names of all operators of a kind, ours and other packages', in order.

    >>> "word_count" in names("signals")
    True
    """
    return sorted(_own(kind) | _foreign(kind).keys())


def signals() -> dict[str, type[Signal]]:
    """Every signal's class by its name."""
    return {name: find("signals", name) for name in names("signals")}


def metrics() -> dict[str, type[Metric[Any]]]:
    """Every metric's class by its name."""
    return {name: find("metrics", name) for name in names("metrics")}


def signal(name: str, /, **parameters: Any) -> Signal:
    """The signal of that name with those parameters; SpecError for an unknown name, parameter or type of value.

    >>> signal("short_lines", max_chars=20)
    ShortLines(max_chars=20, lines='nonblank')
    """
    made: Signal = build("signals", name, parameters)
    return made


def metric(name: str, /, **parameters: Any) -> Metric[Any]:
    """The metric of that name with those parameters; SpecError for an unknown name, parameter or type of value."""
    made: Metric[Any] = build("metrics", name, parameters)
    return made


def name_of(operator: object) -> str:
    """The name under which an operator is found: that of its class in lower case with underscores.

    >>> name_of(signal("c4_lines"))
    'c4_lines'
    """
    return snake_case(type(operator).__name__)


def label(operator: Any) -> str:
    """An operator's name with the parameters that differ from its defaults.

    >>> label(signal("word_count")), label(signal("word_count", cut="tokens"))
    ('word_count', 'word_count(cut=tokens)')
    """
    values = [(field, getattr(operator, field.name)) for field in dataclasses.fields(operator)]
    changed = [f"{field.name}={value}" for field, value in values if needed(field) or value != default(field)]
    return f"{name_of(operator)}({', '.join(changed)})" if changed else name_of(operator)


def defaults(view: ViewName = "text") -> dict[str, Signal]:
    """Every signal of a view that needs neither a parameter nor a survey, with its defaults, by name; for others see `needing`."""
    found = {name: find("signals", name) for name in names("signals") if _may_have("signals", name, view)}
    return {
        name: kind() for name, kind in found.items() if kind.view == view and not missing(kind) and not kind.surveyed
    }


def profiled(view: ViewName = "text") -> dict[str, Signal]:
    """Those of `defaults` that every profile measures, by name; the others wait for a rule that asks.

    >>> "word_count" in profiled(), "word_count" in profiled("image")
    (True, False)
    """
    return {name: signal for name, signal in defaults(view).items() if signal.profiled}


def needing() -> dict[str, str]:
    """The signals of other packages that cannot be measured without being told a parameter, and which one."""
    found = {name: missing(find("signals", name)) for name in _foreign("signals")}
    return {name: absent[0] for name, absent in found.items() if absent}


def find(kind: Kind, name: str) -> Any:
    """The class of that name; SpecError with the nearest name if there is none."""
    if name in _foreign(kind):
        return _foreign(kind)[name].load()
    if name not in _own(kind):
        raise SpecError(f"no {kind[:-1]} {name!r}; {did_you_mean(name, names(kind))}")
    home = next(HOMES[view] for view in HOMES if name in _own_of(kind, view))
    return getattr(import_module(f"{home}.{kind}.{name}"), "".join(part.capitalize() for part in name.split("_")))


def build(kind: Kind, name: str, parameters: dict[str, Any]) -> Any:
    """An operator with its parameters, lists made tuples, after a check of every name and type."""
    return construct(find(kind, name), name, parameters)


def construct(operator: type[Made], name: str, parameters: dict[str, Any]) -> Made:
    """A frozen dataclass with these fields, checked as `build` does; `name` is what messages call it."""
    fields = dataclasses.fields(cast(Any, operator))
    allowed = {field.name for field in fields if field.init}
    hints = typing.get_type_hints(operator)
    given = {}
    for parameter, value in parameters.items():
        if parameter not in allowed:
            raise SpecError(f"{name} has no parameter {parameter!r}; {did_you_mean(parameter, allowed)}")
        given[parameter] = tuple(value) if isinstance(value, list) else value
        if not _fits(given[parameter], hints[parameter]):
            raise SpecError(f"{name}: {parameter} is {_show(value)}, not {said(hints[parameter])}")
    if absent := missing(operator, given):
        raise SpecError(f"{name} needs the parameter {absent[0]!r}")
    try:
        return operator(**given)
    except SpecError as error:
        raise SpecError(f"{name}: {error}") from None


def _own(kind: Kind) -> frozenset[str]:
    return frozenset().union(*(_own_of(kind, view) for view in HOMES))


def folder_of(view: ViewName, kind: str) -> Path:
    """The folder in which a view has its operators, or rules, of a kind.

    >>> folder_of("image", "signals").parts[-3:]
    ('dataqual', 'images', 'signals')
    """
    return Path(__file__).parent.joinpath(*HOMES[view].split(".")[1:], kind)


def view_in(operator: Any) -> ViewName:
    """What an operator looks at: by the folder it lies in, or by its own word.

    >>> view_in(find("signals", "word_count")), view_in(find("signals", "blurriness"))
    ('text', 'image')
    """
    homes = [view for view, home in HOMES.items() if home != "dataqual" and operator.__module__.startswith(f"{home}.")]
    found: ViewName = homes[0] if homes else getattr(operator, "view", None) or "text"
    return found


def _may_have(kind: Kind, name: str, view: ViewName) -> bool:
    """Whether an operator may be of a view: ours by its folder, of others only they know."""
    return name in _own_of(kind, view) or name in _foreign(kind)


@cache
def _own_of(kind: Kind, view: ViewName) -> frozenset[str]:
    return frozenset(file.stem for file in folder_of(view, kind).glob("*.py") if not file.stem.startswith("_"))


@cache
def _foreign(kind: Kind) -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=f"dataqual.{kind}"):
        if entry.name in _own(kind) or (entry.name in found and found[entry.name].value != entry.value):
            other = found[entry.name].value if entry.name in found else "dataqual"
            raise SpecError(f"two {kind} are called {entry.name!r}: of {other} and of {entry.value}; uninstall one")
        found[entry.name] = entry
    return found


def missing(operator: Any, given: Iterable[str] = ()) -> list[str]:
    """The parameters without which an operator cannot be made, but for those given."""
    return [f.name for f in dataclasses.fields(operator) if f.init and needed(f) and f.name not in given]


def default(field: dataclasses.Field[Any]) -> Any:
    """A parameter's value unless told."""
    return field.default if field.default_factory is dataclasses.MISSING else field.default_factory()


def needed(field: dataclasses.Field[Any]) -> bool:
    """Whether an operator cannot be made without this parameter."""
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value from YAML is of an annotated type; a whole number is a float too, a bool is no number."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return value in arguments and not isinstance(value, bool)
    if origin in (typing.Union, UnionType):
        return any(_fits(value, argument) for argument in arguments)
    if origin is tuple:
        return isinstance(value, tuple) and all(_fits(element, arguments[0]) for element in value)
    if hint in (int, float) and isinstance(value, bool):
        return False
    return isinstance(value, (int, float) if hint is float else hint)


def _show(value: Any) -> str:
    """A value as YAML would have it."""
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else repr(value)


def said(hint: Any) -> str:
    """A type in words.

    >>> said(tuple[int, ...] | None)
    'a list, each a whole number or null'
    """
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return "one of " + ", ".join(map(str, arguments))
    if origin in (typing.Union, UnionType):
        return " or ".join(map(said, arguments))
    if origin is tuple:
        return f"a list, each {said(arguments[0])}"
    words = {int: "a whole number", float: "a number", bool: "true or false", str: "a string", NoneType: "null"}
    return words.get(hint, getattr(hint, "__name__", str(hint)))
