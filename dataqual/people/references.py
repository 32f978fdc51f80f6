"""What the shares should be: a table of a census or of the readers, given by its user."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from dataqual import specs
from dataqual.errors import SpecError

Shares = dict[str, dict[str, float]]


def reference(path: str | Path) -> Shares:
    """Axis -> group -> share of a file: YAML (`gender: {female: 0.51, male: 0.49}`) or CSV with axis, group and share.

    Shares of an axis are made to sum to 1, so that counts will do as well. SpecError where it is no such table.
    """
    path = Path(path)
    if path.suffix.lower() in (".yaml", ".yml", ".json"):
        return of_mapping(specs.read_yaml(path), str(path))
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SpecError(f"{path}: cannot be read as a table ({error})") from None
    table: dict[str, dict[str, object]] = {}
    for line, row in enumerate(rows, 2):
        if any(not row.get(key) for key in ("axis", "group", "share")):
            raise SpecError(f"{path}:{line}: expected the columns axis, group and share, each with a value")
        if row["group"] in table.setdefault(row["axis"], {}):
            raise SpecError(f"{path}:{line}: {row['axis']} {row['group']} is there already")
        table[row["axis"]][row["group"]] = row["share"]
    return of_mapping(table, str(path))


def of_mapping(content: Mapping[str, object], where: str = "reference") -> Shares:
    """The same of a mapping.

    >>> of_mapping({"gender": {"female": 30, "male": 10}})
    {'gender': {'female': 0.75, 'male': 0.25}}
    """
    shares: Shares = {}
    for axis, groups in content.items():
        own = {
            name: _number(value, f"{where}: {axis}.{name}")
            for name, value in specs.mapping(groups, f"{where}.{axis}").items()
        }
        total = sum(own.values())
        if not total:
            raise SpecError(f"{where}: {axis}: the shares sum to nothing")
        shares[axis] = {name: value / total for name, value in own.items()}
    if not shares:
        raise SpecError(f"{where}: no shares in it")
    return shares


def _number(value: object, where: str) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = -1.0
    if not 0 <= number < float("inf") or isinstance(value, bool):
        raise SpecError(f"{where}: expected a share or a count, got {value!r}")
    return number
