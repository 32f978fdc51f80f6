"""Energy by the counters of a machine that is made of files, and of a driver that is made up; what cannot be read is unknown, never 0."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dataqual.translating import Translation, sentences
from studies.design.prices import GpuHour
from studies.design.trial import Trial
from studies.findings import costs
from studies.running import trial_worker
from studies.running.energy import Nvml, Rapl
from studies.running.progress import Display
from studies.running.run import cost_of
from studies.running.trial_worker import load_snapshot, save_snapshot, train
from studies.telling.sentences import cost
from tests.studies.test_progress import Terminal, trials  # noqa: F401
from tests.studies.test_running import plan

pytestmark = pytest.mark.usefixtures("toy_package")


class Machine:
    """Two packages, a memory that is none, and processors that were busy."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.stat, self.own, self.now = folder / "powercap", folder / "stat", 10.0, 0.0
        names = {"intel-rapl:0": "package-0", "intel-rapl:0:0": "dram", "intel-rapl:1": "package-1"}
        for place, name in names.items():
            (self.root / place).mkdir(parents=True)
            (self.root / place / "name").write_text(f"{name}\n")
            (self.root / place / "max_energy_range_uj").write_text("1000000000\n")
        self.show(100, 200, busy=50)
        monkeypatch.setattr("studies.running.energy.time.process_time", lambda: self.own)
        monkeypatch.setattr("studies.running.energy.time.monotonic", lambda: self.now)

    def show(self, first: float, second: float, busy: float) -> None:
        for place, joules in (("intel-rapl:0", first), ("intel-rapl:1", second), ("intel-rapl:0:0", 7 * first)):
            (self.root / place / "energy_uj").write_text(f"{joules * 1e6:.0f}\n")
        ticks = round(busy * 100)
        self.stat.write_text(f"cpu  {ticks - 30} 10 10 99999 555 5 5 0 777 0\ncpu0 1 1\n")

    def after(self, seconds: float, own: float) -> None:
        self.now, self.own = self.now + seconds, self.own + own


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def found(machine: Machine) -> Rapl:
    meter = Rapl.found(machine.root, machine.stat)
    assert meter is not None
    return meter


def test_a_process_has_the_share_of_the_packages_that_it_has_of_their_time(machine: Machine) -> None:
    meter = found(machine)
    assert meter.joules == 0.0
    machine.after(1.0, own=1.0)
    machine.show(130, 210, busy=54)  # 40 J while processors were busy for 4 s, one of them ours
    meter.look()
    assert meter.joules == pytest.approx(10.0)
    machine.after(0.1, own=0.1)
    machine.show(230, 210, busy=55)
    meter.look()  # too soon: counted with the next
    assert meter.joules == pytest.approx(10.0)
    machine.after(1.0, own=0.9)
    machine.show(50, 310, busy=56)  # the first wrapped at 1,000 J: 130 to 1,050
    meter.look()
    assert meter.joules == pytest.approx(10.0 + (920 + 100) * 1.0 / 2)


def test_the_last_look_counts_what_came_since_the_one_before_it_however_soon(machine: Machine) -> None:
    meter = found(machine)
    machine.after(0.1, own=0.1)
    machine.show(104, 200, busy=50.2)
    meter.look(last=True)
    assert meter.joules == pytest.approx(4 * 0.1 / 0.2)


class Still:
    """A counter that has not moved yet."""

    joules = 0.0

    def look(self, last: bool = False) -> None:
        """Nothing."""


def test_a_trial_that_is_too_short_for_the_counter_took_unknown_energy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[Any] = []
    monkeypatch.setattr(trial_worker, "_meter", lambda trial: Still())
    monkeypatch.setattr(trial_worker, "PAUSE", -1.0)
    trial = plan(tmp_path)[0]
    train(trial, tmp_path, lambda event, **facts: said.append(facts.get("joules")))
    assert json.loads((tmp_path / f"{trial.key}.done").read_bytes())["joules"] is None
    assert said and not any(said) and 0.0 not in said


def test_a_counter_that_may_not_be_read_is_unknown(machine: Machine, tmp_path: Path) -> None:
    assert Rapl.found(tmp_path / "none", machine.stat) is None
    assert Rapl.found(machine.root, tmp_path / "none") is None
    meter = found(machine)
    (machine.root / "intel-rapl:1" / "energy_uj").unlink()  # as where only the administrator may read it
    assert Rapl.found(machine.root, machine.stat) is None
    machine.after(1.0, own=1.0)
    meter.look()
    assert meter.joules is None


class Driver:
    """What NVML answers: 0 is well."""

    def __init__(self, counts: list[int], refuses: str = "") -> None:
        self.counts, self.refuses, self.asked = counts, refuses, b""

    def nvmlInit_v2(self) -> int:
        return int(self.refuses == "init")

    def nvmlDeviceGetHandleByUUID(self, uuid: bytes, handle: Any) -> int:
        self.asked = uuid
        return int(self.refuses == "handle")

    def nvmlDeviceGetTotalEnergyConsumption(self, handle: Any, count: Any) -> int:
        if not self.counts:
            return 3
        count._obj.value = self.counts.pop(0)
        return 0


