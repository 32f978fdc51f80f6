"""What the survey finds, and what it leaves alone."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dataqual.near_duplicates import NearCopies, NearDuplicates, Part, Survey, jaccard
from dataqual.text import Text

Find = Callable[..., NearCopies]
Pair = Callable[..., tuple[str, str]]


def planted(make_pair: Pair, script: str, shared: int, own: int, pairs: int, seed: int = 0) -> list[str]:
    """First all originals, then all copies in the same order."""
    rng = random.Random(seed)
    made = [make_pair(rng, script, shared, own) for _ in range(pairs)]
    return [first for first, _ in made] + [second for _, second in made]


@pytest.mark.parametrize(
    ("script", "shared", "own", "pairs"),
    [("English", 80, 10, 1500), ("Chinese", 80, 10, 1500), ("Thai", 80, 10, 1500), ("Chinese", 17, 2, 500)],
)
def test_99_of_100_copies_exactly_at_the_threshold_are_found_in_every_script(
    find_copies: Find, make_pair: Pair, script: str, shared: int, own: int, pairs: int
) -> None:
    texts = planted(make_pair, script, shared, own, pairs)
    assert jaccard(texts[0], texts[pairs]) == shared / (shared + 2 * own)
    copies = find_copies(texts)
    right = copies.near_copy_of[pairs:] == np.arange(pairs)
    assert right.mean() >= 0.99
    assert (copies.near_copy_of[:pairs] == -1).all()
    assert copies.share.value == right.sum() / (2 * pairs)
    assert copies.share.interval is not None
    assert copies.share.interval[0] == copies.share.value
    assert copies.share.interval[1] >= 0.5


@pytest.mark.parametrize("script", ["English", "Chinese", "Thai"])
@pytest.mark.parametrize("verify", [None, 2000])
def test_a_pair_just_below_the_threshold_is_never_a_copy_however_well_its_estimate_looks(
    find_copies: Find, make_pair: Pair, script: str, verify: int | None
) -> None:
    texts = planted(make_pair, script, 79, 10, 800)  # 79 of 99
    copies = find_copies(texts, verify=verify)
    assert (copies.near_copy_of == -1).all()
    assert copies.share.value == 0.0
    assert copies.precision.value == 0.0
    assert copies.precision.n > 200  # so many looked like copies


def templated(count: int) -> list[str]:
    """The same 60 words, then 16 of each document's own: any two share 56 of 88 shingles."""
    rng = random.Random(3)
    template = " ".join(f"boiler{i}" for i in range(60))
    return [f"{template} " + " ".join(f"t{rng.randrange(10**9)}" for _ in range(16)) for _ in range(count)]


@pytest.mark.parametrize("verify", [None, 100])
def test_documents_from_one_template_about_different_things_are_all_kept(find_copies: Find, verify: int | None) -> None:
    texts = templated(500)
    assert jaccard(texts[0], texts[1]) == 56 / 88
    copies = find_copies(texts, verify=verify)
    assert copies.kept.all()
    assert copies.clusters == 0


def test_a_real_copy_is_found_among_hundreds_from_the_same_template(find_copies: Find) -> None:
    texts = templated(500)
    texts.append(texts[321] + " indeed")
    assert np.flatnonzero(find_copies(texts).near_copy_of >= 0).tolist() == [500]
    assert find_copies(texts).near_copy_of[500] == 321


def test_similarity_is_not_handed_on_along_a_chain(find_copies: Find) -> None:
    words = [f"word{i}" for i in range(112)]
    a, b, c = (" ".join(words[i : i + 100]) for i in (0, 6, 12))
    assert jaccard(a, b) == jaccard(b, c) > 0.8 > jaccard(a, c)
    assert find_copies([a, b, c]).near_copy_of.tolist() == [-1, 0, -1]
    assert find_copies([b, a, c]).near_copy_of.tolist() == [-1, 0, 0]
    assert find_copies([a, c, b]).near_copy_of.tolist() in ([-1, -1, 0], [-1, -1, 1])


def test_short_documents_are_copies_when_their_words_are(find_copies: Find) -> None:
    texts = ["Thank you!", "thank you", "Thank you", "thank you all", "", "…", "", "我们", "我们。", "我"]
    copies = find_copies(texts)
    assert copies.near_copy_of.tolist() == [-1, 0, 0, -1, -1, -1, -1, -1, 7, -1]
    assert copies.exact_copy_of.tolist() == [-1, -1, -1, -1, -1, -1, 4, -1, -1, -1]
    assert copies.similarity[[1, 2, 8]].tolist() == [1.0, 1.0, 1.0]
    assert np.isnan(copies.similarity[0])


def test_an_exact_copy_of_a_near_copy_is_an_exact_copy(find_copies: Find) -> None:
    copies = find_copies(["A cat sat.", "a cat sat", "a cat sat", "a dog"])
    assert copies.near_copy_of.tolist() == [-1, 0, -1, -1]
    assert copies.exact_copy_of.tolist() == [-1, -1, 1, -1]
    assert copies.kept.tolist() == [True, False, False, True]
    assert (copies.share.value, copies.exact_share.value) == (0.25, 0.25)


