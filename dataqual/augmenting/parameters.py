"""Parameters of a method as they are typed: NAME=VALUE, the value as YAML has it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from dataqual.errors import SpecError


def parameters_of(settings: Iterable[str]) -> dict[str, Any]:
    """The parameters; SpecError for what is no NAME=VALUE.

    >>> parameters_of(["rate=0.1", "kinds=[pinyin, keyboard]", "mask=<mask>"])
    {'rate': 0.1, 'kinds': ['pinyin', 'keyboard'], 'mask': '<mask>'}
    """
    found: dict[str, Any] = {}
    for one in settings:
        name, equals, value = one.partition("=")
        if not equals or not name.strip():
            raise SpecError(f"--set: {one}: expected NAME=VALUE, such as rate=0.1")
        try:
            found[name.strip()] = yaml.safe_load(value) if value.strip() else ""
        except yaml.YAMLError:
            found[name.strip()] = value
    return found
