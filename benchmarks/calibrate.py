"""How fast does `studies` train GPT-2s on this device, beside a plain `transformers` Trainer and a nanoGPT-style loop?

    python -m benchmarks.calibrate -o calibration.json                                # a GPU: ten minutes or so, five sizes; docs/h200.md
    python -m benchmarks.calibrate --device cpu --sizes 30k 100k --window 64 --seconds 1 --batch 1024 --vocabulary 257

First the peak of large matrix products, then tokens per second of each size, one after the other in one process: ours as it
is and compiled, the Trainer, and a loop as nanoGPT's (its model of plain PyTorch, fused AdamW, compiled on a GPU), all with
as many tokens to a step, the same arithmetic, no dropout and random tokens; one that runs out of memory tries again with half as many
windows at a time. No way is begun after `--minutes`, and with `-o` the same command goes on behind the sizes that are done. Bars: ours at least as fast as the faster of the others at
124M parameters, and twice as fast below 10M, on a GPU, where small models wait for launches. A way that is not installed, or fails, is told with its reason, and is no number.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from studies.standing_in import stand_in  # noqa: E402

stand_in()

from studies.data.windows import Order, TokenFile  # noqa: E402
from studies.design.quantities import quantity  # noqa: E402
from studies.learner import Progress, Task  # noqa: E402
from studies.learners.gpt2 import Dimensions, Gpt2, dimensions  # noqa: E402
from studies.running.devices import has_cuda, peak, resolve  # noqa: E402
from studies.training.schedule import whole_stop  # noqa: E402

SIZES = ("2.88M", "8.13M", "20.5M", "46.1M", "124M")
"""Parameters; the last is GPT-2 small with a vocabulary of 50,257, so nearly here."""
WARM_UP = 3
"""Steps that are not timed: kernels are chosen, and compiled, in them."""
FEW, STEPS = 8, 4_000
"""Steps' worth of random tokens, seen again and again, and steps at most."""
SMALL, LARGE = 10e6, 100e6
"""Parameters below which ours should be twice as fast, and from which at least as fast as the best of the others."""

Row = dict[str, Any]


def tokens_per_second(step: Callable[[], object], tokens: int, seconds: float, device: str) -> float:
    """How many tokens steps of `tokens` each learn in a second, once the first ones are done."""
    for _ in range(WARM_UP):
        step()
    _wait(device)
    clock = clock_of(device)
    began, done = clock(), 0
    while clock() - began < seconds or not done:
        step()
        done += 1
        if done % 10 == 0:
            _wait(device)
    _wait(device)
    return done * tokens / (clock() - began)


def clock_of(device: str) -> Callable[[], float]:
    """Seconds; on a CPU those that it gave to this process, as a study counts them, whoever else was at work."""
    return time.process_time if device == "cpu" else time.perf_counter


