"""Pictures, as the verbs look at them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual import images
from dataqual.corpus import Address, Batch, Corpus
from dataqual.errors import SpecError
from dataqual.faults import FINDINGS, PICTURES
from dataqual.images.hashing import picture_hashes
from dataqual.images.image import Images
from dataqual.images.perceptual import Perceptual, PictureSurvey
from dataqual.images.thumbnails import thumbnail
from dataqual.ledger import Added, Change, Edited, Refused
from dataqual.near_duplicates import NearDuplicates, Semantic
from dataqual.operators import Engine, ViewName
from dataqual.picture_words import PictureWords
from dataqual.views.view import USUAL, Judging, View, original
from dataqual.writers.rest_names import rest_of_pictures

if TYPE_CHECKING:
    from dataqual.labels.surveying import Surveyed

PIXELS = {"characters": "pixels", "characters_after": "pixels_after"}
"""What facts of pictures have in the place of those of texts."""


class Pictures(View):
    """Documents that are pictures; each has an empty text."""

    name: ClassVar[ViewName] = "image"
    nouns: ClassVar[str] = "pictures"
    content: ClassVar[str] = "pixels"
    by_content: ClassVar[str] = "the pictures have no id: what decides is the pixels of each"
    largest: ClassVar[str] = "side"
    """That of a square of as many pixels."""
    shown: ClassVar[int] = 12
    """A dozen of which are seen at once."""
    read_by: ClassVar = ("id", "label", "group")
    """These decide what pictures are called and in which folder they come to lie."""
    shares: ClassVar = PICTURES
    findings: ClassVar = FINDINGS["image"]
    quantiles: ClassVar = (
        ("side", 0.05),
        ("side", 0.5),
        ("aspect_ratio", 0.05),
        ("brightness", 0.5),
        ("saturation", 0.5),
        ("contrast", 0.05),
        ("contrast", 0.5),
        ("entropy", 0.05),
        ("blurriness", 0.95),
        ("blockiness", 0.95),
    )
    method: ClassVar[str] = "perceptual"
    methods: ClassVar = ("exact", "perceptual")
    told_apart: ClassVar = {"pictures": True}

    def says(self, sentence: str) -> str:
        """Of pictures and their pixels."""
        return PictureWords()(sentence)

    def units(self, facts: Any) -> Any:
        """Pixels in the place of characters, however deep in the facts."""
        if isinstance(facts, dict):
            return {PIXELS.get(key, key): self.units(value) for key, value in facts.items()}
        return [self.units(value) for value in facts] if isinstance(facts, list) else facts

    def leaving_out(self, finding: str) -> tuple[str, list[str]]:
        """Copies go by `dedup`, which says what stays in their place."""
        if finding in ("exact_copies", "near_copies"):
            return "dedup", ["--method", "exact"] if finding == "exact_copies" else []
        return super().leaving_out(finding)

    def name_of_rest(self, corpus: Mapping[str, Any], options: Mapping[str, Any], mark: str) -> str:
        """A folder for files, a file for arrays and tables."""
        return rest_of_pictures(corpus, mark)

    def ending(self, corpus: Corpus) -> str:
        """Arrays of files go into arrays again; all others into a folder."""
        return ".npz" if {file.format for file in corpus.files} <= {"npz", "npy", "idx"} else ""

    def hashes(self, batch: Batch) -> NDArray[np.uint64]:
        """Of their pixels."""
        return picture_hashes(_of(batch))

    def blank(self, batch: Batch) -> NDArray[np.bool_]:
        """One level throughout."""
        pictures = _of(batch)
        levels = (
            pixels.max((1, 2, 3), initial=0) == pixels.min((1, 2, 3), initial=255) for _, pixels in pictures.stacks()
        )
        return pictures.spread(levels, bool)

    def lengths(self, batch: Batch) -> NDArray[np.int64]:
        """Pixels."""
        pictures = _of(batch)
        return pictures.heights * pictures.widths

    def bytes(self, batch: Batch) -> int:
        """Of their values: what an edit takes as a file is not known yet."""
        pictures = _of(batch)
        return int((pictures.heights * pictures.widths * pictures.channels).sum())

    def drawn(self, part: Change, hashed: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Those whose addresses hash lowest."""
        return np.argsort(hashed, kind="stable")[: self.shown]

    def example(self, part: Change, row: int) -> dict[str, Any]:
        """Thumbnails, and in words what was done."""
        pictures = _of(part.batch)
        shown: dict[str, Any] = {"text": "", "cut": False, "picture": thumbnail(pictures[row])}
        if isinstance(part, Added | Refused) and part.parents is not None:
            shown |= {"picture": thumbnail(part.parents[row]), "picture_after": thumbnail(pictures[row])}
        if (
            isinstance(part, Added)
            and part.batch.origins is not None
            and (origin := part.batch.origins[row]) is not None
        ):
            mixed = [f"{share:.2f} of label {label!r}" for label, share in origin.labels]
            shown["text"] = "; ".join((*origin.done, *mixed))
        elif isinstance(part, Edited | Refused) and part.evidence is not None:
            shown["text"] = part.evidence[row]
        if isinstance(part, Edited) and part.pictures is not None:
            shown["picture_after"] = thumbnail(part.pictures[row])
        return shown | original(part, row)

    def thumbnails(self, corpus: Corpus, addresses: Iterable[Address]) -> dict[Address, str]:
        """Of the pictures there."""
        wanted = list(addresses)
        found: Images = corpus.pictures(wanted)  # type: ignore[attr-defined]
        return {address: thumbnail(found[at]) for at, address in enumerate(wanted)}

    def check_method(self, method: str) -> None:
        """Whatever compares texts."""
        if method not in self.methods:
            raise SpecError(
                f"--method {method}: compares texts, and these are pictures; {' and '.join(self.methods)} compare pictures"
            )

    def check_index(self) -> None:
        """It holds signatures of words."""
        raise SpecError(
            "--index: keeps words of texts, and nothing that pictures are compared by; name what earlier runs wrote with "
            "--against, which is read again"
        )

    def near(self, parameters: Any = USUAL) -> Perceptual:
        """By their pixels; of what is said of words the threshold alone means something.

        >>> Pictures().near(), Pictures().near(NearDuplicates(threshold=0.99)).threshold
        (Perceptual(radius=10, threshold=0.985, variants='none'), 0.99)
        """
        if isinstance(parameters, Perceptual):
            return parameters
        own = {field.name: getattr(parameters, field.name) for field in fields(NearDuplicates)}
        told = {name: value for name, value in own.items() if value != getattr(USUAL, name)}
        if words := sorted(told.keys() - {"threshold"}):
            raise SpecError(
                f"near_copies: {words[0]} is of texts, and these are pictures; they have radius, threshold, variants"
            )
        return Perceptual(**told)

    def survey(self, near: Any, *, memory: int, normalized: bool = False, threads: int = 1) -> PictureSurvey:
        """By hashes, verified on the pixels."""
        if normalized:
            raise SpecError("normalized: pictures have no words; leave it out")
        if isinstance(near, Semantic):
            raise SpecError("semantic copies are copies of texts, and these are pictures; perceptual compares pictures")
        return PictureSurvey(self._told(near), memory=memory)

    def threshold(self, near: Any) -> str | None:
        """Of their pixels and hashes."""
        found = self._told(near)
        return found.told if found is not None else None

    def _told(self, near: Any) -> Perceptual | None:
        return self.near(near) if near is not None else None

    def label_survey(self, corpus: Corpus, engine: Engine, asked: Judging) -> Surveyed:
        """By a network that is trained for it; all labels that are not rare are judged."""
        if asked.embed is not None:
            raise SpecError("--embeddings: pictures are judged by a network of their own; leave it out")
        found: Surveyed = images.survey_pictures(corpus, engine, **asked.told("seed", "size", "count", "progress"))
        return found


VIEW = Pictures()


def _of(batch: Batch) -> Images:
    assert batch.images is not None, "a corpus of pictures has pictures in its batches"
    return batch.images
