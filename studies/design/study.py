"""`Study`: what a study file says, every name and number in it resolved before any data is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any, Literal

from dataqual import specs
from dataqual.errors import InputError, SpecError
from studies import learners
from studies.data.picture_file import WINDOW
from studies.data.prompts import Writing
from studies.data.tokenizing import GIVEN
from studies.design.picture_keys import FEWEST_GENERATED, GENERATED, NOT, SIDE, Pictures, refuse_mixed
from studies.design.picture_keys import KEYS as PICTURE_KEYS
from studies.design.prices import GpuHour, data_price, gpu_hour
from studies.design.probe_keys import Asked as Probe
from studies.design.probe_keys import probes as probes_in
from studies.design.quantities import (
    a_share,
    a_size,
    above_0,
    choice,
    factor,
    names_of,
    one_of,
    quantities,
    quantity,
    subset,
    whole,
)
from studies.design.rates import RateCheck
from studies.design.sources import Grade, Source, grades_of, held_out_of, source_of
from studies.evaluating.averaging import MOST
from studies.learner import Learner
from studies.training.stopping import EarlyStopping

Device = Literal["auto", "cpu", "cuda"]
Precision = Literal["auto", "float32", "bfloat16"]

TEMPLATE = Path(__file__).parent.parent / "default" / "scaling.yaml"
PICTURES = TEMPLATE.with_name("pictures.yaml")
"""The embedded study, commented: what `studies run` runs and `studies init` writes."""

HELD_OUT_PICTURES = 10_000

FEWEST_SIZES, FEWEST_STOPS = 3, 2
"""Below them a law has more unknowns than the study can tell."""

MOST_SEEDS = 1000
"""Of a size: more is a slip, such as a size in the place of a number of seeds."""


CHECKPOINT = "checkpoint"
"""The option of a learner that is a path, which begins at the folder of the study file."""


ENGLISH = (
    ".held_out.neutral: absent, so the neutral text is English prose (Moby-Dick, the World English Bible), which says "
    "little of a corpus in another script; name text of the corpus' own language, of another kind"
)

REQUIRED = ("sizes", "tokens")
REQUIRED_OF_PICTURES = ("sizes", "pictures", "seen")
OPTIONAL = (
    "name", "corpus", "held_out", "grades", "reference", "again", "tokenizer", "learner", "window", "repeats", "seeds",
    "grade_sizes", "device", "precision", "compile", "learning_rate", "generate", "gpu_hour", "data_price",
    "operating_point", "beside", "batch", "probes", "early_stopping", "learning_rate_check", "ensembles",
)  # fmt: skip


@dataclass(frozen=True)
class Repeats:
    """Trunks that see the first `unique` tokens again and again; a stop at each of `epochs`."""

    unique: tuple[int, ...]
    epochs: tuple[int, ...]
    sizes: tuple[int, ...]
    """Models that do; the default is all of `grade_sizes`."""


@dataclass(frozen=True)
class OperatingPoint:
    """Where the question is asked: more data, or more computing?"""

    size: int
    tokens: int
    unique: int


@dataclass(frozen=True)
class Study:
    """A grid of trials as its file describes it; sizes, stops and the rest ascend, each once."""

    name: str
    corpus: Source | None
    """None: the embedded corpus."""
    held_out_share: float
    held_out_tokens: int
    neutral: Source | None
    """None: the embedded neutral text."""
    grades: tuple[Grade, ...]
    reference: str
    again: tuple[str, ...]
    """Grades that run once more in another order (A/A)."""
    tokenizer: str | int
    """`bytes`, the vocabulary of a BPE, or `file:` and the path of a tokenizer.json."""
    learner: str
    sizes: tuple[int, ...]
    window: int
    tokens: tuple[int, ...]
    """The stops of a trunk: tokens seen."""
    repeats: Repeats | None
    seeds: tuple[int, ...]
    """How many for each of `sizes`."""
    grade_sizes: tuple[int, ...]
    """The sizes at which the grades beside the reference run."""
    device: Device
    precision: Precision
    compile: Literal["auto"] | bool
    gpu_hour: GpuHour | None
    operating_point: OperatingPoint
    learning_rate: float = 1.0
    """Times the learner's own: less where a trial diverges."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """The learner's own parameters, as the file has them."""
    data_price: GpuHour | None = None
    """What a million further unique tokens cost, cleaned."""
    generate: Writing | None = None
    """What each final model writes; None: nothing."""
    batch: int | None = None
    """Tokens per step at every size; None: as the learner wants it."""
    early_stopping: EarlyStopping | None = None
    learning_rate_check: RateCheck | None = None
    ensembles: int | None = None
    """Models that differ by their seed alone, averaged at most; None: none are."""
    probes: tuple[Probe, ...] = ()
    """Labelled text on which every model is tuned further, and tested."""
    beside: tuple[Study, ...] = ()
    """Studies that run after this one, each in a folder of its name within this one's, and are told on its page."""
    pictures: Pictures | None = None
    """Of a study of pictures, whose tokens are pictures seen; None of text."""
    notes: tuple[str, ...] = ()
    """What should be said before it runs: too few sizes for a law, and the like."""
    content: Mapping[str, Any] | None = None
    """The file as it was read, for the record."""
    text: str | None = None
    """Its very text, "…" in the place of secrets; None where the study came from no file."""
    where: str = "study"
    """How messages call the file."""
    base: Path | None = None
    """Where its relative paths start."""
    pack: Path | None = None
    """The pack it came in, with its token files."""

    @classmethod
    def load(cls, path: str | Path) -> Study:
        """The study in a YAML file; SpecError, one line with the place, for whatever in it is wrong."""
        file = Path(path)
        study = cls.of(specs.read_yaml(file), file.name, file.parent)
        return replace(study, text=_unsaid(file.read_text(encoding="utf-8").removeprefix("\ufeff"), study.grades))

    @classmethod
    def default(cls) -> Study:
        """The embedded study, of text, with that of pictures beside it."""
        return replace(cls.load(TEMPLATE), beside=(cls.load(PICTURES),))

    @classmethod
    def of(cls, content: Mapping[str, Any], where: str, base: Path | None = None) -> Study:
        """The study that a mapping describes; `where` begins every message, relative paths start at `base`."""
        if refuse_mixed(content, where):
            return _of_pictures(content, where, base)
        specs.check_keys(content, where, required=REQUIRED, optional=OPTIONAL)
        grades = grades_of(content.get("grades", {"corpus": {}}), f"{where}.grades", base)
        names = [grade.name for grade in grades]
        sizes = quantities(content["sizes"], f"{where}.sizes")
        tokens = quantities(content["tokens"], f"{where}.tokens")
        reference = one_of(content.get("reference", names[0]), names, f"{where}.reference")
        grade_sizes = subset(content.get("grade_sizes"), sizes, f"{where}.grade_sizes")
        repeats = _repeats(content.get("repeats"), sizes, grade_sizes, f"{where}.repeats")
        held_out = held_out_of(content.get("held_out"), f"{where}.held_out", base)
        learner, options = _learner(content.get("learner", "gpt2"), f"{where}.learner", base)
        name = specs.string(content, "name", where) if "name" in content else Path(where).stem
        return cls(
            beside=_beside(content.get("beside"), name, f"{where}.beside", base),
            name=name,
            corpus=source_of(content.get("corpus"), f"{where}.corpus", base),
            held_out_share=held_out[0],
            held_out_tokens=held_out[1],
            neutral=held_out[2],
            grades=grades,
            reference=reference,
            again=names_of(content.get("again", [reference]), names, f"{where}.again"),
            tokenizer=_tokenizer(content.get("tokenizer", "bytes"), f"{where}.tokenizer", base),
            learner=learner,
            options=options,
            sizes=sizes,
            window=whole(content.get("window", 128), f"{where}.window", least=2),
            tokens=tokens,
            repeats=repeats,
            seeds=_seeds(content.get("seeds", 1), sizes, f"{where}.seeds"),
            grade_sizes=grade_sizes,
            device=choice(content.get("device", "auto"), ("auto", "cpu", "cuda"), f"{where}.device"),
            precision=choice(content.get("precision", "auto"), ("auto", "float32", "bfloat16"), f"{where}.precision"),
            compile=choice(content.get("compile", "auto"), ("auto", True, False), f"{where}.compile"),
            gpu_hour=gpu_hour(content.get("gpu_hour"), f"{where}.gpu_hour"),
            operating_point=_operating_point(
                content.get("operating_point"), sizes, tokens, repeats, f"{where}.operating_point"
            ),
            batch=_batch(content.get("batch"), content.get("window", 128), f"{where}.batch"),
            learning_rate=factor(content.get("learning_rate", 1.0), f"{where}.learning_rate"),
            data_price=data_price(content, where),
            generate=_generate(content.get("generate"), f"{where}.generate"),
            early_stopping=_early_stopping(content.get("early_stopping"), held_out[0], f"{where}.early_stopping"),
            learning_rate_check=_rate_check(content.get("learning_rate_check"), tokens, f"{where}.learning_rate_check"),
            ensembles=_ensembles(content.get("ensembles"), f"{where}.ensembles"),
            probes=probes_in(content.get("probes"), f"{where}.probes", base, whole, above_0),
            notes=(
                *_notes(where, sizes, tokens, repeats, content.get("again")),
                *_single(content, sizes, where),
                *([f"{where}{ENGLISH}"] if content.get("corpus") is not None and held_out[2] is None else []),
            ),
            content=dict(content),
            where=where,
            base=base,
        )

    def written(self, key: str, value: int) -> tuple[str, str]:
        """Where below the file's name a quantity stands, and how it is written there: ("sizes[1]", "100k").

        `key` may be a path, as "repeats.unique".
        """
        there: Any = self.content
        for part in key.split("."):
            there = there.get(part) if isinstance(there, Mapping) else None
        items = there if isinstance(there, list) else [there]
        for i, item in enumerate(items):
            if item is not None and quantity(item, key) == value:
                return (f"{key}[{i}]" if len(items) > 1 else key), str(item)
        return key, f"{value:,}"

    def grade(self, name: str) -> Grade:
        """The grade of that name."""
        return next(grade for grade in self.grades if grade.name == name)

    def batch_of(self, learner: Learner, size: int) -> int:
        """Tokens per step at a size."""
        return self.batch or learner.batch(size, self.window)

    @property
    def longest(self) -> int:
        """The most different tokens that one trunk sees: what every grade needs."""
        if self.pictures:
            return self.pictures.unique[-1]
        return max(*self.tokens, *(self.repeats.unique if self.repeats else ()), 1)

    @property
    def stops_key(self) -> str:
        """How the file calls its stops."""
        return "seen" if self.pictures else "tokens"

    @property
    def things(self) -> str:
        """What a learner sees."""
        return "pictures" if self.pictures else "tokens"

    def resolved(self) -> dict[str, Any]:
        """The whole study as plain JSON values, defaults filled in; paths as the file has them."""
        values = {name: getattr(self, name) for name in _PLAIN}
        values |= {name: list(getattr(self, name)) for name in _LISTS}
        values |= {"corpus": _plain(self.corpus), "neutral": _plain(self.neutral)}
        values["grades"] = {grade.name: {"share": grade.share, "steps": list(grade.says)} for grade in self.grades}
        values |= {"options": dict(self.options)} if self.options else {}
        values |= {"batch": self.batch} if self.batch else {}
        values |= {"ensembles": self.ensembles} if self.ensembles else {}
        values |= {"pictures": self.pictures.plain()} if self.pictures else {}
        values |= {"probes": {probe.name: probe.plain() for probe in self.probes}} if self.probes else {}
        for name in ("early_stopping", "learning_rate_check"):
            if (asked := getattr(self, name)) is not None:
                values[name] = {k: _json(v) for k, v in vars(asked).items()}
        for name in ("repeats", "generate", "gpu_hour", "data_price", "operating_point"):
            part = getattr(self, name)
            values[name] = None if part is None else {k: _json(v) for k, v in vars(part).items()}
        return values


