"""To and from `datasketch`: its own MinHash of our shingles, and our signatures in its clothes.

Values are never converted from one kind to the other, for that is impossible: a signature of ours holds 16 bits of the
minimum of `multiplier * low + high` over both halves of a 64-bit hash, one of datasketch 32 or 64 bits of the minimum of
another permutation of another hash. What a minimum forgot cannot be computed from it. So there are two ways:

`minhash` and `minhashes` make genuine MinHash objects of the shingles that we compare. They compare and merge with each
other, and with others of the same hash function, seed and scheme.

`lean` dresses a signature of ours as a LeanMinHash, for MinHashLSH, for storage, for `jaccard`; `signature_of` takes it
back.
Its seed is one that no other object has, so datasketch refuses to compare it with any that is not ours. Unions are
meaningless: of 16 mixed bits the smaller is not the minimum of both.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import MissingExtra, SpecError
from dataqual.near_duplicates import NearDuplicates
from dataqual.near_duplicates.shingling import shingle_sets
from dataqual.readers.sources import as_corpus

OURS = 1 << 62
"""Added to our seed, for the seed of a LeanMinHash that is ours."""

NEAR = NearDuplicates()


def minhash(text: str, near: NearDuplicates = NEAR, *, num_perm: int = 128, seed: int = 1) -> Any:
    """A `datasketch.MinHash` of the shingles of a text; `near` says how they are made. Empty for a text without words.

    >>> first, second = minhash("one two three four five six"), minhash("One, two; three: four five six!")
    >>> first.jaccard(second)
    1.0
    """
    [shingles] = shingle_sets([text], near.shingle, near.cut)
    return _minhash(shingles, num_perm, seed)


def minhashes(
    source: Any, near: NearDuplicates = NEAR, *, num_perm: int = 128, seed: int = 1, **asked: Any
) -> Iterator[tuple[str, Any]]:
    """The same for every document of a corpus, each with its id, or with PATH:RECORD where it has none.

    `source` and `asked` are what `dataqual.profile` takes; one batch is in memory at a time.
    """
    corpus = as_corpus(source, **asked)
    for batch in corpus.batches():
        ids = batch.columns["id"].to_list() if "id" in batch.columns.columns else [None] * len(batch)
        texts = [batch.text[row] for row in range(len(batch))]
        for row, shingles in enumerate(shingle_sets(texts, near.shingle, near.cut)):
            place = f"{corpus.files[int(batch.file[row])].path}:{batch.record[row]}"
            yield str(ids[row] if ids[row] is not None else place), _minhash(shingles, num_perm, seed)


def lean(signature: NDArray[np.uint16], near: NearDuplicates = NEAR) -> Any:
    """One signature of ours, (permutations,), as a `datasketch.LeanMinHash`; see above for what it is good for.

    >>> ours = np.arange(128, dtype=np.uint16)
    >>> (signature_of(lean(ours)) == ours).all()
    np.True_
    """
    kind = _datasketch().LeanMinHash
    return kind(seed=OURS + near.seed, hashvalues=signature.astype(np.uint32), scheme="affine32")


def signature_of(dressed: Any, near: NearDuplicates = NEAR) -> NDArray[np.uint16]:
    """The signature that `lean` was given; SpecError for an object of another origin, or made with another seed."""
    if dressed.seed != OURS + near.seed:
        raise SpecError(
            f"datasketch: an object with seed {dressed.seed} is not a signature of ours (which has {OURS + near.seed}), "
            "and hash values cannot be converted; sign the text instead"
        )
    return np.asarray(dressed.hashvalues, np.uint16)


def low_half(shingle: int) -> int:
    """The hash function of our MinHash objects: 32 of the 64 bits, which are well mixed already."""
    return shingle & 0xFFFFFFFF


def _minhash(shingles: NDArray[np.uint64], num_perm: int, seed: int) -> Any:
    made = _datasketch().MinHash(num_perm=num_perm, seed=seed, hashfunc=low_half)
    if len(shingles):
        made.update_batch(shingles.tolist())
    return made


def _datasketch() -> Any:
    if find_spec("datasketch") is None:
        raise MissingExtra("datasketch", "datasketch")
    import datasketch

    return datasketch
