"""Which column is the text, the id, the label, the group: named by the user, or found in a sample of records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from dataqual.dates import MISSING, NO_DATE, dates
from dataqual.errors import UnknownColumn, did_you_mean
from dataqual.turns import FIELDS, LISTS, NoTurns, Path, Turn, fields_of, turns_of

Record = Mapping[str, Any]

TEXT_NAMES = (
    "text", "content", "body", "document", "review", "sentence", "article", "message",
    "raw_content", "comment", "passage", "post", "tweet", "markdown", "abstract", "utterance",
    "正文", "文本", "内容", "內容", "评论", "評論",
)  # fmt: skip
ID_NAMES = (
    "id", "_id", "doc_id", "document_id", "uid", "uuid", "guid", "url", "uri",
    "编号", "編號", "序号", "序號", "样本编号", "樣本編號", "文本编号", "文本編號", "标识", "標識",
)  # fmt: skip
LABEL_NAMES = ("label", "labels", "category", "class", "sentiment", "target", "标签", "標籤", "类别", "類別", "情感")
GROUP_NAMES = ("source", "domain", "dataset", "subset", "origin", "corpus", "group", "来源", "來源")
DATE_NAMES = (
    "date", "published", "publish_date", "published_at", "pubdate", "created", "created_at", "created_utc", "create_time",
    "timestamp", "datetime", "time", "posted_at", "post_date", "updated", "updated_at", "modified", "crawl_date", "warc-date",
    "日期", "发布时间", "發布時間", "发布日期", "發布日期", "发表时间", "發表時間", "创建时间", "創建時間", "时间", "時間", "更新时间", "更新時間",
)  # fmt: skip
"""When a document came to be; those of writing before those of later times."""
ITEM_NAMES = (*ID_NAMES, "item", "unit", "条目", "條目", "项目", "項目", "样本", "樣本")
"""What annotators were asked about, in a table of their values."""
ANNOTATOR_NAMES = (
    "annotator", "annotator_id", "rater", "rater_id", "coder", "worker", "worker_id",
    "标注者", "標註者", "标注员", "標註員", "标注人", "標註人", "评分者", "評分者", "评审", "評審",
)  # fmt: skip
RATING_NAMES = (*LABEL_NAMES, "rating", "标注", "標註", "评分", "評分")

DOMINATES = 3
"""A column of no known name is the text if it holds this many times the characters of the next one."""


@dataclass(frozen=True)
class Columns:
    """Which column is what; None where the corpus has no such column."""

    text: str = "text"
    id: str | None = None
    label: str | None = None
    group: str | None = None
    turns: bool = False
    """Whether the text lies in several places of a record: fields joined by `+`, or a list of turns (dataqual.turns)."""
    date: str | None = None
    """When each document came to be."""
    more: tuple[str, ...] = ()
    """Columns that no document needs, but a look at the records does."""

    def extras(self) -> dict[str, str]:
        """The columns beside the text that the corpus has: role to name.

        >>> Columns(text="body", id="url").extras()
        {'id': 'url'}
        """
        roles = {"id": self.id, "label": self.label, "group": self.group, "date": self.date}
        return {role: name for role, name in roles.items() if name is not None}


def path_of(name: str, record: Record) -> Path:
    """The keys that lead to `name`: the name itself where the record has it, else cut at the dots; numbers into lists.

    >>> path_of("meta.title", {"meta": {"title": "x"}}), path_of("meta.title", {"meta.title": "x"})
    (('meta', 'title'), ('meta.title',))
    >>> path_of("parts.0.text", {"parts": [{"text": "x"}]})
    ('parts', 0, 'text')
    """
    return located(record, name)[0]


def look_up(record: Record, name: str) -> Any:
    """The value of column `name`, dotted or not; KeyError where the record has none.

    >>> look_up({"meta": {"titles": ["x", "y"]}}, "meta.titles.1")
    'y'
    """
    return located(record, name)[1]


def located(record: Record, name: str) -> tuple[Path, Any]:
    """The keys that lead to column `name`, and the value there; KeyError where the record has none."""
    if name in record or "." not in name:
        return (name,), record[name]
    value: Any = record
    path: list[str | int] = []
    for part in name.split("."):
        if isinstance(value, Mapping) and part in value:
            path.append(part)
        elif isinstance(value, list | tuple) and part.isdecimal() and int(part) < len(value):
            path.append(int(part))
        else:
            raise KeyError(name)
        value = value[path[-1]]
    return tuple(path), value


def needed_of(present: Iterable[str], names: Iterable[str]) -> list[str]:
    """The columns of a table in which columns lie, dotted or joined by `+` or not.

    >>> needed_of(["id", "meta", "q", "a"], ["q+a", "meta.lang"])
    ['meta', 'q', 'a']
    """
    wanted = [field for name in names for field in (name, *fields_of(name))]
    return [name for name in present if any(one == name or one.startswith(f"{name}.") for one in wanted)]


def as_string(value: Any) -> str | None:
    """An id, label or group as text: strings as they are, null as None, anything else as JSON writes it.

    >>> as_string("a"), as_string(1), as_string(True), as_string(["a", 1.5]), as_string(None)
    ('a', '1', 'true', '["a",1.5]', None)
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def find_columns(
    sample: Sequence[Record], asked: Columns | None = None, *, text: str | None = None
) -> tuple[Columns, list[str]]:
    """The columns of a corpus, from a sample of its records, and a note on each one that was found, not named.

    `asked` holds the names the user gave for id, label, group and date, `text` the name given for the text. A name
    that no record of a non-empty sample has raises UnknownColumn; so does a text column that cannot be told.
    """
    asked = asked or Columns()
    for option, name in (("text", text), *asked.extras().items()):
        several = option == "text" and name is not None and not any(name in record for record in sample)
        for one in fields_of(name) if several and name else [name]:
            if one is not None:
                _must_be_there(one, option, sample)
    if not sample:
        return replace(asked, text=text or "text"), []
    columns, notes = replace(asked, text=text or _find_text(sample)), []
    columns = replace(columns, turns=_has_turns(sample, columns.text))
    if columns.turns:
        how = "as asked" if text else "found; --text names another"
        notes.append(f"text: the turns of {columns.text!r}, joined by a blank line ({how})")
    elif text is None:
        known = columns.text.lower() in TEXT_NAMES
        how = "found" if known else "guessed: it is the longest; --text names another"
        notes.append(f"text column: {columns.text!r} ({how})")
    for role, names in (("id", ID_NAMES), ("label", LABEL_NAMES), ("group", GROUP_NAMES)):
        if getattr(columns, role) is None:
            taken = {*fields_of(columns.text), columns.text, *columns.extras().values()}
            found = next(
                (name for name in _spelled(names, sample) if name not in taken and _is_plain(sample, name)), None
            )
            if found is not None:
                named: dict[str, Any] = {role: found}
                columns = replace(columns, **named)
                notes.append(f"{role} column: {found!r} (found)")
    return replace(
        columns, date=columns.date or _find_date(columns, sample)
    ), notes  # of which only who asks for dates is told


