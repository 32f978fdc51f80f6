"""A small GAN of pictures (DCGAN, Radford 2016, with spectral norm, Miyato 2018) with one dial, its width."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from dataqual.errors import SpecError
from studies.learner import Event, Shape, Task
from studies.learners.diffaugment import MOVES, diff_augment
from studies.training.pictures import Adam, Maker, choices, convolution, train

LATENT = 64
"""Numbers from which a picture is made: fewer than DCGAN's 100, for pictures a quarter as large."""
WIDTHS = (*range(4, 32, 2), *range(32, 128, 8), *range(128, 513, 32))
MOST = 8
"""Times the width that a layer has at most, as DCGAN's."""
RATES = {"ttur": (1e-4, 4e-4), "standard": (2e-4, 2e-4)}
"""Of generator and discriminator: two time scales (Heusel 2017) as in SAGAN (Zhang 2019), or DCGAN's own."""
SMALL = 32
"""Widths below this learn faster steps: rates grow as 1/width below it, as `gpt2`'s initial weights do."""
BETAS = (0.0, 0.9)
"""Of Adam, as with spectral norm since SNGAN's hinge loss (Miyato 2018, Zhang 2019)."""
HALF_LIFE = 500.0
"""Steps in which the mean of the weights forgets half; a fortieth of a run where that is fewer (Karras 2018 has 10 kimg)."""
LEAK = 0.2
SIDES = (8, 64)


@dataclass(frozen=True)
class Halving:
    """Layers that halve, or double, the side of a picture, the narrower the picture the wider the layer."""

    side: int
    channels: int
    width: int

    @property
    def levels(self) -> int:
        """How often a side is halved: twice up to 32 pixels, thrice up to 64."""
        return 2 if self.side <= 32 else 3

    @property
    def base(self) -> int:
        """The smallest side, at which pictures are made of latents, or read as them."""
        return self.side // 2**self.levels

    def at(self, level: int) -> int:
        """Channels after so many halvings."""
        return self.width * min(MOST, 2**level)


