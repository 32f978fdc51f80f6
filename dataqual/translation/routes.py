"""Routes there and back, as a recipe or a command line names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dataqual import specs
from dataqual.errors import SpecError, did_you_mean
from dataqual.translation.apertium import Apertium
from dataqual.translation.command import Command
from dataqual.translation.http import Http
from dataqual.translation.nlpaug import NlpaugBackTranslation
from dataqual.translation.seq2seq import Seq2Seq
from dataqual.translation.translator import Route, Whole

FORMS = (
    "apertium:eng-spa, models:THERE,BACK with folders, {apertium: eng-spa}, {models: [THERE, BACK]}, "
    "{model: FOLDER, source: …, pivot: …}, {commands: [THERE, BACK]}, {url: …, source: …, pivot: …}, {nlpaug: {…}}"
)
_KINDS = ("apertium", "models", "model", "commands", "url", "nlpaug")


def route_of(given: object, where: str) -> Route | Whole:
    """The route that is named; SpecError with the forms there are, InputError where an engine is not installed.

    >>> route_of({"commands": ["tr a-z A-Z", "tr A-Z a-z"]}, "through")(["Here and there"])
    ['here and there']
    """
    given = specs.unfolded(given)
    if isinstance(given, str):
        kind, colon, rest = given.partition(":")
        if not colon or kind not in ("apertium", "models"):
            raise SpecError(f"{where}: no route {given!r}; there are: {FORMS}")
        given = {kind: rest if kind == "apertium" else [one.strip() for one in rest.split(",")]}
    content = specs.mapping(given, where)
    kinds = [kind for kind in _KINDS if kind in content]
    if len(kinds) != 1:
        near = did_you_mean(next(iter(content), ""), _KINDS)
        raise SpecError(f"{where}: a route has one of {', '.join(_KINDS)}; {near}")
    return _MAKERS[kinds[0]](content, where)


def _apertium(content: Mapping[str, Any], where: str) -> Route:
    specs.check_keys(content, where, required=("apertium",), optional=("timeout",))
    pair = specs.string(content, "apertium", where)
    there, dash, back = pair.partition("-")
    if not (there and dash and back):
        raise SpecError(f"{where}.apertium: {pair!r} is no pair such as eng-spa")
    more = {"timeout": content["timeout"]} if "timeout" in content else {}
    engines = [
        specs.construct(Apertium, {"pair": one} | more, f"{where}.apertium", "apertium")
        for one in (pair, f"{back}-{there}")
    ]
    return Route(f"apertium {pair}", *engines)


def _models(content: Mapping[str, Any], where: str) -> Route:
    specs.check_keys(content, where, required=("models",), optional=("beams",))
    folders = _two(content, "models", where)
    more = {"beams": content["beams"]} if "beams" in content else {}
    engines = [specs.construct(Seq2Seq, {"model": folder} | more, f"{where}.models", "models") for folder in folders]
    return Route(" and ".join(folders), *engines)


def _model(content: Mapping[str, Any], where: str) -> Route:
    """One model of many languages, both ways."""
    specs.check_keys(content, where, required=("model", "source", "pivot"), optional=("beams",))
    folder, home, abroad = (specs.string(content, name, where) for name in ("model", "source", "pivot"))
    more = {"model": folder} | ({"beams": content["beams"]} if "beams" in content else {})
    engines = [
        specs.construct(Seq2Seq, more | {"source": one, "target": other}, where, "model")
        for one, other in ((home, abroad), (abroad, home))
    ]
    return Route(f"{folder} by {abroad}", *engines)


def _commands(content: Mapping[str, Any], where: str) -> Route:
    specs.check_keys(content, where, required=("commands",), optional=("keep", "timeout"))
    commands = _two(content, "commands", where)
    more = {name: content[name] for name in ("keep", "timeout") if name in content}
    engines = [specs.construct(Command, {"command": one} | more, f"{where}.commands", "commands") for one in commands]
    return Route(" and ".join(commands), *engines)


def _http(content: Mapping[str, Any], where: str) -> Route:
    optional = ("body", "answer", "headers", "timeout", "retries", "at_once")
    specs.check_keys(content, where, required=("url", "source", "pivot"), optional=optional)
    url, home, abroad = (specs.string(content, name, where) for name in ("url", "source", "pivot"))
    more = {"url": url} | {name: content[name] for name in optional if name in content}
    engines = [Http(**more, source=one, target=other) for one, other in ((home, abroad), (abroad, home))]
    return Route(f"{url} by {abroad}", *engines)


def _nlpaug(content: Mapping[str, Any], where: str) -> Whole:
    specs.check_keys(content, where, required=("nlpaug",))
    given = {key: value for key, value in specs.mapping(content["nlpaug"], f"{where}.nlpaug").items() if key != "aug"}
    return Whole("nlpaug", NlpaugBackTranslation(given))


def _two(content: Mapping[str, Any], key: str, where: str) -> list[str]:
    value = content[key]
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(one, str) for one in value):
        raise SpecError(f"{where}.{key}: expected two, there and back, got {value!r}")
    return value


_MAKERS: dict[str, Callable[[Mapping[str, Any], str], Route | Whole]] = {
    "apertium": _apertium, "models": _models, "model": _model, "commands": _commands, "url": _http, "nlpaug": _nlpaug,
}  # fmt: skip
