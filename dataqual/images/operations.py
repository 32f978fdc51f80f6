"""What is done to pictures to make others of them, by Kornia, each with numbers drawn for it alone. Needs torch and kornia.

Every operation takes all pictures of one shape at once, and gives of each what it would give of it alone. So the same
numbers make the same picture, whoever else is in the batch; on a GPU the last level of a pixel may be another one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.children import Chance
from dataqual.errors import MissingExtra, SpecError
from dataqual.images import network
from dataqual.images.squares import squares

Pixels = NDArray[np.uint8]

PIXELS_AT_ONCE = 1 << 22
"""Pixels of pictures that are worked on together: 48 MB of colours as float32, some times that while it lasts."""


@dataclass(frozen=True)
class Strength:
    """How far each operation goes at most. Between nothing and that, every value is as likely."""

    smallest: float = 0.6
    """crop: share of the area that is left at least; it is stretched to the size of the picture."""
    degrees: float = 15.0
    """rotate: to either side. What turns in from outside is the border, repeated."""
    mirror: str = "sideways"
    """flip: `sideways`, `upside_down`, or `both` for either."""
    brightness: float = 0.2
    """colour: share of black to white that is added or taken away."""
    contrast: float = 0.3
    """colour: contrast is multiplied by 1 less this to 1 more this; saturation too."""
    saturation: float = 0.3
    hue: float = 0.05
    """colour: turns of the circle of hues, to either side."""
    sigma: float = 0.04
    """blur: standard deviation of the Gaussian, as a share of the shorter side."""
    deviation: float = 0.08
    """noise: standard deviation of each pixel's noise, as a share of black to white."""
    hole: float = 0.4
    """cutout: side of the square that is cut out, as a share of the picture's sides; half of that at least."""
    alpha: float = 0.4
    """mixup: both parameters of the beta distribution from which the share of the other picture is drawn (Zhang et al. 2018)."""

    def __post_init__(self) -> None:
        for name in ("smallest", "brightness", "contrast", "saturation", "sigma", "deviation", "hole"):
            if not 0 < getattr(self, name) <= 1:
                raise SpecError(f"{name} is {getattr(self, name):g}; it is above 0, and 1 at most")
        if not 0 < self.degrees <= 180:
            raise SpecError(f"degrees is {self.degrees:g}; it is above 0, and 180 at most")
        if not 0 <= self.hue <= 0.5:
            raise SpecError(f"hue is {self.hue:g}; it is from 0 to 0.5 of a turn")
        if not 0 < self.alpha <= 10:
            raise SpecError(f"alpha is {self.alpha:g}; it is above 0, and 10 at most")
        if self.mirror not in ("sideways", "upside_down", "both"):
            raise SpecError(f"mirror is {self.mirror!r}; it is sideways, upside_down or both")


@dataclass(frozen=True, eq=False)
class Partner:
    """A picture that is mixed into others, and its label."""

    pixels: Pixels
    label: str


@dataclass(frozen=True, eq=False)
class Made:
    """A picture made of another: its pixels, what was done in which order, and its labels where it has shares of several."""

    pixels: Pixels
    done: tuple[str, ...]
    labels: tuple[tuple[str, float], ...] = ()


@dataclass(eq=False)
class _Work:
    """Pictures of one shape on their way."""

    torch: Any
    kornia: Any
    x: Any
    """Float, (n, channels, height, width), 0 to 1."""
    chances: Sequence[Chance]
    strength: Strength
    partners: Sequence[Partner]
    labels: Sequence[str | None]
    done: list[list[str]]
    mixed: list[tuple[tuple[str, float], ...]]

    def drawn(self, purpose: str, n: int) -> NDArray[np.float64]:
        """`n` numbers from 0 to below 1 of each picture, (pictures, n)."""
        return np.array([chance.numbers(n, purpose) for chance in self.chances]).reshape(len(self.chances), n)

    def tensor(self, values: NDArray[Any]) -> Any:
        """On the device of the pictures."""
        return self.torch.from_numpy(np.ascontiguousarray(values, np.float32)).to(self.x.device)

    def tell(self, words: Sequence[str]) -> None:
        """What was done to each."""
        for own, word in zip(self.done, words, strict=True):
            own.append(word)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return int(self.x.shape[2]), int(self.x.shape[3])


