"""Measures of diversity: the published examples, and the plain computation on texts of both scripts."""

from __future__ import annotations

import gzip
import math
import random
from collections import Counter
from itertools import combinations, pairwise

import numpy as np
import pytest

from dataqual import catalog
from dataqual.diversity.lexical import hd_d, mtld_factors
from dataqual.diversity.overlap import rouge_l, self_bleu, self_repetition
from dataqual.diversity.vendi import ngram_kernel, score, score_of_vectors
from dataqual.diversity.words import Words
from dataqual.document_sample import DocumentSample
from dataqual.errors import SpecError
from dataqual.text import Text

MEASURE = (
    "Measure of textual lexical diversity, computed as the mean length of sequential words in a text that maintains a "
    "minimum threshold TTR score. Iterates over words until TTR scores falls below a threshold, then increase factor "
    "counter by and start over. McCarthy and Jarvis (, pg. ) recommends a factor threshold in the range of [., .]. "
    "(McCarthy , McCarthy and Jarvis )"
)
"""The example of LexicalRichness's README without its figures, which that package drops: 57 words."""

JANE = ["Look, Jane.", "See Spot.", "See Spot run.", "Run, Spot, run.", "Jane sees Spot run."]
"""The example of vendi_score's README."""

DOG = [
    "I enjoy walking with my cute dog for the rest of the day, but this time it was hard for me to figure out what to do with it. When I finally looked at this for a few moments, I immediately thought.",
    "I enjoy walking with my cute dog. The only time I felt like walking was when I was working, so it was awesome for me. I didn't want to walk for days. I am really curious how she can walk with me",
    "I enjoy walking with my cute dog (Chama-I-I-I-I-I), and I really enjoy running. I play in a little game I play with my brother in which I take pictures of our houses.",
]
"""The example of the README of `diversity`."""

MIXED = [
    "这家酒店很好，服务很好",
    "酒店很好 但是早餐一般",
    "the cat sat on the mat",
    "a cat sat on a mat",
    "iPhone手机很好",
    "",
]


def metric(name: str, texts: list[str], **parameters: object) -> float | None:
    return catalog.metric(name, **parameters)(texts).value  # type: ignore[operator]


def plain_words(text: str) -> list[str]:
    cut = Text.of([text]).cut("unicode")
    return [word.lower() for word in cut.strings(0)]


def grams(words: list[str], n: int) -> list[tuple[str, ...]]:
    return list(zip(*(words[i:] for i in range(n)), strict=False))


def test_the_values_of_lexicalrichness_are_reproduced() -> None:
    assert len(plain_words(MEASURE)) == 57
    assert metric("mtld", [MEASURE]) == pytest.approx(46.79226361031519, abs=1e-12)
    assert metric("mattr", [MEASURE], window=25) == pytest.approx(0.8351515151515151, abs=1e-12)
    assert metric("hd_d", [MEASURE]) == pytest.approx(0.7468703323966486, abs=1e-12)
    assert metric("distinct", [MEASURE], n=1) == pytest.approx(0.6842105263157895, abs=1e-12)
    assert metric("vocabulary", [MEASURE]) == 39


def test_the_values_of_vendi_score_are_reproduced() -> None:
    cut = Text.of(JANE).cut("tokens")
    kernel = ngram_kernel(Words.of_cut(cut, fold=False), 0, len(JANE), (1, 2))
    assert score(kernel) == pytest.approx(3.9066, abs=5e-5)
    assert score(np.array([[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1.0]])) == pytest.approx(2.1573, abs=5e-5)
    numbers = np.array([0, 0, 10, 10, 20, 20.0])
    assert score(np.exp(-np.abs(numbers[:, None] - numbers))) == pytest.approx(3.0, abs=1e-4)


@pytest.mark.parametrize("q", [0.5, 1.0, 2.0, math.inf])
def test_the_dual_form_gives_the_score_of_the_cosines_at_every_order(q: float) -> None:
    vectors = np.random.default_rng(0).normal(size=(30, 5))
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert score_of_vectors(vectors, q) == pytest.approx(score(unit @ unit.T, q))
    assert score_of_vectors(np.eye(4), q) == pytest.approx(4)
    assert score_of_vectors(np.ones((4, 3)), q) == pytest.approx(1)


def test_the_values_of_the_package_diversity_are_reproduced_but_that_it_packs_once() -> None:
    joined = " ".join(DOG).encode()
    assert metric("compression_ratio", DOG) == pytest.approx(len(joined) / len(gzip.compress(joined)), rel=1e-12)
    words = [words for text in DOG for words in text.split(" ")]  # as that package has it: across documents, by blanks
    theirs = sum(len(set(grams(words, n))) / len(grams(words, n)) for n in range(1, 5))
    assert round(theirs, 3) == 3.315
    ours = [plain_words(text) for text in DOG]
    expected = 0.0
    for n in range(1, 5):
        every = [gram for words in ours for gram in grams(words, n)]
        expected += len(set(every)) / len(every)
    assert metric("ngram_diversity", DOG) == pytest.approx(expected)