def _unsaid(text: str, grades: Iterable[Grade]) -> str:
    """A text with "…" in the place of what the steps of grades keep secret."""
    for step in (step for grade in grades for step in grade.steps):
        for secret in (getattr(step, key) for key in step.secrets):
            text = text.replace(secret, "…") if isinstance(secret, str) and secret[:1] not in ("", "$") else text
    return text


def _of_pictures(content: Mapping[str, Any], where: str, base: Path | None) -> Study:
    """The study of pictures that a mapping describes: every picture is seen again and again, so that D is far above U."""
    common = [key for key in OPTIONAL if key not in NOT]
    known = [*common, *(key for key in PICTURE_KEYS if key not in REQUIRED_OF_PICTURES)]
    specs.check_keys(content, where, required=REQUIRED_OF_PICTURES, optional=known)
    learner, options = _learner(content.get("learner", "gan"), f"{where}.learner", base)
    if learners.kind(learner) != "pictures":
        raise SpecError(f"{where}.learner: {learner!r} learns text, and the study is of pictures")
    unique, side = quantities(content["pictures"], f"{where}.pictures"), content.get("side", SIDE)
    quantities(content["seen"], f"{where}.seen")
    generated = whole(content.get("generated", GENERATED), f"{where}.generated", least=FEWEST_GENERATED)
    extractor = specs.string(content, "extractor", where) if "extractor" in content else None
    if extractor is not None and base is not None:
        extractor = str(base / extractor)
    channels = 3 if choice(content.get("colour", True), (True, False), f"{where}.colour") else 1
    pictures = Pictures(unique, quantity(side, f"{where}.side"), channels, generated, extractor)
    if "side" in options or "channels" in options:
        raise SpecError(f"{where}.learner: side and channels are keys of the study: side: {SIDE}, colour: true")
    held = specs.mapping(content.get("held_out") or {}, f"{where}.held_out")
    specs.check_keys(held, f"{where}.held_out", required=(), optional=("raw", "pictures"))
    most = {"tokens": quantity(held.get("pictures", HELD_OUT_PICTURES), f"{where}.held_out.pictures")}
    as_text = {
        **{key: value for key, value in content.items() if key in (*common, "sizes")},
        "held_out": {**({"raw": held["raw"]} if "raw" in held else {}), **most},
        "tokens": content["seen"],
        "learner": {learner: dict(options)},
    }
    point = _picture_point(as_text.pop("operating_point", None), where)
    study = replace(
        Study.of(as_text, where, base), pictures=pictures, window=WINDOW, generate=None, content=dict(content)
    )
    asked = OperatingPoint(
        a_size(point.get("size", study.sizes[-1]), study.sizes, f"{where}.operating_point.size"),
        _within(point.get("seen", study.tokens[-1]), study.tokens, f"{where}.operating_point.seen", "seen"),
        _within(point.get("pictures", unique[-1]), unique, f"{where}.operating_point.pictures", "different ones"),
    )
    options = {**options, "side": pictures.side, "channels": channels}
    return replace(study, options=options, operating_point=asked, notes=_picture_notes(study, where, content))


