"""Every kind of damage, planted at known places among good records, in every format, cut everywhere."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tests.readers.helpers import COMPRESSIONS, documents, faults, opened, pack, raws, texts, written

LONGEST = 400
WORDS = ["word", "第三", "ไทย", "العربية", "हिन्दी", "😀", "a,b", "\u2028", "naïve", "Ünï", "0"]

Planted = tuple[bytes, str | None, str | None]
"""The bytes of a record with its line end; the document it holds; else the kind of its damage. Neither: no record."""


def some_text(rng: random.Random) -> str:
    return " ".join(rng.choices(WORDS, k=rng.randrange(12)))


def good_json(rng: random.Random) -> Planted:
    text = some_text(rng)
    end = rng.choice([b"\n", b"\r\n"])
    return json.dumps({"id": rng.random(), "text": text}, ensure_ascii=rng.random() < 0.5).encode() + end, text, None


BAD_JSON: list[tuple[bytes, str]] = [
    (b'{"text": "cut', "not JSON"),
    (b'{"text": "\xff"}', "invalid UTF-8"),
    (b'{"text": "\\ud800"}', "lone surrogate"),
    (b'{"text": "\0"}', "NUL byte"),
    (b'["text"]', "not an object"),
    (b'{"id": 1}', "missing text"),
    (b'{"text": null}', "null text"),
    (b'{"text": 5}', "text is not a string"),
    (b'{"text": "' + b"x" * LONGEST + b'"}', "too long"),
]


def jsonl(rng: random.Random, n: int) -> list[Planted]:
    bad = [(raw + b"\n", None, kind) for raw, kind in BAD_JSON]
    blank: list[Planted] = [(line, None, None) for line in (b"\n", b" \t\r\n")]
    records = [good_json(rng) if rng.random() < 0.7 else rng.choice(bad + blank) for _ in range(n)]
    return [*records, *bad, *blank]


def good_csv(rng: random.Random) -> Planted:
    text = some_text(rng) + rng.choice(["", '"', "\n", "\r\n\n", '\n"q"\n', ","])
    quoted = text.replace('"', '""')
    return f'{rng.randrange(99)},"{quoted}"'.encode() + rng.choice([b"\n", b"\r\n"]), text, None


BAD_CSV: list[tuple[bytes, str]] = [
    (b'1,"never closed', "unterminated quote"),
    (b'1,"closed "early"', "broken quoting"),
    (b"1,two,three", "wrong number of fields"),
    (b"one", "wrong number of fields"),
    (b"1,\xc3", "invalid UTF-8"),
    (b'1,"' + b"x" * LONGEST + b'"', "too long"),
    (b"1," + b"y" * LONGEST, "too long"),
]


def table(rng: random.Random, n: int) -> list[Planted]:
    bad = [(raw + b"\n", None, kind) for raw, kind in BAD_CSV]
    blank: list[Planted] = [(line, None, None) for line in (b"\n", b"\r\n")]
    records: list[Planted] = []
    for one in [rng.choice(bad + blank) if rng.random() < 0.3 else good_csv(rng) for _ in range(n)] + bad:
        records.append(one)
        if one[2] == "unterminated quote":  # what shows that it is: a field that opens further down
            records.append((b'7,"found"\n', "found", None))
    return [(b"id,text\n", None, None), *records]


def text_lines(rng: random.Random, n: int) -> list[Planted]:
    bad: list[Planted] = [(b"\xe9t\xe9\n", None, "invalid UTF-8"), (b"z" * LONGEST * 2 + b"\n", None, "too long")]
    records = [rng.choice(bad) if rng.random() < 0.2 else good_line(rng) for _ in range(n)]
    return records + bad


def good_line(rng: random.Random) -> Planted:
    text = some_text(rng)
    return text.encode() + rng.choice([b"\n", b"\r\n"]), text, None


def paragraphs(rng: random.Random, n: int) -> list[Planted]:
    records: list[Planted] = [(b" \n\n", None, None)]
    for raw, text, kind in text_lines(rng, n):
        if kind is None:
            text = "\n".join(f"{number} {some_text(rng)}" for number in range(rng.randrange(1, 4)))
            raw = text.encode() + b"\n"
        records.append((raw, text, kind))
        records.append((rng.choice([b"\n", b" \n", b"\r\n \n"]), None, None))
    return records


FORMATS: dict[str, tuple[str, Callable[[random.Random, int], list[Planted]], dict[str, str]]] = {
    "jsonl": ("x.jsonl", jsonl, {"text": "text"}),
    "csv": ("x.csv", table, {}),
    "lines": ("x.txt", text_lines, {"txt": "line"}),
    "paragraphs": ("x.txt", paragraphs, {"txt": "paragraph"}),
}


def expected(
    planted: list[Planted], lines_are_records: bool
) -> tuple[list[tuple[int, int, str]], list[tuple[int, int, str]]]:
    """The documents and faults that were planted, counted by a simple loop."""
    good, bad = [], []
    line, record = 1, 0
    for raw, text, kind in planted:
        record = line if lines_are_records else record + (text is not None or kind is not None)
        if text is not None:
            good.append((0, record, text))
        elif kind is not None:
            bad.append((record, line, kind))
        line += raw.count(b"\n")
    return good, bad


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("chunk", [1, 2, 7, 64, 1000, 4 << 20])
@pytest.mark.parametrize("name", FORMATS)
def test_each_damage_costs_only_itself_wherever_the_blocks_end(
    name: str, chunk: int, compression: str, tmp_path: Path
) -> None:
    file, plant, options = FORMATS[name]
    planted = plant(random.Random(chunk), 60)
    data = b"".join(raw for raw, _, _ in planted)
    corpus = opened(written(tmp_path, file + compression, data, members=3), chunk=chunk, record=LONGEST, **options)
    good, bad = expected(planted, name in ("jsonl", "lines"))
    assert documents(corpus) == good
    assert faults(corpus) == bad
    assert len(good) + len(bad) == sum(text is not None or kind is not None for _, text, kind in planted)
    assert raws(corpus) == [raw.removesuffix(b"\n") for raw, text, _ in planted if text is not None]
    rng = random.Random(0)
    some = rng.choices(good, k=20)
    assert corpus.fetch([(file_, record) for file_, record, _ in some]) == [text for _, _, text in some]


@pytest.mark.parametrize("chunk", [3, 4 << 20])
@pytest.mark.parametrize("compression", COMPRESSIONS[1:])
def test_a_cut_archive_keeps_what_came_before_and_says_where_it_breaks(
    compression: str, chunk: int, tmp_path: Path
) -> None:
    rng = random.Random(1)
    planted = [good_json(rng) for _ in range(300)]
    whole = [(0, n, text) for n, (_, text, _) in enumerate(planted, 1)]
    packed = pack(b"".join(raw for raw, _, _ in planted), compression, members=4)
    for end in (5, len(packed) // 5, len(packed) // 2, len(packed) - 9, len(packed) - 1):
        path = tmp_path / f"x.jsonl{compression}"
        path.write_bytes(packed[:end])
        corpus = opened(path, chunk=chunk)
        found = documents(corpus)
        assert found == whole[: len(found)]
        [(record, line, kind)] = faults(corpus)
        assert (record, line, kind) == (len(found) + 1, len(found) + 1, "truncated archive")
    assert len(found) > 200


@pytest.mark.parametrize("compression", COMPRESSIONS[1:])
def test_garbage_behind_an_archive_is_told(compression: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.jsonl{compression}"
    path.write_bytes(pack(b'{"text": "a"}\n', compression) + b"garbage")
    corpus = opened(path)
    assert documents(corpus) == [(0, 1, "a")]
    assert faults(corpus) == [(2, 2, "damaged archive")]


def test_zeros_behind_a_gzip_member_are_padding(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(pack(b'{"text": "a"}\n', ".gz") + bytes(1000))
    assert (documents(opened(path)), faults(opened(path))) == ([(0, 1, "a")], [])


def test_a_break_inside_a_record_too_long_to_hold_tells_both(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl.gz"
    noise = random.Random(2).randbytes(5000).hex().encode()
    path.write_bytes(pack(b'{"text": "a"}\n' + noise, ".gz")[:4000])
    assert faults(opened(path, chunk=50, record=100)) == [(2, 2, "too long"), (3, 2, "truncated archive")]


def test_a_line_end_in_a_string_makes_a_value_unreadable_as_it_does_a_line(tmp_path: Path) -> None:
    corpus = opened(written(tmp_path, "x.json", b'{"text": "a\nb"}\n{"text":\r\n "c"}\n'))
    assert texts(corpus) == ["c"]
    assert faults(corpus) == [(1, 1, "not JSON")]


def test_a_stream_whose_batch_polars_refuses_is_damage_and_no_crash(tmp_path: Path) -> None:
    stream = io.BytesIO()
    pl.DataFrame({"text": ["a", "b"]}).write_ipc_stream(stream)
    kinds = set()
    for at in range(120, 170):  # in the metadata of the first batch
        data = bytearray(stream.getvalue())
        data[at] = 0
        kinds.update(kind for _, _, kind in faults(opened(written(tmp_path, f"{at}.arrow", bytes(data)), text="text")))
    assert kinds <= {"damaged arrow", "missing text", "null text", "text is not a string"}
    assert "damaged arrow" in kinds
