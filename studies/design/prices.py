"""What an hour of the device, and a million tokens, cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dataqual import specs
from dataqual.errors import SpecError


@dataclass(frozen=True)
class GpuHour:
    """What an hour of the device, or a million tokens, costs."""

    price: float
    currency: str = "USD"


def gpu_hour(content: object, where: str) -> GpuHour | None:
    if content is None:
        return None
    given = specs.mapping(content, where)
    specs.check_keys(given, where, required=("price",), optional=("currency",))
    price = given["price"]
    if isinstance(price, bool) or not isinstance(price, int | float) or not 0 <= price < float("inf"):
        raise SpecError(f"{where}.price: expected a number, 0 or more, got {price!r}")
    return GpuHour(float(price), specs.string(given, "currency", where) if "currency" in given else "USD")


def data_price(content: Mapping[str, Any], where: str) -> GpuHour | None:
    """The price of a million tokens, in the money of the GPU-hours; SpecError where the two are not one."""
    found, hour = gpu_hour(content.get("data_price"), f"{where}.data_price"), content.get("gpu_hour")
    paid = gpu_hour(hour, f"{where}.gpu_hour")
    if found and paid and found.currency != paid.currency:
        raise SpecError(
            f"{where}.data_price: is in {found.currency}, and gpu_hour in {paid.currency}; give both in one"
        )
    return found
