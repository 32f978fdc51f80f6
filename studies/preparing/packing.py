"""`studies pack`: a study with its token files in one small file, for a machine without its corpus.

A `.pack` is a tar in xz: `study.json` (what the study file said), `data.json`, the token files and `removed.parquet`. xz is
told that its bytes come in pairs, which makes tokens a quarter smaller than zstd does, and Python itself reads it. One window
spans all files, so grades that share documents cost them once; of a grade that changed documents of the reference a little, what was
changed is told (`studies.preparing.differences`), and its tokens are made again. Same study, same bytes.
"""

from __future__ import annotations

import io
import json
import lzma
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from dataqual.errors import InputError
from dataqual.writers.appearing import NewFile, writing
from studies.data.token_writing import DATA, publish
from studies.data.tokenizing import of_folder
from studies.design.sources import Grade
from studies.design.study import Study
from studies.preparing.differences import changed, changes
from studies.preparing.prepared import MANIFEST, REMOVED, Prepared

ENDING = ".pack"
FORMAT = 3
CHANGES = "changes"
"""The folder, in a pack, of what was changed in the documents of the reference, by the name of the token file that it makes."""
WINDOW = 1 << 27
"""Bytes back in which xz looks for what it has seen: 67 million tokens."""
FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": WINDOW, "lc": 3, "lp": 1, "pb": 1}]
"""`lp` and `pb` of 1: what a byte is likely to be depends on whether it is the first or the second of a token."""


def pack(study: Study, prepared: Prepared, folder: Path, target: Path) -> int:
    """Write the pack of a study that is prepared in `folder`; its size in bytes. InputError where it cannot be written."""
    files = sorted(path for path in (folder / DATA).iterdir() if path.is_file())
    told = dict(_changes(study, prepared, folder))
    about = {
        "format": FORMAT,
        "name": study.name,
        "where": study.where,
        "content": study.content,
        "text": study.text,
        "grades": _grades(study),
        "vocabulary": prepared.vocabulary,
        "parent": prepared.grades[study.reference].path.name if told else None,
        "tokenizers": version("tokenizers") if told and prepared.tokenizer != "bytes" else None,
    }
    with NewFile(str(target)) as file, writing(target):
        with (
            lzma.LZMAFile(cast(IO[bytes], file), "wb", filters=FILTERS) as stream,
            tarfile.open(fileobj=stream, mode="w|") as tar,
        ):
            _add(tar, "study.json", json.dumps(about, ensure_ascii=False, sort_keys=True).encode())
            for path in files:
                if path.name not in told:
                    _add(tar, f"{DATA}/{path.name}", path.read_bytes())
            _add(tar, REMOVED, prepared.removed.read_bytes())
            for name, content in told.items():  # last: what they change, and the table of the tokenizer, are there then
                _add(tar, f"{CHANGES}/{name}", content)
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
    about, manifest = json.loads(next(members)[1]), b""
    for name, content in members:
        if name == MANIFEST and (found := Prepared.again(folder, json.loads(content)["fingerprint"])):
            return found
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if name.startswith(f"{CHANGES}/"):
            _change(folder, about["parent"], Path(name).name, content, json.loads(manifest)["facts"]["tokenizer"])
        elif name != MANIFEST:
            publish(folder / name, content)
        else:
            manifest = content
    publish(folder / MANIFEST, manifest)
    found = Prepared.again(folder, json.loads(manifest)["fingerprint"])
    if found is None:
        raise _harmed(path, about["tokenizers"])
    return found


def _changes(study: Study, prepared: Prepared, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Names of token files that a pack makes of the reference's again, and what it takes."""
    if study.pictures is not None:
        return
    tokenizer = of_folder(prepared.tokenizer, folder / DATA)
    reference = prepared.grades[study.reference]
    for file in {file.path.name: file for file in prepared.grades.values() if file.sha256 != reference.sha256}.values():
        if (told := changes(reference.read(), file.read(), tokenizer)) is not None:
            yield file.path.name, told


def _change(folder: Path, parent: str, name: str, told: bytes, tokenizer: str) -> None:
    """Make the token file `name` of what was changed in that of its parent."""
    tokens = np.fromfile(folder / DATA / parent, "<u2")
    made = changed(tokens, told, of_folder(tokenizer, folder / DATA))
    publish(folder / DATA / name, made.astype("<u2").tobytes())


def _harmed(path: Path, tokenizers: str | None) -> InputError:
    """What to do about files that are not what they were."""
    if tokenizers is None or tokenizers == (here := version("tokenizers")):
        return InputError(f"{path}: what is in it is not what its manifest says; make it again by studies pack")
    return InputError(
        f"{path}: made with tokenizers {tokenizers}, and {here} here tells its text otherwise; "
        f"pip install tokenizers=={tokenizers}"
    )


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
        with lzma.open(path) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
            for member in tar:
                held = tar.extractfile(member)
                if held is None or member.name.startswith("/") or ".." in Path(member.name).parts:
                    raise InputError(f"{path}: {member.name!r} is nothing that a pack holds")
                yield member.name, held.read()
    except (lzma.LZMAError, tarfile.TarError, EOFError) as error:
        raise InputError(f"{path}: no pack, or a torn one ({error})") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None


def is_pack(given: object) -> bool:
    """Whether a study is given as a pack.

    >>> is_pack("scaling.pack"), is_pack("scaling.yaml"), is_pack(None)
    (True, False, False)
    """
    return isinstance(given, str | Path) and Path(given).suffix == ENDING
