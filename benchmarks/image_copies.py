"""Copies of pictures: what is found of edited ones and what is found wrongly, ours beside hashes alone, in one run.

    python -m benchmarks.image_copies --mnist mnist.npz --photos FOLDER > benchmarks/results/image_copies.md

`--photos` is a folder of large photographs, which are cut into squares of 160 pixels that do not overlap: every square is a
picture of its own, and many lie beside each other in one photograph, which is harder than pictures of different things.
Drawn pictures have the spectrum of photographs. Beside ours stands what ImageHash (4.3) hashes, pairs within a radius being called
copies, as imagededup and most recipes do. An edit is made of every picture of a sample; its recall is over all but plain
ones, which are copies of nothing but the same pixels. False pairs are those among the pictures as they are.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dataqual.images.hamming import Hashes
from dataqual.images.image import Images
from dataqual.images.perceptual import LEAST, Perceptual, PicturePart, PictureSurvey
from dataqual.images.verification import PLAIN, Card, structure, verify
from dataqual.kernels import likeness
from dataqual.near_duplicates.ranking import IN_ORDER
from dataqual.reading import wilson

Picture = NDArray[np.uint8]

RADII = (4, 6, 8, 10, 12)
THRESHOLDS = (0.95, 0.96, 0.97, 0.98, 0.985, 0.99)
SIDE = 160
LARGE = 2600
AT_ONCE = 500


def resized(picture: Picture, by: float) -> Picture:
    """So many times as large, by Pillow's bicubic filter."""
    height, width = picture.shape[:2]
    return np.asarray(
        Image.fromarray(picture).resize((round(width * by), round(height * by)), Image.Resampling.BICUBIC)
    )


def jpeg(picture: Picture, quality: int = 60) -> Picture:
    """As it comes out of a JPEG file."""
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream))


def brighter(picture: Picture, by: float) -> Picture:
    """So many times as bright."""
    return np.clip(np.rint(picture.astype(np.float64) * by), 0, 255).astype(np.uint8)


EDITS: dict[str, Callable[[Picture], Picture]] = {
    "resized, 0.5": lambda picture: resized(picture, 0.5),
    "resized, 0.75": lambda picture: resized(picture, 0.75),
    "resized, 2": lambda picture: resized(picture, 2),
    "JPEG 60": jpeg,
    "brightness - 10 %": lambda picture: brighter(picture, 0.9),
    "brightness + 10 %": lambda picture: brighter(picture, 1.1),
}

STRONGER: dict[str, Callable[[Picture], Picture]] = {
    "nothing": lambda picture: picture,
    "JPEG 90": lambda picture: jpeg(picture, 90),
    "JPEG 60": jpeg,
    "JPEG 30": lambda picture: jpeg(picture, 30),
    "brightness + 10 %": lambda picture: brighter(picture, 1.1),
    "brightness + 15 %": lambda picture: brighter(picture, 1.15),
    "brightness + 30 %": lambda picture: brighter(picture, 1.3),
}
"""By which it is seen what the threshold lets go."""

LOWER = (1.0, 0.998, 0.995, 0.985, 0.97, 0.95, 0.9, 0.8)


def drawn(count: int, seed: int = 0) -> list[Picture]:
    """Gray pictures of 128 pixels whose amplitudes fall as one over the frequency, as those of photographs do."""
    random = np.random.default_rng(seed)
    tall, wide = np.fft.fftfreq(128)[:, None] * 128, np.fft.rfftfreq(128) * 128
    fall = 1 / np.maximum(np.hypot(tall, wide), 1)
    made = []
    for _ in range(count):
        layer = np.fft.irfft2(fall * np.exp(2j * np.pi * random.random(fall.shape)), (128, 128))
        made.append(np.clip(np.rint(125 + 45 * layer / layer.std()), 0, 255).astype(np.uint8))
    return made


def squares(folder: Path) -> list[Picture]:
    """The photographs of a folder in squares."""
    return [one for _, cut in squares_of(folder) for one in cut]