def _find_date(columns: Columns, sample: Sequence[Record]) -> str | None:
    """A known name whose values are dates in most records that have one."""
    taken = {*fields_of(columns.text), columns.text, *columns.extras().values()}
    for name in _spelled(DATE_NAMES, sample):
        found = dates([_short(record.get(name)) for record in sample])
        if name not in taken and (found > MISSING).sum() > (found == NO_DATE).sum():
            return name
    return None


def _short(value: Any) -> str | None:
    """A value as text, but for one that is no date anyway."""
    return as_string(value) if not isinstance(value, Mapping | list | bool) else "-"


def _must_be_there(name: str, option: str, sample: Sequence[Record]) -> None:
    """UnknownColumn unless some record of the sample has it; an empty sample cannot tell and passes."""
    for record in sample:
        try:
            look_up(record, name)
        except KeyError:
            continue
        return
    if sample:
        raise UnknownColumn(f"--{option}: no column {name!r}; {did_you_mean(name, _names(sample))}")


def _names(sample: Iterable[Record]) -> list[str]:
    """Every column seen, in order, and dotted the ones inside."""
    names: dict[str, None] = {}
    for record in sample:
        for name, value in record.items():
            names[str(name)] = None
            if isinstance(value, Mapping):
                names.update(dict.fromkeys(f"{name}.{inner}" for inner in value))
    return list(names)


