"""`Features`: pictures as vectors, by a small network trained on them, or by their principal components without torch."""

from __future__ import annotations

import hashlib
import io
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import InputError
from dataqual.images import network
from dataqual.images.squares import channels_of, squares, stacks

DIMENSIONS = 64
LARGEST, SMALLEST = 64, 8
"""Sides of the squares that pictures are made to: what digits and 32 x 32 photographs need, and a small network can see."""
EPOCHS, FEWEST, MOST = 15, 300, 6000
"""How often each picture is seen, and the fewest and most steps of training: 1,000 digits are learnt in 5 s of one core."""
OFTEN = 60
"""How often each of a few dozen pictures is seen at most: they are learnt by then."""
SHIFT = 2
"""Pixels by which pictures are moved while they are learnt from; no label of digits, letters or things is another for it."""
SAMPLE = 4096
"""Pictures from which principal components are made: 64 directions need no more."""


@dataclass(frozen=True, eq=False)
class Features(ABC):
    """What makes a vector of a picture. `side` and `channels` are those of the squares that pictures are made to first."""

    kind: ClassVar[str]

    weights: Mapping[str, NDArray[np.float32]]
    side: int
    channels: int

    @abstractmethod
    def of(self, images: Any) -> NDArray[np.float32]:
        """The vector of each picture, (n, dimensions): each on its own. `images` as `squares` takes them."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self.weights["features.bias"].shape[0])

    @property
    def name(self) -> str:
        """The kind, the size it sees, and the beginning of the digest, such as `classifier-28x28x1-64:3f5a09c2`.

        Numbers made with features of different names must not be compared.
        """
        return f"{self.kind}-{self.side}x{self.side}x{self.channels}-{self.dimensions}:{self.digest[:8]}"

    @cached_property
    def digest(self) -> str:
        """sha256 of the kind and all weights, in hex."""
        found = hashlib.sha256(f"{self.kind} {self.side} {self.channels}".encode())
        for name in sorted(self.weights):
            value = np.ascontiguousarray(self.weights[name], "<f4")
            found.update(f"{name} {value.shape}".encode() + value.tobytes())
        return found.hexdigest()

    def save(self, path: str | Path) -> None:
        """As .npz, the same bytes for the same weights."""
        with zipfile.ZipFile(path, "w") as archive:
            for name, value in self._saved().items():
                room = io.BytesIO()
                np.lib.format.write_array(room, np.asarray(value, order="C"), allow_pickle=False)
                archive.writestr(zipfile.ZipInfo(f"{name}.npy"), room.getvalue())

    def _saved(self) -> dict[str, NDArray[Any]]:
        told = {"kind": np.array(self.kind), "side": np.array(self.side), "channels": np.array(self.channels)}
        return told | {f"weights.{name}": self.weights[name] for name in sorted(self.weights)}

    @classmethod
    def _loaded(cls, weights: Mapping[str, NDArray[np.float32]], found: Mapping[str, NDArray[Any]]) -> Self:
        return cls(weights, int(found["side"]), int(found["channels"]))


@dataclass(frozen=True, eq=False)
class Classifier(Features):
    """A small convolutional network trained to tell labels apart; its last layer but one is the vector. Needs torch."""

    kind: ClassVar[str] = "classifier"

    labels: tuple[str, ...] = ()

    @classmethod
    def fit(
        cls,
        images: Any,
        labels: Sequence[Any] | NDArray[Any],
        *,
        seed: int = 0,
        side: int | None = None,
        dimensions: int = DIMENSIONS,
        steps: int | None = None,
        shift: int = SHIFT,
        known: Sequence[str] | None = None,
    ) -> Self:
        """Learnt from pictures with a label each; the same pictures, labels and seed give the same weights on a CPU.

        A label is a string, or what `str` makes one of; `known` names those there may be, where not all were given. Where
        `labels` is an array float (n, labels), a row has the shares of `known`. InputError for fewer than two labels.
        """
        every = np.arange(len(images))
        told: dict[str, Any] = {"side": side, "dimensions": dimensions, "shift": shift, "known": known}
        (found,) = cls.fit_each(images, labels, [every], seed=seed, steps=steps, **told)
        return found

    @classmethod
    def fit_each(
        cls,
        images: Any,
        labels: Sequence[Any] | NDArray[Any],
        parts: Sequence[NDArray[np.int64]],
        *,
        seed: int = 0,
        side: int | None = None,
        dimensions: int = DIMENSIONS,
        steps: int | None = None,
        most: int = MOST,
        shift: int = SHIFT,
        known: Sequence[str] | None = None,
        threads: int = 1,
    ) -> tuple[Self, ...]:
        """One for each part, which are rows of the pictures; `fit` says what labels are.

        Each takes `steps`, or as many as its size asks for and `most` at most; `threads` learn at once.
        """
        if len(labels) != len(images):
            raise InputError(f"{len(labels):,} labels for {len(images):,} pictures")
        side, channels = side or side_of(images), channels_of(images)
        names, targets = _targets(labels, known)
        if len(names) < 2:
            raise InputError(f"{len(names)} label: a classifier tells two or more apart")
        start = network.first_weights(side, channels, dimensions, len(names), seed)
        often = [min(most, steps_for(len(part))) if steps is None else steps for part in parts]
        pictures = squares(images, side, channels)
        made = network.trained(pictures, targets, start, parts, steps=often, seed=seed, shift=shift, threads=threads)
        return tuple(cls(found, side, channels, tuple(names)) for found in made)

    def of(self, images: Any) -> NDArray[np.float32]:
        """The activations before the labels, (n, dimensions), not negative."""
        return network.outputs(squares(images, self.side, self.channels), self.weights)[0]

    def probabilities(self, images: Any) -> NDArray[np.float64]:
        """The chance of each of `labels` for each picture, (n, labels)."""
        logits = network.outputs(squares(images, self.side, self.channels), self.weights)[1].astype(np.float64)
        raised = np.exp(logits - logits.max(1, keepdims=True, initial=-np.inf))
        found: NDArray[np.float64] = raised / raised.sum(1, keepdims=True)
        return found

    def _saved(self) -> dict[str, NDArray[Any]]:
        return super()._saved() | {"labels": np.array(self.labels, np.str_)}

    @classmethod
    def _loaded(cls, weights: Mapping[str, NDArray[np.float32]], found: Mapping[str, NDArray[Any]]) -> Self:
        return cls(weights, int(found["side"]), int(found["channels"]), tuple(found["labels"].tolist()))


@dataclass(frozen=True, eq=False)
class Rotations(Classifier):
    """The same network, trained without labels to tell by how many quarters a picture was turned (Gidaris et al. 2018)."""

    kind: ClassVar[str] = "rotations"

    @classmethod
    def fit_unlabelled(cls, images: Any, *, seed: int = 0, side: int | None = None, **more: Any) -> Self:
        """Learnt from pictures alone: each is seen in four positions."""
        side, channels = side or side_of(images), channels_of(images)
        small = np.round(squares(images, side, channels) * 255).astype(np.uint8).transpose(0, 2, 3, 1)
        turned = np.concatenate([np.rot90(small, quarters, (1, 2)) for quarters in range(4)])
        names = np.repeat(["0", "90", "180", "270"], len(small))
        return cls.fit(turned, names, seed=seed, side=side, **more)


@dataclass(frozen=True, eq=False)
class PrincipalComponents(Features):
    """Distances from the mean picture along the directions in which pictures differ most; numpy alone, no torch.

    >>> pictures = np.random.default_rng(0).integers(0, 256, (40, 9, 9), dtype=np.uint8)
    >>> PrincipalComponents.fit(pictures, dimensions=3).of(pictures).shape
    (40, 3)
    """

    kind: ClassVar[str] = "pca"

    @classmethod
    def fit(cls, images: Any, *, dimensions: int = DIMENSIONS, side: int = 16, seed: int = 0) -> Self:
        """Of at most `SAMPLE` pictures, drawn by `seed`; fewer dimensions where there are fewer pictures or pixels."""
        channels = channels_of(images)
        pictures = _flat(squares(images, side, channels))
        if len(pictures) > SAMPLE:
            pictures = pictures[np.sort(np.random.default_rng(seed).choice(len(pictures), SAMPLE, replace=False))]
        mean = pictures.mean(0) if len(pictures) else np.zeros(pictures.shape[1])
        values, vectors = np.linalg.eigh((pictures - mean).T @ (pictures - mean))
        kept = min(dimensions, max(1, len(pictures) - 1), len(values))
        axes = vectors[:, ::-1][:, :kept].T
        axes = axes * np.sign(axes[np.arange(kept), np.abs(axes).argmax(1)])[:, None]
        weights = {"features.weight": axes, "features.bias": -axes @ mean}
        return cls({name: value.astype(np.float32) for name, value in weights.items()}, side, channels)

    def of(self, images: Any) -> NDArray[np.float32]:
        """The coordinates, (n, dimensions)."""
        pictures = _flat(squares(images, self.side, self.channels))
        axes, bias = self.weights["features.weight"].astype(np.float64), self.weights["features.bias"]
        return np.asarray(pictures @ axes.T + bias, np.float32)


KINDS: dict[str, type[Features]] = {one.kind: one for one in (Classifier, Rotations, PrincipalComponents)}


def features_of(images: Any, labels: Sequence[Any] | NDArray[Any] | None = None, *, seed: int = 0) -> Features:
    """Features trained on these pictures: by their labels where there are two or more, else by rotation. Needs torch."""
    if labels is not None and len(set(map(str, np.asarray(labels).tolist()))) > 1:
        return Classifier.fit(images, labels, seed=seed)
    return Rotations.fit_unlabelled(images, seed=seed)


def load(path: str | Path) -> Features:
    """What `Features.save` wrote; InputError where that is not what is there."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            found = {name: archive[name] for name in archive.files}
        kind = KINDS[str(found["kind"])]
        weights = {name.removeprefix("weights."): value for name, value in found.items() if name.startswith("weights.")}
        return kind._loaded(weights, found)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except (KeyError, ValueError, zipfile.BadZipFile):
        raise InputError(f"{path}: holds no features; expected a file that Features.save wrote") from None