def squares_of(
    folder: Path, endings: tuple[str, ...] = (".jpg", ".png", ".webp")
) -> Iterator[tuple[Path, list[Picture]]]:
    """Each photograph of a folder, and its squares."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in endings:
            continue
        with Image.open(path) as image:
            whole = image.convert("RGB")
        whole.thumbnail((LARGE, LARGE))
        pixels = np.asarray(whole)
        made = []
        for y in range(0, pixels.shape[0] - SIDE + 1, SIDE):
            made += [pixels[y : y + SIDE, x : x + SIDE] for x in range(0, pixels.shape[1] - SIDE + 1, SIDE)]
        yield path, [np.ascontiguousarray(one) for one in made]


def parts(survey: PictureSurvey, pictures: Sequence[Picture]) -> Iterator[PicturePart]:
    """What the survey keeps of pictures, some at a time."""
    for start in range(0, len(pictures), AT_ONCE):
        yield survey.signing(Images.of(pictures[start : start + AT_ONCE]))


def recall(pictures: Sequence[Picture], near: Perceptual) -> list[str]:
    """A row of the table for every edit: ours by radius, and hashes alone within the usual one."""
    survey = PictureSurvey(near)
    [*before] = parts(survey, pictures)
    usable = np.array([_varied(card) for part in before for card in part.cards])
    theirs = [(imagehash.phash(Image.fromarray(one)), imagehash.dhash(Image.fromarray(one))) for one in pictures]
    n = int(usable.sum())
    rows = []
    for name, edit in EDITS.items():
        edited = [edit(picture) for picture in pictures]
        least, similar = _all_found(before, [*parts(survey, edited)])
        least = np.where(similar >= near.threshold, least, 65)[usable]  # the radius from which each is found
        ours = " | ".join(_share(int((least <= radius).sum()), n) for radius in RADII)
        apart = [
            (imagehash.phash(Image.fromarray(one)) - p, imagehash.dhash(Image.fromarray(one)) - d)
            for one, (p, d) in zip(edited, theirs, strict=True)
        ]
        alone = (np.array(apart) <= near.radius)[usable].sum(axis=0)
        rows.append(f"| {name} | {n:,} | {ours} | {alone[0] / n:.4f} | {alone[1] / n:.4f} |")
    return rows


def let_go(pictures: Sequence[Picture], near: Perceptual) -> list[str]:
    """A row of the table for every stronger edit: what share is found at each threshold."""
    survey = PictureSurvey(near)
    [*before] = parts(survey, pictures)
    usable = np.array([_varied(card) for part in before for card in part.cards])
    n = int(usable.sum())
    rows = []
    for name, edit in STRONGER.items():
        least, similar = _all_found(before, [*parts(survey, [edit(picture) for picture in pictures])])
        similar = np.where(least <= near.radius, similar, 0)[usable]
        rows.append(f"| {name} | {n:,} |" + "".join(f" {(similar >= one).mean():.3f} |" for one in LOWER))
    return rows


def _all_found(
    before: Sequence[PicturePart], after: Sequence[PicturePart]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """From which radius on each picture is compared with its counterpart, 65 where it is not, and how similar they are."""
    found = [_found(one, other) for one, other in zip(before, after, strict=True)]
    return np.concatenate([radius for radius, _ in found]), np.concatenate([similar for _, similar in found])


def _found(one: PicturePart, other: PicturePart) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    n = len(one)
    apart = np.bitwise_count(one.hashes ^ other.hashes).min(axis=(1, 2)).astype(np.int64)
    pairs = (np.arange(n, 2 * n, dtype=np.uint64) << np.uint64(32)) | np.arange(n, dtype=np.uint64)
    alike = np.empty(n, np.uint16)
    likeness.correlate(np.concatenate([one.coarse, other.coarse]), np.arange(256)[None].astype(np.int64), pairs, alike)
    verified = [verify(other.cards[at], one.cards[at]) for at in range(n)]
    similar = np.array([found.similarity * (found.structure >= PLAIN) for found in verified])
    return np.where((alike >= LEAST) & other.usable, apart, 65), similar


def _varied(card: Card) -> bool:
    """Whether a picture is not plain."""
    return bool(structure(card.luma[None])[0] >= PLAIN)


def _share(hits: int, n: int) -> str:
    low, high = wilson(hits, n) or (0.0, 1.0)
    return f"{hits / n:.4f} [{low:.4f}, {high:.4f}]"


def false_pairs(pictures: Sequence[Picture], near: Perceptual) -> tuple[str, dict[int, NDArray[np.float64]]]:
    """What is said of the survey, and by radius the similarity of every pair that the pixels do not refute outright."""
    start = time.process_time()
    found: dict[int, NDArray[np.float64]] = {}
    with PictureSurvey(Perceptual(radius=max(RADII), threshold=0.5)) as survey:
        for part in parts(survey, pictures):
            survey.add(part)
        signed = time.process_time() - start
        usable = np.concatenate([part.usable for part in survey._parts])
        hashes = np.concatenate([part.hashes for part in survey._parts])[:, 0]
        similarity, apart = [np.zeros(0)], [np.zeros(0, np.int64)]
        for block in survey._proposed(IN_ORDER, np.flatnonzero(usable), 0):
            later, earlier = (block >> np.uint64(32)).astype(np.int64), (block & likeness.NUMBER).astype(np.int64)
            compared = survey._compared(later, earlier)
            similarity.append(np.array([one.similarity * one.holds(0.5) for one in compared]))
            apart.append(np.bitwise_count(hashes[later] ^ hashes[earlier]).min(axis=1).astype(np.int64))
        all_apart, all_similar = np.concatenate(apart), np.concatenate(similarity)
        for radius in RADII:
            found[radius] = all_similar[all_apart <= radius]
    took = time.process_time() - start
    said = f"{len(pictures):,} pictures, {len(pictures) - int(usable.sum()):,} of them plain; signed in {signed:.1f} CPU-seconds, all in {took:.1f}"
    return said, found


def alone(pictures: Sequence[Picture]) -> tuple[float, list[list[int]]]:
    """CPU-seconds of ImageHash's pHash, and the pairs within each radius by it and by its dHash."""
    images = [Image.fromarray(picture) for picture in pictures]
    start = time.process_time()
    first = [_number(imagehash.phash(image)) for image in images]
    took = time.process_time() - start
    counts = []
    for hashes in (first, [_number(imagehash.dhash(image)) for image in images]):
        numbers = np.array(hashes, np.uint64)
        filed, limits = Hashes.of(numbers), np.arange(len(numbers))
        counts.append([sum(len(block) for block in filed.near(numbers, limits, radius)) for radius in RADII])
    return took, counts


