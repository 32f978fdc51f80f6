"""Transformers from a folder on disk that read texts: a causal language model, a classifier. Needs torch and transformers.

Nothing is downloaded, no code of the folder is run, and all of a text is read, in windows of as many tokens as the model takes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.embeddings.model import WEIGHTS, digest_of
from dataqual.errors import MissingExtra, SpecError, did_you_mean, nearest_file

WINDOW = 512
"""Tokens of a window where neither the model nor its tokenizer says how many it reads."""
AT_ONCE = 8
"""Windows that go through the model together, of about the same length."""
DIGITS = 4
"""Significant digits of what is told: those after the sixth depend on which windows go together."""


@dataclass(frozen=True, eq=False)
class Network:
    """A model and its tokenizer, opened."""

    folder: str
    digest: str
    """sha256 of all files that make the model."""
    window: int
    tokenizer: Any
    network: Any
    torch: Any

    def windows(self, texts: Sequence[str], size: int) -> Iterator[tuple[int, list[int]]]:
        """The number of the text and the token ids of each window of at most `size` tokens, without special ones."""
        for at, text in enumerate(texts):
            ids = self.tokenizer.encode(text, add_special_tokens=False, verbose=False)
            for first in range(0, len(ids), size):
                yield at, ids[first : first + size]

    def logits(self, rows: Sequence[Sequence[int]]) -> Any:
        """What the network says of token ids, padded on the right."""
        torch = self.torch
        longest = max(map(len, rows))
        pad = self.tokenizer.pad_token_id or self.network.config.eos_token_id or 0
        ids = torch.tensor([[*row, *[pad] * (longest - len(row))] for row in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
        with torch.inference_mode():
            return self.network(input_ids=ids, attention_mask=mask).logits


def open_causal(folder: str) -> Network:
    """The causal language model in a folder; SpecError where there is none, MissingExtra without the packages."""
    return _open(folder, "AutoModelForCausalLM", _changes(folder))


def open_classifier(folder: str) -> Network:
    """The text classifier in a folder; SpecError where there is none, MissingExtra without the packages."""
    return _open(folder, "AutoModelForSequenceClassification", _changes(folder))


def negative_logs(model: Network, texts: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """For each text the negative natural logarithm of its probability, and how many tokens that is of.

    Each window begins after the model's mark of a beginning (or of an end); where it has neither, the first token of a
    window is not foreseen and not counted.
    """
    start = model.tokenizer.bos_token_id
    start = model.tokenizer.eos_token_id if start is None else start
    marks = [] if start is None else [start]
    sums, counts = np.zeros(len(texts)), np.zeros(len(texts), np.int64)
    for of, rows in _together(model.windows(texts, model.window - len(marks))):
        rows = [[*marks, *row] for row in rows]
        logs = model.torch.log_softmax(model.logits(rows).double(), -1)
        for at, row, own in zip(of, rows, logs, strict=True):
            following = model.torch.tensor(row[1:], dtype=model.torch.int64)
            sums[at] -= float(own[: len(row) - 1].gather(1, following[:, None]).sum())
            counts[at] += len(row) - 1
    return sums, counts


def continuations(
    model: Network, ids: Sequence[int], *, count: int, most: int, temperature: float, top_p: float, seed: int
) -> list[tuple[str, bool]]:
    """`count` texts sampled after token ids, and whether each came to an end within `most` tokens; the same for a seed.

    The generator of the whole process is put back afterwards. Needs a causal language model.
    """
    torch, network = model.torch, model.network
    pad = model.tokenizer.pad_token_id if model.tokenizer.pad_token_id is not None else network.config.eos_token_id
    given = torch.tensor([list(ids)])
    with _SAMPLING, torch.random.fork_rng(), torch.inference_mode():
        torch.manual_seed(seed)
        found = network.generate(
            input_ids=given, attention_mask=torch.ones_like(given), do_sample=True, temperature=temperature,
            top_p=top_p, top_k=0, num_return_sequences=count, max_new_tokens=most, pad_token_id=pad or 0,
        ).tolist()  # fmt: skip
    ends = network.generation_config.eos_token_id
    ends = set(ends) if isinstance(ends, list) else {ends}
    told = [row[len(ids) :] for row in found]
    return [(model.tokenizer.decode(row, skip_special_tokens=True), not ends.isdisjoint(row)) for row in told]


_SAMPLING = Lock()
"""torch has one generator for all threads."""


def labels(model: Network) -> list[str]:
    """What the classifier tells apart, in its order."""
    named = model.network.config.id2label
    return [str(named[i]) for i in range(len(named))]


def probabilities(model: Network, texts: Sequence[str], label: str) -> list[NDArray[np.float64]]:
    """For each text the probability of a label in each of its windows; none for a text that is empty or has no tokens.

    SpecError with the labels there are. A model for several labels at once says each on its own (sigmoid), any other
    one of all (softmax).
    """
    known = labels(model)
    if label not in known:
        raise SpecError(f"label: {model.folder} has no {label!r}; {did_you_mean(label, known)}")
    several = model.network.config.problem_type == "multi_label_classification" or len(known) == 1
    found: list[list[float]] = [[] for _ in texts]
    told = [(at, text) for at, text in enumerate(texts) if text and not text.isspace()]
    for of, rows in _together(_marked(model, told)):
        logits = model.logits(rows).double()
        chances = logits.sigmoid() if several else logits.softmax(-1)
        for at, chance in zip(of, chances[:, known.index(label)].tolist(), strict=True):
            found[at].append(chance)
    return [np.array(own) for own in found]


def _marked(model: Network, texts: Sequence[tuple[int, str]]) -> Iterator[tuple[int, list[int]]]:
    """The windows of numbered texts with the special tokens that the model was trained with."""
    for at, text in texts:
        taken = model.tokenizer(
            text, truncation=True, max_length=model.window, return_overflowing_tokens=True, stride=0
        )
        yield from ((at, ids) for ids in taken["input_ids"] if ids)


def rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """To `DIGITS` significant digits.

    >>> rounded(np.array([0.0, 0.123456, 98766.0])).tolist()
    [0.0, 0.1235, 98770.0]
    """
    return np.array([round(v, DIGITS - 1 - math.floor(math.log10(v))) if v > 0 else 0.0 for v in values.tolist()])


def _changes(folder: str) -> tuple[tuple[str, int, int], ...]:
    """The files of a model with their sizes and times, by which a changed one is opened anew."""
    if not Path(folder).is_dir():
        near = nearest_file(folder)
        raise SpecError(f"model: {folder}: there is no such folder; give one on this disk, nothing is downloaded{near}")
    places = sorted({place for pattern in WEIGHTS for place in Path(folder).glob(pattern)})
    return tuple((place.name, place.stat().st_size, place.stat().st_mtime_ns) for place in places)


@lru_cache(maxsize=2)
def _open(folder: str, kind: str, changes: tuple[tuple[str, int, int], ...]) -> Network:
    try:
        import torch
        import transformers
        from transformers.utils import logging
    except ImportError as error:
        raise MissingExtra(error.name or "transformers", "weights") from None
    if not (Path(folder) / "config.json").is_file():
        raise SpecError(
            f"model: {folder}: holds no model; expected a folder that transformers saved, with its tokenizer"
        )
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # it would draw over our own
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
        network, loading = getattr(transformers, kind).from_pretrained(
            folder, local_files_only=True, dtype=torch.float32, output_loading_info=True
        )
    except (OSError, ValueError, KeyError) as error:
        why = str(error).strip().splitlines()[0][:120]
        raise SpecError(f"model: {folder}: cannot be opened ({why})") from None
    if loading["missing_keys"]:
        some = sorted(loading["missing_keys"])[0]
        raise SpecError(f"model: {folder}: is no {kind.removeprefix('AutoModelFor')} model, its weights have no {some}")
    if not tokenizer.is_fast:
        raise SpecError(f"model: {folder}: has no tokenizer.json, which is needed to read long texts in windows")
    network.train(False)
    positions = getattr(network.config, "max_position_embeddings", None)
    known = [int(number) for number in (tokenizer.model_max_length, positions) if number and number < 1 << 20]
    return Network(folder, digest_of(Path(folder)), min(known, default=WINDOW), tokenizer, network, torch)


def _together(windows: Iterator[tuple[int, list[int]]]) -> Iterator[tuple[list[int], list[list[int]]]]:
    """Windows by `AT_ONCE`, the shortest first, with the numbers of their texts."""
    every = sorted(windows, key=lambda one: len(one[1]))
    for first in range(0, len(every), AT_ONCE):
        some = every[first : first + AT_ONCE]
        yield [at for at, _ in some], [row for _, row in some]
