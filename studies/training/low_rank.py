"""Low-rank adapters (LoRA; Hu et al. 2022): what is learnt is a small product beside each matrix, which stays as it is."""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

DOUBLING = 2.0
"""Alpha over rank: what the product is multiplied by, as in most uses since (Hu et al. took 16 / 8 and 32 / 16 for GPT-2)."""


class Adapted(nn.Module):
    """A linear layer that stays as it is, with a product of two narrow matrices beside it, which begins as nothing."""

    def __init__(self, whole: nn.Linear, rank: int, random: torch.Generator) -> None:
        super().__init__()
        self.whole = whole
        self.down = nn.Parameter(torch.empty(rank, whole.in_features))
        self.up = nn.Parameter(torch.zeros(whole.out_features, rank))
        bound = 1 / math.sqrt(whole.in_features)  # kaiming_uniform_ with a = √5, as in the authors' code
        with torch.no_grad():
            self.down.uniform_(-bound, bound, generator=random)

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.whole(x) + DOUBLING * F.linear(F.linear(x, self.down), self.up)
        return made


def adapt(model: nn.Module, rank: int, seed: int) -> int:
    """Freeze a model and put adapters beside the matrices of attention and MLP; how many numbers are trained.

    Embeddings, norms and biases stay as they are.
    """
    random = torch.Generator().manual_seed(seed)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for parent in [module for module in model.modules() if isinstance(module, nn.ModuleDict)]:
        for name, child in list(parent.items()):
            if isinstance(child, nn.Linear):
                parent[name] = Adapted(child, rank, random)
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def merged(model: nn.Module) -> Any:
    """The model with its adapters added to the matrices they stand beside: it computes the same, and is a plain one."""
    for parent in [module for module in model.modules() if isinstance(module, nn.ModuleDict)]:
        for name, child in list(parent.items()):
            if isinstance(child, Adapted):
                with torch.no_grad():
                    child.whole.weight += DOUBLING * child.up @ child.down
                parent[name] = child.whole
    return model
