"""`open_writer`: which writer an output's name means, and whether it can hold what comes from a corpus."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from dataqual.corpus import Corpus
from dataqual.errors import InputError, SpecError
from dataqual.images.reading.corpus import ImageCorpus
from dataqual.operators import ViewName
from dataqual.readers.paths import kind_of, known_kinds
from dataqual.writers.appearing import STDOUT, is_elsewhere
from dataqual.writers.arrays import ArrayWriter
from dataqual.writers.delimited import DELIMITERS, DelimitedLines
from dataqual.writers.jsonl import ArrayValues, ObjectLines
from dataqual.writers.parquet import FrameWriter
from dataqual.writers.pictures import FolderWriter, check_folder, kind_of_output
from dataqual.writers.plain import TextLines
from dataqual.writers.writer import LineEncoder, LineWriter, Writer, shards_of

FRAMES = {"parquet", "arrow", "frame"}
ALL = {"jsonl", "json", *DELIMITERS, *FRAMES, "txt", "md", "html", "warc"}
NOT_WRITTEN = {
    "html": "a page is read for its text, and that is no page",
    "md": "a .md file is one document",
    "warc": "an archive is read for its text, and that is no archive",
}
HELD = {
    "csv": set(DELIMITERS),
    "tsv": set(DELIMITERS),
    "parquet": FRAMES,
    "arrow": FRAMES,
    "txt": {"txt"},
}
"""What a format other than .jsonl and .json can hold without changing a value: no cell is null, no text has a type."""


def open_writer(path: str, corpus: Corpus, shard_size: int | None = None) -> Writer:
    """The writer for `path` by its ending; SpecError where that is unknown or cannot hold these documents."""
    return OPENED[corpus.view](path, corpus, shard_size)


def _text_writer(path: str, corpus: Corpus, shard_size: int | None) -> Writer:
    """Into lines, an array or a frame."""
    check_place(path, "-o", corpus)
    if path == STDOUT and shard_size is not None:
        raise SpecError("-o -: standard output is one stream; leave out --shard-size")
    if shard_size is not None:
        for shard in shards_of(path):  # it will be replaced or taken away
            check_place(str(shard), "-o", corpus)
    kind = (like(corpus), None) if path == STDOUT else kind_of(path)
    if kind is None:
        raise SpecError(f"-o: {path}: unknown kind of file; known are: {known_kinds()}")
    name, compression = kind
    if name in NOT_WRITTEN:
        raise SpecError(f"-o: {path}: {NOT_WRITTEN[name]}; write .jsonl instead")
    others = sorted({file.format for file in corpus.files} - HELD.get(name, ALL))
    if others:
        raise SpecError(f"-o: {path}: .{name} cannot hold every value of {', '.join(others)} data; write .jsonl")
    if name in FRAMES:
        return FrameWriter(path, corpus, name, shard_size)
    return LineWriter(path, compression, corpus, _encoder(path, name, corpus), shard_size)


def _picture_writer(path: str, corpus: Corpus, shard_size: int | None) -> Writer:
    """Into a folder, or a .npz; SpecError for what can hold no pictures."""
    assert isinstance(corpus, ImageCorpus)
    kind = kind_of_output(path)
    if kind is None:
        raise SpecError(f"-o: {path}: pictures are written to a folder, or arrays of them to a .npz")
    check_output(path, corpus)
    return (FolderWriter if kind == "folder" else ArrayWriter)(path, corpus, shard_size)


def _encoder(path: str, name: str, corpus: Corpus) -> LineEncoder:
    if name == "jsonl":
        return ObjectLines(corpus)
    if name == "json":
        return ArrayValues(corpus)
    if name != "txt":
        return DelimitedLines(name, corpus)
    txt = getattr(corpus, "txt", "file")
    if txt == "file":
        raise SpecError(f"-o: {path}: a .txt file is one document; write .jsonl, or cut with --txt line")
    return TextLines(path, txt)


def check_output(path: str, corpus: Corpus) -> None:
    """InputError where what is kept can or must not be written: a file, or of pictures a folder."""
    CHECKED[corpus.view](path, corpus)


def _check_file(path: str, corpus: Corpus) -> None:
    check_place(path, "-o", corpus)


def _check_folder_or_file(path: str, corpus: Corpus) -> None:
    (check_folder if kind_of_output(path) == "folder" else _check_file)(path, corpus)


OPENED: Mapping[ViewName, Callable[[str, Corpus, int | None], Writer]] = {
    "text": _text_writer,
    "image": _picture_writer,
}
CHECKED: Mapping[ViewName, Callable[[str, Corpus], None]] = {"text": _check_file, "image": _check_folder_or_file}
"""How an output is opened, and what is checked of it before, for each view."""


def check_place(path: str, option: str, corpus: Corpus) -> None:
    """InputError where a file can or must not be written: a folder, a device, one of the inputs, no folder to be in."""
    if os.path.isdir(path) and path != STDOUT:
        raise InputError(f"{option}: {path} is a folder; name a file in it")
    if os.path.exists(path) and not os.path.isfile(path) and path != STDOUT:
        raise InputError(f"{option}: {path} is no regular file, so it cannot be replaced")
    if is_elsewhere(path):
        if path == STDOUT and option != "-o":
            raise InputError(f"{option}: standard output is for the documents; name a file")
        return check_input(path, option, corpus)
    folder = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(folder):
        raise InputError(f"{option}: {path}: there is no folder {os.path.dirname(path)}; make it first")
    check_input(path, option, corpus)


def like(corpus: Corpus) -> str:
    """The format in which documents leave by standard output: their own where it is one of lines, else jsonl."""
    kinds = {file.format for file in corpus.files}
    own = kinds.pop() if len(kinds) == 1 else "jsonl"
    lines = own in DELIMITERS or own == "json" or (own == "txt" and getattr(corpus, "txt", "file") != "file")
    return own if lines else "jsonl"


def check_input(path: str, option: str, corpus: Corpus) -> None:
    """InputError where a file is one of the inputs."""
    if path != STDOUT and corpus.holds(path):
        raise InputError(f"{option}: {path} is one of the inputs, which are never overwritten; choose another name")


def check_ledger(path: str, outputs: Iterable[str], corpus: Corpus) -> None:
    """SpecError where the ledger is no .parquet file; InputError where it can or must not be written."""
    if not path.endswith(".parquet"):
        raise SpecError(f"--ledger: {path}: a ledger is a .parquet file")
    check_place(path, "--ledger", corpus)
    if Path(path).resolve() in [Path(output).resolve() for output in outputs]:
        raise InputError(f"--ledger: {path} is the output itself; choose another name")


def check_shard_size(size: int | None) -> None:
    """SpecError where a file cannot be so small."""
    if size is not None and size < 1:
        raise SpecError(f"--shard-size: {size} bytes is too small; 1G is usual")
