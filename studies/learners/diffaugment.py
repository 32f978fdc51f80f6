"""What may be done to pictures in training: DiffAugment for both sides of a GAN, and moves of real ones alone.

DiffAugment (Zhao et al. 2020, arXiv:2006.10738) changes real and made pictures by the same kinds of change before the
discriminator sees them, and lets the gradient through, so that the generator learns none of them. Its three policies, in
its authors' strengths: colour (brightness by ±1/2, saturation by 0 to 2, contrast by 1/2 to 3/2), translation by up to
an eighth, cutout of a square of half a side. Pictures are (n, channels, side, side) from -1 to 1.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

SHIFT, HOLE = 8, 2
"""One part in so many of a side: how far a picture is moved, how large the hole is."""
TURN = 10.0
"""Degrees either way: what leaves a digit upright."""


def diff_augment(pictures: Tensor, random: torch.Generator) -> Tensor:
    """All three policies, each picture by draws of its own; the gradient passes."""
    return cutout(translation(color(pictures, random), random), random)


def color(pictures: Tensor, random: torch.Generator) -> Tensor:
    """Brightness, saturation and contrast; gray pictures have no saturation to change."""
    pictures = pictures + _uniform(pictures, random) - 0.5
    gray = pictures.mean(1, keepdim=True)
    pictures = (pictures - gray) * (2 * _uniform(pictures, random)) + gray if pictures.shape[1] > 1 else pictures
    mean = pictures.mean((1, 2, 3), keepdim=True)
    return (pictures - mean) * (_uniform(pictures, random) + 0.5) + mean


def translation(pictures: Tensor, random: torch.Generator) -> Tensor:
    """Moved by up to an eighth of a side both ways; what comes in is 0, the middle gray."""
    side = pictures.shape[-1]
    most = max(1, round(side / SHIFT))
    padded = F.pad(pictures, (most, most, most, most))
    return _windows(padded, side, _whole(pictures, random, 2 * most + 1), _whole(pictures, random, 2 * most + 1))


def cutout(pictures: Tensor, random: torch.Generator) -> Tensor:
    """A square of half a side is 0 somewhere, over the border too."""
    side = pictures.shape[-1]
    half = side // HOLE // 2
    at = torch.arange(side, device=pictures.device)
    rows, columns = (_whole(pictures, random, side + 1)[:, None] for _ in range(2))
    hole = ((at - rows).abs() <= half)[:, None, :, None] & ((at - columns).abs() <= half)[:, None, None, :]
    return pictures * (~hole).to(pictures.dtype)


def crop(pictures: Tensor, random: torch.Generator) -> Tensor:
    """Moved by up to an eighth of a side, the border repeated."""
    side = pictures.shape[-1]
    most = max(1, round(side / SHIFT))
    padded = F.pad(pictures, (most, most, most, most), mode="replicate")
    return _windows(padded, side, _whole(pictures, random, 2 * most + 1), _whole(pictures, random, 2 * most + 1))


def flip(pictures: Tensor, random: torch.Generator) -> Tensor:
    """Half of them mirrored: not for digits, letters or text."""
    return torch.where(_uniform(pictures, random) < 0.5, pictures, pictures.flip(-1))


def rotate(pictures: Tensor, random: torch.Generator) -> Tensor:
    """Turned by up to ten degrees either way, the border repeated."""
    angle = (2 * _uniform(pictures, random).flatten() - 1) * (TURN * torch.pi / 180)
    cos, sin, none = angle.cos(), angle.sin(), torch.zeros_like(angle)
    matrix = torch.stack([torch.stack([cos, -sin, none], 1), torch.stack([sin, cos, none], 1)], 1)
    grid = F.affine_grid(matrix, list(pictures.shape), align_corners=False)
    return F.grid_sample(pictures, grid, padding_mode="border", align_corners=False)


MOVES: dict[str, Callable[[Tensor, torch.Generator], Tensor]] = {"crop": crop, "flip": flip, "rotate": rotate}
"""Of real pictures before anybody sees them: the generator learns them as part of the data."""


def _uniform(pictures: Tensor, random: torch.Generator) -> Tensor:
    """A number from 0 to 1 for each picture, (n, 1, 1, 1)."""
    return torch.rand((len(pictures), 1, 1, 1), generator=random, device=pictures.device)


def _whole(pictures: Tensor, random: torch.Generator, below: int) -> Tensor:
    """A whole number for each picture, (n,)."""
    return torch.randint(below, (len(pictures),), generator=random, device=pictures.device)


def _windows(padded: Tensor, side: int, rows: Tensor, columns: Tensor) -> Tensor:
    """Of each picture the square of `side` that begins at its row and column."""
    at = torch.arange(side, device=padded.device)
    n, _, _, _ = padded.shape
    turned = padded.permute(0, 2, 3, 1)
    picked = turned[
        torch.arange(n, device=padded.device)[:, None, None],
        (rows[:, None] + at)[:, :, None],
        (columns[:, None] + at)[:, None, :],
    ]
    return picked.permute(0, 3, 1, 2)
