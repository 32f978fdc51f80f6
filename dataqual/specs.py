"""What YAML says, read strictly: an unknown key is an error that says where, and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from dataqual import catalog
from dataqual.bounds import Bounds
from dataqual.errors import SpecError, did_you_mean, nearest_file

if TYPE_CHECKING:
    from dataqual.operators import Signal, Step

ENDS = ("min", "max", "above", "below")
Made = TypeVar("Made")


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping a YAML file holds; SpecError with the line where it is not YAML."""
    try:
        content = _load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SpecError(f"{path}: no such file or folder{nearest_file(path)}") from None
    except OSError as error:
        raise SpecError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise SpecError(f"{path}: not UTF-8 text") from None
    except NotYaml as error:
        where = f":{error.line}" if error.line is not None else ""
        raise SpecError(f"{path}{where}: not YAML ({error})") from None
    return mapping(content, str(path))


def mapping(content: object, where: str) -> dict[str, Any]:
    """`content` as a mapping with names as keys, or SpecError."""
    if not isinstance(content, Mapping) or not all(isinstance(key, str) for key in content):
        raise SpecError(f"{where}: expected a mapping of names, got {_shape(content)}")
    return dict(content)


def check_keys(
    content: Mapping[str, Any], where: str, *, required: Iterable[str], optional: Iterable[str] = ()
) -> None:
    """SpecError for the first key that is unknown, or missing."""
    allowed = {*required, *optional}
    for key in content:
        if key not in allowed:
            raise SpecError(f"{where}: no key {key!r}; {did_you_mean(key, allowed)}")
    for key in required:
        if key not in content:
            raise SpecError(f"{where}: the key {key!r} is missing")


def string(content: Mapping[str, Any], key: str, where: str) -> str:
    """The string under `key`, on one line; SpecError if it is none."""
    value = content[key]
    if not isinstance(value, str) or not value.strip():
        raise SpecError(f"{where}.{key}: expected a string, got {_shape(value)}")
    return " ".join(value.split())


def signal(content: Mapping[str, Any], where: str) -> Signal:
    """The signal of `{signal: NAME, with: {PARAMETER: VALUE, …}}`.

    >>> signal({"signal": "short_lines", "with": {"max_chars": 20}}, "web.yaml.rules[0]")
    ShortLines(max_chars=20, lines='nonblank')
    >>> signal({"signal": "wrod_count"}, "web.yaml.rules[0]")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    dataqual.errors.SpecError: web.yaml.rules[0]: no signal 'wrod_count'; did you mean 'word_count'? there are: ...
    """
    name = string(content, "signal", where)
    parameters = mapping(content.get("with") or {}, f"{where}.with")
    try:
        return catalog.signal(name, **parameters)
    except SpecError as error:
        raise SpecError(f"{where}: {error}") from None


def step(content: object, where: str) -> Step:
    """The step of `{NAME: {PARAMETER: VALUE, …}}`, or of a bare name where the parameters have defaults.

    >>> step({"spoil_typos": {"dose": 0.3}}, "web.yaml.steps[0]")
    SpoilTypos(dose=0.3, rate=0.05, seed=0)
    >>> step({"spoil_typos": {"dos": 0.3}}, "web.yaml.steps[0]")
    Traceback (most recent call last):
    dataqual.errors.SpecError: web.yaml.steps[0].spoil_typos: no parameter 'dos'; did you mean 'dose'? there are: ...
    """
    one = {content: None} if isinstance(content, str) else mapping(content, where)
    if len(one) != 1:
        raise SpecError(f"{where}: expected one step, {{NAME: {{PARAMETER: VALUE}}}}, got {_shape(content)}")
    [(name, given)] = one.items()
    try:
        operator: type[Step] = catalog.find("steps", name)
    except SpecError as error:
        raise SpecError(f"{where}: {error}") from None
    here = f"{where}.{name}"
    parameters = {} if given is None else mapping(given, here)
    return operator.of_spec(parameters, here) or construct(operator, parameters, here, name)


def steps(listed: object, where: str) -> tuple[Step, ...]:
    """The steps of a list of them; SpecError that says at which place."""
    if not isinstance(listed, list):
        raise SpecError(f"{where}: expected a list of steps, got {_shape(listed)}")
    return tuple(step(content, f"{where}[{at}]") for at, content in enumerate(listed))