def _wait(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()


def ours(size: int, asked: argparse.Namespace, folder: Path, *, compile: bool) -> float:
    """Tokens per second of the learner `gpt2` as a study runs it, from its first report on."""
    where, learner = resolve(asked.device, "auto", compile), Gpt2()
    path = folder / f"{size}.u16"
    seen = np.random.default_rng(0).integers(0, asked.vocabulary, FEW * asked.batch + asked.window + 1)
    path.write_bytes(seen.astype("<u2").tobytes())
    task = Task(
        size=size, vocabulary=asked.vocabulary, window=asked.window, batch=asked.batch,
        train=TokenFile.of(path, bytes=len(seen)), order=Order(0, FEW * asked.batch),
        stops=(whole_stop(STEPS * asked.batch, asked.batch),), held_out={}, seed=0, device=where.device,
        precision=where.precision, compile=where.compile,
    )  # fmt: skip
    marks: list[tuple[float, int]] = []
    clock = clock_of(asked.device)
    for event in learner.run(task):
        if isinstance(event, Progress):
            marks.append((clock(), event.tokens))
            if len(marks) > 1 and marks[-1][0] - marks[0][0] >= asked.seconds:
                break
    return (marks[-1][1] - marks[0][1]) / (marks[-1][0] - marks[0][0])


def nano(size: int, asked: argparse.Namespace, folder: Path) -> float:
    """A loop as nanoGPT's: autocast, cross entropy, clipped gradients, fused AdamW; compiled on a GPU."""
    d = dimensions(size, asked.vocabulary, asked.window)
    model: Any = Nano(d).to(asked.device)
    optimizer = torch.optim.AdamW(model.parameters(), 6e-4, (0.9, 0.95), weight_decay=0.1, fused=asked.device == "cuda")
    parameters = list(model.parameters())
    learnt = torch.compile(model) if asked.device == "cuda" else model
    pieces = max(1, asked.batch // asked.window // asked.at_once)
    data = torch.randint(asked.vocabulary, (FEW, asked.batch // asked.window, asked.window + 1), device=asked.device)
    at = iter(range(10**9))

    def step() -> None:
        for part in data[next(at) % FEW].chunk(pieces):
            with torch.autocast(asked.device, torch.bfloat16, enabled=asked.device == "cuda"):
                logits = learnt(part[:, :-1])
                loss = F.cross_entropy(logits.reshape(-1, asked.vocabulary), part[:, 1:].reshape(-1)) / pieces
            loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    return tokens_per_second(step, asked.batch, asked.seconds, asked.device)


def trainer(size: int, asked: argparse.Namespace, folder: Path) -> float:
    """The Trainer of transformers, as a user sets it up: GPT2LMHeadModel of the same shape, batches of one size."""
    from transformers import GPT2Config, GPT2LMHeadModel, Trainer, TrainerCallback, TrainingArguments

    d = dimensions(size, asked.vocabulary, asked.window)
    model = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=asked.vocabulary, n_positions=asked.window, n_embd=d.width, n_layer=d.layers, n_head=d.heads,
            bos_token_id=0, eos_token_id=0, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
        )
    )  # fmt: skip
    each = min(asked.at_once, asked.batch // asked.window)
    accumulated = max(1, asked.batch // asked.window // each)
    rows = torch.randint(asked.vocabulary, (FEW * asked.batch // asked.window, asked.window)).tolist()
    data = [{"input_ids": row, "labels": row} for row in rows] * (STEPS // FEW)
    marks: list[float] = []
    clock = clock_of(asked.device)

    class Clock(TrainerCallback):  # type: ignore[misc,unused-ignore]
        def on_step_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
            if state.global_step >= WARM_UP:
                _wait(asked.device)
                marks.append(clock())
                control.should_training_stop = len(marks) > 1 and marks[-1] - marks[0] >= asked.seconds

    arguments = TrainingArguments(
        str(folder / f"trainer-{size}"), per_device_train_batch_size=each, gradient_accumulation_steps=accumulated,
        max_steps=STEPS, bf16=asked.device == "cuda", use_cpu=asked.device == "cpu", report_to=[], save_strategy="no",
        logging_strategy="no", disable_tqdm=True, dataloader_pin_memory=asked.device == "cuda",
    )  # fmt: skip
    Trainer(model=model, args=arguments, train_dataset=data, callbacks=[Clock()]).train()
    return (len(marks) - 1) * asked.batch / (marks[-1] - marks[0])


class Nano(nn.Module):
    """GPT-2 as nanoGPT writes it: blocks of attention and MLP before which a norm stands, head and embedding one."""

    def __init__(self, d: Dimensions) -> None:
        super().__init__()
        self.tokens, self.places = nn.Embedding(d.vocabulary, d.width), nn.Embedding(d.window, d.width)
        self.blocks = nn.ModuleList(Block(d) for _ in range(d.layers))
        self.norm = nn.LayerNorm(d.width)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.tokens(tokens) + self.places(torch.arange(tokens.shape[1], device=tokens.device))
        for block in self.blocks:
            x = block(x)
        return F.linear(self.norm(x), self.tokens.weight)


class Block(nn.Module):
    def __init__(self, d: Dimensions) -> None:
        super().__init__()
        self.heads, width = d.heads, d.width
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attend, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.wide, self.back = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        rows, length, width = x.shape
        parts = self.attend(self.first(x)).view(rows, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(parts[0], parts[1], parts[2], is_causal=True)
        x = x + self.out(seen.transpose(1, 2).reshape(rows, length, width))
        return x + self.back(F.gelu(self.wide(self.second(x))))


def ways(asked: argparse.Namespace, folder: Path) -> dict[str, Callable[[int], float]]:
    """What is measured, by name."""
    return {
        "ours": lambda size: ours(size, asked, folder, compile=False),
        "ours, compiled": lambda size: ours(size, asked, folder, compile=True),
        "Trainer": lambda size: trainer(size, asked, folder),
        "nanoGPT loop": lambda size: nano(size, asked, folder),
    }


def measure(asked: argparse.Namespace, done: Sequence[Row] = ()) -> Iterator[Row]:
    """A row for each size, those that are done as they are; what failed, or was not begun in time, has None and its reason."""
    known = {row["size"]: row for row in done}
    end = time.monotonic() + 60 * asked.minutes
    with tempfile.TemporaryDirectory() as folder:
        for size in asked.sizes:
            if size in known:
                yield known[size]
                continue
            shape = Gpt2().shape(size, asked.vocabulary, asked.window)
            row: Row = {
                "size": size,
                "parameters": shape.parameters,
                "flops_per_token": shape.flops_per_token,
                "failed": {},
            }
            for name in ways(asked, Path(folder)):
                row[name], why = _tried(name, size, asked, Path(folder), end)
                row["failed"] |= {name: why} if why else {}
            yield row | _against(row) | ({} if asked.device == "cuda" else {"bar": None, "passed": None})


LATE = "not begun: the time was up (--minutes)"


def _tried(
    name: str, size: int, asked: argparse.Namespace, folder: Path, end: float
) -> tuple[float | None, str | None]:
    """Tokens per second of a way, or why there are none; out of memory, with half as many windows at a time."""
    if name == "ours, compiled" and asked.no_compile:
        return None, "left out (--no-compile)"
    at_once = asked.at_once
    while time.monotonic() < end:
        try:
            return ways(argparse.Namespace(**{**vars(asked), "at_once": at_once}), folder)[name](size), None
        except torch.OutOfMemoryError as error:
            if at_once == 1:
                return None, f"out of memory with one window: {error}".splitlines()[0][:200]
            at_once //= 2
        except Exception as error:  # a peer that is not installed, or fails, is no reason to stop
            return None, f"{type(error).__name__}: {error}".splitlines()[0][:200]
        finally:
            if asked.device == "cuda":
                torch.cuda.empty_cache()
    return None, LATE


def _against(row: Row) -> Row:
    """Ours over the faster of the others, and whether that meets the bar of its size (None where there is none)."""
    mine = [row[name] for name in ("ours", "ours, compiled") if row[name]]
    others = [row[name] for name in ("Trainer", "nanoGPT loop") if row[name]]
    ratio = max(mine) / max(others) if mine and others else None
    bar = 2.0 if row["parameters"] < SMALL else 1.0 if row["parameters"] >= LARGE else None
    return {"ratio": ratio, "bar": bar, "passed": None if ratio is None or bar is None else ratio >= bar}


def table(facts: Row) -> Iterator[str]:
    """Markdown of a calibration."""
    top = facts["peak"]
    yield (
        f"{facts['device']}, {facts['precision']}: {top / 1e12:.3g} TFLOP/s in large matrix products"
        if top
        else facts["device"]
    )
    yield ""
    names = ["ours", "ours, compiled", "Trainer", "nanoGPT loop"]
    yield f"| parameters | {' | '.join(f'{name}, tokens/s' for name in names)} | MFU of ours | ours over the best other | bar |"
    yield "|" + "---|" * (len(names) + 4)
    for row in facts["sizes"]:
        mine = max((row[name] for name in names[:2] if row[name]), default=None)
        use = f"{mine * row['flops_per_token'] / top:.1%}" if mine and top else "unknown"
        told = [f"{row[name]:,.0f}" if row[name] else "unknown" for name in names]
        ratio = f"{row['ratio']:.2f}" if row["ratio"] else "unknown"
        yield f"| {row['parameters']:,} | {' | '.join(told)} | {use} | {ratio} | {row['bar'] or 'none'} |"
    reasons = {(name, why) for row in facts["sizes"] for name, why in row["failed"].items()}
    yield from (f"\n{name}: {why}" for name, why in sorted(reasons))


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cuda" if has_cuda() else "cpu")
    parser.add_argument("--sizes", nargs="+", default=list(SIZES))
    parser.add_argument("--window", type=int, default=512)
    parser.add_argument("--batch", default="32768", help="tokens per step")
    parser.add_argument("--vocabulary", type=int, default=16_384)
    parser.add_argument("--seconds", type=float, default=4.0, help="that each is timed")
    parser.add_argument("--at-once", type=int, default=64, help="windows in memory at a time, of the others")
    parser.add_argument("--minutes", type=float, default=11.0, help="after which no way is begun")
    parser.add_argument("--no-compile", action="store_true")
    parser.add_argument("-o", "--out", type=Path)
    asked = parser.parse_args(given)
    asked.sizes = [quantity(size, "--sizes") for size in asked.sizes]
    asked.batch = quantity(asked.batch, "--batch")
    return asked


def _before(path: Path | None, facts: Row) -> list[Row]:
    """The whole rows of an earlier calibration in that file, if it was of the same device and settings."""
    if path is None or not path.exists():
        return []
    found: Row = json.loads(path.read_text(encoding="utf-8"))
    if any(found.get(name) != value for name, value in facts.items() if name not in ("peak", "sizes")):
        return []
    return [row for row in found["sizes"] if LATE not in row["failed"].values()]


def main(given: Sequence[str] | None = None) -> Row:
    """Measure, print, and write where told."""
    asked = arguments(given)
    where = resolve(asked.device, "auto", "auto")
    name = (
        torch.cuda.get_device_name()
        if asked.device == "cuda"
        else f"cpu {platform.machine()}, {torch.get_num_threads()} threads"
    )
    facts: Row = {
        "device": name, "precision": where.precision, "peak": peak(where.device, where.precision),
        "torch": torch.__version__, "window": asked.window, "batch": asked.batch, "vocabulary": asked.vocabulary, "sizes": [],
    }  # fmt: skip
    for row in measure(asked, _before(asked.out, facts)):
        facts["sizes"].append(row)
        if asked.out:  # after each size: a machine may vanish
            asked.out.write_text(json.dumps(facts, indent=1), encoding="utf-8")
        print(f"{row['parameters']:,}: {row['ratio'] and round(row['ratio'], 2)} times the best other", file=sys.stderr)
    print("\n".join(table(facts)))
    assert all(row["ratio"] is None or math.isfinite(row["ratio"]) for row in facts["sizes"])
    return facts


if __name__ == "__main__":
    main()