def test_disjoint_texts_are_not_homogeneous_and_equal_ones_wholly() -> None:
    for apart in (["a b c", "d e f", "g h"], ["好酒店", "坏早餐"]):
        assert metric("homogenization", apart) == 0
        assert metric("self_bleu", apart) == 0
        assert metric("self_repetition", apart, n=2) == 0
        assert metric("vendi", apart) == pytest.approx(len(apart))
    same = ["这家酒店很好"] * 4
    assert metric("homogenization", same) == 1
    assert metric("self_bleu", same) == pytest.approx(1)
    assert metric("vendi", same) == pytest.approx(1)


def plain_lcs(a: list[str], b: list[str]) -> int:
    if not a or not b:
        return 0
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            table[i + 1][j + 1] = table[i][j] + 1 if x == y else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


def test_rouge_l_is_the_longest_common_subsequence() -> None:
    sample = DocumentSample.of_texts(MIXED)
    words = Words.of(sample)
    codes = [words.codes[a:b] for a, b in pairwise(words.offsets.tolist())]
    for a, b in combinations(range(len(MIXED)), 2):
        plain = [plain_words(sample.texts[i]) for i in (a, b)]
        total = sum(map(len, plain))
        assert rouge_l(codes[a], codes[b]) == pytest.approx(2 * plain_lcs(*plain) / total if all(plain) else 0)


def plain_bleu(hypothesis: list[str], references: list[list[str]]) -> float:
    """Sentence BLEU with method 1, written after Papineni et al. and Chen and Cherry."""
    logs = 0.0
    for n in range(1, 5):
        counts = Counter(grams(hypothesis, n))
        most: Counter[tuple[str, ...]] = Counter()
        for reference in references:
            most |= Counter(grams(reference, n))
        matched = sum(min(count, most[gram]) for gram, count in counts.items())
        if n == 1 and not matched:
            return 0.0
        logs += math.log((matched or 0.1) / max(sum(counts.values()), 1)) / 4
    nearest = min((abs(len(r) - len(hypothesis)), len(r)) for r in references)[1]
    return math.exp(logs + min(0.0, 1 - nearest / len(hypothesis)))


def test_self_bleu_is_bleu_of_each_against_the_others() -> None:
    for texts in (MIXED, DOG, JANE):
        sample = DocumentSample.of_texts(texts)
        plain = [plain_words(text) for text in sample.texts]
        expected = [plain_bleu(own, plain[:i] + plain[i + 1 :]) if own else 0.0 for i, own in enumerate(plain)]
        assert self_bleu(Words.of(sample), 0, len(texts)).tolist() == pytest.approx(expected)


def test_self_repetition_counts_the_other_documents_that_have_each_ngram() -> None:
    sample = DocumentSample.of_texts(MIXED)
    plain = [plain_words(text) for text in sample.texts]
    owners = Counter(gram for words in plain for gram in set(grams(words, 2)))
    expected = [math.log(1 + sum(owners[g] - 1 for g in set(grams(words, 2)))) for words in plain]
    assert self_repetition(Words.of(sample).table(2)).tolist() == pytest.approx(expected)


def plain_mtld(words: list[str], threshold: float = 0.72) -> float:
    def factors(words: list[str]) -> float:
        found, run = 0.0, []
        for word in words:
            run.append(word)
            if len(set(run)) / len(run) <= threshold:
                found, run = found + 1, []
        return found + ((1 - len(set(run)) / len(run)) / (1 - threshold) if run else 0)

    return (len(words) / factors(words) + len(words) / factors(words[::-1])) / 2


def test_measures_of_one_text_are_the_plain_computation() -> None:
    rng = random.Random(3)
    for words in (rng.choices("abcdefg", k=200), rng.choices("这家酒店很好服务也不错", k=150)):
        text = " ".join(words)
        assert metric("mtld", [text]) == pytest.approx(plain_mtld(words))
        counts, n = Counter(words), len(words)
        assert metric("yules_k", [text]) == pytest.approx(1e4 * (sum(c * c for c in counts.values()) - n) / n**2)
        assert metric("word_entropy", [text]) == pytest.approx(-sum(c / n * math.log2(c / n) for c in counts.values()))
        never = [math.comb(n - c, 42) / math.comb(n, 42) for c in counts.values()]
        assert metric("hd_d", [text]) == pytest.approx(sum(1 - p for p in never) / 42)