def test_a_gpu_counts_in_millijoules_from_when_it_was_first_looked_at() -> None:
    driver = Driver([5_000_000, 5_002_500, 5_010_000])
    meter = Nvml.found("cuda", driver, "GPU-ab")
    assert meter is not None and meter.joules == 0.0 and driver.asked == b"GPU-ab"
    meter.look()
    assert meter.joules == 2.5
    meter.look()
    assert meter.joules == 10.0
    meter.look()
    assert meter.joules is None


@pytest.mark.parametrize("driver", [Driver([1], "init"), Driver([1], "handle"), Driver([])])
def test_a_driver_or_a_card_that_counts_nothing_is_unknown(driver: Driver) -> None:
    assert Nvml.found("cuda", driver, "GPU-ab") is None


def test_without_the_driver_a_gpu_is_unknown() -> None:
    assert Nvml.found("cuda", None, "GPU-ab") is None or Path("/dev/nvidia0").exists()


def lines(joules: list[float | None]) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    closed = [{"trial": f"t{i}", "flops_spent": 4e9, "flops_apart": 5e9} for i in range(len(joules))]
    clocks = {
        f"t{i}": {"seconds": 10.0, "device": "cpu x", "tokens": 5, "peak": 1e9, "joules": j}
        for i, j in enumerate(joules)
    }
    return closed, clocks


def test_the_energy_of_a_study_is_that_of_all_its_trials_or_unknown() -> None:
    known = costs.ledger(*lines([1.8e6, 5.4e6]), 1, None)
    assert known["energy"] == 2.0 and "energy" not in known["unknown"]
    assert "2 kWh" in cost(known)
    unknown = costs.ledger(*lines([1.8e6, None]), 1, None)
    assert unknown["energy"] is None and "energy" in unknown["unknown"] and "kWh" not in cost(unknown)
    point = {"flops": 1e9}
    assert costs.joules_apart(point, lines([8.0])[0][0], lines([8.0])[1]["t0"]) == 2.0
    assert costs.joules_apart(point, lines([None])[0][0], lines([None])[1]["t0"]) is None


def test_energy_is_kept_through_a_kill(tmp_path: Path, trials: list[Trial]) -> None:  # noqa: F811
    save_snapshot(tmp_path / "s", [], [], 3.0, 7.5, b"state")
    assert load_snapshot(tmp_path / "s") == ([], [], 3.0, 7.5, b"state")
    head, _, state = (tmp_path / "s").read_bytes().partition(b"\n")
    older = {name: value for name, value in json.loads(head).items() if name != "joules"}
    (tmp_path / "s").write_bytes(json.dumps(older).encode() + b"\n" + state)
    assert load_snapshot(tmp_path / "s")[3] is None  # not 0: what came before nobody knows
    assert cost_of(trials[0], {"seconds": 1.0, "points": [{"tokens": 1000}], "joules": 5.0})["joules"] == 5.0


def live(plan: list[Trial], price: GpuHour | None, *meters: tuple[float | None, ...]) -> str:
    display = Display(stream=Terminal(), clock=lambda: 10.0, price=price)
    display.begin(plan, set(), {})
    for trial, (seconds, joules, peak) in zip(plan, meters, strict=False):
        display.meter(trial, seconds, joules, peak)
        display.progress(trial, 500, 2.5)
    return display.line()


def test_the_live_line_says_money_spent_and_to_come_beside_use_and_energy(trials: list[Trial]) -> None:  # noqa: F811
    on_gpu = [replace(t, setting=replace(t.setting, device="cuda")) for t in trials]
    price = GpuHour(36.0, "USD")
    # 3 million FLOPs in 20 s of a device that could do 10: 3 + 12 million are left, 100 s at 0.01 USD a second
    line = live(on_gpu, price, (20.0, 7200.0, 1.5e6))
    assert line.endswith("; use 10%; 0.20 USD spent, 1.00 to come; 0.002 kWh")
    assert live(on_gpu, None, (20.0, None, None)).endswith("points, loss 2.500")
    assert live(trials, price, (20.0, None, 1.5e6)).endswith("; use 10%")  # a price is of a GPU-hour
    assert live(on_gpu, price, (None, None, None)).endswith("points, loss 2.500")


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "0/2 trials, 0 points, loss 2.500, 50 tokens/s, 50 s left; use 10%; 0.20 USD spent, 1.00 to come; 0.002 kWh",
            "0/2 次训练，0 个数据点，损失 2.500，每秒 50 词元，剩余 50 秒；利用率 10%；已花费 0.20 USD，预计还需 1.00；0.002 千瓦时",
        ),
        ("0/2 trials, 0 points, loss 2.500; use 10%", "0/2 次训练，0 个数据点，损失 2.500；利用率 10%"),
        ("0/2 trials, 0 points, loss 2.500; 0.002 kWh", "0/2 次训练，0 个数据点，损失 2.500；0.002 千瓦时"),
    ],
)
def test_the_live_line_is_told_in_chinese(english: str, chinese: str) -> None:
    assert Translation(sentences("zh")).whole(english) == chinese


def test_a_display_without_meters_says_nothing_of_them(trials: list[Trial]) -> None:  # noqa: F811
    display = Display(stream=io.StringIO(), clock=lambda: 10.0)
    display.begin(trials, set(), {})
    assert ";" not in display.line()
