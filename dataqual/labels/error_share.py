"""The share of labels that are wrong, between what cannot be otherwise and all that the model takes for another class.

A model that mistakes two overlapping classes for each other looks the same as labels that are wrong, so the joint of
confident learning is too high where classes overlap. Where the model is surest of a class, hardly any document is of
another one, and how many labels differ there tells how often labels of that class are wrong (anchor points: Scott 2013; Liu
and Tao 2016), if they are as often wrong everywhere; where wrong labels gather in hard documents that is too low. The
interval reaches from the lower end of the one to the upper end of the other, and at least as far as it would if none of the
labels were seen to be wrong (Clopper and Pearson 1934): to draw again what is all right shows nothing else.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dataqual.intervals import clopper_pearson
from dataqual.labels.chances import rowwise
from dataqual.labels.confident_learning import Codes, Confidence, Floats, confident
from dataqual.reading import Reading

SUREST = 0.1
"""The share of a class's documents that are its anchors: benchmarks/interval_coverage.py has how often the interval holds."""
ANCHORS = 5
"""Documents at least, or half of a class that is small."""
DRAWS = 500
"""Bootstrap samples: the cells of a few classes, so that their ends move by less than a fiftieth of their distance."""


def label_errors(labels: Codes, probabilities: Floats, *, seed: int = 0) -> Reading:
    """The share of wrong labels, from labels and chances of models that never saw the documents, with its 95 % interval.

    None where there are fewer than two classes or no documents. `detail`: the share that is suspect, and the share by the
    calibrated joint of confident learning, as cleanlab estimates it.
    """
    n, classes = probabilities.shape
    if n == 0 or classes < 2:
        return Reading("label_errors", None, n)
    found = Confidence.of(labels, probabilities)
    random = np.random.default_rng(seed)
    flips = _flips(labels, probabilities)
    share = np.array([row / row.sum() for row in flips])
    drawn = np.stack(
        [random.multinomial(int(row.sum()), p, DRAWS) for row, p in zip(flips, share, strict=True)], axis=1
    )
    counts = random.multinomial(n, found.counts / n, DRAWS)
    low = _wrong(drawn / flips.sum(axis=1)[None, :, None], counts / n)
    high = _off_diagonal(labels, probabilities, found, random)
    value = float(_wrong(share[None], found.counts[None] / n)[0])
    unseen = clopper_pearson(0, n) or (0.0, 1.0)
    most = max(float(np.quantile(high, 0.975)), float(np.quantile(low, 0.975)), unseen[1])
    ends = float(np.quantile(low, 0.025)), most
    detail = {
        "suspects": int(found.suspects(labels, probabilities).sum()),
        "confident_joint": found.errors,
        "classes": classes,
        "least": int(found.counts.min()),
    }
    interval = (max(0.0, min(ends[0], value)), min(1.0, max(ends[1], value)))
    return Reading("label_errors", value, n, method="sample", interval=interval, detail=detail)


def _flips(labels: Codes, probabilities: Floats) -> Codes:
    """How often each label stands at the anchors of each class, (classes, classes)."""
    classes = probabilities.shape[1]
    sizes = np.bincount(labels, minlength=classes)
    rows = []
    for k in range(classes):
        most = max(1, min(ANCHORS, int(sizes[k]) // 2), int(np.ceil(SUREST * sizes[k])))
        order = np.lexsort((labels == k, -rowwise(lambda block, k=k: block[:, k].copy(), probabilities)))
        rows.append(np.bincount(labels[order[:most]], minlength=classes))
    return np.array(rows, np.int64)


def _wrong(given: NDArray[np.float64], labelled: Floats) -> Floats:
    """The share of wrong labels of each draw: `given` (draws, classes, classes) how likely each label is within a class,
    `labelled` (draws, classes) the share of each label, from which follows how large the classes are."""
    sizes = np.einsum("dkj,dj->dk", np.linalg.pinv(np.swapaxes(given, 1, 2)), labelled).clip(min=0)
    total = sizes.sum(axis=1, keepdims=True)
    sizes = np.divide(sizes, total, out=labelled.copy(), where=total > 0)
    return np.asarray(1 - np.einsum("dk,dkk->d", sizes, given)).clip(0, 1)


def _off_diagonal(labels: Codes, probabilities: Floats, found: Confidence, random: np.random.Generator) -> Floats:
    """The share off the diagonal of the calibrated joint of each draw, thresholds as they are, (draws,)."""
    n, classes = probabilities.shape
    belongs = confident(found.thresholds, probabilities)
    cells = np.bincount(labels * (classes + 1) + belongs + 1, minlength=classes * (classes + 1))
    drawn = random.multinomial(n, cells / n, DRAWS).reshape(DRAWS, classes, classes + 1)
    joint = drawn[:, :, 1:]
    right = np.einsum("dkk->dk", joint).clip(min=1)
    wrong = joint.sum(axis=2) - np.einsum("dkk->dk", joint)
    return np.asarray((wrong / (right + wrong) * drawn.sum(axis=2)).sum(axis=1) / n)
