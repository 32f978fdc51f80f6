"""A transformer with mean pooling, as sentence-transformers saves it: the one file that loads torch and transformers here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.embeddings.model import Model, digest_of, unit
from dataqual.errors import InputError, MissingExtra, SpecError

WINDOW = 512
"""Tokens of a window where the model does not say how many it reads; what BERT and its kin were trained on."""

AT_ONCE = 32
"""Windows that go through the model together, of about the same length."""

SILENT = ("Transformer", "Pooling", "Normalize")
"""The modules of sentence-transformers that are followed; any other, such as Dense, would change the vectors."""


@dataclass(frozen=True, eq=False)
class Transformer(Model):
    """The mean of the last layer over all tokens. A text longer than the model's window is read in windows, all of it."""

    kind: ClassVar[str] = "transformer"
    window: int
    _tokenizer: Any
    _network: Any
    _torch: Any

    @classmethod
    def open(cls, folder: Path) -> Transformer:
        """The model in a folder; nothing is downloaded and no code of the folder is run.

        InputError where the folder holds none, SpecError where it pools otherwise, MissingExtra without the packages.
        """
        try:
            import torch
            from transformers import AutoModel, AutoTokenizer
            from transformers.utils import logging
        except ImportError as error:
            raise MissingExtra(error.name or "transformers", "semantic") from None
        _check_modules(folder)
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # for a second of work it would draw over our own
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, use_fast=True)
            network = AutoModel.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
        except (OSError, ValueError, KeyError) as error:
            raise InputError(
                f"--model: {folder}: cannot be opened ({str(error).strip().splitlines()[0][:120]})"
            ) from None
        if not tokenizer.is_fast:
            raise InputError(f"--model: {folder}: has no tokenizer.json, which is needed to read long texts in windows")
        network.train(False)
        window = _window(folder, tokenizer, network)
        return cls(str(folder), digest_of(folder), int(network.config.hidden_size), window, tokenizer, network, torch)

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        sums = np.zeros((len(texts), self.dimensions), np.float64)
        counts = np.zeros(len(texts), np.int64)
        if len(texts):
            windows = self._tokenizer(
                list(texts), truncation=True, max_length=self.window, return_overflowing_tokens=True, stride=0
            )
            ids, of = windows["input_ids"], np.array(windows["overflow_to_sample_mapping"], np.int64)
            order = np.argsort([len(one) for one in ids], kind="stable")
            for first in range(0, len(order), AT_ONCE):
                rows = order[first : first + AT_ONCE]
                states, lengths = self._summed([ids[row] for row in rows.tolist()])
                np.add.at(sums, of[rows], states)
                np.add.at(counts, of[rows], lengths)
        worded = np.array([not text.isspace() and text != "" for text in texts], bool)
        return unit((sums / np.maximum(counts, 1)[:, None] * worded[:, None]).astype(np.float32))

    def _summed(self, ids: Sequence[Sequence[int]]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The last layer summed over the tokens of each window, and how many those are."""
        lengths = np.array([len(one) for one in ids], np.int64)
        padded = np.full((len(ids), int(lengths.max())), self._tokenizer.pad_token_id or 0, np.int64)
        for row, one in zip(padded, ids, strict=True):
            row[: len(one)] = one
        mask = np.arange(padded.shape[1])[None] < lengths[:, None]
        with self._torch.inference_mode():
            given = {
                "input_ids": self._torch.from_numpy(padded),
                "attention_mask": self._torch.from_numpy(mask.astype(np.int64)),
            }
            states = self._network(**given).last_hidden_state
            return (states * self._torch.from_numpy(mask)[:, :, None]).sum(1).double().numpy(), lengths


def _window(folder: Path, tokenizer: Any, network: Any) -> int:
    """How many tokens the model reads at once, the least of all that says so."""
    said = _json(folder / "sentence_bert_config.json").get("max_seq_length")
    positions = getattr(network.config, "max_position_embeddings", None)
    known = [int(number) for number in (said, tokenizer.model_max_length, positions) if number and number < 1 << 20]
    return min(known, default=WINDOW)


def _check_modules(folder: Path) -> None:
    """SpecError where sentence-transformers would do more, or otherwise, than take the mean."""
    modules = _json(folder / "modules.json")
    for module in modules if isinstance(modules, list) else ():
        name = str(module.get("type", "")).rpartition(".")[2]
        if name not in SILENT:
            raise SpecError(
                f"--model: {folder}: has a module {name}, and only mean pooling of a transformer is known here"
            )
    pooling = _json(folder / "1_Pooling" / "config.json")
    other = sorted(name for name, on in pooling.items() if name.startswith("pooling_mode_") and on is True)
    if other not in ([], ["pooling_mode_mean_tokens"]):
        raise SpecError(f"--model: {folder}: pools by {', '.join(other)}, and only mean pooling is known here")


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
