"""Times for people: how long something takes, and what machines worked."""

from __future__ import annotations

FEW_MINUTES = 0.05
"""Hours."""


def duration(seconds: float) -> str:
    """Seconds for people.

    >>> duration(42), duration(200), duration(7400)
    ('42 s', '3 min 20 s', '2 h 3 min')
    """
    whole = round(seconds)
    if whole < 100:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def clock(seconds: float) -> str:
    """The same as a clock has it, in any language.

    >>> clock(42.4), clock(200), clock(7400)
    ('0:42', '3:20', '2:03:20')
    """
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def worked(hours: float, unit: str) -> str:
    """Core-hours or GPU-hours; of less than three minutes the seconds, so that a small study is no 0.00 of anything.

    >>> worked(12.3456, "GPU-hours"), worked(0.0841, "core-hours"), worked(0.0123, "core-hours"), worked(0.0001, "core-hours")
    ('12.35 GPU-hours', '0.084 core-hours', '44 core-seconds', '0.36 core-seconds')
    """
    if hours < FEW_MINUTES:
        seconds = hours * 3600
        number = f"{seconds:.0f}" if seconds >= 10 else f"{seconds:.2g}"
        return f"{number} {unit.replace('hours', 'seconds')}"
    return f"{hours:.2f} {unit}" if hours >= 0.1 else f"{hours:.2g} {unit}"