def _picture_point(content: object, where: str) -> dict[str, int]:
    given = specs.mapping(content or {}, f"{where}.operating_point")
    specs.check_keys(given, f"{where}.operating_point", required=(), optional=("size", "seen", "pictures"))
    return {key: quantity(value, f"{where}.operating_point.{key}") for key, value in given.items()}


def _within(given: int, trained: tuple[int, ...], where: str, what: str) -> int:
    """The number itself; SpecError where it is outside what is trained."""
    if not trained[0] <= given <= trained[-1]:
        raise SpecError(
            f"{where}: {given:,} is outside what is trained, {trained[0]:,} to {trained[-1]:,} pictures ({what})"
        )
    return given


def _picture_notes(study: Study, where: str, content: Mapping[str, Any]) -> tuple[str, ...]:
    """What is allowed, but says less than its author may hope."""
    own = (note for note in study.notes if ".held_out.neutral" not in note)
    return tuple(note.replace(f"{where}.tokens:", f"{where}.seen:") for note in own)


_PLAIN = (
    "name", "held_out_share", "held_out_tokens", "reference", "tokenizer", "learner", "window", "device", "precision",
    "compile", "learning_rate",
)  # fmt: skip
_LISTS = ("again", "sizes", "tokens", "seeds", "grade_sizes")


