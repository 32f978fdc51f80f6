"""AdamW over all numbers of a model that are trained, as one long parameter; any torch model."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.optim.adamw import adamw

BETAS, EPSILON, CLIP = (0.9, 0.95), 1e-8, 1.0
"""Of AdamW as GPT-3 and most language models since have it."""


class Descent:
    """AdamW with the gradient clipped: decay on matrices alone; parameters that need no gradient stay as they are."""

    def __init__(self, model: nn.Module, weight_decay: float) -> None:
        self.decays = (weight_decay, 0.0)
        trained = [p for p in model.parameters() if p.requires_grad]
        device = next(model.parameters()).device
        self.flat = [_flatten([p for p in trained if (p.dim() >= 2) == matrices], device) for matrices in (True, False)]
        self.means = [torch.zeros_like(flat.data) for flat in self.flat]
        self.squares = [torch.zeros_like(flat.data) for flat in self.flat]
        self.counts = [torch.zeros((), device=flat.device) for flat in self.flat]

    def clear(self) -> None:
        """Forget the gradient."""
        for gradient in self.gradients():
            gradient.zero_()

    def gradients(self) -> list[Tensor]:
        """Of all that is trained, in two long pieces."""
        return [flat.grad for flat in self.flat if flat.grad is not None]

    def step(self, rate: float) -> None:
        """Along the gradient, clipped."""
        self.clip()
        for at in range(len(self.flat)):
            self.adamw(at, rate)

    def adamw(self, at: int, rate: float) -> None:
        """AdamW in one fused pass; the function and not the class, which costs two seconds of imports per process."""
        flat, beta1, beta2 = self.flat[at], *BETAS
        assert flat.grad is not None
        adamw(
            [flat.data],
            [flat.grad],
            [self.means[at]],
            [self.squares[at]],
            [],
            [self.counts[at]],
            fused=True,
            amsgrad=False,
            beta1=beta1,
            beta2=beta2,
            lr=rate,
            weight_decay=self.decays[at],
            eps=EPSILON,
            maximize=False,
        )

    def clip(self) -> None:
        """Shorten the gradient to length 1 where it is longer; nothing here waits for a GPU."""
        gradients = self.gradients()
        length = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(g) for g in gradients]))
        shorter = (CLIP / (length + 1e-6)).clamp(max=1.0)
        for gradient in gradients:
            gradient.mul_(shorter)

    def tensors(self) -> dict[str, list[Tensor]]:
        """All that changes in a step."""
        weights = [flat.data for flat in self.flat]
        return {"weights": weights, "means": self.means, "squares": self.squares, "counts": self.counts}


def _flatten(parameters: list[nn.Parameter], device: torch.device) -> nn.Parameter:
    """One long parameter on a device whose memory, and whose gradient's, is that of all of these, there; of none an empty one.

    The optimizer, clipping and copying then take one call each and not one per matrix: a tenth of a step of the
    smallest models.
    """
    empty = torch.zeros(0, device=device)
    flat = nn.Parameter(torch.cat([empty, *(p.detach().flatten() for p in parameters)]))
    flat.grad = torch.zeros_like(flat)
    at = 0
    for p in parameters:
        p.data = flat.data[at : at + p.numel()].view_as(p)
        p.grad = flat.grad[at : at + p.numel()].view_as(p)
        at += p.numel()
    return flat
