"""fastText's classifier of languages: its compressed file read, its sums done by our own loops."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import InputError
from dataqual.kernels import languages as kernels

MAGIC, VERSION = 793712314, 12
HIERARCHICAL, SUPERVISED = 1, 3
LABEL = "__label__"
KSUB = 256
"""Centroids of a part of a vector: a code is a byte."""


@dataclass(frozen=True, eq=False)
class Model:
    """A supervised, quantised fastText model with hierarchical softmax, such as lid.176.ftz."""

    labels: tuple[str, ...]
    rows: NDArray[np.float32]
    """(features, dimensions): words, then n-grams in the order of their buckets."""
    words: NDArray[np.int32]
    word_hashes: NDArray[np.uint32]
    held: NDArray[np.uint64]
    before: NDArray[np.uint16]
    end_of_line: int
    output: NDArray[np.float32]
    """(dimensions, labels - 1): a column for each decision."""
    children: NDArray[np.int64]

    @classmethod
    def load(cls, path: Path) -> Model:
        """InputError where the file is no such model."""
        try:
            return _read(_Reader(path.read_bytes()))
        except (OSError, struct.error, ValueError, IndexError) as error:
            raise InputError(f"{path}: not a compressed fastText model ({error})") from None

    def scores(
        self, data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """The chance of every label for every stretch of bytes, (stretches, labels)."""
        sums = np.zeros((len(starts), self.rows.shape[1]), np.float32)
        counts = np.zeros(len(starts), np.int64)
        word, found = np.empty(kernels.LONGEST_WORD + 2, np.uint8), np.empty(kernels.ROOM + 1, np.uint16)
        kernels.sum_rows(
            data, starts, ends, self.held, self.before, self.words, self.word_hashes, self.rows.reshape(-1),
            self.end_of_line, word, found, sums.reshape(-1), counts
        )  # fmt: skip
        labels = len(self.labels)
        scores, chances = np.zeros((len(starts), labels), np.float32), np.empty(2 * labels)
        turns = np.empty(labels - 1, np.float32)
        kernels.walk_tree(sums, counts, self.output, self.children, turns, chances, scores)
        return scores


class _Reader:
    def __init__(self, raw: bytes) -> None:
        self.raw, self.at = raw, 0

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{form}", self.raw, self.at)
        self.at += struct.calcsize(f"<{form}")
        return values

    def one(self, form: str) -> Any:
        return self.take(form)[0]

    def string(self) -> bytes:
        end = self.raw.index(b"\0", self.at)
        found, self.at = self.raw[self.at : end], end + 1
        return found

    def array(self, kind: Any, count: int) -> NDArray[Any]:
        found = np.frombuffer(self.raw, kind, count, self.at)
        self.at += found.nbytes
        return found


def _read(file: _Reader) -> Model:
    if file.take("ii") != (MAGIC, VERSION):
        raise ValueError("it does not begin as one")
    dim, _, _, _, _, words_in_row, loss, kind, buckets, shortest, longest, _ = file.take("12i")
    file.one("d")
    if (loss, kind, words_in_row) != (HIERARCHICAL, SUPERVISED, 1):
        raise ValueError("it is no classifier by hierarchical softmax without n-grams of words")
    if (buckets, dim, shortest, longest) != (kernels.BUCKETS, kernels.DIMENSIONS, kernels.SHORTEST, kernels.LONGEST):
        raise ValueError("it has not the sizes of lid.176.ftz")
    size, n_words, n_labels = file.take("3i")
    _, pruned = file.take("qq")
    entries = [(file.string(), *file.take("qb")) for _ in range(size)]
    kept = file.array(np.int32, 2 * pruned).reshape(-1, 2)
    if not file.one("?"):
        raise ValueError("it is not compressed")
    rows = _quantised(file)
    output = _quantised(file) if file.one("?") else _dense(file)
    words = [word for word, _, _ in entries[:n_words]]
    kept = kept[np.argsort(kept[:, 0])]
    rows = np.concatenate([rows[:n_words], rows[n_words + kept[:, 1]]])
    bits = np.zeros((buckets + 63) // 64 * 64, np.uint8)
    bits[kept[:, 0]] = 1
    held = np.packbits(bits, bitorder="little").view(np.uint64)
    before = (n_words + np.cumsum(bits.reshape(-1, 64).sum(axis=1))).astype(np.uint16)
    eos = words.index(b"</s>") if b"</s>" in words else -1
    table, hashes = _table(words)
    counts = [count for _, count, _ in entries[n_words:]]
    labels = tuple(label.decode().removeprefix(LABEL) for label, _, _ in entries[n_words:])
    return Model(
        labels, rows, table, hashes, held, before, eos, np.ascontiguousarray(output[: n_labels - 1].T), _tree(counts)
    )


def _quantised(file: _Reader) -> NDArray[np.float32]:
    """A matrix kept as codes of centroids (product quantisation, Jégou et al. 2011), as numbers."""
    has_norms, rows, columns, size = file.take("?qqi")
    codes = file.array(np.uint8, size).reshape(rows, -1)
    matrix = _decoded(file, codes)[:, :columns]
    if has_norms:
        norms = file.array(np.uint8, rows)
        matrix = matrix * _decoded(file, norms[:, None])
    return np.ascontiguousarray(matrix, np.float32)


def _decoded(file: _Reader, codes: NDArray[np.uint8]) -> NDArray[np.float32]:
    dim, parts, width, last = file.take("4i")
    centroids = file.array(np.float32, dim * KSUB)
    decoded = []
    for part in range(parts):
        wide = last if part == parts - 1 else width
        own = centroids[part * KSUB * width :][: KSUB * wide].reshape(KSUB, wide)
        decoded.append(own[codes[:, part]])
    return np.concatenate(decoded, axis=1)


def _dense(file: _Reader) -> NDArray[np.float32]:
    rows, columns = file.take("qq")
    return file.array(np.float32, rows * columns).reshape(rows, columns).copy()


def _table(words: list[bytes]) -> tuple[NDArray[np.int32], NDArray[np.uint32]]:
    """The numbers of words by their hashes, in open addressing."""
    size = 1 << max(4, (2 * len(words)).bit_length())
    table, hashes = np.full(size, -1, np.int32), np.zeros(size, np.uint32)
    for number, word in enumerate(words):
        h = fnv(word)
        at = h & (size - 1)
        while table[at] >= 0:
            at = (at + 1) & (size - 1)
        table[at], hashes[at] = number, h
    return table, hashes


def fnv(word: bytes) -> int:
    """The hash by which fastText knows words: FNV-1a, with bytes from 128 on as negative numbers.

    >>> fnv(b"a"), fnv("é".encode())
    (3826002220, 1023043777)
    """
    h = int(kernels.BASIS)
    for byte in word:
        h = ((h ^ (byte | 0xFFFFFF00 if byte >= 128 else byte)) * int(kernels.PRIME)) & 0xFFFFFFFF
    return h


def _tree(counts: list[int]) -> NDArray[np.int64]:
    """The two nodes below each inner node of the Huffman tree, as fastText builds it; labels come with falling counts."""
    labels = len(counts)
    weights = [*counts, *[10**15] * (labels - 1)]
    children = np.zeros((labels - 1, 2), np.int64)
    leaf, node = labels - 1, labels
    for inner in range(labels, 2 * labels - 1):
        for side in range(2):
            if leaf >= 0 and weights[leaf] < weights[node]:
                children[inner - labels, side], leaf = leaf, leaf - 1
            else:
                children[inner - labels, side], node = node, node + 1
        weights[inner] = sum(weights[child] for child in children[inner - labels])
    return children
