"""WEAT by hand and by a second, plainer code; vectors of a corpus and of files."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from dataqual.errors import InputError
from dataqual.people import Vectors, weat
from dataqual.people.word_vectors import Windows

NAMES = "abcdefghijklmnop"


def plain(vectors: dict[str, np.ndarray], x: str, y: str, a: str, b: str) -> tuple[float, float, float]:
    """WEAT word by word: the effect with both deviations, and p over all partitions."""

    def cos(u: str, v: str) -> float:
        return float(vectors[u] @ vectors[v] / (np.linalg.norm(vectors[u]) * np.linalg.norm(vectors[v])))

    s = {w: np.mean([cos(w, v) for v in a]) - np.mean([cos(w, v) for v in b]) for w in x + y}
    spread = np.mean([s[w] for w in x]) - np.mean([s[w] for w in y])
    values = list(s.values())
    seen = sum(s[w] for w in x) - sum(s[w] for w in y)
    worse = [
        sum(s[w] for w in some) - sum(s[w] for w in x + y if w not in some) >= seen - 1e-12
        for some in combinations(x + y, len(x))
    ]
    return float(spread / np.std(values, ddof=1)), float(spread / np.std(values)), float(np.mean(worse))


@pytest.mark.parametrize("seed", range(5))
def test_effect_and_chance_are_those_of_the_plain_code(seed: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = {name: rng.standard_normal(6) for name in NAMES}
    sets = ("abcd", "efgh", "ijkl", "mnop")
    found = weat({name: vector.tolist() for name, vector in vectors.items()}, *sets)
    assert (found.effect, found.effect_ddof_0, found.p) == pytest.approx(plain(vectors, *sets))
    assert (found.exact, found.partitions) == (True, 70)


def test_a_case_counted_by_hand() -> None:
    # each target lies on one attribute alone, so s is 1, 1, -1, -1: the means differ by 2
    vectors = {"x": [1, 0], "X": [2, 0], "y": [0, 1], "Y": [0, 3], "a": [1, 0], "A": [5, 0], "b": [0, 1], "B": [0, 2]}
    found = weat(vectors, "xX", "yY", "aA", "bB")
    assert found.statistic == pytest.approx(4.0)
    assert found.effect_ddof_0 == pytest.approx(2.0)  # deviation 1
    assert found.effect == pytest.approx(3**0.5)  # deviation sqrt(4/3)
    assert found.p == pytest.approx(1 / 6)  # of six partitions one is as extreme


def test_sampled_partitions_agree_with_all_of_them_and_count_the_one_there_is() -> None:
    rng = np.random.default_rng(3)
    vectors = {name: rng.standard_normal(6).tolist() for name in NAMES}
    sets = ("abcd", "efgh", "ijkl", "mnop")
    exact = weat(vectors, *sets)
    drawn = weat(vectors, *sets, permutations=60)
    assert not drawn.exact
    assert drawn.p >= 1 / 61
    assert abs(drawn.p - exact.p) < 0.25
    assert drawn == weat(vectors, *sets, permutations=60)


def test_words_without_vectors_are_told_and_too_few_are_refused() -> None:
    vectors = {name: [1.0, i] for i, name in enumerate("abcdefgh")}
    found = weat(vectors, ["a", "b", "zz"], ["c", "d"], ["e", "f"], ["g", "h"])
    assert found.absent == ("zz",)
    with pytest.raises(InputError, match="at least two words with vectors in each of its four sets"):
        weat(vectors, ["a", "zz"], ["c", "d"], ["e", "f"], ["g", "h"])


def test_words_used_alike_get_vectors_alike() -> None:
    rng = np.random.default_rng(0)
    texts = []
    for _ in range(300):
        who, where = [("他", "办公室"), ("男人", "办公室"), ("她", "厨房"), ("女人", "厨房")][rng.integers(4)]
        texts.append(f"今天{who}在{where}里。")
    words = ["他", "男人", "她", "女人", "办公室", "厨房"]
    vectors = Vectors.of_texts(texts, words, dimensions=4)
    assert set(vectors.words) == set(words)
    a, b, c = vectors.units(["他", "男人", "女人"])
    assert a @ b > a @ c + 0.3


def test_near_words_are_counted_by_documents_and_windows() -> None:
    windows = Windows.of(["x y z"] * 5 + ["z x"] * 5, ["x", "y", "z"], window=1)
    near = windows._near(None)
    index = {word: k for k, word in enumerate(windows.words)}
    x, y, z = (index[word] for word in "xyz")
    assert (near[x, y], near[y, z], near[z, x], near[x, z]) == (5, 5, 5, 0)
    doubled = windows._near(np.repeat([2.0, 1.0], 5))
    assert (doubled[x, y], doubled[z, x]) == (10, 5)


def test_vectors_come_from_word2vecs_text_from_gloves_and_from_an_array(tmp_path: Path) -> None:
    (tmp_path / "w.txt").write_text("2 3\nhe 1 0 0\n她 0 1 0.5\n", encoding="utf-8")
    (tmp_path / "g.txt").write_text("he 1 0 0\n她 0 1 0.5\n", encoding="utf-8")
    np.save(tmp_path / "n.npy", np.array([[1, 0, 0], [0, 1, 0.5]]))
    (tmp_path / "n.txt").write_text("he\n她\n", encoding="utf-8")
    for name in ("w.txt", "g.txt", "n.npy"):
        vectors = Vectors.of_file(tmp_path / name)
        assert vectors.words == ("he", "她")
        assert vectors.matrix[1].tolist() == [0, 1, 0.5]
    assert Vectors.of_file(tmp_path / "w.txt", ["她"]).words == ("她",)
    (tmp_path / "bad.txt").write_text("he 1 0\nshe 1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"bad.txt: cannot be read as word vectors \(line 2 has 1 numbers"):
        Vectors.of_file(tmp_path / "bad.txt")