def test_documents_without_enough_words_have_no_hd_d_and_without_any_no_mtld() -> None:
    words = Words.of(DocumentSample.of_texts(["one two", ""]))
    assert np.isnan(hd_d(words)).all()
    assert mtld_factors(words).tolist() == [[0.0, 0.0]] * 2
    assert metric("mtld", [""]) is None
    assert metric("mtld", ["all different words", "no repetition"]) == 2.5


def test_what_depends_on_size_is_told_of_sets_of_one_size() -> None:
    rng = random.Random(1)
    words = [f"w{int(rng.paretovariate(0.6))}" for _ in range(60_000)]
    texts = [" ".join(words[i : i + 50]) for i in range(0, 60_000, 50)]
    half, whole = (catalog.metric("distinct")(some) for some in (texts[::2], texts))  # type: ignore[operator]
    assert half.interval and whole.interval
    assert half.detail["among"] == 5_000
    again = catalog.metric("distinct", among=5_000)(texts)  # type: ignore[operator]
    assert again.interval[0] < half.value < again.interval[1]
    assert (whole.method, whole.detail["sets"]) == ("sample", 6)
    assert catalog.metric("distinct", among=10**6)(texts).method == "exact"  # type: ignore[operator]


def test_templates_are_found_in_both_scripts_and_prose_has_none() -> None:
    things = ["cats", "bread", "the moon", "winter", "old trains", "rivers"]
    assert metric("templates", [f"Please write me a short poem about {thing}." for thing in things]) == 1
    assert metric("templates", [f"请帮我写一首关于{thing}的短诗。" for thing in "猫狗雪月山河"]) == 1
    assert metric("templates", ["A fox ran home.", "Nobody saw it happen at all.", "The rest is silence."]) == 0


def test_topics_that_differ_are_told_apart_and_named() -> None:
    from dataqual.diversity.topics import Topics

    food = [f"soup bread cheese and {x} for dinner" for x in ("wine", "beer", "tea", "milk") * 10]
    cars = [f"engine wheel brake and {x} for driving" for x in ("oil", "fuel", "tyres", "gears") * 10]
    sample = DocumentSample.of_texts(food + cars)
    topics = Topics.of(sample, most=2)
    assert topics.clusters.sizes.tolist() == [40, 40]
    assert {frozenset(label) for label in zip(topics.clusters.labels, ["soup" in t for t in sample.texts], strict=True)}
    assert sorted(bool({"soup", "dinner"} & set(names)) for names in topics.names) == [False, True]


@pytest.mark.parametrize(
    ("name", "parameters", "letter"),
    [
        ("distinct", {"n": 0}, "distinct: n is 0; it is at least 1"),
        ("mtld", {"threshold": 1.5}, "mtld: threshold is 1.5; it is between 0 and 1"),
        ("vendi", {"q": 0.0}, "vendi: q is 0.0; it is above 0"),
        ("vendi", {"ngrams": []}, "vendi: ngrams is empty; it names one length or more"),
        ("vendi", {"ngrams": [1, 0]}, "vendi: ngrams[1] is 0; it is at least 1"),
        ("self_bleu", {"size": 0}, "self_bleu: size is 0; it is at least 1"),
    ],
)
def test_a_wrong_parameter_is_a_letter(name: str, parameters: dict[str, object], letter: str) -> None:
    with pytest.raises(SpecError) as error:
        catalog.metric(name, **parameters)
    assert str(error.value) == letter


def test_topics_are_named_by_what_they_are_about_and_not_by_function_words() -> None:
    from dataqual.diversity.topics import Topics

    numbers = range(40)
    english = [
        f"We had the {'soup' if i % 2 else 'rice'} and it was what they said in the kitchen {i}." for i in numbers
    ]
    other = [
        f"You can see how his {'engine' if i % 2 else 'wheel'} has been on the road, but not now {i}." for i in numbers
    ]
    german = [f"Der {'Motor' if i % 2 else 'Reifen'} ist in der Werkstatt und die {i} ist es" for i in numbers]
    chinese = [f"我们觉得这家酒店的{'房间' if i % 2 else '早餐'}还可以，因为服务员没有来{i}。" for i in numbers]
    names = [set(topic) for topic in Topics.of(DocumentSample.of_texts([*english, *other, *german, *chinese])).names]
    found = set.union(*names)
    assert {"kitchen", "road", "werkstatt", "酒店"} <= found
    assert not found & set(
        "we had the and it was what they in you can how his been on but not now der ist die es und".split()
    )
    assert not [name for name in found if set(name) & set("的我们这还没")]