def _repeats(content: object, sizes: tuple[int, ...], usual: tuple[int, ...], where: str) -> Repeats | None:
    if content is None:
        return None
    given = specs.mapping(content, where)
    specs.check_keys(given, where, required=("unique", "epochs"), optional=("sizes",))
    epochs = quantities(given["epochs"], f"{where}.epochs")
    if epochs[0] < 2:
        raise SpecError(f"{where}.epochs: 1 is no repeat; what is seen once is a stop of tokens")
    chosen = subset(given["sizes"], sizes, f"{where}.sizes") if "sizes" in given else usual
    return Repeats(quantities(given["unique"], f"{where}.unique"), epochs, chosen)


def _seeds(content: object, sizes: tuple[int, ...], where: str) -> tuple[int, ...]:
    if not isinstance(content, Mapping):
        return (_few_seeds(quantity(content, where), where),) * len(sizes)
    given: dict[int, int] = {}
    written: dict[int, object] = {}
    for name, count in content.items():
        size = quantity(name, where)
        if size in given:
            raise SpecError(f"{where}: {written[size]} and {name} are both {size:,}; name that size once")
        given[size], written[size] = _few_seeds(quantity(count, f"{where}.{name}"), f"{where}.{name}"), name
    subset(list(given), sizes, where)
    return tuple(given.get(size, 1) for size in sizes)