@given(
    st.lists(st.sampled_from(["", " ", "a", "A", "b c", "我", "é", "e\u0301", "b  c"]), max_size=30), st.integers(1, 7)
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_exact_copies_are_the_later_ones_of_equal_texts(find_copies: Find, texts: list[str], batch: int) -> None:
    expected = [texts.index(text) if texts.index(text) < i else -1 for i, text in enumerate(texts)]
    assert find_copies(texts, batch=batch).exact_copy_of.tolist() == expected


SLIGHTLY_DIFFERENT = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 8), st.integers(0, 3)).map(
        lambda t: " ".join(f"s{t[0]}w{i}" for i in range(t[1], 60)) + " x" * t[2]
    ),
    max_size=25,
)


@given(SLIGHTLY_DIFFERENT)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whoever_is_verified_as_a_copy_is_truly_like_an_earlier_kept_document(
    find_copies: Find, texts: list[str]
) -> None:
    copies = find_copies(texts)
    for document in np.flatnonzero(copies.near_copy_of >= 0).tolist():
        keeper = int(copies.near_copy_of[document])
        assert keeper < document
        assert copies.kept[keeper]
        assert jaccard(texts[document], texts[keeper]) >= 0.8
    kept = np.flatnonzero(copies.kept).tolist()
    surely = [(a, b) for b in kept for a in kept if a < b and jaccard(texts[a], texts[b]) > 0.93]
    assert surely == []


def mixed(make_pair: Pair) -> list[str]:
    texts = planted(make_pair, "English", 85, 7, 150) + planted(make_pair, "Chinese", 79, 10, 100, seed=1)
    texts += [*templated(40), "", "same", "same", "Same", *texts[:10]]
    random.Random(5).shuffle(texts)
    return texts


def same(one: NearCopies, two: NearCopies) -> bool:
    return (
        np.array_equal(one.exact_copy_of, two.exact_copy_of)
        and np.array_equal(one.near_copy_of, two.near_copy_of)
        and np.array_equal(one.similarity, two.similarity, equal_nan=True)
        and np.array_equal(one.verified_pairs, two.verified_pairs)
        and (one.share, one.precision) == (two.share, two.precision)
    )


