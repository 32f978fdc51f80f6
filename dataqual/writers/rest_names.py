"""What is left of a corpus is called: names for the outputs of commands, made of the facts of what they read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any


def rest_of_texts(corpus: Mapping[str, Any], txt: str, mark: str) -> str:
    """A name for what is left of a corpus, in the format it came in where one file can hold it, else .jsonl.

    Only files that were named get outputs with a mark: of a folder or a glob, a second command might take the first
    one's output for an input, so all share a name, and a file that has it already is refused as an input.
    """
    files, inputs = corpus["files"], corpus["inputs"]
    named = corpus["inputs"] in (["-"], [file["path"] for file in files])
    mark = mark if named else ".clean"
    alone = len(files) == len(inputs) == 1 and not corpus["files_more"] and files[0]["path"] == inputs[0]
    name = PurePath(inputs[0]).name if len(inputs) == 1 and not set("*?[") & set(inputs[0]) else "corpus"
    [*formats] = {file["format"] for file in files}
    kind = formats[0] if len(formats) == 1 and not corpus["files_more"] else "jsonl"
    if (kind in ("csv", "tsv") and not alone) or (kind == "txt" and txt == "file"):
        kind = "jsonl"
    [*compressions] = {file["compression"] for file in files}
    ending = f".{compressions[0]}" if len(compressions) == 1 and compressions[0] and kind != "parquet" else ""
    if alone:
        own = "".join(PurePath(inputs[0]).suffixes[-1 - bool(files[0]["compression"]) :])
        name = PurePath(inputs[0]).name.removesuffix(own)
        if kind == files[0]["format"]:
            return f"{name}{mark}{own}"
    name = "stdin" if name == "-" else name
    return f"{name if name not in ('', '..') else 'corpus'}{mark}.{kind}{ending}"


def rest_of_pictures(corpus: Mapping[str, Any], mark: str) -> str:
    """A name for what is left of pictures: a folder for files, a .npz for arrays, in the format they came in elsewhere."""
    name = PurePath(corpus["inputs"][0])
    kind = corpus["files"][0]["format"] if corpus["files"] else "picture"
    if kind == "picture":
        return f"{name.name if not set('*?[') & set(str(name)) else 'pictures'}{mark}/"
    return f"{name.stem}{mark}.{'npz' if kind in ('npy', 'idx') else kind}"
