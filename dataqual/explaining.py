"""`explain`: what the ledger of a cleaned corpus tells of one document, in words."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from glob import escape
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from dataqual.errors import InputError
from dataqual.finding import below_one
from dataqual.images.verification import FITTED
from dataqual.lazy import lazy
from dataqual.ledger import BLANK, FAILED, SCHEMA, TORN_TURNS, UNCHANGED
from dataqual.readers import open_corpus
from dataqual.readers.paths import LEDGER
from dataqual.seen_pictures import SeenPicture, in_own_words, is_picture_file, nth_picture, picture_at
from dataqual.splitting.telling import Placed, ledger_of, placed
from dataqual.writers.writer import shard_names

LIKE = 2000
"""Names that are compared for the nearest ones: difflib takes a tenth of a second for so many."""
SHOWN = 3

SIMILARITY = re.compile(r"similarity >= ([0-9.e-]+)")
SHARD = re.compile(r"\d{5,}-of-(\d{5,})")


@dataclass(frozen=True)
class Story:
    """One document: where it came from, and all that was done to it, in order; nothing where it stayed as it was."""

    path: str | None
    """None where only the output is known to have it."""
    record: int | None
    line: int | None
    id: str | None
    events: tuple[dict[str, Any], ...]
    """Rows of the ledger, without what is null; `edits` is a list of [start, end, new length, reason]."""
    column: str | None = None
    """That of the pictures in a table, where it was named."""

    @lazy
    def picture(self) -> SeenPicture | None:
        """What it looks like where it came from, if it is a picture and still there."""
        return picture_at(self.path, self.record, self.column)

    @lazy
    def kept_pictures(self) -> tuple[SeenPicture | None, ...]:
        """Of each event, the picture that was kept in its place."""
        if self.picture is None:
            return (None,) * len(self.events)
        return tuple(picture_at(e.get("kept_path"), e.get("kept_record"), self.column) for e in self.events)

    @property
    def outcome(self) -> str:
        """What became of it in the end: "dropped", "unreadable", "edited" or "kept", or "added" where it was made."""
        done = {event["action"] for event in self.events if "child" not in event}
        if any("parent" in event and "child" not in event for event in self.events) and not done & {"dropped"}:
            return "added"
        return next((action for action in ("dropped", "unreadable", "edited") if action in done), "kept")

    @property
    def there(self) -> bool:
        """Whether it is in the output."""
        return self.outcome in ("edited", "kept", "added")

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        where = {"path": self.path, "record": self.record, "line": self.line, "id": self.id}
        events = [
            event | ({"kept_picture": kept.facts()} if kept is not None else {})
            for event, kept in zip(self.events, self.kept_pictures, strict=True)
        ]
        own = {"picture": self.picture.facts()} if self.picture is not None else {}
        return where | own | {"outcome": self.outcome, "events": events}

    def __str__(self) -> str:
        """Some lines for people."""
        lines = [self._own(self._named())]
        if self.picture is not None:
            lines.append(f"  {self.picture}")
        if not self.events:
            return "\n".join([*lines, "  was kept as it came: no step changed it"])
        for number, (event, kept) in enumerate(zip(self.events, self.kept_pictures, strict=True), 1):
            lines.append(f"  {number}. {self._own(_said(event))}")
            if kept is not None:
                lines.append(f"     what was kept: {kept}")
                lines += [f"     {line}" for line in _labelled_otherwise(self.picture, kept)]
            if event.get("evidence"):
                lines.append(f"     {_QUOTED[_quoted(event)]} {_one_line(event['evidence'])}")
        return "\n".join([*lines, f"  {self._own(_ENDS[self.outcome])}"])

    def _own(self, sentence: str) -> str:
        """In words of pictures, of one."""
        return in_own_words(self.path, self.picture, sentence)

    def _named(self) -> str:
        if self.id is None and self.path is not None and self.picture is not None:
            return f"picture {self.record} of {self.path}"
        name = f"document {self.id}" if self.id is not None else "a document without an id"
        if self.path is None:
            return name
        line = f", line {self.line}" if self.line is not None else ""
        return f"{name}, record {self.record} of {self.path}{line}"


def _labelled_otherwise(own: SeenPicture | None, kept: SeenPicture) -> list[str]:
    """A line where what was kept has another label, or lies in another folder where there are no labels."""
    if own is None:
        return []
    for what, mine, theirs in (("labels", own.label, kept.label), ("folders", own.folder, kept.folder)):
        if mine is not None and theirs is not None:
            return [f"their {what} differ: {mine}, and {theirs} of what was kept"] if mine != theirs else []
    return []


_ENDS = {
    "dropped": "So it is not in the output.",
    "unreadable": "So it is not in the output.",
    "edited": "It is in the output, with the text that this made of it.",
    "kept": "It is in the output as it came.",
    "added": "It is in the output, behind the document it was made of.",
}
_QUOTED = {
    "dropped": "There:",
    "edited": "What changed first:",
    "made": "What changed:",
    "added": "There:",
    "unreadable": "There:",
    FAILED: "What it said:",
    "copies_child": "It is like:",
    "antonyms_swapped": "Opposite:",
}
"""What is quoted, by what was done, or by the rule."""


def explain(
    output: str | Path, id: str | int, *, text: str | None = None, id_column: str | None = None
) -> tuple[Story | Placed, ...]:
    """What was done to a document when `output` was written; several stories where several documents have the name.

    `output` is what `clean` wrote, or the ledger beside it. `id` is the document's own, or FILE:RECORD, or the record's
    number (where each file is a picture, as it was read: the third is 3); where a number is both, it is the id. Documents of that id that the ledger does not tell of are looked for
    in the output, and by their place in the input if that is still there; `text` and `id_column` name their columns.
    Of a split, its folder, a part or its ledger, the part is told, and what the document had to stay together with.
    InputError, with the nearest ids, where there is no such document, and where it is not clear which files of several
    by the name of `output` are what the ledger tells of.
    """
    if (split := ledger_of(Path(output))) is not None:
        return _after_split(output, split, str(id))
    asked = {"text": text, "id": id_column}
    ledger, written = _files(Path(output))
    rows, name = pl.scan_parquet(ledger), str(id)
    told = tuple(_stories(rows.filter((pl.col("id") == name) | (pl.col("parent") == name)).collect(), name))
    if named := (*told, *_kept(written, name, told, asked)):
        return tuple(replace(story, column=text) for story in named)
    name = _by_number(rows, written, name)
    if placed := tuple(_stories(_at(rows, name))) or tuple(_stories(_unread(rows, name))):
        return tuple(replace(story, column=text) for story in placed)
    if untouched := tuple(_untouched(rows, name, asked)):
        return untouched
    raise InputError(f"{output}: no such document {name!r}; {_hint(_nearest(name, rows, written, asked))}")


def _after_split(output: str | Path, ledger: Path, name: str) -> tuple[Placed, ...]:
    """Where documents of that name went."""
    rows = pl.scan_parquet(ledger, glob=False)
    found = rows.filter(pl.col("id") == name).collect()
    found = found if found.height else _at(rows, name)
    if not found.height:
        raise InputError(f"{output}: no such document {name!r}; {_hint(_nearest(name, rows, [], {}))}")
    return tuple(placed(rows, row) for row in found.to_dicts())


def _hint(near: Sequence[str]) -> str:
    return f"the nearest ids: {', '.join(near)}" if near else "no id is near; FILE:RECORD names a document too"


def _files(output: Path) -> tuple[Path, list[Path]]:
    """The ledger, and the files of the output that are there: itself, or its shards."""
    if _is_ledger(output):
        ledger, output = output, output.with_name(output.name.removesuffix(LEDGER))
    else:
        ledger = Path(f"{output}{LEDGER}")
    if not ledger.exists():
        raise InputError(
            f"{ledger}: there is no ledger; name what clean, dedup or split wrote, or the file that --ledger named"
        )
    if output == ledger:
        return ledger, []
    return ledger, _written(output, ledger)


def _written(output: Path, ledger: Path) -> list[Path]:
    """The youngest of what bears the output's name, itself or so many shards: what else is there an earlier run left."""
    runs: dict[str, list[Path]] = {"": [output]} if output.exists() else {}
    first, _, ending = shard_names(output.name, 1)[0].rpartition("00001-of-00001")
    for shard in sorted(output.parent.glob(f"{escape(first)}*-of-*{escape(ending)}")):
        if number := SHARD.fullmatch(shard.name.removeprefix(first).removesuffix(ending)):
            runs.setdefault(number[1], []).append(shard)
    *older, youngest = sorted(runs.values(), key=_changed) or [[]]
    if older and _changed(older[-1]) >= _changed([ledger]):
        raise InputError(
            f"{output}: {older[-1][0].name} and {youngest[0].name} are both there, neither older than the ledger; "
            "move away what it does not tell of"
        )
    return youngest


