"""A small convolutional network that tells pictures apart, in torch on one thread: same pictures and seed, same weights.

Its weights are plain arrays, so that they are saved, hashed and read without torch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import MissingExtra

Weights = Mapping[str, NDArray[np.float32]]

WIDTHS = (16, 32, 64, 64, 96)
"""Channels after each layer: few, so that a thousand digits take seconds on one core."""
LAST = 8
"""Layers halve the picture until its side is no longer than this."""
BATCH = 32
"""Pictures of a step of training: with 200 to 1,000 digits half as many steps of 64 were a point worse."""
AT_ONCE = 256
"""Pictures that go through together, always as many (the last ones with blank ones), so that no number depends on how many
there are."""
RATE = 5e-3
"""Highest step of AdamW; it rises over the first fifth and falls to nothing (one cycle, Smith 2018)."""
DECAY = 1e-2
"""Weight decay, as torch's AdamW has it."""

_TRAINING = Lock()
"""torch has one number of threads for the whole process."""


def first_weights(side: int, channels: int, width: int, classes: int, seed: int) -> dict[str, NDArray[np.float32]]:
    """Untrained weights for pictures `side` x `side` (He et al. 2015), drawn by numpy: the same on every machine."""
    random = np.random.Generator(np.random.Philox(seed))

    def normal(*shape: int) -> NDArray[np.float32]:
        fan = int(np.prod(shape[1:]))
        return (random.standard_normal(shape) * np.sqrt(2 / fan)).astype(np.float32)

    found: dict[str, NDArray[np.float32]] = {}
    before, high = channels, side
    for at, after in enumerate(WIDTHS[: layers(side)]):
        kernel = 5 if at == 0 else 3
        found[f"conv{at}.weight"] = normal(after, before, kernel, kernel)
        found[f"conv{at}.bias"] = np.zeros(after, np.float32)
        before, high = after, -(-high // _stride(at))
    found["features.weight"] = normal(width, before * high * high)
    found["features.bias"] = np.zeros(width, np.float32)
    found["classes.weight"] = normal(classes, width)
    found["classes.bias"] = np.zeros(classes, np.float32)
    return found


def layers(side: int) -> int:
    """How many layers pictures of this side take: two that halve and one that does not, and more for larger ones."""
    halvings = max(1, int(np.ceil(np.log2(side / LAST))))
    return min(len(WIDTHS), halvings + 1)


def trained(
    pictures: NDArray[np.float32],
    targets: NDArray[Any],
    weights: Weights,
    parts: Sequence[NDArray[np.int64]],
    *,
    steps: Sequence[int],
    seed: int,
    shift: int,
    threads: int = 1,
) -> list[dict[str, NDArray[np.float32]]]:
    """For each part, rows of pictures (n, channels, side, side), the weights after its number of steps of AdamW from `weights`.

    `targets` are codes (n,), or float32 (n, classes) that add up to 1. Each picture is moved by up to `shift` pixels each time.
    `threads` parts learn at once, each on one thread: the weights are the same however many do.
    """
    torch = opened()

    def learnt(rows: NDArray[np.int64], own: int) -> dict[str, NDArray[np.float32]]:
        return _learnt(torch, pictures, targets, weights, rows, steps=own, seed=seed, shift=shift)

    with one_thread(torch):
        if min(threads, len(parts)) < 2:
            return [learnt(*one) for one in zip(parts, steps, strict=True)]
        with ThreadPoolExecutor(min(threads, len(parts)), initializer=torch.set_num_threads, initargs=(1,)) as pool:
            return list(pool.map(learnt, parts, steps))


def _learnt(
    torch: Any,
    pictures: NDArray[np.float32],
    targets: NDArray[Any],
    weights: Weights,
    rows: NDArray[np.int64],
    *,
    steps: int,
    seed: int,
    shift: int,
) -> dict[str, NDArray[np.float32]]:
    random = np.random.Generator(np.random.Philox([seed, 1]))
    tensors = {name: torch.from_numpy(value.copy()).requires_grad_() for name, value in weights.items()}
    optimiser = torch.optim.AdamW(list(tensors.values()), lr=RATE, weight_decay=DECAY)
    for step, some in enumerate(_batches(random, len(rows), steps)):
        for group in optimiser.param_groups:
            group["lr"] = RATE * _cycle(step / steps)
        inputs = torch.from_numpy(_moved(pictures[rows[some]], shift, random))
        _, logits = _through(torch, tensors, inputs)
        loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(targets[rows[some]]))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return {name: value.detach().numpy().copy() for name, value in tensors.items()}


def outputs(pictures: NDArray[np.float32], weights: Weights) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The features (n, width) and the logits (n, classes) of pictures (n, channels, side, side)."""
    torch = opened()
    n = len(pictures)
    features = np.empty((n, len(weights["features.bias"])), np.float32)
    logits = np.empty((n, len(weights["classes.bias"])), np.float32)
    tensors = {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in weights.items()}
    with one_thread(torch), torch.inference_mode():
        for first in range(0, n, AT_ONCE):
            some = pictures[first : first + AT_ONCE]
            full = np.zeros((AT_ONCE, *some.shape[1:]), np.float32)
            full[: len(some)] = some
            told = _through(torch, tensors, torch.from_numpy(full))
            features[first : first + len(some)] = told[0][: len(some)].numpy()
            logits[first : first + len(some)] = told[1][: len(some)].numpy()
    return features, logits


def opened() -> Any:
    """torch; MissingExtra where it is not installed."""
    try:
        import torch
    except ImportError:
        raise MissingExtra("torch", "images") from None
    return torch


@contextmanager
def one_thread(torch: Any) -> Iterator[None]:
    """Sums of gradients depend on how many threads there are: one, and as many as before afterwards."""
    with _TRAINING:
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(threads)


def _through(torch: Any, tensors: Mapping[str, Any], pictures: Any) -> tuple[Any, Any]:
    nn = torch.nn.functional
    at = 0
    x = pictures - 0.5
    while f"conv{at}.weight" in tensors:
        kernel = tensors[f"conv{at}.weight"]
        x = nn.relu(nn.conv2d(x, kernel, tensors[f"conv{at}.bias"], stride=_stride(at), padding=kernel.shape[2] // 2))
        at += 1
    features = nn.relu(nn.linear(x.flatten(1), tensors["features.weight"], tensors["features.bias"]))
    return features, nn.linear(features, tensors["classes.weight"], tensors["classes.bias"])


def _stride(layer: int) -> int:
    return 1 if layer == 1 else 2


def _batches(random: np.random.Generator, n: int, steps: int) -> Iterator[NDArray[np.int64]]:
    """The rows of each step: all of them in a new order, again and again."""
    size = min(BATCH, n)
    order: NDArray[np.int64] = np.zeros(0, np.int64)
    for _ in range(steps):
        while len(order) < size:
            order = np.concatenate([order, random.permutation(n)])
        yield order[:size]
        order = order[size:]


def _cycle(done: float) -> float:
    return min(done / 0.2 + 0.05, 1.0) if done < 0.2 else (1 - done) / 0.8


def _moved(pictures: NDArray[np.float32], shift: int, random: np.random.Generator) -> NDArray[np.float32]:
    """Each picture moved by up to `shift` pixels, its border repeated."""
    if not shift:
        return pictures
    padded = np.pad(pictures, ((0, 0), (0, 0), (shift, shift), (shift, shift)), mode="edge")
    side = pictures.shape[-1]
    places = random.integers(0, 2 * shift + 1, (len(pictures), 2))
    return np.stack([one[:, y : y + side, x : x + side] for one, (y, x) in zip(padded, places.tolist(), strict=True)])
