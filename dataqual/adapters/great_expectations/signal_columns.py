"""`with_signals`: our signals as columns of a frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from dataqual import catalog


def with_signals(
    frame: Any, signals: Iterable[str | Mapping[str, Any]], *, text: str = "text", prefix: str = ""
) -> Any:
    """A pandas frame with a column more for each signal, by its name: for the expectations of great-expectations.

    A signal is a name, or {"signal": NAME, "with": {…}}. Where the text is null, so are the signals.
    """
    made = frame.copy()
    there = frame[text].notna()
    for asked in signals:
        given = {"signal": asked} if isinstance(asked, str) else dict(asked)
        parameters: Any = given.get("with") or {}
        signal = catalog.signal(str(given["signal"]), **parameters)
        values = np.full(len(frame), np.nan)
        values[there.to_numpy()] = signal(frame.loc[there, text].tolist())
        made[f"{prefix}{catalog.label(signal)}"] = values
    return made
