"""A model of word n-grams: against Kneser–Ney in plain Python, saved, asked in a recipe, and what it refuses."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from dataqual.cli import main
from dataqual.errors import InputError, SpecError
from dataqual.ngram_model import NgramModel
from dataqual.recipe import Recipe
from dataqual.signals.perplexity import Perplexity
from dataqual.text import Text
from dataqual.training import train_ngram

ENGLISH = ["The cat sat on the mat", "the cat ran", "a dog ran on the mat", "dogs ran", "the", ""]
CHINESE = ["我们在北京开会", "我们在上海开会。", "他们去北京", "会议在上海，结论写在附件里"]
MANY = [f"第{i % 7}次会议讨论了预算。 The minutes of meeting {i % 9} are attached to mail {i}" for i in range(80)]

Gram = tuple[str, ...]


class Plain:
    """Interpolated modified Kneser–Ney word for word (Chen and Goodman 1999), over dictionaries."""

    def __init__(self, documents: list[list[str]], order: int) -> None:
        self.order = order
        self.vocabulary = sorted({word for words in documents for word in words})
        padded = [["<s>"] * (order - 1) + words for words in documents]
        self.counts: dict[int, dict[Gram, int]] = {n: defaultdict(int) for n in range(1, order + 1)}
        for words in padded:
            for i in range(order - 1, len(words)):
                self.counts[order][tuple(words[i - order + 1 : i + 1])] += 1
        for n in range(order - 1, 0, -1):
            for gram in self.counts[n + 1]:
                self.counts[n][gram[1:]] += 1
        self.discounts = {n: self._discounts(list(counts.values())) for n, counts in self.counts.items()}

    def _discounts(self, counts: list[int]) -> list[float]:
        n = [counts.count(c) for c in range(5)]
        if 0 in n[1:]:
            return [0, 0.5, 1.0, 1.5]
        y = n[1] / (n[1] + 2 * n[2])
        told = [c - (c + 1) * y * n[c + 1] / n[c] for c in (1, 2, 3)]
        fits = all(0 < d <= c for c, d in enumerate(told, 1))
        return [0.0, *told] if fits else [0, 0.5, 1.0, 1.5]

    def probability(self, word: str, context: Gram) -> float:
        n = len(context) + 1
        below = self.probability(word, context[1:]) if context else 1 / (len(self.vocabulary) + 1)
        follow = {gram: c for gram, c in self.counts[n].items() if gram[:-1] == context}
        if not follow:
            return below
        total = sum(follow.values())
        mine = follow.get((*context, word), 0)
        taken = self.discounts[n]
        return (mine - taken[min(mine, 3)]) / total + sum(taken[min(c, 3)] for c in follow.values()) / total * below

    def logs(self, words: list[str]) -> list[float]:
        padded = ["<s>"] * (self.order - 1) + words
        return [
            math.log(self.probability(padded[i], tuple(padded[i - self.order + 1 : i])))
            for i in range(self.order - 1, len(padded))
        ]


def words_of(document: str) -> list[str]:
    return [word.lower() for word in Text.of([document]).cut("unicode").strings(0)]


@pytest.mark.parametrize("order", [2, 3, 5])
@pytest.mark.parametrize("corpus", [ENGLISH, CHINESE, MANY], ids=["English", "Chinese", "many"])
def test_probabilities_are_those_of_kneser_ney_in_plain_python(corpus: list[str], order: int) -> None:
    model = NgramModel.fit(Text.of(corpus), order=order)
    plain = Plain([words_of(document) for document in corpus], order)
    assert model.words == len(plain.vocabulary)
    asked = [*corpus[:6], "cat the ran mat zebra quokka", "北京去我们会议龘", "会"]
    expected = [value for document in asked for value in plain.logs(words_of(document))]
    assert model.log_probabilities(Text.of(asked)).tolist() == pytest.approx(expected, rel=1e-5)


def test_discounts_are_estimated_where_there_is_enough_to_count() -> None:
    random = np.random.default_rng(1)
    corpus = [" ".join(f"w{int(r)}" for r in random.zipf(1.5, 30) % 50) for _ in range(40)]
    plain = Plain([words_of(document) for document in corpus], 3)
    assert plain.discounts[3] != [0, 0.5, 1.0, 1.5]
    model = NgramModel.fit(Text.of(corpus))
    assert model.log_probabilities(Text.of(corpus[:2])).tolist() == pytest.approx(
        [value for document in corpus[:2] for value in plain.logs(words_of(document))], rel=1e-5
    )


@pytest.mark.parametrize("most", [3, 8, 1000])
def test_probabilities_sum_to_one_after_any_context_pruned_or_not(most: int) -> None:
    model = NgramModel.fit(Text.of(MANY), order=3, most=most)
    assert len(model.keys) <= 3 * most
    vocabulary = sorted({word for document in MANY for word in words_of(document)})
    for context in ("", "The minutes", "次会", "never seen"):
        text = Text.of([f"{context} {word}" for word in [*vocabulary, "unheardof"]])
        last = text.cut("unicode").offsets[1:] - 1
        chances = np.exp(model.log_probabilities(text)[last])
        assert chances.sum() == pytest.approx(1, abs=1e-5)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ngram") / "n.npz"
    train_ngram(MANY, path)
    return path


def test_what_is_like_the_reference_is_less_perplexing_in_both_languages(model: Path) -> None:
    alike, other = Perplexity(str(model)), ["点击领取限时红包优惠", "cheap pills prize winner now"]
    near = alike(["第3次会议讨论了预算。", "the minutes of meeting 4 are attached"])
    assert near.max() < alike(other).min()
    strange = alike(["", " \n", "!!! 👍", "龘" * 5000, "\0", "a\0b"])
    assert np.isfinite(strange).all()
    assert strange[:3].tolist() == [0, 0, 0]


def test_a_document_is_measured_alone(model: Path) -> None:
    signal = Perplexity(str(model))
    assert signal(MANY[:9]).tolist() == [signal([document]).item() for document in MANY[:9]]


def test_the_same_documents_give_the_same_bytes_and_the_figures_are_of_the_held_out_part(tmp_path: Path) -> None:
    told = [train_ngram(MANY, tmp_path / name, order=4) for name in ("a.npz", "b.npz")]
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert told[0].documents + told[0].held_out == len(MANY)
    low, high = told[0].perplexity_interval
    assert 1 < low < told[0].perplexity < high
    from dataqual.training import _held_out

    held = [document for document, out in zip(MANY, _held_out(Text.of(MANY)), strict=True) if out]
    logs = NgramModel.load(tmp_path / "a.npz").log_probabilities(Text.of(held))
    assert (told[0].held_out, told[0].held_out_words) == (len(held), len(logs))
    assert told[0].perplexity == pytest.approx(math.exp(-logs.mean()))


def test_a_recipe_keeps_by_it_and_a_run_does_not_go_on_with_another_model(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "n.npz"
    path.write_bytes(model.read_bytes())
    keep = {"keep": {"signal": "perplexity", "with": {"model": str(path)}, "max": 20}}
    assert Recipe.of([keep]).on([MANY[0], "cheap pills now"]) == [MANY[0], None]
    before = Recipe.of([keep]).steps[0].rests_on
    train_ngram(ENGLISH * 10, path)
    assert Recipe.of([keep]).steps[0].rests_on != before


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 broken"])
def test_what_is_no_model_is_one_line(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "n.npz"
    path.write_bytes(content)
    with pytest.raises(SpecError, match="no model of n-grams; dataqual train-ngram makes one"):
        Perplexity(str(path))
    with pytest.raises(SpecError, match="no such file or folder"):
        Perplexity(str(tmp_path / "none.npz"))


def test_a_model_of_another_version_or_damaged_is_refused(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "n.npz"
    with np.load(model) as content:
        arrays = dict(content)
    np.savez(path, **arrays | {"format": np.array("dataqual.ngram/9")})
    with pytest.raises(InputError, match=r"this version reads 'dataqual\.ngram/1'"):
        NgramModel.load(path)
    for spoilt in ({"left": arrays["left"] * np.nan}, {"keys": arrays["keys"][::-1]}, {"order": np.array(90)}):
        np.savez(path, **arrays | spoilt)
        with pytest.raises(InputError, match="its numbers are damaged; train it again"):
            NgramModel.load(path)


def test_too_few_documents_are_no_reference(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="3 documents of 9 words are too few to learn from; give 20 or more"):
        train_ngram(["the cat sat"] * 3, tmp_path / "n.npz")
    with pytest.raises(SpecError, match="the order is from 2 to 5"):
        train_ngram(MANY, tmp_path / "n.npz", order=1)
    assert not list(tmp_path.iterdir())


def test_the_command_says_how_well_it_foresees_others(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in MANY)
    (tmp_path / "good.jsonl").write_text(lines, encoding="utf-8")
    asked = ["train-ngram", str(tmp_path / "good.jsonl"), "-o", str(tmp_path / "n.npz")]
    done = CliRunner().invoke(main, asked)
    assert done.exit_code == 0, done.output
    assert "perplexity" in done.stdout
    facts = json.loads(CliRunner().invoke(main, [*asked, "--json"]).stdout)
    assert facts["documents"] + facts["held_out"] == 80