@dataclass(frozen=True)
class Dimensions(Halving):
    """Everything that makes one pair of networks."""

    @property
    def generator(self) -> int:
        """Parameters: a linear layer, a convolution and a norm per level, a last convolution."""
        top = self.at(self.levels) * self.base**2
        count = LATENT * top + top + 2 * self.at(self.levels)
        for level in range(self.levels, 0, -1):
            count += 9 * self.at(level) * self.at(level - 1) + 2 * self.at(level - 1)
        return count + 9 * self.width * self.channels + self.channels

    @property
    def discriminator(self) -> int:
        """Parameters: a convolution, one that halves per level, a linear layer."""
        count = 9 * self.channels * self.width + self.width
        for level in range(self.levels):
            count += 16 * self.at(level) * self.at(level + 1) + self.at(level + 1)
        return count + self.at(self.levels) * self.base**2 + 1

    @property
    def forward(self) -> tuple[int, int]:
        """FLOPs of one picture through generator and discriminator."""
        make = 2 * LATENT * self.at(self.levels) * self.base**2
        tell = convolution(self.channels, self.width, 3, self.side)
        for level in range(self.levels):
            side = self.side // 2 ** (level + 1)
            make += convolution(self.at(level + 1), self.at(level), 3, 2 * side)
            tell += convolution(self.at(level), self.at(level + 1), 4, side)
        make += convolution(self.width, self.channels, 3, self.side)
        return make, tell + 2 * self.at(self.levels) * self.base**2

    @property
    def kept(self) -> int:
        """Numbers that a step keeps of one picture until its gradient is taken, both networks, real and made."""
        maps = sum(self.at(level) * (self.side // 2**level) ** 2 for level in range(self.levels + 1))
        return 3 * maps + 3 * maps

    @property
    def flops(self) -> int:
        """Of one picture seen: it and a made one through the discriminator, forward and back; the made one made, and its gradient.

        The generator forward and, at twice that, back; the discriminator on a real and a made picture, forward and back
        (six times), and once more forward and, for the generator, back without gradients of its own weights (twice).
        """
        make, tell = self.forward
        return 3 * make + 8 * tell


@dataclass(frozen=True)
class Gan:
    """DCGAN with spectral norm and hinge loss; judged by the mean of the generator's weights over the last steps."""

    kind: ClassVar[str] = "pictures"
    loss: ClassVar[str] = "FID"
    cools: ClassVar[bool] = False

    side: int = 32
    """Of the pictures, in pixels: 8 to 64, a multiple of 4, above 32 of 8."""
    channels: int = 3
    diffaugment: bool = True
    """Colour, translation and cutout on both sides of the discriminator (Zhao 2020)."""
    augment: tuple[str, ...] = ()
    """crop, flip, rotate: of the real pictures, before anybody sees them."""
    rates: str = "ttur"

    def __post_init__(self) -> None:
        object.__setattr__(self, "augment", (self.augment,) if isinstance(self.augment, str) else tuple(self.augment))
        if not isinstance(self.diffaugment, bool):
            raise SpecError(f"diffaugment is {self.diffaugment!r}; it must be true or false")
        choices(self.augment, MOVES, "augment")
        choices([self.rates], RATES, "rates")
        check_side(self.side, self.channels)

    def shape(self, size: int, vocabulary: int, window: int) -> Shape:
        """What the dial gives at `size`, parameters of both networks; SpecError for one it cannot be."""
        d = dimensions(size, self.side, self.channels)
        says: dict[str, int | float] = {
            "width": d.width, "generator": d.generator, "discriminator": d.discriminator, "kept": d.kept,
        }  # fmt: skip
        return Shape(d.generator + d.discriminator, d.generator, d.flops, says)

    def batch(self, size: int, window: int) -> int:
        """Pictures of a step: 32 of the smallest, 64 from a million parameters on."""
        return 32 if size < 1_000_000 else 64

    def run(self, task: Task, state: bytes | None = None) -> Iterator[Event]:
        """Train, and judge at every stop; see `studies.training.pictures.train`."""
        d = dimensions(task.size, self.side, self.channels)
        random = torch.Generator(task.device).manual_seed(task.seed)
        return train(task, Pair(self, d, task, random), self.shape(task.size, 0, 1), random, state)


def check_side(side: int, channels: int) -> None:
    """SpecError for pictures that the networks cannot have."""
    step = 4 if side <= 32 else 8
    if not SIDES[0] <= side <= SIDES[1] or side % step:
        raise SpecError(f"side: {side} pixels cannot be; 8 to 32 in steps of 4, 40 to 64 in steps of 8")
    if channels not in (1, 3):
        raise SpecError(f"channels: {channels} cannot be; 1 is gray, 3 is colour")


def dimensions(size: int, side: int, channels: int) -> Dimensions:
    """The pair whose parameters are nearest to `size`, as a ratio; SpecError if none is within a quarter.

    >>> dimensions(60_000, 28, 1)
    Dimensions(side=28, channels=1, width=4)
    """
    ladder = [Dimensions(side, channels, width) for width in WIDTHS]
    if size > 0:
        best = min(ladder, key=lambda d: abs(math.log((d.generator + d.discriminator) / size)))
        if (
            abs(math.log((best.generator + best.discriminator) / size)) < math.log(1.25)
            or ladder[0] != best != ladder[-1]
        ):
            return best
    low, high = (d.generator + d.discriminator for d in (ladder[0], ladder[-1]))
    raise SpecError(f"no gan of {size:,} parameters for pictures of {side} pixels; it can have {low:,} to {high:,}")


class Pair(Maker):
    """Generator and discriminator, each with its Adam, and the mean of the generator's weights."""

    def __init__(self, options: Gan, d: Dimensions, task: Task, random: torch.Generator) -> None:
        self.options, self.random, self.device = options, random, torch.device(task.device)
        self.autocast = task.precision == "bfloat16"
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(task.seed)
            self.generator = Generator(d).to(self.device)
            self.discriminator = Discriminator(d).to(self.device)
        self.mean = copy.deepcopy(self.generator).requires_grad_(False).eval()
        faster = max(1.0, SMALL / d.width) * task.learning_rate
        low, high = RATES[options.rates]
        self.makes = Adam(self.generator, low * faster, BETAS)
        self.tells = Adam(self.discriminator, high * faster, BETAS)
        steps = task.stops[-1] / task.batch
        self.keep = 0.5 ** (1 / min(HALF_LIFE, max(1.0, steps / 40)))
        self.losses = (torch.zeros(()), torch.zeros(()))

    def step(self, pictures: Tensor) -> None:
        for name in self.options.augment:
            pictures = MOVES[name](pictures, self.random)
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.autocast):
            made = self.generator(self.latents(len(pictures), self.random))
            real, fake = (self.discriminator(self.changed(x)) for x in (pictures, made.detach()))
            tells = (F.relu(1 - real).mean() + F.relu(1 + fake).mean()).float()
        self.tells.step(tells)
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.autocast):
            makes = -self.discriminator(self.changed(made)).mean().float()
        self.makes.step(makes)
        self.losses = (tells.detach(), makes.detach())
        self.average()

    @torch.no_grad()
    def average(self) -> None:
        """The mean of the weights a step further; the statistics of its norms as they are."""
        torch._foreach_lerp_(list(self.mean.parameters()), list(self.generator.parameters()), 1 - self.keep)
        for mean, now in zip(self.mean.buffers(), self.generator.buffers(), strict=True):
            mean.copy_(now)

    def loss(self) -> float:
        return float(sum(loss.item() for loss in self.losses))

    def make(self, count: int, random: torch.Generator) -> Tensor:
        made: Tensor = self.mean(self.latents(count, random))
        return made

    def latents(self, count: int, random: torch.Generator) -> Tensor:
        return torch.randn((count, LATENT), generator=random, device=self.device)

    def changed(self, pictures: Tensor) -> Tensor:
        return diff_augment(pictures, self.random) if self.options.diffaugment else pictures

    def tensors(self) -> dict[str, list[Tensor]]:
        networks = (self.generator, self.discriminator, self.mean)
        return {
            "weights": [t for network in networks for t in (*network.parameters(), *network.buffers())],
            "adam": [*self.makes.tensors(), *self.tells.tensors()],
        }


