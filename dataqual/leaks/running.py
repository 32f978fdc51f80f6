"""`leakage`: how much of a test set stands in a training corpus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dataqual.corpus import Corpus, Progress
from dataqual.engine import Local
from dataqual.errors import InputError
from dataqual.leaks.looking import Looking
from dataqual.leaks.pictures import leakage_of_pictures
from dataqual.leaks.result import Leakage
from dataqual.leaks.texts import leakage_of_texts
from dataqual.operators import ViewName
from dataqual.readers.sources import as_corpus, options_of
from dataqual.shared_ngrams import SHORTEST, SIZE, check_sizes
from dataqual.views import view_of

SEARCHES: Mapping[ViewName, Callable[..., Leakage]] = {"text": leakage_of_texts, "image": leakage_of_pictures}


def leakage(
    train: Any,
    test: Any,
    *,
    ngram: int = SIZE,
    shortest: int = SHORTEST,
    near_copies: bool = True,
    workers: int | None = None,
    max_memory: int | None = None,
    progress: Progress | None = None,
    **asked: Any,
) -> Leakage:
    """How many documents of `test` stand in `train`: as exact copies, as near copies, by `ngram` words in a row.

    Both are what `profile` takes; `asked` are the arguments of `dataqual.read` for those that are paths. Words are those
    of the cut `unicode` in lower case, so 13 are 13 characters of Chinese; a text with fewer is looked for whole, see the
    step `decontaminate`. Near copies are verified. The training corpus is read as a stream, the test documents must fit
    into memory.

    InputError where a file is in both, or `test` takes more than the memory; NoDocuments and TooManyUnreadable as for
    `profile`.
    """
    check_sizes(ngram, shortest)
    trained, tested = _opened(train, asked), _opened(test, asked)
    for file in tested.files:
        if not tested.in_memory and trained.holds(file.path):
            raise InputError(f"{file.path}: is in the training corpus as it is; name what is to be kept from it")
    engine = Local(workers=workers, max_memory=max_memory)
    if trained.view != tested.view:
        one, other = view_of(trained).nouns, view_of(tested).nouns
        raise InputError(
            f"the training corpus holds {one} and the test set {other}: nothing of the one is in the other"
        )
    return SEARCHES[trained.view](trained, tested, engine, Looking(ngram, shortest, near_copies), progress)


def _opened(source: Any, asked: Mapping[str, Any]) -> Corpus:
    return as_corpus(source, also=options_of(leakage), **({} if isinstance(source, Corpus) else asked))