def _number(value: Any) -> int:
    return int(str(value), 16)


def report(name: str, pictures: Sequence[Picture], sample: int, near: Perceptual) -> None:
    """Print what was measured of one set of pictures."""
    step = max(len(pictures) // sample, 1)
    said, found = false_pairs(pictures, near)
    took, (phashes, dhashes) = alone(pictures)
    print(f"\n## {name}\n\n{said}; ImageHash's pHash alone {took:.1f}.\n")
    print("False pairs, by radius; ours by the threshold of similarity:\n")
    print("| radius | pHash alone | dHash alone |" + "".join(f" ours, {one:g} |" for one in THRESHOLDS))
    print("|---|---|---|" + "---|" * len(THRESHOLDS))
    for at, radius in enumerate(RADII):
        counts = "".join(f" {int((found[radius] >= one).sum()):,} |" for one in THRESHOLDS)
        print(f"| {radius} | {phashes[at]:,} | {dhashes[at]:,} |{counts}")
    print(
        f"\nRecall of edits at similarity {near.threshold:g} by radius, 95 % interval, of those pictures of a sample that are not plain; hashes alone "
        f"within {near.radius}:\n"
    )
    print("| edit | n |" + "".join(f" ours, {radius} |" for radius in RADII) + " pHash alone | dHash alone |")
    print("|---|---|" + "---|" * len(RADII) + "---|---|")
    print("\n".join(recall(pictures[::step], near)), flush=True)
    print(
        f"\nWhat the threshold lets go: the share of the same pictures, edited, that is found within {near.radius} bits.\n"
    )
    print("| edit | n |" + "".join(f" {one:g} |" for one in LOWER))
    print("|---|---|" + "---|" * len(LOWER))
    print("\n".join(let_go(pictures[::step], near)), flush=True)


def main() -> None:
    """Measure, and print a page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", type=Path)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--drawn", type=int, default=10_000)
    parser.add_argument("--sample", type=int, default=1000)
    asked = parser.parse_args()
    near = Perceptual()
    print(
        "# Copies of pictures: found, and found wrongly\n\nMade by `python -m benchmarks.image_copies`; what is counted stands there."
    )
    if asked.mnist:
        report("Digits (MNIST, the test set)", list(np.load(asked.mnist)["x_test"]), asked.sample, near)
    if asked.drawn:
        report("Drawn pictures with the spectrum of photographs", drawn(asked.drawn), asked.sample, near)
    if asked.photos:
        report("Squares of photographs", squares(asked.photos), asked.sample, near)


if __name__ == "__main__":
    main()