def _changed(files: list[Path]) -> int:
    return max(file.stat().st_mtime_ns for file in files)


def _is_ledger(path: Path) -> bool:
    return path.suffix == ".parquet" and path.is_file() and list(pl.read_parquet_schema(path)) == list(SCHEMA)


def _stories(found: pl.DataFrame, name: str | None = None) -> Iterator[Story]:
    """One for each place; rows of a place stand in the order in which things were done.

    Without a `name` it is that of the document that was read; children that were made of it are events of its story.
    """
    for _, rows in found.group_by("path", "record", maintain_order=True):
        events = tuple(
            {key: json.loads(value) if key == "edits" else value for key, value in row.items() if value is not None}
            for row in rows.to_dicts()
        )
        first, id = events[0], name or _id_of(events)
        told = tuple(
            {k: v for k, v in event.items() if k not in ("path", "record", "line", "id")}
            | ({"child": event["id"]} if "parent" in event and event["id"] != id else {})
            for event in events
        )
        yield Story(first["path"], first["record"], first.get("line"), id, told)


def _id_of(events: Sequence[dict[str, Any]]) -> str | None:
    """The id of the document that was read, from the rows of its place; of one without an id its children tell the place."""
    for event in events:
        if "parent" not in event:
            id: str | None = event.get("id")
            return id
    parent: str = events[0]["parent"]
    return None if parent.endswith(f":{events[0]['record']}") else parent


