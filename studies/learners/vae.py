"""A small variational autoencoder of pictures (Kingma & Welling 2014) with one dial, its width."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dataqual.errors import SpecError
from studies.learner import Event, Shape, Task
from studies.learners.diffaugment import MOVES
from studies.learners.gan import LATENT, WIDTHS, Halving, check_side
from studies.training.pictures import Adam, Maker, choices, convolution, train

RATE, BETAS = 1e-3, (0.9, 0.999)
"""Of Adam, at its authors' own: an autoencoder is no game, and takes far longer steps than a GAN."""
HALF = 1 / 255
"""Half of what lies between two of the 256 levels, from -1 to 1."""
LEAST_SPREAD = -7.0
"""Of the logarithm of a pixel's scale: narrower, and one level has all the chance."""


@dataclass(frozen=True)
class Dimensions(Halving):
    """Everything that makes one autoencoder: an encoder that halves, a decoder that doubles, both of one width."""

    @property
    def parameters(self) -> int:
        """Of encoder and decoder, and a scale for each channel."""
        top = self.at(self.levels) * self.base**2
        count = 9 * self.channels * self.width + self.width + top * 2 * LATENT + 2 * LATENT + LATENT * top + top
        for level in range(self.levels):
            low, high = self.at(level), self.at(level + 1)
            count += 16 * low * high + high + 9 * low * high + low
        return count + 9 * self.width * self.channels + 2 * self.channels

    @property
    def flops(self) -> int:
        """Of one picture seen: through encoder and decoder, forward and, at twice that, back."""
        top = self.at(self.levels) * self.base**2
        once = 2 * top * 2 * LATENT + 2 * LATENT * top
        once += convolution(self.channels, self.width, 3, self.side) + convolution(
            self.width, self.channels, 3, self.side
        )
        for level in range(self.levels):
            side = self.side // 2 ** (level + 1)
            once += convolution(self.at(level), self.at(level + 1), 4, side)
            once += convolution(self.at(level + 1), self.at(level), 3, 2 * side)
        return 3 * once

    @property
    def kept(self) -> int:
        """Numbers that a step keeps of one picture until its gradient is taken."""
        return 4 * sum(self.at(level) * (self.side // 2**level) ** 2 for level in range(self.levels + 1))


@dataclass(frozen=True)
class Vae:
    """Variational autoencoder with 64 latents and a discretised logistic for each value; judged by its bound in bits per dimension."""

    kind: ClassVar[str] = "pictures"
    loss: ClassVar[str] = "bits per dimension"
    cools: ClassVar[bool] = False

    side: int = 32
    """Of the pictures, in pixels: 8 to 64, a multiple of 4, above 32 of 8."""
    channels: int = 3
    augment: tuple[str, ...] = ()
    """crop, flip, rotate: of the training pictures."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "augment", (self.augment,) if isinstance(self.augment, str) else tuple(self.augment))
        choices(self.augment, MOVES, "augment")
        check_side(self.side, self.channels)

    def shape(self, size: int, vocabulary: int, window: int) -> Shape:
        """What the dial gives at `size`; SpecError for one it cannot be."""
        d = dimensions(size, self.side, self.channels)
        says: dict[str, int | float] = {"width": d.width, "latents": LATENT, "kept": d.kept}
        return Shape(d.parameters, d.parameters, d.flops, says)

    def batch(self, size: int, window: int) -> int:
        """Pictures of a step: those of `gan`, so that the two can be compared stop by stop."""
        return 32 if size < 1_000_000 else 64

    def run(self, task: Task, state: bytes | None = None) -> Iterator[Event]:
        """Train, and judge at every stop; see `studies.training.pictures.train`."""
        d = dimensions(task.size, self.side, self.channels)
        random = torch.Generator(task.device).manual_seed(task.seed)
        return train(task, Autoencoder(self, d, task, random), self.shape(task.size, 0, 1), random, state)


def dimensions(size: int, side: int, channels: int) -> Dimensions:
    """The autoencoder whose parameters are nearest to `size`, as a ratio; SpecError if none is within a quarter.

    >>> dimensions(160_000, 28, 1)
    Dimensions(side=28, channels=1, width=4)
    """
    ladder = [Dimensions(side, channels, width) for width in WIDTHS]
    if size > 0:
        best = min(ladder, key=lambda d: abs(math.log(d.parameters / size)))
        if abs(math.log(best.parameters / size)) < math.log(1.25) or ladder[0] != best != ladder[-1]:
            return best
    low, high = ladder[0].parameters, ladder[-1].parameters
    raise SpecError(f"no vae of {size:,} parameters for pictures of {side} pixels; it can have {low:,} to {high:,}")


class Autoencoder(Maker):
    """The network with its Adam."""

    def __init__(self, options: Vae, d: Dimensions, task: Task, random: torch.Generator) -> None:
        self.options, self.random, self.device = options, random, torch.device(task.device)
        self.autocast = task.precision == "bfloat16"
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(task.seed)
            self.network = Network(d).to(self.device)
        self.adam = Adam(self.network, RATE * task.learning_rate, BETAS)
        self.values = d.side**2 * d.channels
        self.last = torch.zeros(())

    def step(self, pictures: Tensor) -> None:
        for name in self.options.augment:
            pictures = MOVES[name](pictures, self.random)
        nats = self.nats(pictures, self.random).mean()
        self.adam.step(nats / self.values)
        self.last = nats.detach() / self.values

    def nats(self, pictures: Tensor, random: torch.Generator) -> Tensor:
        """The bound from above on - ln p of each picture, (n,), with one draw of its latents."""
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.autocast):
            mean, spread = self.network.encode(pictures)
            mean, spread = mean.float(), spread.float()
            noise = torch.randn(mean.shape, generator=random, device=self.device)
            found = self.network.decode(mean + noise * (spread / 2).exp()).float()
        apart = 0.5 * (mean**2 + spread.exp() - 1 - spread).sum(1)
        return apart - logistic(pictures, found, self.network.spread).sum((1, 2, 3))

    def loss(self) -> float:
        return self.last.item() / math.log(2)

    def bits(self, pictures: Tensor, random: torch.Generator) -> float:
        return self.nats(pictures, random).mean().item() / self.values / math.log(2)

    def make(self, count: int, random: torch.Generator) -> Tensor:
        latents = torch.randn((count, LATENT), generator=random, device=self.device)
        made: Tensor = self.network.decode(latents)
        return made

    def tensors(self) -> dict[str, list[Tensor]]:
        return {"weights": list(self.network.parameters()), "adam": self.adam.tensors()}


def logistic(pictures: Tensor, means: Tensor, spread: Tensor) -> Tensor:
    """ln of the chance of each value's level under a logistic cut at the 256 levels (Salimans et al. 2017, PixelCNN++).

    The chances of all levels add up to 1: the first has all below it, the last all above. `spread` (channels, 1, 1) is the
    logarithm of the scale.
    """
    scale = torch.exp(-spread.clamp(min=LEAST_SPREAD))
    middle = pictures - means
    above, below = torch.sigmoid(scale * (middle + HALF)), torch.sigmoid(scale * (middle - HALF))
    first, last = pictures < -1 + HALF, pictures > 1 - HALF
    chance = torch.where(first, above, torch.where(last, 1 - below, above - below))
    return torch.log(chance.clamp(min=1e-12))


class Network(nn.Module):
    """Encoder, decoder and one scale for each channel."""

    def __init__(self, d: Dimensions) -> None:
        super().__init__()
        self.d = d
        top = d.at(d.levels) * d.base**2
        self.first = nn.Conv2d(d.channels, d.width, 3, padding=1)
        self.halving = nn.ModuleList(nn.Conv2d(d.at(i), d.at(i + 1), 4, stride=2, padding=1) for i in range(d.levels))
        self.latents = nn.Linear(top, 2 * LATENT)
        self.back = nn.Linear(LATENT, top)
        self.doubling = nn.ModuleList(nn.Conv2d(d.at(i), d.at(i - 1), 3, padding=1) for i in range(d.levels, 0, -1))
        self.last = nn.Conv2d(d.width, d.channels, 3, padding=1)
        self.spread = nn.Parameter(torch.full((d.channels, 1, 1), -2.0))

    def encode(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and logarithm of the variance of the latents, (n, 64) each."""
        x = F.relu(self.first(pictures))
        for layer in self.halving:
            x = F.relu(layer(x))
        mean, spread = self.latents(x.flatten(1)).chunk(2, dim=1)
        return mean, spread.clamp(-10.0, 10.0)

    def decode(self, latents: Tensor) -> Tensor:
        """The middle of each value, from -1 to 1."""
        d = self.d
        x = F.relu(self.back(latents)).view(-1, d.at(d.levels), d.base, d.base)
        for layer in self.doubling:
            x = F.relu(layer(F.interpolate(x, scale_factor=2.0)))
        return torch.tanh(self.last(x))
