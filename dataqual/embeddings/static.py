"""A static model: one vector per token, and a text is the mean of its tokens'. Needs tokenizers, and no torch.

The folder is what model2vec (Tulkens and van Dongen 2024) saves, or sentence-transformers' StaticEmbedding:
`model.safetensors` with a matrix `embeddings` (or `embedding.weight`) of (tokens, dimensions), perhaps `weights` and
`mapping`, and `tokenizer.json`. Unlike there, a text is never cut off: all its tokens count.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.embeddings import safetensors
from dataqual.embeddings.model import Model, digest_of, unit
from dataqual.errors import InputError, MissingExtra

MATRICES = ("embeddings", "embedding.weight")

AT_ONCE = 1 << 18
"""Bytes of text that are taken apart together: what the tokenizer says of them takes some fifty times as much."""


@dataclass(frozen=True, eq=False)
class Static(Model):
    """Vectors from a table, the same for a token wherever it stands."""

    kind: ClassVar[str] = "static"
    _tokenizer: Any
    _vectors: NDArray[np.float32]
    """(token ids, dimensions), each with its weight."""
    _unknown: int | None
    """The token that stands for what the model does not know, and says nothing."""

    @classmethod
    def open(cls, folder: Path) -> Static:
        """The model in a folder; InputError where the folder has none, MissingExtra without tokenizers."""
        weights = folder / "model.safetensors"
        names = safetensors.header(weights)
        vectors = safetensors.array(weights, next(name for name in MATRICES if name in names)).astype(np.float32)
        if "weights" in names:
            vectors = vectors * safetensors.array(weights, "weights").astype(np.float32)[:, None]
        if "mapping" in names:
            vectors = vectors[safetensors.array(weights, "mapping")]
        tokenizer, unknown = _tokenizer(folder / "tokenizer.json")
        if tokenizer.get_vocab_size() > len(vectors):
            raise InputError(
                f"--model: {folder}: the tokenizer knows {tokenizer.get_vocab_size():,} tokens, and there are vectors "
                f"for {len(vectors):,}"
            )
        return cls(str(folder), digest_of(folder), vectors.shape[1], tokenizer, vectors, unknown)

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        out = np.zeros((len(texts), self.dimensions), np.float32)
        for first, some in _together(texts):
            for at, encoding in enumerate(self._tokenizer.encode_batch_fast(some, add_special_tokens=False)):
                out[first + at] = self._mean(np.array(encoding.ids, np.int64))
        return unit(out)

    def _mean(self, tokens: NDArray[np.int64]) -> NDArray[np.float32]:
        """Each token once, as often as it stands there: so a long text takes no more room than the table."""
        known, counts = np.unique(tokens[tokens != self._unknown], return_counts=True)
        mean: NDArray[np.float32] = counts.astype(np.float32) @ self._vectors[known] / np.float32(max(counts.sum(), 1))
        return mean


def is_static(folder: Path) -> bool:
    """Whether a folder holds a table of vectors.

    >>> is_static(Path("/nowhere"))
    False
    """
    weights = folder / "model.safetensors"
    return weights.is_file() and any(name in safetensors.header(weights) for name in MATRICES)


def _tokenizer(path: Path) -> tuple[Any, int | None]:
    """The tokenizer without limit or padding, and its token for what it does not know."""
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise MissingExtra("tokenizers", "semantic") from None
    try:
        said = json.loads(path.read_bytes())
        tokenizer = Tokenizer.from_file(str(path))
    except OSError as error:
        raise InputError(f"--model: {path}: {error.strerror}") from None
    except Exception as error:  # tokenizers raises nothing more special
        raise InputError(f"--model: {path}: is no tokenizer ({str(error).splitlines()[0][:80]})") from None
    tokenizer.no_truncation()
    tokenizer.no_padding()
    named = (said.get("model") or {}).get("unk_token")
    return tokenizer, tokenizer.token_to_id(named) if isinstance(named, str) else (said.get("model") or {}).get(
        "unk_id"
    )


def _together(texts: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Texts by `AT_ONCE` bytes or so, with the number of the first."""
    first, size = 0, 0
    for at, text in enumerate(texts):
        size += len(text)
        if size >= AT_ONCE:
            yield first, list(texts[first : at + 1])
            first, size = at + 1, 0
    if first < len(texts):
        yield first, list(texts[first:])