def _few_seeds(seeds: int, where: str) -> int:
    if seeds > MOST_SEEDS:
        raise SpecError(f"{where}: {seeds:,} are too many; it is the number of runs of a size, {MOST_SEEDS} at most")
    return seeds


def _operating_point(
    content: object, sizes: tuple[int, ...], tokens: tuple[int, ...], repeats: Repeats | None, where: str
) -> OperatingPoint:
    """A place within what is trained: one of the sizes, and tokens between the first stop and the last."""
    given = specs.mapping(content or {}, where)
    specs.check_keys(given, where, required=(), optional=("size", "tokens", "unique"))
    size = a_size(quantity(given.get("size", sizes[-1]), f"{where}.size"), sizes, f"{where}.size")
    seen = quantity(given.get("tokens", tokens[-1]), f"{where}.tokens")
    if not tokens[0] <= seen <= tokens[-1]:
        raise SpecError(f"{where}.tokens: {seen:,} is outside what is trained, {tokens[0]:,} to {tokens[-1]:,} tokens")
    unique = quantity(given.get("unique", seen), f"{where}.unique")
    if unique > seen:
        raise SpecError(f"{where}.unique: {unique:,} different tokens cannot be among {seen:,} seen")
    fewest = min((tokens[0], *(repeats.unique if repeats else ())))
    if unique < fewest:
        raise SpecError(f"{where}.unique: {unique:,} is outside what is trained, {fewest:,} different tokens at least")
    return OperatingPoint(size, seen, unique)


def _generate(content: object, where: str) -> Writing | None:
    """What is written: nothing for `false`, as much as is usual for `true` and unless told."""
    if content is False:
        return None
    given = specs.mapping({} if content is None or content is True else content, where)
    specs.check_keys(given, where, required=(), optional=tuple(vars(Writing())))
    usual = Writing()
    seed = given.get("seed", usual.seed)
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise SpecError(f"{where}.seed: {seed!r} is no whole number, 0 or more")
    return Writing(
        whole(given.get("samples", usual.samples), f"{where}.samples", least=2),
        whole(given.get("tokens", usual.tokens), f"{where}.tokens", least=4),
        above_0(given.get("temperature", usual.temperature), f"{where}.temperature", "0.8 is usual"),
        seed,
    )


def _early_stopping(content: object, held_out: float, where: str) -> EarlyStopping | None:
    """None unless asked for; `true` for what is usual."""
    if content is None or content is False:
        return None
    given = specs.mapping({} if content is True else content, where)
    specs.check_keys(given, where, required=(), optional=("share", "patience"))
    usual = EarlyStopping()
    share = a_share(given.get("share", usual.share), f"{where}.share")
    if share + held_out >= 1:
        raise SpecError(f"{where}.share: {share:g} beside {held_out:g} held out leaves nothing to train on")
    return EarlyStopping(share, whole(given.get("patience", usual.patience), f"{where}.patience", least=1))


def _rate_check(content: object, stops: tuple[int, ...], where: str) -> RateCheck | None:
    """The same; the factors are of the study's learning rate, the tokens one of its stops."""
    if content is None or content is False:
        return None
    given = specs.mapping({} if content is True else content, where)
    specs.check_keys(given, where, required=(), optional=("factors", "tokens"))
    listed: list[Any] = given.get("factors", list(RateCheck().factors))
    if not isinstance(listed, list) or not listed:
        raise SpecError(f"{where}.factors: expected a list of numbers such as [0.5, 2], got {listed!r}")
    factors = tuple(
        sorted({above_0(factor, f"{where}.factors", "0.5 is half of the rate") for factor in listed} - {1.0})
    )
    if not factors:
        raise SpecError(f"{where}.factors: 1 is the study's own rate, which is trained anyhow; name others")
    tokens = quantity(given["tokens"], f"{where}.tokens") if "tokens" in given else None
    if tokens is not None and tokens not in stops:
        raise SpecError(
            f"{where}.tokens: {tokens:,} is none of the stops; there are: {', '.join(f'{stop:,}' for stop in stops)}"
        )
    return RateCheck(factors, tokens)


def _ensembles(content: object, where: str) -> int | None:
    """The most models of an ensemble: none unless asked for, `true` for as many as there may be."""
    if content is None or isinstance(content, bool):
        return MOST if content else None
    if not isinstance(content, int) or not 2 <= content <= MOST:
        raise SpecError(f"{where}: {content!r} is neither true nor false nor a number of models from 2 to {MOST}")
    return content


