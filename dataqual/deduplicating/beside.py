"""What a search for copies compares with, and writes, beside its output: other corpora, an index, a table of clusters."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dataqual.copies import CLUSTERS
from dataqual.corpus import Corpus
from dataqual.deduplicating.methods import Near
from dataqual.errors import InputError, SpecError
from dataqual.near_duplicates import NearDuplicates
from dataqual.readers.paths import LEDGER, unchanged
from dataqual.readers.sources import as_corpus, is_path
from dataqual.seen import Run
from dataqual.unfinished import Unfinished, described
from dataqual.writers import NewParquet
from dataqual.writers.opening import check_place


def parameters_of(method: str, normalized: bool, near: Near | None) -> dict[str, Any]:
    """What all runs on one index must have in common."""
    near = near if isinstance(near, NearDuplicates) else NearDuplicates()
    common = {"method": method, "normalized": normalized, "cut": near.cut}
    more = {name: getattr(near, name) for name in ("threshold", "shingle", "permutations", "seed")}
    return common | (more if method == "minhash" else {})


def run_of(corpus: Corpus, output: str | Path | None, options: object) -> Run | None:
    """What tells this run from others; None where it writes nothing."""
    if output is None:
        return None
    made = inputs_of(corpus), os.path.realpath(output)
    return Run(
        *(hashlib.blake2b(repr(described(value)).encode(), digest_size=16).hexdigest() for value in (made, options))
    )


def inputs_of(corpus: Corpus) -> object:
    """What is the same as long as a corpus is: its files, or their bytes if they are gone after this run."""
    if corpus.in_memory:
        return secrets.token_hex(16)  # nothing tells that two of them are the same
    return [
        *(_contents(file.place) if file.spooled else unchanged([file]) for file in corpus.files),
        getattr(corpus, "txt", None),
    ]


def _contents(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


def others_of(against: Any, asked: dict[str, Any]) -> list[Corpus]:
    """The corpora to compare with: each path one of its own, as their columns may differ."""
    several = isinstance(against, list | tuple) and all(is_path(item) or isinstance(item, Corpus) for item in against)
    text = {"text": asked["text"]} if asked.get("text") else {}
    return [
        item if isinstance(item, Corpus) else as_corpus(item, **text) for item in (against if several else [against])
    ]


@contextmanager
def gathering(path: str) -> Iterator[NewParquet]:
    """The file of clusters; what a run that was killed left of it goes with the next."""
    with (
        Unfinished(path, "clusters", resume=False) as work,
        NewParquet(path, CLUSTERS, place=work.folder / "output-clusters") as table,
    ):
        yield table


def checked_place(
    corpus: Corpus, path: str | os.PathLike[str], output: str | Path | None, ledger: str | Path | None
) -> str:
    """Where clusters are to be written, after every check of the place."""
    name = os.fspath(path)
    if not name.endswith(".parquet"):
        raise SpecError(f"--clusters: {name}: clusters are written to a .parquet file")
    check_place(name, "--clusters", corpus)
    taken = [output, ledger if ledger is not None else f"{output}{LEDGER}"]
    if any(Path(other).resolve() == Path(name).resolve() for other in taken if other is not None):
        raise InputError(f"--clusters: {name} is another output of this run; choose another name")
    return name
