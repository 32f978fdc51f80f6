"""Features by a TorchScript file, such as the Inception network of published FIDs, which nobody may ship for its owner."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import InputError
from dataqual.images.network import opened

AT_ONCE = 64
"""Pictures that go through together."""


def of_script(path: Path) -> Callable[[NDArray[np.uint8]], NDArray[np.float32]]:
    """What makes float32 (n, d) of uint8 (n, height, width, channels).

    The script gets uint8 (n, 3, height, width), gray repeated, as the one of StyleGAN2-ADA's `metrics` does, and is asked for
    `return_features` where it knows that. InputError for a file that is none, or that gives no (n, d).
    """
    torch = opened()
    try:
        network = torch.jit.load(str(path), map_location="cpu").eval()
    except (RuntimeError, ValueError, OSError) as error:
        raise InputError(f"{path}: not TorchScript ({str(error).splitlines()[0][:120]})") from None
    features_asked = "return_features" in str(network.forward.schema) if hasattr(network.forward, "schema") else False

    @torch.inference_mode()  # type: ignore[untyped-decorator]
    def of(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        parts = []
        for at in range(0, len(pictures), AT_ONCE):
            some = torch.from_numpy(np.ascontiguousarray(pictures[at : at + AT_ONCE])).permute(0, 3, 1, 2)
            some = some.expand(-1, 3, -1, -1) if some.shape[1] == 1 else some[:, :3]
            made = network(some, return_features=True) if features_asked else network(some)
            if made.ndim != 2:
                raise InputError(f"{path}: gives an array of shape {tuple(made.shape)}, expected (pictures, features)")
            parts.append(made.float().numpy())
        return np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)

    return of
