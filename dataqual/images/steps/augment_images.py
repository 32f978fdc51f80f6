"""The step `augment_images`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.children import Refusal, Verdict
from dataqual.corpus import Batch, Chunk, Corpus, Origin
from dataqual.drawing import document_keys
from dataqual.errors import SpecError, did_you_mean
from dataqual.images.gating import (
    FEWEST,
    FOLDS,
    LEAST_RIGHT,
    LabelModels,
    Originals,
    PictureGate,
    PicturePairs,
    rules_of,
    small_of,
)
from dataqual.images.hashing import picture_hashes
from dataqual.images.image import Images
from dataqual.images.keeping import MEASURED, Keeping
from dataqual.images.operations import METHODS, MIXING, Made, Partner, Strength, made
from dataqual.images.sample import small
from dataqual.images.steps._pictures import Pixels, pictures_of
from dataqual.ledger import Change
from dataqual.operators import Engine, ViewName
from dataqual.steps._growing import Augmenting, GrowingStep, Wanted, growing_of
from dataqual.steps._held_out import HeldOut, held_out, parents

SAME = "same_picture"
"""Rule of every augmentation of pictures: a child is its parent or one of its siblings."""

LABELLED = 6_000
"""Pictures from which the classifiers of the gate learn, at most."""
PARTNERS = 512
"""Pictures that may be mixed into others: enough of each of some dozen labels."""
BYTES = 64 << 20
"""What both may take at most."""


@dataclass(frozen=True)
class AugmentImages(Augmenting):
    """Add children of pictures: cropped, rotated, flipped, recoloured, blurred, noisy, cut out or mixed, as `methods` say.

    A child goes through all methods in their order, by numbers drawn for it alone. `keeps_label` says what the pictures show,
    `digits`, `letters`, `photos`, `textures` or a file of one's own, and so how far each method goes and which lose the label;
    `measured` lets the gate decide by classifiers that never saw the parent. Whatever else is given goes before it.
    """

    view: ClassVar[ViewName] = "image"

    methods: tuple[str, ...] = ("crop", "rotate")
    keeps_label: str = MEASURED
    gate: str | tuple[str, ...] = "default"
    device: str = "cpu"
    smallest: float | None = None
    degrees: float | None = None
    mirror: str | None = None
    brightness: float | None = None
    contrast: float | None = None
    saturation: float | None = None
    hue: float | None = None
    sigma: float | None = None
    deviation: float | None = None
    hole: float | None = None
    alpha: float | None = None

    def __post_init__(self) -> None:
        if not self.methods:
            raise SpecError(f"methods is empty; there are: {', '.join(METHODS)}")
        for name in self.methods:
            if name not in METHODS:
                raise SpecError(f"no method {name!r} for pictures; {did_you_mean(name, METHODS)}")
        if len(set(self.methods)) < len(self.methods):
            raise SpecError("methods names one twice")
        self.rests_on  # noqa: B018  what is wrong with methods and rules is told at once
        super().__post_init__()

    @property
    def method(self) -> str:
        """The methods, as they stand in the ids of the children: `crop+rotate`."""
        return "+".join(self.methods)

    @property
    def strength(self) -> Strength:
        """How far each method goes; SpecError where it is out of bounds, or a method loses the label."""
        given = {one.name: value for one in fields(Strength) if (value := getattr(self, one.name)) is not None}
        return Keeping.of(self.keeps_label).check(self.methods, given)

    @property
    def meanings(self) -> dict[str, str]:
        own = {SAME: "Other than its parent, and than what was made of that before."}
        return super().meanings | own | {rule.signal: rule.about for rule in rules_of(self.gate)}

    @property
    def rests_on(self) -> object:
        """How far methods go, and the rules of the gate, which may stand in files."""
        return self.strength, rules_of(self.gate)

    def ahead(self, corpus: Corpus) -> tuple[str, ...]:
        """The classifiers of the gate."""
        if not self._asks_labels("label" in corpus.columns.extras()):
            return ()
        return (
            f"gate: {FOLDS} small networks learn the labels first, from {LABELLED:,} pictures at most, so that children that lost theirs "
            "are refused; --set gate=none leaves it out",
        )

    def _asks_labels(self, labelled: bool) -> bool:
        """Whether classifiers judge the children: of mixed ones they cannot."""
        hard = any(method not in MIXING for method in self.methods)
        return labelled and hard and any(rule.signal == "label_agreement" for rule in rules_of(self.gate))

    def prepare(self, corpus: Corpus, engine: Engine) -> GrowingPictures:
        """Count what there is of each label where that matters, find what is held out, and learn what a label looks like."""
        held = held_out(corpus, engine, self.split, self.held_out)
        labelled = "label" in corpus.columns.extras()
        mixes = any(method in MIXING for method in self.methods)
        if mixes and not labelled:
            raise SpecError(
                "mixup and cutmix give shares of labels, and the corpus has none; name their column with --label"
            )
        sample = _sample(corpus, engine, held) if labelled else _Sample()
        return GrowingPictures(
            methods=self.methods,
            strength=self.strength,
            device=self.device,
            partners=sample.partners() if mixes else (),
            judge=_gate(self, corpus, engine, sample, labelled),
            **growing_of(self, corpus, engine, held),
        )


@dataclass(frozen=True, eq=False)
class _Sample:
    """Labelled pictures that are not held out, those whose addresses hash lowest; the same whatever the batches."""

    keys: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    pictures: Sequence[Pixels] = ()
    labels: Sequence[str] = ()

    def partners(self) -> tuple[Partner, ...]:
        """Those that may be mixed into others; SpecError where there is none."""
        some = list(zip(self.pictures[:PARTNERS], self.labels[:PARTNERS], strict=True))
        if not some:
            raise SpecError("no picture with a label to mix into others")
        return tuple(Partner(picture, label) for picture, label in some)


def _sample(corpus: Corpus, engine: Engine, held: HeldOut) -> _Sample:
    def look(chunk: Chunk) -> list[tuple[int, Pixels, str]]:
        batch = corpus.parse(chunk)
        images = pictures_of(batch, "augment_images")
        labels = batch.columns["label"].to_list()
        keys = document_keys(batch.file, batch.record, "gate, labels")
        rows = sorted(np.flatnonzero(parents(batch, held)).tolist(), key=lambda row: int(keys[row]))
        own = [row for row in rows if labels[row] is not None][:LABELLED]
        return [(int(keys[row]), small(images[row]), labels[row]) for row in own]

    found: list[tuple[int, Pixels, str]] = []
    for part in engine.map(look, corpus.chunks()):
        found = sorted(found + part, key=lambda one: one[0])[:LABELLED]
        sizes = np.cumsum([one[1].size for one in found])
        found = found[: max(1, int(np.searchsorted(sizes, BYTES, "right")))]
    return _Sample(
        np.array([key for key, _, _ in found], np.uint64), [one for _, one, _ in found], [x for _, _, x in found]
    )


def _gate(step: AugmentImages, corpus: Corpus, engine: Engine, sample: _Sample, labelled: bool) -> PictureGate:
    """The gate once it has seen what it must of the corpus."""
    rules = rules_of(step.gate)
    names = {rule.signal for rule in rules}
    originals = _originals(corpus, engine) if "copies_original" in names else None
    models, notes = _models(sample, engine.threads) if step._asks_labels(labelled) else (None, ())
    return PictureGate(rules, originals, models, notes)


def _models(sample: _Sample, threads: int) -> tuple[LabelModels | None, tuple[str, ...]]:
    """Classifiers of the sample; None where they learn too little, and a note that says so."""
    models = LabelModels.fit(sample.pictures, sample.labels, sample.keys, threads)
    if models is None:
        return None, (f"gate: label_agreement is not asked: fewer than two labels have {FEWEST} pictures",)
    right = models.share_right(sample.pictures, sample.labels, sample.keys)
    if right < LEAST_RIGHT:
        return None, (
            f"gate: label_agreement is not asked: a classifier of {len(sample.labels):,} labelled pictures is right on "
            f"{right:.0%} of those it has not seen, and {LEAST_RIGHT:.0%} is the least",
        )
    return models, ()


BYTES_EACH = 330
"""Memory for each original: 256 levels, means of blocks, its place."""


def _originals(corpus: Corpus, engine: Engine) -> Originals:
    """All pictures, small, held-out ones too; SpecError where they are too many for the memory."""

    def look(chunk: Chunk) -> NDArray[np.uint8]:
        return small_of(list(_each(pictures_of(corpus.parse(chunk), "augment_images"))))

    parts, count = [np.empty((0, 256), np.uint8)], 0
    for part in engine.map(look, corpus.chunks()):
        parts.append(part)
        count += len(part)
        if count * BYTES_EACH > engine.memory // 2:
            raise SpecError(
                f"gate: the rule copies_original keeps {BYTES_EACH} bytes of each original, more than half of the memory for "
                f"{count:,}; give more with --max-memory, or a gate without that rule"
            )
    return Originals.of(np.concatenate(parts))


def _each(images: Images) -> Iterator[Pixels]:
    return (images[row] for row in range(len(images)))


@dataclass(frozen=True, eq=False, kw_only=True)
class GrowingPictures(GrowingStep[Pixels, Made]):
    """Adds the children; what a picture gets depends on it, its address and the seed alone."""

    view: ClassVar[ViewName] = "image"

    methods: tuple[str, ...]
    strength: Strength
    device: str
    partners: tuple[Partner, ...]
    judge: PictureGate

    @property
    def notes(self) -> tuple[str, ...]:
        """Rules that could not be applied."""
        return self.judge.notes

    def __call__(self, batch: Batch) -> tuple[Batch, list[Change]]:
        pictures_of(batch, self.step)
        keys = document_keys(batch.file, batch.record, self.step, self.seed)
        return self._grown(batch, self._attempted(batch, self._how_many(batch, keys), self.tries))

    def _try(self, batch: Batch, waiting: Sequence[Wanted[Pixels, Made]], attempt: int) -> None:
        each = [(one, one.chance.of(f"attempt {attempt}, child {at}")) for one in waiting for at in range(one.still)]
        found = made(
            [one.parent for one, _ in each],
            [chance for _, chance in each],
            self.methods,
            self.strength,
            labels=[one.label for one, _ in each],
            partners=self.partners,
            device=self.device,
        )
        hashes = picture_hashes(Images.of([child.pixels for child in found])).tolist()
        judged = []
        for (one, _), child, own in zip(each, found, hashes, strict=True):
            if own in one.tried:
                continue  # an earlier attempt made it, and its reason is told
            if own in one.seen or np.array_equal(child.pixels, one.parent):
                one.refused.append((child, Refusal(SAME)))
                continue
            one.seen.add(own)
            judged.append((one, child))
        for (one, _), own in zip(each, hashes, strict=True):
            one.tried.add(own)
        folds = document_keys(batch.file, batch.record, "gate, labels")
        pairs = PicturePairs(
            [one.parent for one, _ in judged],
            [child.pixels for _, child in judged],
            [None if child.labels else one.label for one, child in judged],
            folds[[one.row for one, _ in judged]],
        )
        for (one, child), verdict in zip(judged, self.judge.judge(pairs), strict=True):
            one.judged(child, verdict)

    def _parent(self, batch: Batch, row: int) -> Pixels:
        return pictures_of(batch, self.step)[row]

    def _nothing(self, parent: Pixels) -> Made:
        return Made(parent, ())

    def _with(self, batch: Batch, children: Mapping[int, Made]) -> Batch:
        return batch.repictured({row: child.pixels for row, child in children.items()})

    def _parents(self, batch: Batch) -> dict[str, Any]:
        return {"parents": batch.images}

    def _origin(self, batch: Batch, row: int, number: int, child: Made, verdict: Verdict) -> Origin:
        name, parent = self._name(batch, row, number)
        return Origin(name, parent, self.method, (), verdict.similarity, child.done, child.labels)

    def _evidence(self, child: Made, why: Refusal) -> str | None:
        return "; ".join(child.done) or why.evidence