def opened() -> tuple[Any, Any]:
    """torch and kornia; MissingExtra where one is not installed."""
    torch = network.opened()
    try:
        import kornia.enhance
        import kornia.filters
        import kornia.geometry.transform
    except ImportError:
        raise MissingExtra("kornia", "images") from None
    return torch, kornia


def _crop(work: _Work) -> None:
    """A part of the same shape, or a little taller or wider (at most 4 to 3), stretched to the whole (Szegedy et al. 2015)."""
    high, wide = work.size
    numbers = work.drawn("crop", 4)
    area = work.strength.smallest + (1 - work.strength.smallest) * numbers[:, 0]
    ratio = np.exp((2 * numbers[:, 1] - 1) * math.log(4 / 3))
    down, right = np.minimum(np.sqrt(area / ratio), 1), np.minimum(np.sqrt(area * ratio), 1)
    top, left = (1 - down) * numbers[:, 2], (1 - right) * numbers[:, 3]
    matrix = np.zeros((len(numbers), 2, 3))
    matrix[:, 0, 0], matrix[:, 1, 1] = 1 / right, 1 / down
    matrix[:, 0, 2], matrix[:, 1, 2] = -left * (wide - 1) / right, -top * (high - 1) / down
    work.x = _warped(work, matrix)
    work.tell([f"crop {a * b:.2f} of the area" for a, b in zip(down, right, strict=True)])


def _rotate(work: _Work) -> None:
    high, wide = work.size
    degrees = (2 * work.drawn("rotate", 1)[:, 0] - 1) * work.strength.degrees
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    x, y = (wide - 1) / 2, (high - 1) / 2
    matrix = np.stack(
        [np.stack([cos, sin, x - cos * x - sin * y], 1), np.stack([-sin, cos, y + sin * x - cos * y], 1)], 1
    )
    work.x = _warped(work, matrix)
    work.tell([f"rotate {angle:+.1f} degrees" for angle in degrees])


def _warped(work: _Work, matrix: NDArray[np.float64]) -> Any:
    return work.kornia.geometry.transform.warp_affine(
        work.x, work.tensor(matrix), work.size, mode="bilinear", padding_mode="border", align_corners=True
    )


def _flip(work: _Work) -> None:
    transform = work.kornia.geometry.transform
    ways = {"sideways": (True, False), "upside_down": (False, True)}
    either = work.drawn("flip", 1)[:, 0] < 0.5
    for way, (sideways, _) in ways.items():
        own = (
            np.full(len(either), work.strength.mirror == way) if work.strength.mirror != "both" else either == sideways
        )
        turned = transform.hflip(work.x) if sideways else transform.vflip(work.x)
        chosen = work.torch.from_numpy(own).to(work.x.device)[:, None, None, None]
        work.x = work.torch.where(chosen, turned, work.x)
        for done, there in zip(work.done, own, strict=True):
            done += [f"flip {way.replace('_', ' ')}"] if there else []


def _colour(work: _Work) -> None:
    enhance, numbers = work.kornia.enhance, 2 * work.drawn("colour", 4) - 1
    light, contrast = numbers[:, 0] * work.strength.brightness, 1 + numbers[:, 1] * work.strength.contrast
    words = [f"brightness {a:+.2f}, contrast x {b:.2f}" for a, b in zip(light, contrast, strict=True)]
    work.x = enhance.adjust_brightness(work.x, work.tensor(light))
    work.x = work.torch.clamp((work.x - 0.5) * work.tensor(contrast)[:, None, None, None] + 0.5, 0, 1)
    if work.x.shape[1] == 3:
        saturation, hue = 1 + numbers[:, 2] * work.strength.saturation, numbers[:, 3] * work.strength.hue
        work.x = enhance.adjust_saturation(work.x, work.tensor(saturation))
        work.x = enhance.adjust_hue(work.x, work.tensor(hue * 2 * np.pi))
        words = [f"{w}, saturation x {a:.2f}, hue {b:+.3f}" for w, a, b in zip(words, saturation, hue, strict=True)]
    work.tell(words)


