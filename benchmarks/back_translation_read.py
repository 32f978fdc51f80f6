"""Draws 40 children of Apertium that the default gate accepts and 40 that it refuses, mixed, to be read before one sees which is which.

    python benchmarks/back_translation_read.py --corpus polarity.csv [--for-chrf] > pairs.txt 2> key.txt

With --for-chrf 80 others are drawn, of all that pass every rule but that on chrF, so that its bound can be chosen.
The pairs go to stdout without a word of the gate; the key, a line for each with its number, `accepted` or the rule, and chrF, to stderr.
Documents are shorter than 150 characters. What one reader said of them: benchmarks/results/back-translation-read.md.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])  # or numba's `import coverage` would find benchmarks/coverage.py

from benchmarks.gate import load, methods  # noqa: E402
from dataqual.children import Child  # noqa: E402
from dataqual.gating import Gate, Pairs  # noqa: E402
from dataqual.gating.label_agreement import LabelModels  # noqa: E402
from dataqual.gating.likeness import Chrf  # noqa: E402
from dataqual.steps._gated import Gated  # noqa: E402
from dataqual.text import Text  # noqa: E402

SEED, EACH, DOCUMENTS, LONGEST = 20261129, 40, 3000, 150


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="English, with text and label")
    parser.add_argument("--for-chrf", action="store_true", help="80 others, that pass every rule but that on chrF")
    asked = parser.parse_args()
    rows = load(asked.corpus)
    texts, labels = [row["text"] for row in rows], [row["label"] for row in rows]
    made = methods("en", None)["back-translation, Apertium eng-spa"](texts[:DOCUMENTS])
    pairs = [(at, child) for at, child in enumerate(made) if child is not None and child.text != texts[at]]
    gate = Gated(Gate.default().prepared(labels=LabelModels.fit(Text.of(texts), labels)))
    verdicts = gate.judge(
        [texts[at] for at, _ in pairs], [child for _, child in pairs], [labels[at] for at, _ in pairs]
    )
    short = [number for number, (at, _) in enumerate(pairs) if len(texts[at]) < LONGEST]
    rng = random.Random(SEED)
    drawn = rng.sample([one for one in short if verdicts[one].accepted], EACH)
    drawn += rng.sample([one for one in short if not verdicts[one].accepted], EACH)
    if asked.for_chrf:
        others = [n for n in short if n not in drawn and all(one.rule == "chrf" for one in verdicts[n].refusals)]
        drawn = random.Random(SEED + 1).sample(others, 2 * EACH)
    else:
        rng.shuffle(drawn)
    shown: list[tuple[str, Child]] = [(texts[pairs[one][0]], pairs[one][1]) for one in drawn]
    chrf = Chrf().measure(Pairs.of([text for text, _ in shown], [child.text for _, child in shown]))
    for number, (one, (text, child)) in enumerate(zip(drawn, shown, strict=True), 1):
        print(f"{number} {text.strip()}\n  {child.text.strip()}")
        why = next((refusal.rule for refusal in verdicts[one].refusals), "accepted")
        print(number, why, f"{chrf[number - 1]:.3f}", file=sys.stderr)


if __name__ == "__main__":
    main()