def _single(content: Mapping[str, Any], sizes: tuple[int, ...], where: str) -> Iterable[str]:
    """A note where ensembles are asked for and seeds are too few for any, or more than are averaged."""
    if not _ensembles(content.get("ensembles"), f"{where}.ensembles"):
        return
    seeds = max(_seeds(content.get("seeds", 1), sizes, f"{where}.seeds"))
    if seeds < 2:
        yield f"{where}.ensembles: no size has two seeds, so there is nothing to average; say seeds: 3"
    if seeds > MOST:
        yield f"{where}.ensembles: of {seeds} seeds the first {MOST} are averaged"


def _tokenizer(content: object, where: str, base: Path | None) -> str | int:
    if content == "bytes":
        return "bytes"
    if isinstance(content, Mapping) and set(content) == {"bpe"}:
        vocabulary = quantity(content["bpe"], f"{where}.bpe")
        if not 257 <= vocabulary <= 65536:
            raise SpecError(f"{where}.bpe: {vocabulary} is not from 257 (bytes, end of text) to 65536 (16 bits)")
        return vocabulary
    if isinstance(content, Mapping) and set(content) == {"file"}:
        path = specs.string(content, "file", where)
        return f"{GIVEN}{base / path if base is not None else path}"
    raise SpecError(f"{where}: {content!r} is no tokenizer; there are: bytes, {{bpe: VOCABULARY}}, {{file: PATH}}")


def _batch(value: object, window: object, where: str) -> int | None:
    """Tokens of a step, whole windows; None where the learner is to choose."""
    if value is None:
        return None
    batch, length = quantity(value, where), quantity(window, where)
    if batch % length:
        raise SpecError(f"{where}: {batch:,} is no whole number of windows of {length:,}")
    return batch


def _learner(content: object, where: str, base: Path | None) -> tuple[str, Mapping[str, Any]]:
    """A learner by its name, or as {NAME: {parameter: value}}."""
    if not isinstance(content, Mapping):
        return one_of(content, learners.names(), where), {}
    if len(content) != 1:
        raise SpecError(f"{where}: expected one learner, NAME or {{NAME: {{parameter: value}}}}, got {len(content)}")
    name, options = next(iter(content.items()))
    given = dict(specs.mapping(options or {}, f"{where}.{name}"))
    if isinstance(given.get(CHECKPOINT), str) and base is not None:
        given[CHECKPOINT] = str(base / given[CHECKPOINT])
    return one_of(name, learners.names(), where), given


def _beside(content: object, name: str, where: str, base: Path | None) -> tuple[Study, ...]:
    """The studies in the files that are named, each called otherwise than the others."""
    if content is None:
        return ()
    items: list[Any] = content if isinstance(content, list) else [content]
    if not all(isinstance(item, str) and item for item in items):
        raise SpecError(f"{where}: expected a study file or a list of them, got {content!r}")
    try:
        found = tuple(Study.load((base or Path()) / item) for item in items)
    except (InputError, SpecError) as error:
        raise type(error)(f"{where}: {error}") from None
    names = [name, *(study.name for study in found)]
    for study in found:
        if study.beside:
            raise SpecError(f"{where}: {study.name} has studies beside it, too; name them all in one file")
        if names.count(study.name) > 1 or "/" in study.name or study.name in ("data", "trials"):
            raise SpecError(f"{where}: {study.name!r} cannot name a folder here; give each study a name of its own")
    return found


def _notes(
    where: str, sizes: tuple[int, ...], tokens: tuple[int, ...], repeats: Repeats | None, again: object
) -> Iterable[str]:
    """What is allowed, but says less than its author may hope."""
    if len(sizes) < FEWEST_SIZES:
        yield f"{where}.sizes: {len(sizes)} of them; a law needs {FEWEST_SIZES} at least, better 5"
    if len(tokens) < FEWEST_STOPS:
        yield f"{where}.tokens: {len(tokens)} stop; a law needs {FEWEST_STOPS} at least, better 5"
    if again == []:
        yield f"{where}.again: empty, so nothing shows what two equal grades seem to be worth (A/A)"
    for unique, epochs in product(repeats.unique, repeats.epochs) if repeats else ():
        if unique * epochs not in tokens:
            yield f"{where}.repeats: {unique:,} × {epochs} = {unique * epochs:,} tokens is no stop of fresh data"


def _plain(source: Source | None) -> dict[str, Any] | None:
    return None if source is None else {"paths": list(source.paths), "text": source.text}


def _json(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
