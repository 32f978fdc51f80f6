"""`studies pack`: a study with its token files in one small file, for a machine without its corpus.

A `.pack` is a tar in zstd: `study.json` (what the study file said), `data.json`, the token files, each in blocks of its
low bytes followed by their high bytes, which compresses better, and `removed.parquet`. One window spans them all, so
grades that share documents cost them once. Same study, same bytes.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
import zstandard

from dataqual.errors import InputError
from dataqual.writers.appearing import NewFile, writing
from studies.prepared import MANIFEST, REMOVED, Prepared
from studies.study import Grade, Study
from studies.token_writing import DATA, publish

ENDING = ".pack"
FORMAT = 1
BLOCK = 1 << 22
"""Tokens of a block."""
LEVEL, WINDOW = 19, 27
"""Of zstd: slow to write, as fast as any to read; matches are found 128 MiB back."""
TOKENS = ".u16"


def pack(study: Study, prepared: Prepared, folder: Path, target: Path) -> int:
    """Write the pack of a study that is prepared in `folder`; its size in bytes. InputError where it cannot be written."""
    data = sorted(path for path in (folder / DATA).iterdir() if path.is_file())
    about = {
        "format": FORMAT,
        "name": study.name,
        "where": study.where,
        "content": study.content,
        "text": study.text,
        "grades": _grades(study),
        "vocabulary": prepared.vocabulary,
    }
    compressor = zstandard.ZstdCompressor(
        compression_params=zstandard.ZstdCompressionParameters.from_level(LEVEL, window_log=WINDOW, enable_ldm=True)
    )
    with NewFile(str(target)) as file, writing(target):
        with (
            compressor.stream_writer(cast(IO[bytes], file), closefd=False) as stream,
            tarfile.open(fileobj=stream, mode="w|") as tar,
        ):
            _add(tar, "study.json", json.dumps(about, ensure_ascii=False, sort_keys=True).encode())
            for path in data:
                content = path.read_bytes()
                _add(tar, f"{DATA}/{path.name}", apart(content) if path.suffix == TOKENS else content)
            _add(tar, REMOVED, prepared.removed.read_bytes())
        file.finish()
        file.publish()
    return target.stat().st_size


def opened(path: Path) -> Study:
    """The study in a pack; its grades are made already, so that nothing their steps rest on is needed."""
    name, content = next(_members(path), (None, b""))
    about = json.loads(content) if name == "study.json" else None
    if about is None or about.get("format") != FORMAT:
        raise InputError(f"{path}: not a pack of this version of dataqual; make it again by studies pack")
    bare = {**about["content"], "grades": {grade: {} for grade in about["grades"]}}
    study = Study.of(bare, about["where"])
    grades = tuple(
        Grade(grade, made["share"], (), tuple(made["says"]), made.get("recipe"))
        for grade, made in about["grades"].items()
    )
    if isinstance(study.tokenizer, str) and study.tokenizer != "bytes":  # its file is not here, its tokens are
        study = replace(study, tokenizer=about["vocabulary"])
    return replace(
        study, name=about["name"], grades=grades, content=about["content"], text=about.get("text"), pack=path
    )


def unpacked(path: Path, folder: Path) -> Prepared:
    """The token files of a pack in the folder of a study: those that are there if they are its own, else taken from it."""
    members = _members(path)
    next(members)
    for name, content in members:
        if name == MANIFEST and (found := Prepared.again(folder, json.loads(content)["fingerprint"])):
            return found
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if name != MANIFEST:
            publish(folder / name, together(content) if name.endswith(TOKENS) else content)
        else:
            manifest = content
    publish(folder / MANIFEST, manifest)
    found = Prepared.again(folder, json.loads(manifest)["fingerprint"])
    if found is None:
        raise InputError(f"{path}: what is in it is not what its manifest says; make it again by studies pack")
    return found


def apart(tokens: bytes) -> bytes:
    """Blocks of low bytes, each followed by its high bytes.

    >>> apart(bytes([1, 0, 2, 0, 3, 1])), together(apart(bytes([1, 0, 2, 0, 3, 1])))
    (b'\\x01\\x02\\x03\\x00\\x00\\x01', b'\\x01\\x00\\x02\\x00\\x03\\x01')
    """
    pairs = np.frombuffer(tokens, np.uint8).reshape(-1, 2)
    return b"".join(pairs[at : at + BLOCK].T.tobytes() for at in range(0, len(pairs), BLOCK))


def together(planes: bytes) -> bytes:
    """What `apart` took apart."""
    data = np.frombuffer(planes, np.uint8)
    size = 2 * BLOCK
    return b"".join(data[at : at + size].reshape(2, -1).T.tobytes() for at in range(0, len(data), size))


def _grades(study: Study) -> dict[str, Any]:
    return {
        grade.name: {"share": grade.share, "says": list(grade.says), "recipe": grade.recipe} for grade in study.grades
    }


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    """A member without date, owner or rights: same content, same bytes."""
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Names and contents, in order; InputError for a file that is no pack, or is torn."""
    try:
        with path.open("rb") as file:
            stream: IO[bytes] = zstandard.ZstdDecompressor(max_window_size=1 << WINDOW).stream_reader(file)
            with tarfile.open(fileobj=stream, mode="r|") as tar:
                for member in tar:
                    held = tar.extractfile(member)
                    if held is None or member.name.startswith("/") or ".." in Path(member.name).parts:
                        raise InputError(f"{path}: {member.name!r} is nothing that a pack holds")
                    yield member.name, held.read()
    except (zstandard.ZstdError, tarfile.TarError, EOFError) as error:
        raise InputError(f"{path}: no pack, or a torn one ({error})") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None


def is_pack(given: object) -> bool:
    """Whether a study is given as a pack.

    >>> is_pack("scaling.pack"), is_pack("scaling.yaml"), is_pack(None)
    (True, False, False)
    """
    return isinstance(given, str | Path) and Path(given).suffix == ENDING
