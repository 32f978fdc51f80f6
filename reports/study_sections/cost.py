"""What a study cost, in tiles; what is unknown is said to be."""

from __future__ import annotations

from reports import html, say
from reports.study_sections.facts import Facts, unit_of


def tiles(facts: Facts) -> list[tuple[str, str, str]]:
    """What the study cost: what, how much, in more words; unknown is said as unknown."""
    cost = facts.get("cost") or {}
    unit = unit_of(facts)
    workers = cost.get("workers")
    price = cost.get("price")
    money = cost.get("money")
    each = (
        f"{say.number(price)} {html.cut(cost.get('currency') or '', 12)} an hour"
        if price is not None
        else "a price is of a GPU-hour; this ran on a CPU"
        if unit == "core-hours" and (facts.get("study") or {}).get("gpu_hour")
        else "no price was given"
    )
    return [
        ("device", html.label(cost["device"], 40) if cost.get("device") else "unknown", say.plural(workers, "worker") if workers else ""),
        ("machine time", say.duration(cost.get("hours"), unit), "all trunks and branches together"),
        ("money", html.label(f"{money:,.2f} {html.cut(cost.get('currency') or '', 12)}") if money is not None else "unknown", each),
        ("energy", f"{say.number(cost['energy'])} kWh" if cost.get("energy") is not None else "unknown", "of the chips that trained, the rest of the machine aside"),
        ("compute", say.power(cost.get("flops")), "FLOPs, counted term by term"),
        ("use of the device", say.share(cost["use"]) if cost.get("use") is not None else "unknown",
         f"of {say.power(cost['peak'])} FLOP/s, measured there" if cost.get("peak") is not None else "its peak was not measured"),
        ("saved by sharing trunks", say.share(cost["saving"]) if cost.get("saving") is not None else "unknown",
         f"apart: {say.power(cost.get('flops_apart'))} FLOPs"),
        ("tokens trained on", say.short(cost.get("tokens")) if cost.get("tokens") is not None else "unknown",
         f"{say.number(cost['tokens_per_second'])} a second" if cost.get("tokens_per_second") is not None else "speed unknown"),
    ]  # fmt: skip
