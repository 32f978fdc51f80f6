"""Pictures of a test set that stand in a training corpus, as they are or a little changed."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Chunk, Corpus, Progress, Unreadable
from dataqual.images.perceptual import Perceptual, PicturePart, PictureSurvey
from dataqual.leaks.looking import SURVEY_SHARE, Looking
from dataqual.leaks.result import EXAMPLES, Leak, Leakage, share
from dataqual.ledger import addresses, places
from dataqual.near_duplicates.clusters import Counterparts
from dataqual.operators import Engine
from dataqual.readers import ReadCount
from dataqual.readers.again import reading_options
from dataqual.views import view_of

ABOUT = {
    "leaked": "leak in one way or another",
    "exact_copies": "have the same pixels as a training picture",
    "near_copies": "are copies of one, resized, compressed again or brightened",
}


def leakage_of_pictures(
    train: Corpus, test: Corpus, engine: Engine, asked: Looking, progress: Progress | None
) -> Leakage:
    """How much of `test` stands in `train`, by pixels."""
    found = PictureLeaks.find(train, test, engine, Perceptual() if asked.near_copies else None, progress)
    copies, border = found.copies, found.train.documents
    kinds = {"leaked": copies.of >= 0, "exact_copies": copies.exact, "near_copies": (copies.of >= 0) & ~copies.exact}
    examples = [
        Leak(kind, found.place(border + row), found.place(int(copies.of[row])), float(copies.similarity[row]), 0, 0, "")
        for kind in ("exact_copies", "near_copies")
        for row in np.flatnonzero(kinds[kind])[:EXAMPLES].tolist()
    ]
    again = "".join(f" {shlex.quote(word)}" for word in reading_options(train.options, also=view_of(train).read_by))
    command = f"dataqual dedup {shlex.quote(_place(train))} -o OUTPUT --against {shlex.quote(_place(test))}{again}"
    return Leakage(
        "image",
        border,
        found.test.documents,
        {"train": found.train.unreadable, "test": found.test.unreadable},
        {name: share(name, mask) for name, mask in kinds.items()},
        ABOUT,
        None,
        0,
        examples,
        f"to take them out of the training pictures: {command}",
        {},
    )


def _place(corpus: Corpus) -> str:
    """The folder, or file, in which the pictures of a corpus lie."""
    paths = [file.place if file.format == "npz" else file.path for file in corpus.files]
    return os.path.commonpath(paths) if "<" not in paths[0] else "FOLDER"


@dataclass(frozen=True, eq=False)
class PictureLeaks:
    """What the pictures of a test set are copies of."""

    train: ReadCount
    test: ReadCount
    paths: Mapping[str, list[str]]
    """The files of `train` and `test`."""
    places: NDArray[np.uint64]
    """Of all pictures, those for training first."""
    copies: Counterparts

    def place(self, number: int) -> tuple[str, int]:
        """Path and record of one of them."""
        side = "train" if number < self.train.documents else "test"
        file, record = places(self.places[number : number + 1])
        return self.paths[side][int(file[0])], int(record[0])

    @classmethod
    def find(
        cls, train: Corpus, test: Corpus, engine: Engine, near: Perceptual | None, progress: Progress | None
    ) -> PictureLeaks:
        """Survey both; NoDocuments and TooManyUnreadable as for `profile`."""
        counts = ReadCount(), ReadCount()
        where = [np.zeros(0, np.uint64)]
        with PictureSurvey(near, memory=engine.memory // SURVEY_SHARE) as survey:
            for corpus, count in zip((train, test), counts, strict=True):

                def look(
                    chunk: Chunk, corpus: Corpus = corpus
                ) -> tuple[int, PicturePart, NDArray[np.uint64], list[Unreadable]]:
                    batch = corpus.parse(chunk)
                    part = survey.signing.of_batch(batch)
                    return chunk.done, part, addresses(batch.file, batch.record), list(batch.unreadable)

                with closing(engine.map(look, corpus.chunks())) as results:
                    for done, part, own, unreadable in results:
                        survey.add(part)
                        where.append(own)
                        count.add(len(part), unreadable)
                        if progress is not None and corpus is train:
                            progress(count.documents, done, corpus.size)
                count.check(corpus)
            copies = survey.across(None, counts[0].documents)
        paths = {"train": [file.path for file in train.files], "test": [file.path for file in test.files]}
        return cls(*counts, paths, np.concatenate(where), copies)
