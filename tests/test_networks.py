"""Signals by networks from disk: against the same sums done directly, long texts, and what is refused."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pytest

from dataqual.errors import MissingExtra, SpecError
from dataqual.recipe import Recipe
from dataqual.signals.classifier import Classifier
from dataqual.signals.lm_perplexity import LmPerplexity
from tests.embeddings.models import tokenizer

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

WORDS = ["the", "cat", "sat", "on", "a", "mat", "我", "们", "开", "会", "<s>", "<pad>"]
TEXTS = ["the cat sat on a mat", "我们开会", "cat", "the cat sat on a mat 我们 the mat sat", "unknown words", ""]
WINDOW = 8


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    made = []
    for kind in ("lm", "classifier"):
        folder = tmp_path_factory.mktemp(kind)
        transformers.PreTrainedTokenizerFast(
            tokenizer_object=tokenizer(WORDS),
            unk_token="[UNK]",
            bos_token="<s>",
            pad_token="<pad>",
            model_max_length=WINDOW,
        ).save_pretrained(folder)
        torch.manual_seed(0)
        config = transformers.GPT2Config(
            vocab_size=len(WORDS) + 1, n_positions=WINDOW, n_embd=16, n_layer=1, n_head=2, bos_token_id=11,
            eos_token_id=11, pad_token_id=12, initializer_range=0.5, id2label={0: "fine", 1: "toxic", 2: "other"},
            label2id={"fine": 0, "toxic": 1, "other": 2},
        )  # fmt: skip
        of = transformers.GPT2LMHeadModel if kind == "lm" else transformers.GPT2ForSequenceClassification
        of(config).save_pretrained(folder)
        made.append(str(folder))
    return made[0], made[1]


def ids_of(text: str) -> list[int]:
    return tokenizer(WORDS).encode(text, add_special_tokens=False).ids


def test_perplexity_is_the_mean_loss_of_each_token_alone(folders: tuple[str, str]) -> None:
    network = transformers.GPT2LMHeadModel.from_pretrained(folders[0]).eval()
    expected, per_byte = [], []
    for text in TEXTS:
        ids, total = ids_of(text), 0.0
        for first in range(0, len(ids), WINDOW - 1):
            row = [11, *ids[first : first + WINDOW - 1]]
            for k in range(1, len(row)):
                with torch.no_grad():
                    logits = network(torch.tensor([row[:k]])).logits[0, -1].double()
                total -= float(torch.log_softmax(logits, -1)[row[k]])
        expected.append(math.exp(total / len(ids)) if ids else 0)
        per_byte.append(math.exp(total / len(text.encode())) if ids else 0)
    assert LmPerplexity(folders[0])(TEXTS).tolist() == pytest.approx(expected, rel=1e-3)
    assert LmPerplexity(folders[0], per="byte")(TEXTS).tolist() == pytest.approx(per_byte, rel=1e-3)
    assert max(len(ids_of(text)) for text in TEXTS) > WINDOW


def test_a_label_has_the_probability_of_its_most_probable_window(folders: tuple[str, str]) -> None:
    network = transformers.GPT2ForSequenceClassification.from_pretrained(folders[1]).eval()
    for how, of in (("max", max), ("mean", np.mean)):
        expected = []
        for text in TEXTS:
            ids = ids_of(text)
            rows = [ids[first : first + WINDOW] for first in range(0, len(ids), WINDOW)]
            with torch.no_grad():
                chances = [float(network(torch.tensor([row])).logits.softmax(-1)[0, 1]) for row in rows]
            expected.append(float(of(chances)) if chances else 0.0)
        found = Classifier(folders[1], "toxic", how)(TEXTS)  # type: ignore[arg-type]
        assert found.tolist() == pytest.approx(expected, rel=1e-3)


def test_each_document_is_measured_on_its_own_and_none_fails(folders: tuple[str, str]) -> None:
    strange = [*TEXTS, "\0", " \n", "👍", "会" * 100]
    for signal in (LmPerplexity(folders[0]), Classifier(folders[1], "toxic")):
        assert signal(strange).tolist() == [signal([document]).item() for document in strange]
        assert np.isfinite(signal(strange)).all()
        assert signal([]).shape == (0,)


def test_a_recipe_keeps_by_them_and_knows_the_model(folders: tuple[str, str]) -> None:
    keep = {"signal": "classifier", "with": {"model": folders[1], "label": "toxic"}, "max": 1}
    recipe = Recipe.of([{"keep": keep}])
    assert recipe.on(["the cat"]) == ["the cat"]
    assert recipe.steps[0].rests_on


def test_what_cannot_be_is_one_line(folders: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SpecError, match="did you mean 'toxic'\\? there are: fine, other, toxic"):
        Classifier(folders[1], "toxik")
    with pytest.raises(SpecError, match="there is no such folder; give one on this disk, nothing is downloaded"):
        LmPerplexity("gpt2")
    with pytest.raises(SpecError, match="holds no model"):
        LmPerplexity(str(tmp_path))
    with pytest.raises(SpecError, match="is no SequenceClassification model, its weights have no score"):
        Classifier(folders[0], "toxic")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(SpecError, match="cannot be opened"):
        LmPerplexity(str(tmp_path))
    monkeypatch.setitem(sys.modules, "transformers", None)
    (tmp_path / "config.json").write_text('{"a": 1}')
    with pytest.raises(
        MissingExtra,
        match=r"transformers is not installed; it comes with: pip install '\.\[weights\]' -c constraints\.txt",
    ):
        LmPerplexity(str(tmp_path))