def _at(rows: pl.LazyFrame, name: str) -> pl.DataFrame:
    """What is told of FILE:RECORD, or of a record's number alone; nothing where the name is neither."""
    path, record = _place(name)
    if record is None:
        return rows.head(0).collect()
    there = pl.col("record") == record
    return rows.filter(there & _in_file(path) if path else there).collect()


def _by_number(rows: pl.LazyFrame, written: list[Path], name: str) -> str:
    """FILE:1 in the place of a number, where each file is a picture: every record is the first of its file."""
    path, record = _place(name)
    if path or record is None:
        return name
    own = rows.filter(pl.col("parent").is_null())
    if not any(map(is_picture_file, own.select(pl.col("path").unique()).collect()["path"])):
        return name  # before the ids of a large corpus of texts are in memory
    found = nth_picture(own.select("path", "id").collect().rows(), written, record)
    return f"{found}:1" if found is not None else name


def _unread(rows: pl.LazyFrame, name: str) -> pl.DataFrame:
    """What is told of a FILE that is one record, such as a picture, and could not be read: it never had an id."""
    lost = (pl.col("action") == "unreadable") & (pl.col("record") == 1) & pl.col("id").is_null()
    return rows.filter(lost & _in_file(name)).collect()


def _in_file(path: str) -> pl.Expr:
    return (pl.col("path") == path) | pl.col("path").str.ends_with(f"/{path}")


def _place(name: str) -> tuple[str, int | None]:
    """The two parts of FILE:RECORD; no file where there is a number alone, no record where there is none.

    >>> _place("web/a.jsonl:12"), _place("12"), _place("zh-neg-3")
    (('web/a.jsonl', 12), ('', 12), ('', None))
    """
    path, _, record = name.rpartition(":")
    return (path, int(record)) if record.isascii() and record.isdecimal() else ("", None)


def _kept(written: list[Path], name: str, told: Sequence[Story], asked: dict[str, Any]) -> list[Story]:
    """The other documents of that id in the output, of which it is not known where they came from.

    What was edited or only copied stands there too, and its copies: so many are told already.
    """
    there = sum(int((ids == name).sum()) for ids in _ids(written, asked))
    copies = [
        sum(event["action"] == "added" and "parent" not in event for event in story.events)
        for story in told
        if story.there
    ]
    return [Story(None, None, None, name, ())] * (there - len(copies) - sum(copies))


def _ids(written: list[Path], asked: dict[str, Any]) -> Iterator[pl.Series]:
    """The ids of an output, batch after batch, as far as its documents have some."""
    for path in written:
        for batch in open_corpus([path], **asked).batches():
            if "id" in batch.columns.columns:
                yield batch.columns["id"]


def _untouched(rows: pl.LazyFrame, name: str, asked: dict[str, Any]) -> Iterator[Story]:
    """Documents that are there in an input, by their place, and of which the ledger does not tell."""
    path, record = _place(name)
    told = rows.select("path").unique(maintain_order=True).collect()["path"].to_list()
    for file in dict.fromkeys([*([path] if path else []), *told]):
        if (
            record is not None
            and Path(file).is_file()
            and (file == path or f"/{file}".endswith(f"/{path}" if path else ""))
        ):
            yield from _read(file, record, asked)