def flow(content: object) -> str:
    """A piece of YAML on one line.

    >>> flow({"keep": {"signal": "word_count", "min": 50}})
    '{keep: {signal: word_count, min: 50}}'
    """
    import yaml

    text = yaml.safe_dump(content, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**6)
    return " ".join(text.removesuffix("...\n").split())


def flat(value: object) -> object:
    """A value of YAML with every mapping in a list as YAML on one line, so that a frozen step can hold it.

    >>> flat([{"signal": "chrf", "min": 0.5}, "plain"])
    ['{signal: chrf, min: 0.5}', 'plain']
    """
    return (
        [flow(one) if isinstance(one, Mapping) else one for one in value] if isinstance(value, list | tuple) else value
    )


def unfolded(text: object) -> object:
    """What `flat` made a line of, as it was; anything else as it is.

    >>> unfolded("{signal: chrf, min: 0.5}"), unfolded("plain")
    ({'signal': 'chrf', 'min': 0.5}, 'plain')
    """
    if not isinstance(text, str) or not text.startswith("{"):
        return text
    try:
        return _load(text)
    except NotYaml:
        return text


def construct(operator: type[Made], parameters: dict[str, Any], where: str, name: str) -> Made:
    """A frozen dataclass of ours with these fields; SpecError that begins with `where`."""
    try:
        return catalog.construct(operator, name, parameters)
    except SpecError as error:
        said = str(error)
        for beginning in (f"{name} has ", f"{name}: ", f"{name} "):
            if said.startswith(beginning):
                said = said.removeprefix(beginning)
                break
        raise SpecError(f"{where}: {said}") from None


def bounds(content: Mapping[str, Any], where: str) -> Bounds:
    """The bounds among the keys of `content`: `min` and `max` inclusive, `above` and `below` exclusive; one at least.

    >>> bounds({"signal": "word_count", "min": 50}, "web.yaml.rules[0]")
    Bounds(min=50, max=None, above=None, below=None)
    """
    ends = {end: content[end] for end in ENDS if end in content}
    if not ends:
        raise SpecError(f"{where}: needs at least one of min, max, above, below")
    for end, value in ends.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            raise SpecError(f"{where}.{end}: expected a number, got {_shape(value)}")
    low, high = (
        max((ends[end] for end in pair if end in ends), default=None) for pair in (("min", "above"), ("max", "below"))
    )
    if low is not None and high is not None and low > high:
        raise SpecError(f"{where}: nothing is at least {low:g} and at most {high:g}")
    return Bounds(**ends)


class NotYaml(ValueError):
    """What is wrong with a text that is no YAML, and on which line, where that is known."""

    def __init__(self, problem: str, line: int | None) -> None:
        super().__init__(problem)
        self.line = line


def _load(text: str) -> Any:
    """What YAML says; NotYaml where it is none. Here yaml is loaded, which takes longer than most runs have use for it."""
    import yaml

    try:
        return yaml.load(text, _strict())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "cannot be parsed"
        raise NotYaml(problem, mark.line + 1 if mark is not None else None) from None


@cache
def _strict() -> Any:
    """A loader to which a key that is there twice is no YAML, though PyYAML would take the last of them in silence.

    In C where there is one: it reads the rule sets that ship ten times faster.
    """
    import yaml

    def check_once(keys: Iterable[yaml.ScalarNode]) -> None:
        lines: dict[tuple[str, str], int] = {}
        for key in keys:
            if (found := (key.tag, key.value)) in lines:
                problem = f"the key {key.value!r} is there already, in line {lines[found]}"
                raise yaml.constructor.ConstructorError(problem=problem, problem_mark=key.start_mark)
            lines[found] = key.start_mark.line + 1

    class Strict(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        def __init__(self, stream: str) -> None:
            super().__init__(stream)
            self._checked: set[yaml.MappingNode] = set()

        def flatten_mapping(self, node: yaml.MappingNode) -> None:
            """Before keys are merged in (`<<`), of which a mapping's own take the place, each must be another one."""
            if node not in self._checked:
                self._checked.add(node)
                check_once(key for key, _ in node.value if isinstance(key, yaml.ScalarNode))
            super().flatten_mapping(node)

    return Strict


def _shape(value: object) -> str:
    if value is None:
        return "nothing"
    names = {
        dict: "a mapping",
        list: "a list",
        str: f"the string {value!r}",
        bool: str(value).lower(),
        float: str(value),
    }
    return names.get(type(value), repr(value))
