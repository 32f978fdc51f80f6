"""Texts, as the verbs look at them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual import labels
from dataqual.corpus import Batch, Corpus
from dataqual.errors import SpecError
from dataqual.excerpts import why
from dataqual.faults import FINDINGS, SHARES
from dataqual.images.perceptual import Perceptual
from dataqual.ledger import Added, Change, Dropped, Edited, Refused
from dataqual.mixing import splitmix64
from dataqual.near_duplicates import NearDuplicates, Semantic, SemanticSurvey, Survey
from dataqual.operators import Engine, ViewName
from dataqual.text import SCRIPTS, Text
from dataqual.views.view import USUAL, Judging, View, original
from dataqual.writers.opening import NOT_WRITTEN
from dataqual.writers.rest_names import rest_of_texts

if TYPE_CHECKING:
    from dataqual.labels.surveying import Surveyed

TEXT_BYTES = 1 << 16
"""What is kept of an example's text, so that evidence far into a long document is still found."""

BEFORE, BEHIND = 600, 4096
"""Bytes kept before and behind the first difference of an edit: longer than any address, so none is cut in two."""

LETTERLESS = "none"
"""The script of a document without letters."""

PARTS = ("lines", "paragraphs", "substring")
"""Methods of `dedup` that take parts out of documents."""


