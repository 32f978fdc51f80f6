"""Documents as vectors: equal to the plain computation, and the same whatever the order and the seed allow."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from dataqual.text import Text
from dataqual.vectors.kmeans import kmeans
from dataqual.vectors.sparse import Sparse
from dataqual.vectors.svd import truncated
from dataqual.vectors.tfidf import count, tfidf

TEXTS = ["The cat sat on the mat", "a cat and a dog", "", "酒店很好，酒店在市中心", "iPhone手机 好用", "the the the"]


def plainly(text: str) -> Counter[str]:
    """Words in lower case; of Han characters each, and each two that touch."""
    pieces = text.lower().replace("，", " ， ").split()
    found: Counter[str] = Counter()
    for piece in pieces:
        han = [c for c in piece if "一" <= c <= "鿿"]
        latin = "".join(c for c in piece if c.isascii())
        found.update([latin] if latin else [])
        found.update(han)
        found.update(a + b for a, b in pairwise(han))
    return found


def test_terms_are_words_and_in_chinese_characters_and_pairs_that_touch() -> None:
    terms = count(Text.of(TEXTS))
    names = [terms.name(column) for column in range(len(terms.hashes))]
    counted = [
        {names[c]: int(v) for c, v in zip(row_columns, row_values, strict=True)}
        for row_columns, row_values in (
            (terms.counts.indices[a:b], terms.counts.values[a:b])
            for a, b in zip(terms.counts.indptr[:-1], terms.counts.indptr[1:], strict=True)
        )
    ]
    assert counted == [dict(plainly(text)) for text in TEXTS]


def test_columns_do_not_depend_on_the_order_of_the_documents_and_others_are_counted_over_them() -> None:
    terms, other = count(Text.of(TEXTS)), count(Text.of(TEXTS[::-1]))
    assert (terms.hashes == other.hashes).all()
    assert (terms.counts.dense() == other.counts.dense()[::-1]).all()
    assert (
        terms.of(Text.of(["the CAT 酒店", "nothing known"])).column_counts() == 1
    ).sum() == 5  # the, cat, 酒, 店, 酒店
    few = count(Text.of(TEXTS), min_documents=2)
    assert sorted(few.name(c) for c in range(len(few.hashes))) == ["cat", "the", "好"]
    assert (few.of(Text.of(TEXTS)).dense() == few.counts.dense()).all()


def test_tfidf_is_the_formula_with_rows_of_length_one() -> None:
    counts = count(Text.of(TEXTS)).counts.dense()
    documents = (counts > 0).sum(axis=0)
    plain = np.zeros_like(counts)
    for row, column in zip(*np.nonzero(counts), strict=True):
        idf = math.log((1 + len(TEXTS)) / (1 + documents[column])) + 1
        plain[row, column] = (1 + math.log(counts[row, column])) * idf
    norms = np.linalg.norm(plain, axis=1, keepdims=True)
    assert np.allclose(tfidf(Sparse.of(counts)).dense(), plain / np.where(norms, norms, 1))


def test_the_truncated_decomposition_is_the_beginning_of_the_whole_one() -> None:
    rng = np.random.default_rng(1)
    dense = np.where(rng.random((80, 200)) < 0.05, rng.random((80, 200)), 0.0) + np.outer(
        rng.random(80), rng.random(200)
    )
    svd = truncated(Sparse.of(dense), 5)
    whole = np.linalg.svd(dense, full_matrices=False)
    assert np.isclose(svd.values[0], whole.S[0], rtol=1e-12)
    assert np.allclose(svd.values, whole.S[:5], rtol=0.01)  # of noise, whose values hardly fall
    best = (whole.U[:, :1] * whole.S[:1]) @ whole.Vh[:1]
    assert np.allclose(svd.coordinates[:, :1] @ svd.right[:, :1].T, best, atol=1e-3)
    assert np.allclose(svd.project(Sparse.of(dense))[:, 0], svd.coordinates[:, 0])
    assert (truncated(Sparse.of(dense), 5).left == svd.left).all()


@pytest.mark.parametrize("shape", [(0, 0), (3, 0), (0, 4), (2, 3)])
def test_a_matrix_without_entries_has_no_directions(shape: tuple[int, int]) -> None:
    svd = truncated(Sparse.of(np.zeros(shape)), 3)
    assert (svd.left.shape, svd.values.shape, svd.right.shape) == ((shape[0], 0), (0,), (shape[1], 0))


def test_clusters_that_lie_apart_are_found_and_come_by_size() -> None:
    rng = np.random.default_rng(0)
    points = np.concatenate([rng.normal(centre, 0.1, (n, 2)) for centre, n in ((0, 30), (5, 50), (-5, 20))])
    found = kmeans(points, 3, seed=4)
    assert found.sizes.tolist() == [50, 30, 20]
    assert found.labels.tolist() == [1] * 30 + [0] * 50 + [2] * 20
    assert np.isclose(found.inertia, (found.distances(points) ** 2).sum())
    assert kmeans(np.ones((4, 2)), 3).sizes.tolist() == [4]
    assert kmeans(np.zeros((0, 2)), 3).sizes.tolist() == []


def test_rows_are_taken_scaled_and_summed_as_in_an_array() -> None:
    dense = np.where(np.random.default_rng(2).random((6, 5)) < 0.4, 2.0, 0.0)
    sparse, rows = Sparse.of(dense), np.array([4, 0, 4])
    assert (sparse.take(rows).dense() == dense[rows]).all()
    assert (sparse.column_sums() == dense.sum(axis=0)).all()
    assert (sparse.scaled(np.arange(6.0)).dense() == dense * np.arange(6.0)[:, None]).all()