def _flat(pictures: NDArray[np.float32]) -> NDArray[np.float64]:
    return pictures.reshape(len(pictures), int(np.prod(pictures.shape[1:]))).astype(np.float64)


def _targets(
    labels: Sequence[Any] | NDArray[Any], known: Sequence[str] | None
) -> tuple[Sequence[str], NDArray[np.float32] | NDArray[np.int64]]:
    """The names of labels, and what each picture is of them: codes, or shares where an array has rows of these."""
    if isinstance(labels, np.ndarray) and labels.ndim == 2:
        return known if known is not None else [str(at) for at in range(labels.shape[1])], labels.astype(np.float32)
    given = [str(label) for label in (labels.tolist() if isinstance(labels, np.ndarray) else labels)]
    names = known if known is not None else sorted(set(given))
    code = {name: at for at, name in enumerate(names)}
    return names, np.array([code[label] for label in given], np.int64)


def side_of(images: Any) -> int:
    """The side of the squares for these pictures: the middle one of their longer sides, from 8 to 64."""
    longer = [np.full(len(rows), max(stack.shape[1:3])) for rows, stack in stacks(images)]
    middle = int(np.median(np.concatenate(longer))) if longer else SMALLEST
    return min(LARGEST, max(SMALLEST, middle))


def steps_for(n: int) -> int:
    """Steps of training for so many pictures: none is seen more often than `OFTEN`."""
    once = -(-n // network.BATCH)
    return min(MOST, max(min(FEWEST, OFTEN * once), EPOCHS * once))
