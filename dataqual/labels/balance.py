"""How evenly labels are spread."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from dataqual.reading import Reading, Z, wilson

LISTED = 50


def balance(counts: Mapping[str, int], unlabelled: int = 0, *, sampled: bool = False) -> Reading:
    """Evenness of labels: their entropy over the most it could be, 1 where all are as frequent (Pielou 1966).

    None with fewer than two labels. `detail`: `entropy` in bits, `imbalance`, the commonest over the rarest label, the
    share of the commonest, and a row for each of the commonest labels. `sampled`: the counts are of a sample, and
    everything has its 95 % interval: by the delta method, of the logarithm for the imbalance, Wilson's for shares.

    >>> reading = balance({"neg": 75, "pos": 25})
    >>> round(reading.value, 3), reading.detail["imbalance"]
    (0.811, 3.0)
    """
    n = sum(counts.values())
    ordered = sorted(((name, count) for name, count in counts.items() if count), key=lambda row: (-row[1], row[0]))
    rows = [_row(name, count, n, sampled) for name, count in ordered[:LISTED]]
    detail: dict[str, Any] = {"labels": len(ordered), "unlabelled": unlabelled, "rows": rows}
    if len(ordered) < 2:
        return Reading("label_balance", None, n, of="labels", detail=detail)
    shares = [count / n for _, count in ordered]
    entropy = -sum(p * math.log(p) for p in shares)
    spread = math.sqrt(max(0.0, sum(p * math.log(p) ** 2 for p in shares) - entropy**2) / n)
    most, least = ordered[0][1], ordered[-1][1]
    detail |= {"entropy": entropy / math.log(2), "imbalance": most / least, "commonest": shares[0]}
    value = entropy / math.log(len(ordered))
    if not sampled:
        return Reading("label_balance", value, n, of="labels", detail=detail)
    apart = Z * math.sqrt(1 / most + 1 / least)
    detail |= {"imbalance_interval": [max(1.0, most / least * math.exp(-apart)), most / least * math.exp(apart)]}
    scale = math.log(len(ordered))
    bias = (len(ordered) - 1) / (2 * n * scale)  # Miller 1955: entropy of a sample is too low by about so much
    interval = max(0.0, value - Z * spread / scale - bias), min(1.0, value + Z * spread / scale + bias)
    return Reading("label_balance", value, n, of="labels", method="sample", interval=interval, detail=detail)


def _row(name: str, count: int, n: int, sampled: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"label": name, "documents": count, "share": count / n}
    return row | {"interval": list(wilson(count, n) or ())} if sampled else row
