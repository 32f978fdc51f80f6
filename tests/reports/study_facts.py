"""Facts of a study as docs/study-report.md describes them, from a law that is known: likely, bare, hostile, immense.

Run as a program it writes them: python tests/reports/study_facts.py FOLDER.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Facts = dict[str, Any]

E, A, ALPHA, B, BETA = 1.1, 24.0, 0.34, 60.0, 0.33
PER_FLOP = {30_000: 6e-11, 100_000: 3e-11, 300_000: 1.8e-11}  # seconds: small models keep a core less busy
WORTH = {"raw": {"clean": 1.0, "typos": 0.42, "half": 0.98}, "neutral": {"clean": 1.0, "typos": 0.55, "half": 1.31}}
YIELD = {"clean": 1.0, "typos": 1.0, "half": 0.5}


def estimate(value: float | None, off: float = 0.1, n: int = 120, **more: Any) -> Facts:
    """A multiplier with an interval of ± `off` in its logarithm; None is unknown."""
    ends = None if value is None else [value * float(np.exp(-off)), value * float(np.exp(off))]
    return {"value": value, "interval": ends, "n": n, **more}


def law(parameters: float, tokens: float, worth: float = 1.0, floor: float = E) -> float:
    return float(floor + A * parameters**-ALPHA + B * (worth * tokens) ** -BETA)


def flops(parameters: float, tokens: float) -> float:
    return float(6.4 * parameters * tokens)


def points(
    grades: Sequence[str],
    sizes: Sequence[int] = tuple(PER_FLOP),
    tokens: Sequence[int] = (125_000, 250_000, 500_000, 1_000_000, 2_000_000),
    seeds: int = 2,
    worths: Mapping[str, Mapping[str, float]] = WORTH,
    timed: bool = True,
) -> list[Facts]:
    """One per stop and held-out set of every trunk, the law plus noise; the A/A arm beside the reference."""
    rng = np.random.default_rng(11)
    rows, trunk = [], 0
    arms = [(grade, "main") for grade in grades] + [(grades[0], "again")]
    for size in sizes:
        for grade, arm in arms:
            for seed in range(seeds):
                for seen in tokens:
                    for held_out, worth in worths.items():
                        cost = flops(size, seen)
                        rows.append({
                            "trial": f"{trunk:016x}", "trunk": trunk, "grade": grade, "arm": arm, "size": size,
                            "parameters": size * 1.08, "non_embedding": size, "tokens": seen, "unique": seen,
                            "epochs": 1.0, "seed": seed, "flops": cost,
                            "seconds": cost * PER_FLOP.get(size, 1e-12) * float(rng.uniform(0.9, 1.1)) if timed else None,
                            "held_out": held_out,
                            "loss": law(size, seen, worth.get(grade, 1.0), E + 0.2 * (held_out != "raw")) + float(rng.normal(0, 0.006)),
                        })  # fmt: skip
                trunk += 1
    return rows


def curves(
    grades: Sequence[str], sizes: Sequence[int], last: float, worths: Mapping[str, Mapping[str, float]]
) -> list[Facts]:
    seen = np.geomspace(125_000, last, 40)
    made = []
    for held_out, worth in worths.items():
        for grade in grades:
            for size in sizes:
                losses = [law(size, d, worth.get(grade, 1.0), E + 0.2 * (held_out != "raw")) for d in seen]
                wide = [0.008 + 0.03 * abs(float(np.log(d / 700_000))) / 3 for d in seen]
                made.append({
                    "held_out": held_out, "grade": grade, "size": size, "kind": "fit",
                    "flops": [flops(size, d) for d in seen], "loss": losses,
                    "low": [x - w for x, w in zip(losses, wide, strict=True)],
                    "high": [x + w for x, w in zip(losses, wide, strict=True)],
                })  # fmt: skip
    return made


def frontiers(grades: Sequence[str], last: float, worths: Mapping[str, Mapping[str, float]]) -> list[Facts]:
    """The least loss over sizes at each amount of compute, each token seen once, of all and of half of the data."""
    compute, size = np.geomspace(2.6e10, 8.3e12, 17), np.geomspace(8e3, 1.3e6, 200)
    made = []
    for held_out, worth in worths.items():
        for grade in grades:
            for share in (1.0, 0.5):
                unique = share * YIELD.get(grade, 1.0) * last
                floor = E + 0.2 * (held_out != "raw")
                best = [
                    min(law(n, min(c / (6.4 * n), unique), worth.get(grade, 1.0), floor) for n in size) for c in compute
                ]
                made.append({
                    "held_out": held_out, "grade": grade, "share": share, "unique": unique, "flops": compute.tolist(),
                    "loss": best, "low": [0.99 * x for x in best], "high": [1.01 * x for x in best],
                })  # fmt: skip
    return made


def laws(
    held_out: str, grades: Sequence[str], rows: Sequence[Facts], worths: Mapping[str, Mapping[str, float]]
) -> list[Facts]:
    mine = [(i, p) for i, p in enumerate(rows) if p["held_out"] == held_out and p["arm"] != "repeats"]
    worth = worths[held_out]
    floor = E + 0.2 * (held_out != "raw")
    multipliers = {f"q_{g}": worth.get(g, 1.0) for g in grades[1:]}
    residuals = [
        {
            "point": i,
            "residual": float(np.log(p["loss"] / law(p["size"], p["tokens"], worth.get(p["grade"], 1.0), floor))),
        }
        for i, p in mine
    ]
    spread = {"E": 0.9, "A": 0.6, "B": 0.5, "alpha": 0.12, "beta": 0.08}
    values = {"E": floor, "A": A, "B": B, "alpha": ALPHA, "beta": BETA, **multipliers}
    chinchilla = {
        "name": "chinchilla", "formula": "L = E + A·N^-alpha + B·(q·D)^-beta", "parameters": values,
        "intervals": {name: estimate(value, spread.get(name, 0.09))["interval"] for name, value in values.items()},
        "objective": {"huber": 0.0019, "least_squares": 0.0021}, "weakly_identified": ["E"], "n": len(mine),
        "trunks": len({p["trunk"] for _, p in mine}), "rmse": 0.0031, "repeat_sd": 0.0029,
        "lack_of_fit": {"f": 1.12, "p": 0.31, "df": [24, 30], "rejected": False}, "residuals": residuals, "used": True,
        "largest_left_out": {"parameters": 324_000.0, "n": 24, "bias": 0.004, "error": 0.012, "inside": 23},
    }  # fmt: skip
    power = {
        "name": "power", "formula": "L = E + K·C^-gamma", "parameters": {"E": 0.2, "K": 30.0, "gamma": 0.11},
        "intervals": {"E": [0.0, None], "K": [9.0, 88.0], "gamma": [0.04, 0.2]},
        "objective": {"huber": 0.019, "least_squares": 0.022}, "weakly_identified": ["E", "K", "gamma"], "n": len(mine),
        "trunks": len({p["trunk"] for _, p in mine}), "rmse": 0.021, "repeat_sd": 0.0029,
        "lack_of_fit": {"f": 9.4, "p": 1.2e-7, "df": [26, 30], "rejected": True}, "residuals": [], "used": False,
    }  # fmt: skip
    return [chinchilla, power]


def exchange(held_out: str, grades: Sequence[str], worths: Mapping[str, Mapping[str, float]]) -> Facts:
    worth = worths[held_out]
    graded = {
        g: {
            "q": estimate(worth.get(g, 1.0), 0.09), "token_yield": YIELD.get(g, 0.7),
            "net_worth": estimate(worth.get(g, 1.0) * YIELD.get(g, 0.7), 0.09),
            "compute_multiplier": estimate(worth.get(g, 1.0), 0.13), "gpu_hours_saved": None,
            "crossover": {"value": 2.1e13, "interval": [1.2e13, None], "n": 120, "pays": "below", "range": [1e11, 4e13]},
        } for g in grades[1:]
    }  # fmt: skip
    refuted = held_out == "neutral"
    verdicts = [
        {"claim": "doubling unique data lowers loss more than doubling core-hours", "what": "double_data",
         "verdict": "UNDECIDED" if refuted else "SUPPORTED",
         "difference": {"value": 0.004 if refuted else 0.031, "interval": [-0.006, 0.014] if refuted else [0.022, 0.041], "n": 120},
         "reason": "the interval of the difference contains 0" if refuted else "the whole interval of the difference lies above 0"},
        *({"claim": f"training on grade {g} lowers loss more than doubling core-hours", "what": f"grade:{g}", "verdict": "REFUTED",
           "difference": {"value": -0.11, "interval": [-0.13, -0.09], "n": 120}, "reason": "the whole interval of the difference lies below 0"}
          for g in grades[1:2]),
    ]  # fmt: skip
    return {
        "law": "chinchilla", "reference": grades[0],
        "operating_point": {"size": "300000", "parameters": 324_000.0, "tokens": 2_000_000, "unique": 2_000_000,
                            "flops": flops(300_000, 2e6), "gpu_hours": flops(300_000, 2e6) * PER_FLOP[300_000] / 3600},
        "grades": graded,
        "data_for_compute": [{"k": 2, **estimate(1.62, 0.07)}, {"k": 4, **estimate(2.55, 0.13)}, {"k": 10, "value": None, "interval": None, "n": 120, "says": "no amount of unique data at the same compute makes up for 10 times the compute"}],
        "ceiling": {"value": 1.93, "interval": [1.84, 1.99], "n": 120, "unique": 2_000_000},
        "break_even": {"value": 0.021, "interval": [0.017, 0.026], "n": 120},
        "elasticities": {"tokens": {"value": -0.142, "interval": [-0.151, -0.133], "n": 120},
                         "parameters": {"value": -0.094, "interval": [-0.103, -0.085], "n": 120},
                         "exchange": {"value": 1.4, "interval": [1.2, 1.7], "n": 120}},
        "verdicts": verdicts,
    }  # fmt: skip


def repeats(worths: Mapping[str, Any], sizes: Sequence[int]) -> list[Facts]:
    worse = {2: 0.001, 4: 0.003, 8: 0.014, 16: 0.095}
    return [
        {"held_out": held_out, "size": size, "unique": 125_000, "epochs": epochs, "difference": d * (1 + i * 0.5), "n": 2,
         "interval": [d * (1 + i * 0.5) - 0.011, d * (1 + i * 0.5) + 0.011]}
        for held_out in worths for i, size in enumerate(sizes) for epochs, d in worse.items()
    ]  # fmt: skip


MEASURED = {
    "perplexity": 9.1, "bleu": 0.42, "rouge1": 0.11, "rouge2": 0.004, "rougeL": 0.09, "distinct_2": 0.97, "self_bleu": 0.006,
    "repetition": 0.04, "copied_words": 2.4, "copied_share": 0.001, "female_share": 0.31, "broken": 0.02,
}  # fmt: skip
OF_REAL = ("distinct_2", "self_bleu", "repetition", "copied_words", "copied_share", "female_share", "broken")


def generated(
    grades: Sequence[str], sizes: Sequence[int], text: str = "he said that the {grade} one was 他 here"
) -> Facts:
    """What models wrote on three prompts; one measure unknown, one without an interval."""
    rows = [
        {"grade": grade, "arm": arm, "size": size, "parameters": size * 1.08, "unique": 61_440 if arm == "repeats" else None, "models": 2, "texts": 6,
         "measures": {name: estimate(value * (1 + 0.1 * i), 0.2, 6) for name, value in MEASURED.items()}
         | {"copied_share": {"value": 0.0, "interval": None, "n": 6}, "female_share": estimate(None if size == sizes[0] else 0.31, 0.3, 6)}}
        for i, (grade, arm) in enumerate([*((grade, "main") for grade in grades), (grades[0], "again"), (grades[0], "repeats")]) for size in sizes
    ]  # fmt: skip
    return {
        "prompts": {"held_out": "raw", "n": 3, "size": 64, "samples": 24, "tokens": 256, "temperature": 0.8, "seed": 0},
        "among": {"words": 200, "texts": 8, "copied": 200},
        "rows": rows,
        "real": {name: estimate(MEASURED[name] * 1.2, 0.1, 3) for name in OF_REAL},
        "signature": "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0",
        "notes": ["sacrebleu is not installed; it comes with: pip install '.[generated]' -c constraints.txt"],
        "examples": [
            {"prompt": f"{text} {i}", "real": text, "texts": [{"grade": g, "size": s, "text": text.replace("{grade}", g)} for s in sizes for g in grades]}
            for i in range(3)
        ],
    }  # fmt: skip


def prediction(grade: str, sizes: Sequence[int], worths: Mapping[str, Any]) -> Facts:
    """Two predictions, one of which came; the last held-out set has none."""
    first, *_, last = [*worths, "neutral"]
    rows = [
        {"trial": "ab", "grade": grade, "size": sizes[-1], "seed": 0, "parameters": sizes[-1], "tokens": seen, "value": 2.1, "interval": [2.0, 2.2],
         "held_out": first, "came": came}
        for seen, came in ((1_000_000, 2.31), (2_000_000, None))
    ]  # fmt: skip
    parts = [
        {"held_out": first, "law": "chinchilla", "n": 40, "says": None},
        {"held_out": last, "law": None, "n": 0, "says": "no smaller model of the reference has come to an end"},
    ]
    when = {"written": "2025-01-02T03:05:06Z", "began": "2025-01-02T03:05:07Z"}
    return {"sha256": "c0ffee" * 10 + "abcd", "noted": True, **when, "parts": parts, "rows": rows, "n": 1, "inside": 0}


def study(
    grades: Sequence[str], rows: list[Facts], worths: Mapping[str, Mapping[str, float]] = WORTH, **more: Any
) -> Facts:
    """The whole of study.json around the points."""
    sizes = sorted({p["size"] for p in rows})
    spent = sum(p["flops"] for p in rows) / max(len(worths), 1)
    return {
        "schema": "study@1", "name": "scaling",
        "sentence": "More data: doubling it beats doubling core-hours by 0.031 [0.022, 0.041] bits per byte on raw text; undecided on neutral; a token of typos is worth 0.42 [0.38, 0.46] of clean on raw, of half 0.98 [0.90, 1.07] (324k parameters, 2.0M tokens).",
        "study": {"name": "scaling", "corpus": "corpus.jsonl", "held_out": {"raw": {"share": 0.05}, "neutral": "neutral.jsonl"},
                  "grades": {g: {} for g in grades}, "reference": grades[0], "tokenizer": "bytes", "learner": "gpt2",
                  "sizes": sizes, "window": 128, "tokens": sorted({p["tokens"] for p in rows}), "seeds": 2, "gpu_hour": None},
        "data": {
            "tokenizer": "bytes", "vocabulary": 257,
            "grades": {g: {"documents": 4_000, "tokens": 5_200_000, "bytes": 5_200_000, "yield": YIELD.get(g, 0.7), "token_yield": YIELD.get(g, 0.7),
                           "removed": {"documents": 12, "bytes": 40_112},
                           "steps": [] if i == 0 else [f"spoil_{g}(dose=0.5)"]} for i, g in enumerate(grades)},
            "held_out": {h: {"kind": "raw" if h == "raw" else "neutral", "documents": 210, "tokens": 260_000, "bytes": 260_000} for h in worths},
        },
        "points": rows,
        "laws": {h: laws(h, grades, rows, worths) for h in worths},
        "exchange": {h: exchange(h, grades, worths) for h in worths},
        "curves": curves(grades, sizes, max(p["tokens"] for p in rows), worths),
        "frontiers": frontiers(grades, max(p["tokens"] for p in rows), worths),
        "notes": [],
        "controls": [
            {"name": "A/A, raw", "held_out": "raw", "passed": True, "value": 1.004, "interval": [0.962, 1.047], "says": "clean in another order is worth itself: the interval of q contains 1; a worth between 0.96 and 1.05 would have passed as 1."},
            {"name": "order", "passed": True, "value": 0.008, "interval": None, "says": "Every window was seen as often as planned, in the planned order; at most 0.8% of successive windows are neighbours in the file."},
        ],
        "exposure": {"trials": 24, "windows": 40_625, "times": {"1": 40_625}, "says": "In a run on fresh data every window was seen once; in the runs with repeats up to 16 times, as planned."},
        "repeats": repeats(worths, sizes[:2]),
        "cost": {"device": "cpu", "workers": 2, "hours": 0.132, "unit": "core-hours", "price": None, "currency": None, "money": None,
                 "flops": spent * 0.6, "flops_apart": spent, "saving": 0.4, "tokens": 41_000_000, "tokens_per_second": 51_300,
                 "unknown": ["price", "energy"]},
        "generated": generated(grades, sizes),
        "prediction": prediction(grades[0], sizes, worths),
        "not_claimed": [
            "Anything outside 32 thousand to 324 thousand parameters and 125 thousand to 2.0 million tokens: no law was tested there.",
            "The values of E in the law of raw text: these runs leave them open by a factor of 4 and more.",
            "Anything but the loss on held-out text: no task was measured.",
        ],
        "run": {"started": "2025-01-02T03:04:05Z", "seconds": 240.1, "machine": "x86_64, 2 cores", "versions": {"dataqual": "0.1.0", "torch": "2.13.0", "numpy": "2.2.0"}},
        **more,
    }  # fmt: skip


def likely() -> Facts:
    """What the embedded study looks like: three sizes, two worse or smaller grades, two held-out sets, on a CPU."""
    grades = ["clean", "typos", "half"]
    return study(grades, points(grades))


RATES = (
    "54,920 parameters after 122,880 tokens, loss on raw against that at the study's learning rate: 0.5 times +0.1000 (n = 1), 2 times +0.0100 (n = 1). Of what was tried the least loss was at 1 times, between 0.5 and 2 times. Chance may do that.",
    "54,920 parameters after 122,880 tokens, loss on raw against that at the study's learning rate: 0.5 times +0.1000 [+0.0100, +0.1900] (n = 3), "
    "2 times -0.0503 [-0.0518, -0.0489] (n = 3). Of what was tried the least loss was at 2 times, the highest: the minimum may lie beyond. Chance does not do that: losses at this size tell of the rate, too. learning_rate: 1.6 in the study file goes there.",
    "54,920 parameters after 122,880 tokens, loss on raw against that at the study's learning rate: 2 times -0.0503 (n = 1). Of what was tried the least loss was at 2 times, the highest: the minimum may lie beyond. Chance may do that. learning_rate: 1.6 in the study file goes there.",
)


ENSEMBLES = [
    "Averaging 2 models of 32,400 parameters and 2,000,000 tokens is NOT worth it on raw text: against one larger model for the same compute it lowers loss by -0.100 [-0.140, -0.060] (n = 3 seeds).",
    "Whether averaging 2 models of 32,400 parameters and 2,000,000 tokens is worth it on neutral text is undecided: against one longer run for the same compute it lowers loss by +0.010 [-0.140, +0.160] (n = 3 seeds).",
]  # fmt: skip


def labelled() -> Facts:
    """The same with two probes: labels of texts, of which a copy of each model was tuned, and tags of words."""
    facts = likely()
    rows = [
        {"grade": g, "arm": arm, "size": size, "parameters": size * 1.08, "tokens": 2_000_000, "unique": 500_000 if arm == "repeats" else 2_000_000,
         "models": 2, "loss": 0.7, "measures": {
             "accuracy": {"value": 0.7 + i / 50, "interval": [0.66 + i / 50, 0.74 + i / 50], "n": 900},
             "macro_f1": {"value": 0.6, "interval": None, "n": 900}, "f1:pos": {"value": None, "interval": None, "n": 0}}}
        for i, size in enumerate(PER_FLOP) for g, arm in [("clean", "main"), ("typos", "main"), ("clean", "again"), ("clean", "repeats")]
    ]  # fmt: skip
    probe = {"kind": "documents", "classes": ["neg", "pos"], "train": 1000, "test": 900, "labels": {"neg": 500, "pos": 400},
             "commonest": {"class": "neg", "share": 5 / 9}, "epochs": 3, "rows": rows}  # fmt: skip
    tags = {**probe, "kind": "words", "classes": ["B-PER", "O"], "epochs": 1, "rows": rows[:2]}
    own = [{**p, "held_out": "mood", "loss": p["loss"] / 4} for p in facts["points"] if p["held_out"] == "raw"]
    held = facts["data"]["held_out"]
    return {
        **facts, "probes": {"mood": probe, "names": tags}, "units": {"mood": "bits per label", "names": "bits per label"},
        "points": [*facts["points"], *own], "exchange": {**facts["exchange"], "mood": facts["exchange"]["raw"]},
        "data": {**facts["data"], "probes": {"mood": {**held["raw"], "kind": "documents"}}},
        "prediction": {**facts["prediction"], "earlier": [{**facts["prediction"], "sha256": "ab" * 32, "noted": False, "written": None}]},
        "ensembles": {"says": ENSEMBLES, "rows": [
            {"kind": "ensemble", "learner": "gpt2", "held_out": "raw", "grade": "clean", "arm": arm, "size": 30_000, "tokens": 2_000_000,
             "unique": 500_000 if arm == "repeats" else 2_000_000, "parameters": 32_400, "non_embedding": 30_000, "epochs": 1.0,
             "models": models, "draws": 3 // models, "flops": models * 4e11, "seconds": None if models == 3 else 48.0, "joules": None,
             "loss": 2.3, "interval": [2.28, 2.32], "n": 3, "alone": 2.33, "larger": None if models == 3 else estimate(2.2, 0.01),
             "long": estimate(2.25, 0.01), "difference": {}, "verdict": verdict, "against": "long"}
            for arm, models, verdict in [("main", 2, "REFUTED"), ("main", 3, "UNDECIDED"), ("repeats", 2, "SUPPORTED")]
        ]},
        "stopped": [{"trial": "ab", "grade": "clean", "arm": "repeats", "size": 30_000, "seed": 0, "tokens": 500_000, "best": 125_000,
                     "planned": 2_000_000, "patience": 2, "unique": 60_000}],
        "controls": [*facts["controls"], *({"name": "learning rate at 54,920 parameters, raw", "passed": None, "reported": True, "value": None,
                     "interval": None, "says": says} for says in RATES)],
        "not_claimed": [
            "Other tasks than mood and names, or more labelled text than these were tuned on.",
            "Other learners, tokenizers or schedules than gpt2 on bytes: the learning rate comes from a table and was tried at others at two sizes only.",
        ],
    }  # fmt: skip


def bare() -> Facts:
    """The least a study can be: one grade, one size, no time, no law that fits, no repeats, everything else unknown."""
    grades, worths = ["all"], {"raw": {"all": 1.0}}
    rows = [p for p in points(grades, sizes=[30_000], seeds=1, worths=worths, timed=False) if p["arm"] == "main"]
    facts = study(
        grades,
        rows,
        worths,
        sentence="Undecided: no law can be fitted: laws chinchilla, data_constrained: all runs have the same parameters (N): nothing can be said of how loss depends on it.",
        curves=[],
        repeats=[],
        controls=[],
        not_claimed=[],
        exposure=None,
    )
    facts["laws"] = {"raw": []}
    facts["exchange"] = {
        "raw": {
            "law": None,
            "reference": "all",
            "operating_point": None,
            "grades": {},
            "data_for_compute": [],
            "ceiling": None,
            "elasticities": {},
            "verdicts": [],
            "reason": "no law can be fitted: law power: needs 3 different amounts of compute",
        }
    }
    facts["notes"] = [
        "scaling.yaml.sizes: 1 of them; a law needs 3 at least, better 5",
        "raw: no law can be fitted: law power: needs 3 different amounts of compute",
    ]
    facts["cost"] = {
        "device": None,
        "hours": None,
        "unit": "core-hours",
        "price": None,
        "money": None,
        "flops": None,
        "unknown": ["hours", "flops", "price"],
    }
    facts["run"] = {}
    facts["generated"] = facts["prediction"] = None
    return facts


def unsure() -> Facts:
    """A failed A/A arm, a law that does not fit, parameters that the data cannot tell, null ends and null values."""
    facts = likely()
    facts["sentence"] = "Undecided: equal data did not look equal (A/A: raw 1.31 [1.12, 1.53]), so no verdict counts."
    facts["controls"][0].update(
        passed=False,
        value=1.31,
        interval=[1.12, 1.53],
        says="clean in another order seems to be worth 1.31 of itself: the noise is larger than the intervals say, so verdicts on raw text are withheld.",
    )
    for laws_of in facts["laws"].values():
        laws_of[0].update(
            weakly_identified=["E", "alpha", "R_D"], lack_of_fit={"f": 6.1, "p": 1e-5, "df": [20, 30], "rejected": True}
        )
        laws_of[0]["parameters"]["R_D"], laws_of[0]["intervals"]["R_D"] = 15.4, [6.6, None]
        laws_of[0]["intervals"]["q_typos"] = None
    for exchanged in facts["exchange"].values():
        exchanged["grades"]["typos"]["q"] = {"value": None, "interval": None, "n": 0}
        exchanged["grades"]["half"]["q"]["interval"] = [0.4, None]
        exchanged["ceiling"] = None
        exchanged["data_for_compute"] = [
            {
                "k": 2,
                "value": None,
                "interval": None,
                "n": 120,
                "says": "no run repeats its tokens, so what further epochs are worth is not known: the answer rests on that",
            }
        ]
        exchanged["verdicts"][0]["difference"] = {"value": None, "interval": [-0.01, 0.02], "n": 120}
        for verdict in exchanged["verdicts"]:
            verdict.update(verdict="UNDECIDED", reason="a control failed: A/A, raw")
    return facts


def priced() -> Facts:
    """On a GPU whose hour has a price."""
    facts = likely()
    facts["cost"].update(
        device="NVIDIA H200",
        workers=1,
        hours=0.42,
        unit="GPU-hours",
        price=2.5,
        currency="USD",
        money=1.05,
        use=0.31,
        peak=7.9e14,
        unknown=["energy"],
    )
    for point in facts["points"]:
        point["seconds"] *= 60
    for exchanged in facts["exchange"].values():
        exchanged["operating_point"]["gpu_hours"] *= 60
        exchanged["grades"]["half"]["gpu_hours_saved"] = estimate(0.031, 0.2)
        exchanged["purchase"] = {**estimate(0.05, 0.2), "price": 0.02, "currency": "USD", "pays": True}
    return facts


NASTY = (
    '<script>alert(1)</script>"onmouseover="alert(2)', "{{7*7}}\u202e\x00\x1b\u2066\u200b\ud800", "'><img src=x onerror=alert(3)>", "=1+1;,\n\r\"|@",
)  # fmt: skip


def hostile() -> Facts:
    """Every name and sentence as someone would write it who wants to break the page."""
    grades = [*NASTY, "名" * 300, "干净的中文语料"]
    worths = {f"{NASTY[0]}h": dict.fromkeys(grades, 0.7), "中立的文本": dict.fromkeys(grades, 1.4)}
    facts = study(grades, points(grades, seeds=1, worths=worths), worths, name=NASTY[0], sentence=NASTY[0] * 40)
    facts["controls"] = [
        {"name": n, "passed": None, "value": float("nan"), "interval": [float("-inf"), float("inf")], "says": n * 90}
        for n in NASTY
    ]
    facts["not_claimed"] = [n * 200 for n in NASTY]
    facts["notes"] = list(NASTY) * 12
    facts["exposure"] = {"trials": NASTY[0], "says": list(NASTY), NASTY[1]: {NASTY[2]: NASTY[3]}}
    facts["study"][NASTY[0]] = {NASTY[1]: [NASTY[2]] * 900}
    facts["cost"].update(device=NASTY[2], unit=NASTY[0], currency=NASTY[3], money=3.0, unknown=list(NASTY))
    facts["generated"] = generated(grades, [30_000, 90_000], text=NASTY[0] + NASTY[1])
    facts["generated"]["notes"] = list(NASTY)
    facts["run"] = {NASTY[0]: NASTY[1], "versions": {NASTY[2]: NASTY[3]}}
    for exchanged in facts["exchange"].values():
        exchanged["verdicts"] = [{"claim": n, "what": n, "verdict": n, "difference": None, "reason": n} for n in NASTY]
    return facts


def immense() -> Facts:
    """Two thousand points and more: ten sizes, eight grades, five stops, three held-out sets, two seeds."""
    grades = [f"grade-{i}" for i in range(8)]
    worths = {name: {g: 0.5 + 0.1 * i for i, g in enumerate(grades)} for name in ("raw", "neutral", "code")}
    sizes = [30_000 * 2**i for i in range(10)]
    return study(grades, points(grades, sizes=sizes, worths=worths), worths)


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for make in (likely, bare, unsure, priced, immense):
        (folder / f"{make.__name__}.json").write_text(json.dumps(make()), encoding="utf-8")


if __name__ == "__main__":
    main()
