"""Energy that a trial took, in joules: of a GPU by the counter of its driver, of a processor by that of its package; else unknown.

NVML counts the whole board since the driver was loaded (`nvmlDeviceGetTotalEnergyConsumption`, from Volta on); each worker has a GPU to
itself, so what it counts meanwhile is the trial's. RAPL counts the whole package, memory aside, whoever is at work: a trial gets the
share of it that its processor time is of all processor time of the machine meanwhile. Neither counts the rest of the machine.
"""

from __future__ import annotations

import ctypes
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

POWERCAP, STAT = Path("/sys/class/powercap"), Path("/proc/stat")
HERTZ = 100
"""Of the counters in /proc/stat on every Linux that is not built otherwise."""
PAUSE = 0.2
"""Seconds between two looks: /proc/stat counts in hundredths."""
BUSY = (0, 1, 2, 5, 6, 7)
"""Columns of /proc/stat in which a processor is at work: user, nice, system, irq, softirq, steal."""


class Meter(Protocol):
    """A counter that goes on from when it was made."""

    @property
    def joules(self) -> float | None:
        """Until the last look; None where it cannot be known."""

    def look(self, last: bool = False) -> None:
        """Count what came since the last look; the `last` one does not wait until there is enough to count."""


def meter(device: str) -> Meter | None:
    """That of a device of this process; None where there is none that may be read."""
    return Rapl.found() if device == "cpu" else Nvml.found(device)


@dataclass
class Rapl:
    """Packages of processors, by the share of this process in what they did."""

    packages: list[Path]
    stat: Path = STAT
    joules: float | None = 0.0
    _last: tuple[list[float], float, float] | None = None
    _looked: float = field(default=-PAUSE)

    @classmethod
    def found(cls, root: Path = POWERCAP, stat: Path = STAT) -> Rapl | None:
        """All packages; None where they are not there or only the administrator may read them."""
        try:
            places = [
                place
                for place in sorted(root.glob("*-rapl:*"))
                if (place / "name").read_text().startswith("package") and (place / "energy_uj").read_text()
            ]
            made = cls(places, stat)
            made.look()
        except (OSError, ValueError, IndexError):
            return None
        return made if places and made.joules is not None else None

    def look(self, last: bool = False) -> None:
        """As `Meter.look`; a counter that began anew is taken on from where it did so."""
        now = time.monotonic()
        if now - self._looked < PAUSE and not last:
            return
        self._looked = now
        try:
            counts = [float((place / "energy_uj").read_text()) for place in self.packages]
            busy, own = _busy(self.stat), time.process_time()
        except (OSError, ValueError, IndexError):
            self.joules = None
            return
        if self._last is not None and self.joules is not None:
            before, busy_before, own_before = self._last
            spent = sum(self._since(place, a, b) for place, a, b in zip(self.packages, before, counts, strict=True))
            if busy <= busy_before:
                return  # too soon to tell whose it was
            self.joules += spent / 1e6 * min(1.0, (own - own_before) / (busy - busy_before))
        self._last = counts, busy, own

    @staticmethod
    def _since(place: Path, before: float, now: float) -> float:
        """Microjoules; what wraps, wraps at `max_energy_range_uj`."""
        return now - before if now >= before else now - before + float((place / "max_energy_range_uj").read_text())


def _busy(stat: Path) -> float:
    """Seconds that all processors were at work since the machine started."""
    counts = stat.read_text().split("\n", 1)[0].split()[1:]
    return sum(int(counts[column]) for column in BUSY) / HERTZ


@dataclass
class Nvml:
    """One GPU."""

    library: Any
    handle: Any
    joules: float | None = 0.0
    _first: float | None = None

    @classmethod
    def found(cls, device: str, library: Any = None, uuid: str | None = None) -> Nvml | None:
        """The GPU that this process trains on; None without its driver's library, or on a card that does not count."""
        try:
            library = library or ctypes.CDLL("libnvidia-ml.so.1")
            uuid = uuid or f"GPU-{sys.modules['torch'].cuda.get_device_properties(device).uuid}"
            handle = ctypes.c_void_p()
            if library.nvmlInit_v2() or library.nvmlDeviceGetHandleByUUID(uuid.encode(), ctypes.byref(handle)):
                return None
        except (OSError, KeyError, AttributeError, RuntimeError):
            return None
        made = cls(library, handle)
        made.look()
        return None if made.joules is None else made

    def look(self, last: bool = False) -> None:
        """As `Meter.look`."""
        count = ctypes.c_ulonglong()
        if self.library.nvmlDeviceGetTotalEnergyConsumption(self.handle, ctypes.byref(count)):
            self.joules = None
        elif self._first is None:
            self._first = count.value / 1e3
        elif self.joules is not None:
            self.joules = count.value / 1e3 - self._first