@pytest.mark.parametrize("verify", [None, 50])
def test_neither_batches_nor_threads_nor_memory_change_anything(
    find_copies: Find, make_pair: Pair, verify: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = mixed(make_pair)
    whole = find_copies(texts, verify=verify)
    assert whole.clusters > 100
    assert same(whole, find_copies(texts, verify=verify, batch=7))
    for module, name in (("candidates", "PAIRS_AT_ONCE"), ("spilling", "BLOCK"), ("spilling", "SEGMENT")):
        monkeypatch.setattr(f"dataqual.near_duplicates.{module}.{name}", 16)
    assert same(whole, find_copies(texts, verify=verify, memory=0))
    survey = Survey(NearDuplicates())
    with ThreadPoolExecutor(4) as pool:
        batches = [Text.of(texts[i : i + 20]) for i in range(0, len(texts), 20)]
        for part in pool.map(survey.measure, batches):
            survey.add(part)
    assert same(whole, survey.finish(lambda numbers: [texts[i] for i in numbers], verify=verify))


def test_finishing_takes_some_forty_bytes_of_memory_for_every_document_and_no_signature(
    find_copies: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    find_copies(["warm", "up"])
    monkeypatch.setattr("dataqual.near_duplicates.candidates.PAIRS_AT_ONCE", 1 << 14)
    documents, fixed = 100_000, 3 << 20  # beside `memory`: two segments of signatures
    rng = np.random.default_rng(0)
    survey = Survey(NearDuplicates(), memory=1 << 20)
    tracemalloc.start()
    for _ in range(0, documents, 2000):
        signatures = rng.integers(0, 1 << 16, (2000, 128), dtype=np.uint16)
        signatures[1900:] = signatures[:100]
        exact = rng.integers(0, 1 << 63, (2000, 2)).astype(np.uint64)
        survey.add(Part(exact, signatures, np.ones(2000, bool), np.full(2000, 100, np.uint32)))
    growing, peak = tracemalloc.get_traced_memory()
    assert growing < 32 * documents
    tracemalloc.reset_peak()
    copies = survey.finish(lambda numbers: ["x"] * len(numbers))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert copies.clusters == documents // 20
    assert peak < 40 * documents + (1 << 20) + fixed


def test_texts_are_fetched_in_ascending_order_and_no_more_than_fit(
    find_copies: Find, make_pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = planted(make_pair, "English", 85, 7, 40)
    asked: list[list[int]] = []

    def fetch(numbers: list[int]) -> list[str]:
        asked.append(numbers)
        return [texts[i] for i in numbers]

    monkeypatch.setattr("dataqual.near_duplicates.verification.TEXT_AT_ONCE", 10_000)
    copies = find_copies(texts, fetch=fetch)
    assert (copies.near_copy_of[40:] == np.arange(40)).all()
    assert len(asked) > 3
    for numbers in asked:
        assert numbers == sorted(set(numbers))
        assert sum(len(texts[i]) for i in numbers) < 13_000


def test_a_fetch_that_loses_a_text_is_caught(find_copies: Find) -> None:
    with pytest.raises(ValueError, match="asked for 2 texts to verify near copies, got 1"):
        find_copies(["A cat", "a cat"], fetch=lambda numbers: ["A cat"])


def test_a_sample_of_verified_pairs_tells_the_share_and_the_precision_with_intervals(
    find_copies: Find, make_pair: Pair
) -> None:
    texts = planted(make_pair, "English", 80, 10, 600) + planted(make_pair, "English", 79, 10, 600, seed=1)
    copies = find_copies(texts, verify=300)
    assert copies.share.method == copies.precision.method == "sample"
    assert 250 <= len(copies.verified_pairs) <= 300 + 10
    assert copies.share.interval is not None
    assert copies.precision.interval is not None
    assert copies.share.interval[0] < 600 / 2400 < copies.share.interval[1]
    true = copies.near_copy_of[600:1200] >= 0
    false = copies.near_copy_of[1800:] >= 0
    precision = true.sum() / (true.sum() + false.sum())
    assert copies.precision.interval[0] < precision < copies.precision.interval[1]
    assert copies.precision.detail == {"sampled_from": true.sum() + false.sum()}
    assert copies.share.value != (copies.near_copy_of >= 0).mean()


def test_the_interval_of_a_sampled_share_covers_the_truth_as_often_as_it_says(
    find_copies: Find, make_pair: Pair
) -> None:
    texts = planted(make_pair, "English", 80, 10, 150) + planted(make_pair, "English", 79, 10, 150, seed=1)
    surveys = [find_copies(texts, NearDuplicates(seed=seed), verify=60) for seed in range(40)]
    covered = [s.share.interval[0] <= 0.25 <= s.share.interval[1] for s in surveys if s.share.interval]
    assert len(covered) == 40
    assert sum(covered) >= 35


def test_what_cannot_be_verified_within_the_limit_is_kept_and_said(find_copies: Find) -> None:
    rng = random.Random(0)
    shared = " ".join(f"w{i}" for i in range(83))
    family = [shared + " " + " ".join(f"t{rng.randrange(10**9)}" for _ in range(10)) for _ in range(40)]
    assert jaccard(family[0], family[1]) == 79 / 99
    copies = find_copies(family, verify=40)
    assert copies.kept.all()
    assert len(copies.verified_pairs) == 4 * 40
    assert copies.share.detail["unverified"] > 20
    assert copies.share.interval is not None
    assert copies.share.interval[1] > 20 / 40
    assert "unverified" not in find_copies(family).share.detail


def test_the_largest_clusters_come_with_their_members_and_an_exact_similarity(find_copies: Find) -> None:
    long = " ".join(f"word{i}" for i in range(50))
    texts = ["Hello", "hello", "a b c", long, "HELLO", long + " more", "x", "x", "x"]
    copies = find_copies(texts)
    assert copies.clusters == 2
    assert [(c.kept, c.copies.tolist(), c.size, c.similarity) for c in copies.largest] == [
        (0, [1, 4], 3, 1.0),
        (3, [5], 2, 46 / 47),
    ]
    assert copies.exact_clusters == 1
    assert [(c.kept, c.copies.tolist()) for c in copies.exact_largest] == [(6, [7, 8])]


def test_a_corpus_without_documents_has_no_shares(find_copies: Find) -> None:
    copies = find_copies([])
    assert len(copies) == 0
    assert copies.share.value is copies.exact_share.value is copies.precision.value is None
    assert copies.largest == copies.exact_largest == []
    assert copies.verified_pairs.shape == (0, 2)


def test_one_document_is_no_copy(find_copies: Find) -> None:
    copies = find_copies(["one"])
    assert (copies.share.value, copies.exact_share.value, copies.share.interval) == (0.0, 0.0, (0.0, 0.0))


@pytest.mark.parametrize("text", ["", "all the same words in each of these"])
def test_identical_documents_are_exact_copies_of_the_first(find_copies: Find, text: str) -> None:
    copies = find_copies([text] * 3000, batch=1000)
    assert copies.exact_copy_of.tolist() == [-1, *[0] * 2999]
    assert (copies.near_copy_of == -1).all()
    assert copies.exact_largest[0].size == 3000
    assert copies.exact_share.value == 2999 / 3000


def test_documents_that_say_the_same_in_other_letters_are_copies_of_the_first_however_many(find_copies: Find) -> None:
    texts = ["one two three four five six" + "!" * i for i in range(3000)]
    copies = find_copies(texts, verify=500)
    assert copies.near_copy_of.tolist() == [-1, *[0] * 2999]
    assert copies.precision.value == 1.0
    assert copies.share.value == 2999 / 3000