class Generator(nn.Module):
    """Latents (n, 64) to pictures (n, channels, side, side)."""

    def __init__(self, d: Dimensions) -> None:
        super().__init__()
        self.d = d
        self.first = nn.Linear(LATENT, d.at(d.levels) * d.base**2)
        self.norm = nn.BatchNorm2d(d.at(d.levels))
        levels = range(d.levels, 0, -1)
        self.convolutions = nn.ModuleList(nn.Conv2d(d.at(i), d.at(i - 1), 3, padding=1, bias=False) for i in levels)
        self.norms = nn.ModuleList(nn.BatchNorm2d(d.at(i - 1)) for i in levels)
        self.last = nn.Conv2d(d.width, d.channels, 3, padding=1)

    def forward(self, latents: Tensor) -> Tensor:
        d = self.d
        x = F.relu(self.norm(self.first(latents).view(-1, d.at(d.levels), d.base, d.base)))
        for layer, norm in zip(self.convolutions, self.norms, strict=True):
            x = F.relu(norm(layer(F.interpolate(x, scale_factor=2.0))))
        return torch.tanh(self.last(x))


class Discriminator(nn.Module):
    """Pictures to one number each; every layer with spectral norm."""

    def __init__(self, d: Dimensions) -> None:
        super().__init__()
        self.first = spectral_norm(nn.Conv2d(d.channels, d.width, 3, padding=1))
        self.halving = nn.ModuleList(
            spectral_norm(nn.Conv2d(d.at(i), d.at(i + 1), 4, stride=2, padding=1)) for i in range(d.levels)
        )
        self.last = spectral_norm(nn.Linear(d.at(d.levels) * d.base**2, 1))

    def forward(self, pictures: Tensor) -> Tensor:
        x = F.leaky_relu(self.first(pictures), LEAK)
        for layer in self.halving:
            x = F.leaky_relu(layer(x), LEAK)
        made: Tensor = self.last(x.flatten(1))
        return made