class Texts(View):
    """Documents that are read in words."""

    name: ClassVar[ViewName] = "text"
    nouns: ClassVar[str] = "texts"
    has_text: ClassVar[bool] = True
    content: ClassVar[str] = "text"
    by_content: ClassVar[str] = "the records have no id: what decides is the text of each document"
    largest: ClassVar[str] = "character_count"
    """In bytes, a script that takes more of them would have an advantage."""
    shown: ClassVar[int] = 5
    shares: ClassVar = SHARES
    findings: ClassVar = FINDINGS["text"]
    quantiles: ClassVar = (
        ("word_count", 0.05),
        ("word_count", 0.5),
        ("word_count", 0.95),
        ("mean_word_length", 0.5),
        ("unique_word_share", 0.5),
        ("duplicate_line_fraction", 0.95),
    )
    """Lengths, the words' own, and repetition."""
    method: ClassVar[str] = "minhash"
    methods: ClassVar = ("minhash", "exact", "semantic", *PARTS)
    told_in_order: ClassVar[bool] = True

    def name_of_rest(self, corpus: Mapping[str, Any], options: Mapping[str, Any], mark: str) -> str:
        """A file."""
        return rest_of_texts(corpus, options.get("txt") or "file", mark)

    def ending(self, corpus: Corpus) -> str:
        """Their format's; .jsonl for several formats, and for texts that are a file each."""
        kinds = {(file.format, file.compression) for file in corpus.files}
        formats = {kind for kind, _ in kinds}
        if formats == {"frame"}:
            return ".parquet"
        if formats <= set(NOT_WRITTEN) or (formats == {"txt"} and getattr(corpus, "txt", "file") == "file"):
            return ".jsonl"
        compressions = {compression for _, compression in kinds}
        compression = f".{compressions.pop()}" if len(compressions) == 1 and None not in compressions else ""
        return f".{formats.pop() if len(formats) == 1 else 'jsonl'}{compression}"

    def hashes(self, batch: Batch) -> NDArray[np.uint64]:
        """By their words, see `text_hashes`."""
        return text_hashes(batch.text)

    def blank(self, batch: Batch) -> NDArray[np.bool_]:
        """Nothing but white space."""
        return np.asarray(batch.text.characters.total == batch.text.characters.space)

    def lengths(self, batch: Batch) -> NDArray[np.int64]:
        """Characters."""
        return batch.text.scripts.sum(axis=1, dtype=np.int64)

    def bytes(self, batch: Batch) -> int:
        """Of their UTF-8."""
        return int(batch.text.offsets[-1])

    def groups(self, batch: Batch, files: Sequence[str]) -> Iterator[tuple[str, Sequence[str | None], NDArray[Any]]]:
        """By the file they are in, where there are several, and by their main script."""
        if files:
            numbers, codes = np.unique(batch.file, return_inverse=True)
            yield "file", [files[number] for number in numbers], codes
        scripts = batch.text.scripts[:, 1:]
        main = np.where(scripts.any(axis=1), np.argmax(scripts, axis=1), len(SCRIPTS) - 1)
        there = np.bincount(main, minlength=len(SCRIPTS)) > 0  # np.unique would load its masked arrays for it
        yield "script", [(*SCRIPTS[1:], LETTERLESS)[at] for at in np.flatnonzero(there)], (np.cumsum(there) - 1)[main]

    def drawn(self, part: Change, hashed: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Those whose addresses hash lowest; of what was made of one document the first."""
        if isinstance(part, Added | Refused):
            return np.unique(hashed, return_index=True)[1][: self.shown]
        return np.argsort(hashed, kind="stable")[: self.shown]

    def example(self, part: Change, row: int) -> dict[str, Any]:
        """The text, with marks where the reason stands; of what was edited or made, the text around the difference."""
        if isinstance(part, Added | Refused) and part.before is not None:
            edits = _edits(part, row)
            if edits:
                return _by_edits(part.before[row], edits)
            return _differing(part.before, part.batch.text, row)
        if isinstance(part, Edited):
            return _edit(part, row)
        if isinstance(part, Refused) and part.evidence is not None and part.parents is None:
            return {"text": part.evidence[row], "cut": True}
        text = part.batch.text
        start, end = (int(at) for at in text.offsets[row : row + 2])
        shown = _decoded(text, start, min(end, start + TEXT_BYTES))
        more: dict[str, Any] = {"marks": tuple(why(shown, part.signal))} if isinstance(part, Dropped) else {}
        return {"text": shown, "cut": end - start > TEXT_BYTES, **more, **original(part, row)}

    def check_method(self, method: str) -> None:
        """Whatever compares pictures."""
        if method == "perceptual":
            raise SpecError("--method perceptual: compares pictures, and these are texts; minhash compares texts")

    def check_index(self) -> None:
        """It holds their signatures."""

    def near(self, parameters: Any = USUAL) -> NearDuplicates:
        """By shingles."""
        if isinstance(parameters, Perceptual):
            raise SpecError("near_copies: radius and variants are of pictures, and these are texts")
        found: NearDuplicates = parameters
        return found

    def survey(self, near: Any, *, memory: int, normalized: bool = False, threads: int = 1) -> Survey | SemanticSurvey:
        """By signatures, or by meaning."""
        if isinstance(near, Perceptual):
            raise SpecError("perceptual copies are copies of pictures, and these are texts; minhash compares texts")
        if isinstance(near, Semantic):
            return SemanticSurvey(near, normalized=normalized, memory=memory)
        parameters = near or NearDuplicates()
        return Survey(parameters, near=near is not None, normalized=normalized, memory=memory, threads=threads)

    def threshold(self, near: Any) -> str | None:
        """Of copies by meaning; that of Jaccard's similarity is no news."""
        return near.told if isinstance(near, Semantic) else None

    def label_survey(self, corpus: Corpus, engine: Engine, asked: Judging) -> Surveyed:
        """By their words, and what `embed` makes of them."""
        told = asked.told("seed", "size", "embed", "most", "count", "progress")
        found: Surveyed = labels.survey(corpus, engine, **told)
        return found


VIEW = Texts()


def text_hashes(text: Text) -> NDArray[np.uint64]:
    """A hash of each text by its words, folded, so that white space and capitals hide no copy; of one without words, its bytes.

    >>> a, b, c = text_hashes(Text.of(["One  two!", "one two", "one"])).tolist()
    >>> a == b, b == c
    (True, False)
    """
    words = text.cut("unicode")
    folded = words.folded
    at = np.arange(len(words), dtype=np.uint64) - words.offsets[words.documents].astype(np.uint64)
    with np.errstate(over="ignore"):
        mixed = splitmix64(folded ^ splitmix64(at + np.uint64(1)))
        total = np.zeros(len(text), np.uint64)
        np.add.at(total, words.documents, mixed)
    bare = np.flatnonzero(words.counts == 0)
    for row in bare.tolist():
        total[row] = hash_of(text[row])
    return total


def hash_of(text: str) -> np.uint64:
    """Of a text without words: its bytes, rolled."""
    out = np.zeros(1, np.uint64)
    for byte in text.encode()[:4096]:
        out = splitmix64(out ^ np.uint64(byte + 1))
    return out[0]


def _edit(part: Edited, row: int) -> dict[str, Any]:
    """What an edit may be shown by: the step's own words, or the text around the first difference before and after."""
    if part.evidence is not None or part.after is None:
        return {"text": part.evidence[row] if part.evidence is not None else "", "cut": True}
    return _differing(part.batch.text, part.after, row)


def _edits(part: Added | Refused, row: int) -> tuple[tuple[int, int, str, str], ...]:
    """What makes a child of its parent; none where that is not known."""
    if isinstance(part, Refused):
        return part.edits[row] if part.edits is not None else ()
    origin = part.batch.origins[row] if part.batch.origins is not None else None
    return origin.edits if origin is not None else ()


def _by_edits(parent: str, edits: Sequence[tuple[int, int, str, str]]) -> dict[str, Any]:
    """The parent around its first edit, and the edits that begin there, cut where it is."""
    start = max(0, edits[0][0] - BEFORE)
    end = min(len(parent), edits[0][0] + BEHIND)
    there = [(a - start, min(b, end) - start, new[:BEHIND]) for a, b, new, _ in edits if a <= end]
    return {"text": parent[start:end], "edits": tuple(there), "cut": start > 0 or end < len(parent)}


def _differing(before: Text, now: Text, row: int) -> dict[str, Any]:
    """The text around the first difference of one document, before and after."""
    ends = [tuple(int(at) for at in text.offsets[row : row + 2]) for text in (before, now)]
    first, second = (text.data[a:b] for text, (a, b) in zip((before, now), ends, strict=True))
    size = min(len(first), len(second))
    different = np.flatnonzero(first[:size] != second[:size])
    at = int(different[0]) if len(different) else size
    start = max(0, at - BEFORE)
    cut = start > 0 or max(len(first), len(second)) > at + BEHIND
    # a character that is cut at either end is left out
    shown = [side[start : at + BEHIND].tobytes().decode(errors="ignore") for side in (first, second)]
    return {"text": shown[0], "after": shown[1], "cut": cut}


def _decoded(text: Text, start: int, end: int) -> str:
    return text.data[start:end].tobytes().decode(errors="ignore")
