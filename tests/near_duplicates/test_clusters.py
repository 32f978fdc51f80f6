"""Clusters are what verified pairs connect; counterparts are verified copies in another corpus."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest

from dataqual.near_duplicates import NearDuplicates, Survey, clusters, jaccard
from dataqual.text import Text

LOOSE = NearDuplicates(threshold=0.5, shingle=2)


def surveyed(texts: Sequence[str], parameters: NearDuplicates, *, near: bool = True) -> Survey:
    survey = Survey(parameters, near=near)
    for start in range(0, len(texts), 7):
        survey.add(survey.measure(Text.of(texts[start : start + 7])))
    return survey


def chain(length: int, word: str = "w", step: int = 2, size: int = 20) -> list[str]:
    """Each like the next, the first nothing like the last."""
    return [" ".join(f"{word}{i}" for i in range(start, start + size)) for start in range(0, step * length, step)]


def chinese(length: int) -> list[str]:
    letters = "".join(chr(0x4E00 + 7 * i) for i in range(400))
    return [letters[start : start + 20] for start in range(0, 2 * length, 2)]


def slowly(texts: Sequence[str], parameters: NearDuplicates) -> list[int]:
    """Components of the graph of all pairs."""
    of = list(range(len(texts)))
    for i, text in enumerate(texts):
        for j in range(i):
            if text == texts[j] or jaccard(text, texts[j], parameters.shingle) >= parameters.threshold:
                a, b = of[i], of[j]
                of = [min(a, b) if root in (a, b) else root for root in of]
    return of


def fetching(texts: Sequence[str], asked: list[int] | None = None):  # type: ignore[no-untyped-def]
    def fetch(numbers: list[int]) -> list[str]:
        if asked is not None:
            asked.extend(numbers)
        return [texts[i] for i in numbers]

    return fetch


@pytest.mark.parametrize("seed", range(3))
def test_clusters_are_the_components_of_all_similar_pairs(seed: int) -> None:
    texts = [*chain(12), *chinese(9), *chain(5, "x"), "alone here", "", "…", "", "…", chain(3)[1]]
    random.Random(seed).shuffle(texts)
    assert surveyed(texts, LOOSE).clusters(fetching(texts)).tolist() == slowly(texts, LOOSE)


def test_the_ends_of_a_chain_are_one_cluster_though_they_share_nothing() -> None:
    texts = chain(12)
    assert jaccard(texts[0], texts[-1], 2) == 0
    assert surveyed(texts, LOOSE).clusters(fetching(texts)).tolist() == [0] * 12


def test_a_pair_that_the_text_refutes_connects_nothing() -> None:
    """With so few permutations that a pair that is possible is often none."""
    words = [f"w{i}" for i in range(60)]
    texts = [" ".join(words), " ".join([*words[:49], *(f"x{i}" for i in range(11))])]
    assert 0.6 < jaccard(*texts) < 0.8
    asked: list[int] = []
    for seed in range(40):
        few = NearDuplicates(permutations=16, seed=seed)
        assert surveyed(texts, few).clusters(fetching(texts, asked)).tolist() == [0, 1]
        assert surveyed(texts, few).across(fetching(texts, asked), 1).of.tolist() == [-1]
    assert len(asked) > 20, "hardly a possible pair: nothing was tested"


def test_the_next_best_is_asked_when_the_likeliest_is_refuted() -> None:
    words = [f"w{i}" for i in range(60)]
    similar, less = words[:52] + ["y"] * 8, words[:49] + [f"x{i}" for i in range(11)]
    texts = [" ".join(less), " ".join(similar[:54]), " ".join(words)]
    assert [jaccard(text, texts[2]) >= 0.8 for text in texts[:2]] == [False, True]
    found = 0
    for seed in range(60):
        few = NearDuplicates(permutations=16, seed=seed)
        asked: list[int] = []
        [of] = surveyed(texts, few).across(fetching(texts, asked), 2).of.tolist()
        assert of in (-1, 1)
        found += of == 1 and 0 in asked
    assert found > 3, "the refuted one was never asked first"


def test_what_is_connected_is_not_verified_again() -> None:
    texts = [f"{' '.join(f'w{i}' for i in range(200))} {n}" for n in range(8)]
    survey, asked = surveyed(texts, NearDuplicates()), list[int]()
    assert survey.clusters(fetching(texts, asked)).tolist() == [0] * 8
    assert len(asked) <= 8


def test_groups_of_pairs_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [*chain(12), *chinese(9), *chain(5, "x")]
    expected = surveyed(texts, LOOSE).clusters(fetching(texts)).tolist()
    monkeypatch.setattr(clusters, "PAIRS_AT_ONCE", 1)
    monkeypatch.setattr("dataqual.near_duplicates.spilling.BLOCK", 4)
    assert surveyed(texts, LOOSE).clusters(fetching(texts)).tolist() == expected


def test_without_near_copies_clusters_are_exact_copies() -> None:
    texts = ["a b", "a b c", "a b", "我", "我"]
    assert surveyed(texts, LOOSE, near=False).clusters(fetching(texts)).tolist() == [0, 1, 0, 3, 3]


def test_counterparts_are_found_in_the_other_corpus_alone() -> None:
    old = [*chain(3), "我们今天去公园散步，天气很好", "other"]
    new = [
        old[1], chain(3)[2] + " more", "我们今天去公园散步，天气很好。", "new text", chain(2, "n")[0], chain(2, "n")[1],
        "new text", chain(3)[2] + " more", "",
    ]  # fmt: skip
    found = surveyed([*old, *new], LOOSE).across(fetching([*old, *new]), len(old))
    assert found.of.tolist() == [1, 2, 3, -1, -1, -1, -1, 2, -1]
    assert found.exact.tolist() == [True, *[False] * 8]
    near = jaccard(old[2], new[1], 2)
    assert found.similarity.round(6).tolist()[:3] == [1.0, round(near, 6), 1.0]
    assert found.similarity[7] == near
    assert np.isnan(found.similarity[3])


def test_of_several_counterparts_one_that_the_text_confirms_is_told() -> None:
    rng = random.Random(3)
    base = [f"w{i}" for i in range(40)]
    old = [" ".join(rng.sample(base, 40)) for _ in range(3)] + [" ".join([*base[:-k], "z"]) for k in range(1, 9)]
    found = surveyed([*old, " ".join(base)], LOOSE).across(fetching([*old, " ".join(base)]), len(old))
    best = int(found.of[0])
    assert found.similarity[0] == jaccard(old[best], " ".join(base), 2) >= 0.9
