"""Learners, one to a file: what is trained.

A file `gpt2.py` here holds the class `Gpt2`, and its name in a study is `gpt2`. Another package adds one with an entry
point in the group `studies.learners`. Names are listed without importing anything: most learners load torch.
"""

from __future__ import annotations

import dataclasses
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dataqual.errors import MissingExtra, SpecError, did_you_mean
from studies.learner import Learner

if TYPE_CHECKING:
    from studies.design.study import Study


def names() -> list[str]:
    """The names of all learners, ours and other packages', in order.

    >>> "gpt2" in names(), "gpt2_weights" in names()
    (True, False)
    """
    return sorted(_own() | _foreign().keys())


def learner(name: str, /, **parameters: Any) -> Learner:
    """The learner of that name with those parameters; SpecError for an unknown name or parameter.

    >>> learner("gpt3")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    dataqual.errors.SpecError: no learner 'gpt3'; did you mean 'gpt2'? there are: ...
    """
    kind = find(name)
    allowed = {field.name for field in dataclasses.fields(kind) if field.init}
    for parameter in parameters:
        if parameter not in allowed:
            raise SpecError(f"{name} has no parameter {parameter!r}; {did_you_mean(parameter, allowed)}")
    for field in dataclasses.fields(kind):
        required = field.default is field.default_factory is dataclasses.MISSING
        if field.init and required and field.name not in parameters:
            raise SpecError(f"{name}: the parameter {field.name!r} is missing; say {{{name}: {{{field.name}: …}}}}")
    try:
        made = kind(**parameters)
    except TypeError as error:
        raise SpecError(f"{name}: {error}") from None
    if not isinstance(made, Learner):
        raise SpecError(f"{name} is no learner: it needs the methods shape, batch and run")
    return made


def of(study: Study) -> Learner:
    """The learner of a study with the parameters of its file; SpecError, with the place, for one it has not."""
    try:
        return learner(study.learner, **study.options)
    except SpecError as error:
        own = study.pictures is not None and str(error).startswith("side: ")  # a key of the study, not of its learner
        raise SpecError(f"{study.where}{'.' if own else '.learner: '}{error}") from None


def kind(name: str) -> str:
    """What a learner of that name learns, `text` or `pictures`; of ours without importing it.

    >>> kind("gpt2"), kind("gan")
    ('text', 'pictures')
    """
    if name in _foreign():
        return str(getattr(find(name), "kind", "text"))
    file = Path(__file__).parent / f"{name}.py"
    return "pictures" if '\n    kind: ClassVar[str] = "pictures"\n' in file.read_text(encoding="utf-8") else "text"


def find(name: str) -> Any:
    """The class of that name; SpecError with the nearest name if there is none, MissingExtra without torch."""
    if name not in names():
        raise SpecError(f"no learner {name!r}; {did_you_mean(name, names())}")
    try:
        if name in _foreign():
            return _foreign()[name].load()
        return getattr(import_module(f"studies.learners.{name}"), _class(name))
    except ModuleNotFoundError as error:
        if error.name == "torch":
            raise MissingExtra("torch", "studies") from None
        raise


def _class(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


@cache
def _own() -> frozenset[str]:
    """Files here that hold the class of their name; the others help one that does."""
    files = Path(__file__).parent.glob("*.py")
    return frozenset(f.stem for f in files if f"\nclass {_class(f.stem)}" in f.read_text(encoding="utf-8"))


@cache
def _foreign() -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group="studies.learners"):
        if entry.name in _own() or (entry.name in found and found[entry.name].value != entry.value):
            other = found[entry.name].value if entry.name in found else "dataqual"
            raise SpecError(f"two learners are called {entry.name!r}: of {other} and of {entry.value}; uninstall one")
        found[entry.name] = entry
    return found