def _read(path: str, record: int, asked: dict[str, Any]) -> Iterator[Story]:
    """The document of that number in a file, if there is one."""
    corpus = open_corpus([path], **asked)
    line = record if corpus.files[0].format == "jsonl" else None
    for batch in corpus.batches():
        for row in np.flatnonzero(batch.record == record).tolist():
            yield Story(path, record, line, batch.columns["id"][row] if "id" in batch.columns.columns else None, ())
            return


def _nearest(name: str, rows: pl.LazyFrame, written: list[Path], asked: dict[str, Any]) -> list[str]:
    """Up to three ids like the name, of the first few thousand that begin as it does; of any if none does."""
    column = [rows.select("id").collect()["id"], *_ids(written, asked)]
    ids = pl.concat(column).drop_nulls().unique(maintain_order=True)
    for size in (len(name) - 1, len(name) // 2, 1, 0):
        likely = ids.filter(ids.str.starts_with(name[: max(size, 0)])).head(LIKE).to_list()
        if near := difflib.get_close_matches(name, likely, n=SHOWN, cutoff=0.5):
            return near
    return []


def _quoted(event: dict[str, Any]) -> str:
    """As what the evidence of an event is introduced, a key of `_QUOTED`."""
    if event["rule"] in _QUOTED:
        return str(event["rule"])
    # of a child each edit is quoted, of an edited document the first
    return "made" if event["action"] == "refused" or event.get("edits") else str(event["action"])


def _said(event: dict[str, Any]) -> str:
    """What was done and why, in one sentence."""
    step, rule, value = event["step"], event["rule"], event.get("value")
    if event["action"] == "unreadable":
        return f"could not be read: {rule}"
    if event["action"] == "added" and "parent" in event:
        edits = f"in {value:g} edit{'' if value == 1 else 's'}"
        return (
            f"{step} made {event['child']} of it, {edits}"
            if "child" in event
            else (f"{step} made it of {event['parent']}, {edits}")
        )
    if rule == UNCHANGED:
        return f"{step} made no child of it: nothing in it could be changed"
    if rule == BLANK:
        return f"{step} made no child of it: there is nothing in it"
    if rule == FAILED:
        return f"{step} made no child of it: the engine failed"
    if event["action"] == "refused":
        return f"{step} made a variant that was refused, rule {rule}{_measured(event)}"
    if event["action"] == "added":
        return f"{step} put a copy of it behind it"
    if event["action"] == "edited":
        amount = f", which counts {value:g} change{'' if value == 1 else 's'}" if value is not None else ""
        by = step if rule == step else f"{step}, rule {rule}"
        return f"edited by {by}{amount}"
    return f"dropped by {step}, rule {rule}: {_reason(event)}"


def _measured(event: dict[str, Any]) -> str:
    """What was measured of a variant, and what it should have been; nothing where there is no number."""
    return f": {event['value']:g}, not {event['threshold']}" if "threshold" in event and "value" in event else ""


def _reason(event: dict[str, Any]) -> str:
    """Why a document went."""
    if "kept_path" in event:
        where = f"record {event['kept_record']} of {event['kept_path']}"
        if "similarity" not in event:
            return f"it shares text with {where}"
        if "value" in event and event["rule"] in ("exact_copies", "near_copies"):
            return _of_pictures(event, where)
        if event["rule"] == "exact_copies":
            return f"it has the same text as {where}, which was kept"
        return f"{where}, which was kept, has {below_one(event['similarity'])} of its shingles in common with it"
    if "threshold" in event and "value" in event:
        return f"{event.get('signal', 'what it counts')} is {event['value']:g}, not {event['threshold']}"
    if event["rule"] == TORN_TURNS:
        return "nobody could tell any more which part of it is whose turn"
    return "the step gives no value"


def _of_pictures(event: dict[str, Any], where: str) -> str:
    """Why a picture went as a copy: the value is in how many bits the hashes differ."""
    if event["rule"] == "exact_copies":
        return f"it has the same pixels as {where}, which was kept"
    bound = _bound(event)
    asked = f", and {bound:g} is enough" if bound is not None else ""
    alike = f"its pixels have a similarity of {below_one(event['similarity'], bound or 1)} with {where}, which was kept{asked}"
    return f"{alike}; {FITTED} were fitted first, their hashes differ in {event['value']:.0f} bits"


def _bound(event: dict[str, Any]) -> float | None:
    """The similarity that copies had to have, where the ledger says it."""
    told = SIMILARITY.match(event.get("threshold") or "")
    return float(told[1]) if told else None


def _one_line(text: str) -> str:
    return " ".join(text.split())
