"""Tiny models in folders, made anew: a static one whose vectors are chosen, and a transformer with random weights."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

UNKNOWN = "[UNK]"


def tokenizer(words: Sequence[str]) -> Tokenizer:
    """Words between blanks and marks, a Han character being one; anything else is unknown."""
    made = Tokenizer(WordLevel({word: at for at, word in enumerate([UNKNOWN, *words])}, unk_token=UNKNOWN))
    made.normalizer, made.pre_tokenizer = BertNormalizer(), BertPreTokenizer()
    return made


def write_safetensors(path: Path, arrays: Mapping[str, NDArray[np.generic]]) -> None:
    """As https://huggingface.co/docs/safetensors describes the format."""
    head, body = {}, b""
    for name, array in arrays.items():
        kind = {"float32": "F32", "float16": "F16", "int64": "I64"}[array.dtype.name]
        data = array.tobytes()
        head[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    said = json.dumps(head).encode()
    path.write_bytes(len(said).to_bytes(8, "little") + said + body)


def static(folder: Path, vectors: Mapping[str, Sequence[float]], **more: NDArray[np.generic]) -> Path:
    """A static model in which each word has this vector."""
    folder.mkdir()
    tokenizer(list(vectors)).save(str(folder / "tokenizer.json"))
    table = np.array(
        [[9.0] * len(next(iter(vectors.values()))), *vectors.values()], np.float32
    )  # 9: for what is unknown
    write_safetensors(folder / "model.safetensors", {"embeddings": table, **more})
    (folder / "config.json").write_text('{"model_type": "model2vec"}')
    return folder


def transformer(folder: Path, words: Sequence[str], *, window: int = 12) -> Path:
    """A BERT of one layer, saved as sentence-transformers does."""
    import torch
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder.mkdir()
    made = tokenizer([*words, "[PAD]"])
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=made, unk_token=UNKNOWN, pad_token="[PAD]", model_max_length=window
    )
    wrapped.save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words) + 2, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=64,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    modules = [{"type": f"sentence_transformers.models.{name}"} for name in ("Transformer", "Pooling", "Normalize")]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_mean_tokens": True}))
    return folder
