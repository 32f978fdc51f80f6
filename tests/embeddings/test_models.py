"""Vectors are the means that they are said to be; what is no such model is refused in one line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from dataqual.embeddings import open_model
from dataqual.errors import InputError, SpecError
from tests.embeddings.models import static, transformer, write_safetensors

TWO = {"cat": [1.0, 0.0], "dog": [0.0, 1.0], "猫": [1.0, 0.0], "狗": [0.0, 1.0]}


def test_a_static_vector_is_the_mean_of_the_tokens_that_are_known(tmp_path: Path) -> None:
    model = open_model(static(tmp_path / "m", TWO))
    vectors = model(["cat cat dog", "Dog! unknown", "猫狗", "nothing", "", "cat " * 50_000])
    root5, half = np.sqrt(5), np.sqrt(0.5)
    expected = [[2 / root5, 1 / root5], [0, 1], [half, half], [0, 0], [0, 0], [1, 0]]
    assert np.allclose(vectors, expected, atol=1e-6)
    assert (model.kind, model.dimensions, model([]).shape) == ("static", 2, (0, 2))


def test_weights_and_a_mapping_of_tokens_are_followed_as_model2vec_has_them(tmp_path: Path) -> None:
    weighted = static(tmp_path / "w", TWO, weights=np.array([1, 3, 1, 1, 1], np.float32))
    assert np.allclose(open_model(weighted)(["cat dog"]), [[3 / np.sqrt(10), 1 / np.sqrt(10)]])
    mapped = static(tmp_path / "m", TWO, mapping=np.array([0, 2, 1, 1, 2]))
    assert np.allclose(open_model(mapped)(["cat", "dog", "猫"]), [[0, 1], [1, 0], [1, 0]])


def test_half_precision_is_read(tmp_path: Path) -> None:
    folder = static(tmp_path / "m", TWO)
    write_safetensors(
        folder / "model.safetensors",
        {"embedding.weight": np.array([[9, 9], [3, 4], [0, 1], [1, 0], [0, 1]], np.float16)},
    )
    assert np.allclose(open_model(folder)(["cat"]), [[0.6, 0.8]])


def test_another_set_of_weights_has_another_digest_and_a_note_beside_them_none(tmp_path: Path) -> None:
    first = open_model(static(tmp_path / "a", TWO)).digest
    (tmp_path / "a" / "README.md").write_text("a note")
    assert open_model(tmp_path / "a").digest == first
    other = static(tmp_path / "b", TWO | {"cat": [1.0, 0.1]})
    assert open_model(other).digest != first


def test_a_transformer_is_pooled_over_all_tokens_of_all_windows(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from transformers import AutoModel, AutoTokenizer

    words = [f"w{i}" for i in range(40)] + list("清晨的港口很安静")
    folder = transformer(tmp_path / "m", words)
    model = open_model(folder)
    texts = ["w1 w2 w3", " ".join(f"w{i}" for i in range(30)), "", "清晨的港口", "w5"]
    network, tokens = AutoModel.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)

    def expected(text: str) -> list[float]:
        ids = tokens(text, add_special_tokens=True)["input_ids"]
        parts = [network(torch.tensor([ids[at : at + 12]])).last_hidden_state[0] for at in range(0, len(ids), 12)]
        mean = torch.cat(parts).mean(0)
        return (mean / mean.norm()).tolist()

    with torch.inference_mode():
        wanted = [expected(text) if text else [0.0] * 16 for text in texts]
    assert np.allclose(model(texts), wanted, atol=1e-5)
    assert (model.kind, model.dimensions) == ("transformer", 16)


def test_what_is_no_model_that_can_be_followed_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such folder; give one on this disk, nothing is downloaded"):
        open_model("sentence-transformers/all-MiniLM-L6-v2")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no model; expected a folder with a transformer"):
        open_model(tmp_path / "empty")
    folder = static(tmp_path / "short", TWO)
    write_safetensors(folder / "model.safetensors", {"embeddings": np.ones((2, 2), np.float32)})
    with pytest.raises(InputError, match="the tokenizer knows 5 tokens, and there are vectors for 2"):
        open_model(folder)
    (folder / "model.safetensors").write_bytes(b"no such file")
    with pytest.raises(InputError, match=r"is no \.safetensors file"):
        open_model(folder)


@pytest.mark.parametrize(
    ("where", "said", "why"),
    [
        ("modules.json", [{"type": "sentence_transformers.models.Dense"}], "has a module Dense, and only mean pooling"),
        (
            "1_Pooling/config.json",
            {"pooling_mode_cls_token": True},
            "pools by pooling_mode_cls_token, and only mean pooling",
        ),
    ],
)
def test_a_model_that_does_more_than_take_the_mean_is_refused(
    tmp_path: Path, where: str, said: object, why: str
) -> None:
    pytest.importorskip("transformers")
    folder = transformer(tmp_path / "m", ["a"])
    (folder / where).write_text(json.dumps(said))
    with pytest.raises(SpecError, match=why):
        open_model(folder)