def _spelled(names: Sequence[str], sample: Sequence[Record]) -> list[str]:
    """Those of `names` that the sample has, as the sample spells them (`Text`, `TEXT`), most telling first."""
    top = {name for record in sample for name in record}
    return [spelled for name in names for spelled in sorted(top) if spelled.lower() == name]


def _find_text(sample: Sequence[Record]) -> str:
    """A known name that holds strings in most records, else the one column that dominates by length."""
    for name in _spelled(TEXT_NAMES, sample):
        values = [record[name] for record in sample if record.get(name) is not None]
        if values and sum(isinstance(value, str) for value in values) * 2 > len(values):
            return name
    if turns := _find_turns(sample):
        return turns
    lengths = {name: _length(sample, name) for name in _names(sample)}
    ranked = sorted(((length, name) for name, length in lengths.items() if length), reverse=True)
    if ranked and (len(ranked) == 1 or ranked[0][0] >= DOMINATES * ranked[1][0]):
        return ranked[0][1]
    listing = ", ".join(sorted(_names(sample))) or "none"
    raise UnknownColumn(f"cannot tell which column is the text; name it with --text (text=…); there are: {listing}")


def _find_turns(sample: Sequence[Record]) -> str | None:
    """The list of turns, or the fields, that most records of a chat or of instructions have."""
    names = [[name] for name in _spelled(LISTS, sample)] + [
        spelled
        for fields in FIELDS
        if len(spelled := [next(iter(_spelled([name], sample)), "") for name in fields]) and all(spelled)
    ]
    for fields in names:
        have = [record for record in sample if all(record.get(name) is not None for name in fields[-1:])]
        name = "+".join(fields)
        if len(have) * 2 > len(sample) and _has_turns(have, name):
            return name
    return None


def _has_turns(sample: Sequence[Record], name: str) -> bool:
    """Whether a name means several places of a record: fields joined by +, or a list of turns in most records."""
    if len(fields_of(name)) > 1 and not any(name in record for record in sample):
        return True
    values = []
    for record in sample:
        try:
            values.append(look_up(record, name))
        except KeyError:
            continue
    values = [value for value in values if value is not None]
    lists = [value for value in values if isinstance(value, list)]
    return len(lists) * 2 > len(values) and any(map(_is_chat, lists))


def _is_chat(value: list[Any]) -> bool:
    """Whether a list is one of turns: its items say something, not just anything."""
    try:
        return bool(value) and isinstance(value[0], Mapping) and bool(turns_of({"": value}, [""], located))
    except NoTurns:
        return False


def text_turns(record: Record, name: str) -> list[Turn]:
    """The turns of a record whose text lies in several places; NoTurns where it has none.

    >>> [turn.text for turn in text_turns({"prompt": "Why?", "completion": "因为。"}, "prompt+completion")]
    ['Why?', '因为。']
    """
    if not isinstance(record, Mapping):
        raise TypeError("not an object")
    return turns_of(record, fields_of(name), located)


def _length(sample: Sequence[Record], name: str) -> int:
    """Characters of strings that a column, dotted or not, holds in the sample."""
    total = 0
    for record in sample:
        try:
            value = look_up(record, name)
        except KeyError:
            continue
        total += len(value) if isinstance(value, str) else 0
    return total


def _is_plain(sample: Sequence[Record], name: str) -> bool:
    """Whether a column holds something, and only strings, numbers, truth values or lists of labels."""
    values = [record[name] for record in sample if record.get(name) is not None]
    return bool(values) and not any(isinstance(value, Mapping) for value in values)
