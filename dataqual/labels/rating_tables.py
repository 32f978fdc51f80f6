"""Tables of ratings: their rows, and which of their columns hold items, annotators and what these gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from dataqual.columns import ANNOTATOR_NAMES, ITEM_NAMES, RATING_NAMES, TEXT_NAMES, as_string
from dataqual.errors import InputError, SpecError, UnknownColumn, did_you_mean
from dataqual.labels.ratings import Level


def records_of(source: Any) -> Sequence[Mapping[str, Any]]:
    """The rows of a table, all of them: annotations fit into memory."""
    if isinstance(source, list) and all(isinstance(row, Mapping) for row in source):
        return source
    if isinstance(source, pl.DataFrame):
        return source.to_dicts()
    if hasattr(source, "to_dict"):
        rows: list[Mapping[str, Any]] = source.to_dict("records")
        return rows
    return _read_table(Path(source)).to_dicts()


def _read_table(path: Path) -> pl.DataFrame:
    """InputError where it is not there, of no known kind, or damaged."""
    kind = next((ending for ending in (".csv", ".tsv", ".jsonl", ".parquet") if ending in path.suffixes[-2:]), None)
    if kind is None:
        raise InputError(f"{path}: no table by its name; it ends in .csv, .tsv, .jsonl or .parquet")
    try:
        if kind == ".parquet":
            return pl.read_parquet(path)
        if kind == ".jsonl":
            return pl.read_ndjson(path, infer_schema_length=None)
        return pl.read_csv(path, separator="," if kind == ".csv" else "\t", infer_schema=False)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except pl.exceptions.NoDataError:
        raise InputError(f"{path}: nothing in it") from None
    except pl.exceptions.PolarsError as error:
        raise InputError(f"{path}: cannot be read as a table ({str(error).splitlines()[0]})") from None


def named_columns(records: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[str]:
    """These columns; UnknownColumn for one that no row has."""
    present = _columns(records)
    for name in names:
        if name not in present:
            raise UnknownColumn(f"no column {name!r}; {did_you_mean(name, present)}")
    return list(names)


def long_columns(
    records: Sequence[Mapping[str, Any]], item: str | None, notes: list[str]
) -> tuple[str | None, str | None, str | None]:
    """The columns of item, annotator and label where their names say that the table is long; else `item` and None twice."""
    present = _columns(records)
    annotator = _called(ANNOTATOR_NAMES, present)
    if annotator is None:
        return item, None, None
    found = item or _called(ITEM_NAMES, present)
    label = _called(RATING_NAMES, [name for name in present if name != found])
    if found is None or label is None:
        raise SpecError("a long table takes all three: --item, --annotator and --label")
    notes += [f"item column: {found!r} (found)"] if item is None else []
    notes += [f"annotator column: {annotator!r} (found)", f"label column: {label!r} (found)"]
    return found, annotator, label


def _called(names: Sequence[str], present: Sequence[str]) -> str | None:
    """The first of these columns whose name is one of `names`, the most telling first; None where there is none."""
    return next((name for wanted in names for name in present if name.strip().lower() == wanted), None)


def item_column(records: Sequence[Mapping[str, Any]], columns: Sequence[str], notes: list[str]) -> str | None:
    """The column that names the items of a table with a row for each, by its name: a value in every row, and none twice."""
    name = _called(ITEM_NAMES, [name for name in _columns(records) if name not in columns])
    values = [value_of(row, name) for row in records] if name is not None else []
    if name is None or not all(values) or len(set(values)) < len(values):
        return None
    notes.append(f"item column: {name!r} (found)")
    return name


def rating_columns(records: Sequence[Mapping[str, Any]], item: str | None, level: Level, notes: list[str]) -> list[str]:
    """All columns but those that by name hold an item, a text or a label agreed on, and those with no value twice."""
    names: list[str] = []
    others = [name for name in _columns(records) if name != item]
    for name in others:
        known = name.strip().lower()
        if known in ITEM_NAMES:
            notes.append(f"id column: {name!r} (found); left out")
        elif known in TEXT_NAMES:
            notes.append(f"text column: {name!r} (found); left out")
        elif level in ("nominal", "ordinal") and _tells_rows_apart(records, name, others):
            notes.append(f"column {name!r}: another value in every row, as ids have; left out; --columns takes it")
        else:
            names.append(name)
    labels = [name for name in names if name.strip().lower() in RATING_NAMES]
    if labels and len(names) - len(labels) > 1:
        names = [name for name in names if name not in labels]
        notes += [f"label column: {name!r} (found); left out; --columns takes it" for name in labels]
    if len(names) < 2:
        raise InputError("a table of ratings has a column for each annotator, two or more; name them with --columns")
    notes.append(f"annotators: {', '.join(map(repr, names))} (found; --columns names others)")
    return names


def _tells_rows_apart(records: Sequence[Mapping[str, Any]], name: str, others: Sequence[str]) -> bool:
    """Whether a column has a value in each of three rows or more, none twice, most of which no other column has."""
    own = {value_of(row, name) for row in records}
    if len(records) < 3 or len(own) < len(records) or None in own:
        return False
    shared = {value_of(row, other) for row in records for other in others if other != name}
    return 2 * len(own & shared) < len(own)


def _columns(records: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for row in records for name in row))


def value_of(row: Mapping[str, Any], name: str | None) -> str | None:
    """A value as text; None for nothing, blanks and what is no number."""
    value = row.get(name or "")
    if isinstance(value, float):
        return None if value != value else f"{value:.15g}"
    found = as_string(value)
    return found.strip() or None if found is not None else None
