"""How many of the label errors of the MNIST test set that people confirmed are found at k, beside cleanlab in the same run.

    python -m benchmarks.image_labels MNIST_NPZ LABEL_ERRORS_NPZ MTURK_JSON

The labels and cross-validated probabilities are those published with Northcutt, Athalye and Mueller 2021 (github.com/cleanlab/
label-errors), and so are the verdicts of five people each on 100 suspects. Both rankings are of the given probabilities,
and of our own, from networks that never saw the picture nor a copy of it. The 100 were chosen by those who published the
probabilities, by them: whatever else is wrong nobody looked at, so the numbers say what is found of these, not of all errors.
Writes benchmarks/results/image_labels.md.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores

from dataqual.images.labels import judge_pictures
from dataqual.labels.judging import Judged
from dataqual.reading import wilson

RESULTS = Path(__file__).parent / "results" / "image_labels.md"
KS = (10, 20, 50, 100, 200)


def confirmed(path: str) -> tuple[list[int], list[int], int]:
    """Pictures for which most of five people chose the suggested label and not the given one; those for which most did not
    choose the given one, "neither" and no agreement among them; and how many were shown to people at all."""
    verdicts = json.loads(Path(path).read_text(encoding="utf-8"))
    wrong = [one["id"] for one in verdicts if one["mturk"]["guessed"] >= 3 > one["mturk"]["given"]]
    rejected = [one["id"] for one in verdicts if one["mturk"]["given"] < 3]
    return wrong, rejected, len(verdicts)


def found(order: list[int], wrong: list[int]) -> str:
    """At each k, how many of the confirmed errors are among the first k, with a 95 % interval of the share."""
    cells = []
    for k in KS:
        hits = len(set(order[:k]) & set(wrong))
        low, high = wilson(hits, len(wrong)) or (0.0, 1.0)
        cells.append(f"{hits} of {len(wrong)} [{low:.2f}, {high:.2f}]")
    return " | ".join(cells)


def main(mnist: str, errors: str, mturk: str) -> None:
    """The table."""
    pictures = np.load(mnist)["x_test"]
    published = np.load(errors)
    labels = published["mnist_labels"].astype(np.int64)
    given = published["mnist_pred_probs"].astype(np.float64)
    given /= given.sum(1, keepdims=True)
    wrong, rejected, shown = confirmed(mturk)
    started = time.process_time()
    own = judge_pictures([picture[..., None] for picture in pictures], [str(label) for label in labels])
    seconds = time.process_time() - started
    assert own is not None
    lines = []
    for name, chances in (("published probabilities", given), ("our own networks", own.probabilities)):
        judged = Judged(own.classes, np.arange(len(labels)), labels, chances)
        ours = judged.ranked().tolist()
        theirs = find_label_issues(
            labels, chances, filter_by="confident_learning", return_indices_ranked_by="self_confidence"
        )
        same = set(ours[: len(theirs)]) == set(theirs.tolist())
        reading = judged.errors()
        low, high = reading.interval or (0.0, 1.0)
        scores = get_label_quality_scores(labels, chances)
        ranked = [
            *theirs.tolist(),
            *(row for row in np.argsort(scores, kind="stable").tolist() if row not in set(theirs.tolist())),
        ]
        for whose, order, count in (("dataqual", ours, int(judged.suspects.sum())), ("cleanlab", ranked, len(theirs))):
            lines.append(f"| {name} | {whose} | {count} | {found(order, wrong)} |")
            lines.append(f"| {name} (rejected) | {whose} | {count} | {found(order, rejected)} |")
        said = f"right on {judged.accuracy:.2%} of 10,000; wrong labels {reading.value:.2%} [{low:.2%}, {high:.2%}]"
        lines.append(f"\n{name}: {said}; the suspects of both {'are the same' if same else 'differ'}.\n")
    rows = [line for line in lines if line.startswith("|")]
    notes = [line for line in lines if not line.startswith("|")]
    head = "| probabilities | ranked by | suspects | " + " | ".join(f"at {k}" for k in KS) + " |"
    rule = "|---|---|--:|" + "--:|" * len(KS)
    cores = f"Our own probabilities, five networks that learn from 8,000 pictures each: {seconds:.0f} CPU-seconds."
    text = [f"# Label errors of the MNIST test set\n\n{shown} suspects were shown to five people each. Most chose the suggested label "
            f"and not the given one for {len(wrong)}; for {len(rejected)} (the rows called rejected) most did not choose the given one. "
            "cleanlab's list ends with its suspects; behind them stand all others by its label quality scores.\n",
            head, rule, *rows, *notes, cores, ""]  # fmt: skip
    RESULTS.write_text("\n".join(text), encoding="utf-8")
    print("\n".join(text))


if __name__ == "__main__":
    main(*sys.argv[1:4])