def _blur(work: _Work) -> None:
    """Of at least a third of the strongest: less is none. One kernel is as wide as the strongest needs."""
    most = work.strength.sigma * min(work.size)
    sigma = most * (1 / 3 + 2 / 3 * work.drawn("blur", 1)[:, 0])
    reach = min(math.ceil(3 * most), min(work.size) - 1)  # a picture is mirrored, so no more than itself is there
    if reach >= 1:
        both = work.tensor(np.stack([sigma, sigma], 1))
        work.x = work.kornia.filters.gaussian_blur2d(work.x, (2 * reach + 1, 2 * reach + 1), both)
    work.tell([f"blur {value:.2f} pixels" for value in sigma])


def _noise(work: _Work) -> None:
    deviation = work.strength.deviation * (0.1 + 0.9 * work.drawn("noise", 1)[:, 0])
    size = int(np.prod(work.x.shape[1:]))
    noise = np.empty((len(work.chances), size), np.float32)
    for row, chance in enumerate(work.chances):
        half = -(-size // 2)
        radius, angle = (
            np.sqrt(-2 * np.log1p(-chance.numbers(half, "radius"))),
            2 * np.pi * chance.numbers(half, "angle"),
        )
        noise[row] = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])[:size]
    spread = work.tensor(noise * deviation[:, None].astype(np.float32)).reshape(work.x.shape)
    work.x = work.torch.clamp(work.x + spread, 0, 1)
    work.tell([f"noise {value:.3f}" for value in deviation])


def _cutout(work: _Work) -> None:
    """A square, or what of it lies within the picture, of the picture's mean colour (DeVries and Taylor 2017)."""
    high, wide = work.size
    numbers = work.drawn("cutout", 3)
    side = work.strength.hole * (0.5 + 0.5 * numbers[:, 0])
    inside = _box(work, numbers[:, 1], numbers[:, 2], side, side)
    mean = work.x.mean((2, 3), keepdim=True)
    work.x = work.torch.where(inside, mean, work.x)
    work.tell([f"cutout of {a * high:.0f} x {a * wide:.0f} pixels" for a in side])


def _box(work: _Work, y: NDArray[Any], x: NDArray[Any], down: NDArray[Any], right: NDArray[Any]) -> Any:
    """Which pixels lie in a box around a place, all in shares of the sides: (n, 1, height, width)."""
    high, wide = work.size
    rows, columns = (np.arange(high) + 0.5) / high, (np.arange(wide) + 0.5) / wide
    inside = (abs(rows - y[:, None]) <= down[:, None] / 2)[:, :, None] & (
        abs(columns - x[:, None]) <= right[:, None] / 2
    )[:, None]
    return work.torch.from_numpy(inside[:, None]).to(work.x.device)


def _mixup(work: _Work) -> None:
    """A share of another picture laid over it, less than half; the labels have the same shares (Zhang et al. 2018)."""
    numbers = work.drawn("mixup", 1)[:, 0]
    share = np.array([_beta(chance, work.strength.alpha) for chance in work.chances])
    share = np.minimum(share, 1 - share)
    others = [work.partners[int(number * len(work.partners))] for number in numbers]
    laid = _fitting(work, others)
    part = work.tensor(share)[:, None, None, None]
    work.x = work.x * (1 - part) + laid * part
    _mixed(work, "mixup", others, share)


def _cutmix(work: _Work) -> None:
    """A box from another picture, less than half of it; the labels have the shares of the area (Yun et al. 2019)."""
    high, wide = work.size
    numbers = work.drawn("cutmix", 4)
    side = np.sqrt(numbers[:, 1] / 2)
    inside = _box(work, side / 2 + numbers[:, 2] * (1 - side), side / 2 + numbers[:, 3] * (1 - side), side, side)
    others = [work.partners[int(number * len(work.partners))] for number in numbers[:, 0]]
    work.x = work.torch.where(inside, _fitting(work, others), work.x)
    share = inside.cpu().numpy().reshape(len(numbers), high * wide).mean(1)
    _mixed(work, "cutmix", others, share)


