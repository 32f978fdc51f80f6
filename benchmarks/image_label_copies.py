"""What copies do to label suspects of photographs: found of planted wrong labels, and suspected wrongly, near copies kept together or not.

    python -m benchmarks.image_label_copies FOLDER [--runs 3] > benchmarks/results/image_label_copies.md

FOLDER holds large photographs, which are cut into squares that do not overlap (`image_copies`); those that are not plain, of
the JPEGs with most of them, are labelled by their photograph. Each is there three times: as it is, at half the size, and as a JPEG of
quality 60. Wrong labels are planted of two kinds: of one picture of three (`alone`), whose copies have the right label, and of all three
(`together`), as where a set was labelled before it was resized. Suspects are those of `dataqual labels`; "exact" keeps only copies of the same pixels in
one fold, "near" those that `dedup` calls copies too.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.image_copies import jpeg, resized, squares_of
from dataqual.images.image import Images
from dataqual.images.labels import copied_of, judge_pictures
from dataqual.images.sample import small
from dataqual.images.verification import PLAIN, cards, structure
from dataqual.labels.copies import Copied, conflicts
from dataqual.reading import wilson

CLASSES, EACH, SHARE = 6, 40, 0.04
Picture = NDArray[np.uint8]


def chosen(folder: Path) -> tuple[list[Picture], list[str]]:
    """Squares of the photographs with most that are not plain, and the photograph of each."""
    found = []
    for path, squares in squares_of(folder, (".jpg",)):
        varied = [one for one in squares if structure(cards(Images.of([one]))[0].luma[None])[0] >= PLAIN]
        found.append((len(varied), path.name, varied))
    found.sort(key=lambda one: (-one[0], one[1]))
    pictures, names = [], []
    for count, name, varied in found[:CLASSES]:
        for at in np.linspace(0, count - 1, min(count, EACH)).astype(int).tolist():
            pictures.append(varied[at])
            names.append(name)
    return pictures, names


def planted(names: list[str], seed: int) -> tuple[list[str], NDArray[np.bool_], NDArray[np.bool_]]:
    """Labels of three copies each, and which of them are wrong alone and together, (3 n,)."""
    random = np.random.default_rng(seed)
    n, kinds = len(names), sorted(set(names))
    order = random.permutation(n)
    some = round(n * SHARE)
    alone, together = np.zeros((n, 3), bool), np.zeros((n, 3), bool)
    alone[order[:some], random.integers(0, 3, some)] = True
    together[order[some : 2 * some]] = True
    given = []
    for at, name in enumerate(names):
        other = [kind for kind in kinds if kind != name][int(random.integers(0, len(kinds) - 1))]
        given += [other if wrong else name for wrong in (alone | together)[at].tolist()]
    return given, alone.ravel(), together.ravel()


def exact_only(found: Copied) -> Copied:
    """Copies of the same pixels alone."""
    _, first, number = np.unique(found.keys, return_index=True, return_inverse=True)
    return Copied(found.keys, first[number].astype(np.int64))


def share(hits: int, n: int) -> str:
    """With its 95 % interval."""
    low, high = wilson(hits, n) or (0.0, 1.0)
    return f"{hits} of {n} = {hits / max(n, 1):.2f} [{low:.2f}, {high:.2f}]"


def main() -> None:
    """Measure, and print a page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    originals, names = chosen(asked.folder)
    whole = [copy for one in originals for copy in (one, resized(one, 0.5), jpeg(one))]
    pictures, near = [small(one) for one in whole], copied_of(whole)
    print(
        "# Wrong labels among copies of photographs\n\nMade by `python -m benchmarks.image_label_copies`; what is counted stands there.\n"
    )
    print(f"{len(originals)} squares of {len(set(names))} photographs, three copies of each; {asked.runs} plantings.\n")
    print(
        "| folds keep together | planted alone, found | planted together, found | suspects that are planted | right on |\n|---|---|---|---|---|"
    )
    sums: dict[str, NDArray[np.int64]] = {"exact": np.zeros(6, int), "near": np.zeros(6, int)}
    right: dict[str, list[float]] = {"exact": [], "near": []}
    torn = []
    for seed in range(asked.runs):
        given, alone, together = planted(names, seed)
        for kind, copied in (("exact", exact_only(near)), ("near", near)):
            judged = judge_pictures(pictures, given, seed=seed, copied=copied)
            assert judged is not None
            suspect = np.zeros(len(pictures), bool)
            suspect[judged.rows] = judged.suspects
            counts = [(suspect & alone).sum(), alone.sum(), (suspect & together).sum(), together.sum(),
                      (suspect & (alone | together)).sum(), suspect.sum()]  # fmt: skip
            sums[kind] += np.array(counts)
            right[kind].append(judged.accuracy or 0.0)
        found = conflicts(near, given)
        members = {row for one in found for row in one.members}
        torn.append((len(members & set(np.flatnonzero(alone).tolist())), int(alone.sum()), len(found)))
    for kind, counts in sums.items():
        cells = [share(int(counts[at]), int(counts[at + 1])) for at in (0, 2, 4)]
        print(f"| {kind} | {' | '.join(cells)} | {np.mean(right[kind]):.1%} |")
    hits, n, clusters = np.array(torn).sum(axis=0).tolist()
    print(
        f"\nContradictions among copies: {share(hits, n)} of the labels planted alone stand in one, and there are {clusters} of them."
    )


if __name__ == "__main__":
    main()