def _fitting(work: _Work, others: Sequence[Partner]) -> Any:
    """The other pictures in the size and channels of these."""
    high, wide = work.size
    channels = int(work.x.shape[1])
    if all(other.pixels.shape == (high, wide, channels) for other in others):
        return work.tensor(np.stack([other.pixels for other in others]).transpose(0, 3, 1, 2) / np.float32(255))
    square = squares([other.pixels for other in others], max(high, wide), channels)
    return work.kornia.geometry.transform.resize(work.tensor(square), (high, wide), align_corners=False)


def _mixed(work: _Work, method: str, others: Sequence[Partner], share: NDArray[np.float64]) -> None:
    work.tell(
        [f"{method} {value:.2f} of a picture of {other.label!r}" for value, other in zip(share, others, strict=True)]
    )
    for row, (other, part) in enumerate(zip(others, share.tolist(), strict=True)):
        own = work.mixed[row] or ((str(work.labels[row]), 1.0),)
        shares: dict[str, float] = {}
        for label, value in (*((name, old * (1 - part)) for name, old in own), (other.label, part)):
            shares[label] = shares.get(label, 0.0) + value
        work.mixed[row] = tuple(shares.items())


def _beta(chance: Chance, alpha: float) -> float:
    """A number of the symmetric beta distribution, by rejection (Johnk 1964); alpha above 1 by ratio of sums."""
    for attempt in range(1000):
        u, v = chance.numbers(2, f"beta {attempt}")
        x, y = u ** (1 / alpha), v ** (1 / alpha)
        if 0 < x + y <= 1:
            return float(x / (x + y))
    return 0.5


METHODS: Mapping[str, Callable[[_Work], None]] = {
    "crop": _crop,
    "rotate": _rotate,
    "flip": _flip,
    "colour": _colour,
    "blur": _blur,
    "noise": _noise,
    "cutout": _cutout,
    "mixup": _mixup,
    "cutmix": _cutmix,
}
"""In the order in which they are told; a child goes through those asked for in the order in which they were asked."""

MIXING = ("mixup", "cutmix")
"""Those that need another picture, and give shares of labels."""


def made(
    pictures: Sequence[Pixels],
    chances: Sequence[Chance],
    methods: Sequence[str],
    strength: Strength,
    *,
    labels: Sequence[str | None] = (),
    partners: Sequence[Partner] = (),
    device: str = "cpu",
) -> list[Made]:
    """Of each picture (height, width, channels) another one of the same shape, by all methods one after the other.

    What it is depends on the picture and its chance alone. Alpha stays, but for what moves pixels, where it moves along.
    """
    torch, kornia = opened()
    out: list[Made | None] = [None] * len(pictures)
    shapes: dict[tuple[int, ...], list[int]] = {}
    for row, picture in enumerate(pictures):
        shapes.setdefault(picture.shape, []).append(row)
    known = list(labels) or [None] * len(pictures)
    for shape, rows in shapes.items():
        step = max(1, PIXELS_AT_ONCE // max(1, shape[0] * shape[1]))
        for first in range(0, len(rows), step):
            some = rows[first : first + step]
            work = _Work(torch, kornia, None, [chances[row] for row in some], strength, partners,
                         [known[row] for row in some], [[] for _ in some], [()] * len(some))  # fmt: skip
            with network.one_thread(torch), torch.inference_mode():
                pixels = _through(work, np.stack([pictures[row] for row in some]), methods, device)
            for row, picture, done, mixed in zip(some, pixels, work.done, work.mixed, strict=True):
                out[row] = Made(picture, tuple(done), mixed)
    return [one for one in out if one is not None]


MOVING = ("crop", "rotate", "flip")
"""Those that move pixels, and alpha with them."""


def _through(work: _Work, stack: NDArray[np.uint8], methods: Sequence[str], device: str) -> NDArray[np.uint8]:
    whole = work.torch.from_numpy(stack.transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255)).to(device)
    alpha = whole.shape[1] == 4
    for method in methods:
        work.x = whole if method in MOVING or not alpha else whole[:, :3]
        METHODS[method](work)
        whole = work.x if method in MOVING or not alpha else work.torch.cat([work.x, whole[:, 3:]], 1)
    levels = work.torch.round(whole * 255).clamp(0, 255).to(work.torch.uint8)
    found: NDArray[np.uint8] = levels.cpu().numpy().transpose(0, 2, 3, 1)
    return found
